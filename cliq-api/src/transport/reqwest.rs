//! The default transport: a pooled `reqwest` client for each runtime.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use ::reqwest::{Client, ClientBuilder, Proxy, redirect, retry};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING};
use http::{Method, Request, Response};
use http_body::{Frame, SizeHint};
use secrecy::{ExposeSecret, SecretString};

use super::origin::Origin;
use super::proxy;
use super::runtimes::Clients;
use super::{Exchange, FOREVER, Sent, SetupError, Transport, TransportError};
use crate::body::Body;

/// The default connect timeout.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends requests with [`reqwest`](::reqwest). Feature `reqwest`.
///
/// It follows no redirects and retries nothing. A client builds one unless it is given another
/// transport; build one by hand to wrap it in a [`Transport`] of your own. It may be used from
/// several Tokio runtimes: each has its own connections.
///
/// ```
/// use cliq_api::ReqwestTransport;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let transport = ReqwestTransport::builder().proxy("http://proxy.example.com:3128").build()?;
/// # Ok(())
/// # }
/// ```
pub struct ReqwestTransport {
    clients: Clients,
    origin: Origin,
}

/// Builds a [`ReqwestTransport`].
#[derive(Default)]
#[must_use]
pub struct ReqwestTransportBuilder {
    connect_timeout: Option<Duration>,
    proxy: Option<SecretString>,
    customize: Option<Customize>,
    plain_http: bool,
    direct: bool,
}

/// What a user does to the builder of each `reqwest` client.
type Customize = Box<dyn Fn(ClientBuilder) -> ClientBuilder + Send>;

impl ReqwestTransport {
    /// Returns a builder with the defaults.
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder::default()
    }
}

impl ReqwestTransportBuilder {
    /// Sets the connect timeout. Defaults to 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout.min(FOREVER));
        self
    }

    /// Sets the proxy for all requests, such as `http://user:password@proxy.example.com:3128`.
    /// Defaults to the environment variables `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`.
    pub fn proxy(mut self, url: impl Into<SecretString>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Customizes the `reqwest` client, after what earlier calls of this did: certificates,
    /// addresses, pool. Redirects, `reqwest`'s retries and plain HTTP are set after it.
    ///
    /// It is done once for each Tokio runtime that requests are sent in, hence the `Clone`.
    pub fn reqwest(
        mut self,
        customize: impl FnOnce(ClientBuilder) -> ClientBuilder + Clone + Send + 'static,
    ) -> Self {
        self.customize = Some(match self.customize.take() {
            Some(first) => Box::new(move |builder| customize.clone()(first(builder))),
            None => Box::new(move |builder| customize.clone()(builder)),
        });
        self
    }

    /// Allows requests without TLS. Defaults to `https` only.
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Connects without a proxy, and allows requests without TLS, for loopback hosts.
    pub(crate) fn loopback(mut self) -> Self {
        self.direct = true;
        self.allow_plain_http()
    }

    /// Returns whether `reqwest` was customized, which may set headers.
    pub(crate) fn is_customized(&self) -> bool {
        self.customize.is_some()
    }

    /// Returns whether any setting was made that the builder of a client forwards.
    pub(crate) fn is_touched(&self) -> bool {
        self.is_customized() || self.proxy.is_some() || self.connect_timeout.is_some()
    }

    /// Builds the transport.
    ///
    /// # Errors
    ///
    /// [`SetupError`] if the proxy's URL or a setting of [`reqwest`](Self::reqwest) is invalid, or
    /// if the crate was built without TLS and plain HTTP isn't allowed.
    pub fn build(self) -> Result<ReqwestTransport, SetupError> {
        if !self.plain_http && !cfg!(any(feature = "rustls", feature = "native-tls")) {
            return Err(SetupError::new(
                "this program was built without TLS; enable the feature `rustls` or `native-tls` \
                 of the crate `cliq_api`",
            ));
        }
        // A customized client may have other proxies, or none.
        if self.proxy.is_none() && self.customize.is_none() && !self.direct {
            proxy::check_environment(self.plain_http)?;
        }
        let proxy = self.proxy.as_ref().map(ExposeSecret::expose_secret);
        let proxy = proxy.map(proxy::all).transpose()?;
        let clients = Clients::new(Box::new(move || self.client(proxy.clone())));
        let clients = clients.map_err(|error| {
            SetupError::new("the HTTP client can't be built").caused_by(error.without_url())
        })?;
        Ok(ReqwestTransport {
            clients,
            origin: Origin::default(),
        })
    }

    fn client(&self, proxy: Option<Proxy>) -> Result<Client, ::reqwest::Error> {
        let mut builder = Client::builder()
            .connect_timeout(self.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
            .user_agent(crate::USER_AGENT);
        if let Some(proxy) = proxy {
            builder = builder.proxy(proxy);
        }
        if let Some(customize) = &self.customize {
            builder = customize(builder);
        }
        // Set last, so that a customization can't undo it: redirects and retries of reqwest would
        // bypass the rate limits, or send a secret to another server.
        builder = builder
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(retry::never().max_retries_per_request(0));
        if self.direct {
            builder = builder.no_proxy();
        }
        if !self.plain_http {
            builder = builder.https_only(true);
        }
        builder.build()
    }
}

impl ReqwestTransport {
    fn begin(
        &self,
        request: Request<Body>,
    ) -> Result<
        impl Future<Output = Result<::reqwest::Response, ::reqwest::Error>> + Send + use<>,
        TransportError,
    > {
        let unsent = |problem| {
            move |error: ::reqwest::Error| {
                TransportError::new(Sent::No, problem).caused_by(error.without_url())
            }
        };
        let request = self.origin.convert(request);
        let request = request.map_err(unsent("its URL is no URL"))?;
        let client = self.clients.here();
        let client = client.map_err(unsent("no HTTP client can be built for this runtime"))?;
        Ok(client.execute(request))
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, mut request: Request<Body>) -> Exchange<'_> {
        tell_length(&mut request);
        let begun = self.begin(request);
        Box::pin(async move {
            let exchange = begun?;
            let response: Response<_> = exchange.await.map_err(no_response)?.into();
            Ok(response.map(|body| Body::wrap(Received(body))))
        })
    }
}

