//! Zoho Cliq on your own machine: a stateful stand-in of its Threads API, for tests, examples and
//! first steps, without an account and without the Internet.
//!
//! ```
//! use cliq_api::Client;
//! use cliq_api::threads::Threads;
//! use cliq_sandbox::Sandbox;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let demo = Sandbox::demo();
//! let server = demo.sandbox.serve().await?;
//! let client = Client::cliq(DataCenter::US).base_url(server.base_url()).access_token(demo.token).build()?;
//!
//! client.follow_thread(&demo.thread_chat_id).await?;
//! # Ok(())
//! # }
//! ```
//!
//! [`Sandbox::demo`] is a small world that is there already; [`Sandbox::builder`] makes your own.
//! All 19 operations that [`cliq_api::threads`] declares work, and what one of them changes the
//! others show. The routes come from those declarations.
//!
//! # As a test bed
//!
//! Without a socket it is quicker still, and under paused time hours pass at once:
//! [`Sandbox::client`] is a client that talks to it in the same process. [`Limits`](limits::Limits)
//! are off until they are asked for, and the [`Book`](limits::Book) has what arrived; [`Faults`]
//! make things go wrong, the same things for the same seed.
//!
//! ```
//! use std::time::Duration;
//!
//! use cliq_api::RetryPolicy;
//! use cliq_api::limit::LimitSettings;
//! use cliq_api::threads::{FollowThreadRequest, Threads};
//! use cliq_sandbox::limits::Limits;
//! use cliq_sandbox::{Fault, Latency, Sandbox};
//!
//! # #[tokio::main(flavor = "current_thread")] // in a test: #[tokio::test(start_paused = true)]
//! # async fn main() {
//! let demo = Sandbox::builder().limits(Limits::published()).seed(7).demo();
//! // A client that knows no better.
//! let client = demo.sandbox.client_builder().access_token(&*demo.token).retry(RetryPolicy::none());
//! let client = client.limits(LimitSettings::off()).build().unwrap();
//! demo.sandbox.faults().everywhere().latency(Latency::exponential(Duration::from_millis(1)));
//! demo.sandbox.faults().on::<FollowThreadRequest>().next(Fault::ResetAfter);
//!
//! assert!(client.follow_thread(&demo.thread_chat_id).await.is_err());
//! for _ in 0..20 {
//!     let _ = client.follow_thread(&demo.thread_chat_id).await;
//! }
//! let tally = demo.sandbox.book().of::<FollowThreadRequest>(&demo.user_id);
//! assert_eq!((tally.arrivals, tally.locks, tally.fullest), (21, 1, 21));
//! # }
//! ```
//!
//! Its clock starts at the same time in every run and goes with Tokio's, unless it is given another
//! [`Clock`].
//!
//! # What is like Cliq, and what is assumed
//!
//! Paths, parameters, answers and the published refusals are as documented, and all that is assumed
//! where the document says nothing is in `docs/sandbox.md`, with a table of what is refused and
//! how. A refusal has the published message of its status, a known code, and in the header
//! `X-Sandbox-Reason`, which Cliq doesn't have, what exactly was wrong. Where the document and what
//! was seen of Cliq differ, the document is the default and [`Posts`] the switch.
//!
//! # Worlds
//!
//! [`Sandbox::builder`] makes one in code; [`NewChannel`], [`NewMessage`] and [`NewThread`] are
//! what there may be in it. [`Sandbox::to_json`] and [`Sandbox::save`] keep it,
//! [`SandboxBuilder::json`] and [`SandboxBuilder::load`] bring it back.
//!
//! [`oauth`] is Zoho's accounts server, at the same port: [`Sandbox::accounts`] reaches it. Tokens
//! of [`Sandbox::token`] don't expire and have all scopes; those that it gives out do and have what
//! was asked for.

#[cfg(feature = "zoho")]
mod builder;
#[cfg(feature = "zoho")]
mod call;
#[cfg(feature = "zoho")]
mod clock;
#[cfg(feature = "zoho")]
mod demo;
#[cfg(feature = "zoho")]
mod described;
#[cfg(feature = "zoho")]
mod exchange;
#[cfg(feature = "zoho")]
mod faults;
#[cfg(feature = "zoho")]
mod inside;
mod kit;
#[cfg(feature = "zoho")]
pub mod limits;
#[cfg(feature = "zoho")]
pub mod oauth;
#[cfg(feature = "zoho")]
mod operations;
#[cfg(feature = "zoho")]
mod posts;
#[cfg(feature = "zoho")]
mod random;
#[cfg(feature = "zoho")]
mod record;
#[cfg(feature = "zoho")]
mod refusal;
#[cfg(feature = "zoho")]
mod reply;
#[cfg(feature = "zoho")]
mod routes;
#[cfg(feature = "zoho")]
mod sandbox;
#[cfg(feature = "zoho")]
mod server;
#[cfg(feature = "zoho")]
mod transport;
mod whole;
#[cfg(feature = "zoho")]
mod wire;
#[cfg(feature = "zoho")]
mod world;

#[cfg(feature = "zoho")]
pub use self::builder::SandboxBuilder;
#[cfg(feature = "zoho")]
pub use self::clock::{Clock, ManualClock};
#[cfg(feature = "zoho")]
pub use self::demo::Demo;
#[cfg(feature = "zoho")]
pub use self::described::{NewChannel, NewMessage, NewThread, WorldError};
#[cfg(feature = "zoho")]
pub use self::faults::{Fault, Faults, FaultsOn, Latency};
#[cfg(feature = "zoho")]
pub use self::inside::{Message, SandboxChannel, SandboxThread, SandboxUser};
pub use self::kit::{ReceivedCall, Reply, ReplyTo, Stub, StubServer, Times};
#[cfg(feature = "zoho")]
pub use self::posts::Posts;
#[cfg(feature = "zoho")]
pub use self::record::Record;
#[cfg(feature = "zoho")]
pub use self::sandbox::Sandbox;
#[cfg(feature = "zoho")]
pub use self::server::Server;
#[cfg(feature = "zoho")]
pub use self::transport::SandboxTransport;
#[cfg(feature = "zoho")]
pub use self::world::ReplyMode;
