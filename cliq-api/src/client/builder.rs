//! Building a client from what it is given, checked before the first call.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::USER_AGENT;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use secrecy::SecretString;
use tower_layer::Layer;
use tower_service::Service;

use super::in_flight::InFlight;
use super::options::invalid_header;
use super::retry::{Budget, RetryPolicy};
use super::server::{Override, Server, Servers};
use super::{Client, Core, Inner};
use crate::auth::{
    AccessToken, AuthContext, Basic, Bearer, Credentials, HeaderKey, Identity, QueryKey,
    TokenSettings, Users,
};
use crate::body::{Body, BoxError};
use crate::error::Error;
use crate::limit::{LimitSettings, LimitStore, Limiter};
use crate::meta::{EndpointMeta, Endpoints, Limit};
use crate::provider::{Http, Provider};
#[cfg(any(feature = "hyper", feature = "reqwest"))]
use crate::transport::DefaultTransportBuilder;
use crate::transport::{self, BoxLayer, Connection, FOREVER, Transport, boxed};
use crate::user_key::UserKey;

/// How long one attempt may take, by default.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How large a response may be, by default: 32 MiB.
const MAX_RESPONSE_SIZE: usize = 32 << 20;

/// Builds a [`Client`].
///
/// The guide: [calling](crate::guide::calling), [authentication](crate::guide::authentication).
#[must_use]
pub struct ClientBuilder {
    provider: Arc<dyn Provider>,
    base_url: Option<String>,
    named: Vec<(String, String)>,
    plain_http: bool,
    identity: Identity,
    tokens: TokenSettings,
    user: Option<UserKey>,
    timeout: Duration,
    read_timeout: Option<Duration>,
    max_response_size: usize,
    retry: RetryPolicy,
    limits: Option<LimitSettings>,
    limit_store: Option<Arc<dyn LimitStore>>,
    apis: Vec<&'static Endpoints>,
    overrides: Vec<Override>,
    headers: HeaderMap,
    invalid_header: Option<String>,
    layers: Vec<BoxLayer>,
    transport: Option<Arc<dyn Transport>>,
    #[cfg(any(feature = "hyper", feature = "reqwest"))]
    default_transport: DefaultTransportBuilder,
}

impl Client {
    /// Starts building a client of the API at this URL, such as `https://api.example.com`, with the
    /// defaults of [`Provider`].
    pub fn builder(base_url: impl Into<String>) -> ClientBuilder {
        Self::of(Http(base_url.into()))
    }

    /// Starts building a client of this provider.
    pub fn of(provider: impl Provider) -> ClientBuilder {
        ClientBuilder::new(Arc::new(provider))
    }
}

impl ClientBuilder {
    fn new(provider: Arc<dyn Provider>) -> Self {
        Self {
            provider,
            base_url: None,
            named: Vec::new(),
            plain_http: false,
            identity: Identity::none(),
            tokens: TokenSettings::default(),
            user: None,
            timeout: TIMEOUT,
            read_timeout: None,
            max_response_size: MAX_RESPONSE_SIZE,
            retry: RetryPolicy::default(),
            limits: None,
            limit_store: None,
            apis: Vec::new(),
            overrides: Vec::new(),
            headers: HeaderMap::new(),
            invalid_header: None,
            layers: Vec::new(),
            transport: None,
            #[cfg(any(feature = "hyper", feature = "reqwest"))]
            default_transport: DefaultTransportBuilder::default(),
        }
    }

    /// Sets another base URL than the provider's, for all users: an origin, and a prefix if there
    /// is one, such as `https://api.example.com/v2`.
    ///
    /// It has to be `https`, except for `localhost` and literal loopback addresses, or with
    /// [`allow_plain_http`](Self::allow_plain_http).
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// Sets the base URL of another server of the provider. Endpoints that are declared with that
    /// `server` go there.
    pub fn server(mut self, name: impl Into<String>, base_url: impl Into<String>) -> Self {
        self.named.push((name.into(), base_url.into()));
        self
    }

    /// Allows base URLs with plain `http` beyond this machine. Tokens are readable on the way
    /// there.
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Sets how calls are authorized: an [`Authorizer`](crate::auth::Authorizer),
    /// [`Credentials`], or an [`Identity`] with another base URL. By default calls carry no
    /// authorization.
    pub fn authorizer(mut self, identity: impl Into<Identity>) -> Self {
        self.identity = identity.into();
        self
    }

