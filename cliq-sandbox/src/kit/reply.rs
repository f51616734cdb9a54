//! Replies of a stub.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cliq_api::{
    Body, Download, EndpointMeta, Event, Events, JsonLines, NextPage, Page, ResponseKind, Sent,
    Text, TransportError, decode,
};
use http::header::{CONTENT_TYPE, LINK};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A reply of a stub: an error, JSON, a raw response, or a broken connection. A value of the
/// endpoint's return type is a reply too; see [`ReplyTo`].
///
/// ```
/// use cliq_sandbox::Reply;
/// use std::time::Duration;
///
/// let not_found = Reply::error(404, "not_found", "No such ticket.");
/// let locked = Reply::throttled().header("Retry-After", "600");
/// let slow_and_wrong = Reply::raw(http::Response::new("<html>")).after(Duration::from_secs(3));
/// ```
#[derive(Clone)]
#[must_use = "a reply does nothing until it is passed to a stub"]
pub struct Reply {
    outcome: Outcome,
    status: Option<StatusCode>,
    headers: Vec<(HeaderName, HeaderValue)>,
    after: Duration,
}

#[derive(Clone)]
enum Outcome {
    /// The endpoint's result. It is wrapped as the endpoint declares.
    Value(Value),
    Page {
        items: Value,
        next_token: Option<String>,
        other: Map<String, Value>,
    },
    Response(Response<Bytes>),
    /// A body that is created for each reply.
    Stream(&'static str, Arc<dyn Fn() -> Body + Send + Sync>),
    Broken(Sent),
    Silence,
}

impl Reply {
    /// Returns a reply with the endpoint's result, as JSON. It is wrapped as the endpoint declares:
    /// in the member that `response = "…"` names, or as the items of a page.
    ///
    /// # Panics
    ///
    /// If the value can't be serialized.
    #[track_caller]
    pub fn json(value: impl Serialize) -> Self {
        Outcome::Value(to_json(&value)).into()
    }

    /// Returns a reply with a page, and the token of the next page: its URL if the endpoint's pages
    /// have URLs. If they have numbers or offsets, the token isn't sent, so it may be any text.
    ///
    /// # Panics
    ///
    /// If an item can't be serialized.
    #[track_caller]
    pub fn page<T: Serialize>(
        items: impl IntoIterator<Item = T>,
        next_token: impl Into<String>,
    ) -> Self {
        let items = items.into_iter().map(|item| to_json(&item)).collect();
        Outcome::Page {
            items,
            next_token: Some(next_token.into()),
            other: Map::new(),
        }
        .into()
    }

    /// Returns a reply with status 204 and no body.
    pub fn empty() -> Self {
        Outcome::Response(no_content()).into()
    }

    /// Returns an error response with the body `{"code": …, "message": …}`. An empty code is
    /// omitted. For another body, use [`raw`](Self::raw).
    ///
    /// # Panics
    ///
    /// If the status is invalid.
    #[track_caller]
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let Ok(status) = StatusCode::from_u16(status) else {
            panic!("invalid status {status}")
        };
        Outcome::Response(refusal(status, code, message)).into()
    }

    /// Returns a reply with status 429. Add `Retry-After` with [`header`](Self::header).
    pub fn throttled() -> Self {
        Self::error(429, "", "Too many requests within a certain time frame.")
    }

    /// Returns a reply with server-sent events. Then the connection ends.
    pub fn events<T: Into<String>>(events: impl IntoIterator<Item = Event<T>>) -> Self {
        let text: String = events.into_iter().map(event).collect();
        let mut response = Response::new(text.into());
        let value = HeaderValue::from_static("text/event-stream");
        response.headers_mut().insert(CONTENT_TYPE, value);
        Outcome::Response(response).into()
    }

    /// Returns a reply with a body that `make` creates for each call, such as a slow or a broken
    /// stream. Its content type is the one that the endpoint accepts.
    ///
    /// ```
    /// use cliq_api::{Body, Bytes};
    /// use cliq_sandbox::Reply;
    ///
    /// use std::io::{self, Read};
    ///
    /// let large = Reply::stream(|| Body::reader(io::repeat(0).take(1 << 30)));
    /// ```
    pub fn stream(make: impl Fn() -> Body + Send + Sync + 'static) -> Self {
        Outcome::Stream("application/octet-stream", Arc::new(make)).into()
    }

    /// Returns this response, unchanged.
    pub fn raw(response: Response<impl Into<Bytes>>) -> Self {
        Outcome::Response(response.map(Into::into)).into()
    }

    /// Breaks the connection before the response. The server may have received the call.
    pub fn disconnect() -> Self {
        Outcome::Broken(Sent::Maybe).into()
    }

    /// Fails to connect. The server didn't receive the call.
    pub fn unreachable() -> Self {
        Outcome::Broken(Sent::No).into()
    }

    /// Never responds, so that the call times out: immediately if Tokio's time is paused.
    pub fn hang() -> Self {
        Outcome::Silence.into()
    }

