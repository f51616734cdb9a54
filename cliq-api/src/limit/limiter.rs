//! The limiter that a client asks before it sends: waits in line, gives out permits, and hears how their calls ended.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use tokio::runtime::Handle;
use tokio::sync::{broadcast, oneshot};
use tokio::time::Instant;
use tracing::{debug, warn};

use super::bucket::{Class, LeaseId, Outcome, Rule, millis};
use super::line::Lines;
use super::memory::MemoryStore;
use super::settings::LimitSettings;
use super::shapes::{Shape, Shapes};
use super::store::{Acquire, BucketKey, Complete, Completed, LimitStore, LockOrigin, Look, StoreError, Verdict};
use super::watch::LimitEvent;
use crate::UserKey;
use crate::endpoint::meta::EndpointMeta;

/// How long a permit may be held before its call is sent: the time to get a token.
const USE_WITHIN: Duration = Duration::from_secs(30);
/// How often a store that is shared is asked again while a peer's call is under way.
const AGAIN: Duration = Duration::from_millis(200);
/// From this wait on it is told.
const TOLD: Duration = Duration::from_secs(1);

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct Limiter(pub(super) Arc<Inner>);

pub(super) struct Inner {
    server: Arc<str>,
    settings: LimitSettings,
    shapes: Shapes,
    store: Store,
    lines: Lines,
    /// How many wait, in all lines.
    waiting: AtomicUsize,
    /// Locks that came although the call was allowed.
    unexpected: AtomicU64,
    /// Whether any lock was ever told of, so that endpoints without a limit have to look.
    locks: AtomicUsize,
    pub(super) events: broadcast::Sender<LimitEvent>,
}

enum Store {
    Memory(Box<MemoryStore>),
    Shared(Arc<dyn LimitStore>),
}

/// What a call wants.
#[derive(Clone, Copy)]
pub(crate) struct Ask {
    /// Until when it may wait.
    pub(crate) deadline: Instant,
    pub(crate) patience: Patience,
    pub(crate) class: Class,
    /// How long one attempt may take.
    pub(crate) timeout: Duration,
}

/// What a call does when it can't go at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// It fails.
    FailFast,
    /// It waits for a slot, but not for a lock to end.
    Wait,
    /// It waits for both.
    ThroughLocks,
}

/// Why a call is not let through. Nothing was sent.
#[derive(Debug, Clone)]
pub(crate) enum LimitRefusal {
    Locked { wait: Duration, origin: LockOrigin, until: SystemTime },
    TooLate { wait: Duration },
    Busy { waiting: usize },
    Store(StoreError),
}

impl LimitRefusal {
    fn locked(wait: Duration, origin: LockOrigin) -> Self {
        Self::Locked { wait, origin, until: SystemTime::now() + wait }
    }
}

impl fmt::Display for LimitRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked { wait, origin, .. } => {
                write!(
                    f,
                    "the user is locked out of this endpoint for another {} ({origin}); nothing was sent",
                    Rounded(*wait)
                )
            }
            Self::TooLate { wait } => write!(
                f,
                "the endpoint's limit lets the next call go in {}, which is too late for this one; nothing was sent",
                Rounded(*wait)
            ),
            Self::Busy { waiting } => {
                write!(f, "{waiting} calls wait for this endpoint's limit already, as many as may; nothing was sent")
            }
            Self::Store(error) => write!(f, "{error}; without it no call is sent, lest the limit be passed"),
        }
    }
}

/// For people: to the second, from a second on.
struct Rounded(Duration);

impl fmt::Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs() + u64::from(self.0.subsec_nanos() > 0);
        match (seconds / 60, seconds % 60) {
            _ if self.0 < Duration::from_secs(1) => write!(f, "{} ms", self.0.as_millis()),
            (0, seconds) => write!(f, "{seconds} s"),
            (minutes, 0) => write!(f, "{minutes} min"),
            (minutes, seconds) => write!(f, "{minutes} min {seconds} s"),
        }
    }
}

