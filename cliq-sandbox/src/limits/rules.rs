//! Configures limits. The documents leave some behavior open, so it is configurable.

use std::time::Duration;

/// How a server applies the limits that its endpoints declare.
///
/// [`Limits::published`] follows the documents, [`Limits::harsh`] assumes the worst of everything
/// unknown, and [`Limits::off`] allows all calls and only records them in the
/// [`Book`](super::Book).
///
/// ```
/// use cliq_sandbox::Sandbox;
/// use cliq_sandbox::limits::{Limits, Telling, Trips};
///
/// let demo = Sandbox::demo();
/// demo.sandbox.set_limits(
///     Limits::published().trips(Trips::AtLimit).telling(Telling::RequestLimitExceeded),
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
#[allow(
    clippy::struct_excessive_bools,
    reason = "they are independent of one another, and private"
)]
pub struct Limits {
    pub(super) enforced: bool,
    pub(super) window: Window,
    pub(super) trips: Trips,
    pub(super) stamps: Stamps,
    /// How many nanoseconds the server's clock is ahead.
    pub(super) skew: i64,
    pub(super) telling: Telling,
    pub(super) retry_after: bool,
    pub(super) extended: bool,
    pub(super) count_refused: bool,
}

impl Limits {
    /// Returns limits with rolling windows that trip with the first call past the limit, exact
    /// stamps, and a 429 with a message and without `Retry-After`. Calls during a lock neither
    /// extend it nor count.
    pub const fn published() -> Self {
        Self {
            enforced: true,
            window: Window::Rolling,
            trips: Trips::PastLimit,
            stamps: Stamps::Exact,
            skew: 0,
            telling: Telling::TooManyRequests,
            retry_after: false,
            extended: false,
            count_refused: false,
        }
    }

    /// Returns limits that assume the worst of everything unknown: the call that reaches the limit
    /// trips, stamps are whole seconds, calls during a lock extend it, and rejected calls count.
    pub const fn harsh() -> Self {
        Self::published()
            .trips(Trips::AtLimit)
            .stamps(Stamps::WholeSeconds)
            .calls_extend_locks(true)
            .count_refused(true)
    }

    /// Returns limits that reject nothing. Windows are measured anyway.
    pub const fn off() -> Self {
        Self {
            enforced: false,
            ..Self::published()
        }
    }

    /// Returns whether all calls are allowed.
    pub const fn is_off(&self) -> bool {
        !self.enforced
    }

    /// Sets where a window begins.
    pub const fn window(self, window: Window) -> Self {
        Self { window, ..self }
    }

    /// Sets which call trips the limit.
    pub const fn trips(self, trips: Trips) -> Self {
        Self { trips, ..self }
    }

    /// Sets the precision of the server's stamps.
    pub const fn stamps(self, stamps: Stamps) -> Self {
        Self { stamps, ..self }
    }

    /// Sets the server's clock, as used for limits, ahead by this.
    pub const fn clock_ahead(self, by: Duration) -> Self {
        Self {
            skew: nanos(by),
            ..self
        }
    }

    /// Sets the server's clock, as used for limits, behind by this.
    pub const fn clock_behind(self, by: Duration) -> Self {
        Self {
            skew: -nanos(by),
            ..self
        }
    }

    /// Sets the form of the error response.
    pub const fn telling(self, telling: Telling) -> Self {
        Self { telling, ..self }
    }

    /// Sets whether the error response has `Retry-After`, in seconds.
    pub const fn retry_after(self, retry_after: bool) -> Self {
        Self {
            retry_after,
            ..self
        }
    }

    /// Sets whether a call during a lock restarts it.
    pub const fn calls_extend_locks(self, extended: bool) -> Self {
        Self { extended, ..self }
    }

    /// Sets whether calls that were rejected for a limit or a lock count in the window.
    pub const fn count_refused(self, count_refused: bool) -> Self {
        Self {
            count_refused,
            ..self
        }
    }

    /// Returns the server's stamp of a call at `now`, by the server's clock.
    pub(super) fn stamp(&self, now: Duration) -> Duration {
        let by = Duration::from_nanos(self.skew.unsigned_abs());
        let now = if self.skew < 0 {
            now.saturating_sub(by)
        } else {
            now.saturating_add(by)
        };
        match self.stamps {
            Stamps::Exact => now,
            Stamps::WholeSeconds => Duration::from_secs(now.as_secs()),
        }
    }

    /// Converts one of the server's stamps back to the time of others.
    pub(super) fn unstamp(&self, stamp: Duration) -> Duration {
        let by = Duration::from_nanos(self.skew.unsigned_abs());
        if self.skew < 0 {
            stamp.saturating_add(by)
        } else {
            stamp.saturating_sub(by)
        }
    }

    /// Returns the first stamp that is no longer within `per` of `stamp`.
    pub(super) fn end(&self, stamp: Duration, per: Duration) -> Duration {
        let end = stamp.saturating_add(per);
        match self.stamps {
            Stamps::Exact => end,
            Stamps::WholeSeconds => end.saturating_add(Duration::from_secs(1)),
        }
    }
}

/// [`Limits::published`].
impl Default for Limits {
    fn default() -> Self {
        Self::published()
    }
}

/// Saturates at some centuries.
const fn nanos(by: Duration) -> i64 {
    let nanos = by.as_nanos();
    let most = i64::MAX as u128 / 4;
    #[allow(
        clippy::cast_possible_truncation,
        reason = "it is at most a quarter of what fits"
    )]
    if nanos > most {
        most as i64
    } else {
        nanos as i64
    }
}

/// Sets where a window begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Window {
    /// Anywhere: the calls of the last minute count, or whatever the limit's period is.
    #[default]
    Rolling,
    /// At full minutes of the server's clock, or whatever the limit's period is.
    Fixed,
}

/// Which call trips the limit and is rejected. With a limit of 20:
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Trips {
    /// The 21st.
    #[default]
    PastLimit,
    /// The 20th, as was measured on a sister product.
    AtLimit,
}

/// The precision of the server's stamps of arrivals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Stamps {
    /// Nanoseconds. A call counts for the limit's period, and a lock holds for its duration.
    #[default]
    Exact,
    /// Whole seconds, rounded down. A call counts until its second is *more* than the limit's
    /// period ago, and a lock likewise: both up to a second longer.
    WholeSeconds,
}

/// The known forms of the error response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Telling {
    /// 429 and `{"message"}`, as published for threads.
    #[default]
    TooManyRequests,
    /// 429 and `{"error": {"code": "rate_limit_exceeded", "message"}}`, as published for search.
    RateLimitExceeded,
    /// 400 and `{"code": "request_limit_exceeded", "message"}`, as observed with Cliq.
    RequestLimitExceeded,
    /// 400 and `{"error": {"title": "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED", "details":
    /// {"message"}}}`, with "Try again after 10 minutes." in the message, as observed with sister
    /// products.
    UrlThrottlesLimitExceeded,
}

impl Telling {
    /// All forms.
    pub const ALL: [Self; 4] = [
        Self::TooManyRequests,
        Self::RateLimitExceeded,
        Self::RequestLimitExceeded,
        Self::UrlThrottlesLimitExceeded,
    ];
}
