use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/chats/<CHAT_ID>/threads/<THREAD_ID>")]
    fn get(&self, thread: u8, chat: u8, #[query] a: Option<u8>) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.get(1, 2).a(1).await?;
    client.beside().x(true).await
}

fn main() {}
