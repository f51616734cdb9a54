//! The entry to limits: buckets are registered, and calls take permits from them.

use std::cmp::Reverse;
use std::fmt;
use std::sync::Arc;

use tokio::time::Instant;

use super::inner::Inner;
use super::message::{Acquire, CallEnd, Complete, Decision, LeaseId};
use super::permit::{Acquiring, Granted, Permit, Unlimited};
use super::registry::BucketId;
use super::settings::{AcquireOptions, LimitSettings};
use super::slots::{Local, Slot};
use super::spec::BucketSpec;
use super::store::LimitStore;
use super::wait::{Lease, Wait};
use crate::few::Few;
use crate::user_key::UserKey;

/// Allows calls as the limits of their buckets and the server's lockouts permit. Cloning it is
/// cheap, and clones share everything.
#[derive(Clone)]
pub struct Limiter(pub(super) Arc<Inner>);

impl Limiter {
    /// Creates a limiter that keeps its buckets in the store, or in memory without one.
    pub fn new(settings: LimitSettings, store: Option<Arc<dyn LimitStore>>) -> Self {
        Self(Arc::new(Inner::new(settings, store)))
    }

    /// Registers a bucket. An equal spec has the same id; any difference makes another bucket.
    ///
    /// Registered buckets are kept as long as the limiter, so don't put anything in a name that
    /// differs from call to call.
    pub fn bucket(&self, spec: BucketSpec) -> BucketId {
        self.0.registry.register(spec, &self.0.settings)
    }

    /// Returns the settings.
    pub fn settings(&self) -> &LimitSettings {
        &self.0.settings
    }

    /// Returns how many buckets are in memory, one for each spec and user in use.
    pub fn bucket_count(&self) -> usize {
        self.0.slots.len()
    }

    /// Takes a permit for one call from all of its buckets, and waits if none is free. Every limit
    /// is kept: either each of the buckets gives a slot, or none does.
    ///
    /// An id is of the limiter that returned it. A future that is dropped leaves nothing behind.
    ///
    /// # Errors
    ///
    /// If the call would have to wait longer than its deadline, or at all where it must not; if the
    /// user is locked out; if too many calls wait; if the store is unavailable.
    pub fn acquire<'a>(
        &'a self,
        buckets: &[BucketId],
        user: Option<&'a UserKey>,
        options: AcquireOptions,
    ) -> Acquiring<'a> {
        let inner = &self.0;
        let at = options.now.unwrap_or_else(Instant::now);
        let now = inner.clock.millis(at);
        // As most calls are: of one bucket that has a limit, and has a slot.
        if let &[id] = buckets
            && let Some(slot) = inner.asks(id).then(|| inner.slot(id, user, now)).flatten()
            && let Some(lease) = inner.take_at_once(&slot, now, &options)
        {
            let granted = Granted {
                lease,
                held: Few::One(slot),
                unlimited: None,
                priority: options.priority,
                process: None,
                use_by: at + inner.settings.permit_ttl,
            };
            return Acquiring::ready(Permit::new(Arc::clone(inner), granted));
        }
        let (mut slots, mut unlimited) = (Few::None, Vec::new());
        for &id in buckets {
            match inner.asks(id).then(|| inner.slot(id, user, now)).flatten() {
                Some(slot) => slots.push(slot),
                None => unlimited.push(id),
            }
        }
        // In the same order for all calls: each call locks one after the other.
        slots.normalize(|slot| (Reverse(slot.rules().hold), slot.id().index));
        let unlimited = (!unlimited.is_empty()).then(|| {
            let user = user.cloned();
            Box::new(Unlimited {
                buckets: unlimited,
                user,
            })
        });
        let permit = move |lease: Lease, held| {
            let granted = Granted {
                lease: lease.id,
                held,
                unlimited,
                priority: options.priority,
                process: lease.process,
                use_by: lease.use_by,
            };
            Permit::new(Arc::clone(inner), granted)
        };
        if slots.is_empty() {
            let lease = Lease {
                id: LeaseId(0),
                use_by: at,
                process: None,
            };
            return Acquiring::ready(permit(lease, slots));
        }
        if let [one, other] = &*slots
            && let Some(id) = inner.take_both_at_once([one.as_ref(), other.as_ref()], now, &options)
        {
            let lease = Lease {
                id,
                use_by: at + inner.settings.permit_ttl,
                process: None,
            };
            return Acquiring::ready(permit(lease, slots));
        }
        let mut wait = Wait::new(inner, slots, options);
        match wait.turn_at(at) {
            Ok(lease) => Acquiring::ready(permit(lease, wait.into_slots())),
            Err(turn) => Acquiring::waiting(async move {
                let lease = wait.through(turn).await?;
                Ok(permit(lease, wait.into_slots()))
            }),
        }
    }

    /// Waits until the store knows how all calls ended that have ended.
    pub(crate) async fn flush(&self) {
        if let Some(shared) = &self.0.shared {
            shared.outbox.flush().await;
        }
    }

    /// Reports to the store without a runtime how calls ended, if it can do that.
    pub(crate) fn flush_blocking(&self) {
        if let Some(shared) = &self.0.shared {
            shared.outbox.flush_blocking();
        }
    }
}

/// How a call takes its slots without waiting.
impl Inner {
    /// Takes a slot of the only bucket of a call, if the call may go at once.
    fn take_at_once(&self, slot: &Slot, now: u64, options: &AcquireOptions) -> Option<LeaseId> {
        let mut local = slot.lock();
        if self.shared.is_some() || local.waiting().is_some() {
            return None;
        }
        let message = self.message(local.lease(), options);
        take(slot, &mut local, now, &message).then_some(message.lease)
    }

    /// The same for a call of two buckets, in the order in which every call locks them.
    fn take_both_at_once(
        &self,
        [one, other]: [&Slot; 2],
        now: u64,
        options: &AcquireOptions,
    ) -> Option<LeaseId> {
        let (mut first, mut second) = (one.lock(), other.lock());
        if self.shared.is_some() || first.waiting().is_some() || second.waiting().is_some() {
            return None;
        }
        let message = self.message(self.lease(), options);
        if !take(one, &mut first, now, &message) {
            return None;
        }
        if !take(other, &mut second, now, &message) {
            let unsent = Complete::new(message.lease, message.source, CallEnd::Unsent);
            first.bucket.complete(now, one.rules(), &unsent);
            return None;
        }
        Some(message.lease)
    }

    fn message(&self, lease: LeaseId, options: &AcquireOptions) -> Acquire {
        Acquire::new(lease, self.identity.source(), options.timeout)
            .priority(options.priority)
            .retry(options.retry)
    }
}

/// Takes a slot, if there is one.
fn take(slot: &Slot, local: &mut Local, now: u64, message: &Acquire) -> bool {
    let decision = local.bucket.acquire(now, slot.rules(), message);
    slot.note_lock(local);
    matches!(decision, Decision::Granted { .. })
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter")
            .field("settings", &self.0.settings)
            .field("store", &self.0.shared.as_ref().map(|shared| &shared.store))
            .finish_non_exhaustive()
    }
}
