use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get(&self) -> String;
}

pub struct Mock;

impl Api for Mock {}

fn main() {}
