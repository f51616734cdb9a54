//! A call's wait for its permit, in the lines of its buckets.
//!
//! A call takes a slot in each of its buckets or in none. If some are full, it waits in the line of
//! the one that will be full for longest, and then looks at all of them again. It keeps its arrival
//! number wherever it waits, so whoever came first goes first.
//!
//! Two full buckets with different other callers could send a call back and forth without end: each
//! time one has a slot, the other has lost its own. So a call that was sent back once keeps its
//! place in the line of the longer window while it waits for the shorter one. Nobody waits for a
//! longer window while others wait for it, so there is no deadlock.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::events::report_wait;
use super::identity::{self, Process};
use super::inner::{Inner, Shared};
use super::message::{Acquire, CallEnd, Complete, Decision, LeaseId, Locked, Source};
use super::queue::{Lane, Position};
use super::refusal::LimitRefusal;
use super::registry::UserBucket;
use super::settings::{AcquireOptions, WaitPolicy};
use super::slots::{Local, Slot};
use crate::few::Few;

/// From how long a wait on it is worth an event.
const LONG: Duration = Duration::from_secs(1);
const WAITS: &str = "waits for a slot of its limit";
const WAITS_COLD: &str = "waits for a slot of its limit: for one window after a start, half of it \
     counts as used, because an earlier process may have used it";
const WAITED: &str = "waited for a slot of its limit";

/// A granted lease.
#[derive(Clone, Copy)]
pub(super) struct Lease {
    pub(super) id: LeaseId,
    /// Until when it may be used.
    pub(super) use_by: Instant,
    /// In which process, if a store granted it.
    pub(super) process: Option<Process>,
}

/// One call's wait.
pub(super) struct Wait<'a> {
    inner: &'a Arc<Inner>,
    /// From the longest window to the shortest.
    slots: Few<Arc<Slot>>,
    options: AcquireOptions,
    lane: Lane,
    /// Numbered once it has to wait.
    arrival: Option<u64>,
    /// Where it waits.
    place: Option<Place>,
    /// Where it keeps a place besides.
    kept: Vec<Place>,
    /// Whether it left a line for the one of a longer window.
    was_sent_back: bool,
}

/// What a call has to do that got no permit at once.
pub(super) enum Turn {
    /// It is refused.
    Refused(LimitRefusal),
    /// It is first in line, and asks the store.
    AskStore,
    /// It waits until that time if it is first in line, or until it is woken.
    Sleep {
        until: Option<Instant>,
        earliest: Duration,
        cold: bool,
    },
}

/// Why a call can't go.
#[derive(Debug, Clone, Copy)]
struct Blocked {
    /// Which bucket blocks it for longest.
    index: usize,
    earliest: Duration,
    /// When to look again; `None` if it isn't first in line.
    recheck: Option<Duration>,
    locked: Option<Locked>,
    /// Whether a lockout was unexpected.
    unexpected: bool,
    /// Whether only the cold start of that bucket blocks it.
    cold: bool,
    /// Retries have used their share of a bucket.
    share_used: bool,
}

impl Blocked {
    fn and(self, other: Self) -> Self {
        let later = if other.earliest > self.earliest {
            other
        } else {
            self
        };
        Self {
            locked: Locked::longer(self.locked, other.locked),
            unexpected: self.unexpected || other.unexpected,
            share_used: self.share_used || other.share_used,
            ..later
        }
    }

    /// What a bucket's decision means for the first in line; `None` if it is granted.
    fn by(decision: Decision, index: usize) -> Option<Self> {
        let blocked = Self {
            index,
            earliest: Duration::ZERO,
            recheck: Some(Duration::ZERO),
            locked: None,
            unexpected: false,
            cold: false,
            share_used: false,
        };
        match decision {
            Decision::Granted { .. } => None,
            Decision::Wait {
                earliest,
                recheck,
                cold,
            } => Some(Self {
                earliest,
                recheck: Some(recheck),
                cold,
                ..blocked
            }),
            Decision::ShareUsed => Some(Self {
                share_used: true,
                ..blocked
            }),
            Decision::Locked(locked) => Some(Self {
                earliest: locked.left,
                recheck: Some(locked.left),
                locked: Some(locked),
                ..blocked
            }),
        }
    }
}

impl<'a> Wait<'a> {
    pub(super) fn new(
        inner: &'a Arc<Inner>,
        slots: Few<Arc<Slot>>,
        options: AcquireOptions,
    ) -> Self {
        Self {
            inner,
            slots,
            options,
            lane: Lane::new(options.priority, options.retry),
            arrival: None,
            place: None,
            kept: Vec::new(),
            was_sent_back: false,
        }
    }

