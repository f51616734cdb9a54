//! What is left of limits, and which lockouts are in force: to ask and to watch.

use std::time::{Duration, SystemTime};

use super::events::Changes;
use super::limiter::Limiter;
use super::message::LockSource;
use super::refusal::LimitRefusal;
use super::registry::{BucketId, UserBucket};
use super::settings::Priority;
use super::store::Snapshot;
use crate::user_key::UserKey;

/// One user's limits: what a call would meet, and what happens.
#[derive(Debug, Clone)]
pub struct Limits {
    limiter: Limiter,
    user: Option<UserKey>,
}

/// What a call would meet now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitState {
    /// How many calls could be sent at once, lockouts aside; `None` without a limit.
    pub remaining: Option<u32>,
    /// The shortest possible wait for the next call, lockouts included.
    pub next: Duration,
    /// How many calls of this process wait.
    pub waiting: usize,
    /// The lockout in force.
    pub lock: Option<Lock>,
}

/// A lockout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lock {
    /// When it ends.
    pub until: SystemTime,
    /// How it is known.
    pub source: LockSource,
}

impl Limiter {
    /// Returns a user's limits.
    pub fn limits(&self, user: Option<UserKey>) -> Limits {
        Limits {
            limiter: self.clone(),
            user,
        }
    }
}

impl Limits {
    /// Returns what a normal call with these buckets would meet now.
    ///
    /// # Errors
    ///
    /// If a shared store is unavailable.
    pub async fn of(&self, buckets: &[BucketId]) -> Result<LimitState, LimitRefusal> {
        let inner = &self.limiter.0;
        let user = self.user.as_ref();
        let now = inner.clock.now();
        let mut slots: Vec<_> = buckets
            .iter()
            .filter_map(|&id| inner.slot(id, user, now))
            .collect();
        slots.sort_by_key(|slot| slot.id().index);
        slots.dedup_by_key(|slot| slot.id().index);
        let mut waiting = 0;
        let mut seen = Vec::with_capacity(slots.len());
        for slot in &slots {
            let mut local = slot.lock();
            waiting += local.waiting().map_or(0, |queue| queue.len());
            if inner.shared.is_none() && !inner.settings.off {
                let (rules, source) = (slot.rules(), inner.identity.source());
                seen.push(local.bucket.peek(now, rules, source, Priority::Normal));
                slot.note_lock(&local);
            }
        }
        if let Some(shared) = inner.shared.as_ref().filter(|_| !inner.settings.off) {
            let buckets: Vec<&UserBucket> = slots.iter().map(|slot| &slot.bucket).collect();
            let peek = shared
                .store
                .peek(&buckets, inner.identity.source(), Priority::Normal);
            seen = peek.await.map_err(LimitRefusal::Store)?;
        }
        let seen = seen.into_iter().fold(Snapshot::FREE, Snapshot::and);
        Ok(LimitState {
            remaining: seen.remaining,
            next: seen.next,
            waiting,
            lock: seen.locked.map(|locked| Lock {
                until: SystemTime::now() + locked.left,
                source: locked.source,
            }),
        })
    }

    /// Subscribes to what happens from now on to the buckets of all users of the limiter.
    pub fn changes(&self) -> Changes {
        self.limiter.0.events.subscribe()
    }

    /// Returns how many lockouts, of all users, began although the limiter had allowed the call.
    pub fn unexpected_locks(&self) -> u64 {
        self.limiter.0.events.unexpected_locks()
    }
}
