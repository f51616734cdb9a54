use cliq_api::prelude::*;

pub struct Body;

#[endpoints]
pub trait Api {
    #[endpoint(PUT "/a")]
    fn put(&self, #[body(stream)] content: Body);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _ = client.put(Body);
    client.beside().x(true).await
}

fn main() {}
