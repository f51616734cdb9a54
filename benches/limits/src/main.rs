//! Measures the cost of a permit: in time and memory compared with governor's keyed limiter, and
//! with shared stores.
//!
//! `cargo run --release --manifest-path benches/limits/Cargo.toml` measures all, and `… -- time`,
//! `memory`, `stores` or `window` a part. The stores need a `redis-server`. `window` simulates how
//! many calls a server counts, and takes no time; `-- window --save FILE` writes what is plotted.
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
mod window;

use std::alloc::System;
use std::env;
use std::path::Path;
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
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (only, save) = match &arguments[..] {
        [] => (None, None),
        [only] => (Some(only), None),
        [only, option, file] if option == "--save" && only == "window" => {
            (Some(only), Some(Path::new(file)))
        }
        _ => panic!("expected a part, and `--save FILE` after `window`: {arguments:?}"),
    };
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    if wanted("time") {
        time::measure();
    }
    if wanted("memory") {
        memory::measure(ALLOCATOR);
    }
    if wanted("stores") {
        stores::measure();
    }
    if wanted("window") {
        window::measure(save).expect("the file can be written");
    }
}
