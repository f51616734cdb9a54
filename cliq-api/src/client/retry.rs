//! Whether, and when, a failed call is retried.
//!
//! What was sent and what was declared decide. Waiting and sending are the client's.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http::StatusCode;

use crate::backoff::Backoff;
use crate::error::{Error, ErrorKind};
use crate::meta::EndpointMeta;
use crate::transport::Sent;

/// How often, and after which delay, a call is retried.
///
/// The guide: [retries](crate::guide::errors#retries).
///
/// A call that was certainly not sent, or that the server refused because there were too many, is
/// retried for any endpoint. A call that may have been received is retried only if its declaration
/// declares it idempotent: a `POST` is not, by default. Each attempt takes a permit of the
/// endpoint's rate limit, and all end by the call's deadline.
///
/// ```
/// use std::time::Duration;
/// use cliq_api::{Client, RetryPolicy};
///
/// # fn main() -> Result<(), cliq_api::Error> {
/// let policy = RetryPolicy::new().max_attempts(5).max_backoff(Duration::from_secs(2));
/// let client = Client::builder("https://api.example.com").retry(policy).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    max_attempts: u32,
    backoff: Backoff,
}

impl RetryPolicy {
    /// Returns the default: three attempts, with up to 0.2 s before the second and twice that
    /// before each further one, at most 10 s.
    pub const fn new() -> Self {
        Self {
            max_attempts: 3,
            backoff: Backoff::new(Duration::from_millis(200), Duration::from_secs(10)),
        }
    }

    /// Returns a policy of one attempt. A token that the server refuses is still refreshed once.
    pub const fn none() -> Self {
        Self {
            max_attempts: 1,
            ..Self::new()
        }
    }

    /// Sets how many attempts there may be in all. At least one is made.
    #[must_use]
    pub const fn max_attempts(self, attempts: u32) -> Self {
        Self {
            max_attempts: if attempts == 0 { 1 } else { attempts },
            ..self
        }
    }

    /// Sets the longest delay before the second attempt. It doubles with each attempt. The actual
    /// delay is random between zero and that, so that calls that failed together don't come back
    /// together.
    #[must_use]
    pub const fn initial_backoff(self, delay: Duration) -> Self {
        Self {
            backoff: Backoff::new(delay, self.backoff.max),
            ..self
        }
    }

    /// Sets the longest delay before any attempt, unless the server asks for more.
    #[must_use]
    pub const fn max_backoff(self, delay: Duration) -> Self {
        Self {
            backoff: Backoff::new(self.backoff.initial, delay),
            ..self
        }
    }

    /// Returns how long to wait before the next attempt, if there is to be one. `attempted` is how
    /// many there were.
    pub(super) fn next(
        &self,
        endpoint: &EndpointMeta,
        error: &Error,
        attempted: u32,
    ) -> Option<Duration> {
        let may_retry = attempted < self.max_attempts
            && match Progress::of(error) {
                Progress::NotActedUpon => true,
                Progress::Unknown => endpoint.idempotent,
                Progress::Final => false,
            };
        may_retry.then(|| {
            let asked = error.retry_after().unwrap_or_default();
            self.backoff.jittered_after(attempted).max(asked)
        })
    }
}

/// The same as [`new`](Self::new).
impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// How far a failed attempt got.
enum Progress {
    /// The server has certainly not acted on it.
    NotActedUpon,
    /// The server may have acted on it, and another attempt may succeed.
    Unknown,
    /// Another attempt would end the same way.
    Final,
}

impl Progress {
    fn of(error: &Error) -> Self {
        match (error.kind(), error.sent()) {
            (ErrorKind::Status, _) if error.is_throttled() => Self::NotActedUpon,
            (ErrorKind::Status, _) => match error.status() {
                Some(
                    StatusCode::BAD_GATEWAY
                    | StatusCode::SERVICE_UNAVAILABLE
                    | StatusCode::GATEWAY_TIMEOUT,
                ) => Self::Unknown,
                _ => Self::Final,
            },
            (ErrorKind::Connect | ErrorKind::Timeout, Sent::No) => Self::NotActedUpon,
            (ErrorKind::Timeout | ErrorKind::Transport, _) => Self::Unknown,
            _ => Self::Final,
        }
    }
}

