use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a", page(items = "data", token = "data.next"))]
    fn get(&self, #[query] next: Option<String>) -> Page<u32>;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _ = client.get().next("a").items();
    client.beside().x(true).await
}

fn main() {}
