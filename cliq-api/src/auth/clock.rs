//! The time, as it counts for tokens.
//!
//! It combines two clocks. The wall clock runs while the machine sleeps, and may be set; Tokio's
//! can't be set, stops while the machine sleeps, and is advanced by tests. The faster one counts,
//! and a lead of one over the other is kept: a token is never taken to be younger than it is.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

pub(crate) struct Clock {
    wall: fn() -> SystemTime,
    begun: (SystemTime, Instant),
    /// The wall clock's greatest lead, in nanoseconds.
    lead: AtomicU64,
    seen: Mutex<Seen>,
}

/// What was last seen of the wall clock.
struct Seen {
    wall: SystemTime,
    /// How far it was behind this clock when it was last set back.
    behind: Duration,
}

/// A wall clock that is set back by less goes on as before.
const TOLERANCE: Duration = Duration::from_secs(1);

impl Clock {
    pub(crate) fn system() -> Self {
        Self::of(SystemTime::now)
    }

    pub(super) fn of(wall: fn() -> SystemTime) -> Self {
        let begun = wall();
        Self {
            wall,
            begun: (begun, Instant::now()),
            lead: AtomicU64::new(0),
            seen: Mutex::new(Seen {
                wall: begun,
                behind: Duration::ZERO,
            }),
        }
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.at((self.wall)())
    }

    /// The time for people and for other processes: without a lead that the wall clock has given
    /// up, as one that was a day ahead for a while.
    pub(crate) fn shared(&self) -> SystemTime {
        let wall = (self.wall)();
        let now = self.at(wall);
        let mut seen = self.seen();
        if wall + TOLERANCE < seen.wall {
            seen.behind = now.duration_since(wall).unwrap_or_default();
        }
        seen.wall = wall;
        wall.max(now - seen.behind)
    }

    fn at(&self, wall_now: SystemTime) -> SystemTime {
        let (wall, steady) = self.begun;
        let elapsed = steady.elapsed();
        let by_wall = wall_now.duration_since(wall).unwrap_or_default();
        let lead = u64::try_from(by_wall.saturating_sub(elapsed).as_nanos()).unwrap_or(u64::MAX);
        let most = self.lead.load(Ordering::Relaxed);
        if lead > most {
            // Rare, so that calls on several threads don't contend here.
            self.lead.fetch_max(lead, Ordering::Relaxed);
            let mut seen = self.seen();
            seen.wall = seen.wall.max(wall_now);
        }
        wall + elapsed + Duration::from_nanos(most.max(lead))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const DAY: Duration = Duration::from_hours(24);
    const MINUTE: Duration = Duration::from_mins(1);

    #[tokio::test(start_paused = true)]
    async fn a_wall_clock_that_was_a_day_ahead_is_forgotten_for_others_only() {
        static WALL: Mutex<SystemTime> = Mutex::new(SystemTime::UNIX_EPOCH);
        let wall = || *WALL.lock().unwrap();
        let set = |time| *WALL.lock().unwrap() = time;
        let begun = SystemTime::UNIX_EPOCH + 30 * DAY;
        // While it runs, or from its beginning on.
        for first in [begun, begun + DAY] {
            set(first);
            let clock = Clock::of(|| *WALL.lock().unwrap());
            for round in 0..3 {
                let right = begun + round * 2 * MINUTE;
                set(right + DAY);
                assert_eq!(clock.now(), right + DAY);
                assert_eq!(clock.shared(), wall());
                advance(MINUTE).await;
                set(right + MINUTE);
                assert_eq!(clock.now(), right + DAY + MINUTE);
                assert_eq!(clock.shared(), wall());
                advance(MINUTE).await;
                assert_eq!(clock.shared(), right + 2 * MINUTE);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_lead_that_is_kept_counts_for_others_too() {
        static WALL: Mutex<SystemTime> = Mutex::new(SystemTime::UNIX_EPOCH);
        let clock = Clock::of(|| *WALL.lock().unwrap());
        advance(MINUTE).await;
        assert_eq!(clock.shared(), SystemTime::UNIX_EPOCH + MINUTE);
        let later = SystemTime::UNIX_EPOCH + DAY;
        *WALL.lock().unwrap() = later;
        assert_eq!((clock.now(), clock.shared()), (later, later));
    }
}
