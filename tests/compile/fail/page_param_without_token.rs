use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a", page(number = "n", param = "n"))]
    fn get(&self, #[query] n: Option<u32>) -> Page<u32>;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _ = client.get().n(1u32).items();
    client.beside().x(true).await
}

fn main() {}
