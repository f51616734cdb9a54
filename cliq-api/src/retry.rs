//! Whether, and when, a call that failed is tried again.
//!
//! Pure but for chance: what was sent and what the declaration says decide, not the place in the
//! code. Sending is the client's.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http::StatusCode;

use crate::endpoint::meta::EndpointMeta;
use crate::error::{Error, ErrorKind, Sent};

/// How often, and after how long, a call is tried again.
///
/// What was surely not sent is tried again for any endpoint, also when the server turned it away
/// for coming too often. What may have been received is tried again only if its declaration says
/// that it may be sent twice: a `POST` isn't, unless it is declared `idempotent`. Each attempt
/// takes a slot of the endpoint's limit, and all end by the call's deadline.
///
/// ```
/// use std::time::Duration;
/// use cliq_api::{Client, RetryPolicy};
///
/// # fn main() -> Result<(), cliq_api::Error> {
/// let client = Client::builder().retry(RetryPolicy::new().max_attempts(5).max_backoff(Duration::from_secs(2))).build()?;
/// let patient = Client::builder().retry(RetryPolicy::none()).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    max_attempts: u32,
    initial_backoff: Duration,
    max_backoff: Duration,
}

impl RetryPolicy {
    /// Three attempts in all, with up to 0.2 s before the second and twice that before each further
    /// one, 10 s at most.
    pub const fn new() -> Self {
        Self {
            max_attempts: 3,
            initial_backoff: Duration::from_millis(200),
            max_backoff: Duration::from_secs(10),
        }
    }

    /// One attempt, whatever happens. A token that the server refuses is still renewed once.
    pub const fn none() -> Self {
        Self {
            max_attempts: 1,
            ..Self::new()
        }
    }

    /// So many attempts in all; at least one.
    #[must_use]
    pub const fn max_attempts(self, attempts: u32) -> Self {
        Self {
            max_attempts: if attempts == 0 { 1 } else { attempts },
            ..self
        }
    }

    /// How long to wait at most before the second attempt. The wait is drawn evenly from nothing to
    /// that, so that those who failed together don't come back together; it doubles with each
    /// attempt.
    #[must_use]
    pub const fn initial_backoff(self, wait: Duration) -> Self {
        Self {
            initial_backoff: wait,
            ..self
        }
    }

    /// How long to wait at most before any attempt, unless the server asks for more.
    #[must_use]
    pub const fn max_backoff(self, wait: Duration) -> Self {
        Self {
            max_backoff: wait,
            ..self
        }
    }

    /// How long to wait before the next attempt, if there should be one.
    ///
    /// `tried` is how many there were. An answer that there were too many calls has told the
    /// limiter, which paces the next attempt by itself.
    pub(crate) fn next(
        &self,
        endpoint: &EndpointMeta,
        error: &Error,
        tried: u32,
    ) -> Option<Duration> {
        if tried >= self.max_attempts {
            return None;
        }
        let again = match Class::of(error) {
            Class::NotActedUpon => true,
            Class::Unknown => endpoint.idempotent,
            Class::Final => false,
        };
        if !again {
            return None;
        }
        let doubled = self
            .initial_backoff
            .saturating_mul(1 << tried.saturating_sub(1).min(16));
        Some(part_of(doubled.min(self.max_backoff)).max(error.retry_after().unwrap_or_default()))
    }
}

/// [`new`](Self::new).
impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// What a failure says of the next attempt.
enum Class {
    /// The server has surely not acted on it.
    NotActedUpon,
    /// It may have, and another attempt may succeed.
    Unknown,
    /// Another attempt would end the same way.
    Final,
}

