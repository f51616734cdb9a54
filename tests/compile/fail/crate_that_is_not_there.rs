use cliq_api::prelude::*;

#[endpoints(crate = ::nowhere)]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get(&self, #[query] a: Option<u8>) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.beside().x(true).await
}

fn main() {}
