//! Measures a permit over shared stores: one call at a time, so that no call waits for another.

use std::path::Path;
use std::time::{Duration, Instant};

use cliq_api::UserKey;
use cliq_api::limit::{
    Acquire, AcquireOptions, CallEnd, Complete, Decision, LeaseId, LimitSettings, LimitStore,
    Limiter, Outcome, Source, UserBucket,
};
use cliq_api::shared::{FileLimitStore, RedisLimitStore};

use crate::sides::Sides;
use crate::{plenty, published};

// The server of the tests.
#[allow(
    dead_code,
    unreachable_pub,
    clippy::pedantic,
    reason = "not all of it is needed here"
)]
#[path = "../../../tests/src/redis.rs"]
mod redis;

const ROUNDS: usize = 15;
const CALLS: u32 = 200;
/// The calls of one user before the next user's.
const CALLS_EACH: u32 = 10;

pub(crate) fn measure() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let (quick, durable) = (
        redis::Redis::start(&["--appendonly", "no"]),
        redis::Redis::start(&[]),
    );
    let disk = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).expect("a directory on this disk");
    let memory = tempfile::tempdir_in("/dev/shm").expect("a directory in memory");
    let stores: [(&str, Option<Box<dyn LimitStore>>); 5] = [
        ("in this process", None),
        (
            "files in memory (/dev/shm)",
            Some(Box::new(files(memory.path()))),
        ),
        ("files on this disk", Some(Box::new(files(disk.path())))),
        ("Redis on loopback", Some(Box::new(over(&quick)))),
        (
            "Redis that syncs each write",
            Some(Box::new(over(&durable))),
        ),
    ];
    let both = |side: usize| match &stores[side].1 {
        None => runtime.block_on(in_memory()),
        Some(store) => runtime.block_on(at(&**store)),
    };
    println!("a permit over a store, one call after the other ({ROUNDS} rounds of {CALLS})");
    for (what, part) in [("acquire", 0), ("complete", 1)] {
        println!("  {what}");
        let sides = Sides::<5>::measure(ROUNDS, |side| <[Duration; 2]>::from(both(side))[part]);
        for (side, (name, _)) in stores.iter().enumerate() {
            let micros = sides.median(side).as_secs_f64() * 1e6 / f64::from(CALLS);
            println!(
                "    {name:<28} {micros:>9.1} µs  {:>9.1} x",
                sides.ratio(side, 0)
            );
        }
    }
}

fn files(directory: &Path) -> FileLimitStore {
    FileLimitStore::open(directory.join("limits")).expect("a directory for files")
}

fn over(server: &redis::Redis) -> RedisLimitStore {
    // A new server hasn't forgotten anything here.
    RedisLimitStore::new(server.url()).expect("a URL of Redis")
}

/// Measures acquiring and returning permits.
async fn in_memory() -> (Duration, Duration) {
    let limiter = Limiter::new(LimitSettings::new().cold_start(false), None);
    let buckets = [limiter.bucket(plenty())];
    let user = UserKey::new("855727961");
    let mut permits = Vec::with_capacity(CALLS as usize);
    let begun = Instant::now();
    for _ in 0..CALLS {
        permits.push(
            limiter
                .acquire(&buckets, Some(&user), AcquireOptions::new())
                .await
                .expect("a slot is free"),
        );
    }
    let acquiring = begun.elapsed();
    for permit in &mut permits {
        permit.sending().expect("it is used at once");
    }
    let begun = Instant::now();
    for permit in permits {
        permit.answered(Outcome::Accepted);
    }
    (acquiring, begun.elapsed())
}

/// The same for a store, with a published limit, and therefore a new user every few calls.
async fn at(store: &dyn LimitStore) -> (Duration, Duration) {
    let settings = LimitSettings::new().cold_start(false);
    let round = Instant::now();
    let (mut acquiring, mut completing) = (Duration::ZERO, Duration::ZERO);
    for call in 0..CALLS {
        let user = UserKey::new(format!("{round:?} {}", call / CALLS_EACH));
        let bucket = UserBucket::new(published(), Some(user), &settings);
        let (lease, source) = (LeaseId(u64::from(call) + 1), Source(1));
        let begun = Instant::now();
        let decisions = store
            .acquire(
                &[&bucket],
                Acquire::new(lease, source, Duration::from_secs(30)),
            )
            .await
            .expect("the store is there");
        acquiring += begun.elapsed();
        assert!(
            matches!(decisions[..], [Decision::Granted { .. }]),
            "{decisions:?}"
        );
        let begun = Instant::now();
        store
            .complete(&[(&bucket, Complete::new(lease, source, CallEnd::Answered))])
            .await
            .expect("it is told");
        completing += begun.elapsed();
    }
    (acquiring, completing)
}
