//! Faults between a client and the server, on demand.
//!
//! [`Sandbox::faults`](crate::Sandbox::faults) returns [`Faults`]. Faults are deterministic: seed,
//! endpoint, call index. The same calls meet the same faults in each run, whatever other endpoints
//! are called.

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
