use cliq_api::prelude::*;

#[derive(Clone)]
pub struct Opaque;

#[endpoints]
pub trait Api {
    #[endpoint(POST "/a")]
    fn post(&self, #[field] a: Vec<Opaque>);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.post([Opaque]).await?;
    client.beside().x(true).await
}

fn main() {}
