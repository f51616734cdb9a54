//! `#[body(stream)]`.

use std::io::{self, Read};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use axum::body::Body as AxumBody;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{post, put};
use cliq_api::auth::{Authorizer, Authorizing, Generation};
use cliq_api::{ErrorKind, Sent, http};

use super::*;

type Uploads = Arc<Mutex<Vec<(HeaderMap, usize)>>>;

/// Starts a server that rejects the first `refusals` uploads.
async fn files(refusals: usize, status: StatusCode) -> (String, Uploads) {
    let uploads = Uploads::default();
    let (seen, left) = (Arc::clone(&uploads), Arc::new(AtomicUsize::new(refusals)));
    let file = async move |headers: HeaderMap, body: AxumBody| {
        let Ok(content) = axum::body::to_bytes(body, usize::MAX).await else {
            return StatusCode::BAD_REQUEST;
        };
        seen.lock().unwrap().push((headers, content.len()));
        let refuses = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(1)
        });
        if refuses.is_ok() {
            status
        } else {
            StatusCode::NO_CONTENT
        }
    };
    let router = Router::new()
        .route("/files/{name}", put(file.clone()))
        .route("/files", post(file));
    (serve(router).await, uploads)
}

#[track_caller]
fn last(uploads: &Uploads) -> (HeaderMap, usize) {
    uploads.lock().unwrap().last().unwrap().clone()
}

#[tokio::test]
async fn bodies_from_everywhere() {
    let (url, uploads) = files(0, StatusCode::OK).await;
    let client = client(&url);
    let length = |headers: &HeaderMap| headers.get("content-length").cloned();

    client.put_file("a", "in memory").await.unwrap();
    let (headers, received) = last(&uploads);
    assert_eq!(
        (headers["content-type"].as_bytes(), received),
        (&b"image/png"[..], 9)
    );
    assert_eq!(length(&headers).unwrap(), "9");

    client
        .put_file("a", Body::stream(Pieces::new(20).0))
        .await
        .unwrap();
    let (headers, received) = last(&uploads);
    assert_eq!((length(&headers), received), (None, 20 * PIECE));

    let sized = Body::stream(Pieces::new(2).0).with_length(2 * PIECE as u64);
    client.put_file("a", sized).await.unwrap();
    assert_eq!(length(&last(&uploads).0).unwrap(), "131072");

    client
        .put_file("a", Body::reader(io::repeat(1).take(300_000)))
        .await
        .unwrap();
    assert_eq!(last(&uploads).1, 300_000);

    client
        .put_file("a", Body::async_reader(&b"asynchronous"[..]))
        .await
        .unwrap();
    assert_eq!(last(&uploads).1, 12);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report");
    std::fs::write(&path, vec![1; 200_000]).unwrap();
    client
        .add_file()
        .content(Body::file(&path).unwrap())
        .await
        .unwrap();
    let (headers, received) = last(&uploads);
    assert_eq!(received, 200_000);
    assert_eq!(length(&headers).unwrap(), "200000");
    assert_eq!(headers["content-type"], "application/octet-stream");
    assert!(Body::file(folder.path().join("missing")).is_err());

    client.add_file().await.unwrap();
    let (headers, received) = last(&uploads);
    assert_eq!((headers.get("content-type"), received), (None, 0));
}

