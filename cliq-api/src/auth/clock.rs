//! The time, as it counts for tokens.
//!
//! It combines two clocks. The wall clock runs while the machine sleeps, and may be set; Tokio's
//! can't be set, stops while the machine sleeps, and is advanced by tests. The faster one counts,
//! and a lead of one over the other is kept: a token is never taken to be younger than it is.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

pub(crate) struct Clock {
    wall: fn() -> SystemTime,
    begun: (SystemTime, Instant),
    /// The wall clock's greatest lead, in nanoseconds.
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
            // Rare, so that calls on several threads don't contend here.
            self.lead.fetch_max(lead, Ordering::Relaxed);
        }
        wall + elapsed + Duration::from_nanos(most.max(lead))
    }
}
