use cliq_api::prelude::*;

#[derive(Clone)]
pub struct Opaque;

#[endpoints]
pub trait Api {
    #[endpoint(POST "/a")]
    fn post(&self, #[body] a: std::sync::Mutex<Opaque>);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.post(std::sync::Mutex::new(Opaque)).await?;
    client.beside().x(true).await
}

fn main() {}
