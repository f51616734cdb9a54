use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/threads/<THREAD_CHAT_ID>")]
    fn get(&self, tread_chat_id: String) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.get("a").await?;
    client.beside().x(true).await
}

fn main() {}
