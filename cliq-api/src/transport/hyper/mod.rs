//! The transport over `hyper`: a pooled client for each runtime.

mod connect;
#[cfg(feature = "gzip")]
mod gzip;
mod servers;
mod stream;
#[cfg(all(test, feature = "socks"))]
mod tests;
#[cfg(feature = "rustls")]
mod tls;

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{HeaderValue, PROXY_AUTHORIZATION, USER_AGENT};
use http::uri::{Authority, Scheme};
use http::{Request, Version};
use http_body_util::BodyExt;
use hyper_util::client::legacy;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use secrecy::{ExposeSecret, SecretString};

use self::connect::{ConnectError, Connector};
use self::servers::Servers;
use super::failure::{self, Circumstances, causes};
#[cfg(feature = "rustls")]
use super::roots::Roots;
use super::runtimes::Clients;
use super::{
    CONNECT_TIMEOUT, Exchange, FOREVER, NO_TLS, Sent, SetupError, Transport, TransportError, proxy,
    tell_length,
};
use crate::body::Body;

type Client = legacy::Client<Connector, Body>;

/// Sends requests with `hyper`, with rustls for TLS. Feature `hyper`.
///
/// It does less than [`reqwest`](https://docs.rs/reqwest) and has fewer dependencies. It follows no
/// redirects and retries nothing. Without the feature `reqwest`, a client builds one unless it is
/// given another transport; with it, a client is given one:
///
/// ```
/// use cliq_api::{Client, HyperTransport};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let transport = HyperTransport::builder().build()?;
/// let client = Client::builder("https://api.example.com").transport(transport).build()?;
/// # Ok(())
/// # }
/// ```
///
/// It may be used from several Tokio runtimes: each has its own connections.
pub struct HyperTransport {
    clients: Clients<Client, Infallible>,
    servers: Arc<Servers>,
    http2_only: bool,
    /// Proxies that see the requests which are sent without TLS.
    proxies: Option<Arc<Matcher>>,
    plain_http: bool,
}

/// Builds a [`HyperTransport`].
#[derive(Default)]
#[must_use]
pub struct HyperTransportBuilder {
    connect_timeout: Option<Duration>,
    proxy: Option<SecretString>,
    #[cfg(feature = "rustls")]
    roots: Roots,
    max_idle_per_host: Option<usize>,
    #[cfg(feature = "http2")]
    http2_only: bool,
    plain_http: bool,
    direct: bool,
}

impl HyperTransport {
    /// Returns a builder with the defaults.
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder::default()
    }
}

impl HyperTransportBuilder {
    /// Sets the connect timeout, which includes the handshakes with a proxy and of TLS. Defaults to
    /// 10 seconds.
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
    #[cfg(feature = "rustls")]
    pub fn root_certificates(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.roots.add(pem.as_ref());
        self
    }

    /// Trusts these root certificates, in PEM, in place of those of the platform.
    #[cfg(feature = "rustls")]
    pub fn only_root_certificates(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.roots.only(pem.as_ref());
        self
    }

    /// Sets how many connections to a server are kept for further requests; others are closed when
    /// their response has been read. By default, all are kept for 90 seconds.
    pub fn max_idle_per_host(mut self, connections: usize) -> Self {
        self.max_idle_per_host = Some(connections);
        self
    }

    /// Uses HTTP/2 only, without TLS too. Defaults to what TLS negotiates, and HTTP/1.1 without
    /// TLS.
    #[cfg(feature = "http2")]
    pub fn http2_only(mut self) -> Self {
        self.http2_only = true;
        self
    }

    /// Allows requests without TLS. Defaults to `https` only.
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Connects without a proxy, and allows requests without TLS, for loopback hosts.
    #[cfg_attr(feature = "reqwest", expect(dead_code))]
    pub(crate) fn loopback(mut self) -> Self {
        self.direct = true;
        self.allow_plain_http()
    }

    /// Returns whether any setting was made that the builder of a client forwards.
    #[cfg_attr(feature = "reqwest", expect(dead_code))]
    pub(crate) fn is_touched(&self) -> bool {
        #[cfg(feature = "rustls")]
        let has_roots = self.roots.is_touched();
        #[cfg(not(feature = "rustls"))]
        let has_roots = false;
        has_roots || self.proxy.is_some() || self.connect_timeout.is_some()
    }

    /// Builds the transport.
    ///
    /// # Errors
    ///
    /// [`SetupError`] if the proxy's URL or a certificate is invalid, if the platform's root
    /// certificates can't be read, or if the crate was built without TLS and plain HTTP isn't
    /// allowed.
    pub fn build(self) -> Result<HyperTransport, SetupError> {
        if !self.plain_http && !cfg!(feature = "rustls") {
            return Err(SetupError::new(NO_TLS));
        }
        let proxies = match &self.proxy {
            _ if self.direct => None,
            Some(url) => {
                let url = url.expose_secret();
                proxy::check(url)?;
                Some(Matcher::builder().all(url).build())
            }
            None => {
                proxy::check_environment(self.plain_http)?;
                Some(Matcher::from_system())
            }
        };
        let proxies = proxies.map(Arc::new);
        let servers = Arc::new(Servers::default());
        let connector = Connector::new(connect::Settings {
            timeout: self.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            proxies: proxies.clone(),
            servers: Arc::clone(&servers),
            #[cfg(feature = "rustls")]
            tls: tls::Tls::new(&self.roots, self.protocols())?,
        });
        let plain_http = self.plain_http;
        let http2_only = self.is_http2_only();
        let make = move || Ok(self.client(connector.clone()));
        let Ok(clients) = Clients::new(Box::new(make));
        Ok(HyperTransport {
            clients,
            servers,
            http2_only,
            proxies,
            plain_http,
        })
    }

