use cliq_api::prelude::*;
use serde::Serialize;

#[derive(Serialize)]
pub struct Name<'a>(&'a str);

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get(&self, #[query] a: Name<'_>, #[query] b: Option<Name<'_>>) -> String;

    #[endpoint(GET "/b")]
    fn find<'a>(&self, #[query] a: Option<Name<'a>>) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.get("a").b("b").await?;
    let _: String = client.find().a("a").await?;
    client.beside().x(true).await
}

fn main() {}
