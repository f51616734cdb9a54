use cliq_api::prelude::*;
use cliq_api::Body;

#[endpoints]
pub trait Api {
    #[endpoint(PUT "/a")]
    fn put(&self, #[field] content: Body);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _ = client.put("a");
    client.beside().x(true).await
}

fn main() {}
