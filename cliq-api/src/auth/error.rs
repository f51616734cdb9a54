//! Why there is no token: one line for an operator, with what to do about it.
//!
//! It never holds what an accounts server answered, but for the code of a refusal, if that looks
//! like one.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use time::OffsetDateTime;

/// Why a user can't be signed in, or why there is no access token. Cloning it is cheap: one failure
/// is told to all who waited.
///
/// ```no_run
/// # async fn example(oauth: cliq_api::auth::OAuth, code: String) {
/// match oauth.exchange_self_client(code).await {
///     Ok(signed_in) => println!("{:?}", signed_in.access_token().expires_at()),
///     Err(error) if error.needs_sign_in() => println!("a new code is needed: {error}"),
///     Err(error) => println!("{error}; at {:?}", error.retry_at()),
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct AuthError(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    kind: AuthErrorKind,
    problem: String,
    code: Option<String>,
    retry_at: Option<SystemTime>,
    needs_sign_in: bool,
    transient: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What went wrong, in kinds that a program can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthErrorKind {
    /// What was given can't be used.
    Configuration,
    /// The accounts server gave no answer: no connection, no time, or the exchange broke off.
    Unreachable,
    /// The accounts server refused.
    Refused,
    /// No more tokens for now: the accounts server said so, or would.
    TooMany,
    /// The accounts server's answer is none that is known.
    Unreadable,
    /// The callback is not the one that was waited for.
    Callback,
    /// The user said no.
    Denied,
    /// A token, or the time to consent, ran out.
    Expired,
    /// The program's own [`TokenSource`](super::TokenSource) failed.
    Source,
    /// The [`TokenStore`](super::TokenStore) failed.
    Store,
}

impl AuthError {
    pub(crate) fn new(kind: AuthErrorKind, problem: impl Into<String>) -> Self {
        let problem = problem.into();
        let transient = kind == AuthErrorKind::Unreachable;
        let (code, retry_at, source) = (None, None, None);
        Self(Arc::new(Inner {
            kind,
            problem,
            code,
            retry_at,
            needs_sign_in: false,
            transient,
            source,
        }))
    }

    pub(crate) fn configuration(problem: impl Into<String>) -> Self {
        Self::new(AuthErrorKind::Configuration, problem)
    }

    pub(super) fn too_many(problem: &str, retry_at: SystemTime) -> Self {
        Self::new(AuthErrorKind::TooMany, problem).with_retry_at(retry_at)
    }

    pub(super) fn with_code(self, code: Option<String>) -> Self {
        self.change(|inner| inner.code = code)
    }

    pub(super) fn with_sign_in_needed(self, needed: bool) -> Self {
        self.change(|inner| inner.needs_sign_in = needed)
    }

    pub(super) fn with_transient(self, transient: bool) -> Self {
        self.change(|inner| inner.transient = transient)
    }

    pub(super) fn with_retry_at(self, time: SystemTime) -> Self {
        self.change(|inner| {
            inner.problem = format!("{}; none is asked for before {}", inner.problem, Utc(time));
            inner.retry_at = Some(time);
        })
    }

    pub(super) fn caused_by(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let source = source.into();
        self.change(|inner| inner.source = Some(source))
    }

    /// For the maker, before it is shared; afterwards it stays as it is.
    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            change(inner);
        }
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> AuthErrorKind {
        self.0.kind
    }

    /// The accounts server's code for a refusal, such as `invalid_code`.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The time before which nothing is tried again.
    pub fn retry_at(&self) -> Option<SystemTime> {
        self.0.retry_at
    }

    /// Whether the user has to consent once more: the refresh token, or the code, is good for
    /// nothing.
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
            .field("retry_at", &self.0.retry_at)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for AuthError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// `09:34:00 UTC`.
pub(crate) struct Utc(pub(crate) SystemTime);

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = OffsetDateTime::from(self.0).to_hms();
        write!(f, "{hour:02}:{minute:02}:{second:02} UTC")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn it_says_when_it_would_go() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_mins(29_333_364);
        let error = AuthError::too_many("no more tokens", at);
        assert_eq!(
            error.to_string(),
            "no more tokens; none is asked for before 09:24:00 UTC"
        );
        assert_eq!(
            (error.kind(), error.retry_at()),
            (AuthErrorKind::TooMany, Some(at))
        );
    }
}
