use cliq_api::prelude::*;

#[endpoint(GET "/a")]
pub fn get(#[query] q: Option<String>) -> Option<String> {
    q
}

pub fn uses() -> Option<String> {
    get(None)
}

fn main() {}
