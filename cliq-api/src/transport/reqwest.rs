//! The default transport: one pooled `reqwest` client.

use std::error::Error as StdError;
use std::time::Duration;

use ::reqwest::{Client, ClientBuilder, Proxy, redirect, retry};
use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use secrecy::{ExposeSecret, SecretString};

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
                Error::configuration("the proxy's URL can't be used").caused_by(error.without_url())
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
        Ok(Self { client, largest_answer: setup.largest_answer })
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, request: Request<Bytes>) -> Exchange<'_> {
        Box::pin(async move {
            let request = ::reqwest::Request::try_from(request)
                .map_err(|error| TransportError::new(Sent::No, "its URL is no URL").caused_by(error.without_url()))?;
            let mut answer = self.client.execute(request).await.map_err(unanswered)?;
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = answer.status();
            *response.version_mut() = answer.version();
            *response.headers_mut() = std::mem::take(answer.headers_mut());
            let (body, read) = self.read(answer).await;
            *response.body_mut() = body;
            match read {
                Ok(()) => Ok(response),
                Err(error) => Err(error.with_answer(response)),
            }
        })
    }
}

impl ReqwestTransport {
    /// As much of the body as came, and what ended it.
    async fn read(&self, mut answer: ::reqwest::Response) -> (Bytes, Result<(), TransportError>) {
        // The usual body comes in one piece, and is not copied.
        let first = match answer.chunk().await {
            Ok(chunk) => chunk.unwrap_or_default(),
            Err(error) => return (Bytes::new(), Err(cut(error))),
        };
        let mut more = match answer.chunk().await {
            Ok(None) => return (first.clone(), self.check(first.len())),
            Ok(Some(chunk)) => chunk,
            Err(error) => return (first, Err(cut(error))),
        };
        let mut body = BytesMut::from(first);
        let ended = loop {
            body.extend_from_slice(&more);
            if let Err(error) = self.check(body.len()) {
                break Err(error);
            }
            more = match answer.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break Ok(()),
                Err(error) => break Err(cut(error)),
            };
        };
        (body.freeze(), ended)
    }

    fn check(&self, length: usize) -> Result<(), TransportError> {
        if length <= self.largest_answer {
            return Ok(());
        }
        let problem = format!("the answer is larger than {} bytes", self.largest_answer);
        Err(TransportError::unusable(problem))
    }
}

/// No answer came.
fn unanswered(error: ::reqwest::Error) -> TransportError {
    let sent = if never_written(&error) { Sent::No } else { Sent::Maybe };
    let problem = match (sent, error.is_timeout()) {
        (Sent::No, true) => "no connection to the server in time",
        (Sent::No, false) => "no connection to the server",
        (_, true) => "no answer in time",
        (_, false) => "the exchange broke off before an answer came",
    };
    told(sent, problem, error)
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
    let timed_out = error.is_timeout() && !ground.is::<std::io::Error>();
    (!timed_out && !ground.is::<::reqwest::Error>()).then(|| ground.to_string())
}

fn causes<'e>(error: &'e ::reqwest::Error) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    let first: Option<&'e (dyn StdError + 'static)> = error.source();
    std::iter::successors(first, |&error| error.source())
}
