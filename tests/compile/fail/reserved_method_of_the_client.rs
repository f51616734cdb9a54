use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/users")]
    fn user_count(&self, #[query] a: Option<u8>) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    // The client's own, which hides it.
    let _: usize = client.user_count();
    client.beside().x(true).await
}

fn main() {}
