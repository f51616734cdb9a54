//! Building a client: what it needs to know, checked before the first call.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use super::base_url::BaseUrl;
use super::in_flight::InFlight;
use super::{Client, Core, Inner};
use crate::auth::{
    AccessToken, AuthContext, Basic, Bearer, Credentials, Identity, TokenSettings, Users,
};
use crate::error::Error;
use crate::limit::{LimitSettings, LimitStore, Limiter};
use crate::retry::{Budget, RetryPolicy};
use crate::transport::{EVER, ReqwestTransport, Setup, Transport};
use crate::user_key::UserKey;
use crate::zoho::{AuthScheme, DataCenter};

/// How long one attempt may take where nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What a [`Client`] is built from.
#[derive(Default)]
pub struct ClientBuilder {
    base_url: Option<String>,
    data_center: DataCenter,
    identity: Option<Identity>,
    tokens: TokenSettings,
    user: Option<UserKey>,
    scheme: AuthScheme,
    timeout: Option<Duration>,
    retry: RetryPolicy,
    limits: LimitSettings,
    limit_store: Option<Arc<dyn LimitStore>>,
    setup: Setup,
    transport: Option<Arc<dyn Transport>>,
}

impl ClientBuilder {
    /// The data centre in which the user's account lives; [`DataCenter::US`] where nothing is said.
    /// It decides where calls and tokens are asked for.
    #[must_use]
    pub fn data_center(self, data_center: DataCenter) -> Self {
        Self {
            data_center,
            ..self
        }
    }

    /// Another server for calls than the data centre's, for all users: an origin, perhaps with a prefix, such as `https://cliq.zoho.com/network/acme`.
    ///
    /// It has to be `https`, except for `localhost` and literal loopback addresses.
    #[must_use]
    pub fn base_url(self, base_url: impl Into<String>) -> Self {
        Self {
            base_url: Some(base_url.into()),
            ..self
        }
    }

    /// Sets how calls are authorized, by an [`Authorizer`](crate::auth::Authorizer) or
    /// [`Credentials`]. Without one, requests are sent without authorization.
    #[must_use]
    pub fn authorizer(self, identity: impl Into<Identity>) -> Self {
        Self {
            identity: Some(identity.into()),
            ..self
        }
    }

    /// Sets the OAuth 2.0 credentials: short for [`authorizer`](Self::authorizer).
    #[must_use]
    pub fn credentials(self, credentials: Credentials) -> Self {
        self.authorizer(credentials)
    }

    /// Sends `Authorization: Bearer <token>`: short for [`Bearer`].
    #[must_use]
    pub fn bearer(self, token: impl Into<SecretString>) -> Self {
        self.authorizer(Bearer::new(token))
    }

    /// Sends a user name and a password: short for [`Basic`].
    #[must_use]
    pub fn basic(self, user: impl Into<String>, password: impl Into<SecretString>) -> Self {
        self.authorizer(Basic::new(user, password))
    }

    /// The token to send with each request, as long as it works: short for
    /// [`Credentials::access_token`].
    #[must_use]
    pub fn access_token(self, token: impl Into<SecretString>) -> Self {
        self.credentials(Credentials::access_token(AccessToken::new(token)))
    }

    /// How access tokens are renewed, and where they are kept.
    #[must_use]
    pub fn tokens(self, settings: TokenSettings) -> Self {
        Self {
            tokens: settings,
            ..self
        }
    }

    /// Who the user is. It has to be said where limits are shared with other processes.
    #[must_use]
    pub fn user(self, user: impl Into<UserKey>) -> Self {
        Self {
            user: Some(user.into()),
            ..self
        }
    }

    /// How the token is announced; [`AuthScheme::Bearer`] where nothing is said.
    #[must_use]
    pub fn auth_scheme(self, scheme: AuthScheme) -> Self {
        Self { scheme, ..self }
    }