impl Class {
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

/// Anything from nothing to all of it, evenly.
fn part_of(whole: Duration) -> Duration {
    let mut chance = [0; 4];
    // Without chance, the whole.
    if getrandom::fill(&mut chance).is_err() {
        return whole;
    }
    let part = f64::from(u32::from_le_bytes(chance)) / f64::from(u32::MAX);
    Duration::try_from_secs_f64(whole.as_secs_f64() * part).unwrap_or(whole)
}

/// Keeps a server that fails from being asked three times as often: retries are paid with what
/// successes earn.
///
/// Full, it pays for ten retries; ten successes pay for one more.
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 100;
    const RETRY: u32 = 10;

    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    pub(crate) fn earn(&self) {
        // In the usual state, full, nothing is written that other cores would have to fetch.
        if self.0.load(Ordering::Relaxed) < Self::FULL {
            let _ = self
                .0
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    (left < Self::FULL).then_some(left + 1)
                });
        }
    }

    /// Pays for one retry, if it can.
    pub(crate) fn pay(&self) -> bool {
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
    use http::Response;

    use super::*;
    use crate::Endpoint;
    use crate::threads::{FollowThreadRequest, GetThreadRequest};
    use crate::transport::TransportError;

    const GET: &EndpointMeta = GetThreadRequest::META;
    const POST: &EndpointMeta = FollowThreadRequest::META;

    fn refused(status: u16) -> Error {
        Error::refused(
            GET,
            Response::builder()
                .status(status)
                .body(Bytes::new())
                .unwrap(),
            true,
        )
    }

    fn broken(sent: Sent) -> Error {
        Error::transport(GET, TransportError::new(sent, ""))
    }

    fn again(endpoint: &EndpointMeta, error: &Error) -> bool {
        RetryPolicy::new().next(endpoint, error, 1).is_some()
    }

    #[test]
    fn what_may_have_been_received_is_sent_again_only_if_it_may_be() {
        let timeout = |sent| Error::timeout(GET, sent, "");
        for (error, get, post) in [
            (broken(Sent::No), true, true),
            (broken(Sent::Maybe), true, false),
            (broken(Sent::Answered), true, false),
            (
                Error::transport(GET, TransportError::unusable("too large")),
                false,
                false,
            ),
            (timeout(Sent::No), true, true),
            (timeout(Sent::Maybe), true, false),
            (refused(429), true, true),
            (refused(500), false, false),
            (refused(502), true, false),
            (refused(503), true, false),
            (refused(504), true, false),
            (refused(400), false, false),
            (refused(404), false, false),
            (refused(302), false, false),
            (Error::repeated_token(GET), false, false),
            (Error::invalid_request(GET, ""), false, false),
        ] {
            assert_eq!(
                (again(GET, &error), again(POST, &error)),
                (get, post),
                "{error:?}"
            );
        }
    }

    #[test]
    fn waits_grow_to_their_longest_and_are_drawn_evenly() {
        let policy = RetryPolicy::new()
            .max_attempts(30)
            .initial_backoff(Duration::from_secs(1))
            .max_backoff(Duration::from_secs(8));
        for (tried, longest) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 8), (29, 8)] {
            let waits: Vec<_> = (0..500)
                .map(|_| policy.next(GET, &refused(503), tried).unwrap())
                .collect();
            let longest = Duration::from_secs(longest);
            assert!(waits.iter().all(|wait| *wait <= longest));
            assert!(
                waits.iter().any(|wait| *wait > longest * 9 / 10)
                    && waits.iter().any(|wait| *wait < longest / 10)
            );
        }
        assert_eq!(policy.next(GET, &refused(503), 30), None);
        assert_eq!(
            RetryPolicy::none()
                .max_attempts(0)
                .next(GET, &refused(503), 1),
            None
        );
    }

    #[test]
    fn the_server_may_ask_for_more_time() {
        let answer = Response::builder()
            .status(503)
            .header("retry-after", "60")
            .body(Bytes::new())
            .unwrap();
        let wait = RetryPolicy::new().next(GET, &Error::refused(GET, answer, true), 1);
        assert_eq!(wait, Some(Duration::from_mins(1)));
    }

    #[test]
    fn the_budget_pays_for_ten_and_is_earned_back() {
        let budget = Budget::new();
        assert_eq!((0..20).filter(|_| budget.pay()).count(), 10);
        for _ in 0..9 {
            budget.earn();
        }
        assert!(!budget.pay());
        budget.earn();
        assert!(budget.pay() && !budget.pay());
        for _ in 0..1000 {
            budget.earn();
        }
        assert_eq!((0..20).filter(|_| budget.pay()).count(), 10);
    }
}
