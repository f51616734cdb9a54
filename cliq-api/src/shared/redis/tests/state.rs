//! What `bucket.lua` keeps besides the buckets: epochs, messages, and for how long.

use std::time::{Duration, Instant};

use redis::{Commands, Connection, Script};

use super::server::Redis;
use super::{Content, connect, timed};
use crate::limit::{
    Acquire, Bucket, BucketSpec, CallEnd, Complete, LeaseId, LimitSettings, LimitStore, Priority,
    Quota, Rules, Source, UserBucket,
};
use crate::meta::Limit;
use crate::shared::RedisLimitStore;
use crate::shared::redis::calls::{Calls, NO_RULES, Named};
use crate::shared::redis::place::Place;

const MINUTE: u64 = 60_000;
/// The time at which a test begins.
const NOW: u64 = 1_700_000_000_000;

/// A server with one bucket: three slots in a minute and a second, and a lockout of ten minutes.
struct World {
    redis: Redis,
    connection: Connection,
    script: Script,
    place: Place,
    rules: Rules,
}

impl World {
    fn new() -> Self {
        Self::with(&spec(), LimitSettings::new().cold_start(false))
    }

    fn with(spec: &BucketSpec, settings: LimitSettings) -> Self {
        let redis = Redis::start(&["--appendonly", "no"]);
        let (connection, place) = (connect(&redis), Place::new(&redis.url()).unwrap());
        Self {
            redis,
            connection,
            script: timed(),
            place,
            rules: Rules::new(spec, &settings.grace(Duration::from_mins(2))),
        }
    }

    fn named(&self) -> Vec<Named> {
        vec![Named {
            name: "bucket".to_owned(),
            rules: self.rules,
        }]
    }

    fn acquire(&mut self, now: u64, lease: u64) -> Vec<i64> {
        self.acquire_for(now, lease, 30_000)
    }

    fn acquire_for(&mut self, now: u64, lease: u64, timeout: u64) -> Vec<i64> {
        let timeout = Duration::from_millis(timeout);
        self.ask(now, &Acquire::new(LeaseId(lease), Source(7), timeout))
    }

    fn ask(&mut self, now: u64, ask: &Acquire) -> Vec<i64> {
        let calls = Calls {
            script: &self.script,
            place: &self.place,
        };
        let mut call = calls.acquire(&self.named(), ask);
        let mut answers: Vec<Vec<i64>> = call.arg(now).invoke(&mut self.connection).unwrap();
        answers.remove(0)
    }

    fn complete(&mut self, now: u64, lease: u64, end: CallEnd) -> Vec<i64> {
        self.report(now, Complete::new(LeaseId(lease), Source(7), end))
    }

    fn report(&mut self, now: u64, report: Complete) -> Vec<i64> {
        let calls = Calls {
            script: &self.script,
            place: &self.place,
        };
        let mut named = self.named();
        let mut call = calls.complete(&[(named.remove(0), report)]);
        let mut answers: Vec<Vec<i64>> = call.arg(now).invoke(&mut self.connection).unwrap();
        answers.remove(0)
    }

    fn peek(&mut self, now: u64) -> Vec<i64> {
        let calls = Calls {
            script: &self.script,
            place: &self.place,
        };
        let mut call = calls.peek(&self.named(), Priority::Normal);
        let mut answers: Vec<Vec<i64>> = call.arg(now).invoke(&mut self.connection).unwrap();
        answers.remove(0)
    }

    fn merge(&mut self, now: u64, rules: [i64; 12], bucket: &Bucket, as_of: u64) {
        let calls = Calls {
            script: &self.script,
            place: &self.place,
        };
        let mut call = calls.merge("bucket", rules, bucket, as_of);
        let answers: Vec<Vec<i64>> = call.arg(now).invoke(&mut self.connection).unwrap();
        assert_eq!(answers, [[0]]);
    }

    fn key(&self) -> String {
        self.place.key("limit", "bucket")
    }

    /// The epoch in which the bucket is whole, and its content.
    fn stored(&mut self) -> Option<(u64, Content)> {
        let bytes: Option<Vec<u8>> = self.connection.get(self.key()).unwrap();
        let bytes = bytes?;
        let (epoch, bytes) = bytes.split_first_chunk().unwrap();
        Some((u64::from_be_bytes(*epoch), Content::of(bytes)))
    }

