//! Measures the memory of a bucket: with 100,000 users, each with 17 endpoints of Cliq's Threads
//! API.

use std::alloc::System;
use std::num::NonZeroU32;
use std::time::Duration;

use cliq_api::limit::{AcquireOptions, BucketId, LimitSettings, Limiter, Outcome, Permit};
use cliq_api::{Limit, UserKey};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use stats_alloc::{Region, StatsAlloc};

use crate::spec;

const USERS: usize = 100_000;
const ENDPOINTS: usize = 17;

pub(crate) fn measure(allocator: &StatsAlloc<System>) {
    println!("a bucket in memory: {USERS} users at {ENDPOINTS} endpoints each");
    let users: Vec<_> = (0..USERS)
        .map(|user| UserKey::new(format!("user-{user}")))
        .collect();
    let mut fewest = 0;
    for (calls, under_way, what) in [
        (0, 1, "one call under way"),
        (1, 0, "one call answered"),
        (u32::MAX, 0, "as many calls as it may hold, all answered"),
    ] {
        let region = Region::new(allocator);
        let limiter = Limiter::new(LimitSettings::new().cold_start(false), None);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime can be made");
        let held = runtime.block_on(fill(&limiter, &users, calls, under_way));
        let change = region.change();
        let permits = held.capacity() * size_of::<Permit>();
        let bytes = change.bytes_allocated - change.bytes_deallocated - permits;
        println!("  {what:<44} {:>4} bytes", bytes / limiter.bucket_count());
        fewest = limiter.bucket_count();
    }
    assert_eq!(fewest, USERS * ENDPOINTS);

    let region = Region::new(allocator);
    let minute = Quota::per_minute(NonZeroU32::new(20).expect("some"));
    let governor: DefaultKeyedRateLimiter<(UserKey, u32)> = RateLimiter::keyed(minute);
    for user in &users {
        for endpoint in 0..17 {
            governor
                .check_key(&(user.clone(), endpoint))
                .expect("a slot is free");
        }
    }
    let change = region.change();
    let bytes = change.bytes_allocated - change.bytes_deallocated;
    println!(
        "  {:<44} {:>4} bytes",
        "governor, which knows a number of each",
        bytes / governor.len()
    );
}

async fn fill(limiter: &Limiter, users: &[UserKey], calls: u32, under_way: usize) -> Vec<Permit> {
    let bucket = |endpoint| {
        let limit = Limit::new(20, Duration::from_mins(1));
        limiter.bucket(spec(&format!("GET /{endpoint}"), limit))
    };
    let buckets: Vec<_> = (0..ENDPOINTS).map(bucket).collect();
    let mut held = Vec::with_capacity(users.len() * buckets.len() * under_way);
    for user in users {
        for &bucket in &buckets {
            for _ in 0..calls.min(19) {
                let mut permit = permit(limiter, bucket, user).await;
                permit.sending().expect("it is used at once");
                permit.answered(Outcome::Accepted);
            }
            for _ in 0..under_way {
                held.push(permit(limiter, bucket, user).await);
            }
        }
    }
    held
}

async fn permit(limiter: &Limiter, bucket: BucketId, user: &UserKey) -> Permit {
    limiter
        .acquire(&[bucket], Some(user), AcquireOptions::new())
        .await
        .expect("a slot is free")
}
