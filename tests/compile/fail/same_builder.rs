use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get_it(&self);

    #[endpoint(GET "/b")]
    fn getIt(&self);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.get_it().await?;
    client.beside().x(true).await
}

fn main() {}
