use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/threads")]
    fn list(&self, text: String);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.list("a").await?;
    client.beside().x(true).await
}

fn main() {}
