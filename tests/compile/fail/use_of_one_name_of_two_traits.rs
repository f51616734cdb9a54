use cliq_api::prelude::*;

mod one {
    use cliq_api::prelude::*;

    #[endpoints]
    pub trait Api {
        #[endpoint(GET "/a")]
        fn get(&self, #[query] a: Option<u8>) -> String;
    }
}

mod two {
    use cliq_api::prelude::*;

    #[endpoints]
    pub trait Other {
        #[endpoint(GET "/b")]
        fn get(&self, #[query] a: Option<u8>) -> String;
    }
}

use one::Api;
use two::Other;

pub async fn uses(client: Client) -> Result<(), Error> {
    let _: String = client.get().a(1).await?;
    let _: String = Other::get(&client).a(1).await?;
    Ok(())
}

fn main() {}
