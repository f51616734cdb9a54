//! Quotas in responses make the limiter more careful, never less.

use std::time::Duration;

use cliq_api::Limit;
use cliq_api::limit::{
    AcquireOptions, BucketId, BucketSpec, LimitSettings, Limiter, Outcome, Permit, Quota,
    WaitPolicy,
};
use tokio::time::sleep;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

fn limiter() -> Limiter {
    Limiter::new(LimitSettings::new().cold_start(false), None)
}

fn spec(name: &str, calls: u32, per: Duration) -> BucketSpec {
    BucketSpec::new("server", name).limit(Limit::new(calls, per))
}

/// Returns a permit for a call that is sent.
async fn send(limiter: &Limiter, buckets: &[BucketId]) -> Permit {
    let options = AcquireOptions::new().wait_policy(WaitPolicy::FailFast);
    let mut permit = limiter.acquire(buckets, None, options).await.unwrap();
    permit.sending().unwrap();
    permit
}

fn answer(mut permit: Permit, remaining: u32, reset: Duration) {
    permit.observe_quota(Quota::new(remaining, reset));
    permit.answered(Outcome::Accepted);
}

/// Returns how many calls are possible, and how long the next one would wait.
async fn left(limiter: &Limiter, buckets: &[BucketId]) -> (Option<u32>, Duration) {
    let state = limiter.limits(None).of(buckets).await.unwrap();
    (state.remaining, state.next)
}

#[tokio::test(start_paused = true)]
async fn a_quota_holds_until_it_is_reset() {
    let limiter = limiter();
    let bucket = [limiter.bucket(spec("GET /", 20, MINUTE))];
    // One slot remains unused, as always.
    answer(send(&limiter, &bucket).await, 4, 30 * SECOND);
    assert_eq!(left(&limiter, &bucket).await.0, Some(3));
    for left in [3, 2, 1] {
        answer(send(&limiter, &bucket).await, left, 30 * SECOND);
    }
    let (remaining, next) = left(&limiter, &bucket).await;
    assert_eq!((remaining, next.as_secs()), (Some(0), 31));
    let options = AcquireOptions::new().wait_policy(WaitPolicy::FailFast);
    let refusal = limiter.acquire(&bucket, None, options).await.unwrap_err();
    assert_eq!(refusal.wait().unwrap().as_secs(), 31);
    let mut waited = limiter
        .acquire(&bucket, None, AcquireOptions::new())
        .await
        .unwrap();
    waited.sending().unwrap();
    answer(waited, 19, MINUTE);
    assert_eq!(left(&limiter, &bucket).await.0, Some(19 - 5));
}

#[tokio::test(start_paused = true)]
async fn a_generous_quota_changes_nothing() {
    let limiter = limiter();
    let bucket = [limiter.bucket(spec("GET /", 20, MINUTE))];
    for made in 1..=19 {
        answer(send(&limiter, &bucket).await, 5_000, 60 * MINUTE);
        assert_eq!(left(&limiter, &bucket).await.0, Some(19 - made));
    }
}

/// The server may not have counted the calls in flight.
#[tokio::test(start_paused = true)]
async fn calls_under_way_are_counted_besides() {
    let limiter = limiter();
    let bucket = [limiter.bucket(spec("GET /", 20, MINUTE))];
    let mut permits = Vec::new();
    for _ in 0..4 {
        permits.push(send(&limiter, &bucket).await);
    }
    answer(permits.pop().unwrap(), 10, 30 * SECOND);
    assert_eq!(left(&limiter, &bucket).await.0, Some(10 - 1 - 3));
    // A call that wasn't sent returns its share.
    permits.pop().unwrap().unsent();
    assert_eq!(left(&limiter, &bucket).await.0, Some(10 - 1 - 2));
    // An older call's report may be outdated: it counts only if it is stricter.
    answer(permits.pop().unwrap(), 12, 30 * SECOND);
    assert_eq!(left(&limiter, &bucket).await.0, Some(10 - 1 - 2));
    answer(permits.pop().unwrap(), 5, 30 * SECOND);
    assert_eq!(left(&limiter, &bucket).await.0, Some(4));
    // A call that began after all of these has the latest report.
    answer(send(&limiter, &bucket).await, 12, 30 * SECOND);
    assert_eq!(left(&limiter, &bucket).await.0, Some(11));
}

