//! Metadata of endpoints: the macro writes it, the runtime reads it.
//!
//! This module depends on no other module of the crate.

use std::fmt;
use std::ops::Deref;
use std::slice;
use std::time::Duration;

use http::Method;

/// The metadata of one endpoint.
///
/// Each builder has it as [`Endpoint::META`](crate::Endpoint::META). `#[endpoints]` also generates
/// a table of all of the trait's, which are [`Endpoints`].
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
/// assert_eq!(close.limits()[0].to_string(), "20/min");
/// ```
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of the declaration"
)]
pub struct EndpointMeta {
    #[doc(hidden)]
    pub name: &'static str,
    #[doc(hidden)]
    pub api: &'static str,
    #[doc(hidden)]
    pub api_summary: &'static str,
    #[doc(hidden)]
    pub summary: &'static str,
    #[doc(hidden)]
    pub deprecated: bool,
    #[doc(hidden)]
    pub table: fn() -> &'static Endpoints,
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
    pub limits: &'static [Limit],
    #[doc(hidden)]
    pub lock: Lockout,
    #[doc(hidden)]
    pub bucket: Option<&'static str>,
    #[doc(hidden)]
    pub server: Option<&'static str>,
    #[doc(hidden)]
    pub idempotent: bool,
    #[doc(hidden)]
    pub idempotency_key: Option<&'static str>,
    #[doc(hidden)]
    pub headers: &'static [(&'static str, &'static str)],
    #[doc(hidden)]
    pub fields: &'static [(&'static str, &'static str)],
    #[doc(hidden)]
    pub body_optional: bool,
    #[doc(hidden)]
    pub form: bool,
    #[doc(hidden)]
    pub nested: bool,
    #[doc(hidden)]
    pub response: &'static [&'static str],
    #[doc(hidden)]
    pub optional: bool,
    #[doc(hidden)]
    pub kind: ResponseKind,
    #[doc(hidden)]
    pub page: Option<PageMeta>,
    #[doc(hidden)]
    pub timeout: Option<Duration>,
    #[doc(hidden)]
    pub params: &'static [Param],
    #[doc(hidden)]
    pub response_schema: Option<SchemaFn>,
    #[doc(hidden)]
    pub param_schemas: &'static [Option<SchemaFn>],
}

/// Returns the JSON schema of a type.
pub type SchemaFn = fn() -> serde_json::Value;

impl EndpointMeta {
    /// The metadata of a declaration without keys. The macro writes only the fields that differ.
    #[doc(hidden)]
    pub const DEFAULT: Self = Self {
        name: "",
        api: "",
        api_summary: "",
        summary: "",
        deprecated: false,
        table: || &Endpoints(|| &[]),
        method: &Method::GET,
        base: "",
        path: "",
        query: "",
        scopes: Scopes::None,
        limits: &[],
        lock: Lockout::Undeclared,
        bucket: None,
        server: None,
        idempotent: true,
        idempotency_key: None,
        headers: &[],
        fields: &[],
        body_optional: false,
        form: false,
        nested: false,
        response: &[],
        optional: false,
        kind: ResponseKind::Json,
        page: None,
        timeout: None,
        params: &[],
        response_schema: None,
        param_schemas: &[],
    };

