//! What a caller may say of one call besides its parameters.

use std::fmt;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

use crate::limit::{Priority, WaitPolicy};
use crate::retry::RetryPolicy;

/// Options of one call, set with [`RequestExt::options`](crate::RequestExt::options).
///
/// ```no_run
/// # use cliq_api::prelude::*;
/// # use cliq_api::threads::Threads;
/// # use std::time::Duration;
/// # async fn example(client: Client) -> Result<(), Error> {
/// client.follow_thread("CT_1-T-2").options(|options| options.timeout(Duration::from_secs(5))).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Options {
    pub(super) timeout: Option<Duration>,
    pub(super) deadline: Option<Duration>,
    pub(super) retry: Option<RetryPolicy>,
    pub(super) wait_policy: Option<WaitPolicy>,
    pub(super) priority: Option<Priority>,
    headers: Vec<(HeaderName, HeaderValue)>,
    refused: Option<String>,
}

impl Options {
    /// How long one attempt may take.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self {
            timeout: Some(timeout),
            ..self
        }
    }

    /// How long the call as a whole may take, from `.await` on: waiting for its turn and for a
    /// token, all attempts, reading the answer.
    ///
    /// Where nothing is said: one window of the endpoint's limit and five seconds, and twice the
    /// time of an attempt.
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        Self {
            deadline: Some(deadline),
            ..self
        }
    }

    /// How often it is tried again, in place of what the client does.
    #[must_use]
    pub fn retry(self, policy: RetryPolicy) -> Self {
        Self {
            retry: Some(policy),
            ..self
        }
    }

    /// It fails at once where it would have to wait for its limit: with the time after which it
    /// could go.
    #[must_use]
    pub fn fail_fast(self) -> Self {
        Self {
            wait_policy: Some(WaitPolicy::FailFast),
            ..self
        }
    }

    /// It waits for a lock to end as well, as far as its deadline allows: that should be longer
    /// than the lock then.
    #[must_use]
    pub fn through_locks(self) -> Self {
        Self {
            wait_policy: Some(WaitPolicy::ThroughLocks),
            ..self
        }
    }

    /// It goes before others that wait, and may use the slots that are
    /// [reserved](crate::limit::LimitSettings::reserved_for_urgent).
    #[must_use]
    pub fn urgent(self) -> Self {
        Self {
            priority: Some(Priority::Urgent),
            ..self
        }
    }

    /// A header to send besides. It replaces one of that name; where it can't be sent, the call
    /// fails and says so.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(mut value)) => {
                // It may be a secret, and `Debug` of a request shows its headers.
                value.set_sensitive(true);
                self.headers.push((name, value));
            }
            _ => {
                self.refused = Some(format!(
                    "the header {name:?} can't be sent: its name or its value is not one"
                ))
            }
        }
        self
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = &(HeaderName, HeaderValue)> {
        self.headers.iter()
    }

    pub(crate) fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }
}

/// Without the headers' values.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Options")
            .field("timeout", &self.timeout)
            .field("deadline", &self.deadline)
            .field("retry", &self.retry)
            .field("wait_policy", &self.wait_policy)
            .field("priority", &self.priority)
            .field("headers", &headers)
            .finish_non_exhaustive()
    }
}
