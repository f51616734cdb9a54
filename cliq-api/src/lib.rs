//! A declarative API client: an annotated trait method declares an endpoint, and a macro generates
//! the rest.
//!
//! ```no_run
//! use cliq_api::prelude::*;
//!
//! /// Tickets of a help desk.
//! #[endpoints(base = "/api/v1", limit = "30/min")]
//! pub trait Tickets {
//!     /// Adds a comment to a ticket.
//!     #[endpoint(POST "/tickets/<TICKET_ID>/comments", scope = "Tickets.UPDATE")]
//!     fn add_comment(
//!         &self,
//!         ticket_id: u64,
//!         #[field] text: String,
//!         #[field] internal: Option<bool>,
//!     );
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Error> {
//!     let client = Client::builder("https://desk.example.com").bearer("41d9").build()?;
//!     client.add_comment(42_u64, "Fixed.").internal(true).await?;
//!     Ok(())
//! }
//! ```
//!
//! Any HTTP API can be declared. A [`Provider`] describes what differs between APIs, such as how
//! they report errors and rate limits; its defaults follow the RFCs and common practice.
#![cfg_attr(
    feature = "zoho",
    doc = "
With the feature `zoho` (on by default), the crate declares the API of [Zoho Cliq](cliq) with the
same macros. [`Client::cliq`] builds a client for it.
"
)]
//!
//! # Guide
//!
//! The [guide] has a page for each topic:
//!
//! | topic | guide | items |
//! |---|---|---|
//! | declarations | [declaring](guide::declaring), [arguments](guide::arguments) | [`endpoints`] |
//! | calls | [calling](guide::calling) | [`Client`], [`ClientBuilder`], [`RequestExt`], [`Options`] |
//! | pages | [paging](guide::paging) | [`Page`], [`PagedExt`] |
//! | streams and files | [streams](guide::streams) | [`Body`], [`Part`], [`Download`], [`Events`] |
//! | errors and retries | [errors](guide::errors), [decoding](guide::decoding) | [`Error`], [`RetryPolicy`] |
//! | rate limits | [limits](guide::limits), [settings](guide::limit_settings) | [`limit`] |
//! | authentication | [authentication](guide::authentication), [accounts of Zoho](guide::zoho_accounts) | [`auth`] |
//! | many users | [users](guide::users) | [`Client::as_user`] |
//! | many processes | [sharing](guide::sharing), [Redis](guide::redis) | `shared` (features `file`, `redis`) |
//! | tests | [testing](guide::testing) | the crate `cliq-sandbox` |
//! | observing | [tracing](guide::tracing) | [`EndpointLimits`] |
//! | middleware | [middleware](guide::middleware) | [`ClientBuilder::layer`], [`Transport`] |
//! | another provider | [providers](guide::providers) | [`Provider`], [`Failure`] |
//! | OpenAPI | [openapi](guide::openapi) | the crate `cliq-openapi` |
//! | command lines, MCP | [cli](guide::cli), [mcp](guide::mcp) | the crate `cliq-cli` |
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `zoho` | yes | Zoho Cliq: the declared API, data centers, sign-in |
//! | `reqwest` | yes | the default transport |
//! | `hyper` | no | `HyperTransport`, with fewer dependencies; the default one without `reqwest` |
//! | `rustls` | yes | TLS with rustls and the platform's root certificates |
//! | `native-tls` | no | TLS with the platform's library |
//! | `system-proxy` | yes | proxy settings of macOS and Windows, besides the environment variables |
//! | `blocking` | no | calls from threads without an async runtime |
//! | `file` | no | rate limits and access tokens shared by the processes of a host, in files |
//! | `redis` | no | rate limits and access tokens shared between hosts, in Redis or Valkey |
//! | `gzip` | no | gzip-compressed responses |
//! | `http2` | no | HTTP/2, if the server offers it |
//! | `socks` | no | SOCKS proxies |
//! | `schema` | no | JSON schemas of types in the metadata, for traits with the key `schema` |
#![cfg_attr(docsrs, feature(doc_cfg))]

