use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/chats/<A>")]
    fn one(&self, a: String);

    #[endpoint(GET "/chats/<B>", shares = one, bucket = "chats")]
    fn other(&self, b: String);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.one("a").await?;
    client.other("b").await?;
    client.beside().x(true).await
}

fn main() {}