    /// Returns the buckets, once it is granted.
    pub(super) fn into_slots(self) -> Few<Arc<Slot>> {
        self.slots
    }

    /// Waits, after a first look at the buckets.
    pub(super) async fn through(&mut self, mut turn: Turn) -> Result<Lease, LimitRefusal> {
        let begun = Instant::now();
        let mut reported = false;
        let granted = loop {
            let next = match turn {
                Turn::Refused(refusal) => return Err(refusal),
                Turn::AskStore => self.ask_store().await,
                Turn::Sleep {
                    until,
                    earliest,
                    cold,
                } => {
                    if !reported && earliest > LONG {
                        reported = true;
                        self.report(earliest, if cold { WAITS_COLD } else { WAITS });
                    }
                    self.sleep(until).await;
                    self.turn()
                }
            };
            match next {
                Ok(granted) => break granted,
                Err(next) => turn = next,
            }
        };
        if !reported && begun.elapsed() > LONG {
            self.report(begun.elapsed(), WAITED);
        }
        // Only now, with the slot taken, does the next one in line look.
        self.place = None;
        self.kept.clear();
        Ok(granted)
    }

    async fn sleep(&self, until: Option<Instant>) {
        let Some(place) = &self.place else { return };
        match until {
            Some(until) => drop(tokio::time::timeout_at(until, place.woken.notified()).await),
            None => place.woken.notified().await,
        }
    }

    fn report(&self, wait: Duration, what: &'static str) {
        let slot = self.place.as_ref().map(|place| &place.slot);
        if let Some(slot) = slot.or(self.slots.first()) {
            report_wait(&slot.bucket, wait, what);
        }
    }

    /// Looks at the buckets: takes a slot in each, or waits in line.
    pub(super) fn turn(&mut self) -> Result<Lease, Turn> {
        self.turn_at(Instant::now())
    }

    pub(super) fn turn_at(&mut self, at: Instant) -> Result<Lease, Turn> {
        loop {
            let message = self.message(at, self.inner.lease(), self.inner.identity.source());
            let now = self.inner.clock.millis(at);
            let blocked = match (self.look(0, now, &message, true), &self.inner.shared) {
                (None, None) => {
                    return Ok(Lease {
                        id: message.lease,
                        use_by: at + self.inner.settings.permit_ttl,
                        process: None,
                    });
                }
                // One call at a time asks, so that the store need not keep the order of this
                // process's calls: in the line of the shortest window.
                (None, Some(_)) if self.place.is_none() => {
                    self.join_line(self.slots.len() - 1)
                        .map_err(Turn::Refused)?;
                    continue;
                }
                (None, Some(_)) => return Err(Turn::AskStore),
                (Some(blocked), _) => blocked,
            };
            if blocked.share_used {
                self.fall_behind();
            } else if self.is_at(blocked.index) {
                return Err(self.wait_at(blocked, now));
            } else if let Some(refusal) = self.refusal(&blocked) {
                return Err(Turn::Refused(refusal));
            } else {
                // In line first, or it could miss that a slot becomes free.
                self.join_line(blocked.index).map_err(Turn::Refused)?;
            }
        }
    }

    /// Looks at the bucket of that index and those after it, with all of them locked. Without a
    /// store it takes a slot in each, unless one of them or one before them (`free` is false) has
    /// none.
    fn look(&self, index: usize, now: u64, message: &Acquire, free: bool) -> Option<Blocked> {
        let slot = self.slots.get(index)?;
        let mut local = slot.lock();
        let blocked = self.look_at(&mut local, index, now, message);
        let rest = self.look(index + 1, now, message, free && blocked.is_none());
        let takes_back = blocked.is_none() && !(free && rest.is_none());
        if takes_back && self.inner.shared.is_none() {
            let unsent = Complete::new(message.lease, message.source, CallEnd::Unsent);
            local.bucket.complete(now, slot.rules(), &unsent);
        }
        match (blocked, rest) {
            (Some(blocked), Some(rest)) => Some(blocked.and(rest)),
            (blocked, rest) => blocked.or(rest),
        }
    }

    fn look_at(
        &self,
        local: &mut Local,
        index: usize,
        now: u64,
        message: &Acquire,
    ) -> Option<Blocked> {
        let slot = &self.slots[index];
        let position = self.position();
        let is_first = local.waiting().is_none_or(|queue| queue.is_first(position));
        let known = self.inner.known_lock(slot, local, now);
        if !is_first {
            let (earliest, cold) = self.expected(slot, local, now, known);
            return Some(Blocked {
                index,
                earliest,
                recheck: None,
                locked: known,
                unexpected: local.unexpected_lock,
                cold,
                share_used: false,
            });
        }
        let decision = match (&self.inner.shared, known) {
            (None, _) => {
                let decision = local.bucket.acquire(now, slot.rules(), message);
                slot.note_lock(local);
                decision
            }
            (Some(_), Some(known)) => Decision::Locked(known),
            (Some(_), None) => return None,
        };
        Blocked::by(decision, index).map(|blocked| Blocked {
            unexpected: blocked.locked.is_some() && local.unexpected_lock,
            ..blocked
        })
    }

