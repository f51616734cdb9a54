//! A small HTTP server on a loopback port, whose responses a test defines.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A response's body: whole or a stream.
pub type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// A request that arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Received {
    /// Returns all values of a header.
    ///
    /// # Panics
    ///
    /// If one is not text.
    pub fn values(&self, name: &str) -> Vec<&str> {
        let values = self.headers.get_all(name).iter();
        values.map(|value| value.to_str().expect("text")).collect()
    }

    /// Returns the body as text.
    ///
    /// # Panics
    ///
    /// If it is not UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }
}

/// An HTTP server. Dropping it stops it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts a server that responds with what `respond` returns.
    ///
    /// # Panics
    ///
    /// If no port is free.
    pub async fn start(
        respond: impl Fn(&Received) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let received = Arc::<Mutex<Vec<_>>>::default();
        let (respond, seen) = (Arc::new(respond), Arc::clone(&received));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (respond, seen) = (Arc::clone(&respond), Arc::clone(&seen));
                tokio::spawn(async move {
                    let service = service_fn(move |request: Request<Incoming>| {
                        let (respond, seen) = (Arc::clone(&respond), Arc::clone(&seen));
                        async move {
                            let (head, body) = request.into_parts();
                            let body = body
                                .collect()
                                .await
                                .map_or(Bytes::new(), |all| all.to_bytes());
                            let request = Received {
                                method: head.method,
                                uri: head.uri,
                                headers: head.headers,
                                body,
                            };
                            let response = respond(&request);
                            lock(&seen).push(request);
                            Ok::<_, Infallible>(response)
                        }
                    });
                    let io = TokioIo::new(stream);
                    // A client may close its connection.
                    let _ = http1::Builder::new().serve_connection(io, service).await;
                });
            }
        });
        Self {
            address,
            received,
            task,
        }
    }

    /// Returns the server's URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the requests that arrived, in order.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.received).clone()
    }

    /// Returns the last request.
    ///
    /// # Panics
    ///
    /// If none arrived.
    pub fn last(&self) -> Received {
        lock(&self.received).last().cloned().expect("a request")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Returns a response with this status and JSON.
///
/// # Panics
///
/// If the status is invalid.
pub fn json(status: u16, body: &str) -> Response<Body> {
    let body = whole(body.to_owned());
    let response = Response::builder()
        .status(status)
        .header("content-type", "application/json");
    response.body(body).expect("a response")
}

/// Returns a body in one piece.
pub fn whole(body: impl Into<Bytes>) -> Body {
    let never = |never: Infallible| match never {};
    Full::new(body.into()).map_err(never).boxed_unsync()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
