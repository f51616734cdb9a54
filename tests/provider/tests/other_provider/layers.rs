//! `tower` layers around the default transport.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use cliq_api::{Body, BoxError, Connection, ErrorKind, RetryPolicy, Sent};
use http::{HeaderName, HeaderValue, Request, Response};
use tower::{Layer, Service, ServiceExt};
use tower_http::set_header::SetRequestHeaderLayer;
use tower_http::trace::TraceLayer;

use super::*;

/// Counts requests, and records its position in a header.
#[derive(Clone)]
struct Counting {
    name: &'static str,
    count: Arc<AtomicUsize>,
}

impl Counting {
    fn new(name: &'static str) -> Self {
        let count = Arc::default();
        Self { name, count }
    }
}

#[derive(Clone)]
struct CountingService<S>(S, Counting);

impl<S> Layer<S> for Counting {
    type Service = CountingService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        CountingService(inner, self.clone())
    }
}

impl<S, B> Service<Request<B>> for CountingService<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        self.1.count.fetch_add(1, Ordering::Relaxed);
        let name = HeaderValue::from_static(self.1.name);
        request.headers_mut().append("x-passed", name);
        self.0.call(request)
    }
}

#[tokio::test]
async fn layers_see_each_attempt_the_first_one_first() {
    let failing = AtomicUsize::new(2);
    let server = Server::start(move |request| {
        let left = failing.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(1)
        });
        if left.is_ok() {
            json(503, "")
        } else {
            item(request)
        }
    })
    .await;
    let (outer, inner) = (Counting::new("outer"), Counting::new("inner"));
    let name = HeaderName::from_static("x-set");
    let client = client(&server)
        .bearer("s3cret")
        .retry(RetryPolicy::new().initial_backoff(Duration::ZERO))
        .layer(outer.clone())
        .layer(SetRequestHeaderLayer::overriding(
            name,
            HeaderValue::from_static("yes"),
        ))
        .layer(TraceLayer::new_for_http())
        .layer(inner.clone())
        .build()
        .unwrap();
    assert_eq!(client.get_item(1_u32).await.unwrap(), Item { id: 1 });
    assert_eq!(server.received().len(), 3);
    for received in server.received() {
        assert_eq!(received.values("x-passed"), ["outer", "inner"]);
        assert_eq!(received.values("x-set"), ["yes"]);
        assert_eq!(received.values("authorization"), ["Bearer s3cret"]);
    }
    for layer in [outer, inner] {
        assert_eq!(layer.count.load(Ordering::Relaxed), 3);
    }
}

#[tokio::test]
async fn a_layers_own_error_may_have_been_sent() {
    // The system accepts the connection, but nobody responds.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let client = Client::builder(format!("http://{}", silent.local_addr().unwrap()))
        .retry(RetryPolicy::none())
        .layer(tower::timeout::TimeoutLayer::new(Duration::from_millis(20)))
        .build()
        .unwrap();
    let error = client.create_item("a").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Transport, Sent::Maybe)
    );
    assert!(
        error.to_string().contains("a layer of the client failed"),
        "{error}"
    );
    assert_neutral(&error);
}

/// Does what a layer must not do.
#[derive(Clone)]
struct Misusing<S> {
    inner: S,
    misuse: Misuse,
}

#[derive(Clone)]
enum Misuse {
    Twice,
    Elsewhere(String),
    Anew,
}

type Boxed = std::pin::Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>> + Send>>;

impl Service<Request<Body>> for Misusing<Connection> {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Boxed;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Boxed {
        let (inner, misuse) = (self.inner.clone(), self.misuse.clone());
        Box::pin(async move {
            match misuse {
                Misuse::Twice => {
                    let (head, body) = request.into_parts();
                    let body = body.try_clone().unwrap();
                    let again = Request::from_parts(head.clone(), body.try_clone().unwrap());
                    inner
                        .clone()
                        .oneshot(Request::from_parts(head, body))
                        .await?;
                    Ok(inner.oneshot(again).await?)
                }
                Misuse::Elsewhere(url) => {
                    *request.uri_mut() = url.parse().unwrap();
                    Ok(inner.oneshot(request).await?)
                }
                Misuse::Anew => {
                    let anew = Request::builder().uri(request.uri()).body(Body::empty());
                    Ok(inner.oneshot(anew.unwrap()).await?)
                }
            }
        })
    }
}

#[tokio::test]
async fn a_layer_sends_once_and_to_its_own_server() {
    let (server, other) = (depot().await, depot().await);
    for (misuse, sent, words) in [
        (Misuse::Twice, 1, "twice"),
        (
            Misuse::Elsewhere(format!("{}/v1/items/1", other.url())),
            0,
            "another server",
        ),
        (Misuse::Anew, 0, "replaced the request"),
    ] {
        let before = server.received().len();
        let client = client(&server)
            .bearer("s3cret")
            .retry(RetryPolicy::none())
            .layer(tower::layer::layer_fn(move |inner: Connection| Misusing {
                inner,
                misuse: misuse.clone(),
            }))
            .build()
            .unwrap();
        let error = client.get_item(1_u32).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(server.received().len() - before, sent, "{words}");
        assert_neutral(&error);
    }
    assert!(other.received().is_empty());
}

#[endpoints]
pub trait Empty {
    #[endpoint(POST "/empty")]
    fn post_nothing(&self);
}

/// RFC 9110, section 8.6: the sent body counts, not the one that the layers received.
#[tokio::test]
async fn a_post_without_a_body_has_a_length_behind_layers() {
    let server = Server::start(|_| json(200, "{}")).await;
    let wrapping = tower::util::MapRequestLayer::new(|request: Request<Body>| {
        request.map(http_body_util::BodyExt::boxed_unsync)
    });
    let filling = tower::util::MapRequestLayer::new(|request: Request<Body>| {
        request.map(|_| Body::from("filled"))
    });
    let wrapped = client(&server).layer(wrapping).build().unwrap();
    let filled = client(&server).layer(filling).build().unwrap();
    for (client, length) in [(wrapped, "0"), (filled, "6")] {
        client.post_nothing().await.unwrap();
        let received = server.last();
        assert_eq!(received.values("content-length"), [length]);
        assert!(received.values("transfer-encoding").is_empty());
        assert_eq!(received.body.len().to_string(), length);
    }
}
