//! A permit to send one call, from when it is acquired until its call has ended.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::identity::Process;
use super::inner::Inner;
use super::message::{CallEnd, Complete, Completed, LeaseId, LockSource, Locked, Quota};
use super::refusal::{Expired, LimitRefusal, UNEXPECTED};
use super::registry::BucketId;
use super::settings::Priority;
use super::slots::{Local, Slot};
use crate::few::Few;
use crate::user_key::UserKey;

/// A permit to send one call, once. It holds a slot in each bucket of the call.
///
/// Dropped before [`sending`](Self::sending), it gives the slots back. Dropped after it, it counts
/// as a call without a response.
#[must_use = "a permit that is dropped is given back"]
pub struct Permit {
    inner: Arc<Inner>,
    granted: Granted,
    quotas: Vec<Quota>,
    state: State,
}

/// What a permit holds.
pub(super) struct Granted {
    pub(super) lease: LeaseId,
    /// The buckets in which it holds a slot.
    pub(super) held: Few<Arc<Slot>>,
    /// The buckets in which it holds none.
    pub(super) unlimited: Option<Box<Unlimited>>,
    pub(super) priority: Priority,
    /// The process that a store granted it to.
    pub(super) process: Option<Process>,
    pub(super) use_by: Instant,
}

/// Buckets without a limit, which only lockouts and quotas concern.
pub(super) struct Unlimited {
    pub(super) buckets: Vec<BucketId>,
    pub(super) user: Option<UserKey>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Unsent,
    Sent { at: Instant },
    Completed,
}

/// What a response means for limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The server accepted the call, whatever the response contains.
    Accepted,
    /// The server rejected the call because the calls are too many.
    Throttled {
        /// When to retry, if the response names a time.
        retry_after: Option<Duration>,
    },
}

/// What follows from a response that reports throttling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Throttling {
    /// The shortest time until the buckets allow another attempt, safety margin included. A retry
    /// with a deadline before that is refused at once; with a later one and
    /// [`WaitPolicy::ThroughLocks`](super::WaitPolicy::ThroughLocks), it waits for its turn.
    pub wait: Duration,
    /// When the lockout ends, if there is one.
    pub locked_until: Option<SystemTime>,
    /// Whether the limiter had allowed the call, and knew of no lockout: something else makes calls
    /// for the same user, or the server's rules differ from the declared ones.
    pub unexpected: bool,
    /// Whether one of the buckets has a limit.
    is_limited: bool,
}

impl Throttling {
    /// Returns the likely cause of an unexpected one and the way out, as a clause of an error
    /// message.
    pub fn advice(&self) -> Option<&'static str> {
        (self.unexpected && self.is_limited).then_some(UNEXPECTED)
    }
}

impl Permit {
    pub(super) fn new(inner: Arc<Inner>, granted: Granted) -> Self {
        Self {
            inner,
            granted,
            quotas: Vec::new(),
            state: State::Unsent,
        }
    }

    /// Marks the call as sent. Call it just before the request is written.
    ///
    /// # Errors
    ///
    /// If the permit was held for too long, or a lockout began since. In a forked process, the
    /// copies of its parent's permits are [late](Expired::Late) if a store granted them.
    pub fn sending(&mut self) -> Result<(), Expired> {
        self.sending_at(Instant::now())
    }

    /// The same for a caller that has read the clock.
    pub(crate) fn sending_at(&mut self, at: Instant) -> Result<(), Expired> {
        let held = &self.granted.held;
        if !held.is_empty() && (at > self.granted.use_by || self.is_copy()) {
            return Err(Expired::Late);
        }
        for slot in &**held {
            if self.inner.is_locked(slot, at) {
                return Err(Expired::Locked);
            }
        }
        self.state = State::Sent { at };
        Ok(())
    }

    /// Records the quota that the response reports, before [`answered`](Self::answered). It makes
    /// the limiter more careful, never less. A response may report several.
    ///
    /// A quota counts for those of the call's buckets that have its [`limit`](Quota::limit) and a
    /// window that is not over before it is reset; if none has, for all that are counted per user.
    pub fn observe_quota(&mut self, quota: Quota) {
        let age = match self.state {
            State::Sent { at } => at.elapsed(),
            _ => Duration::ZERO,
        };
        self.quotas.push(quota.age(quota.age.saturating_add(age)));
    }

