//! The default transport: one pooled `reqwest` client.

use std::error::Error as StdError;
use std::pin::pin;
use std::time::Duration;

use ::reqwest::{Client, ClientBuilder, Proxy, redirect, retry};
use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use secrecy::{ExposeSecret, SecretString};

use super::origin::Origin;
use super::{Exchange, Transport, TransportError};
use crate::error::{Error, Sent};

/// What the transport is made from.
pub(crate) struct Setup {
    pub(crate) connect_timeout: Duration,
    pub(crate) read_timeout: Option<Duration>,
    pub(crate) proxy: Option<SecretString>,
    /// How large an answer may be, in bytes, once it is decompressed.
    pub(crate) largest_answer: usize,
    pub(crate) shape: Option<Shape>,
}

/// What a user does to the builder of the client under this one.
pub(crate) type Shape = Box<dyn FnOnce(ClientBuilder) -> ClientBuilder + Send>;

impl Setup {
    /// After what was said before.
    pub(crate) fn and_shape(&mut self, shape: impl FnOnce(ClientBuilder) -> ClientBuilder + Send + 'static) {
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
            largest_answer: 32 * 1024 * 1024,
            shape: None,
        }
    }
}

pub(crate) struct ReqwestTransport {
    client: Client,
    origin: Origin,
    largest_answer: usize,
}

impl ReqwestTransport {
    /// `loopback` is whether the server is this machine: it may be talked to without TLS, and no proxy is asked for it.
    pub(crate) fn new(setup: Setup, loopback: bool) -> Result<Self, Error> {
        if !loopback && !cfg!(any(feature = "rustls", feature = "native-tls")) {
            let problem =
                "this program was built without TLS; turn on the feature `rustls` or `native-tls` of cliq-api";
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
        // Last, so that nothing undoes it. What reqwest would do unasked goes past the limits of an endpoint, or takes a secret
        // elsewhere.
        builder = builder.redirect(redirect::Policy::none()).referer(false).retry(retry::never());
        builder = if loopback { builder.no_proxy() } else { builder.https_only(true) };
        let client = builder
            .build()
            .map_err(|error| Error::configuration("the HTTP client can't be made").caused_by(error.without_url()))?;
        Ok(Self { client, origin: Origin::default(), largest_answer: setup.largest_answer })
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, request: Request<Bytes>) -> Exchange<'_> {
        Box::pin(async move {
            let mut arrived = None;
            let ended = self.exchange(request, &mut arrived).await;
            whole(arrived, ended)
        })
    }

    fn send_within(&self, request: Request<Bytes>, time: Duration) -> Exchange<'_> {
        Box::pin(async move {
            let mut arrived = None;
            let ended = tokio::time::timeout(time, pin!(self.exchange(request, &mut arrived))).await;
            let ended = match ended {
                Ok(ended) => ended,
                Err(_) if arrived.is_none() => Err(TransportError::no_answer_within(time)),
                Err(_) => {
                    Err(TransportError::timed_out(Sent::Answered, format!("the answer was not whole within {time:?}")))
                }
            };
            whole(arrived, ended)
        })
    }
}

/// What came of an answer, so far.
struct Arrived {
    /// Its head, and the first piece of its body.
    answer: Response<Bytes>,
    /// The whole body, once there is more than that. The usual one comes in one piece, and is not copied.
    more: BytesMut,
}

fn whole(arrived: Option<Arrived>, ended: Result<(), TransportError>) -> Result<Response<Bytes>, TransportError> {
    let answer = arrived.map(|Arrived { mut answer, more }| {
        if !more.is_empty() {
            *answer.body_mut() = more.freeze();
        }
        answer
    });
    match (answer, ended) {
        (Some(answer), Ok(())) => Ok(answer),
        (Some(answer), Err(error)) => Err(error.with_answer(answer)),
        (None, Err(error)) => Err(error),
        (None, Ok(())) => Err(TransportError::new(Sent::Maybe, "the exchange ended without an answer")),
    }
}

