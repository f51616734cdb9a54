//! The sandbox's clock: the only source of time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;

/// The clock of a [`Sandbox`](crate::Sandbox).
///
/// - [`Clock::tokio`], the default, starts at the same time in every run and follows Tokio's clock,
///   so
///   it stops while a test has paused time.
/// - [`Clock::system`] is the system's time, for a server that people use.
/// - A [`ManualClock`] advances only when a test advances it.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Tokio {
        start: OffsetDateTime,
        since: Instant,
    },
    Manual(ManualClock),
}

impl Clock {
    /// When [`Clock::tokio`] starts: 2025-10-09, 09:24 UTC, shortly after the events of the
    /// [`Demo`](crate::Demo).
    pub const START: OffsetDateTime = match OffsetDateTime::from_unix_timestamp(1_760_001_840) {
        Ok(start) => start,
        Err(_) => panic!("it is within the range"),
    };

    /// Returns a clock with the system's time.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// Returns a clock that starts at [`Clock::START`] now, and follows Tokio's clock. While
    /// Tokio's time is paused, it advances only as the test advances it; otherwise, and outside of
    /// a runtime, it runs like any other clock.
    pub fn tokio() -> Self {
        Self::tokio_from(Self::START)
    }

    /// Returns a clock like [`Clock::tokio`], with another start.
    pub fn tokio_from(start: OffsetDateTime) -> Self {
        Self(Source::Tokio {
            start,
            since: Instant::now(),
        })
    }

    /// Returns the current time.
    pub fn now(&self) -> OffsetDateTime {
        match &self.0 {
            Source::System => OffsetDateTime::now_utc(),
            Source::Tokio { start, since } => *start + since.elapsed(),
            Source::Manual(clock) => clock.now(),
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::tokio()
    }
}

/// A clock that only changes when it is advanced. Clones share their time.
///
/// ```
/// use std::time::Duration;
/// use cliq_sandbox::{Clock, ManualClock, Sandbox};
///
/// let clock = ManualClock::at(Clock::START);
/// let sandbox = Sandbox::builder().clock(clock.clone()).build();
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(sandbox.now(), Clock::START + Duration::from_secs(60));
/// ```
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<OffsetDateTime>>);

impl ManualClock {
    /// Returns a clock that shows `time`.
    pub fn at(time: OffsetDateTime) -> Self {
        Self(Arc::new(Mutex::new(time)))
    }

    /// Advances the clock.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }

    /// Returns the clock's time.
    pub fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<ManualClock> for Clock {
    fn from(clock: ManualClock) -> Self {
        Self(Source::Manual(clock))
    }
}
