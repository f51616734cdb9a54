//! A declarative API client: an endpoint is written down once, as an annotated trait method, and
//! everything else follows from it.
//!
//! ```
//! use cliq_api::prelude::*;
//!
//! /// Reactions of Zoho Cliq: a part of the API that this crate doesn't have.
//! #[endpoints(base = "/api/v2", scope_prefix = "ZohoCliq", limit = "30/min", lock = "5m")]
//! pub trait Reactions {
//!     /// Adds a reaction to a message.
//!     #[endpoint(POST "/chats/<CHAT_ID>/messages/<MESSAGE_ID>/reactions", scope = "messageactions.CREATE")]
//!     fn add_reaction(&self, chat_id: String, message_id: String, #[field] emoji_code: String);
//! }
//!
//! # async fn example() -> Result<(), Error> {
//! let client = Client::builder().access_token("1000.41d9…").build();
//! # let client = Client::builder().build()?;
//! client.add_reaction("CT_1", "1727333520582_47588994306224", ":smile:").await?;
//! # Ok(())
//! # }
//! ```
//!
//! The crate declares with the same macros all of Zoho Cliq's [Threads API](threads). Any other
//! HTTP API can be declared as well: nothing in the macros knows of Zoho.
//!
//! # Where to look
//!
//! - [`endpoints`]: all that a declaration can say.
//! - [`Client`]: where calls go, and as whom.
//! - [`RequestExt`]: what every call can do besides its own setters. [`PagedExt`]: answers in
//!   pages.
//! - [`Error`]: what went wrong, and what to do about it.
//! - [`auth`]: signing in, tokens, scopes, many users. [`limit`]: limits and locks, and how they
//!   are kept.
//! - [`threads`]: Zoho Cliq's threads.
//! - `shared` (features `file`, `redis`): limits and tokens that several processes share.
//!
//! # Features
//!
//! | feature | default | what it does |
//! |---|---|---|
//! | `rustls` | yes | TLS by rustls, with the platform's roots |
//! | `native-tls` | no | TLS by what the platform has |
//! | `blocking` | no | calls from plain threads, without an async runtime |
//! | `file` | no | limits and access tokens shared by the processes of a host, in files |
//! | `redis` | no | the same shared by hosts, in Redis or Valkey |
//! | `gzip` | no | answers compressed with gzip |
//! | `http2` | no | HTTP/2 where the server offers it |
//! | `system-proxy` | yes | proxies from the settings of macOS and Windows, besides those from the environment |

// The macros name this crate `::cliq_api`, here as everywhere.
extern crate self as cliq_api;

pub mod auth;
#[cfg(feature = "blocking")]
pub mod blocking;
mod client;
mod data_center;
mod dynamic;
mod endpoint;
mod error;
pub mod limit;
mod paging;
mod request_ext;
mod retry;
#[cfg(any(feature = "file", feature = "redis"))]
pub mod shared;
pub mod threads;
mod transport;
mod user_key;

