use cliq_api::prelude::*;

#[endpoints(schema("schema"))]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get(&self) -> String;
}

pub async fn uses(client: Client) -> Result<String, Error> {
    client.get().await
}

fn main() {}
