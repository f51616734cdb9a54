//! The client: where calls go, as whom, and how they are sent.

mod bounded;
mod builder;
mod endpoint;
mod exchange;
mod in_flight;
mod limits;
mod options;
mod retry;
mod run;
mod server;
mod trace;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;

pub use self::builder::ClientBuilder;
pub(crate) use self::endpoint::respond;
pub use self::endpoint::{
    Builder, Caller, Declaration, Endpoint, JsonDeclaration, Of, RequestExt, ResponseFuture,
    awaited, built, call,
};
pub use self::limits::EndpointLimits;
pub use self::options::{Context, Options};
pub use self::retry::RetryPolicy;
pub(crate) use self::run::{prepare, run, url};
use crate::auth::{AuthContext, Authorizer, Identity, ScopeSet, Users};
use crate::error::Error;
use crate::limit::Limiter;
use crate::meta::EndpointMeta;
use crate::provider::Provider;
use crate::transport::Transport;
use crate::user_key::UserKey;
use in_flight::InFlight;
use retry::Budget;
use server::{Server, Servers};

/// A client of one API, for one user. Clones are cheap and share everything.
///
/// The guide: [calling](crate::guide::calling).
///
/// Every `#[endpoints]` trait is implemented for it: once the trait is imported, its endpoints are
/// the client's methods.
///
/// ```
/// use cliq_api::prelude::*;
///
/// # fn main() -> Result<(), Error> {
/// let client = Client::builder("https://api.github.com")
///     .bearer("41d9")
///     .user_agent("deploybot/1.0")
///     .default_header("X-GitHub-Api-Version", "2022-11-28")
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

/// One user's part.
struct Inner {
    core: Arc<Core>,
    /// The server of endpoints that name none.
    home: Arc<Server>,
    user: Option<UserKey>,
    authorizer: Option<Arc<dyn Authorizer>>,
}

/// What the calls of all users share.
struct Core {
    provider: Arc<dyn Provider>,
    /// The server of users without another one.
    home: Arc<Server>,
    /// Whether `home` is the server of all users.
    is_fixed: bool,
    servers: Servers,
    auth: Arc<AuthContext>,
    users: Users,
    /// With the layers around it.
    transport: Arc<dyn Transport>,
    is_layered: bool,
    /// Headers of all calls.
    headers: HeaderMap,
    /// Of one attempt, unless the endpoint or the call sets another one.
    timeout: Duration,
    read_timeout: Option<Duration>,
    max_response_size: usize,
    limiter: Limiter,
    retry: RetryPolicy,
    budget: Budget,
    in_flight: Arc<InFlight>,
}

impl Drop for Core {
    fn drop(&mut self) {
        // In a program of plain threads no runtime is left that could flush it.
        if tokio::runtime::Handle::try_current().is_err() {
            self.limiter.flush_blocking();
        }
    }
}

impl Client {
    /// Returns the URL that all requests start with: the origin, and a prefix if there is one.
    pub fn base_url(&self) -> &str {
        self.0.home.base_url.as_str()
    }

    /// Lets calls in flight end, and starts no others: those fail with
    /// [`ErrorKind::Closed`](crate::ErrorKind::Closed). It holds for all clones of the client.
    ///
    /// Where rate limits are [shared](ClientBuilder::limit_store), it also waits, for the same time
    /// at most, until the store knows how all calls ended.
    ///
    /// Returns how many calls were not done after that time. They go on, but are not retried.
    ///
    /// ```no_run
    /// # use cliq_api::prelude::*;
    /// # use std::time::Duration;
    /// # async fn example(client: Client) {
    /// let left = client.close(Duration::from_secs(10)).await;
    /// if left > 0 {
    ///     eprintln!("{left} calls were cut off");
    /// }
    /// # }
    /// ```
    pub async fn close(&self, within: Duration) -> usize {
        let begun = tokio::time::Instant::now();
        let left = self.0.core.in_flight.close(within).await;
        // A store that fails has used its time by then.
        let rest = within.saturating_sub(begun.elapsed());
        let _ = tokio::time::timeout(rest, self.0.core.limiter.flush()).await;
        left
    }

    /// Returns the same client for another user: with rate limits and tokens of that user, and
    /// everything else shared.
    ///
    /// The guide: [many users](crate::guide::users).
    ///
    /// `identity` is how the user is authorized, and, where it has one, the user's own base URL; a
    /// [`base_url`](ClientBuilder::base_url) that was set on the client wins. A user for whom this
    /// is called again keeps the token as long as the authorizers' fingerprints are equal. An idle
    /// user costs some hundred bytes, and about a thousand once calls were made, until
    /// [`forget_user`](Self::forget_user).
    ///
    /// ```
    /// # use cliq_api::prelude::*;
    /// # use cliq_api::auth::Bearer;
    /// # fn main() -> Result<(), Error> {
    /// let service = Client::builder("https://api.example.com").build()?;
    /// let ryan = service.as_user("855727961", Bearer::new("41d9"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the identity can't be used.
    pub fn as_user(
        &self,
        user: impl Into<UserKey>,
        identity: impl Into<Identity>,
    ) -> Result<Self, Error> {
        let core = &self.0.core;
        let (user, identity) = (user.into(), identity.into());
        let home = match identity.base_url() {
            Some(own) if !core.is_fixed => core.servers.at(own)?,
            _ => Arc::clone(&core.home),
        };
        let authorizer = core
            .users
            .authorizer(&core.auth, &user, &identity)
            .map_err(|error| Error::unusable(&error))?;
        Ok(Self(Arc::new(Inner {
            core: Arc::clone(core),
            home,
            user: Some(user),
            authorizer,
        })))
    }

    /// Drops what is kept of a user that was named with [`as_user`](Self::as_user). Existing
    /// clients of that user go on. Returns whether there was one.
    pub fn forget_user(&self, user: &UserKey) -> bool {
        self.0.core.users.forget(user)
    }

    /// Returns how many users are kept.
    pub fn user_count(&self) -> usize {
        self.0.core.users.len()
    }

    /// Returns the user, if one was named.
    pub fn user(&self) -> Option<&UserKey> {
        self.0.user.as_ref()
    }

    /// Returns what the user's token may do, as far as that is known.
    pub fn granted_scopes(&self) -> Option<ScopeSet> {
        self.0.authorizer.as_ref()?.scopes()
    }

    /// Returns whether the user's token has the scopes that an endpoint needs, as the provider
    /// compares them; `None` if it isn't known what the token may do.
    pub fn has_scopes_for(&self, endpoint: &EndpointMeta) -> Option<bool> {
        let granted = self.granted_scopes()?;
        let provider = &self.0.core.provider;
        let includes = |granted: &str, needed: &str| provider.includes_scope(granted, needed);
        Some(granted.covers_with(endpoint.scopes(), includes))
    }

    /// Returns the server of an endpoint.
    fn server(&self, endpoint: &'static EndpointMeta) -> Result<&Server, Error> {
        self.0.core.servers.of(endpoint, &self.0.home)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base_url())
            .field("user", &self.0.user)
            .finish_non_exhaustive()
    }
}
