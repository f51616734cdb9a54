//! A server's record of calls and locks, for assertions.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use cliq_api::{Endpoint, Limit};

use super::shape::Shape;
use super::throttle::Verdict;

/// How many arrivals, and how many locks, are kept by default.
pub(super) const KEPT: usize = 100_000;

/// A snapshot of what a [`Throttle`](super::Throttle) recorded.
///
/// [Tallies](Self::tallies) and [totals](Self::totals) include all calls. Single
/// [arrivals](Self::arrivals) and [locks](Self::locks) are only kept for the latest calls, 100,000
/// of each by default.
///
/// Times are since the Unix epoch.
#[derive(Debug, Clone)]
pub struct Book {
    pub(super) arrivals: Pages<Arrival>,
    pub(super) locks: Pages<Lock>,
    pub(super) totals: Tally,
    pub(super) tallies: Vec<(Arc<str>, Shape, Tally)>,
}

impl Book {
    pub(super) fn new(kept: usize) -> Self {
        let totals = Tally::default();
        Self {
            arrivals: Pages::new(kept),
            locks: Pages::new(kept),
            totals,
            tallies: Vec::new(),
        }
    }

    /// Returns the calls, from the oldest to the newest.
    pub fn arrivals(&self) -> impl Iterator<Item = &Arrival> {
        self.arrivals.kept.iter()
    }

    /// Returns the locks, from the oldest to the newest.
    pub fn locks(&self) -> impl Iterator<Item = &Lock> {
        self.locks.kept.iter()
    }

    /// Returns the totals of all users and shapes. Their [`fullest`](Tally::fullest) is the highest
    /// number of calls in a window of any of them.
    pub fn totals(&self) -> Tally {
        self.totals
    }

    /// Returns the figures of one user's calls of this endpoint, and of endpoints with the same
    /// shape.
    pub fn of<E: Endpoint>(&self, user_id: &str) -> Tally {
        self.tally(user_id, Shape::of::<E>())
    }

    /// As [`of`](Self::of), by shape.
    pub fn tally(&self, user_id: &str, shape: Shape) -> Tally {
        let found = self
            .tallies
            .iter()
            .find(|(user, of, _)| **user == *user_id && *of == shape);
        found.map(|(_, _, tally)| *tally).unwrap_or_default()
    }

    /// Returns the figures per user and shape.
    pub fn tallies(&self) -> impl Iterator<Item = (&str, Shape, Tally)> {
        self.tallies
            .iter()
            .map(|(user, shape, tally)| (&**user, *shape, *tally))
    }

    /// Returns the figures of the user and shape whose window came closest to its limit, or
    /// exceeded it the most.
    pub fn fullest(&self) -> Option<(&str, Shape, Tally)> {
        let fill = |tally: &Tally| {
            tally.limit.map_or(0.0, |limit| {
                f64::from(tally.fullest) / f64::from(limit.calls.max(1))
            })
        };
        self.tallies()
            .filter(|(.., tally)| tally.limit.is_some())
            .max_by(|(.., one), (.., other)| fill(one).total_cmp(&fill(other)))
    }
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Arrival {
    /// When it arrived.
    pub at: Duration,
    /// The user who called.
    pub user_id: Arc<str>,
    /// The shape of the called endpoint.
    pub shape: Shape,
    /// Whether it was allowed, and if not, why.
    pub verdict: Verdict,
}

/// A lockout of a user from a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lock {
    /// The locked-out user.
    pub user_id: Arc<str>,
    /// The locked shape.
    pub shape: Shape,
    /// When the call arrived that caused it.
    pub from: Duration,
    /// When calls are allowed again. This is later than originally announced if calls have extended
    /// it.
    pub until: Duration,
}

impl Lock {
    /// Returns how long it lasts.
    pub fn length(&self) -> Duration {
        self.until.saturating_sub(self.from)
    }
}

/// Counts of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Tally {
    /// The number of arrived calls.
    pub arrivals: u64,
    /// How many of them were rejected for a limit or a lock.
    pub refused: u64,
    /// The number of locks.
    pub locks: u64,
    /// The highest number of arrivals in any window, including rejected ones, as the server stamps
    /// calls and bounds windows. 0 if there is no limit.
    pub fullest: u32,
    /// The limit; of several, the one that `fullest` comes closest to.
    pub limit: Option<Limit>,
}

/// The latest items of a sequence, numbered from its start.
#[derive(Debug, Clone)]
pub(super) struct Pages<T> {
    kept: VecDeque<T>,
    most: usize,
    dropped: u64,
}

impl<T> Pages<T> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            kept: VecDeque::new(),
            most,
            dropped: 0,
        }
    }

    /// Returns whether any items are kept.
    pub(super) fn keeps(&self) -> bool {
        self.most > 0
    }

    pub(super) fn push(&mut self, item: T) -> u64 {
        let number = self.dropped + self.kept.len() as u64;
        self.kept.push_back(item);
        if self.kept.len() > self.most {
            self.kept.pop_front();
            self.dropped += 1;
        }
        number
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let index = usize::try_from(number.checked_sub(self.dropped)?).ok()?;
        self.kept.get_mut(index)
    }
}
