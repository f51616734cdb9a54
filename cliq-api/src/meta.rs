//! What a declaration says of an endpoint: the table that the macro fills and the runtime reads.
//!
//! It depends on nothing else in this crate.

use std::fmt;
use std::time::Duration;

use http::Method;

/// What a declaration says of one endpoint.
///
/// Every endpoint has one, as [`Endpoint::META`](crate::Endpoint::META), and every `#[endpoints]`
/// trait has a static table of them beside it.
///
/// ```
/// use cliq_api::prelude::*;
///
/// #[endpoints(base = "/api/v1", limit = "20/min")]
/// pub trait Tickets {
///     #[endpoint(POST "/tickets/<TICKET_ID>/close")]
///     fn close_ticket(&self, ticket_id: u64);
/// }
///
/// let close = TICKETS.iter().find(|meta| meta.name() == "close_ticket").unwrap();
/// assert_eq!(close.to_string(), "POST /api/v1/tickets/<TICKET_ID>/close");
/// assert_eq!(close.limit().unwrap().to_string(), "20/min");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct EndpointMeta {
    #[doc(hidden)]
    pub name: &'static str,
    #[doc(hidden)]
    pub api: &'static str,
    #[doc(hidden)]
    pub table: fn() -> &'static [&'static EndpointMeta],
    #[doc(hidden)]
    pub method: &'static Method,
    #[doc(hidden)]
    pub base: &'static str,
    #[doc(hidden)]
    pub path: &'static str,
    #[doc(hidden)]
    pub query: &'static str,
    #[doc(hidden)]
    pub scopes: Scopes,
    #[doc(hidden)]
    pub limit: Option<Limit>,
    #[doc(hidden)]
    pub lock: Option<Duration>,
    #[doc(hidden)]
    pub bucket: Option<&'static str>,
    #[doc(hidden)]
    pub server: Option<&'static str>,
    #[doc(hidden)]
    pub idempotent: bool,
    #[doc(hidden)]
    pub form: bool,
    #[doc(hidden)]
    pub response: &'static [&'static str],
    #[doc(hidden)]
    pub optional: bool,
    #[doc(hidden)]
    pub accept: &'static str,
    #[doc(hidden)]
    pub page: Option<PageMeta>,
    #[doc(hidden)]
    pub timeout: Option<Duration>,
    #[doc(hidden)]
    pub params: &'static [Param],
}

impl EndpointMeta {
    /// What a declaration that says nothing has. The macro writes only what differs.
    #[doc(hidden)]
    pub const DEFAULT: Self = Self {
        name: "",
        api: "",
        table: || &[],
        method: &Method::GET,
        base: "",
        path: "",
        query: "",
        scopes: Scopes::None,
        limit: None,
        lock: None,
        bucket: None,
        server: None,
        idempotent: true,
        form: false,
        response: &[],
        optional: false,
        accept: "application/json",
        page: None,
        timeout: None,
        params: &[],
    };

    /// The method's name in the trait, such as `follow_thread`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The name of the trait that declares it, such as `Threads`.
    pub const fn api(&self) -> &'static str {
        self.api
    }

    /// Returns all endpoints of the trait that declares it.
    pub fn table(&self) -> &'static [&'static Self] {
        (self.table)()
    }

    /// The HTTP method.
    pub const fn method(&self) -> &'static Method {
        self.method
    }

    /// What stands between the client's base URL and the path, such as `/api/v3`; empty where
    /// nothing does.
    pub const fn base(&self) -> &'static str {
        self.base
    }

    /// The path behind the base, with its placeholders: `/threads/<THREAD_CHAT_ID>/follow`.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// The constant part of the query, as it is sent and without the `?`; empty where there is
    /// none.
    pub const fn query(&self) -> &'static str {
        self.query
    }

    /// The scopes of which a token needs any or all.
    pub const fn scopes(&self) -> Scopes {
        self.scopes
    }

    /// How many calls a user may make in which time.
    pub const fn limit(&self) -> Option<Limit> {
        self.limit
    }

    /// For how long the server shuts a user out who passes the limit.
    pub const fn lock(&self) -> Option<Duration> {
        self.lock
    }

    /// The name under which calls of several endpoints are counted together.
    pub const fn bucket(&self) -> Option<&'static str> {
        self.bucket
    }

    /// Returns the name of the provider's server that it is on; `None` for the base URL.
    pub const fn server(&self) -> Option<&'static str> {
        self.server
    }

    /// Whether a call may be sent twice without doing its work twice.
    pub const fn idempotent(&self) -> bool {
        self.idempotent
    }

    /// How long one attempt may take, where the declaration says so.
    pub const fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// The member of the JSON answer that is the result, from the outside in; empty for the whole
    /// answer.
    pub const fn response(&self) -> &'static [&'static str] {
        self.response
    }

    /// Whether the response may lack that member: the return type is an `Option`.
    pub const fn optional(&self) -> bool {
        self.optional
    }

    /// The media types that the response may have, as `Accept` has them: `*/*` for an endpoint that
    /// returns bytes.
    pub const fn accept(&self) -> &'static str {
        self.accept
    }

    /// How the answer is paged, where it is.
    pub const fn page(&self) -> Option<&PageMeta> {
        self.page.as_ref()
    }

    /// The parameters: those of the path first, in its order, then the others as declared.
    pub const fn params(&self) -> &'static [Param] {
        self.params
    }

    /// Whether fields of the body go as a form, not as JSON.
    pub const fn form(&self) -> bool {
        self.form
    }

    pub(crate) fn index_of(&self, place: Option<Place>, name: &str) -> Option<usize> {
        self.params
            .iter()
            .position(|param| param.name == name && place.is_none_or(|place| place == param.place))
    }
}

