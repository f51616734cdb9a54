use cliq_api::prelude::*;

#[derive(Clone)]
pub struct Opaque;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a", page(items = "data", token = "next"))]
    fn get(&self, #[query] next: Option<String>) -> Page<Opaque>;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _ = client.get().next("a");
    client.beside().x(true).await
}

fn main() {}
