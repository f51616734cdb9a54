use cliq_api::prelude::*;
use cliq_api::Part;

#[endpoints]
pub trait Api {
    #[endpoint(POST "/a", multipart, field("action" = "add"))]
    fn post(&self, #[part] file: Part);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.post(Part::new("a")).await?;
    client.beside().x(true).await
}

fn main() {}
