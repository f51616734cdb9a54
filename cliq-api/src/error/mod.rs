//! Every failure of a call, as one type.
//!
//! `Display` is one line for an operator: endpoint, status, the server's code and message, and what
//! to do. The response's body and headers are kept, and are reached only through their own methods.

mod attempt;
pub(crate) mod failure;
mod kind;
mod misfit;
mod text;

use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use serde::de::DeserializeOwned;

pub use self::attempt::Attempt;
pub(crate) use self::failure::MAX_KEPT;
pub use self::failure::{FailedResponse, Failure};
pub use self::kind::ErrorKind;
use self::misfit::misfit;
use self::text::push_escaped;
use crate::auth::{AuthError, Utc};
use crate::body::{BoxError, TooLarge};
use crate::limit::{LimitRefusal, Throttling};
use crate::meta::EndpointMeta;
use crate::request::{BaseUrlError, RequestError};
use crate::response::{DecodeError, json};
use crate::secrets::Secrets;
use crate::transport::{Sent, SetupError, TransportError};

/// Why a call failed, or why a client can't be built.
///
/// The guide: [errors and retries](crate::guide::errors).
///
/// ```
/// # use cliq_api::prelude::*;
/// # #[endpoints]
/// # pub trait Tickets {
/// #     #[endpoint(GET "/tickets/<ID>")] fn get_ticket(&self, id: u32) -> String;
/// # }
/// # async fn example(client: Client) -> Result<(), Error> {
/// match client.get_ticket(42_u32).await {
///     Ok(ticket) => println!("{ticket}"),
///     Err(error) if error.is_not_found() => println!("there is no such ticket"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
///
/// `Debug` prints `Display` and the causes, so that a `main` which returns an `Error` prints
/// something readable; `{:#?}` prints the fields.
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    endpoint: Option<&'static EndpointMeta>,
    sent: Sent,
    problem: String,
    response: Option<Kept>,
    attempts: Vec<Attempt>,
    retry_after: Option<Duration>,
    locked_until: Option<SystemTime>,
    throttling: Option<Throttling>,
    next_page_token: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What is kept of a response.
struct Kept {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    failure: Failure,
}

/// Headers and body stay out of `Debug`, as they may hold what nobody should log.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("code", &self.failure.code)
            .field("message", &self.failure.message)
            .finish_non_exhaustive()
    }
}

impl Kept {
    fn new(response: Response<Bytes>, failure: Failure) -> Self {
        let (head, body) = response.into_parts();
        // A copy where it is cut, so that its beginning doesn't keep a large body alive.
        let body = if body.len() > MAX_KEPT {
            Bytes::copy_from_slice(&body[..MAX_KEPT])
        } else {
            body
        };
        Self {
            status: head.status,
            headers: head.headers,
            body,
            failure,
        }
    }
}

