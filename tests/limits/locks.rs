//! Lockouts that other calls of the same user cause: the limiter obeys them to the second.

use std::time::Duration;

use cliq_api::Limit;
use cliq_api::limit::{
    Acquire, Bucket, BucketSpec, CallEnd, Complete, Decision, LeaseId, LimitSettings, LockPolicy,
    LockSource, Rules, Source,
};
use cliq_sandbox::limits::{Limits, Stamps, Throttle, Trips, Verdict};
use fastrand::Rng;

use crate::simulations::seed;
use crate::{SIMULATED, spec};

const MINUTE: Duration = Duration::from_mins(1);
const BEGINNING: Duration = Duration::from_hours(500_000);

fn ask(lease: u64) -> Acquire {
    Acquire::new(LeaseId(lease), Source(1), Duration::from_secs(30))
}

/// Simulates a busy caller and another program that occasionally uses up the limit. Returns how
/// many locks the caller met.
fn share_a_budget(seed: u64, server: Limits, tells_when: bool) -> u32 {
    let mut rng = Rng::with_seed(seed);
    let endpoint = &SIMULATED[0];
    let rules = Rules::new(&spec(endpoint), &LimitSettings::new());
    let mut bucket = Bucket::new(&rules, 0, 0);
    let mut throttle = Throttle::new(server).keep(0);
    let counted = throttle.bucket(endpoint);
    let (mut now, mut lease, mut told) = (0, 0, 0);
    // The end of the reported lock, and whether a call was made after it.
    let mut locked: Option<Duration> = None;
    while told < 20 {
        if locked.is_none() && rng.u8(..20) == 0 {
            for _ in 0..25 {
                let _ = throttle.arrive_at(BEGINNING + Duration::from_millis(now), "1", counted);
            }
        }
        lease += 1;
        match bucket.acquire(now, &rules, &ask(lease)) {
            Decision::Granted { .. } => {}
            Decision::Wait { recheck, .. } => {
                now += u64::try_from(recheck.as_millis()).unwrap();
                continue;
            }
            Decision::Locked(lock) => {
                assert_eq!(lock.source, LockSource::Observed);
                now += u64::try_from(lock.left.as_millis()).unwrap();
                continue;
            }
            other => panic!("{other:?}"),
        }
        let latency = rng.u64(10..2_000);
        let at = BEGINNING + Duration::from_millis(now + latency / 2);
        let verdict = throttle.arrive_at(at, "1", counted);
        now += latency;
        if let Some(until) = locked.take() {
            assert!(
                verdict.is_allowed(),
                "sent {:?} before the lock's end, seed {seed}",
                until.saturating_sub(at)
            );
            let late = at.checked_sub(until).unwrap();
            assert!(
                late < Duration::from_secs(4),
                "sent {late:?} after the lock's end, seed {seed}"
            );
        }
        let end = match verdict {
            Verdict::Allowed => CallEnd::Answered,
            refused => {
                told += 1;
                locked = refused.until();
                let left = refused
                    .until()
                    .unwrap()
                    .saturating_sub(BEGINNING + Duration::from_millis(now));
                // Servers report whole seconds.
                let left = Duration::from_secs(left.as_millis().div_ceil(1000) as u64);
                CallEnd::Throttled {
                    retry_after: tells_when.then_some(left),
                }
            }
        };
        let done = bucket.complete(now, &rules, &Complete::new(LeaseId(lease), Source(1), end));
        assert_eq!(done.unexpected, end != CallEnd::Answered);
    }
    told
}

#[test]
fn obeyed_to_the_second() {
    for seed in (seed()..).take(5) {
        for stamps in [Stamps::Exact, Stamps::WholeSeconds] {
            for trips in [Trips::AtLimit, Trips::PastLimit] {
                for tells_when in [false, true] {
                    // Calls extend a lock, so a call during one would show.
                    let server = Limits::harsh().stamps(stamps).trips(trips);
                    assert_eq!(share_a_budget(seed, server, tells_when), 20);
                }
            }
        }
    }
}

