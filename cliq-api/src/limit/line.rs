//! Those who wait for one bucket, in their order. Only the first asks, and has a timer; it tells the next when it leaves.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::bucket::Class;
use super::store::BucketKey;

/// The lines of all buckets for which somebody waits.
#[derive(Default)]
pub(super) struct Lines(Mutex<HashMap<BucketKey, Line>>);

#[derive(Default)]
struct Line {
    places: BTreeMap<Rank, Arc<Notify>>,
    next: u64,
    /// When the first expects to go.
    expected: Option<Instant>,
}

/// First by class, then by when they came.
type Rank = (Class, u64);

/// A place in a line, left when it is dropped.
pub(super) struct Place<'l> {
    lines: &'l Lines,
    key: &'l BucketKey,
    rank: Rank,
    turn: Arc<Notify>,
}

/// How long the line is that one would join.
pub(super) struct Ahead {
    /// How many go before.
    pub(super) calls: usize,
    /// When the first of them expects to go.
    pub(super) expected: Option<Instant>,
}

impl Lines {
    /// How many go before a call of that class that comes now. `None` if nobody waits at all.
    pub(super) fn ahead(&self, key: &BucketKey, class: Class) -> Option<Ahead> {
        let lines = self.open();
        let line = lines.get(key)?;
        let calls = line.places.range(..=(class, u64::MAX)).count();
        Some(Ahead { calls, expected: line.expected })
    }

    /// How many wait.
    pub(super) fn length(&self, key: &BucketKey) -> usize {
        self.open().get(key).map_or(0, |line| line.places.len())
    }

    /// Takes a place behind all of its class; `None` if the line is as long as it may be.
    pub(super) fn join<'l>(&'l self, key: &'l BucketKey, class: Class, longest: usize) -> Option<Place<'l>> {
        let mut lines = self.open();
        let line = lines.entry(key.clone()).or_default();
        if line.places.len() >= longest.max(1) {
            return None;
        }
        let rank = (class, line.next);
        line.next += 1;
        let turn = Arc::new(Notify::new());
        let before = line.places.first_key_value().map(|(first, _)| *first);
        line.places.insert(rank, Arc::clone(&turn));
        if before.is_some_and(|before| rank < before) {
            // Whoever was first is second now, and hears of it when it looks.
            line.expected = None;
        }
        Some(Place { lines: self, key, rank, turn })
    }

    /// Something changed: the first had better look.
    pub(super) fn wake(&self, key: &BucketKey) {
        if let Some(line) = self.open().get(key) {
            line.wake_first();
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<BucketKey, Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn wake_first(&self) {
        if let Some(first) = self.places.values().next() {
            first.notify_one();
        }
    }
}

impl Place<'_> {
    pub(super) fn is_first(&self) -> bool {
        let lines = self.lines.open();
        lines.get(self.key).and_then(|line| line.places.keys().next()).is_none_or(|first| *first == self.rank)
    }

    /// Something changed: one is first, perhaps, or a slot is free.
    pub(super) async fn turn(&self) {
        self.turn.notified().await;
    }

    pub(super) fn expects(&self, at: Instant) {
        if let Some(line) = self.lines.open().get_mut(self.key) {
            line.expected = Some(at);
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut lines = self.lines.open();
        let Some(line) = lines.get_mut(self.key) else { return };
        let was_first = line.places.keys().next() == Some(&self.rank);
        line.places.remove(&self.rank);
        if line.places.is_empty() {
            lines.remove(self.key);
        } else if was_first {
            line.wake_first();
        }
    }
}
