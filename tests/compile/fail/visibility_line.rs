use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    pub
    #[endpoint(GET "/threads/<ID>")]
    fn get(&self, id: String) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.get("a").await?;
    client.beside().x(true).await
}

fn main() {}
