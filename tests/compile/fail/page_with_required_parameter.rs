use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a", page(items = "data", token = "next"))]
    fn get(&self, #[query] next: String) -> Page<u32>;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _ = client.get("a").items();
    client.beside().x(true).await
}

fn main() {}
