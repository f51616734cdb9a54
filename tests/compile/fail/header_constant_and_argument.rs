use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a", header("X-Version" = "1"))]
    fn get(&self, #[header("x-version")] version: String);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.get("2").await?;
    client.beside().x(true).await
}

fn main() {}