    fn epoch(&mut self) -> Option<String> {
        self.connection.get(self.place.key("epoch", "")).unwrap()
    }

    fn set_epoch(&mut self, epoch: &str) {
        let key = self.place.key("epoch", "");
        let _: () = self.connection.set(key, epoch).unwrap();
    }

    /// Asserts for how long what `write` stores is kept, which is no different when it is repeated.
    fn assert_kept_for(&mut self, millis: u64, mut write: impl FnMut(&mut Self)) {
        let mut left = 0;
        let begun = Instant::now();
        // A busy machine takes its time.
        while begun.elapsed() < Duration::from_secs(10) {
            write(self);
            left = self.connection.pttl(self.key()).unwrap();
            if (millis - 50..=millis).contains(&left) {
                return;
            }
        }
        panic!("{left} are left of {millis}");
    }
}

fn spec() -> BucketSpec {
    let spec = BucketSpec::new("", "").limit(Limit::new(4, Duration::from_mins(1)));
    spec.lock(Duration::from_mins(10))
}

const THROTTLED: CallEnd = CallEnd::Throttled { retry_after: None };

#[test]
fn an_epoch_begins_when_the_server_may_have_lost_something() {
    let mut world = World::new();
    let run = world.redis.tell(&["INFO", "server"]);
    let run = run.lines().find_map(|line| line.strip_prefix("run_id:"));
    let run = run.unwrap().to_owned();
    let begun = |time: u64| Some(format!("{run} {time}"));
    world.peek(NOW);
    assert_eq!(world.epoch(), None, "a look begins none");
    world.acquire(NOW, 1);
    assert_eq!(world.epoch(), begun(NOW));
    world.acquire(NOW + 5, 1);
    assert_eq!(world.epoch(), begun(NOW));
    assert_eq!(world.stored().unwrap().0, NOW);
    // Another server.
    world.set_epoch(&format!("0123 {NOW}"));
    world.complete(NOW + 10, 1, CallEnd::Answered);
    assert_eq!(world.epoch(), begun(NOW + 10));
    assert_eq!(world.stored().unwrap().0, NOW + 10);
    // A clock that was set back.
    world.acquire(NOW + 9, 1);
    assert_eq!(world.epoch(), begun(NOW + 9));
    for damaged in ["", "something", &format!("{run} "), &format!("{run} x")] {
        world.set_epoch(damaged);
        world.acquire(NOW + 20, 1);
        assert_eq!(world.epoch(), begun(NOW + 20), "{damaged}");
        world.set_epoch(&format!("{run} {NOW}"));
    }
    // Not by a merge, and yet another epoch.
    world.set_epoch("");
    world.merge(
        NOW + 30,
        NO_RULES,
        &Bucket::of_lock(Duration::from_secs(1), Source(3)),
        0,
    );
    assert_eq!(world.epoch(), begun(NOW + 30));
    assert_eq!(
        world.stored().unwrap().0,
        NOW + 20,
        "a merge makes nothing whole"
    );
}

/// Calls that were allowed before an epoch count once, until they are forgotten.
#[test]
fn in_a_new_epoch_all_slots_are_used() {
    let settings = LimitSettings::new().permit_ttl(Duration::from_mins(5));
    let mut world = World::with(&spec(), settings);
    let settled = NOW + 5 * MINUTE + 61_000;
    for now in [NOW, NOW + 1000, settled - 1] {
        let waits = i64::try_from(settled - now).unwrap();
        assert_eq!(world.acquire(now, 1), [2, waits, waits, 1]);
    }
    assert_eq!(world.acquire(settled, 1), [1, 300_000]);
    // Under way, it is one of them.
    world.set_epoch("");
    world.acquire(settled + 1, 2);
    let (_, content) = world.stored().unwrap();
    assert_eq!((content.held.len(), content.out.len()), (2, 1));
    // In later epochs that began before all that is forgotten, nothing is added.
    let before = world.stored();
    world.acquire(settled + 1, 2);
    assert_eq!(world.stored(), before);

    // What is over takes no slot from those that are used.
    world.redis.tell(&["FLUSHALL"]);
    world.acquire(NOW, 1);
    world.acquire(settled, 1);
    world.complete(settled, 1, CallEnd::Answered);
    world.set_epoch("");
    let later = settled + 61_001;
    world.acquire(later, 2);
    let (_, content) = world.stored().unwrap();
    assert_eq!(content.held, [later + 5 * MINUTE + 61_000; 3]);
}

