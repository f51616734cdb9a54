//! One budget and one access token for many processes: stores to give to a client's builder.
//!
//! The limits of an API count for a user, not for a process. Processes that make calls for the same
//! user have to share what they know, or each of them spends the whole budget. `docs/sharing.md`
//! says what is shared, and what happens when a process dies.

#[cfg(feature = "file")]
mod file;
mod record;
#[cfg(feature = "redis")]
mod redis;

#[cfg(feature = "file")]
pub use self::file::{FileLimitStore, FileTokenStore};
#[cfg(feature = "redis")]
pub use self::redis::{RedisLimitStore, RedisTokenStore, StoreKey, Unreachable};
