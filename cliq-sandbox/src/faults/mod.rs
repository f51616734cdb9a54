//! Faults between a client and the server, on demand.
//!
//! [`Faults`] is reached by [`Sandbox::faults`](crate::Sandbox::faults). What happens to a call
//! depends on the sandbox's seed, on the endpoint, and on how many calls of that endpoint there
//! were before: the same calls have the same faults in each run, whatever other endpoints are
//! called.

mod bomb;
mod damage;
mod fault;
mod latency;
mod plan;

pub(crate) use self::damage::{Damaged, damage, failure};
pub use self::fault::Fault;
pub use self::latency::Latency;
pub(crate) use self::plan::{Course, Plans};
pub use self::plan::{Faults, FaultsOn};