/// A retry's slot isn't one of the cold start's, even if it becomes free with them.
#[test]
fn a_retry_is_no_cold_start() {
    let settings = LimitSettings::new().reserved_for_urgent(2);
    let mut world = World::with(&spec(), settings);
    let settled = NOW + 30_000 + 61_000;
    world.acquire(NOW, 1);
    let retry = Acquire::new(LeaseId(2), Source(7), Duration::from_secs(30)).retry(true);
    assert_eq!(world.ask(settled, &retry)[0], 1);
    world.set_epoch("");
    world.acquire(settled, 3);
    world.complete(settled + 29_999, 2, CallEnd::Answered);
    let (_, content) = world.stored().unwrap();
    assert_eq!(content.held, [content.cold_until; 3]);
    let [waits, cold] = [61_001, 0];
    assert_eq!(world.acquire(settled + 29_999, 3), [2, waits, waits, cold]);
}

/// A wait is certain if no response that arrives now would free a slot earlier.
#[test]
fn a_certain_wait_is_checked_at_its_end() {
    let mut world = World::new();
    for lease in 1..=3 {
        world.acquire(NOW, lease);
    }
    world.complete(NOW, 1, CallEnd::Answered);
    assert_eq!(world.acquire(NOW, 4), [2, 61_001, 61_001, 0]);
}

/// While the server's quota is used up, a call checks again when a slot becomes free or a lease
/// ends: a response may report more by then.
#[test]
fn a_used_quota_is_checked_before_its_reset() {
    for (timeout, look) in [(60 * MINUTE, 61_001), (0, 30_001)] {
        let mut world = World::new();
        for lease in 1..=3 {
            world.acquire_for(NOW, lease, timeout);
        }
        world.complete(NOW, 1, CallEnd::Answered);
        let quota = Quota::new(0, Duration::from_mins(3));
        let report = Complete::new(LeaseId(2), Source(7), CallEnd::Answered);
        world.report(NOW, report.quota(Some(quota)));
        assert_eq!(world.acquire(NOW, 4), [2, 181_001, look, 0]);
    }
}

/// A call that was allowed before the epoch is known by its lease; one without a lease had no slot.
#[test]
fn in_a_new_epoch_calls_under_way_are_adopted() {
    let mut world = World::new();
    world.complete(NOW, 0, CallEnd::Unanswered);
    let (_, content) = world.stored().unwrap();
    assert_eq!((content.late_until, content.held), (0, vec![]));
    world.complete(NOW, 1, CallEnd::Unanswered);
    let (_, content) = world.stored().unwrap();
    assert_eq!(content.late_until, NOW + 1 + 2 * MINUTE);
    assert_eq!(content.held, [NOW + 1 + 2 * MINUTE + 61_000]);
    // Not any more.
    world.complete(NOW + 30_000 + 61_000, 2, CallEnd::Answered);
    assert_eq!(world.stored().unwrap().1.held.len(), 1);
    world.complete(NOW + 30_000 + 60_999, 2, CallEnd::Answered);
    assert_eq!(world.stored().unwrap().1.held.len(), 2);
}

/// An answer to a call that was allowed before the epoch may be older than what is known.
#[test]
fn in_a_new_epoch_the_stricter_quota_counts() {
    let mut world = World::new();
    let mut report = |lease, left| {
        let quota = Quota::new(left, Duration::from_mins(2));
        let report = Complete::new(LeaseId(lease), Source(7), CallEnd::Answered);
        world.report(NOW, report.quota(Some(quota)));
        world.stored().unwrap().1.quota_left
    };
    assert_eq!([report(1, 3), report(2, 9), report(3, 2)], [2, 2, 1]);
}

/// A call without a response may have extended a lockout that is in force, to its last millisecond.
#[test]
fn an_unanswered_call_extends_a_lockout_in_force() {
    let until = NOW + 601_001;
    let extended = until - 1 + 2 * MINUTE + 10 * MINUTE + 1000;
    for (now, expected) in [(until - 2, extended), (until - 1, until)] {
        let mut world = World::new();
        world.acquire(NOW, 1);
        world.acquire_for(NOW, 2, 60 * MINUTE);
        world.complete(NOW, 1, THROTTLED);
        // Within a millisecond.
        world.complete(now, 2, CallEnd::Unanswered);
        assert_eq!(world.stored().unwrap().1.locked_until, expected);
    }
}