    /// Returns the method's name in the trait, such as `close_ticket`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the name of the trait, such as `Tickets`.
    pub const fn api(&self) -> &'static str {
        self.api
    }

    /// Returns the first paragraph of the trait's documentation, in one line. It may be empty.
    pub const fn api_summary(&self) -> &'static str {
        self.api_summary
    }

    /// Returns the first paragraph of the method's documentation, in one line. It may be empty.
    pub const fn summary(&self) -> &'static str {
        self.summary
    }

    /// Returns whether the method is deprecated.
    pub const fn deprecated(&self) -> bool {
        self.deprecated
    }

    /// Returns all endpoints of the trait.
    pub fn table(&self) -> &'static Endpoints {
        (self.table)()
    }

    /// Returns the HTTP method.
    pub const fn method(&self) -> &'static Method {
        self.method
    }

    /// Returns the path between the client's base URL and [`path`](Self::path), such as `/api/v1`.
    /// It may be empty.
    pub const fn base(&self) -> &'static str {
        self.base
    }

    /// Returns the path after the base, with placeholders: `/tickets/<TICKET_ID>/close`.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// Returns the constant part of the query, without the `?`. It may be empty.
    pub const fn query(&self) -> &'static str {
        self.query
    }

    /// Returns the scopes that a token needs.
    pub const fn scopes(&self) -> Scopes {
        self.scopes
    }

    /// Returns the rate limits, all of which apply.
    pub const fn limits(&self) -> &'static [Limit] {
        self.limits
    }

    /// Returns how long the server rejects all calls of a user who exceeds a limit, if that is
    /// declared.
    pub const fn lock(&self) -> Option<Duration> {
        match self.lock {
            Lockout::For(lock) => Some(lock),
            Lockout::None | Lockout::Undeclared => None,
        }
    }

    /// Returns what is declared of lockouts.
    pub const fn lockout(&self) -> Lockout {
        self.lock
    }

    /// Returns the bucket, which counts the calls of several endpoints together.
    pub const fn bucket(&self) -> Option<&'static str> {
        self.bucket
    }

    /// Returns the name of the provider's server; `None` for the client's base URL.
    pub const fn server(&self) -> Option<&'static str> {
        self.server
    }

    /// Returns whether a call sent twice has the same effect as one sent once.
    pub const fn idempotent(&self) -> bool {
        self.idempotent
    }

    /// Returns the header that carries a key of each call, by which the server knows one that it
    /// has received before.
    pub const fn idempotency_key(&self) -> Option<&'static str> {
        self.idempotency_key
    }

    /// Returns the timeout of one attempt, if the declaration sets one.
    pub const fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// Returns the path to the member of the JSON response that a call returns; empty for the whole
    /// response.
    pub const fn response(&self) -> &'static [&'static str] {
        self.response
    }

    /// Returns whether the response may lack that member: the return type is an `Option`.
    pub const fn optional(&self) -> bool {
        self.optional
    }

    /// Returns what the response is read as.
    pub const fn kind(&self) -> ResponseKind {
        self.kind
    }

    /// Returns the media types that the response may have, as in `Accept`: `*/*` for an endpoint
    /// that returns bytes.
    pub const fn accept(&self) -> &'static str {
        self.kind.accept()
    }

    /// Returns how the response is paged, if it is.
    pub const fn page(&self) -> Option<&PageMeta> {
        self.page.as_ref()
    }

    /// Returns the parameters: those of the path first, in its order, then the others as declared.
    pub const fn params(&self) -> &'static [Param] {
        self.params
    }

    /// Returns whether fields are sent as a form instead of JSON.
    pub const fn form(&self) -> bool {
        self.form
    }

    /// Returns whether the body is `multipart/form-data`.
    pub fn multipart(&self) -> bool {
        self.params.iter().any(|param| param.place == Place::Part)
    }

    /// Returns whether the form is nested: `a[b]=c`.
    pub const fn nested(&self) -> bool {
        self.nested
    }

    /// Returns the names and values of constant headers.
    pub const fn headers(&self) -> &'static [(&'static str, &'static str)] {
        self.headers
    }

    /// Returns the names of constant fields of the body, and their values as JSON: `"close"` with
    /// its quotes, `5`, `true`.
    pub const fn fields(&self) -> &'static [(&'static str, &'static str)] {
        self.fields
    }

    /// Returns whether the body is left out when none of its fields is set.
    pub const fn body_optional(&self) -> bool {
        self.body_optional
    }

    /// Returns the JSON schema of the response, of a page or a stream that of its values. `None`
    /// without the trait's key `schema`, and for a response that isn't JSON.
    pub const fn response_schema(&self) -> Option<SchemaFn> {
        self.response_schema
    }

    /// Returns the JSON schema of the parameter with this index in [`params`](Self::params).
    pub fn param_schema(&self, index: usize) -> Option<SchemaFn> {
        self.param_schemas.get(index).copied().flatten()
    }
}