impl Limiter {
    pub(crate) fn new(settings: LimitSettings, store: Option<Arc<dyn LimitStore>>, server: &str) -> Self {
        let memory = || if settings.cold_start { MemoryStore::new() } else { MemoryStore::warm() };
        let store = store.map_or_else(|| Store::Memory(Box::new(memory())), Store::Shared);
        Self(Arc::new(Inner {
            server: server.into(),
            settings,
            shapes: Shapes::default(),
            store,
            lines: Lines::default(),
            waiting: AtomicUsize::new(0),
            unexpected: AtomicU64::new(0),
            locks: AtomicUsize::new(0),
            events: broadcast::Sender::new(64),
        }))
    }

    /// Waits for a slot, as far as the call wants to.
    ///
    /// It may be dropped at any time: a place in the line is left then, and a slot given back.
    pub(crate) async fn acquire(
        &self,
        user: Option<&UserKey>,
        endpoint: &'static EndpointMeta,
        ask: Ask,
    ) -> Result<Permit, LimitRefusal> {
        let this = &*self.0;
        if !this.settings.enforced {
            return Ok(self.permit(None, Rule::new(1, Duration::ZERO, Duration::ZERO), None));
        }
        let shape = this.shapes.of(endpoint, &this.settings);
        let key = this.key(user, &shape);
        if !shape.limited {
            let looks = matches!(this.store, Store::Shared(_)) || this.locks.load(Ordering::Relaxed) > 0;
            while let Some(wait) = looks.then(|| this.known_lock(&key)).flatten() {
                let goes = ask.patience == Patience::ThroughLocks && Instant::now() + wait < ask.deadline;
                if !goes {
                    return Err(LimitRefusal::locked(wait, LockOrigin::Observed));
                }
                tokio::time::sleep(wait).await;
            }
            return Ok(self.permit(Some(key), shape.rule, None));
        }
        let alone = this.waiting.load(Ordering::Acquire) == 0 || this.lines.ahead(&key, ask.class).is_none();
        if alone && let Verdict::Granted(lease) = this.ask(&key, shape.rule, ask).await? {
            return Ok(self.permit(Some(key), shape.rule, Some(lease)));
        }
        let lease = this.wait(&key, &shape, ask).await?;
        Ok(self.permit(Some(key), shape.rule, Some(lease)))
    }

    pub(crate) fn through_locks(&self) -> bool {
        self.0.settings.through_locks
    }

    /// How many locks came although the limiter had allowed the call.
    pub(super) fn unexpected_locks(&self) -> u64 {
        self.0.unexpected.load(Ordering::Relaxed)
    }

    /// What there is to see; `None` where there is no limit and no lock.
    pub(super) async fn look(
        &self,
        user: Option<&UserKey>,
        endpoint: &'static EndpointMeta,
    ) -> Result<Option<Look>, StoreError> {
        let this = &*self.0;
        let shape = this.shapes.of(endpoint, &this.settings);
        let key = this.key(user, &shape);
        if !this.settings.enforced || !shape.limited && this.known_lock(&key).is_none() {
            return Ok(None);
        }
        match &this.store {
            Store::Memory(store) => Ok(Some(store.look_now(&key, &shape.rule))),
            Store::Shared(store) => store.look(&key, shape.rule).await.map(Some),
        }
    }

    fn permit(&self, key: Option<BucketKey>, rule: Rule, lease: Option<LeaseId>) -> Permit {
        Permit(Some(Held { limiter: self.clone(), key, rule, lease, use_by: Instant::now() + USE_WITHIN, sent: false }))
    }
}

impl Inner {
    fn key(&self, user: Option<&UserKey>, shape: &Shape) -> BucketKey {
        BucketKey { server: Arc::clone(&self.server), user: user.cloned(), shape: Arc::clone(&shape.name) }
    }

    fn known_lock(&self, key: &BucketKey) -> Option<Duration> {
        match &self.store {
            Store::Memory(store) => store.lock_now(key),
            Store::Shared(store) => store.known_lock(key),
        }
    }

