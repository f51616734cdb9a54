//! Headers of all calls, and of a single call.

use super::*;

#[tokio::test]
async fn headers_of_all_calls() {
    let server = depot().await;
    let client = client(&server)
        .user_agent("deploybot/1.0")
        .default_header("X-Api-Version", "2022-11-28")
        .default_header("Accept", "application/vnd.depot+json")
        .build()
        .unwrap();
    client.get_item(1_u32).await.unwrap();
    let received = server.last();
    assert_eq!(received.values("user-agent"), ["deploybot/1.0"]);
    assert_eq!(received.values("x-api-version"), ["2022-11-28"]);
    assert_eq!(received.values("accept"), ["application/vnd.depot+json"]);
}

#[tokio::test]
async fn a_header_of_a_call_replaces_others() {
    let server = depot().await;
    let client = client(&server)
        .default_header("X-Api-Version", "1")
        .build()
        .unwrap();
    let call = client.get_item(1_u32).options(|options| {
        options
            .header("Accept", "text/csv")
            .header("X-Api-Version", "2")
            .header("x-api-version", "3")
    });
    call.await.unwrap();
    let received = server.last();
    assert_eq!(received.values("accept"), ["text/csv"]);
    assert_eq!(received.values("x-api-version"), ["3"]);
    assert!(received.values("user-agent")[0].starts_with(concat!("cliq", "-api/")));
}

#[cfg(feature = "over-reqwest")]
#[tokio::test]
async fn reqwests_settings_are_sent() {
    let server = depot().await;
    let client = client(&server)
        .reqwest(|builder| builder.user_agent("own/1.0"))
        .build()
        .unwrap();
    client.get_item(1_u32).await.unwrap();
    assert_eq!(server.last().values("user-agent"), ["own/1.0"]);
}
