use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/b", timeout = "5m" page(items = "data", token = "next"))]
    fn list(&self, #[query] next: Option<String>) -> Page<u8>;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: Page<u8> = client.list().next("a").await?;
    client.beside().x(true).await
}

fn main() {}
