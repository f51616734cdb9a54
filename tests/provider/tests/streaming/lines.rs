//! `-> JsonLines<T>`.

use axum::http::HeaderMap;
use axum::routing::get;
use cliq_api::ErrorKind;

use super::*;

async fn exports(body: &'static str) -> String {
    let export = async move |headers: HeaderMap| {
        let accepted = headers["accept"].to_str().unwrap();
        assert!(accepted.starts_with("application/x-ndjson"), "{accepted}");
        body
    };
    serve(Router::new().route("/export", get(export))).await
}

#[tokio::test]
async fn each_line_is_a_value() {
    let url = exports("{\"id\": 1}\n\r\n {\"id\": 2}\r\n{\"id\": \"canary\"}\n\n{\"id\": 4}").await;
    let mut changes = client(&url).export().await.unwrap();
    assert_eq!(changes.next().await.unwrap().unwrap().id, 1);
    assert_eq!(changes.next().await.unwrap().unwrap().id, 2);
    let error = changes.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error
            .to_string()
            .contains("at `id`: expected u32, found a string"),
        "{error}"
    );
    assert_eq!(changes.next().await.unwrap().unwrap().id, 4, "it goes on");
    assert!(changes.next().await.is_none());
    assert!(changes.next().await.is_none());
}

#[tokio::test]
async fn a_line_that_never_ends_is_bounded() {
    let long = serve(Router::new().route(
        "/export",
        get(async || axum::body::Body::from_stream(Pieces::new(1 << 10).0)),
    ))
    .await;
    let client = Client::builder(long)
        .max_response_size(1 << 20)
        .build()
        .unwrap();
    let mut changes = client.export().await.unwrap();
    let error = changes.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("max_response_size"), "{error}");
    assert!(changes.next().await.is_none());
}

#[tokio::test]
async fn calls_by_metadata_read_lines_or_the_whole_body() {
    let url = exports("{\"id\": 1}\n\n[2]").await;
    let meta = DEPOT.iter().find(|meta| meta.name() == "export").unwrap();
    let client = client(&url);
    let whole = client.call(meta).await.unwrap();
    assert_eq!(whole, serde_json::json!([{ "id": 1 }, [2]]));
    let mut lines = client.call(meta).lines().await.unwrap();
    assert_eq!(lines.next().await.unwrap().unwrap()["id"], 1);
    assert_eq!(lines.next().await.unwrap().unwrap()[0], 2);
    assert!(lines.next().await.is_none());
}
