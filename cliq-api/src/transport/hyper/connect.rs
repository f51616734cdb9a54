//! Connects to a server: over TCP, perhaps through a proxy, perhaps with TLS.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tower_service::Service;

use super::servers::Servers;
use super::stream::Stream;
#[cfg(feature = "rustls")]
use super::tls::Tls;
use crate::body::BoxError;

/// Probes of idle connections, so that one that is gone is noticed before it is used.
const KEEPALIVE: Duration = Duration::from_secs(15);
const KEEPALIVE_PROBES: u32 = 3;

/// Makes connections. Cloning it is cheap.
#[derive(Clone)]
pub(super) struct Connector(Arc<Inner>);

struct Inner {
    tcp: HttpConnector,
    settings: Settings,
}

pub(super) struct Settings {
    /// How long connecting may take, with all handshakes.
    pub(super) timeout: Duration,
    pub(super) proxies: Option<Arc<Matcher>>,
    pub(super) servers: Arc<Servers>,
    #[cfg(feature = "rustls")]
    pub(super) tls: Tls,
}

type Connecting = Pin<Box<dyn Future<Output = Result<TokioIo<Stream>, ConnectError>> + Send>>;

impl Connector {
    pub(super) fn new(settings: Settings) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEPALIVE));
        tcp.set_keepalive_interval(Some(KEEPALIVE));
        tcp.set_keepalive_retries(Some(KEEPALIVE_PROBES));
        Self(Arc::new(Inner { tcp, settings }))
    }

    async fn connect(&self, to: &Uri, proxy: Option<&Intercept>) -> Result<Stream, ConnectError> {
        let is_tls = to.scheme() == Some(&Scheme::HTTPS);
        let stream = match proxy {
            None => self.tcp(to).await?,
            Some(proxy) if is_socks(proxy) => self.through_socks(to, proxy).await?,
            Some(proxy) if is_tls => self.through_tunnel(to, proxy).await?,
            // It reads the request, and sends it on.
            Some(proxy) => return Ok(self.to_proxy(proxy.uri()).await?.proxied()),
        };
        if is_tls {
            self.tls(stream, to).await
        } else {
            Ok(stream)
        }
    }

    async fn tcp(&self, to: &Uri) -> Result<Stream, ConnectError> {
        let connected = self.0.tcp.clone().call(to.clone()).await;
        let stream = connected.map_err(ConnectError::caused_by)?;
        Ok(Stream::tcp(stream.into_inner()))
    }

    async fn to_proxy(&self, proxy: &Uri) -> Result<Stream, ConnectError> {
        let stream = self.tcp(proxy).await?;
        if proxy.scheme() == Some(&Scheme::HTTPS) {
            #[cfg(feature = "rustls")]
            return (self.0.settings.tls.to_proxy(stream, proxy).await)
                .map_err(ConnectError::caused_by);
            #[cfg(not(feature = "rustls"))]
            return Err(ConnectError::without_tls());
        }
        Ok(stream)
    }

    /// `CONNECT`, which any proxy does for TLS.
    async fn through_tunnel(&self, to: &Uri, proxy: &Intercept) -> Result<Stream, ConnectError> {
        let mut tunnel = Tunnel::new(proxy.uri().clone(), ToProxy(self.clone()));
        if let Some(password) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(password.clone());
        }
        let connected = tunnel.call(to.clone()).await;
        let stream = connected.map_err(ConnectError::caused_by)?;
        Ok(stream.into_inner())
    }

    #[cfg(feature = "socks")]
    async fn through_socks(&self, to: &Uri, proxy: &Intercept) -> Result<Stream, ConnectError> {
        use hyper_util::client::legacy::connect::proxy::{SocksV4, SocksV5};

        let (uri, version, resolve) = socks::plan(proxy)?;
        let to = socks::destination(to, version, resolve).await?;
        let connected = match version {
            socks::Version::V4 => SocksV4::new(uri, ToProxy(self.clone()))
                .call(to)
                .await
                .map_err(ConnectError::caused_by),
            socks::Version::V5 => {
                let mut socks = SocksV5::new(uri, ToProxy(self.clone()));
                if let Some((user, password)) = proxy.raw_auth() {
                    socks = socks.with_auth(user.to_owned(), password.to_owned());
                }
                socks.call(to).await.map_err(ConnectError::caused_by)
            }
        };
        Ok(connected?.into_inner())
    }

    #[cfg(not(feature = "socks"))]
    #[expect(clippy::unused_async, reason = "as it is with the feature")]
    async fn through_socks(&self, _: &Uri, _: &Intercept) -> Result<Stream, ConnectError> {
        // Nobody gets here: such a proxy is rejected when the transport is built.
        Err(ConnectError::caused_by("proxies need the feature `socks`"))
    }

    #[cfg(feature = "rustls")]
    async fn tls(&self, stream: Stream, to: &Uri) -> Result<Stream, ConnectError> {
        let tls = &self.0.settings.tls;
        tls.to_server(stream, to)
            .await
            .map_err(ConnectError::caused_by)
    }

    #[cfg(not(feature = "rustls"))]
    #[expect(clippy::unused_async, reason = "as it is with the feature")]
    async fn tls(&self, _: Stream, _: &Uri) -> Result<Stream, ConnectError> {
        Err(ConnectError::without_tls())
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = ConnectError;
    type Future = Connecting;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            let Settings {
                timeout,
                proxies,
                servers,
                ..
            } = &this.0.settings;
            let to = servers.resolved(to);
            let proxy = proxies.as_ref().and_then(|proxies| proxies.intercept(&to));
            let connecting = this.connect(&to, proxy.as_ref());
            let connected = match tokio::time::timeout(*timeout, connecting).await {
                Ok(connected) => connected,
                Err(_) => Err(ConnectError::timed_out()),
            };
            connected.map(TokioIo::new).map_err(|error| ConnectError {
                through_proxy: proxy.is_some(),
                ..error
            })
        })
    }
}

