//! Rate limits that don't lock a user out.
//!
//! A [`Limiter`] gives each call a [`Permit`] before it is sent, so that no more calls arrive at
//! the server than its limits allow, whatever the network does to them, and none during a lockout.
//! It knows nothing of HTTP: a [`BucketSpec`] describes what a server counts together, and a call
//! names the buckets that it counts in.
//!
//! ```
//! use std::time::Duration;
//! use cliq_api::Limit;
//! use cliq_api::limit::{AcquireOptions, BucketSpec, LimitSettings, Limiter, Outcome};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let minute = Duration::from_secs(60);
//! let limiter = Limiter::new(LimitSettings::new(), None);
//! let messages = BucketSpec::new("https://api.example.com", "POST /messages");
//! let bursts = limiter.bucket(messages.clone().limit(Limit::new(20, minute)));
//! let daily = limiter.bucket(messages.limit(Limit::new(1000, 24 * 60 * minute)));
//!
//! let mut permit = limiter.acquire(&[bursts, daily], None, AcquireOptions::new()).await?;
//! permit.sending()?;
//! // The request is sent here, and its response arrives.
//! permit.answered(Outcome::Accepted);
//! # Ok(())
//! # }
//! ```
//!
//! [`Bucket`] is the rule itself, as a state machine without clock and I/O. [`LimitStore`] is the
//! trait to implement so that several processes share buckets. The guide has the
//! [usage and the proof of the rule](crate::guide::limits), and the
//! [settings](crate::guide::limit_settings).

mod bucket;
mod clock;
mod codec;
mod events;
mod identity;
mod inner;
#[cfg(any(feature = "file", feature = "redis"))]
mod kept;
mod limiter;
mod limits;
mod message;
mod outbox;
mod permit;
mod queue;
mod refusal;
mod registry;
mod rules;
mod settings;
mod slots;
mod spec;
mod store;
mod wait;

pub use self::bucket::Bucket;
pub use self::codec::DecodeError;
pub use self::events::{Change, ChangeKind, Changes};
pub use self::limiter::Limiter;
pub use self::limits::{LimitState, Limits, Lock};
pub use self::message::{
    Acquire, CallEnd, Complete, Completed, Decision, LeaseId, LockSource, Locked, Quota, Source,
};
pub use self::permit::{Acquiring, Outcome, Permit, Throttling};
pub use self::refusal::{Expired, LimitRefusal};
pub use self::registry::{BucketId, UserBucket};
pub use self::rules::Rules;
pub use self::settings::{AcquireOptions, LimitSettings, LockPolicy, Priority, WaitPolicy};
pub use self::spec::BucketSpec;
pub use self::store::{LimitStore, Snapshot};
