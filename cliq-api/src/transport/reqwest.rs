//! The default transport: one pooled `reqwest` client.

use std::error::Error as StdError;
use std::time::Duration;

use ::reqwest::{Client, ClientBuilder, Proxy, redirect, retry};
use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, timeout_at};

use super::origin::Origin;
use super::{EVER, Exchange, Transport, TransportError};
use crate::error::{Error, Sent};

/// What the transport is made from.
pub(crate) struct Setup {
    pub(crate) connect_timeout: Duration,
    pub(crate) read_timeout: Option<Duration>,
    pub(crate) proxy: Option<SecretString>,
    /// How large an answer may be, in bytes, once it is decompressed.
    pub(crate) max_response_size: usize,
    pub(crate) shape: Option<Shape>,
}

/// What a user does to the builder of the client under this one.
pub(crate) type Shape = Box<dyn FnOnce(ClientBuilder) -> ClientBuilder + Send>;

impl Setup {
    /// After what was said before.
    pub(crate) fn and_shape(
        &mut self,
        shape: impl FnOnce(ClientBuilder) -> ClientBuilder + Send + 'static,
    ) {
        self.shape = Some(match self.shape.take() {
            Some(first) => Box::new(|builder| shape(first(builder))),
            None => Box::new(shape),
        });
    }
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            read_timeout: None,
            proxy: None,
            max_response_size: 32 * 1024 * 1024,
            shape: None,
        }
    }
}

pub(crate) struct ReqwestTransport {
    client: Client,
    origin: Origin,
    max_response_size: usize,
}

impl ReqwestTransport {
    /// `loopback` is whether the server is this machine: it may be talked to without TLS, and no
    /// proxy is asked for it.
    pub(crate) fn new(setup: Setup, loopback: bool) -> Result<Self, Error> {
        if !loopback && !cfg!(any(feature = "rustls", feature = "native-tls")) {
            let problem = "this program was built without TLS; turn on the feature `rustls` or `native-tls` of cliq-api";
            return Err(Error::configuration(problem));
        }
        let mut builder = Client::builder().connect_timeout(setup.connect_timeout);
        if let Some(timeout) = setup.read_timeout {
            builder = builder.read_timeout(timeout);
        }
        if let Some(url) = setup.proxy {
            let proxy = Proxy::all(url.expose_secret()).map_err(|error| {
                Error::configuration(
                    "the proxy's URL can't be used; it is like `http://user:password@proxy.example.com:3128`",
                )
                .caused_by(error.without_url())
            })?;
            builder = builder.proxy(proxy);
        }
        if let Some(shape) = setup.shape {
            builder = shape(builder);
        }
        // Last, so that nothing undoes it. What reqwest would do unasked goes past the limits of an
        // endpoint, or takes a secret elsewhere.
        builder = builder
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(retry::never().max_retries_per_request(0));
        builder = if loopback {
            builder.no_proxy()
        } else {
            builder.https_only(true)
        };
        let client = builder.build().map_err(|error| {
            Error::configuration("the HTTP client can't be made").caused_by(error.without_url())
        })?;
        Ok(Self {
            client,
            origin: Origin::default(),
            max_response_size: setup.max_response_size,
        })
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, request: Request<Bytes>) -> Exchange<'_> {
        self.send_within(request, EVER)
    }

    fn send_within(&self, request: Request<Bytes>, time: Duration) -> Exchange<'_> {
        let end = Instant::now() + time;
        let begun = self.begin(request);
        Box::pin(async move {
            let answer = timeout_at(end, begun?).await;
            let answer = answer.map_err(|_| TransportError::no_answer_within(time))?;
            let mut answer = answer.map_err(unanswered)?;
            let mut whole = Response::new(Bytes::new());
            *whole.status_mut() = answer.status();
            *whole.version_mut() = answer.version();
            *whole.headers_mut() = std::mem::take(answer.headers_mut());

            let mut body = Body::default();
            let ended = loop {
                let piece = match timeout_at(end, answer.chunk()).await {
                    Ok(Ok(Some(piece))) => piece,
                    Ok(Ok(None)) => break Ok(()),
                    Ok(Err(error)) => break Err(cut(error)),
                    Err(_) => {
                        let problem = format!("the answer was not whole within {time:?}");
                        break Err(TransportError::timed_out(Sent::Answered, problem));
                    }
                };
                body.push(piece);
                if let Err(error) = self.check(body.len()) {
                    break Err(error);
                }
            };
            *whole.body_mut() = body.into();
            match ended {
                Ok(()) => Ok(whole),
                Err(error) => Err(error.with_answer(whole)),
            }
        })
    }
}

