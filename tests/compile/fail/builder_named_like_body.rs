use cliq_api::prelude::*;

mod inner {
    #[derive(serde::Serialize)]
    pub struct CreateTicketRequest;
}
#[allow(unused_imports)]
use inner::*;

#[endpoints]
pub trait Api {
    #[endpoint(POST "/tickets")]
    fn create_ticket(&self, #[body] request: CreateTicketRequest) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _ = client.create_ticket(inner::CreateTicketRequest);
    client.beside().x(true).await
}

fn main() {}
