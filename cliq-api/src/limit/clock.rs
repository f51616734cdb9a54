//! The time of a limiter: milliseconds since it was created.

use tokio::time::Instant;

#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    origin: Instant,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self {
            origin: Instant::now(),
        }
    }

    pub(super) fn now(self) -> u64 {
        self.millis(Instant::now())
    }

    pub(super) fn millis(self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.origin);
        // Without the 128 bits of `as_millis`.
        let seconds = since.as_secs().saturating_mul(1000);
        seconds.saturating_add(since.subsec_millis().into())
    }
}
