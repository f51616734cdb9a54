use cliq_api::prelude::*;
use cliq_api::{Events, Text};

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a", response = "data")]
    fn get(&self) -> Text;

    #[endpoint(GET "/b", response = "data")]
    fn watch(&self) -> Events<u32>;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: Text = client.get().await?;
    let _: Events<u32> = client.watch().await?;
    client.beside().x(true).await
}

fn main() {}
