//! What time it is: the one place where the stand-in learns it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;

/// The clock of a [`Sandbox`](crate::Sandbox).
///
/// - [`Clock::tokio`] is the default: it starts at the same time in every run and follows Tokio's
///   clock, paused or not.
/// - [`Clock::system`] tells the real time, for a server that people look at.
/// - A [`ManualClock`] moves only when it is set or advanced.
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
    /// When [`Clock::tokio`] starts: shortly after what has happened in the [`Demo`](crate::Demo),
    /// at a full minute.
    ///
    /// It is 2025-10-09, 09:24 UTC.
    pub const START: OffsetDateTime = match OffsetDateTime::from_unix_timestamp(1_760_001_840) {
        Ok(start) => start,
        Err(_) => panic!("it is within the range"),
    };

    /// The real time.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// Starts at [`Clock::START`] now, and goes with Tokio's clock. Where that is paused, time
    /// moves only as the test moves it; where it isn't, and outside of a runtime, this goes
    /// like any other clock.
    pub fn tokio() -> Self {
        Self::tokio_from(Self::START)
    }

    /// As [`Clock::tokio`], with another start.
    pub fn tokio_from(start: OffsetDateTime) -> Self {
        Self(Source::Tokio {
            start,
            since: Instant::now(),
        })
    }

    /// What time it is.
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

/// A clock that moves only when it is set or advanced. Clones are the same clock.
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
    /// Returns a clock at this time.
    pub fn at(time: OffsetDateTime) -> Self {
        Self(Arc::new(Mutex::new(time)))
    }

    /// Moves on.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }

    /// What time it is.
    pub fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<ManualClock> for Clock {
    fn from(clock: ManualClock) -> Self {
        Self(Source::Manual(clock))
    }
}
