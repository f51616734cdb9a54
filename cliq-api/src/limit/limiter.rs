//! Calls take a permit from the limiter, and wait for it in line.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::message::{Acquire, Decision, LeaseId, Locked, Outcome, Source};
use super::outbox::{Message, Outbox};
use super::permit::Permit;
use super::queue::{Key as Line, Lane};
use super::refusal::LimitRefusal;
use super::settings::{Class, LimitSettings, Patience};
use super::shape::{Shape, Shapes};
use super::slots::{Key, Local, Slot, Slots};
use super::store::{BucketKey, Ended, LimitStore};
use super::watch::Watch;
use crate::endpoint::meta::EndpointMeta;
use crate::user_key::UserKey;

/// From how long a wait on it is worth an event.
const LONG: Duration = Duration::from_secs(1);

/// Lets calls through as their endpoints' limits and the server's locks allow. Cloning it is cheap,
/// and clones share everything.
#[derive(Clone)]
pub struct Limiter(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) settings: LimitSettings,
    pub(super) store: Option<Arc<dyn LimitStore>>,
    pub(super) watch: Watch,
    pub(super) outbox: Outbox,
    pub(super) source: Source,
    pub(super) slots: Slots,
    shapes: Shapes,
    servers: RwLock<Vec<Arc<str>>>,
    /// When its milliseconds began.
    origin: Instant,
    leases: AtomicU64,
}

/// A server, as a [`Limiter`] knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ServerId(pub(super) u32);

/// What a call asks of a [`Limiter`].
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// When it has to be sent at the latest. A wait that can't end before fails at once; one that
    /// then takes longer all the same is for the caller to end, by dropping it.
    pub deadline: Option<Instant>,
    /// How long it will wait for its answer.
    pub timeout: Duration,
    /// Whether it waits.
    pub patience: Patience,
    /// Which calls go first.
    pub class: Class,
    /// Whether it was sent before. Such calls go first of all, up to their share.
    pub retry: bool,
}

impl Ask {
    /// For a normal call that waits as long as it takes, and for half a minute for its answer.
    pub const fn new() -> Self {
        Self {
            deadline: None,
            timeout: Duration::from_secs(30),
            patience: Patience::Wait,
            class: Class::Normal,
            retry: false,
        }
    }
}

/// As [`Ask::new`].
impl Default for Ask {
    fn default() -> Self {
        Self::new()
    }
}

impl Limiter {
    /// One that keeps its buckets in the store, or in memory if there is none.
    pub fn new(settings: LimitSettings, store: Option<Arc<dyn LimitStore>>) -> Self {
        let random = RandomState::new();
        #[allow(clippy::cast_possible_truncation, reason = "any of its bits will do")]
        let source = Source((random.hash_one("source") as u32).max(1));
        Self(Arc::new(Inner {
            settings,
            store,
            watch: Watch::new(),
            outbox: Outbox::default(),
            source,
            slots: Slots::new(),
            shapes: Shapes::default(),
            servers: RwLock::default(),
            origin: Instant::now(),
            leases: AtomicU64::new(random.hash_one("lease")),
        }))
    }

    /// The server of this base URL: its calls are counted apart from other servers'.
    #[expect(
        clippy::missing_panics_doc,
        reason = "four billion base URLs don't fit into memory"
    )]
    pub fn server(&self, base_url: &str) -> ServerId {
        let mut servers = self
            .0
            .servers
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let index = servers
            .iter()
            .position(|known| &**known == base_url)
            .unwrap_or_else(|| {
                servers.push(base_url.into());
                servers.len() - 1
            });
        ServerId(u32::try_from(index).expect("there are fewer servers"))
    }

    /// What was chosen.
    pub fn settings(&self) -> &LimitSettings {
        &self.0.settings
    }

    /// How many buckets there are in memory.
    pub fn bucket_count(&self) -> usize {
        self.0.slots.len()
    }

    /// Waits until the store knows how all calls ended that have ended.
    pub(crate) async fn tell_all(&self) {
        self.0.outbox.empty(self).await;
    }

    /// Tells the store, if it can be told on this thread, how all calls ended that it doesn't know
    /// of.
    pub(crate) fn tell_rest_here(&self) {
        self.0.outbox.tell_rest_here(self);
    }

    /// Takes a permit for a call, and waits for it if it has to. A wait that is dropped leaves
    /// nothing behind.
    pub async fn acquire(
        &self,
        server: ServerId,
        user: Option<&UserKey>,
        endpoint: &'static EndpointMeta,
        ask: Ask,
    ) -> Result<Permit, LimitRefusal> {
        let inner = &self.0;
        let shape = inner.shapes.of(endpoint, &inner.settings);
        if inner.settings.off || !shape.is_counted() {
            return Ok(Permit::uncounted(
                self.clone(),
                shape,
                server,
                user.cloned(),
            ));
        }
        let slot = inner.slot(server, user, &shape);
        let lane = Lane::new(ask.class, ask.retry);
        let mut wait = Wait {
            limiter: self,
            server,
            user,
            endpoint,
            shape,
            slot,
            ask,
            lane,
            place: None,
        };
        match wait.turn() {
            Turn::Granted(lease, use_by) => Ok(wait.permit(lease, use_by)),
            // Apart, as the call that needn't wait would carry the room for it through all that
            // follows.
            turn => Box::pin(wait.through(turn)).await,
        }
    }
}

