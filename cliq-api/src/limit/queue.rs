//! The calls that wait for one bucket, in order. Only the first one asks and has a timer; it wakes
//! the next one when it leaves.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Notify;

use super::settings::Priority;

/// A place in line: by lane, and within a lane by arrival.
pub(super) type Position = (Lane, u64);

/// The first lane goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    Retry,
    Urgent,
    Normal,
}

impl Lane {
    pub(super) fn new(priority: Priority, retry: bool) -> Self {
        match (retry, priority) {
            (true, _) => Self::Retry,
            (false, Priority::Urgent) => Self::Urgent,
            (false, Priority::Normal) => Self::Normal,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: BTreeMap<Position, Arc<Notify>>,
    /// When the first one expects to go, in the limiter's milliseconds.
    pub(super) first_goes: u64,
    /// Whether the first one may go sooner if a call ends.
    pub(super) first_listens: bool,
    /// Whether only the cold start makes the first one wait, as a store replied.
    pub(super) first_is_cold: bool,
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nobody waits before that position.
    pub(super) fn is_first(&self, position: Position) -> bool {
        self.waiting
            .first_key_value()
            .is_none_or(|(&first, _)| position <= first)
    }

    /// How many calls wait before that position.
    pub(super) fn ahead(&self, position: Position) -> usize {
        match self.waiting.last_key_value() {
            Some((&last, _)) if last < position => self.waiting.len(),
            _ => self.waiting.range(..position).count(),
        }
    }

    pub(super) fn push(&mut self, position: Position, waiter: Arc<Notify>) {
        if let Some((&first, before)) = self.waiting.first_key_value()
            && position < first
        {
            // It is not the first one any more, and needs no timer.
            before.notify_one();
        }
        self.waiting.insert(position, waiter);
    }

    /// Removes the position, and wakes the next one if it was the first.
    pub(super) fn remove(&mut self, position: Position) {
        let was_first = self.is_first(position);
        self.waiting.remove(&position);
        if was_first {
            self.wake_first();
        }
    }

    pub(super) fn wake_first(&self) {
        if let Some((_, first)) = self.waiting.first_key_value() {
            first.notify_one();
        }
    }

    /// For news that concerns every waiting call.
    pub(super) fn wake_all(&self) {
        self.waiting.values().for_each(|waiter| waiter.notify_one());
    }
}
