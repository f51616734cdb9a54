//! Where the buckets are kept, if not in this process's memory: the trait to implement for a file
//! or a server that several share.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use super::message::{Acquire, Completed, Decision, LeaseId, Locked, Outcome, Source};
use super::rules::Rules;
use super::settings::Class;
use crate::user_key::UserKey;

/// Keeps buckets that several limiters share.
///
/// A store loads a [`Bucket`](super::Bucket) by its key (a new one, if there is none), tells it
/// what it was told, with its own time, and saves it, all that as one step: under a lock, or by
/// compare and swap. [`Bucket::encode`](super::Bucket::encode) and
/// [`decode`](super::Bucket::decode) make it into bytes and back. Locks and slots belong to the
/// store's clock; nobody's wall clock matters.
///
/// Messages may come twice: a lease that is asked for again is granted again, and a lease that is
/// completed again changes nothing, but that a lock may be extended.
///
/// A future that is dropped may have done its work or not. A limiter then gives the lease back.
pub trait LimitStore: Send + Sync + fmt::Debug {
    /// A call wants to be sent.
    fn acquire<'a>(
        &'a self,
        key: &'a BucketKey,
        rules: &'a Rules,
        ask: Acquire,
    ) -> StoreFuture<'a, Decision>;

    /// A call ended.
    fn complete<'a>(
        &'a self,
        key: &'a BucketKey,
        rules: &'a Rules,
        end: Ended,
    ) -> StoreFuture<'a, Completed>;

    /// A call ended, and the runtime ends as well, with what was being told: the same as
    /// [`complete`](Self::complete) once more, done when it returns. A store that can't do
    /// without a runtime leaves it, and says `false`; the lease then ends by itself, as that of a
    /// call without an answer.
    fn complete_at_the_end(&self, key: &BucketKey, rules: &Rules, end: Ended) -> bool {
        let _ = (key, rules, end);
        false
    }

    /// What a call of the class would meet, which changes nothing.
    fn look<'a>(
        &'a self,
        key: &'a BucketKey,
        rules: &'a Rules,
        source: Source,
        class: Class,
    ) -> StoreFuture<'a, Seen>;

    /// What is known of a lock without asking anybody: one that a peer told of, in stores that hear
    /// of such. It is asked before a call waits and just before it is sent, so it has to be
    /// quick.
    fn known_lock(&self, _key: &BucketKey, _rules: &Rules, _source: Source) -> Option<Locked> {
        None
    }
}

/// What a store does takes time, and can fail.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ended {
    /// The permit's name.
    pub lease: LeaseId,
    /// Who says so.
    pub source: Source,
    /// How.
    pub outcome: Outcome,
}

impl Ended {
    /// The lease ended like that.
    pub fn new(lease: LeaseId, source: Source, outcome: Outcome) -> Self {
        Self {
            lease,
            source,
            outcome,
        }
    }
}

/// What a call would meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// How many calls could be sent at once, were it not for the lock; `None` without a limit.
    pub remaining: Option<u32>,
    /// How long it takes until the next could be sent, as far as one can tell, a lock included.
    pub next: std::time::Duration,
    /// The lock.
    pub locked: Option<Locked>,
}

impl super::Bucket {
    /// What a call of the class would meet.
    pub fn look(&mut self, now: u64, rules: &Rules, source: Source, class: Class) -> Seen {
        // First what time has changed: a lost call may extend a lock.
        let wait = self.expected(now, rules, class, 0);
        let locked = self.locked(now, source);
        let next = locked.map_or(wait, |locked| locked.left.max(wait));
        Seen {
            remaining: self.remaining(now, rules, class),
            next,
            locked,
        }
    }
}

/// Which bucket: what the server can tell apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BucketKey {
    pub(super) server: Arc<str>,
    pub(super) user: Option<UserKey>,
    pub(super) shape: Arc<str>,
}

impl BucketKey {
    /// As a limiter makes them; for trying a store by itself.
    pub fn new(server: impl AsRef<str>, user: Option<UserKey>, shape: impl AsRef<str>) -> Self {
        Self {
            server: server.as_ref().into(),
            user,
            shape: shape.as_ref().into(),
        }
    }

    /// Where the calls go, such as `https://cliq.zoho.com`.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Whose calls they are. It may be personal data: a store that others can read should keep a
    /// keyed hash of it.
    pub fn user(&self) -> Option<&UserKey> {
        self.user.as_ref()
    }

    /// What they have in common, such as `POST /api/v3/chats/<>/messages`, or `bucket` and the name
    /// that was declared.
    pub fn shape(&self) -> &str {
        &self.shape
    }
}

/// A store didn't do what it was asked for.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{problem}")]
pub struct StoreError {
    problem: Arc<str>,
    #[source]
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl StoreError {
    /// In words for an operator: one line, with what to do about it.
    pub fn new(problem: impl AsRef<str>) -> Self {
        Self {
            problem: problem.as_ref().into(),
            source: None,
        }
    }

    /// With what caused it.
    #[must_use]
    pub fn caused_by(self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self {
            source: Some(Arc::new(source)),
            ..self
        }
    }
}
