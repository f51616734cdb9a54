//! What a limiter and its permits share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::time::Instant;

use super::clock::Clock;
use super::events::Events;
use super::identity::Identity;
use super::message::{LeaseId, Locked};
use super::outbox::Outbox;
use super::registry::{BucketId, Registry, UserBucket};
use super::settings::LimitSettings;
use super::slots::{Local, Slot, Slots};
use super::store::LimitStore;
use crate::user_key::UserKey;

pub(super) struct Inner {
    pub(super) settings: LimitSettings,
    pub(super) shared: Option<Shared>,
    pub(super) events: Events,
    pub(super) identity: Identity,
    pub(super) slots: Slots,
    pub(super) registry: Registry,
    pub(super) clock: Clock,
    leases: AtomicU64,
    arrivals: AtomicU64,
}

/// A store, and what is on its way there.
pub(super) struct Shared {
    pub(super) store: Arc<dyn LimitStore>,
    pub(super) outbox: Outbox,
}

impl Inner {
    pub(super) fn new(settings: LimitSettings, store: Option<Arc<dyn LimitStore>>) -> Self {
        let clock = Clock::start();
        Self {
            settings,
            shared: store.map(|store| Shared {
                outbox: Outbox::new(Arc::clone(&store), clock),
                store,
            }),
            events: Events::new(),
            identity: Identity::new(),
            slots: Slots::new(),
            registry: Registry::default(),
            clock,
            leases: AtomicU64::new(1),
            arrivals: AtomicU64::new(0),
        }
    }

    /// Whether calls take permits of that bucket. One without a limit only has lockouts.
    pub(super) fn asks(&self, id: BucketId) -> bool {
        !self.settings.off && (id.counted || self.registry.is_watched(id))
    }

    /// `None` for a bucket of another limiter.
    pub(super) fn slot(&self, id: BucketId, user: Option<&UserKey>, now: u64) -> Option<Arc<Slot>> {
        let bucket = || {
            let registered = self.registry.get(id)?;
            Some(UserBucket::of(registered, user.cloned()))
        };
        self.slots.get_or_insert(id, user, now, bucket)
    }

    /// The name of a lease that no other limiter hears of.
    pub(super) fn lease(&self) -> LeaseId {
        LeaseId(self.leases.fetch_add(1, Ordering::Relaxed))
    }

    /// Numbers the calls that wait, in order.
    pub(super) fn arrival(&self) -> u64 {
        self.arrivals.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether a lockout is known without asking anybody.
    #[inline]
    pub(super) fn is_locked(&self, slot: &Slot, at: Instant) -> bool {
        (self.shared.is_some() || slot.may_be_locked()) && self.looks_locked(slot, at)
    }

    fn looks_locked(&self, slot: &Slot, at: Instant) -> bool {
        let now = self.clock.millis(at);
        self.known_lock(slot, &slot.lock(), now).is_some()
    }

    /// The lockout that is known without asking anybody.
    pub(super) fn known_lock(&self, slot: &Slot, local: &Local, now: u64) -> Option<Locked> {
        match &self.shared {
            None => local.bucket.locked(now, self.identity.source()),
            Some(shared) => local.reported(now).or_else(|| {
                let source = self.identity.source();
                shared.store.known_lock(&slot.bucket, source)
            }),
        }
    }
}
