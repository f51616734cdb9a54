use cliq_api::prelude::*;

#[derive(serde::Deserialize)]
pub struct Item {
    pub id: u32,
}

#[endpoints(schema)]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get(&self) -> Item;
}

pub async fn uses(client: Client) -> Result<u32, Error> {
    Ok(client.get().await?.id)
}

fn main() {}