/// A quota is explained by calls that ended since its window began, to the millisecond.
#[test]
fn a_quota_that_the_calls_explain_is_not_stored() {
    // A window, a margin, and a second as the server rounds.
    let longest = 60_000 + 1000 + 1000;
    for (reset, is_stored) in [(longest - 10_000, false), (longest - 9_999, true)] {
        let mut world = World::new();
        world.acquire(NOW, 1);
        world.complete(NOW, 1, CallEnd::Answered);
        world.acquire(NOW + 10_000, 2);
        let quota = Quota::new(2, Duration::from_millis(reset)).of(4);
        let report = Complete::new(LeaseId(2), Source(7), CallEnd::Answered);
        world.report(NOW + 10_000, report.quota(Some(quota)));
        let (_, content) = world.stored().unwrap();
        assert_eq!(content.quota_until > 0, is_stored, "{reset}");
    }
}

/// How long a lease lasts is stored as a power of two that is no less.
#[test]
fn lengths() {
    let settings = LimitSettings::new().cold_start(false);
    let settings = settings.permit_ttl(Duration::ZERO);
    let mut world = World::with(&spec(), settings);
    let longest = u64::from(u32::MAX);
    for (timeout, length) in [
        (0, 1),
        (1, 1),
        (2, 2),
        (3, 2),
        (4, 3),
        (1023, 10),
        (1024, 11),
        (longest / 4, 30),
        (longest / 2, 31),
        (longest, 31),
    ] {
        world.redis.tell(&["FLUSHALL"]);
        world.acquire_for(NOW, 1, timeout);
        let (_, there) = world.stored().unwrap();
        assert_eq!(there.out[0].2, length << 2, "{timeout}");
        let mut here = Bucket::new(&world.rules, NOW, 0);
        let ask = Acquire::new(LeaseId(1), Source(7), Duration::from_millis(timeout));
        here.acquire(NOW, &world.rules, &ask);
        assert_eq!(there, Content::of(&here.encode()));
    }
    // A clock that was ahead prolongs none, the shortest included.
    world.redis.tell(&["FLUSHALL"]);
    world.acquire_for(NOW - 1, 1, 0);
    world.complete(NOW - 1, 1, CallEnd::Unsent);
    world.acquire_for(NOW + 24 * 60 * MINUTE, 1, 0);
    world.acquire_for(NOW, 2, 0);
    let (_, content) = world.stored().unwrap();
    assert_eq!(content.out, [(1, NOW + 2, 1 << 2), (2, NOW + 1, 1 << 2)]);
}

/// What peers hear: lockouts that are new, or end noticeably later, and losses.
#[test]
fn messages() {
    let mut world = World::new();
    let mut listener = connect(&world.redis);
    let mut listener = listener.as_pubsub();
    listener.subscribe("{cliq_api}:locks:").unwrap();
    let mut heard = |world: &mut World| {
        let _: u32 = world
            .connection
            .publish("{cliq_api}:locks:", "end")
            .unwrap();
        let mut next = || listener.get_message().unwrap().get_payload().unwrap();
        let heard: Vec<String> = std::iter::from_fn(|| Some(next()))
            .take_while(|message| message != "end")
            .collect();
        heard
    };
    world.peek(NOW);
    assert_eq!(heard(&mut world), [""; 0]);
    world.acquire(NOW, 1);
    assert_eq!(heard(&mut world), ["lost"]);
    world.acquire(NOW, 2);
    world.acquire(NOW + 1, 2);
    assert_eq!(heard(&mut world), [""; 0]);
    let lock = "bucket 601001 7";
    world.complete(NOW + 1000, 1, THROTTLED);
    assert_eq!(heard(&mut world), [lock]);
    world.complete(NOW + 1100, 1, THROTTLED);
    world.acquire(NOW + 1100, 3);
    assert_eq!(
        heard(&mut world),
        [""; 0],
        "a tenth of a second is nothing new"
    );
    world.complete(NOW + 1201, 1, THROTTLED);
    assert_eq!(heard(&mut world), [lock]);
    // The other call got no response, and might have extended the lockout: until before that
    // anybody looks.
    world.acquire(NOW + 30 * MINUTE, 3);
    let (_, content) = world.stored().unwrap();
    assert!(content.locked_until > NOW + 12 * MINUTE && content.locked_until < NOW + 30 * MINUTE);
    assert_eq!(heard(&mut world), [""; 0]);
    // A bucket that can't be read may have been locked.
    let _: () = world.connection.set(world.key(), "damaged").unwrap();
    world.acquire(NOW + 30 * MINUTE, 3);
    assert_eq!(heard(&mut world), ["bucket 601000 0"]);
    // Peers tell it again.
    let longer = Bucket::of_lock(Duration::from_mins(11), Source(5));
    world.merge(NOW + 30 * MINUTE, NO_RULES, &longer, 0);
    assert_eq!(heard(&mut world), ["bucket 660000 5"]);
}