    /// Asks the store once.
    async fn ask(&self, key: &BucketKey, rule: Rule, ask: Ask) -> Result<Verdict, LimitRefusal> {
        let acquire = Acquire { rule, class: ask.class, longest: USE_WITHIN + ask.timeout };
        match &self.store {
            Store::Memory(store) => Ok(store.acquire_now(key, &acquire)),
            Store::Shared(store) => {
                if let Some(wait) = store.known_lock(key) {
                    return Ok(Verdict::Locked(wait, LockOrigin::Peer));
                }
                acquire_in_task(Arc::clone(store), key.clone(), acquire).await.map_err(LimitRefusal::Store)
            }
        }
    }

    async fn wait(&self, key: &BucketKey, shape: &Shape, ask: Ask) -> Result<LeaseId, LimitRefusal> {
        let begun = Instant::now();
        let too_late = |at: Instant| ask.patience == Patience::FailFast || at > ask.deadline;
        let refused = |at: Instant| LimitRefusal::TooLate { wait: at.saturating_duration_since(Instant::now()) };
        if let Some(ahead) = self.lines.ahead(key, ask.class) {
            let windows = u32::try_from(ahead.calls).unwrap_or(u32::MAX) / shape.rule.slots;
            let held = Duration::from_millis(shape.rule.window + shape.rule.margin);
            let at = ahead.expected.unwrap_or(begun) + held * windows;
            if too_late(at) {
                return Err(refused(at));
            }
        }
        let Some(place) = self.lines.join(key, ask.class, self.settings.longest_queue) else {
            return Err(LimitRefusal::Busy { waiting: self.lines.length(key) });
        };
        let _counted = Waiting::new(&self.waiting);
        let mut told = false;
        loop {
            if !place.is_first() {
                place.turn().await;
                continue;
            }
            let (wait, known) = match self.ask(key, shape.rule, ask).await? {
                Verdict::Granted(lease) => {
                    if told {
                        debug!(target: "cliq_api::limit", bucket = &*key.shape, waited = ?begun.elapsed(), "a slot is free");
                    }
                    return Ok(lease);
                }
                Verdict::Wait(wait) => (wait, true),
                Verdict::WaitForAnswer(latest) => (latest, false),
                Verdict::Locked(wait, origin) => {
                    let goes = ask.patience == Patience::ThroughLocks && Instant::now() + wait <= ask.deadline;
                    if !goes {
                        return Err(LimitRefusal::locked(wait, origin));
                    }
                    (wait, true)
                }
            };
            let at = Instant::now() + wait;
            if known && too_late(at) || ask.patience == Patience::FailFast {
                return Err(refused(at));
            }
            if known {
                place.expects(at);
                if wait >= TOLD && !told {
                    told = true;
                    debug!(target: "cliq_api::limit", bucket = &*key.shape, wait = ?wait, "waits for a slot");
                    self.tell(|| LimitEvent::waiting(key, wait));
                }
            }
            // What a peer does is not heard of.
            let at = if matches!(self.store, Store::Shared(_)) && !known { at.min(Instant::now() + AGAIN) } else { at };
            let _ = tokio::time::timeout_at(at, place.turn()).await;
        }
    }

    fn tell(&self, event: impl FnOnce() -> LimitEvent) {
        if self.events.receiver_count() > 0 {
            let _ = self.events.send(event());
        }
    }

    /// What follows from how a call ended, besides what the store does.
    fn completed(&self, key: &BucketKey, done: Completed) -> Option<Duration> {
        let locked = done.locked;
        if done.began
            && let Some(wait) = locked
        {
            self.locks.fetch_add(1, Ordering::Relaxed);
            self.unexpected.fetch_add(1, Ordering::Relaxed);
            warn!(
                target: "cliq_api::limit",
                bucket = &*key.shape,
                locked_for = ?wait,
                "the server locked the user out, although the limiter had allowed the call: does another program use the same account?",
            );
            self.tell(|| LimitEvent::locked(key, wait));
        }
        self.lines.wake(key);
        locked
    }
}

/// Counts one who waits.
struct Waiting<'c>(&'c AtomicUsize);

