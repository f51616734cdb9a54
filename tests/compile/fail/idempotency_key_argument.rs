use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(POST "/a", idempotency_key = "Idempotency-Key")]
    fn post(&self, #[header("idempotency-key")] key: Option<String>);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.post().key("a").await?;
    client.beside().x(true).await
}

fn main() {}
