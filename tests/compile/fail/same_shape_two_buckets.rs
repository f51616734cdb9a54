use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/chats/<ID>", bucket = "a")]
    fn get_chat(&self, id: String) -> String;

    #[endpoint(GET "/chats/<NAME>", bucket = "b")]
    fn find_chat(&self, name: String) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.get_chat("a").await?;
    let _: String = client.find_chat("a").await?;
    client.beside().x(true).await
}

fn main() {}