/// `POST /api/v3/threads/<THREAD_CHAT_ID>/follow`.
impl fmt::Display for EndpointMeta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.method, self.base, self.path)?;
        if self.query.is_empty() {
            Ok(())
        } else {
            write!(f, "?{}", self.query)
        }
    }
}

/// One parameter of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Param {
    #[doc(hidden)]
    pub name: &'static str,
    #[doc(hidden)]
    pub place: Place,
    #[doc(hidden)]
    pub shape: Shape,
    #[doc(hidden)]
    pub required: bool,
}

impl Param {
    #[doc(hidden)]
    pub const fn new(name: &'static str, place: Place, shape: Shape, required: bool) -> Self {
        Self {
            name,
            place,
            shape,
            required,
        }
    }

    #[doc(hidden)]
    pub const fn path(name: &'static str, required: bool) -> Self {
        Self::new(name, Place::Path, Shape::Plain, required)
    }

    #[doc(hidden)]
    pub const fn query(name: &'static str, required: bool) -> Self {
        Self::new(name, Place::Query, Shape::Plain, required)
    }

    #[doc(hidden)]
    pub const fn header(name: &'static str, required: bool) -> Self {
        Self::new(name, Place::Header, Shape::Plain, required)
    }

    #[doc(hidden)]
    pub const fn field(name: &'static str, required: bool) -> Self {
        Self::new(name, Place::Field, Shape::Json, required)
    }

    /// The name that the server knows it by. For a whole body and for a flattened query, which have
    /// none, the name of the argument.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Where it goes.
    pub const fn place(&self) -> Place {
        self.place
    }

    /// How its value is written there.
    pub const fn shape(&self) -> Shape {
        self.shape
    }

    /// Whether a call can't be made without it.
    pub const fn required(&self) -> bool {
        self.required
    }
}

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// A header.
    Header,
    /// A member of the body.
    Field,
    /// The whole body.
    Body,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Field => "field",
            Self::Body => "body",
        })
    }
}

/// How a parameter's value is written where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// One plain value: in a path, a query, a header, a form.
    Plain,
    /// The name again for each value.
    Repeated,
    /// The values joined with commas.
    Csv,
    /// The members of a struct or map, each a parameter of its own.
    Flatten,
    /// JSON: a member of a body, or a whole one.
    Json,
    /// Bytes as they are, with their content type.
    Bytes(&'static str),
}

/// The scopes that an endpoint needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scopes {
    /// None, or none that is declared.
    None,
    /// Any one of these.
    Any(&'static [&'static str]),
    /// All of these.
    All(&'static [&'static str]),
}

impl Scopes {
    /// The scopes' full names, such as `ZohoCliq.Chats.UPDATE`.
    pub const fn names(&self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Any(names) | Self::All(names) => names,
        }
    }
}

/// `calls` in any period of `per`, for each user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Limit {
    /// How many calls.
    pub calls: u32,
    /// In which time.
    pub per: Duration,
}

impl Limit {
    /// `calls` in any period of `per`.
    pub const fn new(calls: u32, per: Duration) -> Self {
        Self { calls, per }
    }
}

/// In the form in which it is declared: `20/min`, `10/5min`.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match self.per.as_secs() {
            hours if hours > 0 && hours.is_multiple_of(3600) => (hours / 3600, "h"),
            minutes if minutes > 0 && minutes.is_multiple_of(60) => (minutes / 60, "min"),
            seconds => (seconds, "s"),
        };
        match count {
            1 => write!(f, "{}/{unit}", self.calls),
            count => write!(f, "{}/{count}{unit}", self.calls),
        }
    }
}

/// Where a paged answer has its items and the token of the next page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageMeta {
    #[doc(hidden)]
    pub items: &'static [&'static str],
    #[doc(hidden)]
    pub token: &'static [&'static str],
    #[doc(hidden)]
    pub param: usize,
}

impl PageMeta {
    #[doc(hidden)]
    pub const fn new(
        items: &'static [&'static str],
        token: &'static [&'static str],
        param: usize,
    ) -> Self {
        Self {
            items,
            token,
            param,
        }
    }

    /// The member that holds the items, from the outside in.
    pub const fn items(&self) -> &'static [&'static str] {
        self.items
    }

    /// The member that holds the next page's token, from the outside in.
    pub const fn token(&self) -> &'static [&'static str] {
        self.token
    }

    /// The index in [`EndpointMeta::params`] of the parameter that carries the token.
    pub const fn param(&self) -> usize {
        self.param
    }
}
