//! How often a refresh token may be used.

use std::time::Duration;

/// How often a server gives an access token for one refresh token, or for one client's own
/// credentials.
///
/// A use counts from the moment it is sent until the window has passed after its answer, with a
/// second on top for servers that count in whole ones; a lost one counts two minutes longer. Some
/// uses are reserved: an early renewal, and one after a refusal, leave some for when a token has
/// expired.
///
/// ```
/// use std::time::Duration;
/// use cliq_api::auth::RenewalBudget;
///
/// // Of ten that the server allows in an hour.
/// let budget = RenewalBudget::new(9, Duration::from_secs(3600)).early(7).after_refusal(5);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct RenewalBudget {
    needed: usize,
    early: usize,
    after_refusal: usize,
    window: Duration,
    lockout: Duration,
}

/// Why a token is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// There is none that can be used.
    Needed,
    /// The one at hand expires soon.
    Early,
    /// The API refused the one at hand, which has not expired.
    Refused,
}

impl RenewalBudget {
    /// That many uses in any period of that length.
    pub fn new(uses: usize, window: Duration) -> Self {
        Self {
            needed: uses,
            early: uses,
            after_refusal: uses,
            window: window.min(Duration::from_hours(24 * 365)),
            lockout: Duration::from_mins(1),
        }
    }

    /// Sets how many of the uses there may be before a token is renewed early: while calls can go
    /// on with the one they have.
    pub fn early(self, uses: usize) -> Self {
        Self {
            early: uses.min(self.needed),
            ..self
        }
    }

    /// Sets how many of the uses there may be before a token is replaced that the API refused,
    /// although it has not expired.
    pub fn after_refusal(self, uses: usize) -> Self {
        Self {
            after_refusal: uses.min(self.needed),
            ..self
        }
    }

    /// Sets how long nothing is asked for after the server has reported too many requests, unless
    /// its `Retry-After` is longer. Defaults to a minute.
    pub fn lockout(self, lockout: Duration) -> Self {
        Self {
            lockout: lockout.min(Duration::from_hours(24)),
            ..self
        }
    }

    /// How many uses there may be in a window, this one included.
    pub(super) fn most(&self, why: Why) -> usize {
        match why {
            Why::Needed => self.needed,
            Why::Early => self.early,
            Why::Refused => self.after_refusal,
        }
    }

    pub(super) fn window(&self) -> Duration {
        self.window + Duration::from_secs(1)
    }

    /// With a second on top, as the window has.
    pub(super) fn denial(&self, retry_after: Option<Duration>) -> Duration {
        self.lockout.max(retry_after.unwrap_or_default()) + Duration::from_secs(1)
    }
}

/// No limit, but for the replacement of refused tokens: five in ten minutes, so that an API that
/// refuses every token doesn't make each call renew it.
impl Default for RenewalBudget {
    fn default() -> Self {
        Self::new(usize::MAX, Duration::from_mins(10)).after_refusal(5)
    }
}
