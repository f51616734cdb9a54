//! What happens to buckets, for those who watch: changes, a counter, and traces.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::message::{LockSource, Locked};
use super::registry::UserBucket;
use crate::user_key::UserKey;

/// How many changes are kept for a receiver that falls behind.
const KEPT: usize = 256;

/// Something happened to a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The server, such as its base URL.
    pub server: Arc<str>,
    /// The user; `None` for a bucket that is per app.
    pub user: Option<UserKey>,
    /// The bucket's name.
    pub bucket: Arc<str>,
    /// What happened.
    pub kind: ChangeKind,
}

/// What happened to a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeKind {
    /// A lockout began or was extended.
    #[non_exhaustive]
    Locked {
        /// When it ends.
        until: SystemTime,
        /// How it is known.
        source: LockSource,
        /// Whether it began with a call that the limiter had allowed, so that something else
        /// makes calls for the same user, or the server's rules differ from the declared ones.
        unexpected: bool,
    },
    /// A call got no response: one call at a time goes until one is answered.
    Unanswered,
}

/// Receives what happens to buckets.
#[derive(Debug)]
pub struct Changes(broadcast::Receiver<Change>);

impl Changes {
    /// Waits for the next change; `None` once the limiter is gone. A receiver that falls behind
    /// misses the oldest changes.
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

/// Reports at INFO that a call waits, or has waited.
pub(super) fn report_wait(bucket: &UserBucket, wait: Duration, what: &'static str) {
    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(target: "cliq_api::limit", bucket = bucket.name(), wait_ms, "{what}");
}

/// Where the parts of a limiter report what happens.
#[derive(Debug)]
pub(super) struct Events {
    changes: broadcast::Sender<Change>,
    unexpected: AtomicU64,
}

impl Events {
    pub(super) fn new() -> Self {
        Self {
            changes: broadcast::Sender::new(KEPT),
            unexpected: AtomicU64::new(0),
        }
    }

    pub(super) fn subscribe(&self) -> Changes {
        Changes(self.changes.subscribe())
    }

    pub(super) fn unexpected_locks(&self) -> u64 {
        self.unexpected.load(Ordering::Relaxed)
    }

    /// A response reported throttling.
    pub(super) fn throttled(&self, bucket: &UserBucket, locked: Option<Locked>, unexpected: bool) {
        if let Some(locked) = locked {
            self.locked(bucket, locked, unexpected);
        } else if unexpected {
            tracing::warn!(target: "cliq_api::limit", bucket = bucket.name(), "the server throttled a call although the limit allowed it: does another process make calls for the same user?");
        }
    }

    /// A lockout is known.
    pub(super) fn locked(&self, bucket: &UserBucket, locked: Locked, unexpected: bool) {
        let seconds = locked.left.as_millis().div_ceil(1000);
        let (name, source) = (bucket.name(), locked.source);
        if unexpected {
            self.unexpected.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(target: "cliq_api::limit", bucket = name, seconds, "the server locked the user out although the limit allowed the call: does another process make calls for the same user?");
        } else {
            tracing::warn!(target: "cliq_api::limit", bucket = name, seconds, ?source, "the user is locked out");
        }
        let until = SystemTime::now() + locked.left;
        let kind = ChangeKind::Locked {
            until,
            source,
            unexpected,
        };
        self.send(bucket, kind);
    }

    pub(super) fn unanswered(&self, bucket: &UserBucket) {
        tracing::debug!(target: "cliq_api::limit", bucket = bucket.name(), "a call got no response: one call at a time goes until one is answered");
        self.send(bucket, ChangeKind::Unanswered);
    }

    fn send(&self, bucket: &UserBucket, kind: ChangeKind) {
        if self.changes.receiver_count() > 0 {
            let spec = &bucket.registered().spec;
            // It fails if the last receiver is gone by now.
            let _ = self.changes.send(Change {
                server: spec.shared_server(),
                user: bucket.user().cloned(),
                bucket: spec.shared_name(),
                kind,
            });
        }
    }
}