    /// Sets the credentials that access tokens come from. Short for
    /// [`authorizer`](Self::authorizer).
    pub fn credentials(self, credentials: Credentials) -> Self {
        self.authorizer(credentials)
    }

    /// Sets an access token, which the provider [announces](Provider::announce). Short for
    /// [`Credentials::access_token`].
    pub fn access_token(self, token: impl Into<SecretString>) -> Self {
        self.authorizer(Credentials::access_token(AccessToken::new(token)))
    }

    /// Authorizes calls with `Authorization: Bearer …`.
    pub fn bearer(self, token: impl Into<SecretString>) -> Self {
        self.authorizer(Bearer::new(token))
    }

    /// Authorizes calls with a user name and a password (`Authorization: Basic …`, RFC 7617).
    pub fn basic(self, user: impl Into<String>, password: impl Into<SecretString>) -> Self {
        self.authorizer(Basic::new(user, password))
    }

    /// Authorizes calls with a key in a header, such as `X-Api-Key`.
    pub fn header_key(self, name: impl Into<String>, key: impl Into<SecretString>) -> Self {
        self.authorizer(HeaderKey::new(name, key))
    }

    /// Authorizes calls with a key in the query, such as `?api_key=…`.
    pub fn query_key(self, name: impl Into<String>, key: impl Into<SecretString>) -> Self {
        self.authorizer(QueryKey::new(name, key))
    }

    /// Sets how access tokens are refreshed, and where they are stored.
    pub fn tokens(mut self, settings: TokenSettings) -> Self {
        self.tokens = settings;
        self
    }

    /// Names the user. Required where limits are shared with other processes.
    pub fn user(mut self, user: impl Into<UserKey>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// Sets the `User-Agent` of all calls. Defaults to this crate's name and version.
    pub fn user_agent(self, user_agent: impl AsRef<str>) -> Self {
        self.set_header(USER_AGENT, user_agent.as_ref(), false)
    }

    /// Sets a header of all calls, in place of an earlier one of that name. What an endpoint or a
    /// call sets replaces it.
    pub fn default_header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let name = name.as_ref();
        match HeaderName::try_from(name) {
            Ok(name) => self.set_header(name, value.as_ref(), true),
            Err(_) => {
                self.invalid_header = Some(invalid_header(name));
                self
            }
        }
    }

    fn set_header(mut self, name: HeaderName, value: &str, sensitive: bool) -> Self {
        match HeaderValue::try_from(value) {
            Ok(mut value) => {
                value.set_sensitive(sensitive);
                self.headers.insert(name, value);
            }
            Err(_) => self.invalid_header = Some(invalid_header(name.as_str())),
        }
        self
    }

