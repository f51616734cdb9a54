//! What a stub answers.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use cliq_api::{EndpointMeta, Page, Sent, TransportError, decode};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// What a stub answers, where that is not the endpoint's own type: an error, JSON, a response as it
/// is, or nothing at all.
///
/// ```
/// use cliq_sandbox::Reply;
/// use std::time::Duration;
///
/// let not_found = Reply::error(404, "chat_not_found", "There is no such chat.");
/// let locked = Reply::throttled().header("Retry-After", "600");
/// let slow_and_wrong = Reply::raw(http::Response::new("<html>")).after(Duration::from_secs(3));
/// ```
#[derive(Clone)]
#[must_use = "a reply does nothing until a stub has it"]
pub struct Reply {
    outcome: Outcome,
    status: Option<StatusCode>,
    headers: Vec<(HeaderName, HeaderValue)>,
    after: Duration,
}

#[derive(Clone)]
enum Outcome {
    /// What the endpoint returns, to be put where the endpoint has it.
    Value(Value),
    Page {
        items: Value,
        next_token: Option<String>,
        other: Map<String, Value>,
    },
    Response(Response<Bytes>),
    Broken(Sent),
    Silence,
}

impl Reply {
    /// What the endpoint returns, as JSON. It is put where the endpoint has its answer: into the
    /// member that `response = "…"` names, or as the items of a page.
    ///
    /// # Panics
    ///
    /// If it can't be JSON.
    #[track_caller]
    pub fn json(value: impl Serialize) -> Self {
        Outcome::Value(to_json(&value)).into()
    }

    /// A page, and the token of the next.
    ///
    /// # Panics
    ///
    /// If an item can't be JSON.
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

    /// 204, without a body.
    pub fn empty() -> Self {
        Outcome::Response(no_content()).into()
    }

    /// A refusal in the form that Cliq publishes: `{"code": …, "message": …}`. A code that is empty
    /// is left out, as Cliq does at times.
    ///
    /// # Panics
    ///
    /// If there can be no such status.
    #[track_caller]
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let Ok(status) = StatusCode::from_u16(status) else {
            panic!("there is no status {status}")
        };
        Outcome::Response(refusal(status, code, message)).into()
    }

    /// 429, in the words that Cliq publishes.
    pub fn throttled() -> Self {
        Self::error(429, "", "Too many requests within a certain time frame.")
    }

    /// A response as it is.
    pub fn raw(response: Response<impl Into<Bytes>>) -> Self {
        Outcome::Response(response.map(Into::into)).into()
    }

    /// The connection breaks before an answer: the call may have arrived.
    pub fn disconnect() -> Self {
        Outcome::Broken(Sent::Maybe).into()
    }

    /// No connection comes about: the call did not arrive.
    pub fn unreachable() -> Self {
        Outcome::Broken(Sent::No).into()
    }

    /// No answer ever comes, so that the caller's time runs out: at once where Tokio's time is
    /// paused.
    pub fn hang() -> Self {
        Outcome::Silence.into()
    }

    /// With another status.
    ///
    /// # Panics
    ///
    /// If there can be no such status.
    #[track_caller]
    pub fn status(mut self, status: u16) -> Self {
        let Ok(status) = StatusCode::from_u16(status) else {
            panic!("there is no status {status}")
        };
        self.status = Some(status);
        self
    }

    /// With a header besides, or another value for one.
    ///
    /// # Panics
    ///
    /// If name or value can't be a header's.
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
        else {
            panic!("there can be no header `{name}: {value}`")
        };
        self.headers.push((name, value));
        self
    }

    /// Only after that time, in Tokio's time.
    pub fn after(self, delay: Duration) -> Self {
        Self {
            after: self.after + delay,
            ..self
        }
    }

    /// What the client meets.
    pub(super) async fn play(
        self,
        endpoint: &EndpointMeta,
    ) -> Result<Response<Bytes>, TransportError> {
        if !self.after.is_zero() {
            tokio::time::sleep(self.after).await;
        }
        let mut response = match self.outcome {
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
                    "the stub let no connection come about",
                ));
            }
            Outcome::Broken(sent) => {
                return Err(TransportError::new(sent, "the stub broke the connection"));
            }
            Outcome::Silence => std::future::pending().await,
        };
        if let Some(status) = self.status {
            *response.status_mut() = status;
        }
        response.headers_mut().extend(self.headers);
        Ok(response)
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
            Outcome::Broken(_) => "Reply(broken)",
            Outcome::Silence => "Reply(silence)",
        })
    }
}

/// What a stub of an endpoint can answer that returns `Response`: that type itself if it is
/// [`Serialize`], and any [`Reply`]. It is never implemented by hand.
///
/// - An endpoint that returns nothing: `()`.
/// - One that returns `Bytes`: what converts into them, such as `"text"`.
/// - One that returns `Page<T>`: a `Page<T>`, or for the last page a `Vec<T>` or an array.
#[diagnostic::on_unimplemented(
    message = "a stub can't reply with `{Self}` here",
    label = "the endpoint returns `{Response}`",
    note = "reply with what it returns, or with JSON where that is not `serde::Serialize`: `.reply_json(json!(…))`"
)]
pub trait ReplyTo<Decode, Response> {
    /// The same as a [`Reply`].
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

/// `{"code": …, "message": …}`.
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
    let mut body = below(other.into(), page.items(), items);
    if let Some(token) = next_token {
        body = below(body, page.token(), token.into());
    }
    json_response(&body)
}

/// The value at its place in `outer`; objects on the way to it are made.
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
        Err(error) => panic!("this reply can't be JSON: {error}"),
    }
}
