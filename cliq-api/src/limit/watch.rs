//! Limits and locks to ask after and to watch.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::limiter::{Limiter, ServerId};
use super::message::{LockSource, Locked};
use super::refusal::LimitRefusal;
use super::settings::Class;
use super::shape::Shape;
use super::slots::Key;
use super::store::Seen;
use crate::endpoint::meta::EndpointMeta;
use crate::user_key::UserKey;

/// How many changes are kept for one who doesn't look.
const KEPT: usize = 256;

/// One user's limits at one server, to ask after and to watch.
#[derive(Debug, Clone)]
pub struct Limits {
    limiter: Limiter,
    server: ServerId,
    user: Option<UserKey>,
}

/// What a call to an endpoint would meet now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitState {
    /// How many calls could be sent at once, were it not for a lock; `None` without a limit.
    pub remaining: Option<u32>,
    /// How long until the next one could be sent, as far as one can tell; a lock included.
    pub next: Duration,
    /// How many calls wait in this process.
    pub waiting: usize,
    /// Whether the user is locked out.
    pub lock: Option<Lock>,
}

/// A lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lock {
    /// Until when nothing is sent.
    pub until: SystemTime,
    /// Where that is known from.
    pub why: LockSource,
}

/// Something happened to a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The server's base URL.
    pub server: Arc<str>,
    /// Whose calls they are.
    pub user: Option<UserKey>,
    /// Which calls: method and path with placeholders erased, or the declared bucket.
    pub bucket: Arc<str>,
    /// What happened.
    pub kind: ChangeKind,
}

/// What happened to a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeKind {
    /// The user is locked out, or for longer than was known.
    Locked {
        /// Until when nothing is sent.
        until: SystemTime,
        /// Where that is known from.
        why: LockSource,
        /// Whether it began with a call that the limiter had allowed, so that somebody else spends
        /// the same budget, or the server's rules are others than the declared ones.
        unexpected: bool,
    },
    /// A call got no answer: calls go one at a time until one is answered.
    Unanswered,
}

impl Limiter {
    /// A user's limits at the server.
    pub fn limits(&self, server: ServerId, user: Option<UserKey>) -> Limits {
        Limits {
            limiter: self.clone(),
            server,
            user,
        }
    }
}

impl Limits {
    /// What a normal call to the endpoint would meet now. It fails only where a store that others
    /// share can't be reached.
    pub async fn of(&self, endpoint: &'static EndpointMeta) -> Result<LimitState, LimitRefusal> {
        let inner = &self.limiter.0;
        let shape = inner.shape(endpoint);
        let user = self.user.as_ref();
        let key = Key {
            server: self.server.0,
            shape: shape.id,
            user: user.cloned(),
        };
        let slot = inner.slots.get(&key);
        let waiting = slot
            .as_ref()
            .and_then(|slot| slot.lock().waiting().map(|queue| queue.len()))
            .unwrap_or_default();
        let seen = match &inner.store {
            _ if inner.settings.off => Seen {
                remaining: None,
                next: Duration::ZERO,
                locked: None,
            },
            None => {
                let slot = slot.unwrap_or_else(|| inner.slot(self.server, user, &shape));
                slot.lock()
                    .bucket
                    .look(inner.now(), &shape.rules, inner.source, Class::Normal)
            }
            Some(store) => {
                let key = inner.key(self.server, user, &shape);
                store
                    .look(&key, &shape.rules, inner.source, Class::Normal)
                    .await
                    .map_err(LimitRefusal::Unreachable)?
            }
        };
        let lock = seen.locked.map(|locked| Lock {
            until: SystemTime::now() + locked.left,
            why: locked.why,
        });
        Ok(LimitState {
            remaining: seen.remaining,
            next: seen.next,
            waiting,
            lock,
        })
    }

    /// What happens from now on, to the buckets of all users of the limiter.
    pub fn changes(&self) -> Changes {
        Changes(self.limiter.0.watch.changes.subscribe())
    }

    /// How many locks came although the limiter had allowed the call, of all users.
    pub fn unexpected_locks(&self) -> u64 {
        self.limiter.0.watch.unexpected.load(Ordering::Relaxed)
    }
}

/// What happens to limits and locks.
#[derive(Debug)]
pub struct Changes(broadcast::Receiver<Change>);

impl Changes {
    /// The next change; `None` once the limiter is gone. One who doesn't look for long misses the
    /// oldest.
    pub async fn next(&mut self) -> Option<Change> {
        loop {
            match self.0.recv().await {
                Ok(change) => return Some(change),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

/// Where changes are told.
#[derive(Debug)]
pub(super) struct Watch {
    changes: broadcast::Sender<Change>,
    unexpected: AtomicU64,
}

impl Watch {
    pub(super) fn new() -> Self {
        Self {
            changes: broadcast::Sender::new(KEPT),
            unexpected: AtomicU64::new(0),
        }
    }

    pub(super) fn locked(
        &self,
        limiter: &Limiter,
        server: ServerId,
        user: Option<&UserKey>,
        shape: &Shape,
        locked: Locked,
        unexpected: bool,
    ) {
        let seconds = locked.left.as_millis().div_ceil(1000);
        let bucket = &*shape.name;
        let why = locked.why;
        if unexpected {
            self.unexpected.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(target: "cliq_api::limit", bucket, seconds, "the server locked the user out although the limit allowed the call: does something else call for the same user?");
        } else {
            tracing::warn!(target: "cliq_api::limit", bucket, seconds, ?why, "the user is locked out");
        }
        let until = SystemTime::now() + locked.left;
        self.tell(
            limiter,
            server,
            user,
            shape,
            ChangeKind::Locked {
                until,
                why,
                unexpected,
            },
        );
    }

    pub(super) fn unanswered(
        &self,
        limiter: &Limiter,
        server: ServerId,
        user: Option<&UserKey>,
        shape: &Shape,
    ) {
        tracing::debug!(target: "cliq_api::limit", bucket = &*shape.name, "a call got no answer: one call at a time until one is answered");
        self.tell(limiter, server, user, shape, ChangeKind::Unanswered);
    }

    fn tell(
        &self,
        limiter: &Limiter,
        server: ServerId,
        user: Option<&UserKey>,
        shape: &Shape,
        kind: ChangeKind,
    ) {
        if self.changes.receiver_count() > 0 {
            let key = limiter.0.key(server, user, shape);
            // Nobody listening any more is fine.
            let _ = self.changes.send(Change {
                server: key.server,
                user: key.user,
                bucket: key.shape,
                kind,
            });
        }
    }
}
