//! Who waits for a bucket, in which order. Only the first asks and has a timer; it wakes the next
//! when it leaves.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Notify;

use super::settings::Class;

/// Where a waiter stands: by lane, and in a lane by when it came.
pub(super) type Key = (Lane, u64);

/// Those of the first lane go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    Retry,
    Urgent,
    Normal,
}

impl Lane {
    pub(super) fn new(class: Class, retry: bool) -> Self {
        match (retry, class) {
            (true, _) => Self::Retry,
            (false, Class::Urgent) => Self::Urgent,
            (false, Class::Normal) => Self::Normal,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: BTreeMap<Key, Arc<Notify>>,
    came: u64,
    /// When the first expects to go, in the limiter's milliseconds.
    pub(super) first_goes: u64,
    /// Whether the first may go sooner if a call ends.
    pub(super) first_listens: bool,
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn is_first(&self, key: Key) -> bool {
        self.waiting
            .first_key_value()
            .is_some_and(|(&first, _)| first == key)
    }

    /// Whether one who comes now in that lane would be the first.
    pub(super) fn would_be_first(&self, lane: Lane) -> bool {
        self.waiting
            .first_key_value()
            .is_none_or(|((first, _), _)| lane < *first)
    }

    /// How many stand before that place, or will.
    pub(super) fn ahead(&self, lane: Lane, key: Option<Key>) -> usize {
        let key = key.unwrap_or((lane, u64::MAX));
        match self.waiting.last_key_value() {
            Some((&last, _)) if last < key => self.waiting.len(),
            _ => self.waiting.range(..key).count(),
        }
    }

    pub(super) fn push(&mut self, lane: Lane, waiter: Arc<Notify>) -> Key {
        let before = self
            .waiting
            .first_key_value()
            .map(|(_, first)| Arc::clone(first));
        let key = (lane, self.came);
        self.came += 1;
        self.waiting.insert(key, waiter);
        if let Some(before) = before.filter(|_| self.is_first(key)) {
            // It is not the first any more, and needs no timer.
            before.notify_one();
        }
        key
    }

    /// Takes the waiter out, and wakes the next one if that was the first.
    pub(super) fn remove(&mut self, key: Key) -> Option<Arc<Notify>> {
        let was_first = self.is_first(key);
        let waiter = self.waiting.remove(&key);
        if was_first {
            self.wake_first();
        }
        waiter
    }

    pub(super) fn wake_first(&self) {
        if let Some((_, first)) = self.waiting.first_key_value() {
            first.notify_one();
        }
    }

    /// For what concerns them all.
    pub(super) fn wake_all(&self) {
        self.waiting.values().for_each(|waiter| waiter.notify_one());
    }
}
