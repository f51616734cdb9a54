//! What time it is, for tokens.
//!
//! Two clocks are asked. The wall clock goes on while the machine sleeps, and may be set; Tokio's
//! can't be set, stops while the machine sleeps, and leaps in tests. Whichever goes faster counts,
//! and what one gained over the other stays: a token is never taken for younger than it is.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

pub(crate) struct Clock {
    wall: fn() -> SystemTime,
    begun: (SystemTime, Instant),
    /// By how much the wall clock has been ahead, in nanoseconds.
    lead: AtomicU64,
}

impl Clock {
    pub(crate) fn system() -> Self {
        Self::of(SystemTime::now)
    }

    pub(super) fn of(wall: fn() -> SystemTime) -> Self {
        Self {
            wall,
            begun: (wall(), Instant::now()),
            lead: AtomicU64::new(0),
        }
    }

    pub(crate) fn now(&self) -> SystemTime {
        let (wall, steady) = self.begun;
        let elapsed = steady.elapsed();
        let by_wall = (self.wall)().duration_since(wall).unwrap_or_default();
        let lead = u64::try_from(by_wall.saturating_sub(elapsed).as_nanos()).unwrap_or(u64::MAX);
        let most = self.lead.load(Ordering::Relaxed);
        if lead > most {
            // Seldom, so that calls on several threads don't wait for each other here.
            self.lead.fetch_max(lead, Ordering::Relaxed);
        }
        wall + elapsed + Duration::from_nanos(most.max(lead))
    }
}
