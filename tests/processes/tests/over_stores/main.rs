//! Real processes that share limits and tokens over a store, with a server that records calls.

mod file;
mod fleet;
#[cfg(unix)]
mod forks;
mod limits;
mod locks;
// Included from the other tests' package, whose dependencies workers don't need.
#[allow(dead_code, unreachable_pub, reason = "the others use all of it")]
#[path = "../../../src/redis.rs"]
mod redis;
mod server;
mod several;
mod tokens;

use redis::Redis;
use tempfile::TempDir;

/// A separate store for a test.
pub(crate) struct Store {
    /// As passed to a worker.
    pub(crate) place: String,
    /// Deleted with the store.
    _kept: Kept,
}

enum Kept {
    Directory { _directory: TempDir },
    Redis { _redis: Redis },
}

impl Store {
    pub(crate) fn file() -> Self {
        // In memory if possible, so that a busy disk doesn't slow down the test.
        let directory = tempfile::tempdir_in("/dev/shm")
            .or_else(|_| tempfile::tempdir())
            .unwrap();
        let place = format!("file:{}/store", directory.path().display());
        Self {
            place,
            _kept: Kept::Directory {
                _directory: directory,
            },
        }
    }

    pub(crate) fn redis() -> Self {
        let redis = Redis::start(&[]);
        Self {
            place: redis.url(),
            _kept: Kept::Redis { _redis: redis },
        }
    }
}

/// Seeded by `LIMITS_SEED`, or randomly; prints the seed, so that a failure can be reproduced.
pub(crate) fn rng() -> fastrand::Rng {
    let seed = std::env::var("LIMITS_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("LIMITS_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}
