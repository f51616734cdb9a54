use cliq_api::prelude::*;

#[endpoints]
pub trait Api {
    #[endpoint(GET "/a")]
    fn get(&self) -> String;

    fn get_twice(&self) -> (GetRequest, GetRequest) {
        let first = self.get()
        (first, self.get())
    }

    #[endpoint(GET "/beside")]
    fn beside(&self, #[query] x: Option<bool>);
}

pub async fn uses(client: Client) -> Result<(), Error> {
    let (one, other) = client.get_twice();
    let _: String = one.await?;
    let _: String = other.await?;
    client.beside().x(true).await
}

fn main() {}
