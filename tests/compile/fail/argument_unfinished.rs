use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get(&self, #[query] a: Vec, #[query] b: Option) -> String;

    #[endpoint(GET "/b")]
    fn find(&self, #[query] a: Option<Vec>) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.get(["a"]).b("b").await?;
    let _: String = client.find().a(["a"]).await?;
    client.beside().x(true).await
}

fn main() {}
