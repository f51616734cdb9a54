use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[cfg_attr(docsrs, doc(cfg(feature = "a")))]
    #[endpoint(GET "/chats/<ID>")]
    fn get_chat(&self, id: String) -> String;

    #[cfg_attr(docsrs, doc(cfg(feature = "a")))]
    #[endpoint(GET "/chats/<NAME>")]
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