pub use bytes::Bytes;
/// Declares a method of an [`#[endpoints]`](macro@endpoints) trait as an endpoint. What it
/// takes is described there.
pub use cliq_macros::endpoint;
/// Makes a trait of endpoints into methods of every [`Client`].
///
/// A method with `#[endpoint(METHOD "path", …)]` declares one endpoint. Its arguments are what is
/// sent, its return type is the response. Methods with a body pass through, so that a trait can
/// hold compositions of its endpoints.
///
/// ```
/// use cliq_api::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// /// Tickets of a help desk.
/// #[endpoints(base = "/api/v1", scope_prefix = "Desk", limit = "30/min", lock = "5m")]
/// pub trait Tickets {
///     /// Opens a ticket.
///     #[endpoint(POST "/tickets", scope = "Tickets.CREATE")]
///     fn open_ticket(&self, #[field] subject: String, #[field] priority: Option<u8>) -> Ticket;
///
///     /// Retrieves a ticket.
///     #[endpoint(GET "/tickets/<TICKET_ID>", scope = "Tickets.READ", response = "data")]
///     fn get_ticket(&self, ticket_id: String, #[query(csv)] include: Option<Vec<String>>) -> Ticket;
///
///     /// Lists tickets.
///     #[endpoint(GET "/tickets", scope = "Tickets.READ", page(items = "data", token = "next"))]
///     fn list_tickets(&self, #[query] state: Option<State>, #[query] next: Option<String>) -> Page<Ticket>;
///
///     /// Opens a ticket that can't wait.
///     fn open_urgent_ticket(&self, subject: impl Into<String>) -> OpenTicketRequest {
///         self.open_ticket(subject).priority(1)
///     }
/// }
///
/// #[derive(Deserialize)]
/// pub struct Ticket {
///     pub id: String,
///     pub subject: String,
/// }
///
/// #[derive(Serialize)]
/// #[serde(rename_all = "lowercase")]
/// pub enum State {
///     Open,
///     Closed,
/// }
///
/// # async fn example(client: Client) -> Result<(), Error> {
/// let ticket = client.open_ticket("Nobody can sign in").priority(2).await?;
/// let same = client.get_ticket(ticket.id).include(["history"]).await?;
/// let mut open = client.list_tickets().state(State::Open).items();
/// while let Some(ticket) = open.next().await {
///     println!("{}", ticket?.subject);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # On the trait
///
/// | key | meaning |
/// |---|---|
/// | `base = "/api/v3"` | a path between the client's base URL and each endpoint's path; empty by default |
/// | `scope_prefix = "ZohoCliq"` | put before each scope, with a dot |
/// | `limit = "20/min"`, `lock = "10m"` | the defaults for the methods |
/// | `crate = ::path` | the path of this crate, for crates that re-export it |
///
/// # On a method: `#[endpoint(METHOD "path", …)]`
///
/// | part | meaning |
/// |---|---|
/// | `GET`, `POST`, `PUT`, `PATCH`, `DELETE`, `HEAD` | comes first |
/// | `"/threads/<THREAD_CHAT_ID>?type=open"` | the path. `<NAME>` is filled by the argument of that name, in any case style; it may be a part of a segment, as in `<ID>.json`. Constants after `?` are sent as they are |
/// | `scope = "Chats.UPDATE"` | the scope that a token needs; `any("…", "…")` or `all("…", "…")` of several |
/// | `limit = "20/min"`, `"10/5min"`, `"20/2s"`, `none` | calls per time and user; `none` drops an inherited limit and lock |
/// | `lock = "10m"` | how long a user is locked out who exceeds the limit |
/// | `base = "/api/v2"` | another base for this endpoint |
/// | `shares = other_method` | the other has the same method and path but for the names of placeholders: the stricter limit and the longer lock hold for both |
/// | `bucket = "name"` | calls of all endpoints with that name are counted together |
/// | `idempotent`, `idempotent = false` | whether it may be sent twice; by default, all but `POST` and `PATCH` may |
/// | `response = "data"` | the response is that member of the JSON answer; dots descend |
/// | `page(items = "data", token = "next_token")` | the response is a [`Page<T>`](Page). The query argument of the token's name carries it, or the one that `param = "…"` names |
/// | `form` | sends fields as `application/x-www-form-urlencoded` |
/// | `timeout = "30s"` | a timeout for one attempt |
///
/// Times are written `10s`, `5m` or `5min`, `1h`; a day is `24h`. Editors with rust-analyzer
/// complete keys, attributes of arguments and their options.
///
/// # On an argument
///
/// | | |
/// |---|---|
/// | nothing | fills the placeholder of its name |
/// | `#[path("CHAT_ID")]` | fills that placeholder |
/// | `#[query]`, `#[query("name")]` | a query parameter; a `Vec` repeats it |
/// | `#[query(csv)]`, `#[query("name", csv)]` | a `Vec`, joined with commas |
/// | `#[query(flatten)]` | a struct or map, each member a parameter |
/// | `#[header("X-Name")]` | a header |
/// | `#[field]`, `#[field("name")]` | a member of the JSON body, or of the form |
/// | `#[body]` | the whole body, as JSON |
/// | `#[body(bytes)]`, `#[body(bytes, content_type = "image/png")]` | the whole body as it is: [`Bytes`], `Vec<u8>` or `String` |
///
/// A required argument is a parameter of the method, an `Option` is a setter of the builder.
/// Both take whatever converts `Into` the type; for a `Vec` they take an iterator of what
/// converts into its items; numbers and booleans are taken as themselves. An `Option` that is
/// not set is not sent. Values in a path, a query or a header must serialize to a scalar: a
/// string, a number, a boolean, a unit variant.
///
/// # The return type
///
/// No return type accepts any success and ignores the body. [`Bytes`] is the raw body.
/// [`Page<T>`](Page) is one page. Any other type is read from JSON, and an empty body reads as
/// `null`, so that an `Option` is `None` then. The type is recognized by its name as written.
///
/// # Compositions
///
/// A method with a body may call the others. One that awaits returns `impl Future<Output = …>
/// + Send`, as an `async fn` in a public trait promises no `Send`:
///
/// ```
/// # use cliq_api::prelude::*;
/// # #[endpoints]
/// # pub trait Tickets {
/// #     #[endpoint(GET "/a")] fn get_ticket(&self, #[query] ticket_id: String) -> String;
/// #     #[endpoint(GET "/b")] fn get_default_ticket(&self) -> String;
/// fn get_ticket_or_default(&self, id: String) -> impl Future<Output = Result<String, Error>> + Send {
///     async move {
///         match self.get_ticket(id).await {
///             Err(error) if error.is_not_found() => self.get_default_ticket().await,
///             answer => answer,
///         }
///     }
/// }
/// # }
/// ```
///
/// # What it becomes
///
/// For `open_ticket` of `Tickets`: the method, on a trait that every [`Caller`] implements;
/// `OpenTicketRequest`, a builder that is `Clone`, `Send` and `'static`, sends the call when
/// it is awaited, and can do what [`RequestExt`] says; its implementation of [`Endpoint`]; and
/// in `TICKETS`, a static beside the trait, its [`EndpointMeta`].
pub use cliq_macros::endpoints;
pub use http;

