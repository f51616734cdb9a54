use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a", response = "data[0].x")]
    fn get(&self) -> Option<String>;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: Option<String> = client.get().await?;
    client.beside().x(true).await
}

fn main() {}
