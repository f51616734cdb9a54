//! Sends requests and receives responses: the trait `Transport`, `tower` layers, and the transports
//! over `reqwest` and `hyper`.

#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod default;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod failure;
#[cfg(feature = "hyper")]
mod hyper;
mod layer;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod proxy;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(any(
    all(feature = "hyper", feature = "rustls"),
    all(feature = "reqwest", any(feature = "rustls", feature = "native-tls"))
))]
mod roots;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod runtimes;

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

#[cfg(any(feature = "hyper", feature = "reqwest"))]
use http::header::{CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING};
use http::{Request, Response};

#[cfg(any(feature = "hyper", feature = "reqwest"))]
pub use self::default::DefaultTransport;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
pub(crate) use self::default::DefaultTransportBuilder;
#[cfg(feature = "hyper")]
pub use self::hyper::{HyperTransport, HyperTransportBuilder};
pub use self::layer::Connection;
pub(crate) use self::layer::{BoxLayer, Once, boxed};
#[cfg(feature = "reqwest")]
pub use self::reqwest::{ReqwestTransport, ReqwestTransportBuilder};
use crate::body::{Body, BoxError};
use crate::secrets::Secrets;

/// The `User-Agent` of clients that don't set one.
pub(crate) const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// The default connect timeout.
#[cfg(any(feature = "hyper", feature = "reqwest"))]
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

#[cfg(any(feature = "hyper", feature = "reqwest"))]
const NO_TLS: &str = "this program was built without TLS; enable the feature `rustls` or \
                      `native-tls` of the crate `cliq_api`";

/// Effectively infinite, but safe to add to an `Instant`.
pub(crate) const FOREVER: Duration = Duration::from_hours(24 * 365);

/// A request that is being sent, until the head of its response arrives.
pub type Exchange<'a> =
    Pin<Box<dyn Future<Output = Result<Response<Body>, TransportError>> + Send + 'a>>;

/// Sends a request once.
///
/// The guide: [transports](crate::guide::middleware#transports).
///
/// A transport must not follow redirects or retry: both would bypass the client's rate limits. Its
/// errors must not contain secrets, which a URL may hold. The client limits time and size; a
/// transport needs a timeout only for connecting.
///
/// ```
/// use cliq_api::{Body, DefaultTransport, Exchange, Transport, http};
///
/// /// Counts requests.
/// struct Counting(DefaultTransport, std::sync::atomic::AtomicUsize);
///
/// impl Transport for Counting {
///     fn send(&self, request: http::Request<Body>) -> Exchange<'_> {
///         self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         self.0.send(request)
///     }
/// }
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends the request. The future resolves when the head of the response has arrived; its body
    /// is read later. Dropping either aborts the exchange.
    ///
    /// # Errors
    ///
    /// [`TransportError`], which reports whether the request may have been sent. Errors of reading
    /// the response's body are errors of the body.
    fn send(&self, request: Request<Body>) -> Exchange<'_>;
}

/// Whether a call reached the server, in ascending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Sent {
    /// Nothing left this machine, or the server reported that it has not processed the request, as
    /// HTTP/2 lets it (RFC 9113, section 8.7).
    No,
    /// The server may have received and executed the call.
    Maybe,
    /// The server responded.
    Answered,
}

/// Why an exchange failed.
pub struct TransportError {
    sent: Sent,
    timeout: bool,
    problem: String,
    source: Option<BoxError>,
}

impl TransportError {
    /// Returns an error of an exchange. `sent` is what the server may have received; `problem` is
    /// displayed.
    pub fn new(sent: Sent, problem: impl Into<String>) -> Self {
        Self {
            sent,
            timeout: false,
            problem: problem.into(),
            source: None,
        }
    }

    /// Returns an error for an exchange that timed out.
    pub fn timed_out(sent: Sent, problem: impl Into<String>) -> Self {
        Self {
            timeout: true,
            ..Self::new(sent, problem)
        }
    }

    /// The same for a server that sent nothing for that long.
    pub(crate) fn silent(sent: Sent, silence: Duration) -> Self {
        Self::timed_out(sent, format!("the server sent nothing for {silence:?}"))
    }

    /// Sets the cause.
    #[must_use]
    pub fn caused_by(self, source: impl Into<BoxError>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }

    /// Returns what the server may have received.
    pub fn sent(&self) -> Sent {
        self.sent
    }

