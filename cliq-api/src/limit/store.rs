//! Where buckets are kept: the trait that lets processes share them, and its messages.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use super::bucket::{Class, LeaseId, Outcome, Rule};

/// A store's work under way.
pub type Storing<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Keeps buckets, for one process or for many.
///
/// Time is the store's: nothing that it is told has a time of the caller's, only durations. A [`Bucket`](super::Bucket) is the rule, and a store that
/// keeps buckets elsewhere can keep its bytes there, under a lock of its own. What dies with a lease is covered by the lease's end.
pub trait LimitStore: Send + Sync + 'static {
    /// Asks for a slot. Dropping it before its end may leave a lease that nobody knows; so it is not dropped.
    fn acquire<'a>(&'a self, key: &'a BucketKey, ask: Acquire) -> Storing<'a, Verdict>;

    /// Tells how a call with a lease ended.
    fn complete<'a>(&'a self, key: &'a BucketKey, done: Complete) -> Storing<'a, Completed>;

    /// Looks, and changes nothing.
    fn look<'a>(&'a self, key: &'a BucketKey, rule: Rule) -> Storing<'a, Look>;

    /// For how long the bucket is locked as far as this process knows without asking: by what it, or a peer of its, was told.
    fn known_lock(&self, key: &BucketKey) -> Option<Duration>;

    /// Whether other processes use it too, so that a user has to have a name that they agree on.
    fn is_shared(&self) -> bool {
        true
    }
}

/// Which bucket: what the server can tell apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BucketKey {
    /// The server: host, port, and the prefix of its API.
    pub server: std::sync::Arc<str>,
    /// The user; `None` for the one user of a client without a key.
    pub user: Option<crate::UserKey>,
    /// The method and path without what fills it, `POST /api/v3/threads/<>/follow`; or the name of a declared bucket behind a `#`.
    pub shape: std::sync::Arc<str>,
}

/// A call wants a slot.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Acquire {
    /// What holds for the bucket.
    pub rule: Rule,
    /// How the call stands.
    pub class: Class,
    /// How long it may be under way, from now on, before it counts as unanswered.
    pub longest: Duration,
}

/// A call is done.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Complete {
    /// What holds for the bucket.
    pub rule: Rule,
    /// Its lease.
    pub lease: LeaseId,
    /// How it ended.
    pub outcome: Outcome,
}

/// What a store says to a call that wants a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It has one.
    Granted(LeaseId),
    /// Not before that time.
    Wait(Duration),
    /// Not before the one call that is under way is done; after that time at the latest.
    WaitForAnswer(Duration),
    /// The user is shut out for that time.
    Locked(Duration, LockOrigin),
}

/// From where a lock is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LockOrigin {
    /// The server told this process.
    Observed,
    /// The server told another process, which shares its limits with this one.
    Peer,
    /// Nobody knows, and the worst is assumed: what was known was lost.
    Assumed,
}

impl fmt::Display for LockOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Observed => "the server said so",
            Self::Peer => "the server told another process",
            Self::Assumed => "assumed, as what was known of it was lost",
        })
    }
}

/// What a store says to a call that is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Completed {
    /// For how long the bucket is locked now.
    pub locked: Option<Duration>,
    /// Whether this call's answer began that lock.
    pub began: bool,
}

/// What a look at a bucket shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Look {
    /// How many calls may go now.
    pub remaining: u32,
    /// How long until the next may.
    pub next_free: Duration,
    /// For how long it is locked.
    pub locked: Option<(Duration, LockOrigin)>,
}

impl Look {
    /// For a store to make.
    pub const fn new(remaining: u32, next_free: Duration, locked: Option<(Duration, LockOrigin)>) -> Self {
        Self { remaining, next_free, locked }
    }
}

/// Why a store could not be used.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the store of limits can't be used: {0}")]
pub struct StoreError(std::sync::Arc<dyn std::error::Error + Send + Sync>);

impl StoreError {
    /// From what went wrong, which must hold no secret.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into().into())
    }
}
