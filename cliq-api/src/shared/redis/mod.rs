//! Stores of rate limits and access tokens in Redis or Valkey, shared between hosts.
//!
//! `place` holds the server's address and derives key names, `link` maintains the connection;
//! `limits` and `tokens` are the stores. Atomic changes are scripts that run in the server:
//! `bucket.lua`, which `calls` invokes, and `tokens.lua`.

mod away;
mod calls;
mod limits;
mod link;
mod locks;
mod place;
mod record;
mod tokens;

pub use self::away::Unreachable;
pub use self::limits::RedisLimitStore;
pub use self::record::StoreKey;
pub use self::tokens::RedisTokenStore;

#[cfg(test)]
mod tests;
