use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(HEAD "/a")]
    fn head(&self) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.head().await?;
    client.beside().x(true).await
}

fn main() {}
