//! Zoho Cliq on your own machine: a stateful stand-in of its Threads API, for tests, examples and first steps, without
//! an account and without the Internet.
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
//! let client = Client::builder().base_url(server.base_url()).access_token(demo.token).build()?;
//!
//! client.follow_thread(&demo.thread_chat_id).await?;
//! # Ok(())
//! # }
//! ```
//!
//! [`Sandbox::demo`] is a small world that is there already; [`Sandbox::builder`] makes your own. All 19 operations
//! that [`cliq_api::threads`] declares work, and what one of them changes the others show. The routes come from those
//! declarations.
//!
//! # What is like Cliq, and what is assumed
//!
//! Paths, parameters, answers and the published errors are as documented. Where the documentation says nothing, this
//! server does the following:
//!
//! - A post without `sync_message` answers 200 and `{"Response Code": "204 No response"}`.
//! - A message has one thread at most. Creating a second one posts into the first, whose title stays.
//! - Without a `thread_title`, a thread is called like its main message: its first line, at most 100 characters.
//! - Following a thread and being a member of it are the same. Whoever posts in a thread follows it; a bot doesn't.
//! - A text's limit of 5000 is in characters.
//! - Following, unfollowing, muting, unmuting, closing and reopening may be repeated; leaving a thread is for those who
//!   are in it.
//! - Lists of threads go from the newest to the oldest, 50 on a page, at most 100.
//! - Errors have a `code` wherever one of Cliq's known codes fits.
//! - Tokens don't expire, scopes are not looked at, and nothing is limited.

mod builder;
mod call;
mod demo;
mod operations;
mod refusal;
mod reply;
mod routes;
mod sandbox;
mod server;
mod world;

pub use self::builder::{NewChannel, SandboxBuilder};
pub use self::demo::Demo;
pub use self::sandbox::{Message, Sandbox};
pub use self::server::Server;
pub use self::world::ReplyMode;
