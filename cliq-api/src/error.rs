//! What can go wrong with a call, as one type.
//!
//! `Display` is one line for an operator: endpoint, status, the server's code and words, and what to do. The answer's body and
//! headers are kept, and are reached only through their own methods.

use std::error::Error as StdError;
use std::fmt::{self, Write};

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use serde_json::Value;

use crate::endpoint::answer::Misfit;
use crate::endpoint::meta::EndpointMeta;
use crate::transport::TransportError;

/// How much of a server's text `Display` shows, in characters.
const SHOWN: usize = 300;
/// How much of an answer's body an error keeps, in bytes.
const KEPT: usize = 64 * 1024;

/// Why a call failed, or why a client could not be built.
///
/// ```
/// # use cliq_api::prelude::*;
/// # use cliq_api::threads::Threads;
/// # async fn example(client: Client) -> Result<(), Error> {
/// match client.get_thread("CT_1-T-2").await {
///     Ok(thread) => println!("{}", thread.title.unwrap_or_default()),
///     Err(error) if error.is_not_found() => println!("there is no such thread"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    endpoint: Option<&'static EndpointMeta>,
    sent: Sent,
    problem: String,
    answer: Option<Refused>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// An answer that was no success, or that could not be read.
struct Refused {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    code: Option<String>,
    message: Option<String>,
}

/// Headers and body stay out of `Debug`, as they may hold what nobody should log.
impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("code", &self.code)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

/// What went wrong, in kinds that a program can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client can't be built from what it was given.
    Configuration,
    /// A value of the call can't be sent, or one that is required is missing.
    InvalidRequest,
    /// No connection to the server came about.
    Connect,
    /// The time for an attempt, or for the call, ran out.
    Timeout,
    /// The exchange broke off.
    Transport,
    /// The server answered, and refused.
    Refused,
    /// The server's answer is not what the endpoint declares.
    Decode,
}

/// Whether a call reached the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sent {
    /// Nothing left this machine.
    No,
    /// It may have been received, and may have been acted upon.
    Maybe,
    /// The server answered.
    Answered,
}