/// A key is gone when it is no different from none, and a second later.
#[test]
fn lifetimes() {
    let mut world = World::new();
    world.acquire(NOW, 1);
    // Its lease, the grace, and caution for a lockout that nobody heard of.
    let lease = 60_001;
    let unanswered = lease + 2 * MINUTE + 10 * MINUTE + 1000;
    world.assert_kept_for(unanswered + 1000, |world| drop(world.acquire(NOW, 1)));
    // Merged by one that doesn't know the rules, it lives no shorter.
    let before: u64 = world.connection.pttl(world.key()).unwrap();
    let lock = Bucket::of_lock(Duration::from_secs(1), Source(3));
    world.merge(NOW, NO_RULES, &lock, 0);
    let after: u64 = world.connection.pttl(world.key()).unwrap();
    assert!(before.abs_diff(after) < MINUTE, "{before} {after}");
    let answered = world.complete(NOW + 1000, 1, CallEnd::Answered);
    assert_eq!(answered, [0, 3, 0], "that lockout is over");
    let again = |world: &mut World| drop(world.complete(NOW + 1000, 1, CallEnd::Unsent));
    world.assert_kept_for(61_001 + 1000, again);
    world.acquire(NOW + 2000, 2);
    world.complete(NOW + 2000, 2, CallEnd::Unsent);
    world.assert_kept_for(60_001 + 1000, |world| {
        drop(world.complete(NOW + 2000, 2, CallEnd::Unsent));
    });
    // A lockout, and caution for as long.
    world.complete(NOW + 3000, 1, THROTTLED);
    let again = |world: &mut World| drop(world.complete(NOW + 3000, 1, CallEnd::Unsent));
    world.assert_kept_for(601_001 + 10 * MINUTE + 1000, again);
    let spec = BucketSpec::new("", "");
    let mut world = World::with(&spec, LimitSettings::new());
    world.acquire(NOW, 1);
    let quota = Quota::new(0, Duration::from_mins(3));
    let report = Complete::new(LeaseId(1), Source(7), CallEnd::Answered).quota(Some(quota));
    world.report(NOW, report);
    let again = |world: &mut World| drop(world.complete(NOW, 2, CallEnd::Unsent));
    world.assert_kept_for(3 * MINUTE + 1000 + 1 + 1000, again);
    // Nothing.
    world.redis.tell(&["FLUSHALL"]);
    world.assert_kept_for(1000, again);
}