/// A request whose method defines content has a length, though it be 0 (RFC 9110, section 8.6):
/// without it, strict servers respond 411. hyper sends it for HTTP/2 only.
fn tell_length(request: &mut Request<Body>) {
    const NONE: HeaderValue = HeaderValue::from_static("0");
    let has_content = matches!(
        *request.method(),
        Method::POST | Method::PUT | Method::PATCH
    );
    let is_empty = http_body::Body::size_hint(request.body()).exact() == Some(0);
    if has_content && is_empty && !request.headers().contains_key(TRANSFER_ENCODING) {
        request.headers_mut().entry(CONTENT_LENGTH).or_insert(NONE);
    }
}

/// A response's body, with our errors.
struct Received(::reqwest::Body);

impl http_body::Body for Received {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let frame = ready!(Pin::new(&mut self.0).poll_frame(context));
        Poll::Ready(frame.map(|frame| frame.map_err(broken_off)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// Converts an error before the head of the response arrived.
fn no_response(error: ::reqwest::Error) -> TransportError {
    if causes(&error).any(is_unprocessed) {
        let problem = "the server gave the request back unprocessed";
        return described(Sent::No, problem, error);
    }
    let sent = if never_written(&error) {
        Sent::No
    } else {
        Sent::Maybe
    };
    let problem = match (sent, error.is_timeout()) {
        (Sent::No, timed_out) => {
            let late = if timed_out { " in time" } else { "" };
            // hyper-util's message for a failed connection through a proxy. Only the text
            // identifies it.
            let is_tunnel =
                causes(&error).any(|cause| cause.to_string().starts_with("tunnel error"));
            let way = if is_tunnel { " through the proxy" } else { "" };
            format!("no connection to {}{way}{late}", server(&error))
        }
        (_, true) => "no response in time".to_owned(),
        (_, false) => "the exchange broke off before a response arrived".to_owned(),
    };
    described(sent, &problem, error)
}

/// Converts an error after the head of the response arrived.
fn broken_off(error: ::reqwest::Error) -> TransportError {
    let problem = if error.is_timeout() {
        "the response's body stopped arriving"
    } else {
        "the response broke off"
    };
    described(Sent::Answered, problem, error)
}

/// Returns host and port. Other parts of the URL may hold a secret.
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

/// Composes the error, without the URL, which may hold a secret.
fn described(sent: Sent, problem: &str, error: ::reqwest::Error) -> TransportError {
    let new = if error.is_timeout() {
        TransportError::timed_out
    } else {
        TransportError::new
    };
    let problem = match reason(&error) {
        Some(reason) => format!("{problem}: {reason}"),
        None => problem.to_owned(),
    };
    new(sent, problem).caused_by(error.without_url())
}

/// Returns whether it is certain that nothing of the request was written.
fn never_written(error: &::reqwest::Error) -> bool {
    // hyper reports "canceled" for a request whose connection closed before it was written.
    let canceled = |error: &(dyn StdError + 'static)| {
        error.downcast_ref().is_some_and(hyper::Error::is_canceled)
    };
    error.is_connect() || error.is_builder() || causes(error).any(canceled)
}

/// Whether the server reported that it has not processed the request, and never will (RFC 9113,
/// section 8.7): it refused the stream, or is going away and the stream is above the last one that
/// it took up. Streams below that end with other errors.
#[cfg(feature = "http2")]
fn is_unprocessed(cause: &(dyn StdError + 'static)) -> bool {
    let error: Option<&h2::Error> = cause.downcast_ref();
    error.is_some_and(|error| {
        let is_refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
        error.is_remote() && (is_refused || error.is_go_away())
    })
}

/// Without HTTP/2 no server can report that.
#[cfg(not(feature = "http2"))]
fn is_unprocessed(_: &(dyn StdError + 'static)) -> bool {
    false
}

/// The innermost cause, in the words of the system or of TLS. HTTP's own words add nothing.
fn reason(error: &::reqwest::Error) -> Option<String> {
    let innermost = causes(error).last()?;
    // For a timeout, only an error of the system adds information.
    let from_system = || {
        innermost
            .downcast_ref()
            .and_then(std::io::Error::raw_os_error)
            .is_some()
    };
    let helps = !error.is_timeout() || from_system();
    (helps && !innermost.is::<::reqwest::Error>()).then(|| innermost.to_string())
}

fn causes<'e>(error: &'e ::reqwest::Error) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    let first: Option<&'e (dyn StdError + 'static)> = error.source();
    std::iter::successors(first, |&error| error.source())
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestTransport").finish_non_exhaustive()
    }
}

/// Omits the proxy's URL, which may hold a password.
impl fmt::Debug for ReqwestTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestTransportBuilder")
            .field("connect_timeout", &self.connect_timeout)
            .field("plain_http", &self.plain_http)
            .finish_non_exhaustive()
    }
}
