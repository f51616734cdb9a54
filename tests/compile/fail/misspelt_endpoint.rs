use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[enpoint(GET "/items")]
    fn list(&self) -> String;

    #[get("/items/<ID>")]
    fn get(&self, id: String) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _ = client.list();
    let _ = client.get("a");
    client.beside().x(true).await
}

fn main() {}
