//! What can go wrong with a call, as one type.
//!
//! `Display` is one line for an operator: endpoint, status, the server's code and words, and what
//! to do. The answer's body and headers are kept, and are reached only through their own methods.

mod answer;
mod attempt;

use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};

pub(crate) use self::answer::Answer;
pub use self::attempt::Attempt;
use crate::auth::{AuthError, Utc};
use crate::endpoint::answer::Misfit;
use crate::endpoint::meta::EndpointMeta;
use crate::transport::TransportError;

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
    answer: Option<Answer>,
    attempts: Vec<Attempt>,
    retry_after: Option<Duration>,
    locked_until: Option<SystemTime>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What went wrong, in kinds that a program can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client can't be built from what it was given.
    Configuration,
    /// A value of the call can't be sent, or one that is required is missing.
    InvalidRequest,
    /// The client was closed.
    Closed,
    /// The token's scopes don't suffice. Nothing was sent.
    Scope,
    /// The limit of the endpoint, or a lock, lets the call go too late. Nothing was sent.
    Limited,
    /// No access token could be had. Nothing was sent.
    Auth,
    /// No connection to the server came about.
    Connect,
    /// The time for an attempt, or for the call, ran out.
    Timeout,
    /// The exchange broke off.
    Transport,
    /// The server answered, and refused.
    Status,
    /// The server's answer is not what the endpoint declares, or is too large.
    Decode,
}

/// In one word, as traces have it: `invalid_request`, `timeout`.
impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Configuration => "configuration",
            Self::InvalidRequest => "invalid_request",
            Self::Closed => "closed",
            Self::Scope => "scope",
            Self::Limited => "limited",
            Self::Auth => "auth",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
            Self::Status => "status",
            Self::Decode => "decode",
        })
    }
}

/// Whether a call reached the server, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Sent {
    /// Nothing left this machine.
    No,
    /// It may have been received, and may have been acted upon.
    Maybe,
    /// The server answered.
    Answered,
}

