//! A permit to send one call.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::few::Few;
use super::inner::Inner;
use super::message::{CallEnd, Complete, Completed, LeaseId, LockSource, Locked};
use super::refusal::Expired;
use super::registry::BucketId;
use super::slots::{Local, Slot};
use crate::user_key::UserKey;

/// A permit to send one call, once. It holds a slot in each bucket of the call.
///
/// Dropped before [`sending`](Self::sending), it gives the slots back. Dropped after it, it counts
/// as a call without a response.
#[must_use = "a permit that is dropped is given back"]
pub struct Permit {
    core: Arc<Inner>,
    lease: LeaseId,
    /// The buckets in which it holds a slot.
    held: Few<Arc<Slot>>,
    /// The buckets without a limit, which only a lockout concerns.
    unlimited: Few<BucketId>,
    /// Kept only for `unlimited`.
    user: Option<UserKey>,
    use_by: Instant,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Unsent,
    Sent,
    Completed,
}

/// What a response says of limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The server accepted the call, whatever else the response says.
    Accepted,
    /// The server rejected the call because the calls are too many.
    Throttled {
        /// When to come back, if the response says.
        retry_after: Option<Duration>,
    },
}

/// What follows from a response that reports throttling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Throttling {
    /// How long until the buckets of the call allow another try, safety margin included. A retry
    /// that is acquired with [`WaitPolicy::ThroughLocks`](super::WaitPolicy) and a deadline before
    /// that fails at once.
    pub wait: Duration,
    /// When the lockout ends, if there is one.
    pub locked_until: Option<SystemTime>,
    /// Whether the lockout began although the limiter had allowed the call, so that something else
    /// makes calls for the same user, or the server's rules differ from the declared ones.
    pub unexpected: bool,
}

impl Permit {
    pub(super) fn new(
        core: Arc<Inner>,
        lease: LeaseId,
        held: Few<Arc<Slot>>,
        unlimited: Few<BucketId>,
        user: Option<UserKey>,
        use_by: Instant,
    ) -> Self {
        Self {
            core,
            lease,
            held,
            unlimited,
            user,
            use_by,
            state: State::Unsent,
        }
    }

    /// Marks the call as sent. Call it just before the request is written.
    ///
    /// # Errors
    ///
    /// If the permit was held for too long, or a lockout began since.
    pub fn sending(&mut self) -> Result<(), Expired> {
        let at = Instant::now();
        if !self.held.is_empty() && at > self.use_by {
            return Err(Expired::Late);
        }
        let now = self.core.clock.millis(at);
        for slot in &*self.held {
            if self.core.known_lock(slot, &slot.lock(), now).is_some() {
                return Err(Expired::Locked);
            }
        }
        self.state = State::Sent;
        Ok(())
    }

    /// Completes the permit: the response arrived. Returns what follows if it reports throttling.
    pub fn answered(mut self, outcome: Outcome) -> Option<Throttling> {
        match outcome {
            Outcome::Accepted => {
                self.complete(CallEnd::Answered);
                None
            }
            Outcome::Throttled { retry_after } => Some(self.throttled(retry_after)),
        }
    }

    /// Completes the permit: the call was certainly not sent.
    pub fn unsent(mut self) {
        self.complete(CallEnd::Unsent);
    }

    fn throttled(&mut self, retry_after: Option<Duration>) -> Throttling {
        let core = Arc::clone(&self.core);
        let unlimited: Vec<_> = self
            .unlimited
            .iter()
            .filter_map(|&id| core.registry.get(id))
            .collect();
        if core.settings.off {
            self.state = State::Completed;
            let locks = unlimited
                .iter()
                .map(|known| known.rules.lock_for(retry_after));
            let wait = Duration::from_millis(locks.max().unwrap_or_default());
            return Throttling {
                wait,
                locked_until: Some(SystemTime::now() + wait),
                unexpected: false,
            };
        }
        for registered in unlimited {
            registered.note_lock();
        }
        let more = self.unlimited.iter();
        let more = more.filter_map(|&id| core.slot(id, self.user.as_ref()));
        self.held = self.held.iter().cloned().chain(more).collect();
        let completed = self.complete(CallEnd::Throttled { retry_after });
        let left = completed.locked.map(|locked| locked.left);
        Throttling {
            wait: left.unwrap_or_default(),
            locked_until: left.map(|left| SystemTime::now() + left),
            unexpected: completed.begins,
        }
    }

    fn complete(&mut self, end: CallEnd) -> Completed {
        self.state = State::Completed;
        let Some(first) = self.held.first() else {
            return Completed::FREE;
        };
        let core = &*self.core;
        let message = Complete::new(self.lease, core.source, end);
        let completed = self
            .held
            .iter()
            .map(|slot| complete(core, slot, &message))
            .reduce(Completed::and)
            .unwrap_or(Completed::FREE);
        match (end, completed.locked) {
            (CallEnd::Throttled { .. }, Some(locked)) => {
                core.events.locked(&first.bucket, locked, completed.begins);
            }
            (CallEnd::Unanswered, _) => core.events.unanswered(&first.bucket),
            _ => {}
        }
        if let Some(shared) = &core.shared {
            shared.outbox.send(std::mem::take(&mut self.held), message);
        }
        completed
    }
}

/// Reports to one bucket, or foresees what the store will reply.
fn complete(core: &Inner, slot: &Slot, message: &Complete) -> Completed {
    let mut local = slot.lock();
    let now = core.clock.now();
    let completed = if core.shared.is_none() {
        local.bucket.complete(now, slot.rules(), message)
    } else {
        foresee(slot, &mut local, now, message.end)
    };
    if let Some(queue) = local.waiting() {
        if matches!(message.end, CallEnd::Throttled { .. }) {
            queue.wake_all();
        } else if message.end == CallEnd::Unsent || queue.first_listens {
            queue.wake_first();
        }
    }
    completed
}

/// What a store will reply, which is asked later.
fn foresee(slot: &Slot, local: &mut Local, now: u64, end: CallEnd) -> Completed {
    let before = local.reported(now);
    if let CallEnd::Throttled { retry_after } = end {
        let rules = slot.rules();
        let left = Duration::from_millis(rules.lock_for(retry_after) + rules.margin);
        local.note(
            now,
            Locked {
                left,
                source: LockSource::Observed,
            },
        );
    }
    Completed {
        locked: local.reported(now),
        begins: matches!(end, CallEnd::Throttled { .. }) && before.is_none(),
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        match self.state {
            State::Unsent => self.complete(CallEnd::Unsent),
            State::Sent => self.complete(CallEnd::Unanswered),
            State::Completed => return,
        };
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let buckets: Vec<_> = self.held.iter().map(|slot| slot.bucket.name()).collect();
        f.debug_struct("Permit")
            .field("buckets", &buckets)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
