//! What a bucket costs: for 100,000 users, each at 17 endpoints of Cliq's Threads API.

use std::alloc::System;
use std::collections::HashSet;
use std::num::NonZeroU32;

use cliq_api::limit::{Ask, LimitSettings, Limiter, Permit, Told};
use cliq_api::threads::THREADS;
use cliq_api::{EndpointMeta, UserKey};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use stats_alloc::{Region, StatsAlloc};

const USERS: usize = 100_000;
const ENDPOINTS: usize = 17;

pub(crate) fn measure(allocator: &StatsAlloc<System>) {
    println!("a bucket in memory: {USERS} users at {ENDPOINTS} endpoints each");
    let users: Vec<_> = (0..USERS)
        .map(|user| UserKey::new(format!("user-{user}")))
        .collect();
    let endpoints = apart();
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
        let held = runtime.block_on(fill(&limiter, &users, &endpoints, calls, under_way));
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

/// Endpoints that the server can tell apart, each with a limit.
fn apart() -> Vec<&'static EndpointMeta> {
    let mut apart = Vec::new();
    let mut seen = HashSet::new();
    for endpoint in THREADS
        .iter()
        .copied()
        .filter(|endpoint| endpoint.limit().is_some())
    {
        let shape: Vec<_> = endpoint
            .path()
            .split('/')
            .map(|part| if part.starts_with('<') { "<>" } else { part })
            .collect();
        if seen.insert((endpoint.method(), endpoint.base(), shape)) {
            apart.push(endpoint);
        }
    }
    apart.truncate(ENDPOINTS);
    apart
}

async fn fill(
    limiter: &Limiter,
    users: &[UserKey],
    endpoints: &[&'static EndpointMeta],
    calls: u32,
    under_way: usize,
) -> Vec<Permit> {
    let server = limiter.server("https://cliq.zoho.com");
    let mut held = Vec::with_capacity(users.len() * endpoints.len() * under_way);
    for user in users {
        for endpoint in endpoints {
            let most = endpoint.limit().map_or(0, |limit| limit.calls - 1);
            for _ in 0..calls.min(most) {
                let mut permit = permit(limiter, server, user, endpoint).await;
                permit.sending().expect("it is used at once");
                permit.answered(Told::Fine);
            }
            for _ in 0..under_way {
                held.push(permit(limiter, server, user, endpoint).await);
            }
        }
    }
    held
}

async fn permit(
    limiter: &Limiter,
    server: cliq_api::limit::ServerId,
    user: &UserKey,
    endpoint: &'static EndpointMeta,
) -> Permit {
    limiter
        .acquire(server, Some(user), endpoint, Ask::new())
        .await
        .expect("a slot is free")
}
