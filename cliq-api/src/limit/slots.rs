//! All buckets of a limiter, by spec and user. Idle ones are removed while others are used.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::bucket::Bucket;
use super::message::{LockSource, Locked};
use super::queue::{Position, Queue};
use super::registry::{BucketId, UserBucket};
use super::rules::Rules;
use crate::user_key::UserKey;

/// So that users don't block one another.
const SHARDS: usize = 64;
/// Milliseconds between sweeping one shard and the next.
const SWEEP: u64 = 1000;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    bucket: u32,
    user: Option<UserKey>,
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u32(self.bucket);
        if let Some(user) = &self.user {
            state.write(user.as_str().as_bytes());
        }
    }
}

impl Key {
    fn new(id: BucketId, user: Option<&UserKey>) -> Self {
        Self {
            bucket: id.index,
            user: user.filter(|_| !id.per_app).cloned(),
        }
    }

    /// Fast, and even enough.
    fn shard(&self) -> usize {
        let user = self
            .user
            .as_ref()
            .map_or(&[][..], |user| user.as_str().as_bytes());
        let mut mixed = self.bucket.wrapping_mul(0x9e37_79b9);
        for &byte in user.iter().rev().take(8) {
            mixed = (mixed ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
        (mixed >> 16) as usize % SHARDS
    }
}

/// One user's bucket, and the calls that wait for it.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) id: BucketId,
    pub(super) bucket: UserBucket,
    local: Mutex<Local>,
    /// When the bucket's lockout ends, to see without the mutex that there is none.
    locked_until: AtomicU64,
}

#[derive(Debug)]
pub(super) struct Local {
    /// Unused with a store.
    pub(super) bucket: Bucket,
    /// The lockout that a store reported: until when, in the limiter's milliseconds.
    reported: Option<(u64, LockSource)>,
    /// Whether the last lockout began although the limiter had allowed the call.
    pub(super) unexpected_lock: bool,
    queue: Option<Box<Queue>>,
}

impl Slot {
    pub(super) fn lock(&self) -> MutexGuard<'_, Local> {
        lock(&self.local)
    }

    pub(super) fn rules(&self) -> &Rules {
        self.bucket.rules()
    }

    /// Records when the lockout ends that the bucket knows of.
    pub(super) fn note_lock(&self, local: &Local) {
        self.locked_until
            .store(local.bucket.locked_until, Ordering::Relaxed);
    }

    pub(super) fn may_be_locked(&self, now: u64) -> bool {
        now < self.locked_until.load(Ordering::Relaxed)
    }
}

impl Local {
    pub(super) fn queue(&mut self) -> &mut Queue {
        self.queue.get_or_insert_default()
    }

    /// `None` if no call waits.
    pub(super) fn waiting(&mut self) -> Option<&mut Queue> {
        let queue = self.queue.as_deref_mut()?;
        (queue.len() > 0).then_some(queue)
    }

    /// Gives up a place in line.
    pub(super) fn leave(&mut self, position: Position) {
        if let Some(queue) = &mut self.queue {
            queue.remove(position);
            if queue.len() == 0 {
                self.queue = None;
            }
        }
    }

    /// Records a lockout that a store reported.
    pub(super) fn note(&mut self, now: u64, locked: Locked) {
        let until = now
            .saturating_add(u64::try_from(locked.left.as_millis()).unwrap_or(u64::MAX))
            .saturating_add(1);
        if self.reported.is_none_or(|(known, _)| known < until) {
            self.reported = Some((until, locked.source));
        }
    }

    /// The lockout that a store reported, if it is still in force.
    pub(super) fn reported(&self, now: u64) -> Option<Locked> {
        let (until, source) = self.reported?;
        let left = until.checked_sub(now).filter(|&left| left > 0)?;
        Some(Locked {
            left: Duration::from_millis(left),
            source,
        })
    }

    fn is_idle(&mut self, now: u64, rules: &Rules) -> bool {
        self.waiting().is_none() && self.reported(now).is_none() && self.bucket.is_idle(now, rules)
    }
}

#[derive(Debug)]
pub(super) struct Slots {
    shards: [Mutex<HashMap<Key, Arc<Slot>>>; SHARDS],
    next_sweep: AtomicU64,
    next_shard: AtomicUsize,
}

impl Slots {
    pub(super) fn new() -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            next_sweep: AtomicU64::new(SWEEP),
            next_shard: AtomicUsize::new(0),
        }
    }

    /// Returns the slot, created by `bucket` if there is none; the limiter has counted calls since
    /// time 0.
    pub(super) fn get_or_insert(
        &self,
        id: BucketId,
        user: Option<&UserKey>,
        now: u64,
        bucket: impl FnOnce() -> Option<UserBucket>,
    ) -> Option<Arc<Slot>> {
        self.sweep(now);
        let key = Key::new(id, user);
        let mut shard = lock(&self.shards[key.shard()]);
        if let Some(slot) = shard.get(&key) {
            return Some(Arc::clone(slot));
        }
        let bucket = bucket()?;
        let local = Mutex::new(Local {
            bucket: Bucket::new(bucket.rules(), now, 0),
            reported: None,
            unexpected_lock: false,
            queue: None,
        });
        let slot = Arc::new(Slot {
            id,
            bucket,
            local,
            locked_until: AtomicU64::new(0),
        });
        shard.insert(key, Arc::clone(&slot));
        Some(slot)
    }

    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).len()).sum()
    }

    /// Removes idle slots, of one shard per second.
    fn sweep(&self, now: u64) {
        let due = self.next_sweep.load(Ordering::Relaxed);
        if now < due
            || self
                .next_sweep
                .compare_exchange(due, now + SWEEP, Ordering::Relaxed, Ordering::Relaxed)
                .is_err()
        {
            return;
        }
        let index = self.next_shard.fetch_add(1, Ordering::Relaxed) % SHARDS;
        let mut shard = lock(&self.shards[index]);
        shard.retain(|_, slot| {
            // A slot in use is kept; nobody gets another one while the shard is locked.
            Arc::strong_count(slot) > 1 || !slot.lock().is_idle(now, slot.rules())
        });
        if shard.capacity() > 4 * shard.len() {
            let twice = 2 * shard.len();
            shard.shrink_to(twice);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