    /// How long one attempt may take, for endpoints and calls that don't say so themselves; 30
    /// seconds at first.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self {
            timeout: Some(timeout),
            ..self
        }
    }

    /// How often calls are tried again; [`RetryPolicy::new`] where nothing is said.
    #[must_use]
    pub fn retry(self, policy: RetryPolicy) -> Self {
        Self {
            retry: policy,
            ..self
        }
    }

    /// How the limits are kept that endpoints declare; [`LimitSettings::new`] where nothing is
    /// said.
    #[must_use]
    pub fn limits(self, settings: LimitSettings) -> Self {
        Self {
            limits: settings,
            ..self
        }
    }

    /// Where it is kept which calls were made, in place of this client's own memory, for those who
    /// share their limits. The user has to be [named](Self::user) then.
    #[must_use]
    pub fn limit_store(self, store: impl LimitStore + 'static) -> Self {
        Self {
            limit_store: Some(Arc::new(store)),
            ..self
        }
    }

    /// How long it may take to get a connection; 10 seconds at first.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.setup.connect_timeout = timeout.min(EVER);
        self
    }

    /// How long the server may be silent between two pieces of its answer. At first only the
    /// attempt's timeout counts.
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.setup.read_timeout = Some(timeout.min(EVER));
        self
    }

    /// The proxy that all requests go through, such as `http://user:password@proxy.example.com:3128`. At first it is what the environment says
    /// (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`). A server on this machine is never asked for
    /// through a proxy.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<SecretString>) -> Self {
        self.setup.proxy = Some(url.into());
        self
    }

    /// How large an answer may be, in bytes after it is decompressed; 32 MiB at first. No more than
    /// that is ever held.
    #[must_use]
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.setup.max_response_size = bytes;
        self
    }

    /// Shapes the `reqwest` client that carries the requests: certificates, addresses, pool.
    ///
    /// Whatever it does, redirects are not followed, nothing is sent twice by `reqwest`, and only
    /// this machine is talked to without TLS.
    ///
    /// ```no_run
    /// # use cliq_api::prelude::*;
    /// # fn main() -> Result<(), Error> {
    /// let client = Client::builder().reqwest(|builder| builder.pool_max_idle_per_host(2).tcp_nodelay(true)).build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn reqwest(
        mut self,
        shape: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + 'static,
    ) -> Self {
        self.setup.and_shape(shape);
        self
    }

    /// What carries the requests, in place of `reqwest`. What this builder says of connections,
    /// proxies and answers is `reqwest`'s, and not used then.
    #[must_use]
    pub fn transport(self, transport: impl Transport) -> Self {
        Self {
            transport: Some(Arc::new(transport)),
            ..self
        }
    }

    /// Builds it, if what it was given can be used.
    pub fn build(self) -> Result<Client, Error> {
        let identity = self.identity.unwrap_or_else(Identity::none);
        let fixed = self
            .base_url
            .map(|url| BaseUrl::parse(&url))
            .transpose()?
            .map(Arc::new);
        let home = match &fixed {
            Some(fixed) => Arc::clone(fixed),
            None => Arc::new(BaseUrl::of(&self.data_center)?),
        };
        let base_url = match (&fixed, identity.base_url()) {
            (None, Some(url)) => Arc::new(BaseUrl::parse(url)?),
            _ => Arc::clone(&home),
        };
        if self.user.is_none() && self.limit_store.is_some() {
            return Err(Error::configuration(
                "the limits are shared with other processes, and nothing says whose they are: name the user with `user`, by a key that all of them use",
            ));
        }
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(ReqwestTransport::new(
                self.setup,
                base_url.loopback || identity.is_loopback(),
            )?),
        };
        let scheme = self.scheme;
        let context = AuthContext::new(Arc::clone(&transport), self.tokens)
            .announced_by(move |token| scheme.announce(token));
        let context = Arc::new(context);
        let authorizer = identity
            .bind(&context, self.user.as_ref())
            .map_err(|error| Error::unusable(&error))?;
        let limiter = Limiter::new(self.limits, self.limit_store);
        let server = limiter.server(base_url.without_scheme());
        let core = Core {
            users: Users::default(),
            home,
            fixed,
            context,
            limiter,
            transport,
            timeout: self.timeout.unwrap_or(TIMEOUT),
            retry: self.retry,
            budget: Budget::new(),
            in_flight: Arc::new(InFlight::default()),
        };
        Ok(Client(Arc::new(Inner {
            core: Arc::new(core),
            base_url,
            server,
            user: self.user,
            authorizer,
        })))
    }
}

/// Without the token.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("data_center", &self.data_center)
            .finish_non_exhaustive()
    }
}
