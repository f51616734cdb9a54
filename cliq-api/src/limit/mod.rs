//! Limits that don't lock a user out.
//!
//! A [`Limiter`] gives each call a [`Permit`] before it is sent, so that no more calls arrive at
//! the server than the endpoint's limit allows, whatever the network does to them, and none during
//! a lock. A client has one; by itself it is of use where calls go another way.
//!
//! [`Bucket`] is the rule itself, as a state machine without clock or I/O; [`LimitStore`] is what
//! to implement so that several processes share buckets. `docs/limits.md` says why the rule holds
//! and what is assumed about the server.
//!
//! ```
//! use cliq_api::limit::{Ask, LimitSettings, Limiter, Told};
//! use cliq_api::threads::THREADS;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let limiter = Limiter::new(LimitSettings::new(), None);
//! let server = limiter.server("https://cliq.zoho.com");
//!
//! let mut permit = limiter.acquire(server, None, &THREADS[0], Ask::new()).await?;
//! permit.sending()?;
//! // The call is sent, and answered.
//! permit.answered(Told::Fine);
//! # Ok(())
//! # }
//! ```

mod bucket;
mod codec;
#[cfg(any(feature = "file", feature = "redis"))]
mod kept;
mod limiter;
mod message;
mod outbox;
mod permit;
mod queue;
mod refusal;
mod rules;
mod settings;
mod shape;
mod slots;
mod store;
mod watch;

pub use self::bucket::Bucket;
pub use self::codec::DecodeError;
pub use self::limiter::{Ask, Limiter, ServerId};
pub use self::message::{
    Acquire, Completed, Decision, LeaseId, LockSource, Locked, Outcome, Source,
};
pub use self::permit::{Permit, Told};
pub use self::refusal::{Expired, LimitRefusal};
pub use self::rules::Rules;
pub use self::settings::{Class, LimitSettings, Patience};
pub use self::store::{BucketKey, Ended, LimitStore, Seen, StoreError, StoreFuture};
pub use self::watch::{Change, ChangeKind, Changes, LimitState, Limits, Lock};
