use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a", page(items = "data", token = "next"))]
    fn get(&self, #[query] next: Option<String>) -> Vec<u32>;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: Vec<u32> = client.get().next("a").await?;
    client.beside().x(true).await
}

fn main() {}
