//! Buckets for the time while the server is unreachable: none, or a share of each limit.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::calls::Named;
use crate::limit::{Acquire, Bucket, CallEnd, Complete, Completed, Decision, Rules};

/// How often a waiting call checks whether the server is back.
const LOOK: Duration = Duration::from_secs(1);

/// What happens to calls while the store is unreachable.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Unreachable {
    /// They are refused, with [`LimitRefusal::Store`](crate::limit::LimitRefusal::Store).
    #[default]
    Refuse,
    /// This process uses this share of each limit (0 to 1), once the store has been unreachable
    /// for so long that earlier calls no longer count: a window, the margin, and the lifetime of
    /// a permit. Until then, and if the share is less than one call, calls are refused. The calls
    /// are reported to the store when it is back.
    ///
    /// The shares of all processes should add up to at most 1. If only some processes lose the
    /// store, the others still use the whole limit.
    Share(f64),
}

/// The buckets of this process, by name.
#[derive(Debug)]
pub(super) struct Away {
    choice: Unreachable,
    /// The origin of its milliseconds.
    origin: Instant,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When the store last responded.
    since: u64,
    buckets: HashMap<String, (Bucket, Rules)>,
    /// The bucket that is being merged into the store's, which may have happened.
    merging: Option<(String, Bucket, Rules)>,
}

impl Away {
    pub(super) fn new(choice: Unreachable) -> Self {
        Self {
            choice,
            origin: Instant::now(),
            state: Mutex::default(),
        }
    }

    /// Records that the store responded.
    pub(super) fn heard(&self) {
        self.lock().since = self.now();
    }

    /// Takes a slot in each of the buckets, or in none. Returns `None` if nothing may be sent.
    pub(super) fn acquire(&self, buckets: &[Named], ask: &Acquire) -> Option<Vec<Decision>> {
        let Unreachable::Share(share) = self.choice else {
            return None;
        };
        let now = self.now();
        let mut state = self.lock();
        let since = state.since;
        // NaN becomes 0.
        let share = share.clamp(0.0, 1.0);
        let rules = |named: &Named| {
            named
                .rules
                .share(share)
                .filter(|rules| rules.settles(since) <= now)
        };
        let rules: Vec<_> = buckets.iter().map(rules).collect::<Option<_>>()?;
        state.buckets.retain(|kept, (bucket, rules)| {
            buckets.iter().any(|named| named.name == *kept) || !bucket.is_idle(now, rules)
        });
        let mut decisions = Vec::with_capacity(buckets.len());
        for (Named { name, .. }, rules) in buckets.iter().zip(&rules) {
            let fresh = || (Bucket::new(rules, now, 0), *rules);
            let (bucket, _) = state.buckets.entry(name.clone()).or_insert_with(fresh);
            let mut decision = bucket.acquire(now, rules, ask);
            if let Decision::Wait { recheck, .. } = &mut decision {
                *recheck = (*recheck).min(LOOK);
            }
            decisions.push(decision);
        }
        let is_granted = |decision: &Decision| matches!(decision, Decision::Granted { .. });
        if !decisions.iter().all(is_granted) {
            let unsent = Complete::new(ask.lease, ask.source, CallEnd::Unsent);
            for (Named { name, .. }, rules) in buckets.iter().zip(&rules) {
                if let Some((bucket, _)) = state.buckets.get_mut(name) {
                    bucket.complete(now, rules, &unsent);
                }
            }
        }
        Some(decisions)
    }

    /// Completes a call that was allowed here. Returns `None` if it wasn't, or if the store knows
    /// of it by now.
    pub(super) fn complete(&self, name: &str, end: &Complete) -> Option<Completed> {
        let now = self.now();
        let mut state = self.lock();
        let (bucket, rules) = state
            .buckets
            .get_mut(name)
            .filter(|(bucket, _)| bucket.has_out(end.lease))?;
        Some(bucket.complete(now, rules, end))
    }

    /// Returns the next bucket to merge into the store's, with the current time: the same one until
    /// it is [merged](Self::merged). From now on the store counts.
    pub(super) fn next_to_merge(&self) -> Option<(String, Bucket, Rules, u64)> {
        let now = self.now();
        let mut state = self.lock();
        state.since = now;
        if state.merging.is_none() {
            let name = state.buckets.keys().next()?.clone();
            let (bucket, rules) = state.buckets.remove(&name)?;
            state.merging = Some((name, bucket, rules));
        }
        state
            .merging
            .clone()
            .map(|(name, bucket, rules)| (name, bucket, rules, now))
    }

    /// Records that the bucket was merged.
    pub(super) fn merged(&self) {
        self.lock().merging = None;
    }

    fn now(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limit;
    use crate::limit::{BucketSpec, LeaseId, LimitSettings, Source};

    #[tokio::test(start_paused = true)]
    async fn a_bucket_is_kept_while_its_calls_count() {
        let minute = Duration::from_mins(1);
        let spec = BucketSpec::new("", "").limit(Limit::new(5, minute));
        let rules = Rules::new(&spec, &LimitSettings::new());
        let away = Away::new(Unreachable::Share(0.25));
        // Calls over the store are forgotten.
        tokio::time::advance(2 * minute).await;
        let bucket = |name: &str| {
            [Named {
                name: name.to_owned(),
                rules,
            }]
        };
        let acquire = |name: &str, lease| {
            let ask = Acquire::new(LeaseId(lease), Source(1), Duration::from_secs(30));
            away.acquire(&bucket(name), &ask).unwrap().remove(0)
        };
        let is_granted = |decision| matches!(decision, Decision::Granted { .. });
        assert!(is_granted(acquire("one", 1)));
        assert!(is_granted(acquire("other", 2)));
        assert!(!is_granted(acquire("one", 3)));
        for (name, lease) in [("one", 1), ("other", 2)] {
            let done = Complete::new(LeaseId(lease), Source(1), CallEnd::Answered);
            away.complete(name, &done).unwrap();
        }
        tokio::time::advance(2 * minute).await;
        assert!(is_granted(acquire("one", 4)));
        assert_eq!(away.lock().buckets.len(), 1, "the other is idle");
    }
}
