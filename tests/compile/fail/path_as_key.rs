use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET, path = "/a/<ID>")]
    fn get(&self, id: String, #[query] a: Option<u8>) -> String;

    #[endpoint(GET, url = PATH)]
    fn find(&self, id: String, #[query] a: Option<u8>) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.get("a").a(1).await?;
    let _: String = client.find("a").a(1).await?;
    client.beside().x(true).await
}

fn main() {}
