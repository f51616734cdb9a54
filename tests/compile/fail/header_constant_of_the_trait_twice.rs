use cliq_api::prelude::*;

#[endpoints(header("X-Version" = "1", "X-Version" = "2"))]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get(&self) -> String;
}

pub async fn uses(client: Client) -> Result<String, Error> {
    client.get().await
}

fn main() {}
