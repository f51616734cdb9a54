use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a?type=open")]
    fn get(&self, #[query("type")] kind: Option<String>);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.get().kind("b").await?;
    client.beside().x(true).await
}

fn main() {}