/// Returns a bucket of 19 slots per minute, with a lock of ten minutes and a margin of a second.
fn bucket() -> (Rules, Bucket) {
    let settings = LimitSettings::new().cold_start(false);
    let rules = Rules::new(&spec(SIMULATED[0]), &settings);
    (rules, Bucket::new(&rules, 0, 0))
}

fn throttled(seconds: impl Into<Option<u64>>) -> CallEnd {
    CallEnd::Throttled {
        retry_after: seconds.into().map(Duration::from_secs),
    }
}

fn lock_left(bucket: &Bucket, now: u64) -> u128 {
    bucket
        .locked(now, Source(1))
        .map_or(0, |lock| lock.left.as_millis())
}

/// Returns how long a reported lockout lasts, in milliseconds.
fn lasts(rules: &Rules, announced: Option<Duration>) -> u128 {
    let mut bucket = Bucket::new(rules, 0, 0);
    bucket.acquire(0, rules, &ask(1));
    let end = CallEnd::Throttled {
        retry_after: announced,
    };
    bucket.complete(0, rules, &Complete::new(LeaseId(1), Source(1), end));
    lock_left(&bucket, 0)
}

#[test]
fn what_is_announced_wins() {
    let settings = LimitSettings::new().cold_start(false);
    let longer = settings.clone().lock_policy(LockPolicy::Longer);
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    for (announced, wins, longer_wins) in [
        (None, 601_001, 601_001),
        (seconds(0), 1_001, 601_001),
        (seconds(5), 6_001, 601_001),
        (seconds(900), 901_001, 901_001),
        // Implausibly long: capped at an hour.
        (seconds(100_000), 3_601_001, 3_601_001),
        (seconds(u64::MAX), 3_601_001, 3_601_001),
        (Some(Duration::MAX), 3_601_001, 3_601_001),
    ] {
        let spec = spec(SIMULATED[0]);
        let lasts = [&settings, &longer].map(|it| lasts(&Rules::new(&spec, it), announced));
        assert_eq!(lasts, [wins, longer_wins], "{announced:?}");
    }
}

/// Declared, assumed or announced: a year is added to a time without an overflow.
#[test]
fn no_lockout_is_longer_than_a_year() {
    let year = Duration::from_hours(365 * 24);
    let settings = LimitSettings::new()
        .cold_start(false)
        .max_retry_after(Duration::MAX);
    let limited = BucketSpec::new("server", "GET /").limit(Limit::new(20, MINUTE));
    for lock in [
        Duration::from_hours(364 * 24),
        year,
        year + MINUTE,
        Duration::MAX,
    ] {
        let expected = lock.min(year).as_millis() + 1_001;
        let assuming = settings.clone().assumed_lock(Some(lock));
        let declared = Rules::new(&limited.clone().lock(lock), &settings);
        assert_eq!(lasts(&declared, None), expected);
        assert_eq!(lasts(&Rules::new(&limited, &assuming), None), expected);
        assert_eq!(
            lasts(&Rules::new(&limited, &settings), Some(lock)),
            expected
        );
    }
}

/// Without a declaration, a lockout is as announced, or else as the settings assume.
#[test]
fn no_lockout_is_assumed_but_where_the_settings_say() {
    let limited = || BucketSpec::new("server", "GET /").limit(Limit::new(20, MINUTE));
    let settings = LimitSettings::new().cold_start(false);
    let assuming = settings
        .clone()
        .assumed_lock(Some(10 * MINUTE))
        .lock_policy(LockPolicy::Longer);
    let second = Some(Duration::from_secs(1));
    for (spec, settings, unannounced, announced) in [
        (limited(), &settings, 0, 2_001),
        (limited(), &assuming, 601_001, 2_001),
        (limited().without_lock(), &assuming, 0, 2_001),
        (limited().lock(5 * MINUTE), &assuming, 301_001, 301_001),
        (BucketSpec::new("server", "free"), &settings, 0, 2_001),
        (BucketSpec::new("server", "free"), &assuming, 601_001, 2_001),
    ] {
        let rules = Rules::new(&spec, settings);
        assert_eq!(lasts(&rules, None), unannounced, "{spec:?}");
        assert_eq!(lasts(&rules, second), announced, "{spec:?}");
    }
}

