//! The test kit: a server of stubs, each for one endpoint by its type, and what was received for
//! each.
//!
//! It knows endpoints by their declarations alone, so that a user's own are stubbed as Cliq's are.
//! It keeps no state of a world: that is the [`Sandbox`](crate::Sandbox)'s.

mod book;
mod matcher;
mod names;
mod received;
mod reply;
mod report;
mod server;
mod stub;
mod template;
mod times;

pub use self::received::ReceivedCall;
pub use self::reply::{Reply, ReplyTo};
pub use self::server::StubServer;
pub use self::stub::Stub;
pub use self::times::Times;
