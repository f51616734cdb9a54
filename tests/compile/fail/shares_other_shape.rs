use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/chats/<CHAT_ID>/messages")]
    fn one(&self, chat_id: String);

    #[endpoint(GET "/chats/<THREAD_CHAT_ID>/members", shares = one)]
    fn other(&self, thread_chat_id: String);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.one("a").await?;
    client.other("a").await?;
    client.beside().x(true).await
}

fn main() {}
