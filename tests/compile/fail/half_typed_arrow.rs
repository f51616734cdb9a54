use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/threads/<ID>")]
    fn get(&self, id: String) => String;

    #[endpoint(GET "/other")]
    fn other(&self) - String;

    #[endpoint(GET "/third")]
    fn third(&self): String;

    #[endpoint(GET "/fourth")]
    fn fourth(&self) String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.get("a").await?;
    let _: String = client.other().await?;
    let _: String = client.third().await?;
    let _: String = client.fourth().await?;
    client.beside().x(true).await
}

fn main() {}
