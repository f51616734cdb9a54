use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/threads/<ID>")]
    fn get(self, id: String, q) -> String;

    #[endpoint(GET "/other")]
    fn other(&mut self, #[query] q: Option<) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.get("a", "b").await?;
    let _: String = client.other().q("a").await?;
    client.beside().x(true).await
}

fn main() {}