    #[cfg(feature = "http2")]
    fn is_http2_only(&self) -> bool {
        self.http2_only
    }

    #[cfg(not(feature = "http2"))]
    #[expect(clippy::unused_self, reason = "as it is with the feature")]
    fn is_http2_only(&self) -> bool {
        false
    }

    /// The protocols to negotiate, best first.
    #[cfg(feature = "rustls")]
    fn protocols(&self) -> &'static [&'static [u8]] {
        match (cfg!(feature = "http2"), self.is_http2_only()) {
            (true, true) => &[b"h2"],
            (true, false) => &[b"h2", b"http/1.1"],
            (false, _) => &[b"http/1.1"],
        }
    }

    fn client(&self, connector: Connector) -> Client {
        let mut builder = legacy::Client::builder(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new());
        if let Some(connections) = self.max_idle_per_host {
            builder.pool_max_idle_per_host(connections);
        }
        #[cfg(feature = "http2")]
        builder.http2_only(self.http2_only);
        builder.build(connector)
    }
}

impl HyperTransport {
    fn begin(&self, mut request: Request<Body>) -> Result<legacy::ResponseFuture, TransportError> {
        let is_plain = request.uri().scheme() == Some(&Scheme::HTTP);
        if is_plain && !self.plain_http {
            let problem = "the request would be sent without TLS, which is not allowed";
            return Err(TransportError::new(Sent::No, problem));
        }
        if Servers::is_name(request.uri()) {
            let problem = "the request's URL names no server";
            return Err(TransportError::new(Sent::No, problem));
        }
        let mut is_proxied = false;
        // Within TLS the proxy sees nothing of the request, and gets its password before.
        if let Some(proxies) = self.proxies.as_ref().filter(|_| is_plain)
            && let Some(proxy) = proxies.intercept(request.uri())
        {
            is_proxied = true;
            if let Some(password) = proxy.basic_auth() {
                let headers = request.headers_mut();
                headers.insert(PROXY_AUTHORIZATION, password.clone());
            }
        }
        // HTTP/2 has no `Host`, and sends the authority.
        if !self.http2_only && (is_plain || !cfg!(feature = "http2")) {
            self.servers.name(&mut request, is_proxied);
        }
        // What the connection speaks is known later.
        *request.version_mut() = Version::HTTP_11;
        let headers = request.headers_mut();
        headers
            .entry(USER_AGENT)
            .or_insert(HeaderValue::from_static(super::USER_AGENT));
        #[cfg(feature = "gzip")]
        gzip::accept(headers);
        let Ok(sending) = self.clients.here(|client| client.request(request));
        Ok(sending)
    }
}

impl Transport for HyperTransport {
    fn send(&self, mut request: Request<Body>) -> Exchange<'_> {
        tell_length(&mut request);
        let authority = request.uri().authority().cloned();
        let begun = self.begin(request);
        Box::pin(async move {
            let response = begun?.await;
            let response = response.map_err(|error| no_response(error, authority.as_ref()))?;
            let response = response.map(|body| body.map_err(broken_off));
            #[cfg(feature = "gzip")]
            if gzip::is_compressed(response.headers()) {
                return Ok(gzip::unpacked(response));
            }
            Ok(response.map(Body::wrap))
        })
    }
}

/// Converts an error before the head of the response arrived.
fn no_response(error: legacy::Error, to: Option<&Authority>) -> TransportError {
    let connecting: Option<&ConnectError> = causes(&error).find_map(|cause| cause.downcast_ref());
    let circumstances = Circumstances {
        no_connection: error.is_connect(),
        through_proxy: connecting.is_some_and(ConnectError::is_through_proxy),
        timed_out: connecting.is_some_and(ConnectError::is_timeout),
    };
    failure::no_response(&error, circumstances, &server(to)).caused_by(error)
}

/// Converts an error after the head of the response arrived.
fn broken_off(error: ::hyper::Error) -> TransportError {
    failure::broken_off(&error, false).caused_by(error)
}

/// Returns host and port. What may be before the host is a secret.
fn server(authority: Option<&Authority>) -> String {
    match authority.map(|authority| (authority.host(), authority.port())) {
        Some((host, Some(port))) => format!("{host}:{port}"),
        Some((host, None)) => host.to_owned(),
        None => "the server".to_owned(),
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransport").finish_non_exhaustive()
    }
}

/// Omits the proxy's URL, which may hold a password.
impl fmt::Debug for HyperTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransportBuilder")
            .field("connect_timeout", &self.connect_timeout)
            .field("plain_http", &self.plain_http)
            .finish_non_exhaustive()
    }
}
