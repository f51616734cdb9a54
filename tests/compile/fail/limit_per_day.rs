use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a", limit = "500/d")]
    fn get(&self) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.get().await?;
    client.beside().x(true).await
}

fn main() {}
