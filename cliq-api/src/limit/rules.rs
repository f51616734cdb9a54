//! The numbers that a bucket works with: a spec made careful by the settings.

use std::time::Duration;

use super::settings::{LimitSettings, Priority};
use super::spec::{BucketSpec, Lockout};

/// The numbers that a [`Bucket`](super::Bucket) works with, in milliseconds and slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// `None` without a limit.
    pub(super) slots: Option<u32>,
    /// How long a slot is held after a response: window and margin.
    pub(super) hold: u64,
    pub(super) margin: u64,
    pub(super) grace: u64,
    pub(super) lock: u64,
    pub(super) max_retry_after: u64,
    /// How many slots retries may take ahead of others.
    pub(super) retries: u32,
    /// How many slots only urgent calls may take.
    pub(super) reserved: u32,
    pub(super) permit_ttl: u64,
    /// How many slots count as used in the first window.
    pub(super) cold: u32,
    /// How many slots count as used when a store lost its state.
    pub(super) unknown: u32,
}

/// Stamps reach 24 days; the rest is for the grace.
const LONGEST: Duration = Duration::from_hours(20 * 24);

impl Rules {
    /// Computes the numbers for a bucket.
    pub fn new(spec: &BucketSpec, settings: &LimitSettings) -> Self {
        let limit = spec.declared_limit();
        let slots = limit.map(|limit| limit.calls.saturating_sub(settings.headroom).max(1));
        let window = limit.map_or(Duration::ZERO, |limit| limit.per);
        let count = slots.unwrap_or(0);
        let share = u64::from(count) * u64::from(settings.retry_share.min(100)) / 100;
        let margin = millis(settings.margin);
        let lock = match spec.lockout() {
            Lockout::For(lock) => lock,
            Lockout::Undeclared => settings.assumed_lock.unwrap_or_default(),
            Lockout::None => Duration::ZERO,
        };
        Self {
            slots,
            hold: millis(window) + margin,
            margin,
            grace: millis(settings.grace),
            lock: millis(lock),
            max_retry_after: millis(settings.max_retry_after),
            retries: u32::try_from(share).unwrap_or(u32::MAX).max(1),
            reserved: settings.reserved.min(count.saturating_sub(1)),
            permit_ttl: millis(settings.permit_ttl),
            cold: if settings.cold_start {
                count.div_ceil(2).min(count.saturating_sub(1))
            } else {
                0
            },
            unknown: if settings.cold_start { count } else { 0 },
        }
    }

    /// Returns how many calls may be under way or counted at once; `None` without a limit.
    pub fn slots(&self) -> Option<u32> {
        self.slots
    }

    /// How many slots a call of that priority may use.
    pub(super) fn open_to(&self, priority: Priority) -> Option<u32> {
        match priority {
            Priority::Urgent => self.slots,
            Priority::Normal => self.slots.map(|slots| slots - self.reserved),
        }
    }

    /// The longest time from the report of a lockout to its end.
    pub(crate) fn longest_lock(&self) -> u64 {
        self.grace + self.lock.max(self.max_retry_after) + self.margin
    }

    /// Returns the same for a part of the slots; `None` if none would be left.
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

    /// Returns the arguments of the Redis script: slots (-1 without a limit), hold, margin, grace,
    /// lock, `max_retry_after`, retries, reserved, `permit_ttl`, unknown.
    #[cfg(feature = "redis")]
    pub(crate) fn numbers(&self) -> [i64; 10] {
        let time = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
        [
            self.slots.map_or(-1, i64::from),
            time(self.hold),
            time(self.margin),
            time(self.grace),
            time(self.lock),
            time(self.max_retry_after),
            self.retries.into(),
            self.reserved.into(),
            time(self.permit_ttl),
            self.unknown.into(),
        ]
    }

    /// Returns until when calls that were allowed up to `since` may arrive and count.
    #[cfg(feature = "redis")]
    pub(crate) fn settles(&self, since: u64) -> u64 {
        since
            .saturating_add(self.permit_ttl)
            .saturating_add(self.hold)
    }

    /// Returns how long a lockout lasts that a response reports.
    pub(crate) fn lock_for(&self, retry_after: Option<Duration>) -> u64 {
        let announced = retry_after.map_or(0, |time| millis(time).min(self.max_retry_after));
        self.lock.max(announced)
    }
}

/// Whole milliseconds, rounded up.
pub(super) fn millis(time: Duration) -> u64 {
    let nanos = time.min(LONGEST).as_nanos();
    u64::try_from(nanos.div_ceil(1_000_000)).unwrap_or(u64::MAX)
}