// Generated code refers to this crate as `::cliq_api`, also within the crate.
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
mod few;
#[cfg(all(doc, not(doctest)))]
#[cfg_attr(
    not(all(
        feature = "blocking",
        feature = "file",
        feature = "hyper",
        feature = "redis",
        feature = "reqwest",
        feature = "zoho"
    )),
    allow(
        rustdoc::broken_intra_doc_links,
        reason = "pages link to items of all features"
    )
)]
pub mod guide;
pub mod limit;
mod meta;
mod paging;
mod provider;
mod request;
mod response;
mod schema;
mod secrets;
#[cfg(any(feature = "file", feature = "redis"))]
pub mod shared;
mod store;
mod streaming;
mod timestamp;
mod transport;
mod user_key;
#[cfg(feature = "zoho")]
pub mod zoho;

pub use body::{Body, BoxError, Part, TooLarge};
pub use bytes::Bytes;
/// Declares a method of an [`#[endpoints]`](macro@endpoints) trait as an endpoint. Its keys are
/// documented there.
pub use cliq_macros::endpoint;
/// Turns the endpoints of a trait into methods of every [`Client`].
///
/// A method with `#[endpoint(METHOD "path", …)]` declares one endpoint. Its arguments declare the
/// request, its return type the response. Methods with a body stay as they are, so a trait can also
/// contain functions that combine its endpoints. The guide shows each key and attribute in use:
/// [declaring](crate::guide::declaring), [arguments](crate::guide::arguments),
/// [paging](crate::guide::paging), [streams](crate::guide::streams).
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
///     fn get_ticket(
///         &self,
///         ticket_id: String,
///         #[query(csv)] include: Option<Vec<String>>,
///     ) -> Ticket;
///
///     /// Lists tickets.
///     #[endpoint(GET "/tickets", scope = "Tickets.READ", page(items = "data", token = "next"))]
///     fn list_tickets(
///         &self,
///         #[query] state: Option<State>,
///         #[query] next: Option<String>,
///     ) -> Page<Ticket>;
///
///     /// Opens a ticket of the highest priority.
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
/// # Keys of the trait: `#[endpoints(…)]`
///
/// | key | meaning |
/// |---|---|
/// | `base = "/api/v3"` | a path between the client's base URL and the path of each endpoint; defaults to none |
/// | `scope_prefix = "Desk"` | a prefix of each scope, joined with a dot; defaults to none |
/// | `limit = "20/min"`, `lock = "10m"`, `bucket = "name"`, `server = "name"` | defaults for the methods; see below |
/// | `header("X-Api-Version" = "2022-11-28")` | constant headers of all methods; a method's own of the same name replaces it |
/// | `schema` | puts the JSON schemas of arguments and responses into the metadata. Their types implement `schemars::JsonSchema`. Requires the feature `schema` |
/// | `schema(feature = "schema")` | the same only with this feature of your crate, which enables that of this one |
/// | `crate = ::path` | the path of this crate, for crates that re-export it |
///
/// # Keys of a method: `#[endpoint(METHOD "path", …)]`
///
/// | key | meaning |
/// |---|---|
/// | `GET`, `POST`, `PUT`, `PATCH`, `DELETE`, `HEAD`, `OPTIONS` | the HTTP method; required, first |
/// | `"/tickets/<TICKET_ID>?view=full"` | the path; required, second. The argument of the same name, in any case style, fills the placeholder `<NAME>`. A placeholder may be a part of a segment, as in `<ID>.json`; `<PATH..>` takes one or more whole segments: a text with slashes between them, or a `Vec` of them. A constant query after `?` is sent unchanged |
/// | `scope = "Tickets.UPDATE"` | the scope that the token needs; of several, `any("…", "…")` or `all("…", "…")` |
/// | `limit = "20/min"`, `"10/5min"`, `"10000/day"`, `"1000/h per app"` | the rate limit of each user, or of all users together |
/// | `limit = ["100/s", "10000/day"]` | several limits, all of which are kept |
/// | `limit = none` | removes an inherited limit and lockout |
/// | `lock = "10m"` | the lockout: how long the server rejects all calls of a user who exceeds a limit. Requires `limit` |
/// | `lock = none` | the server has no lockouts here, whatever the trait or the provider declares |
/// | `base = "/api/v2"` | replaces the trait's `base` |
/// | `bucket = "name"` | counts the calls of all endpoints with this name together. A method with a `limit` isn't counted in the trait's bucket unless it names it; nor is one with `bucket = none` |
/// | `server = "uploads"` | another server of the provider, whose URL the client has from [`ClientBuilder::server`]; `none` for the client's base URL |
/// | `header("X-Name" = "value")` | constant headers |
/// | `field("action" = "close", "depth" = 1)` | constant fields of the body: strings, numbers, booleans |
/// | `body = optional` | sends no body if no field is set |
/// | `idempotent`, `idempotent = false` | whether a call may be sent twice, which retries depend on. Defaults to `false` for `POST` and `PATCH`, to `true` for the others |
/// | `idempotency_key = "Idempotency-Key"` | sends a random key in this header, the same with all attempts of a call, by which the server knows a call that it has received before. Such a call may be sent twice, unless `idempotent = false` is declared. [`Options::idempotency_key`] sets the key of a call |
/// | `response = "data"` | returns this member of the JSON object; dots descend, as in `data.items` |
/// | `page(…)` | declares a paged response, of type [`Page<T>`](Page); see below |
/// | `form` | sends fields as `application/x-www-form-urlencoded` |
/// | `form = nested` | the same for structs, maps and lists: `item[price]=5&tags[0]=a` |
/// | `multipart` | sends `#[part]` arguments as `multipart/form-data` |
/// | `timeout = "30s"` | the timeout of one attempt; defaults to the client's |
///
/// Durations are written `10s`, `5m` or `5min`, `1h`, `1day`. Editors with rust-analyzer complete
/// keys, attributes of arguments and their options.
///
/// A server counts what it can distinguish: methods and paths, whatever the placeholders are
/// called. Endpoints that are equal in that are counted together, and the limits and buckets of all
/// of them apply to each. Where a path matches several of them, literals match before `<PATH..>`.
///
/// # Attributes of an argument
///
/// | attribute | meaning |
/// |---|---|
/// | none | fills the placeholder of the same name |
/// | `#[path("TICKET_ID")]` | fills this placeholder |
/// | `#[path(csv)]`, `#[path("TICKET_IDS", csv)]` | a `Vec` in one placeholder, joined with commas |
/// | `#[query]`, `#[query("name")]` | a query parameter; a `Vec` repeats it |
/// | `#[query(csv)]`, `#[query("name", csv)]` | a `Vec` in one query parameter, joined with commas |
/// | `#[query(flatten)]` | a struct or map; each member is a query parameter |
/// | `#[query(deep)]`, `#[query("name", deep)]` | a struct, map or list with brackets: `created[gte]=5&expand[0]=a` |
/// | `#[header("X-Name")]` | a header |
/// | `#[field]`, `#[field("name")]` | a member of the JSON body, or of the form |
/// | `#[field(csv)]`, `#[field("name", csv)]` | a `Vec` in one field, joined with commas |
/// | `#[field(flatten)]` | a struct or map; each member is a field. A member can't have the name of another field |
/// | `#[body]` | the whole body, as JSON |
/// | `#[body(bytes)]`, `#[body(bytes, content_type = "image/png")]` | the whole body, unchanged: [`Bytes`], `Vec<u8>` or `String` |
/// | `#[body(stream)]`, `#[body(stream, content_type = "image/png")]` | the whole body, as a [`Body`] that may be a stream |
/// | `#[part]`, `#[part("name")]` | a part of a multipart body: a scalar, or a [`Part`] with a file name, a content type, and bytes or a stream; a `Vec` repeats it |
///
/// A required argument is a parameter of the method; an `Option` is a setter of the builder, and
/// isn't sent unless it is set. Both accept any value that converts `Into` the type, and a `Vec` an
/// iterator of values that convert into its items; a `Vec<Vec<String>>` also accepts `[["a"]]`.
///
/// A setter may have the name of one of the builder's methods, such as `options`, and hides it:
/// `RequestExt::options(call, …)` still calls that. Only `send`, `wait`, `wait_send`, `clone` and
/// `into_future` are reserved.
///
/// # Return types
///
/// | type | response |
/// |---|---|
/// | none | any success; the body is ignored |
/// | [`Bytes`] | the raw body |
/// | [`Text`] | the body as text |
/// | [`Page<T>`](Page) | one page; requires `page(…)` |
/// | [`Download`], [`Events<T>`](Events), [`JsonLines<T>`](JsonLines) | a stream of bytes, server-sent events, or JSON values |
/// | any other | JSON |
///
/// # Keys of `page(…)`
///
/// | key | meaning |
/// |---|---|
/// | `items = "data"` | the member that holds the items; without it, the response is a list |
/// | `token = "meta.next"`, `param = "cursor"` | a token for the next page, and the query argument that sends it |
/// | `next = link`, `next = "links.next"` | the URL of the next page, in the `Link` header or in a member |
/// | `number = "page"`, `first = 0` | the query argument that sends the page's number, and the first number; defaults to 1 |
/// | `offset = "start"` | the query argument that sends how many items come before |
/// | `more = "has_more"` | the member that tells whether there is a next page |
///
/// # Generated items
///
/// For the endpoint `open_ticket` of the trait `Tickets`:
///
/// - the method, on a trait that every [`Caller`] implements;
/// - the builder `OpenTicketRequest`. It is `Clone`, `Send` and `'static`, implements [`Endpoint`]
///   and [`RequestExt`], and sends the call when it is awaited;
/// - its [`EndpointMeta`], in `TICKETS` next to the trait: the [`Endpoints`] that it declares.
pub use cliq_macros::endpoints;
pub use http;
pub use secrecy::SecretString;
pub use time::OffsetDateTime;