impl Inner {
    /// Milliseconds of the limiter's own.
    pub(super) fn now(&self) -> u64 {
        self.millis(Instant::now())
    }

    pub(super) fn millis(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.origin).as_millis()).unwrap_or(u64::MAX)
    }

    pub(super) fn slot(
        &self,
        server: ServerId,
        user: Option<&UserKey>,
        shape: &Arc<Shape>,
    ) -> Arc<Slot> {
        let key = Key {
            server: server.0,
            shape: shape.id,
            user: user.cloned(),
        };
        self.slots.get_or_make(key, shape, self.now(), 0)
    }

    pub(super) fn shape(&self, endpoint: &'static EndpointMeta) -> Arc<Shape> {
        self.shapes.of(endpoint, &self.settings)
    }

    pub(super) fn key(&self, server: ServerId, user: Option<&UserKey>, shape: &Shape) -> BucketKey {
        let servers = self.servers.read().unwrap_or_else(PoisonError::into_inner);
        let server = servers
            .get(server.0 as usize)
            .map_or_else(|| "".into(), Arc::clone);
        BucketKey {
            server,
            user: user.cloned(),
            shape: Arc::clone(&shape.name),
        }
    }

    fn lease(&self) -> LeaseId {
        // Spread by an odd number, so that two limiters whose counts lie near each other don't
        // meet.
        LeaseId(
            self.leases
                .fetch_add(1, Ordering::Relaxed)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15),
        )
    }

    /// What is known of a lock without asking anybody.
    pub(super) fn locked(
        &self,
        local: &Local,
        now: u64,
        server: ServerId,
        user: Option<&UserKey>,
        shape: &Shape,
    ) -> Option<Locked> {
        match &self.store {
            None => local.bucket.locked(now, self.source),
            Some(store) => local.told(now).or_else(|| {
                store.known_lock(&self.key(server, user, shape), &shape.rules, self.source)
            }),
        }
    }
}

/// One call's wait for its permit.
struct Wait<'a> {
    limiter: &'a Limiter,
    server: ServerId,
    user: Option<&'a UserKey>,
    endpoint: &'static EndpointMeta,
    shape: Arc<Shape>,
    slot: Arc<Slot>,
    ask: Ask,
    lane: Lane,
    place: Option<Place>,
}

/// What a call that looks at its bucket finds.
enum Turn {
    Granted(LeaseId, Instant),
    Refused(LimitRefusal),
    /// It is the first, and has to ask the store.
    Ask,
    /// It has to wait: the first until then, others until they are woken.
    Wait {
        until: Option<Instant>,
        earliest: Duration,
    },
}