    /// Replaces the status.
    ///
    /// # Panics
    ///
    /// If the status is invalid.
    #[track_caller]
    pub fn status(mut self, status: u16) -> Self {
        let Ok(status) = StatusCode::from_u16(status) else {
            panic!("invalid status {status}")
        };
        self.status = Some(status);
        self
    }

    /// Sets a header.
    ///
    /// # Panics
    ///
    /// If the name or the value is invalid.
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
        else {
            panic!("invalid header `{name}: {value}`")
        };
        self.headers.push((name, value));
        self
    }

    /// Delays the reply, in Tokio's time. Several delays add up.
    pub fn after(self, delay: Duration) -> Self {
        Self {
            after: self.after + delay,
            ..self
        }
    }

    /// Plays the reply to a call of this endpoint.
    pub(super) async fn play(
        self,
        endpoint: &EndpointMeta,
    ) -> Result<Response<Body>, TransportError> {
        if !self.after.is_zero() {
            tokio::time::sleep(self.after).await;
        }
        let response = match self.outcome {
            Outcome::Stream(content_type, make) => {
                let content_type = match endpoint.kind() {
                    ResponseKind::Events => endpoint.accept(),
                    _ => content_type,
                };
                let mut response = Response::new(make());
                let value = HeaderValue::from_static(content_type);
                response.headers_mut().insert(CONTENT_TYPE, value);
                return Ok(Self::finished(self.status, self.headers, response));
            }
            Outcome::Value(value) => match endpoint.page() {
                Some(_) => paged(endpoint, value, None, Map::new()),
                None if value.is_null() && endpoint.response().is_empty() => no_content(),
                None => json_response(&below(Value::Null, endpoint.response(), value)),
            },
            Outcome::Page {
                items,
                next_token,
                other,
            } => paged(endpoint, items, next_token, other),
            Outcome::Response(response) => response,
            Outcome::Broken(Sent::No) => {
                return Err(TransportError::new(
                    Sent::No,
                    "the stub refused the connection",
                ));
            }
            Outcome::Broken(sent) => {
                return Err(TransportError::new(sent, "the stub broke the connection"));
            }
            Outcome::Silence => std::future::pending().await,
        };
        let response = response.map(Body::from);
        Ok(Self::finished(self.status, self.headers, response))
    }

    fn finished(
        status: Option<StatusCode>,
        headers: Vec<(HeaderName, HeaderValue)>,
        mut response: Response<Body>,
    ) -> Response<Body> {
        if let Some(status) = status {
            *response.status_mut() = status;
        }
        response.headers_mut().extend(headers);
        response
    }
}

impl From<Outcome> for Reply {
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome,
            status: None,
            headers: Vec::new(),
            after: Duration::ZERO,
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.outcome {
            Outcome::Value(_) => "Reply(json)",
            Outcome::Page { .. } => "Reply(page)",
            Outcome::Response(_) => "Reply(response)",
            Outcome::Stream(..) => "Reply(stream)",
            Outcome::Broken(_) => "Reply(broken)",
            Outcome::Silence => "Reply(silence)",
        })
    }
}

/// Replies to an endpoint that returns `Response`: any [`Reply`], or a value of that type if it is
/// [`Serialize`]. Don't implement it by hand.
///
/// - For an endpoint that returns nothing: `()`.
/// - For one that returns `Bytes`: any type that converts into `Bytes`, such as `&'static str`.
/// - For one that returns `Text` or `Download`: any type that converts into `Text` or `Bytes`.
/// - For one that returns `Events<T>`: a list of `Event<T>`. `JsonLines<T>`: a list of `T`.
/// - For one that returns `Page<T>`: a `Page<T>`, or a `Vec<T>` or an array as the last page.
#[diagnostic::on_unimplemented(
    message = "a stub can't reply with `{Self}` here",
    label = "the endpoint returns `{Response}`",
    note = "reply with a value of that type, or, if it isn't `serde::Serialize`, with JSON: `.reply_json(json!(…))`"
)]
pub trait ReplyTo<Decode, Response> {
    /// Converts into a [`Reply`].
    #[track_caller]
    fn into_reply(self) -> Reply;
}

