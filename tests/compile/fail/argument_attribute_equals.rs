use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get(&self, #[query = "n"] name: String, #[header = "X-A"] a: Option<u8>);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.get("a").a(1).await?;
    client.beside().x(true).await
}

fn main() {}
