//! How limits behave. What is published doesn't say it all, so that it can be set.

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

    /// Whether anything is ever refused.
    pub const fn is_off(&self) -> bool {
        !self.enforced
    }

    /// Where a window begins.
    pub const fn window(self, window: Window) -> Self {
        Self { window, ..self }
    }

    /// Which call is the one too many.
    pub const fn trips(self, trips: Trips) -> Self {
        Self { trips, ..self }
    }

    /// How exactly the server notes when a call arrived.
    pub const fn stamps(self, stamps: Stamps) -> Self {
        Self { stamps, ..self }
    }

    /// The server's clock, as far as limits go, is ahead by this.
    pub const fn clock_ahead(self, by: Duration) -> Self {
        Self {
            skew: nanos(by),
            ..self
        }
    }

    /// The server's clock, as far as limits go, is behind by this.
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

    /// Whether calls that were refused for a limit or a lock take up the window as well.
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

/// Where a window begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Window {
    /// At any time: what counts are the calls of the last minute, or whatever the limit's time is.
    #[default]
    Rolling,
    /// At full minutes, or whatever the limit's time is, of the server's clock.
    Fixed,
}

/// Which call is the one too many, and is refused. With a limit of 20:
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Trips {
    /// The 21st.
    #[default]
    PastLimit,
    /// The 20th, as was measured on a sister product.
    AtLimit,
}

/// How exactly a server notes when a call arrived.
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

/// The known ways of telling a user that it was too much.
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
