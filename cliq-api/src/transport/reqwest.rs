//! The default transport: a pooled `reqwest` client for each runtime.

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[cfg(any(feature = "rustls", feature = "native-tls"))]
use ::reqwest::Certificate;
use ::reqwest::{Client, ClientBuilder, Proxy, Url, redirect, retry};
use http::uri::Authority;
use http::{Request, Response, Uri};
use http_body_util::BodyExt;
use secrecy::{ExposeSecret, SecretString};

use super::failure::{self, Circumstances, causes};
use super::proxy;
#[cfg(any(feature = "rustls", feature = "native-tls"))]
use super::roots::Roots;
use super::runtimes::Clients;
use super::{
    CONNECT_TIMEOUT, Exchange, FOREVER, NO_TLS, Sent, SetupError, Transport, TransportError,
    tell_length,
};
use crate::body::Body;

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
    clients: Clients<Client, ::reqwest::Error>,
    last_url: LastUrl,
}

/// Builds a [`ReqwestTransport`].
#[derive(Default)]
#[must_use]
pub struct ReqwestTransportBuilder {
    connect_timeout: Option<Duration>,
    proxy: Option<SecretString>,
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    roots: Roots,
    customize: Option<Customize>,
    plain_http: bool,
    direct: bool,
}

/// Adds the root certificates.
type Trust = Box<dyn Fn(ClientBuilder) -> ClientBuilder + Send>;

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

    /// Trusts these root certificates, in PEM, besides those of the platform.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub fn root_certificates(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.roots.add(pem.as_ref());
        self
    }

    /// Trusts these root certificates, in PEM, in place of those of the platform.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub fn only_root_certificates(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.roots.only(pem.as_ref());
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
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        let has_roots = self.roots.is_touched();
        #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
        let has_roots = false;
        let is_set = self.proxy.is_some() || self.connect_timeout.is_some();
        self.is_customized() || has_roots || is_set
    }

    /// Builds the transport.
    ///
    /// # Errors
    ///
    /// [`SetupError`] if the proxy's URL or a setting of [`reqwest`](Self::reqwest) is invalid, or
    /// if the crate was built without TLS and plain HTTP isn't allowed.
    pub fn build(self) -> Result<ReqwestTransport, SetupError> {
        if !self.plain_http && !cfg!(any(feature = "rustls", feature = "native-tls")) {
            return Err(SetupError::new(NO_TLS));
        }
        // A customized client may have other proxies, or none.
        if self.proxy.is_none() && self.customize.is_none() && !self.direct {
            proxy::check_environment(self.plain_http)?;
        }
        let proxy = self.proxy.as_ref().map(ExposeSecret::expose_secret);
        let proxy = proxy.map(through).transpose()?;
        let trust = self.trust()?;
        let clients = Clients::new(Box::new(move || self.client(proxy.clone(), &trust)));
        let clients = clients.map_err(|error| {
            SetupError::new("the HTTP client can't be built").caused_by(error.without_url())
        })?;
        Ok(ReqwestTransport {
            clients,
            last_url: LastUrl::default(),
        })
    }

    /// Reads the root certificates.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    fn trust(&self) -> Result<Trust, SetupError> {
        let certificates = self.roots.parse(Certificate::from_pem)?;
        let without_platform = self.roots.is_without_platform();
        Ok(Box::new(move |builder| {
            let certificates = certificates.iter().cloned();
            if without_platform {
                builder.tls_certs_only(certificates)
            } else {
                builder.tls_certs_merge(certificates)
            }
        }))
    }

    #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
    #[expect(clippy::unused_self, reason = "as it is with TLS")]
    #[expect(clippy::unnecessary_wraps, reason = "as it is with TLS")]
    fn trust(&self) -> Result<Trust, SetupError> {
        Ok(Box::new(|builder| builder))
    }

    fn client(&self, proxy: Option<Proxy>, trust: &Trust) -> Result<Client, ::reqwest::Error> {
        let mut builder = Client::builder()
            .connect_timeout(self.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
            .user_agent(super::USER_AGENT);
        if let Some(proxy) = proxy {
            builder = builder.proxy(proxy);
        }
        builder = trust(builder);
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

/// Returns the proxy for all requests.
fn through(url: &str) -> Result<Proxy, SetupError> {
    proxy::check(url)?;
    Proxy::all(url).map_err(|error| proxy::unusable().caused_by(error.without_url()))
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
        let request = self.last_url.convert(request);
        let request = request.map_err(unsent("its URL is no URL"))?;
        let begun = self.clients.here(|client| client.execute(request));
        begun.map_err(unsent("no HTTP client can be built for this runtime"))
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, mut request: Request<Body>) -> Exchange<'_> {
        tell_length(&mut request);
        let begun = self.begin(request);
        Box::pin(async move {
            let exchange = begun?;
            let response: Response<_> = exchange.await.map_err(no_response)?.into();
            Ok(response.map(|body| Body::wrap(body.map_err(broken_off))))
        })
    }
}

