use cliq_api::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Name<'a>(&'a str);

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get(&self, #[query] a: Option<String>) -> Name<'_>;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.get().a("a").await?;
    client.beside().x(true).await
}

fn main() {}
