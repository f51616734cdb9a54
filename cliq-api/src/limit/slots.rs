//! All buckets of a limiter, by spec and user. Idle ones are removed while others are used.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::bucket::Bucket;
use super::message::{LeaseId, LockSource, Locked};
use super::queue::{Position, Queue};
use super::registry::{BucketId, UserBucket};
use super::rules::Rules;
use crate::user_key::UserKey;

/// So that users don't block one another.
const SHARDS: usize = 64;
/// Milliseconds between sweeping one shard and the next.
const SWEEP: u64 = 1000;

/// Above the names that a limiter counts.
const OF_ONE: u64 = 1 << 63;

/// What identifies a slot, with its hash.
#[derive(Clone, Copy)]
struct Key<'k> {
    hash: u32,
    bucket: u32,
    user: Option<&'k str>,
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        // A user's calls have copies of one text: mostly nothing of it has to be read.
        let is_user = match (self.user, other.user) {
            (Some(one), Some(other)) => std::ptr::eq(one, other) || one == other,
            (one, other) => one.is_none() && other.is_none(),
        };
        (self.hash, self.bucket) == (other.hash, other.bucket) && is_user
    }
}

impl Eq for Key<'_> {}

/// Something that has a key: a slot, or the key itself, so that finding a slot copies nothing.
trait Keyed {
    fn key(&self) -> Key<'_>;
}

impl Keyed for Key<'_> {
    fn key(&self) -> Key<'_> {
        *self
    }
}

/// A slot in the set of its shard.
#[derive(Debug)]
struct Kept(Arc<Slot>);

impl Keyed for Kept {
    fn key(&self) -> Key<'_> {
        Key {
            hash: self.0.hash,
            bucket: self.0.id().index,
            user: self.0.bucket.user().map(UserKey::as_str),
        }
    }
}

impl<'k> Borrow<dyn Keyed + 'k> for Kept {
    fn borrow(&self) -> &(dyn Keyed + 'k) {
        self
    }
}

impl Hash for dyn Keyed + '_ {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u32(self.key().hash);
    }
}

impl PartialEq for dyn Keyed + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for dyn Keyed + '_ {}

impl Hash for Kept {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u32(self.0.hash);
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Kept {}

/// Passes on the hash that a key has.
#[derive(Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, _: &[u8]) {
        unreachable!("a key writes its hash")
    }

    fn write_u32(&mut self, hash: u32) {
        // Sets look at the upper bits too.
        self.0 = u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Hashes keys, with secrets that each limiter draws: users may have chosen their own names. It
/// multiplies where the standard library's hash, made for more than that, takes a tenth of a
/// permit's time.
#[derive(Debug)]
struct Secrets {
    begin: u64,
    factor: u64,
}

impl Secrets {
    fn new() -> Self {
        let random = RandomState::new();
        Self {
            begin: random.hash_one(0),
            factor: random.hash_one(1) | 1,
        }
    }

    /// Returns the key, and its shard.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the halves are used separately"
    )]
    fn key<'k>(&self, id: BucketId, user: Option<&'k UserKey>) -> (Key<'k>, usize) {
        let user = user.filter(|_| !id.per_app).map(UserKey::as_str);
        let bytes = user.unwrap_or_default().as_bytes();
        let (words, rest) = bytes.as_chunks::<8>();
        let mut hash = self.mix(self.begin ^ u64::from(id.index));
        for word in words {
            hash = self.mix(hash ^ u64::from_le_bytes(*word));
        }
        // Above the rest, its length: it may end with zeros.
        let rest = rest
            .iter()
            .rev()
            .fold(rest.len() as u64, |last, &byte| last << 8 | u64::from(byte));
        let hash = self.mix(hash ^ rest);
        let key = Key {
            hash: hash as u32,
            bucket: id.index,
            user,
        };
        (key, (hash >> 32) as usize % SHARDS)
    }

    /// Folds the product: its middle depends on all bits of both factors.
    #[expect(clippy::cast_possible_truncation, reason = "the halves are folded")]
    fn mix(&self, word: u64) -> u64 {
        let product = u128::from(word) * u128::from(self.factor);
        product as u64 ^ (product >> 64) as u64
    }
}

/// One user's bucket, and the calls that wait for it.
#[derive(Debug)]
pub(super) struct Slot {
    hash: u32,
    /// Whether the bucket ever knew of a lockout, to see without the mutex that it did not.
    may_be_locked: AtomicBool,
    pub(super) bucket: UserBucket,
    local: Mutex<Local>,
}

#[derive(Debug)]
pub(super) struct Local {
    /// Unused with a store.
    pub(super) bucket: Bucket,
    /// Until when the lockout lasts that a store reported, in the limiter's milliseconds; 0 for
    /// none.
    reported_until: u64,
    reported_by: LockSource,
    /// Whether the last lockout began although the limiter had allowed the call.
    pub(super) unexpected_lock: bool,
    leases: u32,
    queue: Option<Box<Queue>>,
}