#[tokio::test]
async fn only_replayable_bodies_are_retried() {
    let (url, uploads) = files(1, StatusCode::SERVICE_UNAVAILABLE).await;
    let stream = Body::stream(Pieces::new(1).0);
    let error = client(&url).put_file("a", stream).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts().len()),
        (ErrorKind::Status, 1)
    );
    assert!(
        error
            .to_string()
            .contains("not retried: its body is a stream"),
        "{error}"
    );

    let (url, _) = files(1, StatusCode::SERVICE_UNAVAILABLE).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report");
    std::fs::write(&path, "content").unwrap();
    client(&url)
        .put_file("a", Body::file(path).unwrap())
        .await
        .unwrap();
    assert_eq!(uploads.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn the_error_explains_only_prevented_retries() {
    let (url, _) = files(1, StatusCode::NOT_FOUND).await;
    let stream = Body::stream(Pieces::new(1).0);
    let error = client(&url).put_file("a", stream).await.unwrap_err();
    assert!(!error.to_string().contains("not retried"), "{error}");
}

/// Has a new token after one was rejected.
#[derive(Debug, Default)]
struct Renewing(AtomicBool);

impl Authorizer for Renewing {
    fn authorize<'a>(&'a self, request: &'a mut http::request::Parts) -> Authorizing<'a> {
        request
            .headers
            .insert("x-token", http::HeaderValue::from_static("t"));
        let generation = u64::from(self.0.load(Ordering::Relaxed));
        Authorizing::ready(Ok(Some(Generation::new(generation))))
    }

    fn refused(&self, generation: Generation) -> bool {
        generation.get() == 0 && !self.0.swap(true, Ordering::Relaxed)
    }
}

#[tokio::test]
async fn a_stream_is_not_sent_again_with_a_new_token() {
    let (url, uploads) = files(1, StatusCode::UNAUTHORIZED).await;
    let authorizer = Arc::new(Renewing::default());
    let client = Client::builder(url)
        .authorizer(Arc::clone(&authorizer))
        .build()
        .unwrap();
    let stream = Body::stream(Pieces::new(1).0);
    let error = client.put_file("a", stream).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 401);
    assert!(
        error
            .to_string()
            .contains("not retried: its body is a stream"),
        "{error}"
    );
    assert!(
        authorizer.0.load(Ordering::Relaxed),
        "the token is replaced nevertheless"
    );
    client
        .put_file("a", Body::stream(Pieces::new(1).0))
        .await
        .unwrap();
    assert_eq!(uploads.lock().unwrap().len(), 2);

    let (url, uploads) = files(1, StatusCode::UNAUTHORIZED).await;
    let client = Client::builder(url)
        .authorizer(Renewing::default())
        .build()
        .unwrap();
    client.put_file("a", "in memory").await.unwrap();
    assert_eq!(uploads.lock().unwrap().len(), 2);
}

/// A reader that fails, or never yields.
struct Failing;

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is on fire"))
    }
}

#[tokio::test]
async fn a_body_that_fails_is_an_error_with_its_cause() {
    let (url, _) = files(0, StatusCode::OK).await;
    let client = client(&url);
    let error = client
        .put_file("a", Body::reader(Failing))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Transport, Sent::Maybe)
    );
    assert!(error.to_string().contains("the disk is on fire"), "{error}");

    for (length, problem) in [(1, "longer"), (PIECE as u64 + 1, "1 bytes before")] {
        let body = Body::stream(Pieces::new(1).0).with_length(length);
        let error = client.put_file("a", body).await.unwrap_err();
        assert!(error.to_string().contains(problem), "{error}");
    }
}

/// Sets a flag when it is dropped.
struct Dropped(Arc<AtomicBool>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl futures_core::Stream for Dropped {
    type Item = io::Result<Bytes>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Pending
    }
}

#[tokio::test]
async fn dropping_a_call_aborts_its_upload() {
    let (url, uploads) = files(0, StatusCode::OK).await;
    let client = client(&url);
    let flag = Arc::new(AtomicBool::new(false));
    let body = Body::stream(Dropped(Arc::clone(&flag)));
    let call = client.put_file("a", body).into_future();
    let ended = tokio::time::timeout(Duration::from_millis(50), call).await;
    assert!(ended.is_err());
    while !flag.load(Ordering::Relaxed) {
        tokio::task::yield_now().await;
    }
    assert_eq!(client.close(Duration::from_secs(5)).await, 0);
    assert!(uploads.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_server_slows_the_sender() {
    let (pieces, made) = Pieces::new(1 << 10);
    let gate = Arc::new(tokio::sync::Notify::new());
    let opened = Arc::clone(&gate);
    let file = async move |body: AxumBody| {
        opened.notified().await;
        let content = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        assert_eq!(content.len(), PIECE << 10);
    };
    let client = client(&serve(Router::new().route("/files/a", put(file))).await);
    let upload = tokio::spawn(client.put_file("a", Body::stream(pieces)).into_future());
    while made.load(Ordering::Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    settle().await;
    let made = made.load(Ordering::Relaxed);
    assert!(made < IN_BETWEEN, "{made} pieces of 64 KiB were sent");
    gate.notify_one();
    upload.await.unwrap().unwrap();
}
