//! The limits as a program can look at them.

use std::time::{Duration, SystemTime};

use tokio::sync::broadcast;

use super::limiter::Limiter;
use super::store::{BucketKey, LockOrigin, StoreError};
use crate::UserKey;
use crate::endpoint::meta::EndpointMeta;

/// A look at the limits of one user, from [`Client::limits`](crate::Client::limits).
///
/// ```no_run
/// # use cliq_api::prelude::*;
/// # use cliq_api::threads::FollowThreadRequest;
/// # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
/// if let Some(budget) = client.limits().of(FollowThreadRequest::META).await? {
///     println!("{} calls may go now, the next in {:?}", budget.remaining, budget.next_free);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Limits {
    limiter: Limiter,
    user: Option<UserKey>,
}

/// What is left of an endpoint's limit, for one user, now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remaining {
    /// How many calls may go now, without waiting.
    pub remaining: u32,
    /// How long until the next may go.
    pub next_free: Duration,
    /// The lock that is in force.
    pub lock: Option<Lock>,
}

/// A lock that is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lock {
    /// When it ends, by the system's clock.
    pub until: SystemTime,
    /// How long it lasts from now.
    pub left: Duration,
    /// From where it is known.
    pub origin: LockOrigin,
}

impl Limits {
    pub(crate) fn new(limiter: Limiter, user: Option<UserKey>) -> Self {
        Self { limiter, user }
    }

    /// What is left of the endpoint's limit. `None` where it has none and isn't locked.
    ///
    /// # Errors
    ///
    /// If the store can't be reached.
    pub async fn of(&self, endpoint: &'static EndpointMeta) -> Result<Option<Remaining>, StoreError> {
        let look = self.limiter.look(self.user.as_ref(), endpoint).await?;
        Ok(look.map(|look| Remaining {
            remaining: look.remaining,
            next_free: look.next_free,
            lock: look.locked.map(|(left, origin)| Lock { until: SystemTime::now() + left, left, origin }),
        }))
    }

    /// How many locks came although the limiter had allowed the call, for all users of this client. Where it is not 0, somebody else spends
    /// the same budget, or the server's rules are others than were declared.
    pub fn unexpected_locks(&self) -> u64 {
        self.limiter.unexpected_locks()
    }

    /// What happens from now on, for all users of this client.
    pub fn events(&self) -> LimitEvents {
        LimitEvents(self.limiter.0.events.subscribe())
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Events as they happen. Who looks too seldom misses the oldest of more than 64.
#[derive(Debug)]
pub struct LimitEvents(broadcast::Receiver<LimitEvent>);

impl LimitEvents {
    /// The next one; `None` once the client is gone.
    pub async fn next(&mut self) -> Option<LimitEvent> {
        loop {
            match self.0.recv().await {
                Ok(event) => return Some(event),
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

/// Something happened to a user's limit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitEvent {
    /// Calls begin to wait for a second or more.
    #[non_exhaustive]
    Waiting {
        /// Whose calls.
        user: Option<UserKey>,
        /// Method and path, `POST /api/v3/threads/<>/follow`; or the declared bucket behind a `#`.
        bucket: String,
        /// How long the first of them waits.
        wait: Duration,
    },
    /// The server locked the user out.
    #[non_exhaustive]
    Locked {
        /// Who is locked out.
        user: Option<UserKey>,
        /// Method and path, `POST /api/v3/threads/<>/follow`; or the declared bucket behind a `#`.
        bucket: String,
        /// When it ends, by the system's clock.
        until: SystemTime,
    },
}

impl LimitEvent {
    pub(super) fn waiting(key: &BucketKey, wait: Duration) -> Self {
        Self::Waiting { user: key.user.clone(), bucket: key.shape.to_string(), wait }
    }

    pub(super) fn locked(key: &BucketKey, wait: Duration) -> Self {
        Self::Locked { user: key.user.clone(), bucket: key.shape.to_string(), until: SystemTime::now() + wait }
    }
}
