//! What one bucket goes by: a limit and a lock as declared, made careful by the settings.

use std::time::Duration;

use super::settings::{Class, LimitSettings};
use crate::endpoint::meta::Limit;

/// What a [`Bucket`](super::Bucket) goes by. All times are milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// `None` for an endpoint without a limit.
    pub(super) slots: Option<u32>,
    /// How long a slot is held after an answer: window and margin.
    pub(super) hold: u64,
    pub(super) margin: u64,
    pub(super) grace: u64,
    pub(super) lock: u64,
    pub(super) longest_retry_after: u64,
    /// How many slots retries may take ahead of others.
    pub(super) retries: u32,
    /// How many slots are for urgent calls only.
    pub(super) reserved: u32,
    pub(super) use_within: u64,
    /// How many slots count as used in the first window.
    pub(super) cold: u32,
}

/// What a stamp can hold is 24 days; this leaves room for the grace.
const LONGEST: Duration = Duration::from_hours(20 * 24);

impl Rules {
    /// For endpoints of this limit and lock.
    pub fn new(limit: Option<Limit>, lock: Option<Duration>, settings: &LimitSettings) -> Self {
        let slots = limit.map(|limit| limit.calls.saturating_sub(settings.spare).max(1));
        let window = limit.map_or(Duration::ZERO, |limit| limit.per);
        let count = slots.unwrap_or(0);
        let share = u64::from(count) * u64::from(settings.retries.min(100)) / 100;
        let margin = millis(settings.margin);
        Self {
            slots,
            hold: millis(window) + margin,
            margin,
            grace: millis(settings.grace),
            lock: millis(lock.unwrap_or(settings.lock)),
            longest_retry_after: millis(settings.longest_retry_after),
            retries: u32::try_from(share).unwrap_or(u32::MAX).max(1),
            reserved: settings.reserved.min(count.saturating_sub(1)),
            use_within: millis(settings.use_within),
            cold: if settings.cold_start { count.div_ceil(2).min(count.saturating_sub(1)) } else { 0 },
        }
    }

    /// How many calls may be under way or counted at once; `None` without a limit.
    pub fn slots(&self) -> Option<u32> {
        self.slots
    }

    /// How many of them a call of the class may use.
    pub(super) fn open_to(&self, class: Class) -> Option<u32> {
        match class {
            Class::Urgent => self.slots,
            Class::Normal => self.slots.map(|slots| slots - self.reserved),
        }
    }

    /// How long a lock lasts of which the server says this.
    pub(super) fn lock_for(&self, retry_after: Option<Duration>) -> u64 {
        let told = retry_after.map_or(0, |time| millis(time).min(self.longest_retry_after));
        self.lock.max(told)
    }
}

/// Whole milliseconds, a begun one being a whole one.
pub(super) fn millis(time: Duration) -> u64 {
    let nanos = time.min(LONGEST).as_nanos();
    u64::try_from(nanos.div_ceil(1_000_000)).unwrap_or(u64::MAX)
}
