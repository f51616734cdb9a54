use cliq_api::prelude::*;

#[endpoints(limit = "20/min", lock = "5m")]
pub trait Api {
    #[endpoint(GET "/a", limit = none, lock = "10m")]
    fn get(&self);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.get().await?;
    client.beside().x(true).await
}

fn main() {}