/// What a process counted while it didn't reach the server, by another clock.
#[test]
fn merges() {
    let spec = spec().limit(Limit::new(10, Duration::from_mins(1)));
    let mut world = World::with(&spec, LimitSettings::new().cold_start(false));
    let (rules, numbers) = (world.rules, world.rules.numbers());
    let mut here = Bucket::new(&rules, 50, 0);
    let ask = |lease| Acquire::new(LeaseId(lease), Source(9), Duration::from_secs(30));
    let end = |lease, end| Complete::new(LeaseId(lease), Source(9), end);
    for lease in [21, 22, 23] {
        here.acquire(100, &rules, &ask(lease).retry(lease == 21));
    }
    here.complete(200, &rules, &end(21, CallEnd::Answered));
    let quota = Quota::new(9, Duration::from_mins(2));
    here.complete(300, &rules, &end(22, CallEnd::Answered).quota(Some(quota)));
    world.acquire(NOW, 1);
    world.acquire(NOW, 23);
    world.merge(NOW + 1000, numbers, &here, 400);
    let (_, content) = world.stored().unwrap();
    // Slots and a quota, moved to the server's clock; the lease that it knew is its own.
    assert_eq!(content.held, [NOW + 600 + 61_201, NOW + 600 + 61_301]);
    assert_eq!(
        content.out,
        [(1, NOW + 60_001, 16 << 2), (23, NOW + 60_001, 16 << 2)]
    );
    assert_eq!(
        (content.quota_left, content.quota_until),
        (7, NOW + 600 + 121_301)
    );
    assert_eq!(
        (
            content.locked_until,
            content.cautious_until,
            content.late_until
        ),
        (0, 0, 0)
    );

    // Once more, with a lease that it doesn't know and a lockout.
    here.acquire(400, &rules, &ask(24));
    here.complete(500, &rules, &end(22, THROTTLED));
    here.complete(500, &rules, &end(23, CallEnd::Unanswered));
    world.redis.tell(&["DEL", &world.key()]);
    world.acquire(NOW, 1);
    world.merge(NOW + 1000, numbers, &here, 600);
    let (epoch, content) = world.stored().unwrap();
    assert_eq!(epoch, NOW);
    let moved = |time: u64| NOW + 400 + time;
    let theirs = Content::of(&here.encode());
    assert_eq!(content.locked_until, moved(theirs.locked_until));
    assert_eq!(content.cautious_until, moved(theirs.cautious_until));
    assert_eq!(content.late_until, moved(theirs.late_until));
    assert_eq!((content.lock_from, content.base), (9, NOW));
    let held: Vec<_> = theirs.held.iter().map(|&time| moved(time)).collect();
    assert_eq!(content.held, held);
    // Nobody's response ends the caution.
    let (old, stale) = (1, 2);
    let ends = moved(theirs.out[0].1);
    assert_eq!(
        content.out,
        [
            (1, NOW + 60_001, 16 << 2 | old),
            (24, ends, 16 << 2 | old | stale)
        ]
    );
    // What is over isn't merged.
    world.redis.tell(&["DEL", &world.key()]);
    world.merge(NOW + 1000, numbers, &here, 500 + 24 * 60 * MINUTE);
    let (epoch, content) = world.stored().unwrap();
    assert_eq!(epoch, 0, "the next call makes it whole");
    assert_eq!(
        (content.held, content.locked_until, content.late_until),
        (vec![], 0, 0)
    );
    assert_eq!((content.quota_until, content.cautious_until), (0, 0));
}

/// The stricter of two lockouts and of two quotas.
#[test]
fn merges_keep_what_is_stricter() {
    let mut world = World::new();
    let (rules, numbers) = (world.rules, world.rules.numbers());
    world.acquire(NOW, 1);
    world.complete(NOW, 1, THROTTLED);
    let (_, before) = world.stored().unwrap();
    let lock = |seconds| Bucket::of_lock(Duration::from_secs(seconds), Source(3));
    world.merge(NOW + 1001, NO_RULES, &lock(600), 0);
    let (epoch, content) = world.stored().unwrap();
    assert_eq!((content, epoch), (before, NOW), "it ends with the other");
    world.merge(NOW + 1000, NO_RULES, &lock(601), 0);
    let (_, content) = world.stored().unwrap();
    assert_eq!(
        (content.locked_until, content.lock_from),
        (NOW + 602_000, 3)
    );

    // Over, so that it makes nobody cautious.
    let mut world = World::new();
    world.acquire(NOW, 1);
    let before = world.stored();
    world.merge(NOW, NO_RULES, &lock(1), 1000);
    assert_eq!(world.stored(), before);

    let quota = |left: u32, minutes| {
        let mut bucket = Bucket::new(&rules, 0, 0);
        let quota = Quota::new(left, Duration::from_mins(minutes));
        let report = Complete::new(LeaseId(5), Source(9), CallEnd::Answered).quota(Some(quota));
        bucket.complete(0, &rules, &report);
        bucket
    };
    let mut world = World::new();
    let mut merged = |now, left, minutes| {
        world.merge(now, numbers, &quota(left, minutes), 0);
        let (_, content) = world.stored().unwrap();
        (content.quota_left, content.quota_until - NOW)
    };
    let until = |minutes| minutes * MINUTE + 1001;
    // One is left as headroom.
    assert_eq!(merged(NOW, 6, 2), (5, until(2)));
    assert_eq!(merged(NOW, 6, 3), (5, until(2)), "no stricter");
    assert_eq!(merged(NOW, 5, 1), (4, until(1)));
    // Over.
    assert_eq!(merged(NOW + until(1), 8, 1), (7, 2 * until(1)));
}

