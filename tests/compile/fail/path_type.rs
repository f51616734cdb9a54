use cliq_api::prelude::*;

#[derive(Clone)]
pub struct Opaque;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a/<ID>")]
    fn get(&self, id: Opaque);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.get(Opaque).await?;
    client.beside().x(true).await
}

fn main() {}
