use cliq_api::prelude::*;

pub struct Api;

#[endpoints]
impl Api {
    pub fn get(&self) -> String {
        String::new()
    }
}

pub fn uses(api: Api) -> String {
    api.get()
}

fn main() {}