pub use client::{
    Builder, Caller, Client, ClientBuilder, Endpoint, EndpointLimits, Options, RequestExt,
    ResponseFuture, RetryPolicy,
};
#[cfg(feature = "zoho")]
pub use cliq::threads;
pub use dynamic::DynamicCall;
pub use error::{Attempt, Error, ErrorKind, FailedResponse, Failure};
pub use meta::{
    EndpointMeta, Endpoints, Limit, Lockout, NextPage, PageMeta, Param, Place, ResponseKind,
    SchemaFn, Scopes, Shape, ValueType,
};
pub use paging::{DynamicPages, Items, LenientRequest, PagedExt, Pages};
pub use provider::{Provider, Quota};
pub use request::{
    BodyValue, FieldMembers, FieldValue, HeaderValue, NestedValue, PartValue, PathValue,
    QueryMembers, QueryValue, RawValue, StreamValue,
};
#[cfg(feature = "reqwest")]
pub use reqwest;
pub use response::{DecodeError, FromResponse, ItemError, Lenient, Page, Text, decode};
pub use store::{StoreError, StoreFuture};
pub use streaming::{Download, Event, EventData, Events, EventsExt, JsonLines, Reconnecting};
pub use timestamp::Timestamp;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
pub use transport::DefaultTransport;
pub use transport::{Connection, Exchange, Sent, SetupError, Transport, TransportError};
#[cfg(feature = "hyper")]
pub use transport::{HyperTransport, HyperTransportBuilder};
#[cfg(feature = "reqwest")]
pub use transport::{ReqwestTransport, ReqwestTransportBuilder};
pub use user_key::UserKey;
#[cfg(feature = "zoho")]
pub use zoho::DataCenter;

