use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(POST "/a", body = none)]
    fn post(&self, #[field] name: Option<String>);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.post().name("a").await?;
    client.beside().x(true).await
}

fn main() {}
