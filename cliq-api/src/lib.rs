//! A declarative API client: an endpoint is written down once, as an annotated trait method, and
//! everything else follows from it.
//!
//! ```
//! use cliq_api::prelude::*;
//!
//! /// Tickets of a help desk.
//! #[endpoints(base = "/api/v1", limit = "30/min")]
//! pub trait Tickets {
//!     /// Adds a comment to a ticket.
//!     #[endpoint(POST "/tickets/<TICKET_ID>/comments", scope = "Tickets.UPDATE")]
//!     fn add_comment(&self, ticket_id: u64, #[field] text: String, #[field] internal: Option<bool>);
//! }
//!
//! # async fn example() -> Result<(), Error> {
//! let client = Client::builder("https://desk.example.com").bearer("41d9…").build()?;
//! client.add_comment(42_u64, "Fixed.").internal(true).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Any HTTP API can be declared. What differs between operators, such as how they report errors and
//! limits, is a [`Provider`]; the defaults follow the RFCs and common practice.
#![cfg_attr(
    feature = "zoho",
    doc = "
With the feature `zoho` (on by default) the crate declares [Zoho Cliq](cliq) with the same macros: a
client of it is [`Client::cliq`].
"
)]
//!
//! # Where to look
//!
//! - [`endpoints`]: what a declaration can say.
//! - [`Client`] and [`ClientBuilder`]: where calls go, as whom, and how.
//! - [`RequestExt`]: what every call can do besides its own setters. [`PagedExt`]: paged responses.
//! - [`Error`]: what went wrong, and what to do about it.
//! - [`Provider`]: what one API's operator is like.
//! - [`auth`]: authorization, OAuth 2.0, tokens, scopes, many users.
//! - [`limit`]: rate limits and lockouts.
//! - `shared` (features `file`, `redis`): rate limits and tokens that several processes share.
//!
//! # Features
//!
//! | feature | default | what it does |
//! |---|---|---|
//! | `zoho` | yes | Zoho Cliq: the declared API, data centers, sign-in |
//! | `reqwest` | yes | the default transport |
//! | `rustls` | yes | TLS by rustls, with the platform's roots |
//! | `native-tls` | no | TLS by the platform's library |
//! | `blocking` | no | calls from plain threads, without an async runtime |
//! | `file` | no | rate limits and access tokens shared by the processes of a host, in files |
//! | `redis` | no | the same shared between hosts, in Redis or Valkey |
//! | `gzip` | no | responses compressed with gzip |
//! | `http2` | no | HTTP/2 where the server offers it |
//! | `system-proxy` | yes | proxies from the settings of macOS and Windows, besides the environment's |

// The macros name this crate `::cliq_api`, here as everywhere.
extern crate self as cliq_api;

pub mod auth;
mod backoff;
#[cfg(feature = "blocking")]
pub mod blocking;
mod body;
mod client;
#[cfg(feature = "zoho")]
pub mod cliq;
mod dynamic;
mod error;
pub mod limit;
mod meta;
mod paging;
mod provider;
mod request;
mod request_ext;
mod response;
#[cfg(any(feature = "file", feature = "redis"))]
pub mod shared;
mod store_error;
mod transport;
mod user_key;
#[cfg(feature = "zoho")]
pub mod zoho;

/// The `User-Agent` of clients that don't set one.
pub(crate) const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

pub use body::{Body, BoxError, TooLarge};
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
/// [`Page<T>`](Page) is one page. Any other type is read from JSON. An empty body reads as `null`,
/// which is `None` for an `Option` and an empty list for a `Vec` or a `Page`. A response without the
/// declared member is an error, unless the type is an `Option`. In a [`Lenient<T>`](Lenient) an item
/// fails alone: `Page<Lenient<Ticket>>`. The type is recognized by its name as written.
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
pub use secrecy::SecretString;
pub use time::OffsetDateTime;

pub use client::{
    Builder, Caller, Client, ClientBuilder, Endpoint, EndpointLimits, Options, RetryPolicy,
};
#[cfg(feature = "zoho")]
pub use cliq::threads;
pub use dynamic::DynamicCall;
pub use error::{Attempt, Error, ErrorKind, FailedResponse, Failure};
pub use meta::{EndpointMeta, Limit, PageMeta, Param, Place, Scopes, Shape};
pub use paging::{Items, LenientRequest, PagedExt, Pages};
pub use provider::{Provider, Quota};
pub use request::{
    BodyValue, FieldValue, HeaderValue, PathValue, QueryMembers, QueryValue, RawValue,
};
pub use request_ext::{RequestExt, ResponseFuture};
#[cfg(feature = "reqwest")]
pub use reqwest;
pub use response::{DecodeError, FromResponse, ItemError, Lenient, Page, decode};
pub use store_error::StoreError;
pub use transport::{Connection, Exchange, Sent, SetupError, Transport, TransportError};
#[cfg(feature = "reqwest")]
pub use transport::{DefaultTransport, ReqwestTransport, ReqwestTransportBuilder};
pub use user_key::UserKey;
#[cfg(feature = "zoho")]
pub use zoho::DataCenter;

/// What a module that declares endpoints needs: `use cliq_api::prelude::*;`.
///
/// It exports no trait of endpoints: those are imported by name, so that a reader sees where a
/// method comes from.
pub mod prelude {
    #[cfg(feature = "zoho")]
    pub use crate::DataCenter;
    pub use crate::{
        Bytes, Caller, Client, Endpoint, Error, Page, PagedExt, RequestExt, endpoint, endpoints,
    };
}

/// What generated code uses besides the public items. Not for use by hand: it may change at any
/// time.
#[doc(hidden)]
pub mod __private {
    use std::time::Duration;

    pub use crate::client::{Builder, Context, Of};
    pub use crate::request::Call;
    pub use crate::request_ext::awaited;

    /// What an endpoint's table says of its limit.
    pub const fn limit(calls: u32, seconds: u64) -> Option<crate::Limit> {
        Some(crate::Limit::new(calls, Duration::from_secs(seconds)))
    }

    /// What an endpoint's table says of a time.
    pub const fn seconds(seconds: u64) -> Option<Duration> {
        Some(Duration::from_secs(seconds))
    }

    /// Returns the builder of a call whose required values are set.
    pub fn built<B: Builder>(caller: &(impl crate::Caller + ?Sized), call: Call) -> B {
        B::new(call, Context::new(caller.client().clone()))
    }

    /// What a caller passes for a list.
    pub fn collect<T>(values: impl IntoIterator<Item = impl Into<T>>) -> Vec<T> {
        values.into_iter().map(Into::into).collect()
    }
}