    /// Sets how long one attempt may take, unless the endpoint or the call sets another time.
    /// Defaults to 30 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how long the server may be silent during an attempt, and while a streamed response is
    /// read. By default only the attempt's timeout counts.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = Some(timeout.min(FOREVER));
        self
    }

    /// Sets how large a response may be, in bytes after decompression. No more than that is held in
    /// memory. Streamed responses are not limited. Defaults to 32 MiB.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// Sets when calls are retried. Defaults to [`RetryPolicy::new`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets how declared rate limits are kept. Defaults to what the provider
    /// [asks for](Provider::limits): start from that to change single settings.
    pub fn limits(mut self, settings: LimitSettings) -> Self {
        self.limits = Some(settings);
        self
    }

    /// Shares rate-limit state with other processes, in place of this client's memory. Requires
    /// [`user`](Self::user).
    ///
    /// The guide: [sharing](crate::guide::sharing).
    pub fn limit_store(mut self, store: impl LimitStore + 'static) -> Self {
        self.limit_store = Some(Arc::new(store));
        self
    }

    /// Replaces the rate limits of an endpoint's URL: those that it declares, and those of other
    /// endpoints with the same URL. No limit means none. Declared lockouts stay.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use cliq_api::Limit;
    /// use cliq_api::prelude::*;
    ///
    /// # #[endpoints]
    /// # pub trait Tickets {
    /// #[endpoint(GET "/tickets", limit = "20/min")]
    /// fn list_tickets(&self) -> Vec<String>;
    /// # }
    ///
    /// # fn main() -> Result<(), Error> {
    /// let client = Client::builder("https://desk.example.com")
    ///     .override_limit(ListTicketsRequest::META, [Limit::new(100, Duration::from_secs(60))])
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn override_limit(
        mut self,
        endpoint: &'static EndpointMeta,
        limits: impl IntoIterator<Item = Limit>,
    ) -> Self {
        self.overrides
            .push((endpoint, limits.into_iter().collect()));
        self
    }

    /// Adds tables of endpoints. The limits of their URLs count from the first call, whichever
    /// endpoint is called first.
    pub fn apis(mut self, tables: impl IntoIterator<Item = &'static Endpoints>) -> Self {
        self.apis.extend(tables);
        self
    }

    /// Adds a `tower` layer around the transport. It sees each attempt of a call, after its permit
    /// and with its authorization, and never a request for a token. The first layer that is added
    /// is the outermost.
    ///
    /// The guide: [middleware](crate::guide::middleware).
    ///
    /// A layer can't send a request elsewhere or twice. If it fails, the call may have been sent.
    ///
    /// ```
    /// use cliq_api::Client;
    /// use tower::timeout::TimeoutLayer;
    /// # use std::time::Duration;
    ///
    /// # fn main() -> Result<(), cliq_api::Error> {
    /// let client = Client::builder("https://api.example.com")
    ///     .layer(TimeoutLayer::new(Duration::from_secs(3)))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<Connection> + Send + 'static,
        L::Service: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Future: Send,
        <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.layers.push(boxed(layer));
        self
    }

    /// Sets what sends the requests, in place of the default transport. This builder's settings of
    /// connections and proxies are the default transport's, and building fails if both are set.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// If something that it was given can't be used: a URL, a header, a token, a proxy.
    pub fn build(self) -> Result<Client, Error> {
        if let Some(problem) = self.invalid_header {
            return Err(Error::configuration(problem));
        }
        if self.user.is_none() && self.limit_store.is_some() {
            return Err(Error::configuration(
                "the limit store needs to know whose calls to count: name the user with `user`, \
                 by a key that all processes use",
            ));
        }
        let provider = self.provider;
        let limits = self.limits.unwrap_or_else(|| provider.limits());
        let limiter = Limiter::new(limits, self.limit_store);
        let tables = provider.apis().iter().copied().chain(self.apis).collect();
        let mut servers = Servers::new(limiter.clone(), tables, self.overrides, self.plain_http);
        let home = servers.at(self.base_url.as_deref().unwrap_or(provider.base_url()))?;
        let own = match self.identity.base_url() {
            Some(own) if self.base_url.is_none() => servers.at(own)?,
            _ => Arc::clone(&home),
        };
        servers.name(self.named)?;

        let mut headers = self.headers;
        let is_local = |server: &Arc<Server>| server.base_url.is_loopback();
        let local = is_local(&own) || servers.named().any(is_local) || self.identity.is_loopback();
        let (direct, customized) = choose_transport(
            self.transport,
            #[cfg(any(feature = "hyper", feature = "reqwest"))]
            self.default_transport,
            local,
            self.plain_http,
        )?;
        // What a customized `reqwest` client sends by default is not replaced by ours.
        if !customized {
            let default = HeaderValue::from_static(transport::USER_AGENT);
            headers.entry(USER_AGENT).or_insert(default);
        }
        let layered = (!self.layers.is_empty())
            .then(|| Connection::layered(Arc::clone(&direct), self.layers));

        let announcing = Arc::clone(&provider);
        let auth = AuthContext::new(Arc::clone(&direct), self.tokens)
            .announced_by(move |token| announcing.announce(token));
        let auth = Arc::new(auth);
        let authorizer = self
            .identity
            .bind(&auth, self.user.as_ref())
            .map_err(|error| Error::unusable(&error))?;
        let core = Core {
            home,
            is_fixed: self.base_url.is_some(),
            servers,
            auth,
            users: Users::default(),
            transport: layered.clone().unwrap_or(direct),
            is_layered: layered.is_some(),
            headers,
            timeout: self.timeout,
            read_timeout: self.read_timeout,
            max_response_size: self.max_response_size,
            limiter,
            retry: self.retry,
            budget: Budget::new(),
            in_flight: Arc::new(InFlight::default()),
            provider,
        };
        Ok(Client(Arc::new(Inner {
            core: Arc::new(core),
            home: own,
            user: self.user,
            authorizer,
        })))
    }
}