/// The URL of the last request. `reqwest` parses each from text, which takes half as long as the
/// rest of a call's own work: here what is the same as the time before is not parsed again. Most
/// calls are to one server, and a bot often sends all of its messages to one URL.
#[derive(Default)]
struct LastUrl(Mutex<Option<(Uri, Url)>>);

impl LastUrl {
    /// Converts a request, with the same result as `reqwest`'s own conversion.
    fn convert(&self, request: Request<Body>) -> Result<::reqwest::Request, ::reqwest::Error> {
        let Some(url) = self.url(request.uri()) else {
            let uri = request.uri().clone();
            let request = ::reqwest::Request::try_from(request.map(convert_body))?;
            self.set(uri, request.url());
            return Ok(request);
        };
        let (parts, body) = request.into_parts();
        let mut request = ::reqwest::Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        *request.version_mut() = parts.version;
        *request.body_mut() = Some(convert_body(body));
        Ok(request)
    }

    /// `None` if the last request was to another server.
    fn url(&self, uri: &Uri) -> Option<Url> {
        let (mut url, is_same) = {
            let last = self.last();
            let (last, url) = last
                .as_ref()
                .filter(|(last, _)| is_same_server(last, uri))?;
            (url.clone(), last.path_and_query() == uri.path_and_query())
        };
        if !is_same {
            url.set_path(uri.path());
            url.set_query(uri.query());
            self.set(uri.clone(), &url);
        }
        Some(url)
    }

    fn set(&self, uri: Uri, url: &Url) {
        *self.last() = Some((uri, url.clone()));
    }

    fn last(&self) -> MutexGuard<'_, Option<(Uri, Url)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_same_server(one: &Uri, other: &Uri) -> bool {
    // As text, which is faster: base URLs have one spelling.
    one.scheme() == other.scheme()
        && one.authority().map(Authority::as_str) == other.authority().map(Authority::as_str)
}

fn convert_body(body: Body) -> ::reqwest::Body {
    match body.as_bytes() {
        Some(bytes) => bytes.clone().into(),
        None => ::reqwest::Body::wrap(body),
    }
}

/// Converts an error before the head of the response arrived.
fn no_response(error: ::reqwest::Error) -> TransportError {
    // hyper-util's message for a failed connection through a proxy. Only the text identifies it.
    let is_tunnel =
        |cause: &(dyn StdError + 'static)| cause.to_string().starts_with("tunnel error");
    let circumstances = Circumstances {
        no_connection: error.is_connect() || error.is_builder(),
        through_proxy: error.is_connect() && causes(&error).any(is_tunnel),
        timed_out: error.is_timeout(),
    };
    failure::no_response(&error, circumstances, &server(&error)).caused_by(error.without_url())
}

/// Converts an error after the head of the response arrived.
fn broken_off(error: ::reqwest::Error) -> TransportError {
    failure::broken_off(&error, error.is_timeout()).caused_by(error.without_url())
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

#[cfg(test)]
mod tests;
