//! What time it is, for tokens.
//!
//! Two clocks are asked. The wall clock goes on while the machine sleeps and may be set; Tokio's doesn't sleep-walk, can't be set, and
//! stands still or leaps in tests. The time is the later of the two: a token is never taken for younger than it is.

use std::time::SystemTime;

use tokio::time::Instant;

pub(crate) struct Clock {
    wall: fn() -> SystemTime,
    begun: (SystemTime, Instant),
}

impl Clock {
    pub(crate) fn system() -> Self {
        Self::of(SystemTime::now)
    }

    pub(super) fn of(wall: fn() -> SystemTime) -> Self {
        Self { wall, begun: (wall(), Instant::now()) }
    }

    pub(crate) fn now(&self) -> SystemTime {
        let (wall, steady) = self.begun;
        (self.wall)().max(wall + steady.elapsed())
    }
}
