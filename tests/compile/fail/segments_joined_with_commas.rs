use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a/<PATH..>")]
    fn get(&self, #[path(csv)] path: Vec<String>);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    client.get(["a"]).await?;
    client.beside().x(true).await
}

fn main() {}