pub use auth::AuthScheme;
pub use client::{Caller, Client, ClientBuilder, Options};
pub use data_center::DataCenter;
pub use dynamic::DynamicCall;
pub use endpoint::Endpoint;
pub use endpoint::answer::{Answer, decode};
pub use endpoint::meta::{EndpointMeta, Limit, PageMeta, Param, Place, Scopes, Shape};
pub use endpoint::page::Page;
pub use endpoint::{
    BodyValue, FieldValue, HeaderValue, PathValue, QueryMembers, QueryValue, RawValue,
};
pub use error::{Attempt, Error, ErrorKind, Sent};
pub use paging::{Items, PagedExt, Pages};
pub use request_ext::{RequestExt, ResponseFuture};
pub use reqwest;
pub use retry::RetryPolicy;
pub use transport::{Exchange, Transport, TransportError};
pub use user_key::UserKey;

/// All that a module with endpoints of its own needs: `use cliq_api::prelude::*;`.
///
/// It exports no trait of endpoints: those are imported by name, so that a reader sees where a
/// method comes from.
pub mod prelude {
    pub use crate::{
        Bytes, Caller, Client, DataCenter, Endpoint, Error, Page, PagedExt, RequestExt, endpoint,
        endpoints,
    };
}

/// What generated code uses besides the public items. Not for use by hand: it may change at any
/// time.
#[doc(hidden)]
pub mod __private {
    use std::time::Duration;

    pub use crate::endpoint::Builder;
    pub use crate::endpoint::call::Call;
    pub use crate::request_ext::awaited;

    /// What an endpoint's table says of its limit.
    pub const fn limit(calls: u32, seconds: u64) -> Option<crate::Limit> {
        Some(crate::Limit::new(calls, Duration::from_secs(seconds)))
    }

    /// What an endpoint's table says of a time.
    pub const fn seconds(seconds: u64) -> Option<Duration> {
        Some(Duration::from_secs(seconds))
    }

    /// The builder of a call whose required values are set.
    pub fn built<B: Builder>(call: Call) -> B {
        B::of(call)
    }

    /// What a caller passes for a list.
    pub fn collect<T>(values: impl IntoIterator<Item = impl Into<T>>) -> Vec<T> {
        values.into_iter().map(Into::into).collect()
    }
}