impl Error {
    pub(crate) fn configuration(problem: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, None, Sent::No, problem.into())
    }

    pub(crate) fn invalid_request(endpoint: &'static EndpointMeta, problem: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidRequest, Some(endpoint), Sent::No, problem.into())
    }

    pub(crate) fn timeout(endpoint: &'static EndpointMeta, problem: impl Into<String>) -> Self {
        Self::new(ErrorKind::Timeout, Some(endpoint), Sent::Maybe, problem.into())
    }

    pub(crate) fn not_sent_in_time(endpoint: &'static EndpointMeta) -> Self {
        Self::new(
            ErrorKind::Timeout,
            Some(endpoint),
            Sent::No,
            "the call's deadline had passed before it was sent".to_owned(),
        )
    }

    pub(crate) fn transport(endpoint: &'static EndpointMeta, error: TransportError) -> Self {
        let kind = match (error.is_timeout(), error.sent()) {
            (true, _) => ErrorKind::Timeout,
            (false, Sent::No) => ErrorKind::Connect,
            (false, _) => ErrorKind::Transport,
        };
        let mut this = Self::new(kind, Some(endpoint), error.sent(), error.to_string());
        this.0.source = error.into_source();
        this
    }

    pub(crate) fn refused(endpoint: &'static EndpointMeta, response: Response<Bytes>) -> Self {
        let answer = Refused::new(response);
        let mut this = Self::new(ErrorKind::Refused, Some(endpoint), Sent::Answered, String::new());
        this.0.problem = answer.describe();
        this.0.answer = Some(answer);
        this
    }

    pub(crate) fn decode(endpoint: &'static EndpointMeta, response: Response<Bytes>, misfit: &Misfit) -> Self {
        let answer = Refused::new(response);
        let problem = format!("the answer ({}) is not what was declared: {misfit}", answer.status);
        let mut this = Self::new(ErrorKind::Decode, Some(endpoint), Sent::Answered, problem);
        this.0.answer = Some(answer);
        this
    }

    pub(crate) fn repeated_token(endpoint: &'static EndpointMeta) -> Self {
        let problem = "the server gave a page's token a second time, so that its pages would never end";
        Self::new(ErrorKind::Decode, Some(endpoint), Sent::Answered, problem.to_owned())
    }

    fn new(kind: ErrorKind, endpoint: Option<&'static EndpointMeta>, sent: Sent, problem: String) -> Self {
        Self(Box::new(Inner { kind, endpoint, sent, problem, answer: None, source: None }))
    }

    pub(crate) fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The endpoint that was called; `None` where it went wrong before any call.
    pub fn endpoint(&self) -> Option<&'static EndpointMeta> {
        self.0.endpoint
    }

    /// Whether the call reached the server.
    pub fn sent(&self) -> Sent {
        self.0.sent
    }

    /// The status of the server's answer.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.answer.as_ref().map(|answer| answer.status)
    }

    /// The server's own code for what went wrong, such as `thread_chatid_invalid`.
    pub fn code(&self) -> Option<&str> {
        self.0.answer.as_ref()?.code.as_deref()
    }

    /// The server's own words.
    pub fn message(&self) -> Option<&str> {
        self.0.answer.as_ref()?.message.as_deref()
    }

    /// The headers of the server's answer.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.answer.as_ref().map(|answer| &answer.headers)
    }

    /// The body of the server's answer, at most its first 64 KiB. It may hold secrets.
    pub fn body(&self) -> Option<&Bytes> {
        self.0.answer.as_ref().map(|answer| &answer.body)
    }

    /// Whether the token was refused: status 401.
    pub fn is_unauthorized(&self) -> bool {
        self.status() == Some(StatusCode::UNAUTHORIZED)
    }

    /// Whether what was asked for does not exist, or not for this user: status 404, or one of Cliq's codes for it.
    pub fn is_not_found(&self) -> bool {
        const CODES: [&str; 4] = ["chat_not_found", "message_not_found", "channel_not_exists", "thread_chatid_invalid"];
        self.status() == Some(StatusCode::NOT_FOUND) || self.code().is_some_and(|code| CODES.contains(&code))
    }

    /// Whether the server counted too many calls: status 429, or a 400 with one of the codes that Zoho uses for it.
    pub fn is_throttled(&self) -> bool {
        self.0.answer.as_ref().is_some_and(Refused::is_throttled)
    }

    /// Whether the time ran out.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Whether no connection came about.
    pub fn is_connect(&self) -> bool {
        self.kind() == ErrorKind::Connect
    }

    /// Whether the answer was not what the endpoint declares.
    pub fn is_decode(&self) -> bool {
        self.kind() == ErrorKind::Decode
    }
}

/// `follow_thread (POST /api/v3/threads/<THREAD_CHAT_ID>/follow): 404 Not Found: …`, on one line.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(endpoint) = self.0.endpoint {
            write!(f, "{} ({endpoint}): ", endpoint.name)?;
        }
        f.write_str(&self.0.problem)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("endpoint", &self.0.endpoint.map(ToString::to_string))
            .field("sent", &self.0.sent)
            .field("problem", &self.0.problem)
            .field("answer", &self.0.answer)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl Refused {
    fn new(response: Response<Bytes>) -> Self {
        let (parts, mut body) = response.into_parts();
        let parsed = serde_json::from_slice::<Value>(&body).unwrap_or_default();
        let (code, message) = code_and_message(&parsed);
        body.truncate(KEPT);
        Self { status: parts.status, headers: parts.headers, body, code, message }
    }

    fn is_throttled(&self) -> bool {
        const CODES: [&str; 3] =
            ["request_limit_exceeded", "rate_limit_exceeded", "url_rolling_throttles_limit_exceeded"];
        self.status == StatusCode::TOO_MANY_REQUESTS
            || self.status == StatusCode::BAD_REQUEST
                && self.code.as_ref().is_some_and(|code| CODES.iter().any(|known| code.eq_ignore_ascii_case(known)))
    }

    fn describe(&self) -> String {
        let mut line = self.status.to_string();
        for text in [&self.code, &self.message].into_iter().flatten() {
            line.push_str(": ");
            push_escaped(&mut line, text);
        }
        if let Some(advice) = self.advice() {
            line.push_str(" (");
            line.push_str(advice);
            line.push(')');
        }
        line
    }

    /// What an operator can do about it.
    fn advice(&self) -> Option<&'static str> {
        match self.status {
            _ if self.is_throttled() => Some(
                "the server counts too many calls of this user, and may refuse all further ones for its lock period",
            ),
            StatusCode::UNAUTHORIZED if self.code.as_deref() == Some("oauthtoken_scope_invalid") => {
                Some("the token lacks a scope that this endpoint needs")
            }
            StatusCode::UNAUTHORIZED => Some(
                "the access token is not valid here: it ran out after an hour, was revoked, or belongs to another data centre",
            ),
            status if status.is_redirection() => Some("redirects are not followed; is the base URL right?"),
            _ => None,
        }
    }
}

