use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(POST "/a")]
    fn post(&self, #[query(limit)] a: Option<u8>, #[field(title)] b: Option<String>) -> String;

    #[endpoint(POST "/b")]
    fn put(&self, #[query(rename = "limit")] a: Option<u8>) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.post().a(1).b("b").await?;
    let _: String = client.put().a(1).await?;
    client.beside().x(true).await
}

fn main() {}
