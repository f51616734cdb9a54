//! How often a refresh token may be used.

use std::ops::Add;
use std::time::Duration;

/// The pause after the first use of a window, if it failed.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// How often a server gives an access token for one refresh token, or for one client's own
/// credentials.
///
/// A use counts from the moment it is sent until the window has passed after its answer, with a
/// second on top for servers that count in whole ones; a lost one counts two minutes longer. Some
/// uses are reserved: an early renewal, and one after a refusal, leave some for when a token has
/// expired.
///
/// After a use that failed there is a pause, the longer the fewer uses are left: of nine in ten
/// minutes, half a second after the first and four minutes before the last. So the uses last for
/// the window, and a server that fails for some seconds delays tokens by not much more.
///
/// ```
/// use std::time::Duration;
/// use cliq_api::auth::RenewalBudget;
///
/// // Of ten that the server allows in an hour.
/// let budget = RenewalBudget::new(9, Duration::from_secs(3600)).early(7).after_refusal(5);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct RenewalBudget {
    needed: usize,
    early: usize,
    after_refusal: usize,
    window: Duration,
    lockout: Duration,
}

/// Why a token is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// There is none that can be used.
    Needed,
    /// The one at hand expires soon.
    Early,
    /// The API refused the one at hand, which has not expired.
    Refused,
}

impl RenewalBudget {
    /// Returns a budget of this many uses in any period of this length.
    pub fn new(uses: usize, window: Duration) -> Self {
        Self {
            needed: uses,
            early: uses,
            after_refusal: uses,
            window: window.min(Duration::from_hours(24 * 365)),
            lockout: Duration::from_mins(1),
        }
    }

    /// Sets how many of the uses there may be before a token is renewed early: while calls can go
    /// on with the one they have.
    pub fn early(self, uses: usize) -> Self {
        Self {
            early: uses.min(self.needed),
            ..self
        }
    }

    /// Sets how many of the uses there may be before a token is replaced that the API refused,
    /// although it has not expired.
    pub fn after_refusal(self, uses: usize) -> Self {
        Self {
            after_refusal: uses.min(self.needed),
            ..self
        }
    }

    /// Sets how long nothing is asked for after the server has reported too many requests, unless
    /// its `Retry-After` is longer. Defaults to a minute.
    pub fn lockout(self, lockout: Duration) -> Self {
        Self {
            lockout: lockout.min(Duration::from_hours(24)),
            ..self
        }
    }

    /// How many uses there may be in a window, this one included.
    pub(super) fn most(&self, why: Why) -> usize {
        match why {
            Why::Needed => self.needed,
            Why::Early => self.early,
            Why::Refused => self.after_refusal,
        }
    }

    /// Returns when the next use may be, after one that failed at that time. `uses` are until when
    /// each counts, in order, the failed one included.
    pub(super) fn resumes_at<T>(&self, why: Why, failed_at: T, uses: &[T]) -> T
    where
        T: Copy + Ord + Add<Duration, Output = T>,
    {
        let after = |counted| failed_at + self.pause(why, counted);
        let freed = uses.iter().enumerate().map(|(index, &freed)| {
            let counted = uses.len() - index - 1;
            after(counted).max(freed)
        });
        freed.fold(after(uses.len()), T::min)
    }

    /// How long the pause is after a use that failed, while so many count. It grows by the same
    /// factor with each, from the first one's to the whole window.
    fn pause(&self, why: Why, counted: usize) -> Duration {
        let most = self.most(why);
        if most == usize::MAX {
            return Duration::ZERO;
        }
        let part = |counted: usize| u32::try_from(counted).map_or(f64::MAX, f64::from);
        // Of 1, none is left for after a pause.
        let share = part(counted.saturating_sub(1)) / part(most.saturating_sub(1));
        let grown = (self.window().as_secs_f64() / FIRST_PAUSE.as_secs_f64()).powf(share.min(1.0));
        FIRST_PAUSE.mul_f64(grown).min(self.window())
    }

    pub(super) fn window(&self) -> Duration {
        self.window + Duration::from_secs(1)
    }

    /// With a second on top, as the window has.
    pub(super) fn denial(&self, retry_after: Option<Duration>) -> Duration {
        self.lockout.max(retry_after.unwrap_or_default()) + Duration::from_secs(1)
    }
}

/// No limit, but for the replacement of refused tokens: five in ten minutes, so that an API that
/// refuses every token doesn't make each call renew it.
impl Default for RenewalBudget {
    fn default() -> Self {
        Self::new(usize::MAX, Duration::from_mins(10)).after_refusal(5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_over_the_window() {
        let budget = RenewalBudget::new(9, Duration::from_mins(10)).after_refusal(5);
        let pauses = |why| {
            (1..=10).map(move |counted| (budget.pause(why, counted).as_secs_f64() * 10.0).round())
        };
        let needed: Vec<_> = pauses(Why::Needed).collect();
        let expected = [
            5.0, 12.0, 29.0, 71.0, 173.0, 421.0, 1021.0, 2477.0, 6010.0, 6010.0,
        ];
        assert_eq!(needed, expected);
        let refused: Vec<_> = pauses(Why::Refused).take(6).collect();
        assert_eq!(refused, [5.0, 29.0, 173.0, 1021.0, 6010.0, 6010.0]);
        for once in [0, 1] {
            let budget = RenewalBudget::new(once, Duration::from_mins(10));
            assert_eq!(budget.pause(Why::Needed, 1), budget.window());
        }
        assert_eq!(
            RenewalBudget::default().pause(Why::Needed, 7),
            Duration::ZERO
        );
    }

    #[test]
    fn a_use_that_ends_ends_its_pause() {
        let budget = RenewalBudget::new(9, Duration::from_mins(10));
        let second = Duration::from_secs;
        let resumes = |uses: &[u64]| {
            let uses: Vec<_> = uses.iter().map(|&until| second(until)).collect();
            budget.resumes_at(Why::Needed, second(0), &uses).as_secs()
        };
        // Of seven, five, and none.
        assert_eq!(resumes(&[601, 602, 603, 604, 605, 606, 607]), 102);
        assert_eq!(resumes(&[20, 30, 603, 604, 605, 606, 607]), 30);
        assert_eq!(resumes(&[3, 3, 3, 3, 3, 3, 607]), 3);
    }
}
