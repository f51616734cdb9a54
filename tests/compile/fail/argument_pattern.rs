use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get(&self, #[query] (a, b): (String, String), #[query] c: Option<bool>);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.get(("a".to_owned(), "b".to_owned())).c(true).await?;
    client.beside().x(true).await
}

fn main() {}
