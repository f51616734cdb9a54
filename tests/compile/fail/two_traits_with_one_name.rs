use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get(&self, #[query] a: Option<u8>) -> String;
}

#[endpoints]
pub trait Other {
    #[endpoint(GET "/b")]
    fn get(&self, #[query] a: Option<u8>) -> String;
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = Api::get(&client).a(1).await?;
    let _ = Other::get(&client);
    Ok(())
}

fn main() {}
