use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(POST "/a")]
    fn post(&self, #[field] file: Bytes);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.post(Bytes::new()).await?;
    client.beside().x(true).await
}

fn main() {}
