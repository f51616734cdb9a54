use cliq_api::prelude::*;
use cliq_api::Events;

pub struct Opaque;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a")]
    fn watch(&self) -> Events<Opaque>;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _ = client.watch();
    client.beside().x(true).await
}

fn main() {}