/// Without a lockout or an announced time, one call goes at a time until one is answered.
#[test]
fn throttled_for_an_unknown_time() {
    let spec = BucketSpec::new("server", "GET /").limit(Limit::new(20, MINUTE));
    let rules = Rules::new(&spec, &LimitSettings::new().cold_start(false));
    let mut bucket = Bucket::new(&rules, 0, 0);
    bucket.acquire(0, &rules, &ask(1));
    let done = bucket.complete(
        0,
        &rules,
        &Complete::new(LeaseId(1), Source(1), throttled(None)),
    );
    assert_eq!((done.locked, done.unexpected), (None, true));
    let decision = bucket.acquire(1, &rules, &ask(2));
    assert!(matches!(decision, Decision::Granted { .. }), "{decision:?}");
    let decision = bucket.acquire(1, &rules, &ask(3));
    assert!(matches!(decision, Decision::Wait { .. }), "{decision:?}");
    bucket.complete(
        9,
        &rules,
        &Complete::new(LeaseId(2), Source(1), CallEnd::Answered),
    );
    for lease in 4..21 {
        let decision = bucket.acquire(10, &rules, &ask(lease));
        assert!(
            matches!(decision, Decision::Granted { .. }),
            "{lease} {decision:?}"
        );
    }
}

/// A window longer than the representable range is kept as a proportionally lower limit in a
/// shorter window.
#[test]
fn a_window_of_a_year() {
    let (day, calls) = (86_400_000, 1000);
    let year = Duration::from_millis(365 * day);
    let spec = BucketSpec::new("server", "GET /").limit(Limit::new(calls, year));
    let rules = Rules::new(&spec, &LimitSettings::new().cold_start(false));
    let mut bucket = Bucket::new(&rules, 0, 0);
    let (mut now, mut made) = (0, std::collections::VecDeque::new());
    let mut lease = 0;
    while now < 1500 * day {
        lease += 1;
        match bucket.acquire(now, &rules, &ask(lease)) {
            Decision::Granted { .. } => {
                made.push_back(now);
                bucket.complete(
                    now + 100,
                    &rules,
                    &Complete::new(LeaseId(lease), Source(1), CallEnd::Answered),
                );
            }
            Decision::Wait { recheck, .. } => now += u64::try_from(recheck.as_millis()).unwrap(),
            other => panic!("{other:?}"),
        }
        while made.front().is_some_and(|&at| at + 365 * day <= now) {
            made.pop_front();
        }
        assert!(made.len() < calls as usize, "at {now}: {}", made.len());
    }
    // 27 times 14 days with 37 calls minus one.
    assert!(made.len() > 900, "{}", made.len());
}

#[test]
fn only_ever_extended() {
    let (rules, mut bucket) = bucket();
    for lease in 1..=4 {
        bucket.acquire(0, &rules, &ask(lease));
    }
    bucket.complete(
        1_000,
        &rules,
        &Complete::new(LeaseId(1), Source(1), throttled(700)),
    );
    assert_eq!(lock_left(&bucket, 1_000), 701_001);
    // The second one arrived later, and reports a shorter time.
    assert!(
        !bucket
            .complete(
                2_000,
                &rules,
                &Complete::new(LeaseId(2), Source(1), throttled(None))
            )
            .unexpected
    );
    assert_eq!(lock_left(&bucket, 2_000), 700_001);
    // A late success doesn't end the lockout.
    bucket.complete(
        3_000,
        &rules,
        &Complete::new(LeaseId(3), Source(1), CallEnd::Answered),
    );
    assert_eq!(lock_left(&bucket, 3_000), 699_001);
    // A call without a response may still arrive, and restart the lock.
    bucket.complete(
        50_000,
        &rules,
        &Complete::new(LeaseId(4), Source(1), CallEnd::Unanswered),
    );
    assert_eq!(lock_left(&bucket, 50_000), 120_000 + 601_001);
}