impl Slot {
    pub(super) fn lock(&self) -> MutexGuard<'_, Local> {
        lock(&self.local)
    }

    pub(super) fn rules(&self) -> &Rules {
        self.bucket.rules()
    }

    pub(super) fn id(&self) -> BucketId {
        self.bucket.registered().id
    }

    /// Records whether the bucket knows of a lockout.
    pub(super) fn note_lock(&self, local: &Local) {
        self.may_be_locked
            .store(local.bucket.locked_until > 0, Ordering::Relaxed);
    }

    pub(super) fn may_be_locked(&self) -> bool {
        self.may_be_locked.load(Ordering::Relaxed)
    }
}

impl Local {
    pub(super) fn queue(&mut self) -> &mut Queue {
        self.queue.get_or_insert_default()
    }

    /// The name of a lease of this bucket alone: no limiter names another one like that.
    pub(super) fn lease(&mut self) -> LeaseId {
        self.leases = self.leases.wrapping_add(1);
        LeaseId(OF_ONE | u64::from(self.leases))
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
        if self.reported_until < until {
            self.reported_until = until;
            self.reported_by = locked.source;
        }
    }

    /// The lockout that a store reported, if it is still in force.
    pub(super) fn reported(&self, now: u64) -> Option<Locked> {
        let left = self.reported_until.saturating_sub(now);
        (left > 0).then(|| Locked {
            left: Duration::from_millis(left),
            source: self.reported_by,
        })
    }

    fn is_idle(&mut self, now: u64, rules: &Rules) -> bool {
        self.waiting().is_none() && self.reported(now).is_none() && self.bucket.is_idle(now, rules)
    }
}

type Shard = HashSet<Kept, BuildHasherDefault<Hashed>>;

#[derive(Debug)]
pub(super) struct Slots {
    shards: [Mutex<Shard>; SHARDS],
    secrets: Secrets,
    next_sweep: AtomicU64,
    next_shard: AtomicUsize,
}

impl Slots {
    pub(super) fn new() -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            secrets: Secrets::new(),
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
        let (key, shard) = self.secrets.key(id, user);
        let mut shard = lock(&self.shards[shard]);
        if let Some(Kept(slot)) = shard.get(&key as &dyn Keyed) {
            return Some(Arc::clone(slot));
        }
        let bucket = bucket()?;
        let local = Mutex::new(Local {
            bucket: Bucket::new(bucket.rules(), now, 0),
            reported_until: 0,
            reported_by: LockSource::Observed,
            unexpected_lock: false,
            leases: 0,
            queue: None,
        });
        let slot = Arc::new(Slot {
            hash: key.hash,
            may_be_locked: AtomicBool::new(false),
            bucket,
            local,
        });
        shard.insert(Kept(Arc::clone(&slot)));
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
        shard.retain(|Kept(slot)| {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn id(index: u32) -> BucketId {
        BucketId {
            index,
            per_app: false,
            counted: true,
        }
    }

    /// Of names as users have them, and of names that differ in little.
    #[test]
    fn keys_spread_over_shards_and_sets() {
        // Fixed, so that chance has no part in it.
        let secrets = Secrets {
            begin: 0x243f_6a88_85a3_08d3,
            factor: 0x1319_8a2e_0370_7345,
        };
        let names = (0..4000).flat_map(|number| {
            [
                format!("{number}"),
                format!("user-{number:09}"),
                format!("{number:x}@example.com"),
                "\0".repeat(number),
            ]
        });
        let users: HashSet<_> = names.map(UserKey::new).collect();
        let mut hashes = HashSet::new();
        let (mut shards, mut sets) = ([0; SHARDS], [0; SHARDS]);
        for user in &users {
            for bucket in 0..4 {
                let (key, shard) = secrets.key(id(bucket), Some(user));
                hashes.insert((key.hash, shard));
                shards[shard] += 1;
                sets[key.hash as usize % SHARDS] += 1;
            }
        }
        let count = 4 * users.len();
        assert_eq!(hashes.len(), count);
        for counts in [shards, sets] {
            let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
            let each = count / SHARDS;
            assert!(least * 3 > each * 2 && most * 2 < each * 3, "{counts:?}");
        }
    }

    #[test]
    fn a_bucket_per_app_is_the_same_for_all_users() {
        let secrets = Secrets::new();
        let per_app = BucketId {
            per_app: true,
            ..id(1)
        };
        let user = UserKey::new("1");
        let of_app = secrets.key(per_app, None).0;
        assert!(secrets.key(per_app, Some(&user)).0 == of_app);
        assert!(secrets.key(id(1), Some(&user)).0 != of_app);
    }
}
