use cliq_api::prelude::*;
use cliq_api::Download;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get(&self) -> Option<Download>;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _ = client.get();
    client.beside().x(true).await
}

fn main() {}