impl Wait<'_> {
    async fn through(mut self, mut turn: Turn) -> Result<Permit, LimitRefusal> {
        let begun = Instant::now();
        let mut told = false;
        loop {
            if matches!(turn, Turn::Ask) {
                turn = self.ask_store().await;
            }
            let (until, earliest) = match turn {
                Turn::Granted(lease, use_by) => {
                    if !told && begun.elapsed() > LONG {
                        self.tell(begun.elapsed(), "waited for a slot of its limit");
                    }
                    return Ok(self.permit(lease, use_by));
                }
                Turn::Refused(refusal) => return Err(refusal),
                Turn::Ask => continue,
                Turn::Wait { until, earliest } => (until, earliest),
            };
            if !told && earliest > LONG {
                told = true;
                self.tell(earliest, "waits for a slot of its limit");
            }
            if let Some(place) = &self.place {
                match until {
                    Some(until) => {
                        drop(tokio::time::timeout_at(until, place.woken.notified()).await)
                    }
                    None => place.woken.notified().await,
                }
            }
            turn = self.turn();
        }
    }

    fn tell(&self, wait: Duration, what: &'static str) {
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(target: "cliq_api::limit", endpoint = self.endpoint.name(), bucket = &*self.shape.name, wait_ms, "{what}");
    }

    /// Looks at the bucket, and stands in line if it isn't free.
    fn turn(&mut self) -> Turn {
        let limiter = self.limiter;
        let inner = &*limiter.0;
        let slot = Arc::clone(&self.slot);
        let mut local = slot.lock();
        let at = Instant::now();
        let now = inner.millis(at);
        loop {
            let first = match (&self.place, local.waiting()) {
                (Some(place), Some(queue)) => queue.is_first(place.key),
                (None, Some(queue)) => queue.would_be_first(self.lane),
                (_, None) => true,
            };
            let known = inner.locked(&local, now, self.server, self.user, &self.shape);
            let (earliest, again, locked) = if !first {
                (self.expected(&mut local, now, known), None, known)
            } else if inner.store.is_some() {
                if let Some(locked) = known {
                    (locked.left, Some(locked.left), known)
                } else {
                    if let Err(refusal) = self.stand(&mut local, &slot) {
                        return Turn::Refused(refusal);
                    }
                    return Turn::Ask;
                }
            } else {
                let ask = self.message();
                match local.bucket.acquire(now, &self.shape.rules, &ask) {
                    Decision::Granted { use_within } => {
                        return Turn::Granted(ask.lease, at + use_within);
                    }
                    Decision::Wait { earliest, again } => (earliest, Some(again), None),
                    Decision::Locked(locked) => (locked.left, Some(locked.left), Some(locked)),
                    Decision::Behind => {
                        self.fall_behind(&mut local);
                        continue;
                    }
                }
            };
            return self.wait(&mut local, &slot, now, earliest, again, locked);
        }
    }

    /// Asks the store, being the first in line.
    async fn ask_store(&mut self) -> Turn {
        let limiter = self.limiter;
        let inner = &*limiter.0;
        let Some(store) = &inner.store else {
            return self.turn();
        };
        inner.outbox.deliver(limiter);
        let asked = Instant::now();
        let ask = self.message();
        let key = inner.key(self.server, self.user, &self.shape);
        // Should this be dropped while the store is at it, the lease may be granted, and is given
        // back.
        let mut asking = Asking {
            wait: self,
            key: Some(key),
            lease: ask.lease,
        };
        let answer = match &asking.key {
            Some(key) => store.acquire(key, &asking.wait.shape.rules, ask).await,
            None => return Turn::Ask,
        };
        if answer.is_ok() {
            asking.key = None;
        }
        drop(asking);
        let slot = Arc::clone(&self.slot);
        let mut local = slot.lock();
        let now = inner.now();
        match answer {
            Ok(Decision::Granted { use_within }) => Turn::Granted(ask.lease, asked + use_within),
            Ok(Decision::Wait { earliest, again }) => {
                self.wait(&mut local, &slot, now, earliest, Some(again), None)
            }
            Ok(Decision::Locked(locked)) => {
                let is_new = local.told(now).is_none();
                local.note(now, locked);
                if is_new {
                    inner
                        .watch
                        .locked(limiter, self.server, self.user, &self.shape, locked, false);
                    if let Some(queue) = local.waiting() {
                        queue.wake_all();
                    }
                }
                self.wait(
                    &mut local,
                    &slot,
                    now,
                    locked.left,
                    Some(locked.left),
                    Some(locked),
                )
            }
            Ok(Decision::Behind) => {
                self.fall_behind(&mut local);
                drop(local);
                self.turn()
            }
            Err(error) => Turn::Refused(LimitRefusal::Unreachable(error)),
        }
    }

    /// Decides whether to wait, and stands in line if so.
    fn wait(
        &mut self,
        local: &mut Local,
        slot: &Arc<Slot>,
        now: u64,
        earliest: Duration,
        again: Option<Duration>,
        locked: Option<Locked>,
    ) -> Turn {
        if let Some(refusal) = self.refusal(earliest, locked) {
            return Turn::Refused(refusal);
        }
        if let Err(refusal) = self.stand(local, slot) {
            return Turn::Refused(refusal);
        }
        if let Some(again) = again {
            let queue = local.queue();
            queue.first_goes =
                now.saturating_add(u64::try_from(earliest.as_millis()).unwrap_or(u64::MAX));
            queue.first_listens = again != earliest;
        }
        Turn::Wait {
            until: again.map(|again| Instant::now() + again),
            earliest,
        }
    }

    fn refusal(&self, earliest: Duration, locked: Option<Locked>) -> Option<LimitRefusal> {
        let late = self
            .ask
            .deadline
            .is_some_and(|deadline| Instant::now() + earliest > deadline);
        if let Some(locked) = locked.filter(|_| late || self.ask.patience != Patience::ThroughLocks)
        {
            let until = SystemTime::now() + locked.left;
            return Some(LimitRefusal::Locked {
                until,
                wait: locked.left,
                why: locked.why,
            });
        }
        if self.ask.patience == Patience::FailFast {
            return Some(LimitRefusal::WouldWait { wait: earliest });
        }
        late.then_some(LimitRefusal::PastDeadline { wait: earliest })
    }

    /// Stands in line, if it doesn't already.
    fn stand(&mut self, local: &mut Local, slot: &Arc<Slot>) -> Result<(), LimitRefusal> {
        if self.place.is_some() {
            return Ok(());
        }
        let queue = local.queue();
        if queue.len() >= self.limiter.0.settings.queue.max(1) {
            return Err(LimitRefusal::Busy {
                waiting: queue.len(),
            });
        }
        let woken = Arc::new(Notify::new());
        let key = queue.push(self.lane, Arc::clone(&woken));
        self.place = Some(Place {
            slot: Arc::clone(slot),
            key,
            woken,
        });
        Ok(())
    }

    /// Retries have had their share: it goes to the end of its class.
    fn fall_behind(&mut self, local: &mut Local) {
        self.lane = Lane::new(self.ask.class, false);
        self.ask.retry = false;
        if let Some(place) = &mut self.place {
            let queue = local.queue();
            // First the new place, or the next one would be woken for nothing where nobody else
            // waits.
            let key = queue.push(self.lane, Arc::clone(&place.woken));
            queue.remove(place.key);
            place.key = key;
        }
    }

    /// In how long it goes at the earliest, not being the first.
    fn expected(&self, local: &mut Local, now: u64, locked: Option<Locked>) -> Duration {
        let rules = &self.shape.rules;
        let key = self.place.as_ref().map(|place| place.key);
        let queue = local.queue();
        let ahead = queue.ahead(self.lane, key);
        let first_goes = queue.first_goes;
        let expected = if self.limiter.0.store.is_none() {
            local.bucket.expected(now, rules, self.ask.class, ahead)
        } else {
            // What the store told the first, and one window for each full round.
            let rounds = ahead / rules.slots().map_or(usize::MAX, |slots| slots as usize);
            Duration::from_millis(
                first_goes.saturating_sub(now) + (rounds as u64).saturating_mul(rules.hold),
            )
        };
        locked.map_or(expected, |locked| locked.left.max(expected))
    }

    fn message(&self) -> Acquire {
        let inner = &self.limiter.0;
        let ask = Acquire::new(inner.lease(), inner.source, self.ask.timeout).class(self.ask.class);
        let waits = match (self.ask.patience, self.ask.deadline) {
            (Patience::FailFast, _) => Duration::ZERO,
            (_, Some(deadline)) => deadline.saturating_duration_since(Instant::now()),
            (_, None) => Duration::MAX,
        };
        ask.retry(self.ask.retry).waits(waits)
    }

    fn permit(self, lease: LeaseId, use_by: Instant) -> Permit {
        // Only now does the next in line look: with the grant in the bucket.
        drop(self.place);
        Permit::new(
            self.limiter.clone(),
            self.shape,
            self.server,
            self.user.cloned(),
            self.slot,
            lease,
            use_by,
        )
    }
}

/// A place in line, given up when it is dropped.
struct Place {
    slot: Arc<Slot>,
    key: Line,
    woken: Arc<Notify>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.slot.lock().leave(self.key);
    }
}

/// A lease that a store may have granted.
struct Asking<'w, 'a> {
    wait: &'w Wait<'a>,
    /// `None` once it is known.
    key: Option<BucketKey>,
    lease: LeaseId,
}

impl Drop for Asking<'_, '_> {
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            let limiter = self.wait.limiter;
            let ended = Ended::new(self.lease, limiter.0.source, Outcome::Unsent);
            let message = Message {
                slot: Arc::clone(&self.wait.slot),
                shape: Arc::clone(&self.wait.shape),
                key,
                ended,
            };
            limiter.0.outbox.send(limiter, message);
        }
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter")
            .field("settings", &self.0.settings)
            .field("store", &self.0.store)
            .finish_non_exhaustive()
    }
}
