//! The numbers that follow from a limit and the settings.

use std::time::Duration;

use cliq_api::Limit;
use cliq_api::limit::{
    Acquire, Bucket, BucketSpec, CallEnd, Complete, Decision, LeaseId, LimitSettings, Priority,
    Quota, Rules, Source,
};

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

fn rules(limit: Limit) -> Rules {
    let spec = BucketSpec::new("server", "GET /").limit(limit);
    Rules::new(&spec, &LimitSettings::new().cold_start(false))
}

#[test]
fn the_slots_of_a_limit() {
    for (calls, per, headroom, slots) in [
        (20, MINUTE, 1, 19),
        (20, MINUTE, 0, 20),
        (20, MINUTE, 19, 1),
        (20, MINUTE, 20, 1),
        (0, MINUTE, 0, 1),
        (100, 14 * DAY, 1, 99),
        // Halves, since a longer window can't be noted.
        (100, 28 * DAY, 1, 49),
        (100, Duration::MAX, 1, 1),
    ] {
        let spec = BucketSpec::new("server", "GET /").limit(Limit::new(calls, per));
        let rules = Rules::new(&spec, &LimitSettings::new().headroom(headroom));
        assert_eq!(rules.slots(), Some(slots), "{calls} per {per:?}");
    }
    let unlimited = Rules::new(&BucketSpec::new("", ""), &LimitSettings::new());
    assert_eq!(unlimited.slots(), None);
}

/// A server's window began no earlier than its reset, its length, a margin, and a second that it
/// may have cut off tell. The call at that very moment may be in it.
#[test]
fn a_quota_is_explained_by_the_calls_of_its_window() {
    // 60 s, 1 s of margin, 1 s cut off, and 2 s until the reset.
    for (apart, explained) in [(59_999, true), (60_000, true), (60_001, false)] {
        let rules = rules(Limit::new(20, MINUTE));
        let mut bucket = Bucket::new(&rules, 0, 0);
        for (now, lease) in [(0, 1), (apart, 2)] {
            let ask = Acquire::new(LeaseId(lease), Source(1), Duration::from_secs(30));
            let granted = bucket.acquire(now, &rules, &ask);
            assert!(matches!(granted, Decision::Granted { .. }));
            let quota = Quota::new(18, Duration::from_secs(2)).of(20);
            let done = Complete::new(LeaseId(lease), Source(1), CallEnd::Answered);
            let done = done.quota((lease == 2).then_some(quota));
            bucket.complete(now, &rules, &done);
        }
        // The first call's slot is free again.
        let now = 61_002;
        let left = bucket.remaining(now, &rules, Priority::Normal);
        assert_eq!(left, Some(if explained { 18 } else { 17 }), "{apart}");
    }
}

/// A slot is free at a known time, but the response to a call under way may change the quota.
#[test]
fn a_wait_for_a_slot_and_a_quota_is_known_when_both_are() {
    let rules = rules(Limit::new(3, MINUTE));
    let mut bucket = Bucket::new(&rules, 0, 0);
    let ask = |lease| Acquire::new(LeaseId(lease), Source(1), Duration::from_secs(30));
    for lease in [1, 2] {
        bucket.acquire(0, &rules, &ask(lease));
    }
    let end = |lease| Complete::new(LeaseId(lease), Source(1), CallEnd::Answered);
    let quota = Quota::new(0, 5 * MINUTE);
    bucket.complete(100, &rules, &end(1).quota(Some(quota)));
    let waits = |bucket: &mut Bucket, now| match bucket.acquire(now, &rules, &ask(3)) {
        Decision::Wait {
            earliest, recheck, ..
        } => (earliest.as_millis(), recheck.as_millis()),
        other => panic!("{other:?}"),
    };
    // The quota is over at 301,101; the lease of the call under way ends at 60,001.
    assert_eq!(waits(&mut bucket, 200), (300_901, 59_801));
    bucket.complete(300, &rules, &end(2));
    assert_eq!(waits(&mut bucket, 400), (300_701, 300_701));
}