    /// The shortest possible wait of a call that isn't first in line, and whether only the cold
    /// start makes it wait.
    fn expected(
        &self,
        slot: &Slot,
        local: &mut Local,
        now: u64,
        locked: Option<Locked>,
    ) -> (Duration, bool) {
        let rules = slot.rules();
        let queue = local.queue();
        let ahead = queue.ahead(self.position());
        let (expected, cold) = if self.inner.shared.is_none() {
            let (bucket, priority) = (&mut local.bucket, self.options.priority);
            (
                bucket.expected(now, rules, priority, ahead),
                bucket.is_cold(now, rules, priority),
            )
        } else {
            // What the store replied to the first one, and one window for each full round.
            let rounds = ahead / rules.slots().map_or(usize::MAX, |slots| slots as usize);
            let wait =
                queue.first_goes.saturating_sub(now) + (rounds as u64).saturating_mul(rules.hold);
            (Duration::from_millis(wait), queue.first_is_cold)
        };
        match locked {
            Some(locked) => (locked.left.max(expected), false),
            None => (expected, cold),
        }
    }

    /// Asks the store, being first in line.
    async fn ask_store(&mut self) -> Result<Lease, Turn> {
        let Some(shared) = &self.inner.shared else {
            return self.turn();
        };
        shared.outbox.deliver();
        let asked = Instant::now();
        let (process, source) = self.inner.identity.current();
        let message = self.message(asked, identity::lease(), source);
        let mut asking = Asking {
            inner: self.inner,
            shared,
            slots: &self.slots,
            lease: message.lease,
            process,
            is_answered: false,
        };
        let buckets: Vec<&UserBucket> = self.slots.iter().map(|slot| &slot.bucket).collect();
        let decisions = shared
            .store
            .acquire(&buckets, message)
            .await
            .map_err(|error| Turn::Refused(LimitRefusal::Store(error)))?;
        asking.is_answered = true;
        drop(asking);
        let mut ttl = Duration::MAX;
        let mut blocked: Option<Blocked> = None;
        for (index, decision) in decisions.into_iter().enumerate() {
            match decision {
                Decision::Granted { ttl: of_one } => ttl = ttl.min(of_one),
                Decision::Locked(locked) => self.note(index, locked),
                _ => {}
            }
            blocked = match (blocked, Blocked::by(decision, index)) {
                (Some(one), Some(other)) => Some(one.and(other)),
                (one, other) => one.or(other),
            };
        }
        let Some(blocked) = blocked else {
            return Ok(Lease {
                id: message.lease,
                use_by: asked + ttl.min(self.inner.settings.permit_ttl),
                process: Some(process),
            });
        };
        if blocked.share_used {
            self.fall_behind();
            return self.turn();
        }
        if let Some(refusal) = self.refusal(&blocked) {
            return Err(Turn::Refused(refusal));
        }
        self.join_line(blocked.index).map_err(Turn::Refused)?;
        Err(self.wait_at(blocked, self.inner.clock.now()))
    }

    /// Records a lockout that the store reported.
    fn note(&self, index: usize, locked: Locked) {
        let Some(slot) = self.slots.get(index) else {
            return;
        };
        let now = self.inner.clock.now();
        let mut local = slot.lock();
        let is_new = local.reported(now).is_none();
        local.note(now, locked);
        if is_new {
            if let Some(queue) = local.waiting() {
                queue.wake_all();
            }
            drop(local);
            self.inner.events.locked(&slot.bucket, locked, false);
        }
    }

    /// Waits in its line, unless it is refused.
    fn wait_at(&self, blocked: Blocked, now: u64) -> Turn {
        if let Some(refusal) = self.refusal(&blocked) {
            return Turn::Refused(refusal);
        }
        let mut local = self.slots[blocked.index].lock();
        let queue = local.queue();
        let recheck = blocked.recheck.filter(|_| queue.is_first(self.position()));
        if let Some(recheck) = recheck {
            let earliest = u64::try_from(blocked.earliest.as_millis()).unwrap_or(u64::MAX);
            queue.first_goes = now.saturating_add(earliest);
            queue.first_listens = recheck != blocked.earliest;
            queue.first_is_cold = blocked.cold;
        }
        Turn::Sleep {
            until: recheck.map(|recheck| Instant::now() + recheck),
            earliest: blocked.earliest,
            cold: blocked.cold,
        }
    }

