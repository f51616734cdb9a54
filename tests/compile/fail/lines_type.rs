use cliq_api::prelude::*;
use cliq_api::JsonLines;

pub struct Opaque;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a")]
    fn export(&self) -> JsonLines<Opaque>;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _ = client.export();
    client.beside().x(true).await
}

fn main() {}
