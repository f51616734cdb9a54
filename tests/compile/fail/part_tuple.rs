use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(POST "/a", multipart)]
    fn post(&self, #[part] range: (u8, u8));

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.post((1, 2)).await?;
    client.beside().x(true).await
}

fn main() {}