/// Its response may have reported a longer one, as long as there was one.
#[test]
fn an_unanswered_call_extends_a_lockout_in_force() {
    // A second, a second of margin, and what was cut off.
    let ends = 2_001;
    for (now, left) in [(ends - 2, 721_001), (ends - 1, 1), (ends, 0)] {
        let (rules, mut bucket) = bucket();
        for lease in [1, 2] {
            bucket.acquire(0, &rules, &ask(lease));
        }
        let done = Complete::new(LeaseId(1), Source(1), throttled(1));
        bucket.complete(0, &rules, &done);
        let done = Complete::new(LeaseId(2), Source(1), CallEnd::Unanswered);
        bucket.complete(now, &rules, &done);
        assert_eq!(lock_left(&bucket, now), left, "{now}");
    }
}

#[test]
fn counted_from_the_last_call_that_may_have_arrived() {
    let (rules, mut bucket) = bucket();
    bucket.acquire(0, &rules, &ask(1));
    bucket.acquire(0, &rules, &ask(2));
    bucket.complete(
        30_000,
        &rules,
        &Complete::new(LeaseId(1), Source(1), CallEnd::Unanswered),
    );
    bucket.complete(
        31_000,
        &rules,
        &Complete::new(LeaseId(2), Source(1), throttled(None)),
    );
    assert_eq!(lock_left(&bucket, 31_000), 119_000 + 601_001);
}

#[test]
fn one_call_goes_first_after_a_lock() {
    let (rules, mut bucket) = bucket();
    bucket.acquire(0, &rules, &ask(1));
    bucket.complete(
        0,
        &rules,
        &Complete::new(LeaseId(1), Source(1), throttled(None)),
    );
    assert!(matches!(
        bucket.acquire(601_000, &rules, &ask(2)),
        Decision::Locked(_)
    ));
    assert!(matches!(
        bucket.acquire(601_001, &rules, &ask(3)),
        Decision::Granted { .. }
    ));
    assert!(matches!(
        bucket.acquire(601_001, &rules, &ask(4)),
        Decision::Wait { .. }
    ));
    bucket.complete(
        601_500,
        &rules,
        &Complete::new(LeaseId(3), Source(1), CallEnd::Answered),
    );
    for lease in 5..23 {
        assert!(
            matches!(
                bucket.acquire(601_501, &rules, &ask(lease)),
                Decision::Granted { .. }
            ),
            "{lease}"
        );
    }
    assert!(matches!(
        bucket.acquire(601_501, &rules, &ask(23)),
        Decision::Wait { .. }
    ));
}

#[test]
fn the_source_of_a_lock_is_known() {
    let (rules, mut bucket) = bucket();
    bucket.acquire(0, &rules, &ask(1));
    bucket.complete(
        0,
        &rules,
        &Complete::new(LeaseId(1), Source(7), throttled(None)),
    );
    assert_eq!(
        bucket.locked(0, Source(7)).unwrap().source,
        LockSource::Observed
    );
    assert_eq!(
        bucket.locked(0, Source(1)).unwrap().source,
        LockSource::Peer
    );
    let mut bucket = Bucket::assume_lost(&rules, 0);
    assert_eq!(
        bucket.locked(0, Source(1)).unwrap().source,
        LockSource::Assumed
    );
    assert!(matches!(
        bucket.acquire(600_999, &rules, &ask(1)),
        Decision::Locked(_)
    ));
    assert!(matches!(
        bucket.acquire(601_000, &rules, &ask(1)),
        Decision::Granted { .. }
    ));
}
