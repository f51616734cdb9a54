//! The entry to limits: buckets are registered, and calls take permits from them.

use std::cmp::Reverse;
use std::fmt;
use std::sync::Arc;

use tokio::time::Instant;

use super::few::Few;
use super::inner::Inner;
use super::message::LeaseId;
use super::options::AcquireOptions;
use super::permit::Permit;
use super::refusal::LimitRefusal;
use super::registry::BucketId;
use super::settings::LimitSettings;
use super::slots::Slot;
use super::spec::BucketSpec;
use super::store::LimitStore;
use super::wait::Wait;
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
    /// Buckets of another limiter are ignored. A future that is dropped leaves nothing behind.
    ///
    /// # Errors
    ///
    /// If the call would have to wait longer than its deadline, or at all where it must not; if the
    /// user is locked out; if too many calls wait; if the store is unavailable.
    pub async fn acquire(
        &self,
        buckets: &[BucketId],
        user: Option<&UserKey>,
        options: AcquireOptions,
    ) -> Result<Permit, LimitRefusal> {
        let core = &self.0;
        let limits = |id: &BucketId| {
            let locked_once = || {
                core.registry
                    .get(*id)
                    .is_some_and(|known| known.was_locked())
            };
            !core.settings.off && (id.counted || locked_once())
        };
        let unlimited: Few<_> = buckets.iter().copied().filter(|id| !limits(id)).collect();
        let user_of_unlimited = user.filter(|_| !unlimited.is_empty()).cloned();
        let mut slots: Few<Arc<Slot>> = buckets
            .iter()
            .filter(|id| limits(id))
            .filter_map(|&id| core.slot(id, user))
            .collect();
        // In the same order for all calls: each call locks one after the other.
        slots.sort_by_key(|slot| (Reverse(slot.rules().hold), slot.id.index));
        slots.dedup_by(|one, other| Arc::ptr_eq(one, other));
        let permit = |slots, lease: LeaseId, use_by| {
            Permit::new(
                Arc::clone(core),
                lease,
                slots,
                unlimited,
                user_of_unlimited,
                use_by,
            )
        };
        if slots.is_empty() {
            return Ok(permit(slots, LeaseId(0), Instant::now()));
        }
        let mut wait = Wait::new(core, &slots, options);
        let (lease, use_by) = match wait.turn() {
            Ok((lease, use_by)) => (lease, use_by),
            // Boxed, as a call that needn't wait would carry the room for it through all that
            // follows.
            Err(turn) => Box::pin(wait.through(turn)).await?,
        };
        Ok(permit(slots, lease, use_by))
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

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter")
            .field("settings", &self.0.settings)
            .field("store", &self.0.shared.as_ref().map(|shared| &shared.store))
            .finish_non_exhaustive()
    }
}
