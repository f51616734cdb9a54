use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a/<ID>")]
    fn get(&self, id id: String, #[query] a a: Option<u8>) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.get("a").a(1).await?;
    client.beside().x(true).await
}

fn main() {}
