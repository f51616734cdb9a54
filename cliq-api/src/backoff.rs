//! Exponential backoff, in one place.

use std::time::Duration;

/// Delays that double from `initial` to `max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Backoff {
    pub(crate) initial: Duration,
    pub(crate) max: Duration,
}

impl Backoff {
    pub(crate) const fn new(initial: Duration, max: Duration) -> Self {
        Self { initial, max }
    }

    /// Returns the delay after so many failures, from 1 on.
    pub(crate) fn after(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.initial.saturating_mul(1 << doublings).min(self.max)
    }

    /// Returns a random part of that delay ("full jitter"), so that clients that failed together
    /// don't come back together.
    pub(crate) fn jittered_after(&self, failures: u32) -> Duration {
        let delay = self.after(failures);
        let mut random = [0; 4];
        // Without randomness, the whole delay.
        if getrandom::fill(&mut random).is_err() {
            return delay;
        }
        let part = f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX);
        delay.mul_f64(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_to_their_maximum() {
        let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(8));
        for (failures, delay) in [
            (0, 1),
            (1, 1),
            (2, 2),
            (3, 4),
            (4, 8),
            (5, 8),
            (u32::MAX, 8),
        ] {
            assert_eq!(backoff.after(failures), Duration::from_secs(delay));
        }
        let long = Backoff::new(Duration::MAX, Duration::MAX);
        assert_eq!(long.after(2), Duration::MAX);
        assert!(long.jittered_after(2) <= Duration::MAX);
    }

    #[test]
    fn jitter_is_even() {
        let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(1));
        let delays: Vec<_> = (0..500).map(|_| backoff.jittered_after(1)).collect();
        assert!(delays.iter().all(|delay| *delay <= Duration::from_secs(1)));
        assert!(
            delays
                .iter()
                .any(|delay| *delay > Duration::from_millis(900))
        );
        assert!(
            delays
                .iter()
                .any(|delay| *delay < Duration::from_millis(100))
        );
    }
}