/// Returns what sends the requests, and whether it may set headers that were customized.
#[cfg(any(feature = "hyper", feature = "reqwest"))]
fn choose_transport(
    transport: Option<Arc<dyn Transport>>,
    mut builder: DefaultTransportBuilder,
    is_local: bool,
    plain_http: bool,
) -> Result<(Arc<dyn Transport>, bool), Error> {
    match transport {
        Some(_) if builder.is_touched() => Err(Error::configuration(
            "`connect_timeout`, `proxy`, root certificates and `reqwest` are settings of the \
             default transport, and another one was set with `transport`",
        )),
        Some(transport) => Ok((transport, false)),
        None => {
            #[cfg(feature = "reqwest")]
            let customized = builder.is_customized();
            #[cfg(not(feature = "reqwest"))]
            let customized = false;
            if is_local {
                builder = builder.loopback();
            }
            if plain_http {
                builder = builder.allow_plain_http();
            }
            let transport = builder.build().map_err(Error::setup)?;
            Ok((Arc::new(transport), customized))
        }
    }
}

/// Returns what sends the requests, which nothing customizes.
#[cfg(not(any(feature = "hyper", feature = "reqwest")))]
fn choose_transport(
    transport: Option<Arc<dyn Transport>>,
    _: bool,
    _: bool,
) -> Result<(Arc<dyn Transport>, bool), Error> {
    let missing = "this program was built without a transport: set one with `transport`, or turn \
                   on the feature `reqwest` or `hyper`";
    let transport = transport.ok_or_else(|| Error::configuration(missing))?;
    Ok((transport, false))
}

/// Settings of the default transport (features `reqwest` and `hyper`). They fail to build together
/// with another one.
#[cfg(any(feature = "hyper", feature = "reqwest"))]
impl ClientBuilder {
    /// Sets how long it may take to connect. Defaults to 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.default_transport = self.default_transport.connect_timeout(timeout);
        self
    }

    /// Sets the proxy for all requests, such as `http://user:password@proxy.example.com:3128`.
    /// Defaults to the environment's (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`). Servers on
    /// this machine are reached directly. `socks5://…` needs the feature `socks`.
    ///
    /// A proxy that can't be used, whoever names it, is an error when the client is built.
    pub fn proxy(mut self, url: impl Into<SecretString>) -> Self {
        self.default_transport = self.default_transport.proxy(url);
        self
    }

    /// Trusts these root certificates, in PEM, besides those of the platform.
    #[cfg(any(feature = "rustls", all(feature = "native-tls", feature = "reqwest")))]
    pub fn root_certificates(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.default_transport = self.default_transport.root_certificates(pem);
        self
    }

    /// Trusts these root certificates, in PEM, in place of those of the platform.
    #[cfg(any(feature = "rustls", all(feature = "native-tls", feature = "reqwest")))]
    pub fn only_root_certificates(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.default_transport = self.default_transport.only_root_certificates(pem);
        self
    }

    /// Customizes the `reqwest` client that sends the requests: certificates, addresses, pool.
    /// Feature `reqwest`.
    ///
    /// It is done once for each Tokio runtime that calls are made in, as connections belong to a
    /// runtime. Whatever it does, redirects are not followed, `reqwest` retries nothing, and only
    /// this machine is reached without TLS unless [`allow_plain_http`](Self::allow_plain_http) is
    /// set.
    ///
    /// ```no_run
    /// # use cliq_api::prelude::*;
    /// # fn main() -> Result<(), Error> {
    /// let client = Client::builder("https://api.example.com")
    ///     .reqwest(|builder| builder.pool_max_idle_per_host(2).tcp_nodelay(true))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "reqwest")]
    pub fn reqwest(
        mut self,
        customize: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder
        + Clone
        + Send
        + 'static,
    ) -> Self {
        self.default_transport = self.default_transport.reqwest(customize);
        self
    }
}

/// Without secrets.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}
