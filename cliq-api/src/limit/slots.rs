//! All buckets of a limiter, found by server, user and shape. Those that know nothing any more are
//! removed while others are used.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::bucket::Bucket;
use super::message::{LockSource, Locked};
use super::queue::Queue;
use super::rules::Rules;
use super::shape::Shape;
use crate::user_key::UserKey;

/// So that users don't wait for one another.
const SHARDS: usize = 64;
/// In milliseconds, between looking through one shard and through the next.
const SWEEP: u64 = 1000;

/// Whose calls to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) server: u32,
    pub(super) shape: u32,
    pub(super) user: Option<UserKey>,
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from(self.server) << 32 | u64::from(self.shape));
        if let Some(user) = &self.user {
            state.write(user.as_str().as_bytes());
        }
    }
}

impl Key {
    /// Quick, and even enough.
    fn shard(&self) -> usize {
        let user = self
            .user
            .as_ref()
            .map_or(&[][..], |user| user.as_str().as_bytes());
        let mut mixed = self.shape.wrapping_mul(0x9e37_79b9) ^ self.server;
        for &byte in user.iter().rev().take(8) {
            mixed = (mixed ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
        (mixed >> 16) as usize % SHARDS
    }
}

/// One bucket, and who waits for it.
#[derive(Debug)]
pub(super) struct Slot(Mutex<Local>);

#[derive(Debug)]
pub(super) struct Local {
    /// Unused where a store keeps it.
    pub(super) bucket: Bucket,
    /// What a store said of a lock: until when, in the limiter's milliseconds.
    told: Option<(u64, LockSource)>,
    queue: Option<Box<Queue>>,
}

impl Slot {
    pub(super) fn lock(&self) -> MutexGuard<'_, Local> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Local {
    pub(super) fn queue(&mut self) -> &mut Queue {
        self.queue.get_or_insert_default()
    }

    /// `None` if nobody waits.
    pub(super) fn waiting(&mut self) -> Option<&mut Queue> {
        let queue = self.queue.as_deref_mut()?;
        (queue.len() > 0).then_some(queue)
    }

    /// Gives up a place in line.
    pub(super) fn leave(&mut self, key: super::queue::Key) {
        if let Some(queue) = &mut self.queue {
            queue.remove(key);
            if queue.len() == 0 {
                self.queue = None;
            }
        }
    }

    /// A store told of a lock.
    pub(super) fn note(&mut self, now: u64, locked: Locked) {
        let until = now
            .saturating_add(u64::try_from(locked.left.as_millis()).unwrap_or(u64::MAX))
            .saturating_add(1);
        if self.told.is_none_or(|(told, _)| told < until) {
            self.told = Some((until, locked.why));
        }
    }

    /// What a store told of a lock, if that is not over.
    pub(super) fn told(&self, now: u64) -> Option<Locked> {
        let (until, why) = self.told?;
        let left = until.checked_sub(now).filter(|&left| left > 0)?;
        Some(Locked {
            left: std::time::Duration::from_millis(left),
            why,
        })
    }

    fn is_idle(&mut self, now: u64, rules: &Rules) -> bool {
        self.waiting().is_none() && self.told(now).is_none() && self.bucket.is_idle(now, rules)
    }
}

#[derive(Debug)]
pub(super) struct Slots {
    shards: [Mutex<HashMap<Key, Entry>>; SHARDS],
    next_sweep: AtomicU64,
    next_shard: AtomicUsize,
}

#[derive(Debug)]
struct Entry {
    slot: Arc<Slot>,
    shape: Arc<Shape>,
}

impl Slots {
    pub(super) fn new() -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            next_sweep: AtomicU64::new(SWEEP),
            next_shard: AtomicUsize::new(0),
        }
    }

    /// The slot, made if there is none; `started` is when the limiter began to know of calls.
    pub(super) fn get_or_make(
        &self,
        key: Key,
        shape: &Arc<Shape>,
        now: u64,
        started: u64,
    ) -> Arc<Slot> {
        self.sweep(now);
        let mut shard = lock(&self.shards[key.shard()]);
        let entry = shard.entry(key).or_insert_with(|| {
            let bucket = Bucket::new(&shape.rules, now, started);
            let slot = Arc::new(Slot(Mutex::new(Local {
                bucket,
                told: None,
                queue: None,
            })));
            Entry {
                slot,
                shape: Arc::clone(shape),
            }
        });
        Arc::clone(&entry.slot)
    }

    pub(super) fn get(&self, key: &Key) -> Option<Arc<Slot>> {
        lock(&self.shards[key.shard()])
            .get(key)
            .map(|entry| Arc::clone(&entry.slot))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).len()).sum()
    }

    /// Looks through one shard after the other, one in a second, for what can go.
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
        shard.retain(|_, Entry { slot, shape }| {
            // Who has it in hand keeps it; nobody gets it while the shard is locked.
            Arc::strong_count(slot) > 1 || !slot.lock().is_idle(now, &shape.rules)
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
