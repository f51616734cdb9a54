//! How limits behave. Settings cover what the documents leave open.

use std::time::Duration;

/// How a server applies the limits that its endpoints declare.
///
/// [`Limits::published`] follows the documents, [`Limits::harsh`] assumes the worst of all that is
/// unknown, and [`Limits::off`] lets everything through and only keeps the [`Book`](super::Book).
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
    /// By how many nanoseconds the server's clock is ahead.
    pub(super) skew: i64,
    pub(super) telling: Telling,
    pub(super) retry_after: bool,
    pub(super) extended: bool,
    pub(super) count_refused: bool,
}

impl Limits {
    /// Rolling windows that trip with the first call past the limit, exact stamps, a 429 with a
    /// message and without `Retry-After`. Calls during a lock neither extend it nor count.
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

    /// The worst of all that is unknown: trips with the call that reaches the limit, stamps in
    /// whole seconds, calls during a lock extend it, and refused ones count.
    pub const fn harsh() -> Self {
        Self::published()
            .trips(Trips::AtLimit)
            .stamps(Stamps::WholeSeconds)
            .calls_extend_locks(true)
            .count_refused(true)
    }

    /// Refuses nothing, but still measures windows.
    pub const fn off() -> Self {
        Self {
            enforced: false,
            ..Self::published()
        }
    }

    /// Returns whether it refuses any call.
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

    /// Sets the precision of the server's stamps.
    pub const fn stamps(self, stamps: Stamps) -> Self {
        Self { stamps, ..self }
    }

    /// Sets by how much the server's clock is ahead, for limits.
    pub const fn clock_ahead(self, by: Duration) -> Self {
        Self {
            skew: nanos(by),
            ..self
        }
    }

    /// Sets by how much the server's clock is behind, for limits.
    pub const fn clock_behind(self, by: Duration) -> Self {
        Self {
            skew: -nanos(by),
            ..self
        }
    }

    /// Sets how a refusal is reported.
    pub const fn telling(self, telling: Telling) -> Self {
        Self { telling, ..self }
    }

    /// Sets whether a refusal has a `Retry-After` header, in seconds.
    pub const fn retry_after(self, retry_after: bool) -> Self {
        Self {
            retry_after,
            ..self
        }
    }

    /// Sets whether a call during a lock restarts the lock.
    pub const fn calls_extend_locks(self, extended: bool) -> Self {
        Self { extended, ..self }
    }

    /// Sets whether calls that were refused for a limit or a lock count in the window.
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

    /// The time of one of the server's stamps.
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

/// Where a window begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Window {
    /// Rolling: the calls of the last minute count, or of the limit's time.
    #[default]
    Rolling,
    /// At full minutes, or whatever the limit's time is, of the server's clock.
    Fixed,
}

/// Which call exceeds the limit, and is refused. With a limit of 20:
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Trips {
    /// The 21st.
    #[default]
    PastLimit,
    /// The 20th, as was measured on a sister product.
    AtLimit,
}

/// The precision of a server's stamps of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Stamps {
    /// To the nanosecond. A call counts for the limit's time, and a lock holds for its own.
    #[default]
    Exact,
    /// To the second, cut off. A call counts until its second lies back by *more* than the limit's
    /// time, and so does a lock hold: both up to a second longer.
    WholeSeconds,
}

/// The known forms of a refusal.
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
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::TooManyRequests,
        Self::RateLimitExceeded,
        Self::RequestLimitExceeded,
        Self::UrlThrottlesLimitExceeded,
    ];
}
