use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get(&self, #[query] a: Option<u8>) -> impl Send;

    #[endpoint(GET "/b")]
    fn find(&self, #[query] a: Option<u8>) -> Result;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let found: Vec<String> = client.get().a(1).await?;
    let _ = found.len();
    let found = client.find().a(1).await?;
    let _ = found.len();
    client.beside().x(true).await
}

fn main() {}