/// For the client to make them.
impl Error {
    pub(crate) fn configuration(problem: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, None, Sent::No, problem.into())
    }

    /// The credentials can't be used.
    pub(crate) fn unusable(error: &AuthError) -> Self {
        Self::configuration(error.to_string()).caused_by(error.clone())
    }

    /// No token could be had for a call.
    pub(crate) fn unauthorized(endpoint: &'static EndpointMeta, error: AuthError) -> Self {
        let wait = error
            .retry_at()
            .and_then(|at| at.duration_since(SystemTime::now()).ok());
        Self::unsent(ErrorKind::Auth, endpoint, error.to_string())
            .with_retry_after(wait)
            .caused_by(error)
    }

    pub(crate) fn invalid_request(
        endpoint: &'static EndpointMeta,
        problem: impl Into<String>,
    ) -> Self {
        Self::new(
            ErrorKind::InvalidRequest,
            Some(endpoint),
            Sent::No,
            problem.into(),
        )
    }

    /// It went wrong before anything was sent.
    pub(crate) fn unsent(
        kind: ErrorKind,
        endpoint: &'static EndpointMeta,
        problem: impl Into<String>,
    ) -> Self {
        Self::new(kind, Some(endpoint), Sent::No, problem.into())
    }

    pub(crate) fn timeout(
        endpoint: &'static EndpointMeta,
        sent: Sent,
        problem: impl Into<String>,
    ) -> Self {
        Self::new(ErrorKind::Timeout, Some(endpoint), sent, problem.into())
    }

    pub(crate) fn transport(endpoint: &'static EndpointMeta, error: TransportError) -> Self {
        let kind = match (error.is_timeout(), error.sent()) {
            _ if error.is_unusable() => ErrorKind::Decode,
            (true, _) => ErrorKind::Timeout,
            (false, Sent::No) => ErrorKind::Connect,
            (false, _) => ErrorKind::Transport,
        };
        let mut problem = error.to_string();
        if let Some(answer) = error.answer() {
            problem = format!("{problem} (its status was {})", answer.status());
        }
        let mut this = Self::new(kind, Some(endpoint), error.sent(), problem);
        let (answer, source) = error.into_parts();
        this.0.answer = answer.map(|answer| Answer::new(*answer));
        this.0.source = source;
        this
    }

    /// `authorized` is whether the call went with an authorization.
    pub(crate) fn refused(
        endpoint: &'static EndpointMeta,
        response: Response<Bytes>,
        authorized: bool,
    ) -> Self {
        let answer = Answer::new(response);
        let mut this = Self::new(
            ErrorKind::Status,
            Some(endpoint),
            Sent::Answered,
            answer.describe(authorized),
        );
        this.0.retry_after = answer.retry_after();
        this.0.answer = Some(answer);
        this
    }

    pub(crate) fn decode(
        endpoint: &'static EndpointMeta,
        response: Response<Bytes>,
        misfit: &Misfit,
    ) -> Self {
        let answer = Answer::new(response);
        let problem = format!(
            "the answer ({}) is not what was declared: {misfit}",
            answer.status
        );
        let mut this = Self::new(ErrorKind::Decode, Some(endpoint), Sent::Answered, problem);
        this.0.answer = Some(answer);
        this
    }

    pub(crate) fn repeated_token(endpoint: &'static EndpointMeta) -> Self {
        let problem =
            "the server gave a page's token a second time, so that its pages would never end";
        Self::new(
            ErrorKind::Decode,
            Some(endpoint),
            Sent::Answered,
            problem.to_owned(),
        )
    }

    fn new(
        kind: ErrorKind,
        endpoint: Option<&'static EndpointMeta>,
        sent: Sent,
        problem: String,
    ) -> Self {
        let (answer, attempts, retry_after, locked_until, source) =
            (None, Vec::new(), None, None, None);
        Self(Box::new(Inner {
            kind,
            endpoint,
            sent,
            problem,
            answer,
            attempts,
            retry_after,
            locked_until,
            source,
        }))
    }

    pub(crate) fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// With the tries that went before.
    pub(crate) fn after(mut self, attempts: Vec<Attempt>) -> Self {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn with_sent(mut self, sent: Sent) -> Self {
        self.0.sent = sent;
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_locked_until(mut self, until: Option<SystemTime>) -> Self {
        self.0.locked_until = until;
        self
    }

    pub(crate) fn problem(&self) -> &str {
        &self.0.problem
    }
}

/// For a program to look at.
impl Error {
    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The endpoint that was called; `None` where it went wrong before any call.
    pub fn endpoint(&self) -> Option<&'static EndpointMeta> {
        self.0.endpoint
    }

    /// Whether the call reached the server, in any of its attempts.
    pub fn sent(&self) -> Sent {
        self.0.sent
    }

    /// The attempts that failed, in order, if anything was tried; the last one's failure is this
    /// error's own, unless the time ran out after it.
    pub fn attempts(&self) -> &[Attempt] {
        &self.0.attempts
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

    /// The body of the server's answer, at most its first 64 KiB; what arrived of it, where it
    /// broke off. It may hold secrets.
    pub fn body(&self) -> Option<&Bytes> {
        self.0.answer.as_ref().map(|answer| &answer.body)
    }

    /// How long to wait before another try: what the server said, or when the limit lets the next
    /// call go.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Until when the user is shut out of the endpoint, as far as that is known. Nothing is sent
    /// before.
    pub fn locked_until(&self) -> Option<SystemTime> {
        self.0.locked_until
    }

    /// Why no access token could be had, if that is what went wrong.
    pub fn auth(&self) -> Option<&AuthError> {
        self.0.source.as_ref()?.downcast_ref()
    }

    /// Whether the token was refused, or none could be had.
    pub fn is_unauthorized(&self) -> bool {
        self.kind() == ErrorKind::Auth || self.status() == Some(StatusCode::UNAUTHORIZED)
    }

    /// Whether what was asked for does not exist, or not for this user: status 404, or one of
    /// Cliq's codes for it.
    pub fn is_not_found(&self) -> bool {
        const CODES: [&str; 4] = [
            "chat_not_found",
            "message_not_found",
            "channel_not_exists",
            "thread_chatid_invalid",
        ];
        self.status() == Some(StatusCode::NOT_FOUND)
            || self.code().is_some_and(|code| CODES.contains(&code))
    }

    /// Whether there were too many calls: the server says so (status 429, or a 400 with one of the
    /// codes that Zoho uses for it), or the client kept the call back.
    pub fn is_throttled(&self) -> bool {
        self.kind() == ErrorKind::Limited
            || self.0.answer.as_ref().is_some_and(Answer::is_throttled)
    }

    /// Whether the time ran out.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Whether no connection came about.
    pub fn is_connect(&self) -> bool {
        self.kind() == ErrorKind::Connect
    }

    /// Whether the answer was not what the endpoint declares, or too large.
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
        f.write_str(&self.0.problem)?;
        match self.0.attempts.len() {
            0 | 1 => {}
            tries => write!(f, " (tried {tries} times)")?,
        }
        // A client that kept the call back has said so.
        if let (Some(until), Some(_)) = (self.0.locked_until, &self.0.answer) {
            write!(f, "; the user is locked out until {}", Utc(until))?;
        }
        let acted = self.0.sent == Sent::Maybe
            && self.0.endpoint.is_some_and(|endpoint| !endpoint.idempotent);
        if acted {
            f.write_str("; the server may have acted on it all the same")
        } else {
            Ok(())
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Error");
        shown.field("kind", &self.0.kind);
        if let Some(endpoint) = self.0.endpoint {
            shown.field("endpoint", &format_args!("{} ({endpoint})", endpoint.name));
        }
        shown
            .field("sent", &self.0.sent)
            .field("problem", &self.0.problem);
        if let Some(answer) = &self.0.answer {
            shown.field("answer", answer);
        }
        if !self.0.attempts.is_empty() {
            shown.field("attempts", &self.0.attempts);
        }
        if let Some(wait) = &self.0.retry_after {
            shown.field("retry_after", wait);
        }
        if let Some(until) = &self.0.locked_until {
            shown.field("locked_until", until);
        }
        if let Some(source) = &self.0.source {
            shown.field("source", source);
        }
        shown.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use crate::Endpoint;
    use crate::threads::FollowThreadRequest;

    use super::*;

    fn refused(status: u16, body: &'static str) -> Error {
        let response = Response::builder()
            .status(status)
            .body(Bytes::from_static(body.as_bytes()))
            .unwrap();
        Error::refused(FollowThreadRequest::META, response, true)
    }

    #[test]
    fn it_is_told_on_one_line() {
        let error = refused(
            404,
            r#"{"code": "chat_not_found", "message": "No\nsuch \u001b[31mchat\u202e"}"#,
        );
        assert_eq!(
            error.to_string(),
            "follow_thread (POST /api/v3/threads/<THREAD_CHAT_ID>/follow): 404 Not Found: chat_not_found: \
             No\\u{a}such \\u{1b}[31mchat\\u{202e} (there is no such chat, or not for this user)"
        );
        assert!(error.is_not_found());
    }

    #[test]
    fn its_tries_are_counted() {
        let first = Attempt::new(&refused(503, ""), Duration::from_millis(5));
        let second = Attempt::new(&refused(503, ""), Duration::from_millis(9));
        assert_eq!(
            refused(503, "").after(vec![first, second]).to_string(),
            "follow_thread (POST /api/v3/threads/<THREAD_CHAT_ID>/follow): 503 Service Unavailable \
             (the fault is the server's; try again later) (tried 2 times)"
        );
    }
}
