//! `multipart` and `#[part]`.

use axum::Json;
use axum::extract::Multipart;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use cliq_api::ErrorKind;
use serde_json::{Value, json};

use super::*;

/// Starts a server that responds with the received parts, and rejects the first `refusals`
/// requests.
async fn forms(refusals: usize) -> String {
    let left = Arc::new(AtomicUsize::new(refusals));
    let form = async move |headers: HeaderMap, mut form: Multipart| {
        let mut parts = Vec::new();
        while let Some(field) = form.next_field().await.unwrap() {
            let (name, file) = (
                field.name().map(str::to_owned),
                field.file_name().map(str::to_owned),
            );
            let kind = field.content_type().map(str::to_owned);
            let content = field.bytes().await.unwrap();
            let content = match content.len() {
                0..100 => json!(String::from_utf8_lossy(&content)),
                length => json!(length),
            };
            parts.push(json!([name, file, kind, content]));
        }
        let refuses = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(1)
        });
        let status = if refuses.is_ok() {
            StatusCode::TOO_MANY_REQUESTS
        } else {
            StatusCode::OK
        };
        let length = headers
            .get("content-length")
            .map(|value| value.to_str().unwrap().to_owned());
        (status, Json(json!({ "length": length, "parts": parts })))
    };
    let router = Router::new()
        .route("/forms", post(form.clone()))
        .route("/lists", post(form))
        .layer(axum::extract::DefaultBodyLimit::disable());
    serve(router).await
}

fn meta(name: &str) -> &'static cliq_api::EndpointMeta {
    DEPOT.iter().find(|meta| meta.name() == name).unwrap()
}

#[tokio::test]
async fn values_and_files() {
    let client = client(&forms(0).await);
    let image = Part::new(vec![b'p'; 3])
        .file_name("gr\u{fc}n.png")
        .content_type("image/png");
    let form = client
        .post_form("a\r\nb \u{fc}", image)
        .count(7)
        .tags(["x", "y z"])
        .files([Part::json(&json!({ "a": 1 })), Part::new("plain")])
        .await
        .unwrap();
    let expected = json!([
        ["title", null, null, "a\r\nb \u{fc}"],
        ["count", null, null, "7"],
        ["tag", null, null, "x"],
        ["tag", null, null, "y z"],
        ["image", "gr\u{fc}n.png", "image/png", "ppp"],
        ["file", null, "application/json", "{\"a\":1}"],
        ["file", null, null, "plain"],
    ]);
    assert_eq!(form["parts"], expected);
    assert!(form["length"].is_string(), "all lengths are known");
    assert!(meta("post_form").multipart());
}

#[tokio::test]
async fn the_last_value_of_an_argument_is_sent() {
    let client = client(&forms(0).await);
    let form = client
        .post_form("t", "i")
        .count(1)
        .count(2)
        .tags(["x"])
        .tags(["y"]);
    let form = form.await.unwrap();
    let expected = json!([
        ["title", null, null, "t"],
        ["count", null, null, "2"],
        ["tag", null, null, "y"],
        ["image", null, null, "i"],
    ]);
    assert_eq!(form["parts"], expected);
}

#[tokio::test]
async fn files_and_streams_as_parts() {
    let url = forms(1).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.pdf");
    std::fs::write(&path, vec![1; 100_000]).unwrap();
    let file = Part::file(&path).unwrap();
    // The file is reopened for the retry.
    let form = client(&url).post_form("t", file).await.unwrap();
    let expected = json!(["image", "report.pdf", "application/octet-stream", 100_000]);
    assert_eq!(form["parts"][1], expected);
    assert!(form["length"].is_string());

    let stream = || Part::new(Body::stream(Pieces::new(3).0)).file_name("x");
    let form = client(&url).post_list([stream(), stream()]).await.unwrap();
    assert_eq!(form["length"], Value::Null);
    assert_eq!(form["parts"].as_array().unwrap().len(), 2);

    let url = forms(1).await;
    let call = client(&url).post_form("t", stream());
    let copy = call.clone();
    let error = call.await.unwrap_err();
    assert_eq!(error.status().unwrap(), 429);
    assert!(
        error
            .to_string()
            .contains("not retried: its body is a stream"),
        "{error}"
    );
    let error = copy.await.unwrap_err();
    assert!(error.to_string().contains("was sent already"), "{error}");
}

#[tokio::test]
async fn invalid_parts_are_errors_before_sending() {
    let client = client(&forms(0).await);
    let error = client.post_list(Vec::<Part>::new()).await.unwrap_err();
    assert!(error.to_string().contains("its list is empty"), "{error}");
    let bad = Part::new("x").content_type("text/plain\r\nX-Injected: 1");
    let error = client.post_list([bad]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(
        error
            .to_string()
            .contains("part parameter `file`: invalid content type"),
        "{error}"
    );
    let call = client.post_form("t", Part::new("canary"));
    assert!(!format!("{call:?}").contains("canary"));
}

#[tokio::test]
async fn calls_by_metadata_send_parts() {
    let client = client(&forms(0).await);
    let call = client
        .call(meta("post_form"))
        .set("title", "t")
        .set("tag", &["x", "y"]);
    let call = call.part("image", Part::new("i").file_name("i.txt"));
    let form = call.part("file", "1").part("file", "2").await.unwrap();
    let expected = json!([
        ["title", null, null, "t"],
        ["tag", null, null, "x"],
        ["tag", null, null, "y"],
        ["image", "i.txt", "application/octet-stream", "i"],
        ["file", null, null, "1"],
        ["file", null, null, "2"],
    ]);
    assert_eq!(form["parts"], expected);
    let error = client
        .call(meta("post_form"))
        .set("title", "t")
        .set("image", "i")
        .await
        .unwrap_err();
    assert!(error.to_string().contains("set it with `part`"), "{error}");
    let error = client
        .call(meta("post_form"))
        .part("other", "i")
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("no parameter \"other\""),
        "{error}"
    );
}
