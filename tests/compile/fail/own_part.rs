use cliq_api::prelude::*;

pub struct Part;

#[endpoints]
pub trait Api {
    #[endpoint(POST "/a", multipart)]
    fn post(&self, #[part] file: Part);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _ = client.post(Part);
    client.beside().x(true).await
}

fn main() {}
