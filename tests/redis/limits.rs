//! A shared limit, locks that peers learn of, and the number of round trips.

use std::time::Duration;

use cliq_api::limit::{AcquireOptions, BucketSpec, LimitRefusal, LockSource, Outcome, WaitPolicy};
use cliq_api::shared::RedisLimitStore;
use cliq_api::{Limit, UserKey};
use cliq_tests::redis::Redis;
use tokio::time::Instant;

use crate::{
    THROTTLED, USER, acquire, bucket, call, hears_of_the_lock, limiter, limiter_of, patient,
    remaining, sent, settings, state, store, until,
};

#[tokio::test]
async fn two_spend_one_budget() {
    let redis = Redis::start(&[]);
    let (one, other) = (limiter(&redis), limiter(&redis));
    for _ in 0..2 {
        call(&one, Outcome::Accepted).await;
        call(&other, Outcome::Accepted).await;
    }
    until("told of all", async || remaining(&one).await == Some(0)).await;
    let wait = state(&other).await.unwrap().next;
    assert!(
        wait > Duration::from_millis(800) && wait <= Duration::from_millis(1101),
        "{wait:?}"
    );
}

/// The server counts how often scripts ran, and that nothing else did.
#[tokio::test]
async fn a_call_costs_two_round_trips_and_waits_for_one() {
    let redis = Redis::start(&[]);
    let limiter = limiter(&redis);
    // Connects, and loads the script.
    call(&limiter, Outcome::Accepted).await;
    let told = |redis: &Redis| count(redis, "cmdstat_evalsha:");
    until("the first is told", async || told(&redis) == 3).await;
    redis.tell(&["CONFIG", "RESETSTAT"]);
    let mut permits = Vec::new();
    for _ in 0..3 {
        permits.push(sent(&limiter).await);
    }
    assert_eq!(told(&redis), 3, "one for each that is allowed");
    for permit in permits {
        permit.answered(Outcome::Accepted);
    }
    // The call returned before the outcome was reported: a task does that.
    assert_eq!(told(&redis), 3);
    until("all are told", async || told(&redis) == 6).await;
    let stats = redis.tell(&["INFO", "commandstats"]);
    for line in stats.lines().filter(|line| line.starts_with("cmdstat_")) {
        // The commands within the script: for its time, its epoch and its bucket; and those of this
        // test.
        let known = [
            "evalsha", "time", "info", "get", "set", "config", "command", "hello", "select",
        ];
        assert!(
            known
                .iter()
                .any(|known| line.starts_with(&format!("cmdstat_{known}"))),
            "{line}"
        );
    }
}

/// For any number of buckets.
#[tokio::test]
async fn several_buckets_cost_no_more_round_trips_than_one() {
    let redis = Redis::start(&[]);
    let limiter = patient(&redis);
    let buckets = ["one", "other", "third"].map(|name| {
        let limit = Limit::new(100, Duration::from_secs(1));
        limiter.bucket(BucketSpec::new("https://cliq.zoho.com", name).limit(limit))
    });
    // Connects, and loads the script.
    call(&limiter, Outcome::Accepted).await;
    let told = |redis: &Redis| count(redis, "cmdstat_evalsha:");
    until("the first is told", async || told(&redis) == 3).await;
    redis.tell(&["CONFIG", "RESETSTAT"]);
    for calls in 1..4 {
        let call = limiter.acquire(&buckets, None, AcquireOptions::new());
        let mut permit = call.await.unwrap();
        assert_eq!(told(&redis), 2 * calls - 1);
        permit.sending().unwrap();
        permit.answered(Outcome::Accepted);
        until("told", async || told(&redis) == 2 * calls).await;
    }
}

fn count(redis: &Redis, name: &str) -> u32 {
    let stats = redis.tell(&["INFO", "commandstats"]);
    let line = stats.lines().find_map(|line| line.strip_prefix(name));
    line.map_or(0, |line| {
        line.trim_start_matches("calls=")
            .split(',')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    })
}

/// Includes a call that has its permit but isn't sent, without a request to the server.
#[tokio::test]
async fn peers_obey_a_lock_at_once() {
    let redis = Redis::start(&[]);
    let (one, other) = (limiter(&redis), patient(&redis));
    let permit = sent(&one).await;
    let unsent = acquire(&other).await.unwrap();
    permit.answered(THROTTLED);
    let begun = Instant::now();
    hears_of_the_lock(unsent).await;
    assert!(begun.elapsed() < Duration::from_secs(1));
    // The permit is returned.
    until("told", async || count(&redis, "cmdstat_evalsha:") >= 4).await;
    redis.tell(&["CONFIG", "RESETSTAT"]);
    for _ in 0..20 {
        let refusal = acquire(&other).await.unwrap_err();
        assert!(
            matches!(
                refusal,
                LimitRefusal::Locked {
                    source: LockSource::Peer,
                    ..
                }
            ),
            "{refusal}"
        );
    }
    assert_eq!(count(&redis, "cmdstat_evalsha:"), 0);
}

#[tokio::test]
async fn a_lock_survives_all_processes_and_the_server() {
    let mut redis = Redis::start(&[]);
    let limiter = limiter(&redis);
    call(&limiter, THROTTLED).await;
    until("told", async || {
        state(&limiter)
            .await
            .is_ok_and(|state| state.lock.is_some())
    })
    .await;
    drop(limiter);
    redis.start_again();
    let refusal = acquire(&crate::limiter(&redis)).await.unwrap_err();
    let LimitRefusal::Locked {
        wait,
        source: LockSource::Peer,
        ..
    } = refusal
    else {
        panic!("{refusal}")
    };
    assert!(
        wait > Duration::from_secs(55) && wait < Duration::from_secs(62),
        "{wait:?}"
    );
}

