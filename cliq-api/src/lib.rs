//! A declarative API client: an annotated trait method declares an endpoint, and a macro generates
//! the rest.
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
//! # Where to look
//!
//! - [`endpoints`]: the grammar of declarations.
//! - [`Client`] and [`ClientBuilder`]: base URL, authorization, timeouts, retries, transport.
//! - [`RequestExt`]: methods of every call. [`PagedExt`]: paged responses.
//! - [`Error`]: the cause of a failure, and advice.
//! - [`Provider`]: how one API reports errors and rate limits, and compares scopes.
//! - [`auth`]: authorization, OAuth 2.0, tokens, scopes, many users.
//! - [`limit`]: rate limits and lockouts.
//! - `shared` (features `file`, `redis`): stores that share rate limits and tokens between
//!   processes.
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
pub mod limit;
mod meta;
mod paging;
mod provider;
mod request;
mod request_ext;
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

/// The `User-Agent` of clients that don't set one.
pub(crate) const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

pub use body::{Body, BoxError, Part, TooLarge};
pub use bytes::Bytes;
/// Declares a method of an [`#[endpoints]`](macro@endpoints) trait as an endpoint. Its keys are
/// documented there.
pub use cliq_macros::endpoint;
/// Turns the endpoints of a trait into methods of every [`Client`].
///
/// A method with `#[endpoint(METHOD "path", …)]` declares one endpoint. Its arguments declare the
/// request, its return type the response. Methods with a body stay as they are, so a trait can also
/// contain functions that combine its endpoints.
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
/// | `lock = none` | the server has no lockouts here, whatever the trait or the provider says |
/// | `base = "/api/v2"` | replaces the trait's `base` |
/// | `bucket = "name"` | counts the calls of all endpoints with this name together. A method with a `limit` of its own isn't counted in the trait's bucket unless it names it; nor is one with `bucket = none` |
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
/// A server counts what it can distinguish: methods and paths, whatever the placeholders are called.
/// Endpoints that are equal in that are counted together, and the limits and buckets of all of them
/// apply to each. Where a path matches several of them, literals match before `<PATH..>`.
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
///
/// | `#[body(stream)]`, `#[body(stream, content_type = "image/png")]` | the whole body, as a [`Body`] that may be a stream |
/// | `#[part]`, `#[part("name")]` | a part of a multipart body: a scalar, or a [`Part`] with a file name, a content type, and bytes or a stream; a `Vec` repeats it |
///
/// A required argument becomes a parameter of the method; an `Option` becomes a setter of the
/// builder, and is not sent unless it is set. Both accept any value that converts `Into` the type.
/// A `Vec` accepts an iterator of values that convert into its items, a `Vec<Vec<String>>` also
/// `[["a"]]`. Numbers and booleans are not converted. Values in a path, a query or a header must
/// serialize to a scalar: a string, a number, a boolean or a unit variant.
///
/// A value that would change the path is rejected before anything is sent: an empty one, `.` and
/// `..`, also as a segment of `<PATH..>`. So is a required list that is empty, if nothing of it would
/// be sent; a JSON list is sent as `[]`.
///
/// A setter may have the name of one of the builder's methods, such as `options`, and hides it:
/// `RequestExt::options(call, …)` still calls that. Only `send`, `wait`, `wait_send`, `clone` and
/// `into_future` are reserved.
///
/// A body of one of several forms is an enum, tagged as `serde` does it:
///
/// ```
/// # use cliq_api::prelude::*;
/// # use serde::Serialize;
/// #[derive(Serialize)]
/// #[serde(tag = "type", rename_all = "snake_case")]
/// pub enum Event {
///     Opened { by: String },
///     Closed,
/// }
///
/// #[endpoints(header("X-Api-Version" = "2022-11-28"))]
/// pub trait Tickets {
///     /// Sends `{"type": "opened", "by": "…"}` or `{"type": "closed"}`.
///     #[endpoint(POST "/tickets/<TICKET_ID>/events")]
///     fn record_event(&self, ticket_id: u64, #[body] event: Event);
///
///     /// Sends `{"state": "closed", "reason": "…"}`.
///     #[endpoint(PATCH "/tickets/<TICKET_ID>?notify=all", field("state" = "closed"))]
///     fn close_ticket(&self, ticket_id: u64, #[field] reason: Option<String>);
/// }
/// ```
///
/// # Return types
///
/// | type | response |
/// |---|---|
/// | none | any success; the body is ignored |
/// | [`Bytes`] | the raw body |
/// | [`Text`] | the body as text |
/// | [`Page<T>`](Page) | one page |
/// | [`Download`] | a stream of bytes, as soon as the head has arrived |
/// | [`Events<T>`](Events) | a stream of server-sent events, with `T` in JSON as data, or [`Text`]. [`EventsExt::reconnecting`] follows them over several connections |
/// | [`JsonLines<T>`](JsonLines) | a stream of JSON values, one on each line |
/// | any other | JSON |
///
/// An empty body is read as `null`, which is `None` for an `Option` and an empty list for a `Vec` or
/// a `Page`. A response without the declared member is an error, unless the type is an `Option`.
/// Items of a list fail one by one if they are declared so: `Page<`[`Lenient`]`<Ticket>>`.
///
/// The other members of a page's response are in [`Page::other`]. `Accept` follows from the type,
/// unless a constant header says otherwise.
///
/// The macro distinguishes them by name: a type alias of `Bytes`, for example, is read as JSON.
///
/// # Pages
///
/// `items` is the member of the JSON object that holds the items; without it, the response is a
/// list. One of these says how the next page is found:
///
/// | keys of `page(…)` | the next page |
/// |---|---|
/// | `token = "meta.next"` | this member is a token, which the query argument of its last name sends; `param = "cursor"` names another argument |
/// | `next = link` | the `Link` header has its URL (RFC 8288) |
/// | `next = "links.next"` | this member is its URL |
/// | `number = "page"` | this query argument sends its number; the first page has the number 1, or that of `first = 0` |
/// | `offset = "start"` | this query argument sends how many items come before it |
///
/// `more = "has_more"` is a member that says whether there is a next page. Without it, pages with
/// tokens and URLs end where there is none, and those with numbers and offsets with the first empty
/// page, which takes one more call.
///
/// A URL is followed as it is, with the headers, the scope and the limits of the endpoint, if it has
/// the origin of the client's base URL; otherwise the stream of pages ends with an error, and nothing
/// is sent.
///
/// ```
/// # use cliq_api::prelude::*;
/// # #[endpoints]
/// # pub trait Tickets {
/// #[endpoint(GET "/tickets", page(next = link))]
/// fn list_tickets(&self, #[query] state: Option<String>) -> Page<String>;
///
/// #[endpoint(GET "/agents", page(items = "data", offset = "start", more = "has_more"))]
/// fn list_agents(&self, #[query] start: Option<u64>) -> Page<String>;
/// # }
/// ```
///
/// # Streams and files
///
/// A [`Body`] is bytes, a file that is opened for each attempt, or a stream that is sent once. A call
/// is retried, and sent again with a new token, only if its body can be sent again; otherwise its
/// error says so. Clones of a builder share a stream.
///
/// ```no_run
/// use cliq_api::prelude::*;
/// use cliq_api::{Body, Download, Part, Text};
///
/// #[endpoints]
/// pub trait Files {
///     #[endpoint(PUT "/files/<NAME>")]
///     fn put_file(&self, name: String, #[body(stream)] content: Body);
///
///     #[endpoint(GET "/files/<NAME>")]
///     fn get_file(&self, name: String) -> Download;
///
///     #[endpoint(POST "/reports", multipart)]
///     fn add_report(&self, #[part] title: String, #[part] file: Part) -> Text;
/// }
///
/// # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
/// client.put_file("a.csv", Body::file("a.csv")?).await?;
/// // Piece by piece from one to the other.
/// let download = client.get_file("a.csv").await?;
/// client.put_file("b.csv", download.into_body()).await?;
/// let file = Part::file("report.pdf")?.content_type("application/pdf");
/// println!("{}", client.add_report("November", file).await?);
/// # Ok(())
/// # }
/// ```
///
/// # Methods with a body
///
/// A method with a body may call the others. Return `impl Future<Output = …> + Send` from one that
/// awaits: the future of an `async fn` in a public trait isn't guaranteed to be `Send`.
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
///             result => result,
///         }
///     }
/// }
/// # }
/// ```
///
/// # What can't be declared
///
/// Types and lifetimes as parameters, argument values that borrow, a placeholder in the host or in the
/// constant query, a header with several values, a body in a `GET`, `HEAD` or `OPTIONS` request, XML
/// and other encodings of values (send them as [`Bytes`]), and responses whose type depends on their
/// status (use `.send()`). What is one call to a user and several to the server is a method with a
/// body.
///
/// # Generated items
///
/// For the endpoint `open_ticket` of the trait `Tickets`:
///
/// - the method, on a trait that every [`Caller`] implements;
/// - the builder `OpenTicketRequest`. It is `Clone`, `Send` and `'static`, implements [`Endpoint`]
///   and [`RequestExt`], and sends the call when it is awaited;
/// - its [`EndpointMeta`], in the static table `TICKETS` next to the trait.
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
pub use meta::{
    EndpointMeta, Limit, Lockout, NextPage, PageMeta, Param, Place, ResponseKind, SchemaFn, Scopes,
    Shape, ValueType,
};
pub use paging::{DynamicPages, Items, LenientRequest, PagedExt, Pages};
pub use provider::{Provider, Quota};
pub use request::{
    BodyValue, FieldMembers, FieldValue, HeaderValue, NestedValue, PartValue, PathValue,
    QueryMembers, QueryValue, RawValue, StreamValue,
};
pub use request_ext::{RequestExt, ResponseFuture};
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

    pub use crate::client::{Builder, Context, Declaration, Of};
    pub use crate::request::Call;
    pub use crate::request_ext::awaited;
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

    /// Returns a call of an endpoint without values.
    pub fn call<E: Declaration>() -> Call {
        Call::new(E::META)
    }

    /// Returns the builder of a call whose required values are set.
    pub fn built<B: Builder>(caller: &(impl crate::Caller + ?Sized), call: Call) -> B {
        B::new(call, Context::new(caller.client().clone()))
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
