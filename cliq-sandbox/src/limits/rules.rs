//! How limits behave, where the published rules leave it open.

use std::time::Duration;

/// How a server applies the limits that its endpoints declare.
///
/// [`Limits::published`] takes the documents at their word, [`Limits::harsh`] takes the worst of
/// all that is unknown, and [`Limits::off`] lets everything through and only keeps the
/// [`Book`](super::Book).
///
/// ```
/// use cliq_sandbox::Sandbox;
/// use cliq_sandbox::limits::{Limits, Telling, Trips};
///
/// let demo = Sandbox::demo();
/// demo.sandbox.set_limits(Limits::published().trips(Trips::AtLimit).telling(Telling::RequestLimitExceeded));
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
    /// By how many nanoseconds the server's clock is ahead.
    pub(super) skew: i64,
    pub(super) telling: Telling,
    pub(super) retry_after: bool,
    pub(super) extended: bool,
    pub(super) count_refused: bool,
}

impl Limits {
    /// Returns the published rules: rolling windows, a lockout with the first call past the limit,
    /// exact stamps, a 429 with a message and without `Retry-After`. Calls during a lockout neither
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

    /// Returns the strictest rules where the real ones are unknown: a lockout with the call that
    /// reaches the limit, stamps in whole seconds, calls during a lockout extend it, and refused
    /// calls count.
    pub const fn harsh() -> Self {
        Self::published()
            .trips(Trips::AtLimit)
            .stamps(Stamps::WholeSeconds)
            .calls_extend_locks(true)
            .count_refused(true)
    }

    /// Returns rules that refuse nothing. Windows are measured nevertheless.
    pub const fn off() -> Self {
        Self {
            enforced: false,
            ..Self::published()
        }
    }

    /// Returns whether nothing is refused.
    pub const fn is_off(&self) -> bool {
        !self.enforced
    }

    /// Sets where a window begins.
    pub const fn window(self, window: Window) -> Self {
        Self { window, ..self }
    }

    /// Sets which call exceeds the limit.
    pub const fn trips(self, trips: Trips) -> Self {
        Self { trips, ..self }
    }

    /// Sets how exactly the server stamps calls.
    pub const fn stamps(self, stamps: Stamps) -> Self {
        Self { stamps, ..self }
    }

    /// Sets the lead of the clock that limits use.
    pub const fn clock_ahead(self, by: Duration) -> Self {
        Self {
            skew: nanos(by),
            ..self
        }
    }

    /// Sets the lag of the clock that limits use.
    pub const fn clock_behind(self, by: Duration) -> Self {
        Self {
            skew: -nanos(by),
            ..self
        }
    }

    /// Sets the form of a throttled response.
    pub const fn telling(self, telling: Telling) -> Self {
        Self { telling, ..self }
    }

    /// Sets whether a throttled response has `Retry-After`, in seconds.
    pub const fn retry_after(self, retry_after: bool) -> Self {
        Self {
            retry_after,
            ..self
        }
    }

    /// Sets whether a call during a lockout starts it anew.
    pub const fn calls_extend_locks(self, extended: bool) -> Self {
        Self { extended, ..self }
    }

    /// Sets whether calls that were refused because of a limit or a lockout count in the window.
    pub const fn count_refused(self, count_refused: bool) -> Self {
        Self {
            count_refused,
            ..self
        }
    }

    /// A server's stamp of a call at `now`, in its own time.
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

    /// What one of the server's stamps is in everyone else's time.
    pub(super) fn unstamp(&self, stamp: Duration) -> Duration {
        let by = Duration::from_nanos(self.skew.unsigned_abs());
        if self.skew < 0 {
            stamp.saturating_add(by)
        } else {
            stamp.saturating_sub(by)
        }
    }

    /// The first stamp that is no longer within `per` of `stamp`.
    pub(super) fn end(&self, stamp: Duration, per: Duration) -> Duration {
        let end = stamp.saturating_add(per);
        match self.stamps {
            Stamps::Exact => end,
            Stamps::WholeSeconds => end.saturating_add(Duration::from_secs(1)),
        }
    }
}

/// As [`Limits::published`].
impl Default for Limits {
    fn default() -> Self {
        Self::published()
    }
}

/// Half a century is enough.
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
    /// At any time: the calls of the last minute count, for a limit per minute.
    #[default]
    Rolling,
    /// At full minutes of the server's clock, for a limit per minute.
    Fixed,
}

/// Which call exceeds the limit and is refused. With a limit of 20:
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Trips {
    /// The 21st.
    #[default]
    PastLimit,
    /// The 20th, as was measured on a sister product.
    AtLimit,
}

/// How exactly a server stamps calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Stamps {
    /// To the nanosecond. A call counts for one window, and a lockout lasts as declared.
    #[default]
    Exact,
    /// To the second, truncated. A call counts until its second is *more* than a window ago, and a
    /// lockout ends likewise: both last up to a second longer.
    WholeSeconds,
}

/// The known forms of a throttled response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Telling {
    /// 429 and `{"message"}`, as published for threads.
    #[default]
    TooManyRequests,
    /// 429 and `{"error": {"code": "rate_limit_exceeded", "message"}}`, as published for search.
    RateLimitExceeded,
    /// 400 and `{"code": "request_limit_exceeded", "message"}`, as seen of Cliq.
    RequestLimitExceeded,
    /// 400 and `{"error": {"title": "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED", "details":
    /// {"message"}}}`, with "Try again after 10 minutes." in the message, as seen of sister
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