/// Peers that know of a lock restore it on a server that lost it.
#[tokio::test]
async fn a_lock_survives_a_server_that_lost_all() {
    let mut redis = Redis::start(&[]);
    let (one, other) = (limiter(&redis), limiter(&redis));
    assert_eq!(remaining(&other).await, Some(4));
    call(&one, THROTTLED).await;
    until("told", async || state(&other).await.unwrap().lock.is_some()).await;
    drop(one);
    redis.lose_all();
    redis.start_again();
    let third = limiter(&redis);
    until("retold", async || {
        state(&third).await.is_ok_and(|state| state.lock.is_some())
    })
    .await;
}

/// Earlier calls are unknown: nothing is sent until they are certainly forgotten.
#[tokio::test]
async fn a_server_that_was_emptied_or_started_anew_is_a_cold_start() {
    let mut redis = Redis::start(&[]);
    let careful = || limiter_of(store(&redis), settings().cold_start(true));
    let cold = Duration::from_millis(300 + 1100);
    let one = careful();
    let first = state(&one).await.unwrap();
    assert_eq!(first.remaining, Some(0));
    // It starts with the first request for a permit.
    call(&one, Outcome::Accepted).await;
    until("warm", async || remaining(&one).await == Some(3)).await;

    redis.tell(&["FLUSHALL"]);
    let next = state(&one).await.unwrap();
    assert!(
        next.remaining == Some(0) && next.next > cold / 2,
        "{next:?}"
    );
    call(&one, Outcome::Accepted).await;
    until("warm", async || remaining(&one).await == Some(4)).await;

    // The last writes may be missing.
    drop(one);
    redis.start_again();
    let one = limiter_of(store(&redis), settings().cold_start(true));
    let next = state(&one).await.unwrap();
    assert!(
        next.remaining == Some(0) && next.next > cold / 2,
        "{next:?}"
    );
}

/// A call that was in flight when the server lost its data counts when it is answered.
#[tokio::test]
async fn what_was_under_way_when_the_server_was_emptied_counts() {
    let redis = Redis::start(&[]);
    let limiter = limiter(&redis);
    let permit = sent(&limiter).await;
    redis.tell(&["FLUSHALL"]);
    permit.answered(Outcome::Accepted);
    until("counted", async || remaining(&limiter).await == Some(3)).await;
}

/// An earlier permit can be used until it expires, however short the grace period is.
#[tokio::test]
async fn after_a_loss_all_permits_have_to_end_first() {
    let redis = Redis::start(&[]);
    let ttl = Duration::from_secs(4);
    let limiter = limiter_of(store(&redis), settings().cold_start(true).permit_ttl(ttl));
    // A permit's lifetime, the window and its margin.
    let due = ttl + Duration::from_millis(1100);
    let options = AcquireOptions::new().wait_policy(WaitPolicy::FailFast);
    for _ in 0..3 {
        redis.tell(&["FLUSHALL"]);
        let begun = Instant::now();
        let next = state(&limiter).await.unwrap().next;
        assert!(next + Duration::from_millis(100) > due, "{next:?}");
        for _ in 0..10 {
            let user = UserKey::new(USER);
            let call = limiter.acquire(&[bucket(&limiter)], Some(&user), options);
            let refusal = call.await.unwrap_err();
            let until = refusal.wait().unwrap() + begun.elapsed();
            assert!(until + Duration::from_millis(100) > due, "{until:?}");
        }
    }
}

/// Peers that know of a lock restore it even if their connection never broke.
#[tokio::test]
async fn a_lock_survives_a_server_that_was_emptied() {
    let redis = Redis::start(&[]);
    let (one, other) = (limiter(&redis), limiter(&redis));
    call(&one, THROTTLED).await;
    until("told", async || state(&other).await.unwrap().lock.is_some()).await;
    drop(one);
    for _ in 0..2 {
        redis.tell(&["FLUSHALL"]);
        // A limiter that knows nothing. Its call starts the new epoch; it may be the first.
        let third = limiter(&redis);
        until("retold", async || acquire(&third).await.is_err()).await;
        let LimitRefusal::Locked { wait, .. } = acquire(&third).await.unwrap_err() else {
            panic!("it is locked")
        };
        assert!(wait > Duration::from_secs(50), "{wait:?}");
    }
    drop(other);
}

/// Includes a limiter that learned of the lock from a response, before it was published.
#[tokio::test]
async fn a_lock_that_was_met_is_told_to_a_server_that_was_emptied() {
    let redis = Redis::start(&[]);
    let one = limiter(&redis);
    call(&one, THROTTLED).await;
    until("told", async || state(&one).await.unwrap().lock.is_some()).await;
    drop(one);
    let met = limiter(&redis);
    assert!(acquire(&met).await.is_err());
    redis.tell(&["FLUSHALL"]);
    let third = limiter(&redis);
    until("retold", async || acquire(&third).await.is_err()).await;
}

/// Published messages of Redis reach all databases.
#[tokio::test]
async fn a_lock_in_one_database_is_none_in_another() {
    let redis = Redis::start(&[]);
    let there = redis.url().replace("/0", "/1");
    let long = settings().permit_ttl(Duration::from_secs(20));
    let there = || limiter_of(RedisLimitStore::new(&there).unwrap(), long.clone());
    let (here, other) = (limiter(&redis), there());
    let mut unsent = acquire(&other).await.unwrap();
    call(&here, THROTTLED).await;
    until("told", async || state(&here).await.unwrap().lock.is_some()).await;
    // A peer in the same database is notified.
    let peer = there();
    let in_hand = acquire(&peer).await.unwrap();
    unsent.sending().unwrap();
    unsent.answered(Outcome::Accepted);
    call(&other, THROTTLED).await;
    hears_of_the_lock(in_hand).await;
}
