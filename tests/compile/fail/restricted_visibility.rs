use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a")]
    pub(crate) fn get(&self, #[query] q: Option<String>) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.get().q("a").await?;
    client.beside().x(true).await
}

fn main() {}
