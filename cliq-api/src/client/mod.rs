//! The client: where calls go, as whom, and how they are carried there.

mod base_url;
mod builder;
mod exchange;
mod in_flight;
mod options;
mod run;
mod trace;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::uri::{Authority, Scheme};

pub use self::builder::ClientBuilder;
pub use self::options::Options;
pub(crate) use self::run::{prepare, prepare_authorized, run};
use crate::auth::{AuthContext, Authorizer, Identity, ScopeSet, Users};
use crate::dynamic::DynamicCall;
use crate::endpoint::call::Call;
use crate::endpoint::meta::EndpointMeta;
use crate::error::Error;
use crate::limit::{Limiter, Limits, ServerId};
use crate::retry::{Budget, RetryPolicy};
use crate::transport::Transport;
use crate::user_key::UserKey;
use base_url::BaseUrl;
use in_flight::InFlight;

/// A client of one server, for one user. Cloning it is cheap, and clones share everything.
///
/// Every `#[endpoints]` trait is implemented for it, so that its endpoints are its methods once the
/// trait is imported.
///
/// ```no_run
/// use cliq_api::prelude::*;
/// use cliq_api::threads::Threads;
///
/// # async fn example(token: String) -> Result<(), Error> {
/// let client = Client::builder().data_center(DataCenter::EU).access_token(token).build()?;
/// client.follow_thread("CT_1207124526552602256_60002085329-T-1291567019566818579").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

/// One user's part.
struct Inner {
    core: Arc<Core>,
    base_url: Arc<BaseUrl>,
    /// The same to the limiter.
    server: ServerId,
    user: Option<UserKey>,
    authorizer: Option<Arc<dyn Authorizer>>,
}

/// What the calls of all users have in common.
struct Core {
    /// The server of all users, where it doesn't follow from their data centres.
    fixed: Option<Arc<BaseUrl>>,
    /// The server of those whose data centre is the client's.
    home: Arc<BaseUrl>,
    context: Arc<AuthContext>,
    users: Users,
    transport: Arc<dyn Transport>,
    /// Of one attempt, where neither the endpoint nor the call says otherwise.
    timeout: Duration,
    limiter: Limiter,
    retry: RetryPolicy,
    budget: Budget,
    in_flight: Arc<InFlight>,
}

impl Drop for Core {
    fn drop(&mut self) {
        // A program of plain threads: no runtime ends with it, in which what is left would be told.
        if tokio::runtime::Handle::try_current().is_err() {
            self.limiter.tell_rest_here();
        }
    }
}

impl Client {
    /// Starts building one.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// What every request's URL starts with: the origin, and a prefix if there is one.
    pub fn base_url(&self) -> &str {
        &self.0.base_url.text
    }

