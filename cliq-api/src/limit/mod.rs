//! Limits that don't lock a user out: what an endpoint declares is kept, however calls come and whatever the network does.
//!
//! [`Bucket`] is the rule, as a pure state machine. A [`LimitStore`] keeps buckets, in memory or where processes share them. The limiter over it
//! lets calls wait in line; [`LimitSettings`] says how, and [`Limits`] shows what is left. `docs/limits.md` says why the rule holds, and what is
//! assumed of the server.

mod bucket;
mod limiter;
mod line;
mod memory;
mod settings;
mod shapes;
mod store;
mod watch;

pub use bucket::{Bucket, Class, Decision, LeaseId, Outcome, Rule};
pub(crate) use limiter::{Ask, LimitRefusal, Limiter, Patience, Permit, Told};
pub use memory::MemoryStore;
pub use settings::LimitSettings;
pub use store::{Acquire, BucketKey, Complete, Completed, LimitStore, LockOrigin, Look, StoreError, Storing, Verdict};
pub use watch::{LimitEvent, LimitEvents, Limits, Lock, Remaining};
