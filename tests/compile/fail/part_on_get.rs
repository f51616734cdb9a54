use cliq_api::prelude::*;
use cliq_api::Part;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a", multipart)]
    fn get(&self, #[part] file: Part);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.get(Part::new("a")).await?;
    client.beside().x(true).await
}

fn main() {}
