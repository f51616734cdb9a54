//! Stores that share rate limits and access tokens between processes. Features `file` and `redis`.
//!
//! Servers count calls per user, not per process. Processes that make calls for the same user must
//! share their state; otherwise each of them uses the whole quota. The guide describes what is
//! shared, and what happens when a process dies: [sharing](crate::guide::sharing),
//! [Redis](crate::guide::redis).

#[cfg(feature = "file")]
mod file;
mod record;
#[cfg(feature = "redis")]
mod redis;

#[cfg(feature = "file")]
pub use self::file::{FileLimitStore, FileTokenStore};
#[cfg(feature = "redis")]
pub use self::redis::{RedisLimitStore, RedisTokenStore, StoreKey, Unreachable};
