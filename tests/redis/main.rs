//! Limits and tokens in Redis: a server for each test, several limiters on it.

mod away;
mod keys;
mod limits;
mod link;
mod tokens;

use std::sync::Arc;
use std::time::Duration;

use cliq_api::limit::{
    Ask, Expired, LimitRefusal, LimitSettings, LimitState, Limiter, Permit, Told,
};
use cliq_api::prelude::*;
use cliq_api::shared::RedisLimitStore;
use cliq_api::{EndpointMeta, UserKey};
use cliq_tests::redis::Redis;
use tokio::time::{Instant, sleep};

#[endpoints(base = "/simulated", limit = "5/1s", lock = "1m")]
pub(crate) trait Simulated {
    #[endpoint(GET "/short")]
    fn short(&self);
}

/// The key of a user, as it must not be found in Redis.
const USER: &str = "canary-user-855727961";

fn endpoint() -> &'static EndpointMeta {
    SIMULATED[0]
}

/// Quick, and trusting an empty server.
fn settings() -> LimitSettings {
    LimitSettings::new()
        .margin(Duration::from_millis(100))
        .grace(Duration::from_millis(200))
        .use_within(Duration::from_millis(300))
        .cold_start(false)
}

fn store(redis: &Redis) -> RedisLimitStore {
    RedisLimitStore::new(redis.url()).unwrap()
}

/// One process's.
fn limiter(redis: &Redis) -> Limiter {
    limiter_of(store(redis), settings())
}

fn limiter_of(store: RedisLimitStore, settings: LimitSettings) -> Limiter {
    Limiter::new(settings, Some(Arc::new(store)))
}

async fn acquire(limiter: &Limiter) -> Result<Permit, LimitRefusal> {
    let ask = Ask {
        deadline: Some(Instant::now() + Duration::from_secs(5)),
        ..Ask::new()
    };
    limiter
        .acquire(
            limiter.server("https://cliq.zoho.com"),
            Some(&UserKey::new(USER)),
            endpoint(),
            ask,
        )
        .await
}

async fn sent(limiter: &Limiter) -> Permit {
    loop {
        let mut permit = acquire(limiter).await.unwrap();
        match permit.sending() {
            Ok(()) => return permit,
            // On a busy machine a first connection takes longer than that.
            Err(Expired::Late) => {}
            Err(expired) => panic!("{expired}"),
        }
    }
}

/// A call that is answered like that.
async fn call(limiter: &Limiter, told: Told) {
    sent(limiter).await.answered(told);
}

async fn state(limiter: &Limiter) -> Result<LimitState, LimitRefusal> {
    let limits = limiter.limits(
        limiter.server("https://cliq.zoho.com"),
        Some(UserKey::new(USER)),
    );
    limits.of(endpoint()).await
}

async fn remaining(limiter: &Limiter) -> Option<u32> {
    state(limiter).await.unwrap().remaining
}

/// One that may use a permit for long.
fn patient(redis: &Redis) -> Limiter {
    limiter_of(store(redis), settings().use_within(Duration::from_secs(20)))
}

/// Waits until a permit in hand is not to be used any more, for which nobody is asked.
async fn hears_of_the_lock(mut permit: Permit) {
    until("a peer's lock is heard of", async || {
        permit.sending() == Err(Expired::Locked)
    })
    .await;
}

const THROTTLED: Told = Told::Throttled { retry_after: None };

/// Waits until it is so.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}");
        sleep(Duration::from_millis(5)).await;
    }
}
