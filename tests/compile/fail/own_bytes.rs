use cliq_api::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Bytes {}

#[endpoints]
pub trait Api {
    #[endpoint(POST "/a")]
    fn post(&self, #[body(bytes)] a: Bytes) -> Bytes;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: Bytes = client.post(Bytes {}).await?;
    client.beside().x(true).await
}

fn main() {}
