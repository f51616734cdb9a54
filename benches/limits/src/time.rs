//! Measures acquiring, using and returning a permit.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cliq_api::UserKey;
use cliq_api::limit::{AcquireOptions, BucketSpec, LimitSettings, Limiter, Outcome};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::runtime::{Builder, Runtime};

use crate::sides::Sides;
use crate::{daily, plenty, published};

const ROUNDS: usize = 15;
/// Calls of one user with a limit that nobody reaches.
const CALLS: u32 = 400_000;
/// Users with a published limit, each of whom makes fewer calls than it permits.
const USERS: usize = 40_000;
const CALLS_EACH: u32 = 10;
const TASKS: u32 = 64;

pub(crate) fn measure() {
    let alone = Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime can be made");
    println!("a permit, nobody waits, on one core ({ROUNDS} rounds)");
    let one = [UserKey::new("855727961")];
    compare(CALLS, |side| match side {
        0 => alone.block_on(governor(&quota(1_000_000, 1), &one, CALLS)),
        1 => alone.block_on(ours(&limiter(), &[plenty()], &one, CALLS)),
        _ => alone.block_on(ours(&limiter(), &[plenty(), daily()], &one, CALLS)),
    });
    println!("  of {USERS} users in turn, at 20 a minute each");
    let users: Vec<_> = (0..USERS)
        .map(|user| UserKey::new(format!("user-{user}")))
        .collect();
    let calls = u32::try_from(USERS).expect("few enough") * CALLS_EACH;
    compare(calls, |side| match side {
        0 => alone.block_on(governor(&quota(20, 60), &users, calls)),
        1 => alone.block_on(ours(&limiter(), &[published()], &users, calls)),
        _ => alone.block_on(ours(&limiter(), &[published(), daily()], &users, calls)),
    });
    println!("  of one user, by {TASKS} tasks on two cores");
    let cores = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .expect("a runtime can be made");
    compare(CALLS, |side| at_once(&cores, side));
}

fn compare(calls: u32, time: impl FnMut(usize) -> Duration) {
    let sides = Sides::<3>::measure(ROUNDS, time);
    let names = ["governor", "ours", "two buckets"];
    for (side, name) in names.into_iter().enumerate() {
        let each = sides.median(side) / calls;
        let rate = f64::from(calls) / sides.median(side).as_secs_f64() / 1e6;
        println!(
            "    {name:<12} {:>5} ns  {rate:>6.2} million a second  {:>5.2} x",
            each.as_nanos(),
            sides.ratio(side, 0)
        );
    }
}

fn limiter() -> Limiter {
    Limiter::new(LimitSettings::new().cold_start(false), None)
}

async fn ours(
    limiter: &Limiter,
    buckets: &[BucketSpec],
    users: &[UserKey],
    calls: u32,
) -> Duration {
    let buckets: Vec<_> = buckets
        .iter()
        .map(|spec| limiter.bucket(spec.clone()))
        .collect();
    let begun = Instant::now();
    for (_, user) in (0..calls).zip(users.iter().cycle()) {
        let mut permit = limiter
            .acquire(&buckets, Some(user), AcquireOptions::new())
            .await
            .expect("a slot is free");
        permit.sending().expect("it is used at once");
        permit.answered(Outcome::Accepted);
    }
    begun.elapsed()
}

fn quota(calls: u32, seconds: u64) -> Arc<DefaultKeyedRateLimiter<UserKey>> {
    let calls = NonZeroU32::new(calls).expect("some");
    let quota = Quota::with_period(Duration::from_secs(seconds) / calls.get())
        .expect("a time")
        .allow_burst(calls);
    Arc::new(RateLimiter::keyed(quota))
}

async fn governor(
    limiter: &DefaultKeyedRateLimiter<UserKey>,
    users: &[UserKey],
    calls: u32,
) -> Duration {
    let begun = Instant::now();
    for (_, user) in (0..calls).zip(users.iter().cycle()) {
        limiter.until_key_ready(user).await;
    }
    begun.elapsed()
}

/// Measures the calls of one user, spread over tasks.
fn at_once(runtime: &Runtime, side: usize) -> Duration {
    let each = CALLS / TASKS;
    let one = || [UserKey::new("855727961")];
    let begun = Instant::now();
    runtime.block_on(async {
        let (quota, limiter) = (quota(1_000_000, 1), limiter());
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| {
                let (quota, limiter) = (Arc::clone(&quota), limiter.clone());
                tokio::spawn(async move {
                    match side {
                        0 => governor(&quota, &one(), each).await,
                        1 => ours(&limiter, &[plenty()], &one(), each).await,
                        _ => ours(&limiter, &[plenty(), daily()], &one(), each).await,
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("it ends");
        }
    });
    begun.elapsed()
}