/// The imports of a module that declares or calls endpoints: `use cliq_api::prelude::*;`.
///
/// It exports no trait of endpoints. Import those by name, so that a reader sees where a method
/// comes from.
pub mod prelude {
    #[cfg(feature = "zoho")]
    pub use crate::DataCenter;
    pub use crate::{
        Bytes, Caller, Client, Endpoint, Error, Page, PagedExt, RequestExt, endpoint, endpoints,
    };
}

/// Functions and types for generated code. Not covered by semver.
#[doc(hidden)]
pub mod __private {
    use std::time::Duration;

    pub use crate::client::{
        Builder, Context, Declaration, JsonDeclaration, Of, awaited, built, call,
    };
    pub use crate::request::Call;
    pub use crate::schema::schema;

    /// Returns a rate limit in an endpoint's metadata.
    pub const fn limit(calls: u32, seconds: u64) -> crate::Limit {
        crate::Limit::new(calls, Duration::from_secs(seconds))
    }

    /// Returns a lockout in an endpoint's metadata.
    pub const fn lock(seconds: u64) -> crate::Lockout {
        crate::Lockout::For(Duration::from_secs(seconds))
    }

    /// Returns a duration in an endpoint's metadata.
    pub const fn seconds(seconds: u64) -> Option<Duration> {
        Some(Duration::from_secs(seconds))
    }

    /// Collects the argument for a list of lists.
    pub fn collect_lists<T>(
        lists: impl IntoIterator<Item = impl IntoIterator<Item = impl Into<T>>>,
    ) -> Vec<Vec<T>> {
        lists.into_iter().map(collect).collect()
    }

    /// Collects the argument for a list.
    pub fn collect<T>(values: impl IntoIterator<Item = impl Into<T>>) -> Vec<T> {
        values.into_iter().map(Into::into).collect()
    }
}
