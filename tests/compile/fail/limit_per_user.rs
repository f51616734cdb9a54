use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a", limit = "20/min per user")]
    fn get(&self);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.get().await?;
    client.beside().x(true).await
}

fn main() {}