/// Bounds the retries of all calls, so that a failing server isn't sent three times as many.
///
/// When full, it pays for ten retries; ten successes pay for one more.
pub(super) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 100;
    const RETRY: u32 = 10;

    pub(super) fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    pub(super) fn earn(&self) {
        // When full, as usual, nothing is written that other cores would have to fetch.
        if self.0.load(Ordering::Relaxed) < Self::FULL {
            let _ = self
                .0
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    (left < Self::FULL).then_some(left + 1)
                });
        }
    }

    /// Whether it could pay for a retry now.
    pub(super) fn can_pay(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= Self::RETRY
    }

    /// Pays for one retry, if it can.
    pub(super) fn pay(&self) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(Self::RETRY)
            })
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{Method, Response};

    use super::*;
    use crate::error::{FailedResponse, Failure};
    use crate::request::RequestError;
    use crate::transport::TransportError;

    static GET: EndpointMeta = EndpointMeta::DEFAULT;
    static POST: EndpointMeta = EndpointMeta {
        method: &Method::POST,
        idempotent: false,
        ..EndpointMeta::DEFAULT
    };

    fn failed(status: u16, headers: &[(&str, &str)]) -> Error {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let response = response.body(Bytes::new()).unwrap();
        let failure = Failure::read(&FailedResponse::new(
            response.status(),
            response.headers(),
            response.body(),
        ));
        Error::status_error(&GET, response, failure, true)
    }

    fn broken(sent: Sent) -> Error {
        Error::transport(&GET, TransportError::new(sent, ""), None)
    }

    fn retries(endpoint: &EndpointMeta, error: &Error) -> bool {
        RetryPolicy::new().next(endpoint, error, 1).is_some()
    }

    #[test]
    fn only_idempotent_calls_are_retried_after_they_may_have_been_received() {
        let timeout = |sent| Error::timeout(&GET, sent, "");
        for (error, get, post) in [
            (broken(Sent::No), true, true),
            (broken(Sent::Maybe), true, false),
            (broken(Sent::Answered), true, false),
            (Error::too_large(&GET, 1, None), false, false),
            (timeout(Sent::No), true, true),
            (timeout(Sent::Maybe), true, false),
            (failed(429, &[]), true, true),
            (failed(500, &[]), false, false),
            (failed(502, &[]), true, false),
            (failed(503, &[]), true, false),
            (failed(504, &[]), true, false),
            (failed(400, &[]), false, false),
            (failed(404, &[]), false, false),
            (failed(302, &[]), false, false),
            (Error::endless_pages(&GET, "it repeats"), false, false),
            (
                Error::invalid_request(&GET, &RequestError::new("")),
                false,
                false,
            ),
        ] {
            assert_eq!(
                (retries(&GET, &error), retries(&POST, &error)),
                (get, post),
                "{error:?}"
            );
        }
    }

    #[test]
    fn attempts_are_bounded() {
        let policy = RetryPolicy::new().max_attempts(30);
        assert!(policy.next(&GET, &failed(503, &[]), 29).is_some());
        assert_eq!(policy.next(&GET, &failed(503, &[]), 30), None);
        for one in [RetryPolicy::none(), policy.max_attempts(0)] {
            assert_eq!(one.next(&GET, &failed(503, &[]), 1), None);
            assert!(one.next(&GET, &failed(503, &[]), 0).is_some());
        }
    }

    #[test]
    fn each_setter_sets_one_thing() {
        let policy = RetryPolicy::new();
        let wait = |policy: RetryPolicy| policy.next(&GET, &failed(503, &[]), 1);
        // The random delay is zero only where its bound is.
        let none = Some(Duration::ZERO);
        let hour = Duration::from_hours(1);
        assert_ne!(wait(policy.initial_backoff(hour)), none);
        assert_eq!(wait(policy.initial_backoff(Duration::ZERO)), none);
        assert_eq!(wait(policy.max_backoff(Duration::ZERO)), none);
        let capped = policy.max_backoff(Duration::ZERO).initial_backoff(hour);
        assert_eq!(wait(capped), none);
        let small = policy.initial_backoff(Duration::ZERO).max_backoff(hour);
        assert_eq!(wait(small), none);
        let once = policy.max_attempts(1);
        let (first, most) = (once.initial_backoff(hour), once.max_backoff(hour));
        assert_eq!((wait(first), wait(most)), (None, None));
    }

    #[test]
    fn the_server_may_ask_for_more_time() {
        let error = failed(503, &[("retry-after", "60")]);
        let wait = RetryPolicy::new().next(&GET, &error, 1);
        assert_eq!(wait, Some(Duration::from_mins(1)));
    }

    #[test]
    fn the_budget_pays_for_ten_and_is_earned_back() {
        let budget = Budget::new();
        assert_eq!((0..20).filter(|_| budget.pay()).count(), 10);
        for _ in 0..9 {
            budget.earn();
        }
        assert!(!budget.can_pay() && !budget.pay());
        budget.earn();
        assert!(budget.can_pay() && budget.pay() && !budget.pay());
        for _ in 0..1000 {
            budget.earn();
        }
        assert_eq!((0..20).filter(|_| budget.pay()).count(), 10);
    }
}
