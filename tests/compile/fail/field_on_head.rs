use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(HEAD "/a")]
    fn head(&self, #[field] a: Option<String>);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.head().a("a").await?;
    client.beside().x(true).await
}

fn main() {}
