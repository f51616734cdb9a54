//! One budget and one access token for many processes: stores to give to a client's builder.
//!
//! `docs/sharing.md` says what is shared, and what happens when a process dies.

#[cfg(feature = "file")]
mod file;
#[cfg(feature = "redis")]
mod redis;

#[cfg(feature = "redis")]
pub use self::redis::{RedisLimitStore, RedisTokenStore, StoreKey, Unreachable};
