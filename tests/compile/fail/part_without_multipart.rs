use cliq_api::prelude::*;
use cliq_api::Part;

#[endpoints]
pub trait Api {
    #[endpoint(POST "/a")]
    fn post(&self, #[part] file: Part, #[part] title: Option<String>);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.post(Part::new("a")).title("b").await?;
    client.beside().x(true).await
}

fn main() {}
