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
    /// How many slots count as used when a store lost what it knew.
    pub(super) unknown: u32,
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
            cold: if settings.cold_start {
                count.div_ceil(2).min(count.saturating_sub(1))
            } else {
                0
            },
            unknown: if settings.cold_start { count } else { 0 },
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

    /// How long a lock can last from when it is told, with all that is added to it.
    pub(crate) fn longest_lock(&self) -> u64 {
        self.grace + self.lock.max(self.longest_retry_after) + self.margin
    }

    /// The same for fewer slots; `None` if there would be none.
    #[cfg(feature = "redis")]
    pub(crate) fn share(&self, share: f64) -> Option<Self> {
        let part = |count: u32| {
            // A share is at most 1, and neither too large nor negative.
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it lies between 0 and the count"
            )]
            let part = (f64::from(count) * share) as u32;
            part
        };
        let slots = match self.slots.map(part) {
            Some(0) => return None,
            slots => slots,
        };
        let count = slots.unwrap_or(0);
        Some(Self {
            slots,
            retries: part(self.retries).max(1),
            reserved: self.reserved.min(count.saturating_sub(1)),
            cold: 0,
            unknown: 0,
            ..*self
        })
    }

    /// As a script is told them: slots (-1 without a limit), hold, margin, grace, lock, longest
    /// retry-after, retries, reserved, use within, unknown.
    #[cfg(feature = "redis")]
    pub(crate) fn numbers(&self) -> [i64; 10] {
        let time = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
        [
            self.slots.map_or(-1, i64::from),
            time(self.hold),
            time(self.margin),
            time(self.grace),
            time(self.lock),
            time(self.longest_retry_after),
            self.retries.into(),
            self.reserved.into(),
            time(self.use_within),
            self.unknown.into(),
        ]
    }

    /// Until when, from `since` on, calls may yet arrive and count that were allowed by then.
    #[cfg(feature = "redis")]
    pub(crate) fn settles(&self, since: u64) -> u64 {
        since
            .saturating_add(self.use_within)
            .saturating_add(self.hold)
    }

    /// How long a lock lasts of which the server says this.
    pub(crate) fn lock_for(&self, retry_after: Option<Duration>) -> u64 {
        let told = retry_after.map_or(0, |time| millis(time).min(self.longest_retry_after));
        self.lock.max(told)
    }
}

/// Whole milliseconds, a begun one being a whole one.
pub(super) fn millis(time: Duration) -> u64 {
    let nanos = time.min(LONGEST).as_nanos();
    u64::try_from(nanos.div_ceil(1_000_000)).unwrap_or(u64::MAX)
}
