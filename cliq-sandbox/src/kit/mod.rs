//! The test kit: a server of typed stubs, for the endpoints of any API.
//!
//! It derives everything from the declarations of endpoints, and only keeps the stubs and the
//! received calls.

mod book;
mod matcher;
mod names;
mod part;
mod received;
mod reply;
mod report;
mod server;
mod stub;
mod template;
mod times;

pub use self::part::ReceivedPart;
#[cfg(feature = "zoho")]
pub(crate) use self::part::parts_of as parts;
pub use self::received::ReceivedCall;
pub use self::reply::{Reply, ReplyTo};
pub use self::server::StubServer;
pub use self::stub::Stub;
pub use self::times::Times;
