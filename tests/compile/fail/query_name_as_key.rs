use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/items")]
    fn list(&self, #[query(name = "x")] q: Option<u8>) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.list().q(1).await?;
    client.beside().x(true).await
}

fn main() {}
