use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/chats/<CHAT_ID>/messages")]
    fn list_messages(&self, chat_id: String);

    #[endpoint(GET "/chats/<THREAD_CHAT_ID>/messages", shares = list_mesages)]
    fn other(&self, thread_chat_id: String);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.list_messages("a").await?;
    client.other("a").await?;
    client.beside().x(true).await
}

fn main() {}
