use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get(&self, #[query] t: Option<&str>);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.get().t("a").await?;
    client.beside().x(true).await
}

fn main() {}
