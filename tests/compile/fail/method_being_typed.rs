use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GE)]
    fn get(&self, id: String) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.get("a").await?;
    client.beside().x(true).await
}

fn main() {}
