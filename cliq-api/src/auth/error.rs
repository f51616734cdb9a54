//! Why there is no token: one line for an operator, with what to do about it.
//!
//! Of a server's answer it shows the code of a refusal, if that looks like one, and nothing else.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use time::OffsetDateTime;
use tokio::time::Instant;

use crate::secrets::Secrets;

/// Why a user can't be signed in, or why there is no access token. Cloning it is cheap: all calls
/// that waited for a token receive the same failure.
///
/// ```no_run
/// # async fn example(oauth: cliq_api::auth::OAuth, code: String) {
/// match oauth.exchange_code(code).await {
///     Ok(signed_in) => println!("{:?}", signed_in.access_token().expires_at()),
///     Err(error) if error.needs_sign_in() => println!("a new code is needed: {error}"),
///     Err(error) => println!("{error}; at {:?}", error.retry_at()),
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct AuthError(Arc<Inner>);

struct Inner {
    kind: AuthErrorKind,
    problem: String,
    code: Option<String>,
    description: Option<String>,
    retry: Option<Retry>,
    needs_sign_in: bool,
    transient: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The time before which there is no retry.
#[derive(Clone, Copy)]
struct Retry {
    at: SystemTime,
    /// The same, by a clock that nobody sets.
    steady: Instant,
}

/// A shorter wait is not worth a mention.
const MENTIONED: Duration = Duration::from_secs(5);

/// What went wrong, in kinds for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthErrorKind {
    /// A value that was given can't be used.
    Configuration,
    /// The server gave no answer: no connection, a timeout, or the exchange broke off.
    Unreachable,
    /// The server refused (RFC 6749, section 5.2).
    Refused,
    /// No more tokens for now: the server reported too many requests, or would, or has just failed.
    TooMany,
    /// The server's answer is not one of OAuth 2.0.
    Unreadable,
    /// The callback is not the expected one.
    Callback,
    /// The user denied access.
    Denied,
    /// A token, or the time to consent, expired.
    Expired,
    /// The program's own [`TokenSource`](super::TokenSource) or
    /// [`Authorizer`](super::Authorizer) failed.
    Source,
    /// The [`TokenStore`](super::TokenStore) failed.
    Store,
}

impl AuthError {
    /// Makes one, for an [`Authorizer`](super::Authorizer). `problem` is one line for an operator,
    /// without secrets.
    pub fn new(kind: AuthErrorKind, problem: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            kind,
            problem: problem.into(),
            code: None,
            description: None,
            retry: None,
            needs_sign_in: false,
            transient: kind == AuthErrorKind::Unreachable,
            source: None,
        }))
    }

    pub(crate) fn configuration(problem: impl Into<String>) -> Self {
        Self::new(AuthErrorKind::Configuration, problem)
    }

    pub(super) fn with_code(self, code: Option<String>) -> Self {
        self.change(|inner| inner.code = code)
    }

    pub(super) fn with_description(self, description: Option<String>) -> Self {
        self.change(|inner| inner.description = description)
    }

    pub(super) fn with_sign_in_needed(self, needed: bool) -> Self {
        self.change(|inner| inner.needs_sign_in = needed)
    }

    pub(super) fn with_transient(self, transient: bool) -> Self {
        self.change(|inner| inner.transient = transient)
    }

    /// Sets the time before which there is no retry, by Tokio's clock. `now` is the wall clock's
    /// time.
    pub(super) fn with_retry_at(self, steady: Instant, now: SystemTime) -> Self {
        let wait = steady.saturating_duration_since(Instant::now());
        let at = now + wait;
        self.change(|inner| {
            if wait >= MENTIONED {
                inner.problem = format!("{}; no retry before {}", inner.problem, Utc(at));
            }
            inner.retry = Some(Retry { at, steady });
        })
    }

    /// Takes secrets out of what others wrote: code, description and causes.
    pub(super) fn redacted(self, secrets: &Secrets) -> Self {
        self.change(|inner| {
            inner.code.take_if(|code| secrets.are_in(code));
            inner.description.take_if(|text| secrets.are_in(text));
            let source = inner.source.take();
            inner.source = source.map(|source| secrets.redact_error(source));
        })
    }

    /// Returns how long there is no retry.
    pub(super) fn wait(&self) -> Option<Duration> {
        let retry = self.0.retry.as_ref()?;
        Some(retry.steady.saturating_duration_since(Instant::now()))
    }

    /// Sets the underlying error.
    #[must_use]
    pub fn caused_by(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let source = source.into();
        self.change(|inner| inner.source = Some(source))
    }

    /// Before it is shared; afterwards it doesn't change.
    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            change(inner);
        }
        self
    }

    /// Returns what went wrong.
    pub fn kind(&self) -> AuthErrorKind {
        self.0.kind
    }

    /// Returns the server's code for a refusal, such as `invalid_grant`.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// Returns the `error_description` of a refusal (RFC 6749, section 5.2), unless it repeats a
    /// secret of the request. It is the server's own text: neither `Display` nor `Debug` shows it,
    /// as it may hold what this crate can't recognize.
    pub fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Returns the time before which there is no retry.
    pub fn retry_at(&self) -> Option<SystemTime> {
        self.0.retry.map(|retry| retry.at)
    }

    /// Returns whether the user has to consent again: the refresh token, or the code, is not valid
    /// any more.
    pub fn needs_sign_in(&self) -> bool {
        self.0.needs_sign_in
    }

    /// Whether the same may succeed in a moment.
    pub(super) fn is_transient(&self) -> bool {
        self.0.transient
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.problem)
    }
}

impl fmt::Debug for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthError")
            .field("kind", &self.0.kind)
            .field("problem", &self.0.problem)
            .field("code", &self.0.code)
            .field("retry_at", &self.retry_at())
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for AuthError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// `2026-03-01 09:34:00 UTC`.
pub(crate) struct Utc(pub(crate) SystemTime);

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = OffsetDateTime::from(self.0);
        let (hour, minute, second) = time.to_hms();
        write!(f, "{} {hour:02}:{minute:02}:{second:02} UTC", time.date())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_says_when_it_would_go() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_mins(29_333_364);
        let too_many = |wait: Duration| {
            let error = AuthError::new(AuthErrorKind::TooMany, "no more tokens");
            error.with_retry_at(Instant::now() + wait, at - wait)
        };
        let error = too_many(Duration::from_hours(24));
        assert_eq!(
            error.to_string(),
            "no more tokens; no retry before 2025-10-09 09:24:00 UTC"
        );
        let soon = too_many(Duration::from_secs(1));
        assert_eq!(
            (soon.to_string().as_str(), soon.retry_at()),
            ("no more tokens", Some(at))
        );
        assert_eq!(
            (error.kind(), error.retry_at()),
            (AuthErrorKind::TooMany, Some(at))
        );
    }
}
