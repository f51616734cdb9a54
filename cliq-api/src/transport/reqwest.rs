//! The default transport: one pooled `reqwest` client.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use ::reqwest::{Client, ClientBuilder, Proxy, redirect, retry};
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Frame, SizeHint};
use secrecy::{ExposeSecret, SecretString};

use super::origin::Origin;
use super::{Exchange, FOREVER, Sent, SetupError, Transport, TransportError};
use crate::body::Body;

/// How long it may take to connect, by default.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends requests with [`reqwest`](::reqwest). Feature `reqwest`.
///
/// It follows no redirects and retries nothing. A client builds one unless it is given another
/// transport; build one by hand to wrap it in a [`Transport`] of your own.
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
    client: Client,
    origin: Origin,
}

/// Builds a [`ReqwestTransport`].
#[must_use]
pub struct ReqwestTransportBuilder {
    connect_timeout: Duration,
    proxy: Option<SecretString>,
    customize: Option<Customize>,
    plain_http: bool,
    direct: bool,
}

/// What a user does to the builder of the `reqwest` client.
type Customize = Box<dyn FnOnce(ClientBuilder) -> ClientBuilder + Send>;

impl ReqwestTransport {
    /// Returns a builder with the defaults.
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder::default()
    }
}

impl Default for ReqwestTransportBuilder {
    fn default() -> Self {
        Self {
            connect_timeout: CONNECT_TIMEOUT,
            proxy: None,
            customize: None,
            plain_http: false,
            direct: false,
        }
    }
}

impl ReqwestTransportBuilder {
    /// Sets how long it may take to connect. Defaults to 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout.min(FOREVER);
        self
    }

    /// Sets the proxy for all requests, such as `http://user:password@proxy.example.com:3128`.
    /// Defaults to what the environment says (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`).
    pub fn proxy(mut self, url: impl Into<SecretString>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Customizes the `reqwest` client, after what earlier calls of this did: certificates,
    /// addresses, pool. Redirects, `reqwest`'s retries and plain HTTP are set after it.
    pub fn reqwest(
        mut self,
        customize: impl FnOnce(ClientBuilder) -> ClientBuilder + Send + 'static,
    ) -> Self {
        self.customize = Some(match self.customize.take() {
            Some(first) => Box::new(|builder| customize(first(builder))),
            None => Box::new(customize),
        });
        self
    }

    /// Allows requests without TLS. Defaults to `https` only.
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Connects without a proxy, and allows requests without TLS: for servers on this machine.
    pub(crate) fn loopback(mut self) -> Self {
        self.direct = true;
        self.allow_plain_http()
    }

    /// Whether `reqwest` was customized, which may set headers.
    pub(crate) fn is_customized(&self) -> bool {
        self.customize.is_some()
    }

    /// Whether anything was set that the builder of a client forwards.
    pub(crate) fn is_touched(&self) -> bool {
        self.is_customized() || self.proxy.is_some() || self.connect_timeout != CONNECT_TIMEOUT
    }

    /// Builds the transport.
    ///
    /// # Errors
    ///
    /// If the proxy's URL or what [`reqwest`](Self::reqwest) did can't be used, or if only `https`
    /// is allowed and the crate was built without TLS.
    pub fn build(self) -> Result<ReqwestTransport, SetupError> {
        if !self.plain_http && !cfg!(any(feature = "rustls", feature = "native-tls")) {
            return Err(SetupError::new(
                "this program was built without TLS; turn on the feature `rustls` or \
                 `native-tls` of cliq-api",
            ));
        }
        let mut builder = Client::builder()
            .connect_timeout(self.connect_timeout)
            .user_agent(crate::USER_AGENT);
        if let Some(url) = self.proxy {
            let proxy = Proxy::all(url.expose_secret()).map_err(|error| {
                SetupError::new(
                    "the proxy's URL can't be used; expected something like \
                     `http://user:password@proxy.example.com:3128`",
                )
                .caused_by(error.without_url())
            })?;
            builder = builder.proxy(proxy);
        }
        if let Some(customize) = self.customize {
            builder = customize(builder);
        }
        // Last, so that nothing undoes it: redirects and retries of reqwest's would bypass the
        // limits of an endpoint, or take a secret elsewhere.
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
        let client = builder.build().map_err(|error| {
            SetupError::new("the HTTP client can't be built").caused_by(error.without_url())
        })?;
        Ok(ReqwestTransport {
            client,
            origin: Origin::default(),
        })
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, request: Request<Body>) -> Exchange<'_> {
        let begun = self
            .origin
            .convert(request)
            .map(|request| self.client.execute(request));
        Box::pin(async move {
            let exchange = begun.map_err(|error| {
                TransportError::new(Sent::No, "its URL is no URL").caused_by(error.without_url())
            })?;
            let response: Response<_> = exchange.await.map_err(no_response)?.into();
            Ok(response.map(|body| Body::wrap(Received(body))))
        })
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

/// The head of a response didn't arrive.
fn no_response(error: ::reqwest::Error) -> TransportError {
    let sent = if never_written(&error) {
        Sent::No
    } else {
        Sent::Maybe
    };
    let problem = match (sent, error.is_timeout()) {
        (Sent::No, timed_out) => {
            let late = if timed_out { " in time" } else { "" };
            // hyper-util's words for a failure on this side of a proxy: nothing but the text
            // distinguishes it.
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

/// The head of the response arrived, and the end of its body didn't.
fn broken_off(error: ::reqwest::Error) -> TransportError {
    let problem = if error.is_timeout() {
        "the response's body stopped arriving"
    } else {
        "the response broke off"
    };
    described(Sent::Answered, problem, error)
}

/// Host and port, which are no secret; other parts of a URL may be.
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

/// Leaves out the URL, which may hold a secret.
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

/// Whether nothing of the request was written, for certain.
fn never_written(error: &::reqwest::Error) -> bool {
    // hyper reports "canceled" for a request whose connection closed before it was taken up.
    let canceled = |error: &(dyn StdError + 'static)| {
        error.downcast_ref().is_some_and(hyper::Error::is_canceled)
    };
    error.is_connect() || error.is_builder() || causes(error).any(canceled)
}

/// The innermost cause, in the words of the system or of TLS. HTTP's own words add nothing.
fn reason(error: &::reqwest::Error) -> Option<String> {
    let innermost = causes(error).last()?;
    // Of a timeout only the system's own word says more.
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

/// Without the proxy's URL, which may hold a password.
impl fmt::Debug for ReqwestTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestTransportBuilder")
            .field("connect_timeout", &self.connect_timeout)
            .field("plain_http", &self.plain_http)
            .finish_non_exhaustive()
    }
}
