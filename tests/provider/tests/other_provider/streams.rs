//! Streamed bodies, up and down, through layers.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use cliq_api::{Body, ErrorKind, RetryPolicy, Sent};
use cliq_tests_provider::whole;
use http_body::Frame;
use tower_http::trace::TraceLayer;

use super::*;

/// A body with this many chunks.
struct Pieces(usize);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if self.0 == 0 {
            return Poll::Ready(None);
        }
        self.0 -= 1;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![b'x'; 1000])))))
    }
}

/// A body that never ends and never yields a chunk.
struct Silent;

impl http_body::Body for Silent {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        Poll::Pending
    }
}

fn meta(name: &str) -> &'static cliq_api::EndpointMeta {
    DEPOT.iter().find(|meta| meta.name() == name).unwrap()
}

/// Returns a server that stores files, fails the first `failures` requests, and streams responses.
async fn files(failures: usize) -> Server {
    let failures = AtomicUsize::new(failures);
    Server::start(move |request| {
        let left = failures.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(1)
        });
        match (&request.method, request.uri.path()) {
            _ if left.is_ok() => json(503, ""),
            (&http::Method::PUT, _) => json(204, ""),
            (_, "/v1/files/silent") => http::Response::new(boxed(Silent)),
            _ => http::Response::new(boxed(Pieces(100))),
        }
    })
    .await
}

fn boxed(
    body: impl http_body::Body<Data = Bytes, Error = std::io::Error> + Send + 'static,
) -> cliq_tests_provider::Body {
    http_body_util::BodyExt::boxed_unsync(body)
}

fn quick() -> RetryPolicy {
    RetryPolicy::new().initial_backoff(Duration::ZERO)
}

#[tokio::test]
async fn up_and_down_through_a_layer() {
    let server = files(0).await;
    let client = client(&server)
        .layer(TraceLayer::new_for_http())
        .build()
        .unwrap();
    let upload = client.call(meta("put_file")).set("NAME", "a");
    upload.body(Body::wrap(Pieces(100))).send().await.unwrap();
    assert_eq!(server.last().body.len(), 100_000);

    let download = client.call(meta("get_file")).set("NAME", "a").stream();
    let response = download.await.unwrap();
    assert_eq!(response.status(), 200);
    let content = response
        .into_body()
        .collect_up_to(usize::MAX)
        .await
        .unwrap();
    assert_eq!(content.len(), 100_000);
    assert_eq!(client.get_file("a").await.unwrap().len(), 100_000);
}

#[tokio::test]
async fn a_stream_is_sent_once_and_a_replayable_body_again() {
    let server = files(1).await;
    let client = client(&server).retry(quick()).build().unwrap();
    let upload = client.call(meta("put_file")).set("NAME", "a");
    let once = upload.clone().body(Body::wrap(Pieces(1)));
    let copy = once.clone();
    let error = once.send().await.unwrap_err();
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
    // A clone shares the stream.
    let error = copy.send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::InvalidRequest, Sent::No)
    );
    assert!(error.to_string().contains("was sent already"), "{error}");

    let server = files(1).await;
    let client = Client::builder(server.url())
        .retry(quick())
        .build()
        .unwrap();
    let opened = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&opened);
    let body = Body::replayable(move || {
        count.fetch_add(1, Ordering::Relaxed);
        Body::wrap(Pieces(2))
    });
    let upload = client.call(meta("put_file")).set("NAME", "a");
    upload.body(body).send().await.unwrap();
    assert_eq!(opened.load(Ordering::Relaxed), 2);
    assert_eq!(server.last().body.len(), 2000);
}

#[tokio::test]
async fn a_streamed_response_counts_until_it_is_read() {
    let server = files(0).await;
    let client = client(&server).build().unwrap();
    let download = || client.call(meta("get_file")).set("NAME", "a").stream();
    let response = download().await.unwrap();
    assert_eq!(client.close(Duration::from_millis(50)).await, 1);
    drop(response);
    assert_eq!(client.close(Duration::from_secs(5)).await, 0);
}

#[tokio::test]
async fn silence_ends_a_stream_only_if_it_is_bounded() {
    let server = files(0).await;
    let client = client(&server)
        .read_timeout(Duration::from_secs(2))
        .build()
        .unwrap();
    let download = client.call(meta("get_file")).set("NAME", "silent").stream();
    let error = download.await.unwrap().into_body().data().await;
    let error = error.unwrap().unwrap_err();
    assert!(
        error.to_string().contains("the server sent nothing for 2s"),
        "{error}"
    );
}

#[tokio::test]
async fn size_and_time_are_bounded_by_the_client() {
    let server = files(0).await;
    let small = client(&server).max_response_size(50_000).build().unwrap();
    let error = small.get_file("a").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("`max_response_size`"), "{error}");
    // A streamed body isn't buffered, so its size isn't limited.
    let streamed = small.call(meta("get_file")).set("NAME", "a").stream();
    let body = streamed.await.unwrap().into_body();
    assert_eq!(body.collect_up_to(200_000).await.unwrap().len(), 100_000);

    let hasty = client(&server)
        .timeout(Duration::from_secs(2))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = hasty.get_file("silent").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Timeout, Sent::Answered)
    );
    assert_neutral(&error);

    // At most 64 KiB of an error response are read.
    let server = Server::start(|_| {
        let mut response = http::Response::new(whole(vec![b'x'; 1 << 20]));
        *response.status_mut() = http::StatusCode::BAD_REQUEST;
        response
    })
    .await;
    let error = client(&server)
        .build()
        .unwrap()
        .get_file("a")
        .await
        .unwrap_err();
    assert_eq!(error.body().unwrap().len(), 64 << 10);
}
