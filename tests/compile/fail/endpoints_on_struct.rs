use cliq_api::prelude::*;

#[endpoints]
pub struct Api {
    pub name: String,
}

pub fn uses(api: Api) -> String {
    api.name
}

fn main() {}
