use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(POST "/threads")]
    fn post(&self, text: String, #[query] q: Option<String>);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.post("a").q("b").await?;
    client.beside().x(true).await
}

fn main() {}
