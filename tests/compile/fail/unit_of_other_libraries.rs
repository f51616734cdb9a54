use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/items", limit = "20/sec", lock = "1d")]
    fn list(&self) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.list().await?;
    client.beside().x(true).await
}

fn main() {}