impl<'c> Waiting<'c> {
    fn new(count: &'c AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Asks in a task, so that a caller that goes away leaves no lease behind.
async fn acquire_in_task(store: Arc<dyn LimitStore>, key: BucketKey, ask: Acquire) -> Result<Verdict, StoreError> {
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        let verdict = store.acquire(&key, ask).await;
        if let Err(Ok(Verdict::Granted(lease))) = tell.send(verdict) {
            let _ = store.complete(&key, Complete { rule: ask.rule, lease, outcome: Outcome::Unsent }).await;
        }
    });
    told.await.unwrap_or_else(|_| Err(StoreError::new("the runtime that asked it has ended")))
}

/// A slot, for one call. Dropped before the call is sent it gives the slot back; dropped afterwards, the call counts as unanswered.
#[must_use = "a permit that is dropped gives its slot back"]
pub(crate) struct Permit(Option<Held>);

struct Held {
    limiter: Limiter,
    /// `None` where nothing is enforced.
    key: Option<BucketKey>,
    rule: Rule,
    /// `None` where there is no limit.
    lease: Option<LeaseId>,
    use_by: Instant,
    sent: bool,
}

/// The permit can't be used any more: it was held for too long, or a lock began.
#[derive(Debug)]
pub(crate) struct Expired;

/// What an answer says of the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Fine,
    Throttled { retry_after: Option<Duration> },
}

impl Permit {
    /// Just before the call is sent. From here on a drop means that no answer came.
    pub(crate) fn sending(&mut self) -> Result<(), Expired> {
        let Some(held) = &mut self.0 else { return Err(Expired) };
        let locked =
            held.lease.is_some() && held.key.as_ref().is_some_and(|key| held.limiter.0.known_lock(key).is_some());
        if locked || Instant::now() > held.use_by {
            return Err(Expired);
        }
        held.sent = true;
        Ok(())
    }

    /// An answer came. Gives for how long the user is locked out now.
    pub(crate) async fn answered(mut self, told: Told) -> Option<Duration> {
        let held = self.0.take()?;
        match told {
            Told::Fine => held.complete(Outcome::Answered),
            Told::Throttled { retry_after } => {
                let most = held.limiter.0.settings.longest_retry_after;
                let outcome = Outcome::Throttled(retry_after.map(|wait| millis(wait.min(most))));
                match &held.limiter.0.store {
                    // That it is locked is worth the wait.
                    Store::Shared(store) => {
                        let store = Arc::clone(store);
                        held.complete_shared(store, outcome).await
                    }
                    Store::Memory(_) => held.complete(outcome),
                }
            }
        }
    }

    /// The call was surely not sent.
    pub(crate) fn unsent(mut self) {
        if let Some(held) = self.0.take() {
            held.complete(Outcome::Unsent);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(held) = self.0.take() {
            let outcome = if held.sent { Outcome::Unanswered } else { Outcome::Unsent };
            held.complete(outcome);
        }
    }
}

impl Held {
    fn complete(self, outcome: Outcome) -> Option<Duration> {
        let throttled = matches!(outcome, Outcome::Throttled(_));
        if self.lease.is_none() && !throttled {
            return None;
        }
        match &self.limiter.0.store {
            Store::Memory(store) => {
                let key = self.key.as_ref()?;
                let done = store.complete_now(key, &self.message(outcome));
                self.limiter.0.completed(key, done)
            }
            Store::Shared(store) => {
                let store = Arc::clone(store);
                // Without a runtime nobody can tell the store; the lease's end does.
                if let Ok(runtime) = Handle::try_current() {
                    runtime.spawn(async move { self.complete_shared(store, outcome).await });
                }
                None
            }
        }
    }

    async fn complete_shared(self, store: Arc<dyn LimitStore>, outcome: Outcome) -> Option<Duration> {
        let key = self.key.as_ref()?;
        match store.complete(key, self.message(outcome)).await {
            Ok(done) => self.limiter.0.completed(key, done),
            Err(error) => {
                warn!(target: "cliq_api::limit", bucket = &*key.shape, %error, "how a call ended could not be told");
                None
            }
        }
    }

    fn message(&self, outcome: Outcome) -> Complete {
        Complete { rule: self.rule, lease: self.lease.unwrap_or(LeaseId::from_u32(0)), outcome }
    }
}
