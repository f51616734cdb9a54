//! How a call acquires its permit.

use std::time::Duration;

use tokio::time::Instant;

use super::settings::{Priority, WaitPolicy};

/// How a call acquires its permit.
///
/// ```
/// use std::time::Duration;
/// use cliq_api::limit::{AcquireOptions, Priority, WaitPolicy};
///
/// let options = AcquireOptions::new()
///     .timeout(Duration::from_secs(10))
///     .priority(Priority::Urgent)
///     .wait_policy(WaitPolicy::FailFast);
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
#[must_use]
pub struct AcquireOptions {
    pub(super) deadline: Option<Instant>,
    pub(super) timeout: Duration,
    pub(super) wait_policy: WaitPolicy,
    pub(super) priority: Priority,
    pub(super) retry: bool,
    /// The time, if the caller has just read the clock.
    pub(super) now: Option<Instant>,
}

impl AcquireOptions {
    /// Returns the options of a normal call that waits for its permit indefinitely, and for its
    /// response half a minute.
    pub const fn new() -> Self {
        Self {
            deadline: None,
            timeout: Duration::from_secs(30),
            wait_policy: WaitPolicy::Wait,
            priority: Priority::Normal,
            retry: false,
            now: None,
        }
    }

    /// Sets when the call has to be sent at the latest. A wait that can't end before fails at once.
    /// A wait that later turns out to take longer is not ended: drop the future at the deadline.
    pub const fn deadline(self, deadline: Instant) -> Self {
        Self {
            deadline: Some(deadline),
            ..self
        }
    }

    /// Sets how long the call will wait for its response; defaults to 30 seconds.
    pub const fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Sets whether the call waits for its permit; defaults to [`WaitPolicy::Wait`].
    pub const fn wait_policy(self, policy: WaitPolicy) -> Self {
        Self {
            wait_policy: policy,
            ..self
        }
    }

    /// Sets the priority among waiting calls; defaults to [`Priority::Normal`].
    pub const fn priority(self, priority: Priority) -> Self {
        Self { priority, ..self }
    }

    /// Sets whether the call was sent before; defaults to `false`. Retries go first, up to their
    /// [share](super::LimitSettings::retry_share).
    pub const fn retry(self, retry: bool) -> Self {
        Self { retry, ..self }
    }

    /// Sets the time, if it is known: reading the clock takes a good part of a permit's time.
    pub(crate) const fn now(self, now: Option<Instant>) -> Self {
        Self { now, ..self }
    }
}

/// Same as [`AcquireOptions::new`].
impl Default for AcquireOptions {
    fn default() -> Self {
        Self::new()
    }
}
