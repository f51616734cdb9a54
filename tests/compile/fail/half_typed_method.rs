use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/threads")]
    fn get(&self

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

fn main() {}
