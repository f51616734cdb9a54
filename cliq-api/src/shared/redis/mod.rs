//! Limits and access tokens shared by hosts, in Redis or Valkey.
//!
//! `place` says which server and under which names, `link` keeps the connection; `limits` and
//! `tokens` are the two stores. What changes as one step is a script that runs in the server:
//! `bucket.lua` (`calls` speaks to it), `tokens.lua`.

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