/// Connects to a proxy, for the handshake that follows.
#[derive(Clone)]
struct ToProxy(Connector);

impl Service<Uri> for ToProxy {
    type Response = TokioIo<Stream>;
    type Error = ConnectError;
    type Future = Connecting;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, proxy: Uri) -> Self::Future {
        let this = self.0.clone();
        Box::pin(async move { this.to_proxy(&proxy).await.map(TokioIo::new) })
    }
}

fn is_socks(proxy: &Intercept) -> bool {
    let scheme = proxy.uri().scheme_str();
    scheme.is_some_and(|scheme| scheme.starts_with("socks"))
}

#[cfg(feature = "socks")]
mod socks {
    //! Which SOCKS a proxy speaks, and who resolves the server's name.

    use std::net::SocketAddr;

    use http::Uri;
    use http::uri::Scheme;
    use hyper_util::client::proxy::matcher::Intercept;

    use super::ConnectError;

    const PORT: u16 = 1080;

    #[derive(Clone, Copy, PartialEq, Eq)]
    pub(super) enum Version {
        V4,
        V5,
    }

    #[derive(Clone, Copy, PartialEq, Eq)]
    pub(super) enum Resolve {
        Here,
        Proxy,
    }

    pub(super) fn plan(proxy: &Intercept) -> Result<(Uri, Version, Resolve), ConnectError> {
        let uri = proxy.uri();
        let (version, resolve) = match uri.scheme_str() {
            Some("socks4") => (Version::V4, Resolve::Here),
            Some("socks4a") => (Version::V4, Resolve::Proxy),
            Some("socks5") => (Version::V5, Resolve::Here),
            _ => (Version::V5, Resolve::Proxy),
        };
        let port = uri.port_u16().unwrap_or(PORT);
        let uri = with_port(uri.host().unwrap_or_default(), port)?;
        Ok((uri, version, resolve))
    }

    /// Returns the server as the proxy is asked for it: with its port, and perhaps by its address.
    pub(super) async fn destination(
        to: &Uri,
        version: Version,
        resolve: Resolve,
    ) -> Result<Uri, ConnectError> {
        let host = to.host().unwrap_or_default();
        let default = if to.scheme() == Some(&Scheme::HTTPS) {
            443
        } else {
            80
        };
        let port = to.port_u16().unwrap_or(default);
        if resolve == Resolve::Proxy {
            return with_port(host, port);
        }
        let name = host.trim_start_matches('[').trim_end_matches(']');
        let found = tokio::net::lookup_host((name, port)).await;
        let mut found = found.map_err(ConnectError::caused_by)?;
        let usable = |address: &SocketAddr| version == Version::V5 || address.is_ipv4();
        let address = found.find(usable).ok_or_else(|| {
            ConnectError::caused_by("the server has no address that the proxy could use")
        })?;
        build(&address.to_string())
    }

    fn with_port(host: &str, port: u16) -> Result<Uri, ConnectError> {
        build(&format!("{host}:{port}"))
    }

    /// `http`, whatever the scheme was: only host and port count.
    fn build(authority: &str) -> Result<Uri, ConnectError> {
        let builder = Uri::builder().scheme(Scheme::HTTP).path_and_query("/");
        let uri = builder.authority(authority).build();
        uri.map_err(ConnectError::caused_by)
    }
}

/// Why there is no connection.
#[derive(Debug)]
pub(super) struct ConnectError {
    through_proxy: bool,
    cause: Option<BoxError>,
}

impl ConnectError {
    pub(super) fn caused_by(error: impl Into<BoxError>) -> Self {
        Self {
            through_proxy: false,
            cause: Some(error.into()),
        }
    }

    fn timed_out() -> Self {
        Self {
            through_proxy: false,
            cause: None,
        }
    }

    #[cfg(not(feature = "rustls"))]
    fn without_tls() -> Self {
        Self::caused_by(crate::transport::NO_TLS)
    }

    pub(super) fn is_through_proxy(&self) -> bool {
        self.through_proxy
    }

    pub(super) fn is_timeout(&self) -> bool {
        self.cause.is_none()
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.cause {
            Some(_) => "connecting failed",
            None => "connecting took too long",
        })
    }
}

impl StdError for ConnectError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