    fn refusal(&self, blocked: &Blocked) -> Option<LimitRefusal> {
        let wait = blocked.earliest;
        let policy = self.options.wait_policy;
        let late = self
            .options
            .deadline
            .is_some_and(|deadline| Instant::now() + wait > deadline);
        if let Some(locked) = blocked
            .locked
            .filter(|_| late || policy != WaitPolicy::ThroughLocks)
        {
            return Some(LimitRefusal::Locked {
                until: SystemTime::now() + locked.left,
                wait: locked.left,
                source: locked.source,
                unexpected: blocked.unexpected,
            });
        }
        if policy == WaitPolicy::FailFast {
            return Some(LimitRefusal::WouldWait {
                wait,
                cold_start: blocked.cold,
            });
        }
        late.then_some(LimitRefusal::PastDeadline {
            wait,
            cold_start: blocked.cold,
        })
    }

    /// Its position in any line.
    fn position(&self) -> Position {
        (self.lane, self.arrival.unwrap_or(u64::MAX))
    }

    fn is_at(&self, index: usize) -> bool {
        self.place
            .as_ref()
            .is_some_and(|place| place.index == index)
    }

    /// Joins the line of that bucket, and leaves the one it was in.
    fn join_line(&mut self, index: usize) -> Result<(), LimitRefusal> {
        if self.is_at(index) {
            return Ok(());
        }
        if let Some(kept) = self.kept.iter().position(|place| place.index == index) {
            self.was_sent_back = true;
            self.place = Some(self.kept.swap_remove(kept));
            return Ok(());
        }
        if self.arrival.is_none() {
            self.arrival = Some(self.inner.arrival());
        }
        let position = self.position();
        let slot = &self.slots[index];
        let mut local = slot.lock();
        let queue = local.queue();
        // One that waited in another line is not a further call that waits.
        if self.place.is_none() && queue.len() >= self.inner.settings.queue_capacity.max(1) {
            return Err(LimitRefusal::QueueFull {
                waiting: queue.len(),
            });
        }
        let woken = Arc::new(Notify::new());
        queue.push(position, Arc::clone(&woken));
        drop(local);
        let place = Place {
            slot: Arc::clone(slot),
            index,
            position,
            woken,
        };
        if let Some(left) = self.place.replace(place) {
            if index < left.index {
                self.was_sent_back = true;
            } else if self.was_sent_back {
                self.kept.push(left);
            }
        }
        Ok(())
    }

    /// Retries have used their share: it goes to the end of its lane.
    fn fall_behind(&mut self) {
        self.options.retry = false;
        self.lane = Lane::new(self.options.priority, false);
        self.arrival = Some(self.inner.arrival());
        let position = self.position();
        for place in self.place.iter_mut().chain(&mut self.kept) {
            let mut local = place.slot.lock();
            let queue = local.queue();
            // First the new place, or the next one would be woken for nothing where nobody else
            // waits.
            queue.push(position, Arc::clone(&place.woken));
            queue.remove(place.position);
            place.position = position;
        }
    }

    fn message(&self, now: Instant, lease: LeaseId, source: Source) -> Acquire {
        let max_wait = match (self.options.wait_policy, self.options.deadline) {
            (WaitPolicy::FailFast, _) => Duration::ZERO,
            (_, Some(deadline)) => deadline.saturating_duration_since(now),
            (_, None) => Duration::MAX,
        };
        Acquire::new(lease, source, self.options.timeout)
            .priority(self.options.priority)
            .retry(self.options.retry)
            .max_wait(max_wait)
    }
}

/// A place in line, given up when it is dropped.
struct Place {
    slot: Arc<Slot>,
    /// Which of the call's buckets that is.
    index: usize,
    position: Position,
    woken: Arc<Notify>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.slot.lock().leave(self.position);
    }
}

/// A lease that a store may have granted: given back if that isn't known.
struct Asking<'a> {
    inner: &'a Inner,
    shared: &'a Shared,
    slots: &'a Few<Arc<Slot>>,
    lease: LeaseId,
    process: Process,
    is_answered: bool,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        // A forked process has a copy of what its parent asks for.
        if !self.is_answered && self.process == Process::current() {
            let source = self.inner.identity.source();
            let unsent = Complete::new(self.lease, source, CallEnd::Unsent);
            let slots = self.slots.iter().cloned();
            let reports = slots.map(|slot| (slot, unsent)).collect();
            self.shared.outbox.send(reports);
        }
    }
}