    /// Returns whether it timed out.
    pub fn is_timeout(&self) -> bool {
        self.timeout
    }

    /// Redacts secrets in its message and in its causes.
    pub(crate) fn redacted(mut self, secrets: &Secrets) -> Self {
        secrets.redact_in(&mut self.problem);
        self.source = self.source.map(|source| secrets.redact_error(source));
        self
    }

    pub(crate) fn into_source(self) -> Option<BoxError> {
        self.source
    }

    /// Converts an error of a layer. Unless it is a `TransportError`, the request may have been
    /// sent.
    pub(crate) fn before_response(error: BoxError) -> Self {
        Self::or_else(error, |error| {
            Self::new(
                Sent::Maybe,
                format!("a layer of the client failed: {error}"),
            )
            .caused_by(error)
        })
    }

    /// Converts the error of a response's body.
    pub(crate) fn of_body(error: BoxError) -> Self {
        Self::or_else(error, |error| {
            Self::new(Sent::Answered, format!("the response broke off: {error}")).caused_by(error)
        })
    }

    fn or_else(error: BoxError, other: impl FnOnce(BoxError) -> Self) -> Self {
        match error.downcast::<Self>() {
            Ok(own) => *own,
            Err(error) => other(error),
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportError")
            .field("sent", &self.sent)
            .field("timeout", &self.timeout)
            .field("problem", &self.problem)
            .field("source", &self.source)
            .finish()
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(any(feature = "hyper", feature = "reqwest"))]
/// A request whose method defines content has a length, though it be 0 (RFC 9110, section 8.6):
/// without it, strict servers respond 411. hyper sends it for HTTP/2 only.
fn tell_length(request: &mut Request<Body>) {
    const NONE: HeaderValue = HeaderValue::from_static("0");
    let has_content = matches!(
        *request.method(),
        http::Method::POST | http::Method::PUT | http::Method::PATCH
    );
    let is_empty = http_body::Body::size_hint(request.body()).exact() == Some(0);
    if has_content && is_empty && !request.headers().contains_key(TRANSFER_ENCODING) {
        request.headers_mut().entry(CONTENT_LENGTH).or_insert(NONE);
    }
}

/// A transport can't be built from its settings.
#[derive(Debug, thiserror::Error)]
#[error("{problem}")]
pub struct SetupError {
    problem: String,
    #[source]
    source: Option<BoxError>,
}

#[cfg(any(feature = "hyper", feature = "reqwest"))]
impl SetupError {
    fn new(problem: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            source: None,
        }
    }

    #[cfg(any(feature = "reqwest", feature = "rustls"))]
    fn caused_by(self, source: impl Into<BoxError>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }
}

#[cfg(all(test, any(feature = "hyper", feature = "reqwest")))]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    fn transports() -> Vec<Box<dyn Transport>> {
        vec![
            #[cfg(feature = "hyper")]
            Box::new(
                HyperTransport::builder()
                    .allow_plain_http()
                    .build()
                    .unwrap(),
            ),
            #[cfg(feature = "reqwest")]
            Box::new(
                ReqwestTransport::builder()
                    .allow_plain_http()
                    .build()
                    .unwrap(),
            ),
        ]
    }

    #[tokio::test]
    async fn a_proxy_is_blamed_only_where_there_is_one() {
        for transport in transports() {
            // Nobody listens, and nobody else can.
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
            let url = format!("http://{}/", socket.local_addr().unwrap());
            let request = Request::get(url).body(Body::empty()).unwrap();
            let error = transport.send(request).await.unwrap_err();
            assert_eq!(error.sent(), Sent::No);
            assert!(!error.to_string().contains("proxy"), "{error}");
        }
    }

    /// So that memory for it is reserved once.
    #[tokio::test]
    async fn the_length_of_a_response_is_known() {
        for transport in transports() {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("http://{}/", listener.local_addr().unwrap());
            let server = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                assert_ne!(stream.read(&mut [0; 1024]).unwrap(), 0);
                let head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
                stream.write_all(head).unwrap();
                stream.write_all(b"hello").unwrap();
            });
            let request = Request::get(url).body(Body::empty()).unwrap();
            let body = transport.send(request).await.unwrap().into_body();
            assert_eq!(http_body::Body::size_hint(&body).exact(), Some(5));
            assert_eq!(body.collect_up_to(5).await.unwrap(), "hello");
            server.join().unwrap();
        }
    }
}