/// Constructors, for the client.
impl Error {
    pub(crate) fn configuration(problem: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, None, Sent::No, problem.into())
    }

    /// The base URL can't be used.
    pub(crate) fn base_url(error: BaseUrlError) -> Self {
        Self::configuration(format!("the base URL can't be used: {error}")).caused_by(error)
    }

    /// The transport can't be built.
    #[cfg_attr(not(any(feature = "hyper", feature = "reqwest")), expect(dead_code))]
    pub(crate) fn setup(error: SetupError) -> Self {
        Self::configuration(error.to_string()).caused_by(error)
    }

    /// The credentials can't be used.
    pub(crate) fn unusable(error: &AuthError) -> Self {
        Self::configuration(error.to_string()).caused_by(error.clone())
    }

    /// There is no token for a call.
    pub(crate) fn unauthorized(endpoint: &'static EndpointMeta, error: AuthError) -> Self {
        let wait = error
            .retry_at()
            .and_then(|at| at.duration_since(SystemTime::now()).ok());
        let mut this = Self::unsent(ErrorKind::Auth, endpoint, error.to_string());
        this.0.retry_after = wait;
        this.caused_by(error)
    }

    pub(crate) fn invalid_request(endpoint: &'static EndpointMeta, error: &RequestError) -> Self {
        Self::unsent(ErrorKind::InvalidRequest, endpoint, error.to_string())
    }

    /// The limiter gave no permit.
    pub(crate) fn limited(endpoint: &'static EndpointMeta, refusal: LimitRefusal) -> Self {
        let problem = format!("{refusal}; nothing was sent");
        let mut this = Self::unsent(ErrorKind::Limited, endpoint, problem);
        this.0.retry_after = refusal.wait();
        this.0.locked_until = refusal.locked_until();
        this.caused_by(refusal)
    }

    /// It failed before anything was sent.
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

    /// The exchange failed. `response` is what arrived before, with what the provider reads from
    /// it.
    pub(crate) fn transport(
        endpoint: &'static EndpointMeta,
        error: TransportError,
        response: Option<(Response<Bytes>, Failure)>,
    ) -> Self {
        let kind = match (error.is_timeout(), error.sent()) {
            (true, _) => ErrorKind::Timeout,
            (false, Sent::No) => ErrorKind::Connect,
            (false, _) => ErrorKind::Transport,
        };
        let problem = with_status(error.to_string(), response.as_ref());
        let mut this = Self::new(kind, Some(endpoint), error.sent(), problem);
        this.0.source = error.into_source();
        this.with_response(response)
    }

    /// The response is larger than the client allows.
    pub(crate) fn too_large(
        endpoint: &'static EndpointMeta,
        max: usize,
        response: Option<(Response<Bytes>, Failure)>,
    ) -> Self {
        let problem =
            format!("the response is larger than the {max} bytes that `max_response_size` allows");
        let problem = with_status(problem, response.as_ref());
        Self::new(ErrorKind::Decode, Some(endpoint), Sent::Answered, problem)
            .with_response(response)
    }

    /// A stream of a response ended before its end.
    pub(crate) fn stream(endpoint: &'static EndpointMeta, error: BoxError) -> Self {
        match error.downcast::<TooLarge>() {
            Ok(too_large) => Self::too_large(endpoint, too_large.max, None),
            Err(error) => Self::transport(endpoint, TransportError::of_body(error), None),
        }
    }

    /// A value of a stream doesn't have the declared type.
    pub(crate) fn value(endpoint: &'static EndpointMeta, error: &DecodeError) -> Self {
        let problem = format!("a value of the stream is not what was declared: {error}");
        Self::new(ErrorKind::Decode, Some(endpoint), Sent::Answered, problem)
    }

    /// The server responded with a status that is no success. `authorized` is whether the call
    /// carried an authorization.
    pub(crate) fn status_error(
        endpoint: &'static EndpointMeta,
        response: Response<Bytes>,
        failure: Failure,
        authorized: bool,
    ) -> Self {
        let problem = describe(response.status(), &failure, authorized);
        let mut this = Self::new(ErrorKind::Status, Some(endpoint), Sent::Answered, problem);
        this.0.retry_after = failure.retry_after;
        this.with_response(Some((response, failure)))
    }

    /// The response is not what the endpoint declares. `failure` is what the provider reads from
    /// it, as some servers report failures with the status of a success.
    pub(crate) fn decode(
        endpoint: &'static EndpointMeta,
        response: Response<Bytes>,
        failure: Failure,
        error: &DecodeError,
        secrets: &Secrets,
    ) -> Self {
        let problem = misfit(&response, &failure, error, secrets);
        let mut this = Self::new(ErrorKind::Decode, Some(endpoint), Sent::Answered, problem)
            .with_response(Some((response, failure)));
        this.0.next_page_token = error.next_token().map(str::to_owned);
        this
    }

    /// The pages of an endpoint have no end.
    pub(crate) fn endless_pages(
        endpoint: &'static EndpointMeta,
        problem: impl Into<String>,
    ) -> Self {
        Self::new(
            ErrorKind::Decode,
            Some(endpoint),
            Sent::Answered,
            problem.into(),
        )
    }

    fn new(
        kind: ErrorKind,
        endpoint: Option<&'static EndpointMeta>,
        sent: Sent,
        problem: String,
    ) -> Self {
        Self(Box::new(Inner {
            kind,
            endpoint,
            sent,
            problem,
            response: None,
            attempts: Vec::new(),
            retry_after: None,
            locked_until: None,
            throttling: None,
            next_page_token: None,
            source: None,
        }))
    }

    pub(crate) fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    fn with_response(mut self, response: Option<(Response<Bytes>, Failure)>) -> Self {
        self.0.response = response.map(|(response, failure)| Kept::new(response, failure));
        self
    }

    /// Sets the attempts that failed, and the most that any of them did.
    pub(crate) fn after(mut self, attempts: Vec<Attempt>, sent: Sent) -> Self {
        self.0.attempts = attempts;
        self.0.sent = sent;
        self
    }

    /// Sets what follows from a response that reports throttling.
    pub(crate) fn with_throttling(mut self, throttling: Option<Throttling>) -> Self {
        self.0.throttling = throttling;
        if let Some(throttling) = throttling {
            self.0.locked_until = throttling.locked_until;
            // The limiter decides when another call may go: it adds a margin, and caps nonsense.
            if !throttling.wait.is_zero() {
                self.0.retry_after = Some(throttling.wait);
            }
        }
        self
    }

    /// Returns what follows from the response, if it reports throttling.
    pub(crate) fn throttling(&self) -> Option<Throttling> {
        self.0.throttling
    }

    /// Explains why the call wasn't retried.
    pub(crate) fn not_replayable(mut self) -> Self {
        self.0
            .problem
            .push_str(" (not retried: its body is a stream)");
        self
    }

    /// Returns this failure as an attempt, which ended so long after the call began.
    pub(crate) fn as_attempt(&self, ended: Duration) -> Attempt {
        Attempt {
            kind: self.kind(),
            sent: self.sent(),
            status: self.status(),
            problem: self.0.problem.clone(),
            ended,
        }
    }

    pub(crate) fn problem(&self) -> &str {
        &self.0.problem
    }

    /// Whether the server refused the token, so that another one may help.
    pub(crate) fn is_token_refused(&self) -> bool {
        self.failure().is_some_and(|failure| failure.token_refused)
    }

    fn failure(&self) -> Option<&Failure> {
        self.0.response.as_ref().map(|kept| &kept.failure)
    }
}

