use cliq_api::prelude::*;

pub trait Api {
    #[endpoint(GET "/a/<ID>")]
    fn get(&self, id: String, #[query] q: Option<String>) -> String;
}

pub fn uses(api: impl Api) -> String {
    api.get(String::new(), None)
}

fn main() {}
