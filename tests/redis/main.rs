//! Limits and tokens in Redis: one server per test, with several limiters.

mod away;
mod keys;
mod limits;
mod link;
mod tokens;

use std::sync::Arc;
use std::time::Duration;

use cliq_api::limit::{
    AcquireOptions, BucketId, BucketSpec, Expired, LimitRefusal, LimitSettings, LimitState,
    Limiter, Outcome, Permit,
};
use cliq_api::shared::RedisLimitStore;
use cliq_api::{Limit, UserKey};
use cliq_tests::redis::Redis;
use tokio::time::{Instant, sleep};

/// The key of a user, which Redis must not contain.
const USER: &str = "canary-user-855727961";

/// Five calls per second.
fn bucket(limiter: &Limiter) -> BucketId {
    let spec = BucketSpec::new("https://cliq.zoho.com", "GET /simulated/short")
        .limit(Limit::new(5, Duration::from_secs(1)))
        .lock(Duration::from_mins(1));
    limiter.bucket(spec)
}

/// Short times, and trust in an empty server.
fn settings() -> LimitSettings {
    LimitSettings::new()
        .margin(Duration::from_millis(100))
        .grace(Duration::from_millis(200))
        .permit_ttl(Duration::from_millis(300))
        .cold_start(false)
}

fn store(redis: &Redis) -> RedisLimitStore {
    RedisLimitStore::new(redis.url()).unwrap()
}

/// Returns the limiter of a process.
fn limiter(redis: &Redis) -> Limiter {
    limiter_of(store(redis), settings())
}

fn limiter_of(store: RedisLimitStore, settings: LimitSettings) -> Limiter {
    Limiter::new(settings, Some(Arc::new(store)))
}

async fn acquire(limiter: &Limiter) -> Result<Permit, LimitRefusal> {
    let options = AcquireOptions::new().deadline(Instant::now() + Duration::from_secs(5));
    limiter
        .acquire(&[bucket(limiter)], Some(&UserKey::new(USER)), options)
        .await
}

async fn sent(limiter: &Limiter) -> Permit {
    loop {
        let mut permit = acquire(limiter).await.unwrap();
        match permit.sending() {
            Ok(()) => return permit,
            // On a busy machine, the first connection takes longer.
            Err(Expired::Late) => {}
            Err(expired) => panic!("{expired}"),
        }
    }
}

/// Makes a call with this outcome.
async fn call(limiter: &Limiter, outcome: Outcome) {
    sent(limiter).await.answered(outcome);
}

async fn state(limiter: &Limiter) -> Result<LimitState, LimitRefusal> {
    let limits = limiter.limits(Some(UserKey::new(USER)));
    limits.of(&[bucket(limiter)]).await
}

async fn remaining(limiter: &Limiter) -> Option<u32> {
    state(limiter).await.unwrap().remaining
}

/// Returns a limiter whose permits are valid for long.
fn patient(redis: &Redis) -> Limiter {
    limiter_of(store(redis), settings().permit_ttl(Duration::from_secs(20)))
}

/// Waits until a held permit is revoked, without a request.
async fn hears_of_the_lock(mut permit: Permit) {
    until("a peer's lock is heard of", async || {
        permit.sending() == Err(Expired::Locked)
    })
    .await;
}

const THROTTLED: Outcome = Outcome::Throttled { retry_after: None };

/// Waits until the condition is true.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}");
        sleep(Duration::from_millis(5)).await;
    }
}
