use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a/<IDS>")]
    fn get(&self, #[path(csv)] ids: String);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.get("a").await?;
    client.beside().x(true).await
}

fn main() {}