/// The metadata of an endpoint, from what the endpoints of its trait have in common.
macro_rules! endpoints {
    ($($name:ident $method:ident $idempotent:literal,)*) => {$(
        #[doc(hidden)]
        #[must_use]
        pub const fn $name(
            self,
            name: &'static str,
            summary: &'static str,
            path: &'static str,
            any_scope: &'static [&'static str],
            params: &'static [Param],
        ) -> Self {
            Self {
                name,
                summary,
                method: &Method::$method,
                path,
                scopes: if any_scope.is_empty() {
                    Scopes::None
                } else {
                    Scopes::Any(any_scope)
                },
                idempotent: $idempotent,
                params,
                ..self
            }
        }
    )*};
}

/// Calls, because rustc takes less time for them than for literals of all fields.
impl EndpointMeta {
    endpoints! {
        get GET true,
        post POST false,
        put PUT true,
        patch PATCH false,
        delete DELETE true,
        head HEAD true,
        options OPTIONS true,
    }
}

/// `POST /api/v1/tickets/<TICKET_ID>/close`.
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

/// All endpoints of a trait, in the order in which they are declared. It dereferences to a slice.
///
/// `#[endpoints]` puts one next to each trait, under the trait's name in capitals.
///
/// ```
/// # use cliq_api::prelude::*;
/// # #[endpoints] pub trait Tickets {
/// #     #[endpoint(GET "/a")] fn list_tickets(&self);
/// #     #[endpoint(GET "/b")] fn ticket(&self);
/// # }
/// for endpoint in TICKETS {
///     println!("{}: {endpoint}", endpoint.name());
/// }
/// assert_eq!((TICKETS.len(), TICKETS[0].name()), (2, "list_tickets"));
/// ```
// A function, because rustc evaluates a static slice at each check of a crate.
#[derive(Clone)]
pub struct Endpoints(fn() -> &'static [&'static EndpointMeta]);

impl Endpoints {
    /// Creates another table, such as a selection from several traits.
    ///
    /// ```
    /// # use cliq_api::prelude::*;
    /// # use cliq_api::Endpoints;
    /// # #[endpoints] pub trait Tickets {
    /// #     #[endpoint(GET "/a")] fn list_tickets(&self);
    /// #     #[endpoint(GET "/b")] fn ticket(&self);
    /// # }
    /// static READING: Endpoints = Endpoints::new(|| &[ListTicketsRequest::META]);
    /// assert_eq!(READING[0].name(), "list_tickets");
    /// ```
    pub const fn new(all: fn() -> &'static [&'static EndpointMeta]) -> Self {
        Self(all)
    }
}

impl Deref for Endpoints {
    type Target = [&'static EndpointMeta];

    fn deref(&self) -> &Self::Target {
        (self.0)()
    }
}

impl<'a> IntoIterator for &'a Endpoints {
    type Item = &'a &'static EndpointMeta;
    type IntoIter = slice::Iter<'a, &'static EndpointMeta>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

/// What a response is read as. It follows from the return type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseKind {
    /// JSON, or nothing.
    Json,
    /// [`Bytes`](crate::Bytes).
    Bytes,
    /// [`Text`](crate::Text).
    Text,
    /// [`Download`](crate::Download): a stream of bytes.
    Download,
    /// [`Events`](crate::Events): server-sent events.
    Events,
    /// [`JsonLines`](crate::JsonLines): a JSON value on each line.
    JsonLines,
}

impl ResponseKind {
    /// Returns the media types that such a response may have, as in `Accept`.
    pub const fn accept(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Bytes | Self::Download => "*/*",
            Self::Text => "text/plain, */*;q=0.5",
            Self::Events => "text/event-stream",
            Self::JsonLines => "application/x-ndjson, */*;q=0.5",
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
    #[doc(hidden)]
    pub summary: &'static str,
    #[doc(hidden)]
    pub value: ValueType,
    #[doc(hidden)]
    pub list: bool,
}

impl Param {
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        place: Place,
        shape: Shape,
        required: bool,
        summary: &'static str,
    ) -> Self {
        Self {
            name,
            place,
            shape,
            required,
            summary,
            value: ValueType::Unknown,
            list: matches!(shape, Shape::Repeated | Shape::Csv | Shape::Files),
        }
    }

    #[doc(hidden)]
    pub const fn string(self) -> Self {
        self.of(ValueType::String)
    }

    #[doc(hidden)]
    pub const fn boolean(self) -> Self {
        self.of(ValueType::Boolean)
    }

    #[doc(hidden)]
    pub const fn integer(self) -> Self {
        self.of(ValueType::Integer)
    }

