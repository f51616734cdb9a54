use cliq_api::prelude::*;
use cliq_api::Download;

#[endpoints]
pub trait Api {
    #[endpoint(HEAD "/a")]
    fn head(&self) -> Download;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: Download = client.head().await?;
    client.beside().x(true).await
}

fn main() {}
