//! Buckets in the memory of this process.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use super::bucket::{Bucket, Decision, Rule};
use super::store::{Acquire, BucketKey, Complete, Completed, LimitStore, LockOrigin, Look, Storing, Verdict};

/// How many parts it has, so that threads seldom wait for each other.
const SHARDS: usize = 16;
/// How often a part is looked through for what is no longer in use, in milliseconds.
const SWEEP: u64 = 60_000;

/// Keeps buckets in memory. Clients that are given the same one share their limits.
pub struct MemoryStore {
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
    begun: Instant,
    /// Whether half of the slots count as taken for the first window.
    cold_start: bool,
}

#[derive(Default)]
struct Shard {
    buckets: HashMap<BucketKey, Kept>,
    swept: u64,
}

struct Kept {
    bucket: Bucket,
    /// As it was last used with, for the sweep.
    rule: Rule,
}

impl MemoryStore {
    /// An empty one. What was sent before it was made is not known: for the first window half of the slots count as taken.
    pub fn new() -> Self {
        Self { cold_start: true, ..Self::warm() }
    }

    /// One that assumes that nothing was sent before it was made.
    pub fn warm() -> Self {
        let shards = std::array::from_fn(|_| Mutex::default());
        Self { shards, hasher: RandomState::new(), begun: Instant::now(), cold_start: false }
    }

    /// How many buckets it keeps, and how many bytes they take.
    pub fn size(&self) -> (usize, usize) {
        let sizes = self.shards.iter().map(|shard| {
            let shard = open(shard);
            let entry = size_of::<(BucketKey, Kept)>() + 1;
            let buckets: usize = shard.buckets.values().map(|kept| kept.bucket.size() - size_of::<Bucket>()).sum();
            (shard.buckets.len(), shard.buckets.capacity() * 8 / 7 * entry + buckets)
        });
        sizes.fold((0, 0), |(count, bytes), (more, their)| (count + more, bytes + their))
    }

    pub(super) fn acquire_now(&self, key: &BucketKey, ask: &Acquire) -> Verdict {
        let longest = super::bucket::millis(ask.longest);
        let decision = self.with(key, &ask.rule, |bucket, now| bucket.acquire(now, &ask.rule, ask.class, longest));
        match decision {
            Decision::Granted(lease) => Verdict::Granted(lease),
            Decision::Wait(wait) => Verdict::Wait(Duration::from_millis(wait)),
            Decision::WaitForAnswer(wait) => Verdict::WaitForAnswer(Duration::from_millis(wait)),
            Decision::Locked(wait) => Verdict::Locked(Duration::from_millis(wait), LockOrigin::Observed),
        }
    }

    pub(super) fn complete_now(&self, key: &BucketKey, done: &Complete) -> Completed {
        self.with(key, &done.rule, |bucket, now| {
            let began = bucket.complete(now, &done.rule, done.lease, done.outcome);
            Completed { locked: lock(bucket, now), began }
        })
    }

    pub(super) fn look_now(&self, key: &BucketKey, rule: &Rule) -> Look {
        self.with(key, rule, |bucket, now| {
            let locked = lock(bucket, now).map(|wait| (wait, LockOrigin::Observed));
            Look::new(bucket.remaining(now, rule), Duration::from_millis(bucket.next_free(now, rule)), locked)
        })
    }

    pub(super) fn lock_now(&self, key: &BucketKey) -> Option<Duration> {
        let now = self.now();
        open(self.shard(key)).buckets.get(key).and_then(|kept| lock(&kept.bucket, now))
    }

    fn with<T>(&self, key: &BucketKey, rule: &Rule, work: impl FnOnce(&mut Bucket, u64) -> T) -> T {
        let now = self.now();
        let mut shard = open(self.shard(key));
        shard.sweep(now);
        if let Some(kept) = shard.buckets.get_mut(key) {
            kept.rule = *rule;
            return work(&mut kept.bucket, now);
        }
        // What another process sent before this store began is out of every window by then.
        let unknown_until = if self.cold_start && rule.window > 0 { rule.window + rule.margin } else { 0 };
        let bucket = Bucket::new(now, rule.slots / 2, unknown_until);
        let kept = shard.buckets.entry(key.clone()).or_insert(Kept { bucket, rule: *rule });
        work(&mut kept.bucket, now)
    }

    fn shard(&self, key: &BucketKey) -> &Mutex<Shard> {
        let hash = self.hasher.hash_one(key);
        &self.shards[usize::try_from(hash % SHARDS as u64).unwrap_or_default()]
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Shard {
    /// Forgets what is no longer in use, now and then: its cost is spread over the calls of a minute.
    fn sweep(&mut self, now: u64) {
        if now.saturating_sub(self.swept) < SWEEP {
            return;
        }
        self.swept = now;
        self.buckets.retain(|_, kept| !kept.bucket.is_idle(now, &kept.rule));
        if self.buckets.len() < self.buckets.capacity() / 4 {
            self.buckets.shrink_to_fit();
        }
    }
}

fn lock(bucket: &Bucket, now: u64) -> Option<Duration> {
    let left = bucket.locked_until().saturating_sub(now);
    (left > 0).then(|| Duration::from_millis(left))
}

/// A thread that panicked while it held it left whole buckets behind.
fn open(shard: &Mutex<Shard>) -> std::sync::MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl LimitStore for MemoryStore {
    fn acquire<'a>(&'a self, key: &'a BucketKey, ask: Acquire) -> Storing<'a, Verdict> {
        Box::pin(async move { Ok(self.acquire_now(key, &ask)) })
    }

    fn complete<'a>(&'a self, key: &'a BucketKey, done: Complete) -> Storing<'a, Completed> {
        Box::pin(async move { Ok(self.complete_now(key, &done)) })
    }

    fn look<'a>(&'a self, key: &'a BucketKey, rule: Rule) -> Storing<'a, Look> {
        Box::pin(async move { Ok(self.look_now(key, &rule)) })
    }

    fn known_lock(&self, key: &BucketKey) -> Option<Duration> {
        self.lock_now(key)
    }

    /// Other clients of this process may use it, and name their users as this one does.
    fn is_shared(&self) -> bool {
        false
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryStore").field("buckets", &self.size().0).finish_non_exhaustive()
    }
}
