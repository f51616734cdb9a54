use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(PUT "/a")]
    fn put(&self, #[body(stream)] content: Bytes);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.put("a").await?;
    client.beside().x(true).await
}

fn main() {}
