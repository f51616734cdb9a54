use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(POST "/a")]
    fn post(&self, #[header("X-Names", csv)] names: String);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.post("a").await?;
    client.beside().x(true).await
}

fn main() {}
