//! Limits of URLs that several documents limit.

use std::time::Duration;

use cliq_api::cliq::messages::{SendChannelMessageRequest, SendMessageRequest};
use cliq_api::prelude::*;
use cliq_api::threads::{CreateThreadByChannelIdRequest, SendThreadMessageRequest};
use cliq_api::{ClientBuilder, EndpointMeta, Limit, zoho};

fn builder() -> ClientBuilder {
    let settings = zoho::limits().cold_start(false).headroom(0);
    Client::cliq(DataCenter::US)
        .access_token("1000.41d9")
        .limits(settings)
}

async fn left(client: &Client, endpoint: &'static EndpointMeta) -> u32 {
    let state = client.limits().of(endpoint).await.expect("a state");
    state.remaining.expect("a limit")
}

#[tokio::test]
async fn the_strictest_limit_of_a_url_is_kept_unless_overridden() {
    let client = builder().build().expect("a client");
    for endpoint in [
        SendMessageRequest::META,
        SendThreadMessageRequest::META,
        SendChannelMessageRequest::META,
        CreateThreadByChannelIdRequest::META,
    ] {
        assert_eq!(left(&client, endpoint).await, 20, "{endpoint}");
    }
    let fifty = Limit::new(50, Duration::from_mins(1));
    let client = builder()
        .override_limit(SendMessageRequest::META, [fifty])
        .build()
        .expect("a client");
    assert_eq!(left(&client, SendMessageRequest::META).await, 50);
    assert_eq!(left(&client, SendThreadMessageRequest::META).await, 50);
    assert_eq!(left(&client, SendChannelMessageRequest::META).await, 20);
}
