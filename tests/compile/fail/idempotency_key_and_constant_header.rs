use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(POST "/a", idempotency_key = "Idempotency-Key", header("idempotency-key" = "1"))]
    fn post(&self);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.post().await?;
    client.beside().x(true).await
}

fn main() {}
