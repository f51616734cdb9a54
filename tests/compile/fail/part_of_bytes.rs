use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(POST "/a", multipart)]
    fn post(&self, #[part] file: Vec<u8>, #[part] more: Option<Bytes>);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.post([1]).more("a").await?;
    client.beside().x(true).await
}

fn main() {}