    #[doc(hidden)]
    pub const fn number(self) -> Self {
        self.of(ValueType::Number)
    }

    #[doc(hidden)]
    pub const fn list(self) -> Self {
        Self { list: true, ..self }
    }

    const fn of(self, value: ValueType) -> Self {
        Self { value, ..self }
    }

    #[doc(hidden)]
    pub const fn path(name: &'static str, required: bool, summary: &'static str) -> Self {
        Self::new(name, Place::Path, Shape::Plain, required, summary)
    }

    #[doc(hidden)]
    pub const fn query(name: &'static str, required: bool, summary: &'static str) -> Self {
        Self::new(name, Place::Query, Shape::Plain, required, summary)
    }

    #[doc(hidden)]
    pub const fn header(name: &'static str, required: bool, summary: &'static str) -> Self {
        Self::new(name, Place::Header, Shape::Plain, required, summary)
    }

    #[doc(hidden)]
    pub const fn field(name: &'static str, required: bool, summary: &'static str) -> Self {
        Self::new(name, Place::Field, Shape::Json, required, summary)
    }

    /// Returns the name that is sent. A whole body and a flattened query have none; for those,
    /// returns the name of the argument.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the part of the request that holds it.
    pub const fn place(&self) -> Place {
        self.place
    }

    /// Returns how its value is serialized.
    pub const fn shape(&self) -> Shape {
        self.shape
    }

    /// Returns the first paragraph of the argument's documentation, in one line. It may be empty.
    pub const fn summary(&self) -> &'static str {
        self.summary
    }

    /// Returns whether a call needs it.
    pub const fn required(&self) -> bool {
        self.required
    }

    /// Returns the type of its value, or of the items of a list, as far as it follows from the
    /// name of the declared type. Its [schema](EndpointMeta::param_schema) has more detail.
    pub const fn value_type(&self) -> ValueType {
        self.value
    }

    /// Returns whether it is declared as a list.
    pub const fn is_list(&self) -> bool {
        self.list
    }
}

/// What a value is, as far as its type's name reveals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ValueType {
    /// Any other type: an identifier, an enum, a struct.
    Unknown,
    /// `String`.
    String,
    /// `bool`.
    Boolean,
    /// An integer.
    Integer,
    /// A floating-point number.
    Number,
}

/// The part of a request that holds a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// The path.
    Path,
    /// The query.
    Query,
    /// A header.
    Header,
    /// A member of the body.
    Field,
    /// The whole body.
    Body,
    /// A part of a multipart body.
    Part,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Field => "field",
            Self::Body => "body",
            Self::Part => "part",
        })
    }
}

/// How a parameter's value is serialized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// A scalar in a path, a query, a header, a form or a part.
    Plain,
    /// A list; each item is a pair of name and value.
    Repeated,
    /// A list; the items are joined with commas.
    Csv,
    /// A struct or map; each member is a parameter.
    Flatten,
    /// A struct, map or list, written with brackets: `name[member]=value`, `name[0]=value`.
    Deep,
    /// Several segments of a path: a string with slashes between them, or a list.
    Segments,
    /// JSON: a member of the body, or the whole body.
    Json,
    /// Raw bytes, with their content type.
    Bytes(&'static str),
    /// A [`Part`](crate::Part) of a multipart body.
    File,
    /// A list of [`Part`](crate::Part)s of one name.
    Files,
}

/// The scopes that an endpoint needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scopes {
    /// No scope is declared.
    None,
    /// At least one of these.
    Any(&'static [&'static str]),
    /// All of these.
    All(&'static [&'static str]),
}

impl Scopes {
    /// Returns the full names of the scopes, such as `Desk.Tickets.UPDATE`.
    pub const fn names(&self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Any(names) | Self::All(names) => names,
        }
    }
}

/// A rate limit: at most `calls` in any period of `per`, for each user or for all of them together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Limit {
    /// The number of calls.
    pub calls: u32,
    /// The length of the window.
    pub per: Duration,
    /// Whether the calls of all users count together.
    pub per_app: bool,
}

impl Limit {
    /// Returns a limit of `calls` in any period of `per`, for each user.
    pub const fn new(calls: u32, per: Duration) -> Self {
        Self {
            calls,
            per,
            per_app: false,
        }
    }