impl ReqwestTransport {
    /// One exchange, and what came of its answer, however it ends.
    async fn exchange(&self, request: Request<Bytes>, arrived: &mut Option<Arrived>) -> Result<(), TransportError> {
        let request = self
            .origin
            .convert(request)
            .map_err(|error| TransportError::new(Sent::No, "its URL is no URL").caused_by(error.without_url()))?;
        let mut answer = self.client.execute(request).await.map_err(unanswered)?;
        let mut head = Response::new(Bytes::new());
        *head.status_mut() = answer.status();
        *head.version_mut() = answer.version();
        *head.headers_mut() = std::mem::take(answer.headers_mut());
        let Arrived { answer: whole, more } = arrived.insert(Arrived { answer: head, more: BytesMut::new() });

        let Some(first) = answer.chunk().await.map_err(cut)? else { return Ok(()) };
        *whole.body_mut() = first;
        self.check(whole.body().len())?;
        while let Some(piece) = answer.chunk().await.map_err(cut)? {
            if more.is_empty() {
                *more = BytesMut::from(std::mem::take(whole.body_mut()));
            }
            more.extend_from_slice(&piece);
            self.check(more.len())?;
        }
        Ok(())
    }

    fn check(&self, length: usize) -> Result<(), TransportError> {
        if length <= self.largest_answer {
            return Ok(());
        }
        let problem =
            format!("the answer is larger than the {} bytes that `largest_answer` allows", self.largest_answer);
        Err(TransportError::unusable(problem))
    }
}

/// No answer came.
fn unanswered(error: ::reqwest::Error) -> TransportError {
    let sent = if never_written(&error) { Sent::No } else { Sent::Maybe };
    let problem = match (sent, error.is_timeout()) {
        (Sent::No, timed_out) => {
            let late = if timed_out { " in time" } else { "" };
            // hyper-util's words for what goes wrong on this side of a proxy. Nothing but the text tells it.
            let is_tunnel = causes(&error).any(|cause| cause.to_string().starts_with("tunnel error"));
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
        Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    });
    authority.unwrap_or_else(|| "the server".to_owned())
}

/// The answer's beginning came, and not its end.
fn cut(error: ::reqwest::Error) -> TransportError {
    let problem = if error.is_timeout() { "the answer's body stopped coming" } else { "the answer broke off" };
    told(Sent::Answered, problem, error)
}

/// Its URL may hold a secret, and is left out.
fn told(sent: Sent, problem: &str, error: ::reqwest::Error) -> TransportError {
    let made = if error.is_timeout() { TransportError::timed_out } else { TransportError::new };
    let reason = reason(&error);
    made(sent, reason.map_or_else(|| problem.to_owned(), |reason| format!("{problem}: {reason}")))
        .caused_by(error.without_url())
}

/// Whether it is certain that nothing of the request was written.
fn never_written(error: &::reqwest::Error) -> bool {
    // hyper says "canceled" of a request that it gives back because its connection closed before it was taken up.
    let canceled = |error: &(dyn StdError + 'static)| error.downcast_ref().is_some_and(hyper::Error::is_canceled);
    error.is_connect() || error.is_builder() || causes(error).any(canceled)
}

/// What lies at the ground, in the words of the system or of TLS. Those of HTTP itself say no more than we do.
fn reason(error: &::reqwest::Error) -> Option<String> {
    let ground = causes(error).last()?;
    // Of a time that ran out the system's own word alone says more.
    let is_systems = || ground.downcast_ref().and_then(std::io::Error::raw_os_error).is_some();
    let tells = !error.is_timeout() || is_systems();
    (tells && !ground.is::<::reqwest::Error>()).then(|| ground.to_string())
}

fn causes<'e>(error: &'e ::reqwest::Error) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    let first: Option<&'e (dyn StdError + 'static)> = error.source();
    std::iter::successors(first, |&error| error.source())
}
