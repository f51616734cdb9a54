//! Responses, by declared return type.

use cliq_api::prelude::*;
use cliq_api::{ErrorKind, Sent};
use serde::Deserialize;

use crate::listener::{Listener, json};

#[endpoints]
trait Answers {
    #[endpoint(GET "/nothing")]
    fn get_nothing(&self);
    #[endpoint(GET "/raw")]
    fn get_raw(&self) -> Bytes;
    #[endpoint(GET "/item")]
    fn get_item(&self) -> Item;
    #[endpoint(GET "/item")]
    fn get_perhaps(&self) -> Option<Item>;
    #[endpoint(GET "/member", response = "data.item")]
    fn get_member(&self) -> Item;
    #[endpoint(GET "/member", response = "data.item")]
    fn get_perhaps_member(&self) -> Option<Item>;
}

#[derive(Debug, PartialEq, Deserialize)]
struct Item {
    id: u32,
}

async fn server(status: &str, body: &str) -> Listener {
    Listener::answering([json(status, body)]).await
}

#[tokio::test]
async fn each_return_type_is_decoded() {
    let odd = server("201 Created", "<html>").await;
    odd.client().get_nothing().await.unwrap();
    assert_eq!(odd.client().get_raw().await.unwrap(), "<html>");

    let item = server("200 OK", r#"{"id": 7}"#).await;
    assert_eq!(item.client().get_item().await.unwrap(), Item { id: 7 });
    let whole = item.client().get_item().send().await.unwrap();
    assert_eq!(
        (
            whole.status().as_u16(),
            whole.headers()["content-type"].to_str().unwrap()
        ),
        (200, "application/json")
    );
    assert_eq!(whole.into_body(), Item { id: 7 });

    let member = server(
        "200 OK",
        r#"{"x": {}, "data": {"y": [], "item": {"id": 8}}}"#,
    )
    .await;
    assert_eq!(member.client().get_member().await.unwrap(), Item { id: 8 });
    assert_eq!(
        member.client().get_perhaps_member().await.unwrap(),
        Some(Item { id: 8 })
    );
}

#[tokio::test]
async fn nothing_is_none_or_an_error() {
    for (status, body) in [("200 OK", ""), ("200 OK", "null"), ("204 No Content", "")] {
        let nothing = server(status, body).await;
        let client = nothing.client();
        client.get_nothing().await.unwrap();
        assert_eq!(client.get_raw().await.unwrap(), body);
        assert_eq!(client.get_perhaps().await.unwrap(), None);
        assert_eq!(client.get_perhaps_member().await.unwrap(), None);
        assert!(
            client
                .get_item()
                .await
                .unwrap_err()
                .to_string()
                .ends_with("expected struct Item, found null")
        );
        assert!(client.get_member().await.unwrap_err().is_decode());
    }
    for body in [
        r#"{"data": {}}"#,
        r#"{"data": null}"#,
        r#"{"data": {"item": null}}"#,
        "{}",
    ] {
        let without = server("200 OK", body).await;
        assert_eq!(without.client().get_perhaps_member().await.unwrap(), None);
        assert!(without.client().get_member().await.unwrap_err().is_decode());
    }
}

#[tokio::test]
async fn a_decode_error_has_its_place_and_the_body() {
    let body = r#"{"data": {"item": {"id": "canary"}}}"#;
    let odd = server("200 OK", body).await;
    let error = odd.client().get_member().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Decode, Sent::Answered)
    );
    assert_eq!(
        error.to_string(),
        "get_member (GET /member): the response (200 OK) is not what was declared: at `data.item.id`: expected u32, found a string"
    );
    assert_eq!(error.body().unwrap(), body);
    assert!(!format!("{error:?}").contains("canary"));
}