    /// Returns the same limit for all users together.
    pub const fn per_app(self) -> Self {
        Self {
            per_app: true,
            ..self
        }
    }
}

/// As declared: `20/min`, `10/5min`, `1000/h per app`.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match self.per.as_secs() {
            days if days > 0 && days.is_multiple_of(86_400) => (days / 86_400, "day"),
            hours if hours > 0 && hours.is_multiple_of(3600) => (hours / 3600, "h"),
            minutes if minutes > 0 && minutes.is_multiple_of(60) => (minutes / 60, "min"),
            seconds => (seconds, "s"),
        };
        match count {
            1 => write!(f, "{}/{unit}", self.calls)?,
            count => write!(f, "{}/{count}{unit}", self.calls)?,
        }
        if self.per_app {
            f.write_str(" per app")?;
        }
        Ok(())
    }
}

/// How long a server locks out whoever exceeds a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Lockout {
    /// The server has no lockouts: only times that a response announces are obeyed.
    None,
    /// Nothing is declared: the limiter's settings decide what to assume.
    Undeclared,
    /// For that long.
    For(Duration),
}

/// Where a paged response holds its items, and how the next page is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageMeta {
    #[doc(hidden)]
    pub items: &'static [&'static str],
    #[doc(hidden)]
    pub next: NextPage,
    #[doc(hidden)]
    pub more: Option<&'static [&'static str]>,
}

/// How the next page is found. `param` is the index in [`EndpointMeta::params`] of the parameter
/// that asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NextPage {
    /// By a token in the response.
    #[non_exhaustive]
    Token {
        /// The path to the member that holds it.
        member: &'static [&'static str],
        /// The parameter that sends it.
        param: usize,
    },
    /// By the URL in the `Link` header (RFC 8288) whose relation is `next`.
    Link,
    /// By a URL in the response.
    #[non_exhaustive]
    Url {
        /// The path to the member that holds it.
        member: &'static [&'static str],
    },
    /// By its number.
    #[non_exhaustive]
    Number {
        /// The parameter that sends it.
        param: usize,
        /// The number of the first page.
        first: u64,
    },
    /// By the number of items before it.
    #[non_exhaustive]
    Offset {
        /// The parameter that sends it.
        param: usize,
    },
}

impl PageMeta {
    #[doc(hidden)]
    pub const fn new(
        items: &'static [&'static str],
        member: &'static [&'static str],
        param: usize,
    ) -> Self {
        Self::of(items, NextPage::Token { member, param })
    }

    #[doc(hidden)]
    pub const fn link(items: &'static [&'static str]) -> Self {
        Self::of(items, NextPage::Link)
    }

    #[doc(hidden)]
    pub const fn url(items: &'static [&'static str], member: &'static [&'static str]) -> Self {
        Self::of(items, NextPage::Url { member })
    }

    #[doc(hidden)]
    pub const fn number(items: &'static [&'static str], param: usize, first: u64) -> Self {
        Self::of(items, NextPage::Number { param, first })
    }

    #[doc(hidden)]
    pub const fn offset(items: &'static [&'static str], param: usize) -> Self {
        Self::of(items, NextPage::Offset { param })
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn with_more(self, more: &'static [&'static str]) -> Self {
        Self {
            more: Some(more),
            ..self
        }
    }

    const fn of(items: &'static [&'static str], next: NextPage) -> Self {
        Self {
            items,
            next,
            more: None,
        }
    }

    /// Returns the path to the member that holds the items; empty if the response is the list.
    pub const fn items(&self) -> &'static [&'static str] {
        self.items
    }

    /// Returns how the next page is found.
    pub const fn next(&self) -> NextPage {
        self.next
    }

    /// Returns the path to the member that tells whether there are more pages, if there is one.
    pub const fn more(&self) -> Option<&'static [&'static str]> {
        self.more
    }

    /// Returns the index in [`EndpointMeta::params`] of the parameter that asks for the next page;
    /// `None` if that is a URL.
    pub const fn param(&self) -> Option<usize> {
        match self.next {
            NextPage::Token { param, .. }
            | NextPage::Number { param, .. }
            | NextPage::Offset { param } => Some(param),
            NextPage::Link | NextPage::Url { .. } => None,
        }
    }
}