/// The forms in which Zoho's servers tell what went wrong.
fn code_and_message(body: &Value) -> (Option<String>, Option<String>) {
    let error = &body["error"];
    let text = |values: &[&Value]| {
        values.iter().find_map(|value| match value {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    };
    let code = text(&[&body["code"], &error["code"], &error["title"], error]);
    let message =
        text(&[&body["message"], &error["message"], &error["details"]["message"], &body["error_description"]]);
    (code, message)
}

/// On one line, whatever a server puts into its text, and not too long.
fn push_escaped(line: &mut String, text: &str) {
    for (index, character) in text.chars().enumerate() {
        if index == SHOWN {
            line.push('…');
            break;
        }
        if character.is_control() {
            let _ = write!(line, "{}", character.escape_default());
        } else {
            line.push(character);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Endpoint;
    use crate::threads::FollowThreadRequest;

    use super::*;

    fn refused(status: u16, body: &'static str) -> Error {
        let response = Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap();
        Error::refused(FollowThreadRequest::META, response)
    }

    #[test]
    fn every_form_of_body_gives_its_code_and_words() {
        for (body, code, message) in [
            (r#"{"message": "No."}"#, None, Some("No.")),
            (r#"{"code": "chat_not_found", "message": "No."}"#, Some("chat_not_found"), Some("No.")),
            (r#"{"code": "ACCESS_DENIED"}"#, Some("ACCESS_DENIED"), None),
            (r#"{"code": 1002}"#, Some("1002"), None),
            (
                r#"{"error": {"code": "rate_limit_exceeded", "message": "No."}}"#,
                Some("rate_limit_exceeded"),
                Some("No."),
            ),
            (r#"{"error": {"title": "URL_X", "details": {"message": "No."}}}"#, Some("URL_X"), Some("No.")),
            (r#"{"error": "Access Denied", "error_description": "No."}"#, Some("Access Denied"), Some("No.")),
            ("", None, None),
            ("<html>", None, None),
            ("[1]", None, None),
        ] {
            let error = refused(400, body);
            assert_eq!((error.code(), error.message()), (code, message), "{body}");
            assert_eq!(error.body().unwrap(), body);
        }
    }

    #[test]
    fn it_is_told_on_one_line() {
        let error = refused(404, r#"{"code": "chat_not_found", "message": "No\nsuch \u001b[31mchat"}"#);
        assert_eq!(
            error.to_string(),
            "follow_thread (POST /api/v3/threads/<THREAD_CHAT_ID>/follow): 404 Not Found: chat_not_found: \
             No\\nsuch \\u{1b}[31mchat"
        );
        assert!(error.is_not_found());
    }

    #[test]
    fn each_way_of_being_limited_is_known() {
        assert!(refused(429, "").is_throttled());
        assert!(refused(400, r#"{"code": "request_limit_exceeded"}"#).is_throttled());
        assert!(refused(400, r#"{"error": {"title": "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED"}}"#).is_throttled());
        assert!(!refused(400, r#"{"code": "param_missing"}"#).is_throttled());
        assert!(!refused(404, r#"{"code": "request_limit_exceeded"}"#).is_throttled());
    }
}