#[test]
fn what_cannot_be_read_is_an_error_or_counts_as_lost() {
    let mut world = World::new();
    world.acquire(NOW, 3);
    world.complete(NOW, 3, CallEnd::Answered);
    world.acquire(NOW, 1);
    let whole: Vec<u8> = world.connection.get(world.key()).unwrap();
    let locked = vec![4, 601_000, 0];
    let set = |world: &mut World, bytes: &[u8]| {
        let key = world.key();
        let _: () = world.connection.set(key, bytes).unwrap();
    };
    for length in 0..whole.len() {
        set(&mut world, &whole[..length]);
        assert_eq!(world.acquire(NOW, 2), locked, "{length}");
    }
    set(&mut world, &[&whole[..], b"0"].concat());
    assert_eq!(world.acquire(NOW, 2), locked);
    let (epoch, content) = world.stored().unwrap();
    assert_eq!((epoch, content.held.len()), (NOW, 3));
    let mut other = whole.clone();
    other[8] = 1;
    set(&mut world, &other);
    assert_eq!(world.acquire(NOW, 2), locked, "there is no version 1");
    set(&mut world, &whole);
    assert_eq!(world.acquire(NOW, 2), [1, 30_000]);

    // Without a limit there are no slots to be used.
    let unlimited = BucketSpec::new("", "").lock(Duration::from_mins(10));
    let rules = Rules::new(&unlimited, &LimitSettings::new());
    let limited = std::mem::replace(&mut world.rules, rules);
    set(&mut world, b"damaged");
    assert_eq!(world.acquire(NOW, 2)[0], 4);
    let (_, content) = world.stored().unwrap();
    assert_eq!((content.cold_until, content.held), (0, vec![]));
    world.rules = limited;

    // A later version is neither, however much of it is there.
    set(&mut world, &[&whole[..8], &[7]].concat());
    let ask = Acquire::new(LeaseId(2), Source(7), Duration::ZERO);
    let calls = Calls {
        script: &world.script,
        place: &world.place,
    };
    let mut call = calls.acquire(&world.named(), &ask);
    let newer = call.arg(NOW).invoke::<()>(&mut world.connection);
    let newer = newer.unwrap_err();
    assert_eq!((newer.code(), newer.detail()), (Some("NEWER"), Some("7")));
    set(&mut world, &whole);

    // And what is to be merged.
    let mut call = world.script.prepare_invoke();
    call.key(world.place.key("epoch", "")).key(world.key());
    call.arg("merge").arg(world.place.channel());
    call.arg(["0", "", "", "", ""].as_slice()).arg("bucket");
    call.arg(NO_RULES.as_slice())
        .arg("damaged")
        .arg([0; 5].as_slice());
    let error = call
        .arg(NOW)
        .invoke::<()>(&mut world.connection)
        .unwrap_err();
    assert!(error.to_string().contains("to merge is damaged"), "{error}");
}

/// The time is the server's.
#[tokio::test]
async fn the_servers_clock_counts() {
    let redis = Redis::start(&["--appendonly", "no"]);
    let mut connection = connect(&redis);
    let mut time = || {
        let (seconds, micros): (u64, u64) = redis::cmd("TIME").query(&mut connection).unwrap();
        seconds * 1000 + micros / 1000
    };
    let settings = LimitSettings::new();
    let bucket = UserBucket::new(spec(), None, &settings);
    let store = RedisLimitStore::new(redis.url()).unwrap();
    for lease in 0..3 {
        redis.tell(&["FLUSHALL"]);
        let before = time();
        let ask = Acquire::new(LeaseId(lease), Source(7), Duration::from_secs(30));
        store.acquire(&[&bucket], ask).await.unwrap();
        let after = time();
        let epoch = redis.tell(&["GET", "{cliq_api}:epoch:"]);
        let birth: u64 = epoch.split(' ').nth(1).unwrap().parse().unwrap();
        assert!(
            (before..=after).contains(&birth),
            "{before} {birth} {after}"
        );
    }
}
