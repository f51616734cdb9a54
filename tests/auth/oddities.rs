//! Accounts servers and token sources that violate their contracts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cliq_api::auth::{AccessToken, AuthErrorKind, Credentials};
use cliq_api::prelude::*;
use cliq_api::threads::Threads;
use cliq_api::{Body, ErrorKind, Exchange, Sent};

use super::*;

/// An accounts server and an API that always send this response.
struct Saying(&'static str);

impl Transport for Saying {
    fn send(&self, request: Request<Body>) -> Exchange<'_> {
        let is_token = request.uri().path().starts_with("/oauth/");
        let body = if is_token { self.0 } else { "" };
        Box::pin(async move { Ok(http::Response::new(body.into())) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_without_an_expiry() {
    for answer in [
        r#"{"access_token": "1000.a", "expires_in_sec": 18446744073709551615}"#,
        r#"{"access_token": "1000.a", "expires_in": 18446744073709551615}"#,
        r#"{"access_token": "1000.a", "expires_in": "18446744073709551615"}"#,
    ] {
        let credentials = Credentials::refresh_token(&app(), "1000.refresh");
        let client = Client::cliq(DataCenter::US)
            .transport(Saying(answer))
            .credentials(credentials)
            .build()
            .unwrap();
        client.follow_thread("CT_1-T-2").await.unwrap();
        OAuth::builder(&app())
            .transport(Saying(answer))
            .build()
            .unwrap()
            .exchange_self_client("1000.a")
            .await
            .unwrap();
    }
}

fn sealed() -> Result<AccessToken, std::io::Error> {
    panic!("this panic is meant to be")
}

/// Otherwise the client would ask it in a loop until the deadline.
#[tokio::test(start_paused = true)]
async fn a_panicking_token_source_is_reported_and_not_called_in_a_loop() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let source = Credentials::source(move || {
        count.fetch_add(1, Ordering::Relaxed);
        async { sealed() }
    });
    let demo = demo();
    let client = demo
        .sandbox
        .client_builder()
        .credentials(source)
        .build()
        .unwrap();
    for _ in 0..3 {
        let error = client.get_thread(&demo.thread_chat_id).await.unwrap_err();
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Auth, Sent::No));
        assert_eq!(error.auth().unwrap().kind(), AuthErrorKind::Source);
        assert!(error.to_string().contains("panicked"), "{error}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    tokio::time::advance(2 * HALF_A_MINUTE).await;
    client.get_thread(&demo.thread_chat_id).await.unwrap_err();
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_call_without_credentials_is_an_error() {
    let demo = demo();
    let client = Client::cliq(DataCenter::US)
        .transport(demo.sandbox.transport())
        .build()
        .unwrap();
    let error = client.get_thread(&demo.thread_chat_id).await.unwrap_err();
    assert!(
        error.to_string().contains("the client has no credentials"),
        "{error}"
    );
    let client = Client::cliq(DataCenter::US)
        .transport(demo.sandbox.transport())
        .access_token("1000.another")
        .build()
        .unwrap();
    let error = client.get_thread(&demo.thread_chat_id).await.unwrap_err();
    assert!(error.to_string().contains("another data center"), "{error}");
}
