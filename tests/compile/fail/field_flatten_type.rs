use cliq_api::prelude::*;

pub struct More;

#[endpoints]
pub trait Api {
    #[endpoint(POST "/a")]
    fn post(&self, #[field(flatten)] more: More);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.post(More).await?;
    client.beside().x(true).await
}

fn main() {}
