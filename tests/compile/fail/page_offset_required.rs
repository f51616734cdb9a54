use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a", page(offset = "n"))]
    fn get(&self, #[query] n: u32) -> Page<u32>;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _ = client.get(1).items();
    client.beside().x(true).await
}

fn main() {}
