use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/items" page(items = "data", token = "next"))]
    fn list(&self, #[query] next: Option<String>) -> Page<String>;

    #[endpoint(GET "/others", page(items = "data", token = "next") scope = "A")]
    fn others(&self, #[query] next: Option<String>) -> Page<String>;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: Page<String> = client.list().next("a").await?;
    let _: Page<String> = client.others().next("a").await?;
    client.beside().x(true).await
}

fn main() {}
