use cliq_api::prelude::*;

#[derive(Clone)]
pub struct Opaque;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get(&self) -> Opaque;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: Opaque = client.get().await?;
    client.beside().x(true).await
}

fn main() {}
