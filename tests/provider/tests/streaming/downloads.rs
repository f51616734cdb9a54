//! `-> Download` and `-> Text`.

use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use axum::routing::get;
use cliq_api::{ErrorKind, Sent};

use super::*;

async fn files() -> String {
    let file = async |Path(name): Path<String>, headers: HeaderMap| {
        let body = match name.as_str() {
            "small" => axum::body::Body::from(headers[header::ACCEPT].as_bytes().to_vec()),
            "broken" => axum::body::Body::from_stream(Broken::default()),
            "silent" => axum::body::Body::from_stream(Silent),
            _ => axum::body::Body::from_stream(Pieces::new(100).0),
        };
        ([(header::CONTENT_TYPE, "application/x-test")], body).into_response()
    };
    let text = async |Path(name): Path<String>| match name.as_str() {
        "latin" => (
            [(header::CONTENT_TYPE, "text/plain; charset=ISO-8859-1")],
            b"gr\xfcn".to_vec(),
        ),
        "other" => (
            [(header::CONTENT_TYPE, "text/plain; charset=utf-16")],
            b"canary".to_vec(),
        ),
        _ => ([(header::CONTENT_TYPE, "text/html")], b"<p>".to_vec()),
    };
    let router = Router::new()
        .route("/files/{name}", get(file))
        .route("/texts/{name}", get(text));
    serve(router).await
}

/// A stream that fails after its first chunk was sent.
#[derive(Default)]
struct Broken(usize);

impl futures_core::Stream for Broken {
    type Item = std::io::Result<&'static str>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0 += 1;
        match self.0 {
            1 => std::task::Poll::Ready(Some(Ok("beginning"))),
            // Gives it time to be sent.
            2..10 => {
                context.waker().wake_by_ref();
                std::task::Poll::Pending
            }
            _ => std::task::Poll::Ready(Some(Err(std::io::Error::other("disk failure")))),
        }
    }
}

/// A stream that never yields anything.
struct Silent;

impl futures_core::Stream for Silent {
    type Item = std::io::Result<Bytes>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Pending
    }
}

#[tokio::test]
async fn a_download_is_read_piece_by_piece() {
    let client = client(&files().await);
    let mut download = client.get_file("small").await.unwrap();
    assert_eq!(download.status(), 200);
    assert_eq!(download.content_type(), Some("application/x-test"));
    assert_eq!(download.content_length(), Some(3));
    assert_eq!(download.headers()["content-length"], "3");
    let piece = download.next().await.unwrap().unwrap();
    assert_eq!(piece, "*/*", "it accepts anything");
    assert!(download.next().await.is_none());
    assert!(download.next().await.is_none());

    let download = client.get_file("large").await.unwrap();
    assert_eq!(download.content_length(), None);
    let content = download.collect_up_to(100 * PIECE).await.unwrap();
    assert_eq!(content.len(), 100 * PIECE);
    let download = client.get_file("large").await.unwrap();
    let error = download.collect_up_to(100).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);

    let response = client.get_file("small").send().await.unwrap();
    let body = response.into_body().into_body();
    assert_eq!(body.collect_up_to(3).await.unwrap().len(), 3);
}

#[tokio::test]
async fn its_size_is_limited_only_by_the_call() {
    let url = files().await;
    let client = Client::builder(url).max_response_size(10).build().unwrap();
    let download = client.get_file("large").await.unwrap();
    let content = download.collect_up_to(usize::MAX).await.unwrap();
    assert_eq!(content.len(), 100 * PIECE);

    let limited = client
        .get_file("large")
        .options(|options| options.max_response_size(2 * PIECE));
    let mut download = limited.await.unwrap();
    let mut length = 0;
    let error = loop {
        match download.next().await.unwrap() {
            Ok(piece) => length += piece.len(),
            Err(error) => break error,
        }
    };
    assert!(length <= 2 * PIECE);
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("`max_response_size`"), "{error}");
    assert!(download.next().await.is_none());

    // A buffered body is limited by the client, or by the call.
    let error = client
        .get_text("html")
        .options(|options| options.max_response_size(2));
    let error = error.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error.to_string().contains("larger than the 2 bytes"),
        "{error}"
    );
    assert_eq!(client.get_text("html").await.unwrap(), "<p>");
}

#[tokio::test]
async fn a_download_that_breaks_off_is_an_error_and_ends() {
    let client = client(&files().await);
    let mut download = client.get_file("broken").await.unwrap();
    assert_eq!(download.next().await.unwrap().unwrap(), "beginning");
    let error = download.next().await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Transport, Sent::Answered)
    );
    assert_eq!(error.endpoint().unwrap().name(), "get_file");
    assert!(download.next().await.is_none());
}

#[tokio::test]
async fn silence_ends_a_download_only_if_it_is_bounded() {
    let client = Client::builder(files().await)
        .timeout(Duration::from_mins(1))
        .read_timeout(Duration::from_secs(2))
        .build()
        .unwrap();
    let mut download = client.get_file("silent").await.unwrap();
    let error = download.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(download.next().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_slows_the_sender() {
    let (pieces, made) = Pieces::new(1 << 14);
    let pieces = Arc::new(std::sync::Mutex::new(Some(pieces)));
    let file = async move || axum::body::Body::from_stream(pieces.lock().unwrap().take().unwrap());
    let client = client(&serve(Router::new().route("/files/large", get(file))).await);
    let mut download = client.get_file("large").await.unwrap();
    let mut length = 0;
    while length < 32 << 20 {
        length += download.next().await.unwrap().unwrap().len();
    }
    settle().await;
    let ahead = made.load(Ordering::Relaxed) - length / PIECE;
    assert!(ahead < IN_BETWEEN, "{ahead} pieces of 64 KiB are ahead");
}

#[tokio::test]
async fn a_download_that_is_dropped_counts_no_longer() {
    let client = client(&files().await);
    let download = client.get_file("silent").await.unwrap();
    assert_eq!(client.close(Duration::from_millis(20)).await, 1);
    drop(download);
    assert_eq!(client.close(Duration::from_secs(5)).await, 0);
}

#[tokio::test]
async fn text_is_read_by_its_charset() {
    let client = client(&files().await);
    let text = client.get_text("latin").await.unwrap();
    assert_eq!(text, "gr\u{fc}n");
    assert_eq!(client.get_text("html").await.unwrap().len(), 3);
    let meta = DEPOT.iter().find(|meta| meta.name() == "get_text").unwrap();
    let text = client.call(meta).set("NAME", "latin").await.unwrap();
    assert_eq!(text, "gr\u{fc}n");
    let error = client.get_text("other").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(!error.to_string().contains("canary"), "{error}");
}
