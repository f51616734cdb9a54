//! A permit to send one call.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::limiter::{Limiter, ServerId};
use super::message::{Completed, LeaseId, LockSource, Locked, Outcome};
use super::outbox::Message;
use super::refusal::Expired;
use super::shape::Shape;
use super::slots::{Local, Slot};
use super::store::Ended;
use crate::user_key::UserKey;

/// A permit to send one call, once. It holds a slot.
///
/// One that is dropped before [`sending`](Self::sending) gives its slot back. One that is dropped
/// after it counts as a call without an answer.
#[must_use = "a permit that is dropped is given back"]
pub struct Permit {
    limiter: Limiter,
    shape: Arc<Shape>,
    server: ServerId,
    user: Option<UserKey>,
    lease: Option<Lease>,
}

/// A slot that is taken.
struct Lease {
    slot: Arc<Slot>,
    id: LeaseId,
    use_by: Instant,
    sent: bool,
}

/// What an answer tells of limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Nothing, whatever else it says.
    Fine,
    /// That it was too much.
    Throttled {
        /// When to come back, if it says so.
        retry_after: Option<Duration>,
    },
}

impl Permit {
    pub(super) fn new(
        limiter: Limiter,
        shape: Arc<Shape>,
        server: ServerId,
        user: Option<UserKey>,
        slot: Arc<Slot>,
        id: LeaseId,
        use_by: Instant,
    ) -> Self {
        Self {
            limiter,
            shape,
            server,
            user,
            lease: Some(Lease {
                slot,
                id,
                use_by,
                sent: false,
            }),
        }
    }

    /// For a call that nothing counts.
    pub(super) fn uncounted(
        limiter: Limiter,
        shape: Arc<Shape>,
        server: ServerId,
        user: Option<UserKey>,
    ) -> Self {
        Self {
            limiter,
            shape,
            server,
            user,
            lease: None,
        }
    }

    /// To be called just before the call is written. From then on, it counts as sent.
    pub fn sending(&mut self) -> Result<(), Expired> {
        let Some(lease) = &mut self.lease else {
            return Ok(());
        };
        let inner = &self.limiter.0;
        let at = Instant::now();
        if at > lease.use_by {
            return Err(Expired::Late);
        }
        let user = self.user.as_ref();
        if inner
            .locked(
                &lease.slot.lock(),
                inner.millis(at),
                self.server,
                user,
                &self.shape,
            )
            .is_some()
        {
            return Err(Expired::Locked);
        }
        lease.sent = true;
        Ok(())
    }

    /// The call was answered: its headers arrived. Gives until when the user is locked out, if the
    /// answer tells of that.
    pub fn answered(mut self, told: Told) -> Option<SystemTime> {
        let outcome = match told {
            Told::Fine => Outcome::Answered,
            Told::Throttled { retry_after } => Outcome::Throttled { retry_after },
        };
        self.complete(outcome).filter(|_| told != Told::Fine)
    }

    /// The call was certainly not sent, after all.
    pub fn unsent(mut self) {
        self.complete(Outcome::Unsent);
    }

    fn complete(&mut self, outcome: Outcome) -> Option<SystemTime> {
        let inner = &self.limiter.0;
        let lease = self.lease.take();
        let Outcome::Throttled { retry_after } = outcome else {
            if let Some(lease) = lease {
                self.end(&lease.slot, lease.id, outcome);
            }
            return None;
        };
        if inner.settings.off {
            return Some(
                SystemTime::now() + Duration::from_millis(self.shape.rules.lock_for(retry_after)),
            );
        }
        self.shape.was_locked();
        let (slot, id) = match lease {
            Some(lease) => (lease.slot, lease.id),
            // Of an endpoint that nothing was known of.
            None => (
                inner.slot(self.server, self.user.as_ref(), &self.shape),
                LeaseId(0),
            ),
        };
        self.end(&slot, id, outcome)
            .map(|locked| SystemTime::now() + locked.left)
    }

    fn end(&self, slot: &Arc<Slot>, id: LeaseId, outcome: Outcome) -> Option<Locked> {
        let inner = &self.limiter.0;
        let rules = &self.shape.rules;
        let mut local = slot.lock();
        let now = inner.now();
        let done = if inner.store.is_none() {
            local.bucket.complete(now, rules, id, inner.source, outcome)
        } else {
            self.foresee(&mut local, now, outcome)
        };
        if let Some(queue) = local.waiting() {
            if matches!(outcome, Outcome::Throttled { .. }) {
                queue.wake_all();
            } else if outcome == Outcome::Unsent || queue.first_listens {
                queue.wake_first();
            }
        }
        drop(local);
        if inner.store.is_some() {
            let ended = Ended::new(id, inner.source, outcome);
            let key = inner.key(self.server, self.user.as_ref(), &self.shape);
            let message = Message {
                slot: Arc::clone(slot),
                shape: Arc::clone(&self.shape),
                key,
                ended,
            };
            inner.outbox.send(&self.limiter, message);
        }
        let user = self.user.as_ref();
        match (outcome, done.locked) {
            (Outcome::Throttled { .. }, Some(locked)) => {
                inner.watch.locked(
                    &self.limiter,
                    self.server,
                    user,
                    &self.shape,
                    locked,
                    done.begins,
                );
            }
            (Outcome::Unanswered, _) => {
                inner
                    .watch
                    .unanswered(&self.limiter, self.server, user, &self.shape)
            }
            _ => {}
        }
        done.locked
    }

    /// What a store will say, which is told later.
    fn foresee(&self, local: &mut Local, now: u64, outcome: Outcome) -> Completed {
        let begins = local.told(now).is_none();
        let Outcome::Throttled { retry_after } = outcome else {
            return Completed {
                locked: local.told(now),
                begins: false,
            };
        };
        let rules = &self.shape.rules;
        let left = Duration::from_millis(rules.lock_for(retry_after) + rules.margin);
        local.note(
            now,
            Locked {
                left,
                why: LockSource::Observed,
            },
        );
        Completed {
            locked: local.told(now),
            begins,
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        match &self.lease {
            Some(lease) if lease.sent => self.complete(Outcome::Unanswered),
            Some(_) => self.complete(Outcome::Unsent),
            None => None,
        };
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sent = self.lease.as_ref().is_some_and(|lease| lease.sent);
        f.debug_struct("Permit")
            .field("bucket", &self.shape.name)
            .field("sent", &sent)
            .finish_non_exhaustive()
    }
}
