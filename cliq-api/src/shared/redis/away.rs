//! What happens while the server can't be reached: nothing, or a share of the budget counted here.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::calls::Named;
use crate::limit::{Acquire, Bucket, CallEnd, Complete, Completed, Decision, Rules};

/// How often one who waits looks whether the server is back.
const LOOK: Duration = Duration::from_secs(1);

/// What happens to calls while the store can't be reached.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Unreachable {
    /// They are refused, with [`LimitRefusal::Store`](crate::limit::LimitRefusal::Store).
    #[default]
    Refuse,
    /// This part of the budget (0 to 1) is spent by this process alone, once the store has been
    /// away for so long that what was allowed before has been forgotten by the server: a
    /// window, the margin, and the time to use a permit. Until then, and where the part is less
    /// than one call, they are refused. What was sent meanwhile is told to the store when it is
    /// back.
    ///
    /// No more than all processes' parts together should make 1. Where only some processes lose the
    /// store, the others spend the whole budget besides.
    Share(f64),
}

/// Buckets that are kept here meanwhile, by their names.
#[derive(Debug)]
pub(super) struct Away {
    choice: Unreachable,
    /// When its milliseconds began.
    origin: Instant,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When the store was last heard of.
    since: u64,
    buckets: HashMap<String, (Bucket, Rules)>,
    /// On its way to the store, perhaps already there.
    telling: Option<(String, Bucket, Rules)>,
}

impl Away {
    pub(super) fn new(choice: Unreachable) -> Self {
        Self {
            choice,
            origin: Instant::now(),
            state: Mutex::default(),
        }
    }

    /// The store has answered.
    pub(super) fn heard(&self) {
        self.lock().since = self.now();
    }

    /// Takes a slot in each of the buckets, or in none. `None` where nothing is to be sent.
    pub(super) fn acquire(&self, buckets: &[Named], ask: &Acquire) -> Option<Vec<Decision>> {
        let Unreachable::Share(share) = self.choice else {
            return None;
        };
        let now = self.now();
        let mut state = self.lock();
        let since = state.since;
        // What isn't a number is none of it.
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

    /// `None` where the call was not allowed here, or the store knows of it by now.
    pub(super) fn complete(&self, name: &str, end: &Complete) -> Option<Completed> {
        let now = self.now();
        let mut state = self.lock();
        let (bucket, rules) = state
            .buckets
            .get_mut(name)
            .filter(|(bucket, _)| bucket.has_out(end.lease))?;
        Some(bucket.complete(now, rules, end))
    }

    /// The next bucket that the store has to be told of, and what time it is here. From now on
    /// nothing is counted here, until the store has been away for long again; and until that is
    /// [told](Self::told), the same is given again.
    pub(super) fn next(&self) -> Option<(String, Bucket, Rules, u64)> {
        let now = self.now();
        let mut state = self.lock();
        state.since = now;
        if state.telling.is_none() {
            let name = state.buckets.keys().next()?.clone();
            let (bucket, rules) = state.buckets.remove(&name)?;
            state.telling = Some((name, bucket, rules));
        }
        state
            .telling
            .clone()
            .map(|(name, bucket, rules)| (name, bucket, rules, now))
    }

    /// The store knows of it.
    pub(super) fn told(&self) {
        self.lock().telling = None;
    }

    fn now(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