fn with_status(problem: String, response: Option<&(Response<Bytes>, Failure)>) -> String {
    match response {
        Some((response, _)) => format!("{problem} (its status was {})", response.status()),
        None => problem,
    }
}

/// One line: status, code, message and advice.
fn describe(status: StatusCode, failure: &Failure, authorized: bool) -> String {
    let mut line = status.to_string();
    for text in [&failure.code, &failure.message].into_iter().flatten() {
        line.push_str(": ");
        push_escaped(&mut line, text);
    }
    let advice = if failure.token_refused && !authorized {
        Some("the client has no credentials, so the call carried none")
    } else {
        failure.advice.as_deref()
    };
    if let Some(advice) = advice {
        line.push_str(" (");
        line.push_str(advice);
        line.push(')');
    }
    line
}

/// Accessors.
impl Error {
    /// Returns what went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the endpoint that was called; `None` if it failed before any call.
    pub fn endpoint(&self) -> Option<&'static EndpointMeta> {
        self.0.endpoint
    }

    /// Returns whether the call reached the server, in any of its attempts.
    pub fn sent(&self) -> Sent {
        self.0.sent
    }

    /// Returns the failed attempts, in order. The last one's failure is this error's own, unless
    /// the call timed out after it.
    pub fn attempts(&self) -> &[Attempt] {
        &self.0.attempts
    }

    /// Returns the response's status.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.response.as_ref().map(|kept| kept.status)
    }

    /// Returns the server's code for what went wrong, such as `not_found`. A secret that the
    /// request carried is replaced by `[redacted]`, here and in the message.
    pub fn code(&self) -> Option<&str> {
        self.failure()?.code.as_deref()
    }

    /// Returns the server's message.
    pub fn message(&self) -> Option<&str> {
        self.failure()?.message.as_deref()
    }

    /// Returns the response's headers.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.response.as_ref().map(|kept| &kept.headers)
    }

    /// Returns the response's body, at most its first 64 KiB; what arrived of it, if it broke off.
    /// It may hold secrets.
    pub fn body(&self) -> Option<&Bytes> {
        self.0.response.as_ref().map(|kept| &kept.body)
    }

    /// Reads the response's body as the provider's own error type. `None` if there is no response,
    /// or if the body doesn't have that type.
    ///
    /// ```
    /// #[derive(serde::Deserialize)]
    /// struct ValidationError {
    ///     errors: Vec<String>,
    /// }
    ///
    /// # fn example(error: cliq_api::Error) {
    /// if let Some(ValidationError { errors }) = error.json() {
    ///     println!("{}", errors.join(", "));
    /// }
    /// # }
    /// ```
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        json::parse(self.body()?).ok()
    }

    /// Returns the token of the page after the one whose items can't be decoded. With it a caller
    /// can continue behind that page, as [`Pages::skip_page`](crate::Pages::skip_page) does;
    /// [`PagedExt::lenient`](crate::PagedExt::lenient) reads the page's other items.
    pub fn next_page_token(&self) -> Option<&str> {
        self.0.next_page_token.as_deref()
    }

    /// Returns how long to wait before another attempt: what the server asked for, or until the
    /// rate limit allows the next call. After a throttled call that is the limiter's time, with its
    /// margin and its [cap](crate::limit::LimitSettings::max_retry_after).
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns when the user's lockout from the endpoint ends, if there is one. Nothing is sent
    /// before.
    pub fn locked_until(&self) -> Option<SystemTime> {
        self.0.locked_until
    }

    /// Returns why there is no access token, if that is what went wrong.
    pub fn auth(&self) -> Option<&AuthError> {
        self.0.source.as_ref()?.downcast_ref()
    }

    /// Returns whether the server refused the token, or there is none.
    pub fn is_unauthorized(&self) -> bool {
        self.kind() == ErrorKind::Auth || self.status() == Some(StatusCode::UNAUTHORIZED)
    }

    /// Returns whether the requested object doesn't exist, or not for this user: a status or a code
    /// that the provider knows as such.
    pub fn is_not_found(&self) -> bool {
        self.failure().is_some_and(|failure| failure.not_found)
    }

    /// Returns whether there were too many calls: the server rejected this one for that, or the
    /// client didn't send it.
    pub fn is_throttled(&self) -> bool {
        self.kind() == ErrorKind::Limited || self.failure().is_some_and(|failure| failure.throttled)
    }

    /// Returns whether the call timed out.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Returns whether there was no connection to the server.
    pub fn is_connect(&self) -> bool {
        self.kind() == ErrorKind::Connect
    }

    /// Returns whether the response is not what the endpoint declares, or too large, or pages have
    /// no end.
    pub fn is_decode(&self) -> bool {
        self.kind() == ErrorKind::Decode
    }
}