/// What came of an answer's body so far. The usual one comes in one piece, and is not copied.
#[derive(Default)]
struct Body {
    first: Bytes,
    /// The whole body, once there is more than that.
    more: BytesMut,
}

impl Body {
    fn push(&mut self, piece: Bytes) {
        if self.len() == 0 {
            self.first = piece;
            return;
        }
        if self.more.is_empty() {
            self.more = BytesMut::from(std::mem::take(&mut self.first));
        }
        self.more.extend_from_slice(&piece);
    }

    fn len(&self) -> usize {
        self.first.len() + self.more.len()
    }
}

impl From<Body> for Bytes {
    fn from(Body { first, more }: Body) -> Self {
        if more.is_empty() {
            first
        } else {
            more.freeze()
        }
    }
}

impl ReqwestTransport {
    /// Hands the request over, which is sent once that is awaited.
    fn begin(
        &self,
        request: Request<Bytes>,
    ) -> Result<
        impl Future<Output = Result<::reqwest::Response, ::reqwest::Error>> + use<>,
        TransportError,
    > {
        let request = self.origin.convert(request).map_err(|error| {
            TransportError::new(Sent::No, "its URL is no URL").caused_by(error.without_url())
        })?;
        Ok(self.client.execute(request))
    }

    fn check(&self, length: usize) -> Result<(), TransportError> {
        if length <= self.max_response_size {
            return Ok(());
        }
        let problem = format!(
            "the answer is larger than the {} bytes that `max_response_size` allows",
            self.max_response_size
        );
        Err(TransportError::unusable(problem))
    }
}

/// No answer came.
fn unanswered(error: ::reqwest::Error) -> TransportError {
    let sent = if never_written(&error) {
        Sent::No
    } else {
        Sent::Maybe
    };
    let problem = match (sent, error.is_timeout()) {
        (Sent::No, timed_out) => {
            let late = if timed_out { " in time" } else { "" };
            // hyper-util's words for what goes wrong on this side of a proxy. Nothing but the text
            // tells it.
            let is_tunnel =
                causes(&error).any(|cause| cause.to_string().starts_with("tunnel error"));
            let way = if is_tunnel { " through the proxy" } else { "" };
            format!("no connection to {}{way}{late}", server(&error))
        }
        (_, true) => "no answer in time".to_owned(),
        (_, false) => "the exchange broke off before an answer came".to_owned(),
    };
    told(sent, &problem, error)
}

/// Host and port, which are no secret: what else a URL holds may be.
fn server(error: &::reqwest::Error) -> String {
    let authority = error.url().and_then(|url| {
        let host = url.host_str()?;
        Some(
            url.port()
                .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
        )
    });
    authority.unwrap_or_else(|| "the server".to_owned())
}

/// The answer's beginning came, and not its end.
fn cut(error: ::reqwest::Error) -> TransportError {
    let problem = if error.is_timeout() {
        "the answer's body stopped coming"
    } else {
        "the answer broke off"
    };
    told(Sent::Answered, problem, error)
}

/// Its URL may hold a secret, and is left out.
fn told(sent: Sent, problem: &str, error: ::reqwest::Error) -> TransportError {
    let made = if error.is_timeout() {
        TransportError::timed_out
    } else {
        TransportError::new
    };
    let reason = reason(&error);
    made(
        sent,
        reason.map_or_else(
            || problem.to_owned(),
            |reason| format!("{problem}: {reason}"),
        ),
    )
    .caused_by(error.without_url())
}

/// Whether it is certain that nothing of the request was written.
fn never_written(error: &::reqwest::Error) -> bool {
    // hyper says "canceled" of a request that it gives back because its connection closed before it
    // was taken up.
    let canceled = |error: &(dyn StdError + 'static)| {
        error.downcast_ref().is_some_and(hyper::Error::is_canceled)
    };
    error.is_connect() || error.is_builder() || causes(error).any(canceled)
}

/// What lies at the ground, in the words of the system or of TLS. Those of HTTP itself say no more
/// than we do.
fn reason(error: &::reqwest::Error) -> Option<String> {
    let ground = causes(error).last()?;
    // Of a time that ran out the system's own word alone says more.
    let is_systems = || {
        ground
            .downcast_ref()
            .and_then(std::io::Error::raw_os_error)
            .is_some()
    };
    let tells = !error.is_timeout() || is_systems();
    (tells && !ground.is::<::reqwest::Error>()).then(|| ground.to_string())
}

fn causes<'e>(error: &'e ::reqwest::Error) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    let first: Option<&'e (dyn StdError + 'static)> = error.source();
    std::iter::successors(first, |&error| error.source())
}
