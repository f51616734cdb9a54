use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get(&self, #[query] mut a: String, #[query] c: Option<bool>);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _ = client.get("a").c(true);
    client.beside().x(true).await
}

fn main() {}
