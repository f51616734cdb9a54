//! Measures the cost of a permit: in time and memory compared with governor's keyed limiter, and
//! with shared stores.
//!
//! `cargo run --release --manifest-path benches/limits/Cargo.toml` measures everything, and
//! `… -- time`, `memory` or `stores` a part. The stores need a `redis-server`.
//!
//! Both sides alternate over several rounds, and the medians are printed. They guarantee different
//! things: governor's state is one number per key, and it ignores the outcome of a call; ours holds
//! a slot for each call until some time after its response. The difference is the cost of that.

mod memory;
// Shared with the runtime benchmark.
#[path = "../../runtime/src/median.rs"]
mod sides;
mod stores;
mod time;

use std::alloc::System;
use std::env;
use std::time::Duration;

use cliq_api::Limit;
use cliq_api::limit::BucketSpec;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Like most of Cliq's limits.
fn published() -> BucketSpec {
    spec("GET /published", Limit::new(20, Duration::from_mins(1)))
}

/// A limit that nobody reaches.
fn plenty() -> BucketSpec {
    spec("GET /plenty", Limit::new(1_000_000, Duration::from_secs(1)))
}

/// A second limit of the same calls, per day.
fn daily() -> BucketSpec {
    spec(
        "GET /published",
        Limit::new(10_000_000, Duration::from_hours(24)),
    )
}

fn spec(name: &str, limit: Limit) -> BucketSpec {
    BucketSpec::new("https://cliq.zoho.com", name)
        .limit(limit)
        .lock(Duration::from_mins(10))
}

fn main() {
    let only = env::args().nth(1);
    let wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    if wanted("time") {
        time::measure();
    }
    if wanted("memory") {
        memory::measure(ALLOCATOR);
    }
    if wanted("stores") {
        stores::measure();
    }
}
