use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(POST "/a")]
    fn post(&self, #[field] wait_send: Option<Vec<String>>);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _ = client.post();
    client.beside().x(true).await
}

fn main() {}