/// Without a declared limit, from the first response on.
#[tokio::test(start_paused = true)]
async fn a_bucket_without_a_limit_heeds_quotas() {
    let limiter = limiter();
    let bucket = [limiter.bucket(BucketSpec::new("server", "GET /"))];
    assert_eq!(left(&limiter, &bucket).await.0, None);
    answer(send(&limiter, &bucket).await, 3, 30 * SECOND);
    assert_eq!(left(&limiter, &bucket).await.0, Some(2));
    answer(send(&limiter, &bucket).await, 1, 30 * SECOND);
    let (remaining, next) = left(&limiter, &bucket).await;
    assert_eq!((remaining, next.as_secs()), (Some(0), 31));
    sleep(next).await;
    assert_eq!(left(&limiter, &bucket).await, (None, Duration::ZERO));
}

/// With several buckets, the limit in the quota identifies its bucket.
#[tokio::test(start_paused = true)]
async fn a_quota_is_of_the_bucket_with_its_limit() {
    let limiter = limiter();
    let [minute, hour] = [
        limiter.bucket(spec("GET /", 20, MINUTE)),
        limiter.bucket(spec("all", 1000, 60 * MINUTE)),
    ];
    let mut permit = send(&limiter, &[minute, hour]).await;
    permit.observe_quota(Quota::new(3, 40 * MINUTE).of(1000));
    permit.observe_quota(Quota::new(8, 30 * SECOND).of(20));
    permit.answered(Outcome::Accepted);
    assert_eq!(left(&limiter, &[minute]).await.0, Some(7));
    assert_eq!(left(&limiter, &[hour]).await.0, Some(2));
    // A quota without a known limit applies to both.
    for quota in [Quota::new(2, SECOND).of(77), Quota::new(2, SECOND)] {
        sleep(45 * MINUTE).await;
        let mut permit = send(&limiter, &[minute, hour]).await;
        permit.observe_quota(quota);
        permit.answered(Outcome::Accepted);
        assert_eq!(left(&limiter, &[minute]).await.0, Some(1));
        assert_eq!(left(&limiter, &[hour]).await.0, Some(1));
    }
}

/// An absurd reset stops calls for at most an hour, or a window.
#[tokio::test(start_paused = true)]
async fn an_absurd_reset_is_capped() {
    let limiter = limiter();
    let bucket = [limiter.bucket(spec("GET /", 20, MINUTE))];
    answer(send(&limiter, &bucket).await, 0, Duration::MAX);
    assert_eq!(left(&limiter, &bucket).await.1.as_secs(), 3601);
    let day = [limiter.bucket(spec("PUT /", 20, 24 * 60 * MINUTE))];
    answer(send(&limiter, &day).await, 0, Duration::MAX);
    // A day and its thousandth, the margin.
    assert_eq!(left(&limiter, &day).await.1.as_secs(), 24 * 3600 + 86);
}

/// Until then its response may arrive.
#[tokio::test(start_paused = true)]
async fn a_call_is_under_way_for_as_long_as_its_timeout() {
    let limiter = limiter();
    let bucket = [limiter.bucket(spec("GET /", 5, MINUTE))];
    let options = AcquireOptions::new().timeout(10 * MINUTE);
    let mut permit = limiter.acquire(&bucket, None, options).await.unwrap();
    permit.sending().unwrap();
    sleep(10 * MINUTE).await;
    assert_eq!(left(&limiter, &bucket).await.0, Some(3));
    // No response came, so one call goes first.
    sleep(MINUTE).await;
    assert_eq!(left(&limiter, &bucket).await.0, Some(1));
    drop(permit);
}
