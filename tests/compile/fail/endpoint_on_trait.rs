use cliq_api::prelude::*;

#[endpoint(GET "/a")]
pub trait Api {
    fn get(&self) -> String;
}

pub fn uses(api: impl Api) -> String {
    api.get()
}

fn main() {}