/// One line: `get_ticket (GET /tickets/<ID>): 404 Not Found: …`.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(endpoint) = self.0.endpoint {
            write!(f, "{} ({endpoint}): ", endpoint.name)?;
        }
        f.write_str(&self.0.problem)?;
        match self.0.attempts.len() {
            0 | 1 => {}
            attempts => write!(f, " ({attempts} attempts)")?,
        }
        // The text of a call that the client kept back has it already.
        if let (Some(until), Some(_)) = (self.0.locked_until, &self.0.response) {
            write!(f, "; the user is locked out until {}", Utc(until))?;
        }
        if let Some(advice) = self.0.throttling.and_then(|throttling| throttling.advice()) {
            write!(f, "; {advice}")?;
        }
        let may_have_acted = self.0.sent == Sent::Maybe
            && self.0.endpoint.is_some_and(|endpoint| !endpoint.idempotent);
        if may_have_acted {
            f.write_str("; the server may have acted on it")
        } else {
            Ok(())
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            write!(f, "{self}")?;
            // The message of the outermost cause is part of ours.
            let mut cause = self.source().and_then(StdError::source);
            while let Some(error) = cause {
                write!(f, "; caused by: {error}")?;
                cause = error.source();
            }
            return Ok(());
        }
        let mut shown = f.debug_struct("Error");
        shown.field("kind", &self.0.kind);
        if let Some(endpoint) = self.0.endpoint {
            shown.field("endpoint", &format_args!("{} ({endpoint})", endpoint.name));
        }
        shown
            .field("sent", &self.0.sent)
            .field("problem", &self.0.problem);
        if let Some(response) = &self.0.response {
            shown.field("response", response);
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
    use super::*;

    static CLOSE: EndpointMeta = EndpointMeta {
        name: "close_ticket",
        method: &http::Method::POST,
        path: "/tickets/<ID>/close",
        idempotent: false,
        ..EndpointMeta::DEFAULT
    };

    fn status_error(status: u16, body: &'static str) -> Error {
        let response = Response::builder()
            .status(status)
            .body(Bytes::from_static(body.as_bytes()))
            .unwrap();
        let failure = Failure::read(&FailedResponse::new(
            response.status(),
            response.headers(),
            response.body(),
        ));
        Error::status_error(&CLOSE, response, failure, true)
    }

    #[test]
    fn display_is_one_line() {
        let body = r#"{"code": "not_found", "message": "No\nsuch \u001b[31mticket\u202e"}"#;
        let error = status_error(404, body);
        assert_eq!(
            error.to_string(),
            "close_ticket (POST /tickets/<ID>/close): 404 Not Found: not_found: \
             No\\u{a}such \\u{1b}[31mticket\\u{202e}"
        );
        assert_eq!(format!("{error:?}"), error.to_string());
        assert!(error.is_not_found());
    }

    #[test]
    fn each_question_is_about_one_kind() {
        let timeout = Error::timeout(&CLOSE, Sent::Maybe, "");
        let connect = Error::transport(&CLOSE, TransportError::new(Sent::No, ""), None);
        let cases = [
            (status_error(400, ""), None),
            (status_error(401, ""), Some("unauthorized")),
            (status_error(404, ""), Some("not found")),
            (status_error(429, ""), Some("throttled")),
            (status_error(500, ""), None),
            (timeout, Some("timeout")),
            (connect, Some("connect")),
            (Error::too_large(&CLOSE, 1, None), Some("decode")),
        ];
        for (error, expected) in cases {
            let found = [
                ("unauthorized", error.is_unauthorized()),
                ("not found", error.is_not_found()),
                ("throttled", error.is_throttled()),
                ("timeout", error.is_timeout()),
                ("connect", error.is_connect()),
                ("decode", error.is_decode()),
            ];
            let found = found
                .into_iter()
                .filter(|(_, is)| *is)
                .map(|(name, _)| name);
            assert_eq!(
                found.collect::<Vec<_>>(),
                Vec::from_iter(expected),
                "{error}"
            );
        }
    }

    #[test]
    fn attempts_are_counted() {
        let attempts =
            [5, 9].map(|ended| status_error(503, "").as_attempt(Duration::from_millis(ended)));
        let error = status_error(503, "").after(attempts.to_vec(), Sent::Answered);
        assert_eq!(
            error.to_string(),
            "close_ticket (POST /tickets/<ID>/close): 503 Service Unavailable \
             (the server failed; retry later) (2 attempts)"
        );
    }

    #[test]
    fn a_large_body_is_cut() {
        let response = Response::new(Bytes::from(vec![b'x'; MAX_KEPT + 1]));
        let error = Error::status_error(&CLOSE, response, Failure::default(), true);
        assert_eq!(error.body().unwrap().len(), MAX_KEPT);
    }

    #[test]
    fn the_providers_own_error_type() {
        #[derive(serde::Deserialize)]
        struct Own {
            hint: String,
        }
        let own: Own = status_error(400, r#"{"hint": "later"}"#).json().unwrap();
        assert_eq!(own.hint, "later");
        assert!(status_error(400, "[]").json::<Own>().is_none());
    }
}
