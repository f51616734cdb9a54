//! The sandbox's only source of time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;

/// The clock of a [`Sandbox`](crate::Sandbox).
///
/// - [`Clock::tokio`] is the default: it starts at the same time in every run and follows Tokio's
///   clock, paused or not.
/// - [`Clock::system`] is the real time, for a server that people use.
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
    /// The start of [`Clock::tokio`]: shortly after the last event of the [`Demo`](crate::Demo), at
    /// a full minute.
    ///
    /// It is 2025-10-09, 09:24 UTC.
    pub const START: OffsetDateTime = match OffsetDateTime::from_unix_timestamp(1_760_001_840) {
        Ok(start) => start,
        Err(_) => panic!("it is within the range"),
    };

    /// Returns a clock of the real time.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// Returns a clock that starts at [`Clock::START`] now, and follows Tokio's clock: time moves
    /// only as the test moves it if that is paused, and runs otherwise, also outside of a runtime.
    pub fn tokio() -> Self {
        Self::tokio_from(Self::START)
    }

    /// Returns a clock like [`Clock::tokio`] with another start.
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

    /// Moves the clock forward.
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