    /// Lets calls that are under way end, and begins no others: those fail with
    /// [`ErrorKind::Closed`](crate::ErrorKind::Closed). It holds for all clones of the client.
    ///
    /// Where limits are [shared](ClientBuilder::limit_store) it also waits, for the same time at
    /// most, until the others can know how all calls ended.
    ///
    /// Gives how many calls were not done after that time: 0 where all is well. They go on, but are
    /// not tried again.
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
        // A store that fails has had its time as well then.
        let rest = within.saturating_sub(begun.elapsed());
        let _ = tokio::time::timeout(rest, self.0.core.limiter.tell_all()).await;
        left
    }

    /// The same client for another user: with limits and tokens of that user's own, and all else in
    /// common with this one.
    ///
    /// A user for whom this is called again keeps the token, as long as the identity has the same
    /// [fingerprint](Authorizer::fingerprint). An idle user costs some hundred bytes, and about a thousand once calls were
    /// made, until [`forget_user`](Self::forget_user).
    ///
    /// ```
    /// # use cliq_api::prelude::*;
    /// # use cliq_api::auth::{Credentials, OAuthClient};
    /// # fn example(app: &OAuthClient, refresh_token: String) -> Result<(), Error> {
    /// let service = Client::builder().build()?;
    /// let ryan = service.as_user("855727961", Credentials::refresh_token(app, refresh_token))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the credentials can't be used.
    pub fn as_user(
        &self,
        user: impl Into<UserKey>,
        identity: impl Into<Identity>,
    ) -> Result<Self, Error> {
        let identity = identity.into();
        let core = &self.0.core;
        let user = user.into();
        let base_url = match (&core.fixed, identity.base_url()) {
            (Some(fixed), _) => Arc::clone(fixed),
            (None, Some(url)) => Arc::new(BaseUrl::parse(url)?),
            (None, None) => Arc::clone(&core.home),
        };
        let authorizer = core
            .users
            .authorizer(&core.context, &user, &identity)
            .map_err(|error| Error::unusable(&error))?;
        let server = core.limiter.server(base_url.without_scheme());
        Ok(Self(Arc::new(Inner {
            core: Arc::clone(core),
            base_url,
            server,
            user: Some(user),
            authorizer,
        })))
    }

    /// Drops what is kept of a user that was named with [`as_user`](Self::as_user). Clients of that
    /// user that there are go on. Tells whether there was one.
    pub fn forget_user(&self, user: &UserKey) -> bool {
        self.0.core.users.forget(user)
    }

    /// How many users are kept.
    pub fn user_count(&self) -> usize {
        self.0.core.users.len()
    }

    /// Who the user is, if that was said.
    pub fn user(&self) -> Option<&UserKey> {
        self.0.user.as_ref()
    }

    /// What the user's token may do, as far as that is known.
    pub fn granted_scopes(&self) -> Option<ScopeSet> {
        self.0.authorizer.as_ref()?.scopes()
    }

    /// What is left of the limits, which locks are in force, and what happens to them.
    pub fn limits(&self) -> Limits {
        self.0
            .core
            .limiter
            .limits(self.0.server, self.0.user.clone())
    }

    /// Scheme, host, and the prefix of all paths.
    pub(crate) fn base(&self) -> (&Scheme, &Authority, &str) {
        self.0.base_url.parts()
    }

    /// The server's host and port, for traces.
    fn server(&self) -> (&str, Option<u16>) {
        self.0.base_url.server()
    }

    /// A call without a type: for programs that know endpoints only by their metadata.
    ///
    /// ```no_run
    /// # use cliq_api::prelude::*;
    /// # async fn example(client: Client) -> Result<(), Error> {
    /// let follow = cliq_api::threads::THREADS.iter().find(|meta| meta.name() == "follow_thread").unwrap();
    /// client.call(follow).set("THREAD_CHAT_ID", "CT_1-T-2").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn call(&self, endpoint: &'static EndpointMeta) -> DynamicCall {
        DynamicCall::new(Call::with_client(self.clone(), endpoint))
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

/// Whatever can make calls, because it has a [`Client`]: the client itself, references to it, and
/// wrappers of your own.
///
/// ```
/// use cliq_api::prelude::*;
///
/// struct Bot {
///     client: Client,
///     name: String,
/// }
///
/// impl Caller for Bot {
///     fn client(&self) -> &Client {
///         &self.client
///     }
/// }
/// // From here on, `bot.follow_thread(…)` works as it does on the client.
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't make calls",
    label = "endpoints are methods of a `cliq_api::Client`, or of what implements `cliq_api::Caller`",
    note = "implement `Caller` for `{Self}`, with a method that returns its `Client`; an `#[endpoints]` trait can't be implemented by hand"
)]
pub trait Caller: Send + Sync {
    /// The client that makes the calls.
    fn client(&self) -> &Client;
}

impl Caller for Client {
    fn client(&self) -> &Client {
        self
    }
}

macro_rules! through_deref {
    ($($pointer:ty),*) => {
        $(impl<C: Caller + ?Sized> Caller for $pointer {
            fn client(&self) -> &Client {
                (**self).client()
            }
        })*
    };
}

through_deref!(&C, Box<C>, Arc<C>);
