//! Real processes that share limits and tokens over a store, against a server that keeps the book.

mod file;
mod fleet;
#[cfg(unix)]
mod forks;
mod limits;
mod locks;
// The other tests' one: their package needs much that workers can do without.
#[allow(dead_code, unreachable_pub, reason = "the others use all of it")]
#[path = "../../../src/redis.rs"]
mod redis;
mod server;
mod several;
mod tokens;

use redis::Redis;
use tempfile::TempDir;

/// A store for one test.
pub(crate) struct Store {
    /// Its place, as a worker's argument.
    pub(crate) place: String,
    /// Gone when this is.
    _kept: Kept,
}

enum Kept {
    Directory { _directory: TempDir },
    Redis { _redis: Redis },
}

impl Store {
    pub(crate) fn file() -> Self {
        // In memory, where that can be had: it is not to be measured how busy the disk is.
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

/// `LIMITS_SEED`, or another one each time; printed, so that a failure can be had again.
pub(crate) fn rng() -> fastrand::Rng {
    let seed = std::env::var("LIMITS_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("LIMITS_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}