    /// Completes the permit: the response arrived. Returns what follows if it reports throttling.
    ///
    /// A lockout then concerns the call's buckets that are counted per user. Buckets per app are
    /// locked only if the call has no others: one user's lockout is no reason to stop all users.
    pub fn answered(mut self, outcome: Outcome) -> Option<Throttling> {
        if outcome != Outcome::Accepted || !self.quotas.is_empty() {
            self.hold_unlimited();
        }
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

    /// From now on, the buckets without a limit are asked as well.
    fn hold_unlimited(&mut self) {
        let Some(unlimited) = &self.granted.unlimited else {
            return;
        };
        if self.inner.settings.off {
            return;
        }
        let (user, now) = (unlimited.user.as_ref(), self.inner.clock.now());
        for &id in &unlimited.buckets {
            if let Some(slot) = self.inner.slot(id, user, now) {
                slot.bucket.registered().watch();
                self.granted.held.push(slot);
            }
        }
    }

    fn throttled(&mut self, retry_after: Option<Duration>) -> Throttling {
        let is_limited = self.granted.held.iter().any(|slot| slot.id().counted);
        let (completed, slot_wait) = if self.inner.settings.off {
            self.state = State::Completed;
            (self.obeyed_by_nobody(retry_after), Duration::ZERO)
        } else {
            self.complete(CallEnd::Throttled { retry_after })
        };
        let lock = completed.locked.map(|locked| locked.left);
        Throttling {
            wait: lock.unwrap_or_default().max(slot_wait),
            locked_until: lock.map(|left| SystemTime::now() + left),
            unexpected: completed.unexpected,
            is_limited,
        }
    }

    /// The lockout, where the limiter is off.
    fn obeyed_by_nobody(&self, retry_after: Option<Duration>) -> Completed {
        let unlimited = self.granted.unlimited.iter();
        let buckets = unlimited.flat_map(|unlimited| &unlimited.buckets);
        let buckets = buckets.filter_map(|&id| self.inner.registry.get(id));
        let lock = buckets.filter_map(|known| known.rules.lock_for(retry_after));
        Completed::locked(lock.max().map(|lock| Locked {
            left: Duration::from_millis(lock),
            source: LockSource::Observed,
        }))
    }

    /// Whether it is the copy that a forked process has of its parent's permit. It is the parent
    /// that uses it, and reports how its call ends.
    fn is_copy(&self) -> bool {
        let of = self.granted.process;
        of.is_some_and(|process| process != Process::current())
    }

    /// Reports to all buckets. Returns what they reply, and the time until all have a slot.
    #[inline]
    fn complete(&mut self, end: CallEnd) -> (Completed, Duration) {
        self.state = State::Completed;
        if self.granted.held.is_empty() || self.is_copy() {
            return (Completed::FREE, Duration::ZERO);
        }
        // As most calls end: the response reports no quota, and nobody looks at what
        // they reply.
        if matches!(end, CallEnd::Answered | CallEnd::Unsent)
            && self.quotas.is_empty()
            && self.inner.shared.is_none()
        {
            self.release(end);
            return (Completed::FREE, Duration::ZERO);
        }
        self.report(end)
    }

    /// Reports the same to all buckets of this process.
    fn release(&self, end: CallEnd) {
        let inner = &*self.inner;
        let now = inner.clock.now();
        let message = Complete::new(self.granted.lease, inner.identity.source(), end);
        for slot in &*self.granted.held {
            let mut local = slot.lock();
            local.bucket.complete(now, slot.rules(), &message);
            slot.note_lock(&local);
            wake(&mut local, end);
        }
    }

    fn report(&mut self, end: CallEnd) -> (Completed, Duration) {
        let inner = &*self.inner;
        let slots = std::mem::take(&mut self.granted.held);
        let now = inner.clock.now();
        let (mut all, mut slot_wait) = (Completed::FREE, Duration::ZERO);
        for slot in &*slots {
            let message = self.message(slot, &slots, end);
            let priority = self.granted.priority;
            let (completed, wait) = complete(inner, slot, now, &message, priority);
            all = all.and(completed);
            slot_wait = slot_wait.max(wait);
        }
        let bucket = slots.first().map(|slot| &slot.bucket);
        match (end, bucket) {
            (CallEnd::Throttled { .. }, Some(bucket)) => {
                inner.events.throttled(bucket, all.locked, all.unexpected);
            }
            (CallEnd::Unanswered, Some(bucket)) => inner.events.unanswered(bucket),
            _ => {}
        }
        if let Some(shared) = &inner.shared {
            let report = |slot: &Arc<Slot>| (Arc::clone(slot), self.message(slot, &slots, end));
            shared.outbox.send(slots.iter().map(report).collect());
        }
        (all, slot_wait)
    }

    /// The report to one of the buckets.
    fn message(&self, slot: &Slot, all: &[Arc<Slot>], end: CallEnd) -> Complete {
        // One user's lockout is no reason to stop all users.
        let is_concerned = !slot.id().per_app || all.iter().all(|slot| slot.id().per_app);
        let end = match end {
            CallEnd::Throttled { .. } if !is_concerned => CallEnd::Answered,
            end => end,
        };
        let is_of = |quota: &Quota, slot: &Slot| {
            // Servers report whole seconds.
            let longest = |window: Duration| window.saturating_add(Duration::from_secs(1));
            let limit = slot
                .bucket
                .limit()
                .filter(|limit| quota.reset <= longest(limit.per));
            limit.is_some_and(|limit| quota.limit == Some(limit.calls))
        };
        let concerns = |quota: &&Quota| {
            if all.iter().any(|slot| is_of(quota, slot)) {
                is_of(quota, slot)
            } else {
                is_concerned
            }
        };
        let quotas = self.quotas.iter().filter(concerns);
        let quota = quotas.min_by_key(|quota| quota.remaining);
        Complete::new(self.granted.lease, self.inner.identity.source(), end).quota(quota.copied())
    }
}

/// Reports to one bucket, or foresees what the store will reply. Returns the time until the bucket
/// has a slot as well, if it was throttled.
fn complete(
    inner: &Inner,
    slot: &Slot,
    now: u64,
    message: &Complete,
    priority: Priority,
) -> (Completed, Duration) {
    let mut local = slot.lock();
    let is_throttled = matches!(message.end, CallEnd::Throttled { .. });
    let mut wait = Duration::ZERO;
    let completed = if inner.shared.is_none() {
        let completed = local.bucket.complete(now, slot.rules(), message);
        slot.note_lock(&local);
        if is_throttled {
            wait = local.bucket.expected(now, slot.rules(), priority, 0);
        }
        completed
    } else {
        foresee(slot, &mut local, now, message.end)
    };
    if is_throttled && completed.unexpected {
        local.unexpected_lock = slot.id().counted;
    }
    wake(&mut local, message.end);
    (completed, wait)
}

/// Wakes the calls that a call's end concerns.
fn wake(local: &mut Local, end: CallEnd) {
    let Some(queue) = local.waiting() else { return };
    if matches!(end, CallEnd::Throttled { .. }) {
        queue.wake_all();
    } else if end == CallEnd::Unsent || queue.first_listens {
        queue.wake_first();
    }
}

/// What a store will reply, which is asked later.
fn foresee(slot: &Slot, local: &mut Local, now: u64, end: CallEnd) -> Completed {
    let before = local.reported(now);
    if let CallEnd::Throttled { retry_after } = end
        && let Some(lock) = slot.rules().lock_for(retry_after)
    {
        let left = Duration::from_millis(lock + slot.rules().margin);
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
        unexpected: matches!(end, CallEnd::Throttled { .. }) && before.is_none(),
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let end = match self.state {
            State::Unsent => CallEnd::Unsent,
            State::Sent { .. } => CallEnd::Unanswered,
            State::Completed => return,
        };
        self.complete(end);
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.granted.held.iter();
        let buckets: Vec<_> = held.map(|slot| slot.bucket.name()).collect();
        f.debug_struct("Permit")
            .field("buckets", &buckets)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// A permit that is being acquired, as [`Limiter::acquire`](super::Limiter::acquire) returns it.
/// Dropped before it is ready, it leaves nothing behind.
///
/// A permit that is free is there at once. Only a call that has to wait costs an allocation, and
/// no call carries the room for it.
#[must_use = "a permit is given back unless it is awaited"]
pub struct Acquiring<'a>(Progress<'a>);

enum Progress<'a> {
    Ready(Option<Permit>),
    Waiting(Pin<Box<dyn Future<Output = Result<Permit, LimitRefusal>> + Send + 'a>>),
}

impl<'a> Acquiring<'a> {
    pub(super) fn ready(permit: Permit) -> Self {
        Self(Progress::Ready(Some(permit)))
    }

    pub(super) fn waiting(
        permit: impl Future<Output = Result<Permit, LimitRefusal>> + Send + 'a,
    ) -> Self {
        Self(Progress::Waiting(Box::pin(permit)))
    }
}

impl Future for Acquiring<'_> {
    type Output = Result<Permit, LimitRefusal>;

    /// # Panics
    ///
    /// If it is polled after it was ready.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Progress::Ready(permit) => Poll::Ready(Ok(permit
                .take()
                .expect("it isn't polled after it was ready"))),
            Progress::Waiting(permit) => permit.as_mut().poll(context),
        }
    }
}

impl fmt::Debug for Acquiring<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acquiring").finish_non_exhaustive()
    }
}
