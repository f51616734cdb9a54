//! Servers for tests without a network: [`StubServer`] for any API, and `Sandbox`, a stateful
//! simulation of Zoho Cliq.
//!
//! # Stubs
//!
//! A [`StubServer`] replies to the endpoints of any API that is declared with `cliq_api`, records
//! the calls, and fails the test if they don't match its stubs.
#![cfg_attr(
    feature = "zoho",
    doc = r#"
# Sandbox

Feature `zoho`, on by default. [`Sandbox`] simulates Zoho Cliq, for tests, examples and first steps
without an account.

```
use cliq_api::threads::Threads;
use cliq_api::{Client, DataCenter};
use cliq_sandbox::Sandbox;

# #[tokio::main(flavor = "current_thread")]
# async fn main() -> Result<(), Box<dyn std::error::Error>> {
let demo = Sandbox::demo();
let server = demo.sandbox.serve().await?;
let client = Client::cliq(DataCenter::US)
    .base_url(server.base_url())
    .access_token(demo.token)
    .build()?;

client.follow_thread(&demo.thread_chat_id).await?;
# Ok(())
# }
```

[`Sandbox::demo`] is a small prepared world; [`Sandbox::builder`] builds your own. The sandbox plays
chats, channels, messages, files, threads, reactions, pins, stars, scheduled messages, reminders,
bots and users, on one shared state. Its routes are derived from the declarations of
[`cliq_api::cliq`]; an endpoint that isn't played answers its published example, with the header
`X-Sandbox-Example: true`.

# Limits and faults

[`Sandbox::client`] connects in the process, without a socket. With Tokio's time paused, hours pass
immediately. [`Limits`](limits::Limits) are off by default; the [`Book`](limits::Book) records the
calls. [`Faults`] are deterministic: the same seed gives the same faults.

```
use std::time::Duration;

use cliq_api::RetryPolicy;
use cliq_api::limit::LimitSettings;
use cliq_api::threads::{FollowThreadRequest, Threads};
use cliq_sandbox::limits::Limits;
use cliq_sandbox::{Fault, Latency, Sandbox};

# #[tokio::main(flavor = "current_thread")] // in a test: #[tokio::test(start_paused = true)]
# async fn main() {
let demo = Sandbox::builder().limits(Limits::published()).seed(7).demo();
// A client without a limiter.
let client = demo.sandbox.client_builder().access_token(&*demo.token).retry(RetryPolicy::none());
let client = client.limits(LimitSettings::off()).build().unwrap();
demo.sandbox.faults().everywhere().latency(Latency::exponential(Duration::from_millis(1)));
demo.sandbox.faults().on::<FollowThreadRequest>().next(Fault::ResetAfter);

assert!(client.follow_thread(&demo.thread_chat_id).await.is_err());
for _ in 0..20 {
    let _ = client.follow_thread(&demo.thread_chat_id).await;
}
let tally = demo.sandbox.book().of::<FollowThreadRequest>(&demo.user_id);
assert_eq!((tally.arrivals, tally.locks, tally.fullest), (21, 1, 21));
# }
```

The sandbox's clock starts at the same time in every run, and follows Tokio's time unless another
[`Clock`] is set.

# Differences from Cliq

Paths, parameters, responses and documented errors follow Zoho's documentation. The page
`docs/sandbox-rules.md` lists all assumptions and errors. An error has the documented message of its
status, a known code, and its cause in the header `X-Sandbox-Reason`, which Cliq doesn't send. If
documentation and observed behavior differ, the documentation is the default; see [`Posts`].

# Worlds

[`Sandbox::builder`] builds a world of [`NewChannel`], [`NewMessage`] and [`NewThread`].
[`Sandbox::to_json`] and [`Sandbox::save`] store it; [`SandboxBuilder::json`] and
[`SandboxBuilder::load`] restore it.

[`oauth`] simulates Zoho's accounts server, on the same port; see [`Sandbox::accounts`]. Tokens of
[`Sandbox::token`] don't expire and have all scopes. Tokens of the accounts server expire, and have
the requested scopes.
"#
)]

#[cfg(feature = "zoho")]
mod builder;
#[cfg(feature = "zoho")]
mod call;
#[cfg(feature = "zoho")]
mod clock;
#[cfg(feature = "zoho")]
mod control;
#[cfg(feature = "zoho")]
mod demo;
#[cfg(feature = "zoho")]
mod described;
#[cfg(feature = "zoho")]
mod documented;
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
mod serving;
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
pub use self::kit::{ReceivedCall, ReceivedPart, Reply, ReplyTo, Stub, StubServer, Times};
#[cfg(feature = "zoho")]
pub use self::posts::Posts;
#[cfg(feature = "zoho")]
pub use self::record::Record;
#[cfg(feature = "zoho")]
pub use self::sandbox::{AppCredentials, Sandbox};
#[cfg(feature = "zoho")]
pub use self::server::Server;
#[cfg(feature = "zoho")]
pub use self::serving::ServeOptions;
#[cfg(feature = "zoho")]
pub use self::transport::SandboxTransport;
#[cfg(feature = "zoho")]
pub use self::world::ReplyMode;