impl<Decode, Response> ReplyTo<Decode, Response> for Reply {
    fn into_reply(self) -> Reply {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T: Serialize> ReplyTo<decode::Json, T> for T {
    #[track_caller]
    fn into_reply(self) -> Reply {
        Reply::json(self)
    }
}

impl ReplyTo<decode::Ignored, ()> for () {
    fn into_reply(self) -> Reply {
        Reply::empty()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Into<Bytes>> ReplyTo<decode::Raw, Bytes> for T {
    fn into_reply(self) -> Reply {
        Reply::raw(Response::new(self))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Into<Text>> ReplyTo<decode::Text, Text> for T {
    fn into_reply(self) -> Reply {
        let text: Text = self.into();
        let mut response = Response::new(Bytes::from(text.into_string()));
        let value = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, value);
        Outcome::Response(response).into()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Into<Bytes>> ReplyTo<decode::Download, Download> for T {
    fn into_reply(self) -> Reply {
        Reply::raw(Response::new(self))
    }
}

impl<T: Serialize> ReplyTo<decode::Events, Events<T>> for Vec<Event<T>> {
    #[track_caller]
    fn into_reply(self) -> Reply {
        Reply::events(self.into_iter().map(|event| {
            let mut text = Event::new(to_json(&event.data).to_string());
            text.id = event.id;
            text.name = event.name;
            text
        }))
    }
}

impl<T: Serialize, const N: usize> ReplyTo<decode::Events, Events<T>> for [Event<T>; N] {
    #[track_caller]
    fn into_reply(self) -> Reply {
        Vec::from(self).into_reply()
    }
}

impl<T: Serialize> ReplyTo<decode::JsonLines, JsonLines<T>> for Vec<T> {
    #[track_caller]
    fn into_reply(self) -> Reply {
        let lines = self.iter().map(|value| format!("{}\n", to_json(value)));
        let mut response = Response::new(Bytes::from(lines.collect::<String>()));
        let value = HeaderValue::from_static("application/x-ndjson");
        response.headers_mut().insert(CONTENT_TYPE, value);
        Outcome::Response(response).into()
    }
}

impl<T: Serialize, const N: usize> ReplyTo<decode::JsonLines, JsonLines<T>> for [T; N] {
    #[track_caller]
    fn into_reply(self) -> Reply {
        ReplyTo::<decode::JsonLines, JsonLines<T>>::into_reply(Vec::from(self))
    }
}

impl<T: Serialize> ReplyTo<decode::Paged, Page<T>> for Page<T> {
    #[track_caller]
    fn into_reply(self) -> Reply {
        Outcome::Page {
            items: to_json(&self.items),
            next_token: self.next_token,
            other: self.other,
        }
        .into()
    }
}

impl<T: Serialize> ReplyTo<decode::Paged, Page<T>> for Vec<T> {
    #[track_caller]
    fn into_reply(self) -> Reply {
        Reply::json(self)
    }
}

impl<T: Serialize, const N: usize> ReplyTo<decode::Paged, Page<T>> for [T; N] {
    #[track_caller]
    fn into_reply(self) -> Reply {
        Reply::json(Vec::from(self))
    }
}

/// Returns the error response `{"code": …, "message": …}`.
pub(super) fn refusal(status: StatusCode, code: &str, message: &str) -> Response<Bytes> {
    let mut body = json!({ "message": message });
    if !code.is_empty() {
        body["code"] = code.into();
    }
    with_status(status, json_response(&body))
}

fn paged(
    endpoint: &EndpointMeta,
    items: Value,
    next_token: Option<String>,
    other: Map<String, Value>,
) -> Response<Bytes> {
    let Some(page) = endpoint.page() else {
        return json_response(&below(Value::Null, endpoint.response(), items));
    };
    let mut body = match page.items() {
        [] => items,
        member => below(other.into(), member, items),
    };
    if let Some(more) = page.more() {
        body = below(body, more, next_token.is_some().into());
    }
    let mut link = None;
    match (page.next(), next_token) {
        (NextPage::Token { member, .. } | NextPage::Url { member, .. }, Some(next)) => {
            body = below(body, member, next.into());
        }
        (NextPage::Link, Some(next)) => link = Some(format!("<{next}>; rel=\"next\"")),
        _ => {}
    }
    let mut response = json_response(&body);
    if let Some(link) = link {
        match HeaderValue::try_from(link) {
            Ok(link) => response.headers_mut().insert(LINK, link),
            Err(error) => panic!("the URL of the next page can't be sent in a header: {error}"),
        };
    }
    response
}

/// Encodes a server-sent event.
fn event<T: Into<String>>(event: Event<T>) -> String {
    let mut text = String::new();
    if let Some(id) = event.id {
        text.extend(["id: ", &id, "\n"]);
    }
    if let Some(name) = event.name {
        text.extend(["event: ", &name, "\n"]);
    }
    let data: String = event.data.into();
    for line in data.split('\n') {
        text.extend(["data: ", line, "\n"]);
    }
    text.push('\n');
    text
}

/// Inserts the value into `outer` at `path`, and creates missing objects on the way.
fn below(mut outer: Value, path: &[&str], value: Value) -> Value {
    *path
        .iter()
        .fold(&mut outer, |place, name| &mut place[*name]) = value;
    outer
}

fn json_response(body: &Value) -> Response<Bytes> {
    let mut response = Response::new(body.to_string().into());
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json;charset=UTF-8"),
    );
    response
}

fn with_status(status: StatusCode, mut response: Response<Bytes>) -> Response<Bytes> {
    *response.status_mut() = status;
    response
}

fn no_content() -> Response<Bytes> {
    with_status(StatusCode::NO_CONTENT, Response::default())
}

#[track_caller]
fn to_json(value: &impl Serialize) -> Value {
    match serde_json::to_value(value) {
        Ok(value) => value,
        Err(error) => panic!("the reply can't be serialized: {error}"),
    }
}
