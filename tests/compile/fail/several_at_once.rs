use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "threads", scope = "a b", limit = "often")]
    fn first(&self, #[query] q: &str) -> Result<String, Error>;

    #[endpoint(POST "/threads/<ID>", tmeout = "30s")]
    async fn second(&mut self, #[field] text: String);

    fn third(&self);

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.first("a").await?;
    client.second("a").await?;
    client.third().await?;
    client.beside().x(true).await
}

fn main() {}
