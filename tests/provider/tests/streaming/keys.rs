//! `idempotency_key`.

use std::sync::Mutex;

use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use cliq_api::{ErrorKind, Sent};

use super::*;

/// Starts a server that fails every second time, and returns the keys that it receives.
async fn orders() -> (String, Arc<Mutex<Vec<Option<String>>>>) {
    let keys = Arc::<Mutex<Vec<_>>>::default();
    let seen = Arc::clone(&keys);
    let order = async move |headers: HeaderMap| {
        let key = headers.get("idempotency-key");
        let mut seen = seen.lock().unwrap();
        seen.push(key.map(|key| key.to_str().unwrap().to_owned()));
        if seen.len() % 2 == 1 {
            StatusCode::BAD_GATEWAY
        } else {
            StatusCode::NO_CONTENT
        }
    };
    let router = Router::new()
        .route("/orders", post(order.clone()))
        .route("/plain", post(order));
    (serve(router).await, keys)
}

#[tokio::test]
async fn a_key_is_the_same_for_all_attempts_and_for_no_other_call() {
    let (url, keys) = orders().await;
    let client = client(&url);
    let call = client.order("book");
    call.clone().await.unwrap();
    call.await.unwrap();
    let keys = keys.lock().unwrap().clone();
    assert_eq!(keys.len(), 4, "each call is retried");
    assert!(keys[0].is_some() && keys[0] == keys[1]);
    assert!(keys[2].is_some() && keys[2] == keys[3]);
    assert_ne!(keys[0], keys[2]);
    let key = keys[0].as_deref().unwrap();
    let parts: Vec<_> = key.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12], "{key}");
    assert_eq!(&key[14..15], "4");
}

#[tokio::test]
async fn a_key_can_be_set() {
    let (url, keys) = orders().await;
    let client = client(&url);
    let call = client
        .order("book")
        .options(|options| options.idempotency_key("order-42"));
    assert_eq!(
        call.clone().prepare().unwrap().headers()["idempotency-key"],
        "order-42"
    );
    call.await.unwrap();
    assert_eq!(
        *keys.lock().unwrap(),
        [Some("order-42".into()), Some("order-42".into())]
    );
    let prepared = client.order("book").prepare().unwrap();
    assert!(prepared.headers().contains_key("idempotency-key"));

    let call = client
        .order("book")
        .options(|options| options.idempotency_key("a\nb"));
    assert_eq!(call.await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    let call = client
        .order_plainly("book")
        .options(|options| options.idempotency_key("a"));
    let error = call.await.unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::InvalidRequest, Sent::No)
    );
    assert!(
        error.to_string().contains("declares no `idempotency_key`"),
        "{error}"
    );
}

#[tokio::test]
async fn without_a_key_a_post_is_not_retried() {
    let (url, keys) = orders().await;
    let error = client(&url).order_plainly("book").await.unwrap_err();
    assert_eq!((error.attempts().len(), keys.lock().unwrap().len()), (1, 1));
}
