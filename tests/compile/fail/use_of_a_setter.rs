use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a/<ID>")]
    fn get(&self, id: String, #[query] limit: Option<u32>) -> String;
}

pub fn uses(client: Client) {
    // What the compiler says of a wrong use points at the declaration's own words.
    client.get("a").limit("many");
}

fn main() {}
