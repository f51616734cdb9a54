//! The numbers that a bucket works with: a spec made careful by the settings.

use std::time::Duration;

use super::message::Quota;
use super::settings::{LimitSettings, LockPolicy, Priority};
use super::spec::BucketSpec;
use crate::meta::Limit;
use crate::meta::Lockout;

/// The numbers that a [`Bucket`](super::Bucket) works with, in milliseconds and slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// `None` without a limit.
    pub(super) slots: Option<u32>,
    /// How many calls the limit allows.
    pub(super) calls: Option<u32>,
    pub(super) window: u64,
    /// How long a slot is held after a response: window and margin.
    pub(super) hold: u64,
    pub(super) margin: u64,
    pub(super) grace: u64,
    /// How many calls of the limit are left unused.
    pub(super) headroom: u32,
    pub(super) declared_lock: Option<u64>,
    /// How long a lockout lasts that is neither declared nor announced.
    pub(super) assumed_lock: Option<u64>,
    /// Whether a declared lockout that is longer than the announced one wins.
    pub(super) longer_lock: bool,
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

/// The longest window. Stamps reach 24 days, of which up to 6 are in the past.
const LONGEST_WINDOW: Duration = Duration::from_hours(14 * 24);
/// The longest of the settings' times, which are added to windows.
const LONGEST: Duration = Duration::from_hours(24);
/// The longest lockout.
const LONGEST_LOCK: Duration = Duration::from_hours(365 * 24);

impl Rules {
    /// Computes the numbers for a bucket.
    pub fn new(spec: &BucketSpec, settings: &LimitSettings) -> Self {
        let limit = spec.declared_limit().map(representable);
        let slots = limit.map(|limit| limit.calls.saturating_sub(settings.headroom).max(1));
        let window = limit.map_or(Duration::ZERO, |limit| limit.per);
        let headroom = match (limit, slots) {
            (Some(limit), Some(slots)) => limit.calls.saturating_sub(slots),
            _ => settings.headroom,
        };
        let count = slots.unwrap_or(0);
        let share = u64::from(count) * u64::from(settings.retry_share.min(100)) / 100;
        let time = |time: Duration| millis(time.min(LONGEST));
        let lock = |lock: Duration| millis(lock.min(LONGEST_LOCK));
        let margin = time(settings.margin);
        let (declared_lock, assumed_lock) = match spec.declared_lockout() {
            Lockout::For(declared) => (Some(lock(declared)), None),
            Lockout::Undeclared => (None, settings.assumed_lock.map(lock)),
            Lockout::None => (None, None),
        };
        Self {
            slots,
            calls: limit.map(|limit| limit.calls),
            window: millis(window),
            // A thousandth of the window, for clocks that don't run at the same speed.
            hold: millis(window) + margin.max(millis(window) / 1000),
            margin,
            grace: time(settings.grace),
            headroom,
            declared_lock,
            assumed_lock,
            longer_lock: settings.lock_policy == LockPolicy::Longer,
            max_retry_after: lock(settings.max_retry_after),
            retries: u32::try_from(share).unwrap_or(u32::MAX).max(1),
            reserved: settings.reserved.min(count.saturating_sub(1)),
            permit_ttl: time(settings.permit_ttl),
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

    /// How many calls the limit allows.
    #[cfg(all(test, feature = "redis"))]
    pub(crate) fn calls(&self) -> Option<u32> {
        self.calls
    }

    /// How many slots a call of that priority may use.
    pub(super) fn open_to(&self, priority: Priority) -> Option<u32> {
        match priority {
            Priority::Urgent => self.slots,
            Priority::Normal => self.slots.map(|slots| slots - self.reserved),
        }
    }

    /// How long a lockout may last that no response reported.
    pub(crate) fn possible_lock(&self) -> Option<u64> {
        self.declared_lock.or(self.assumed_lock)
    }

    /// The longest lockout.
    pub(super) fn longest_lockout(&self) -> u64 {
        self.possible_lock().unwrap_or(0).max(self.max_retry_after)
    }

    /// The longest time from the report of a lockout to its end.
    pub(crate) fn longest_lock(&self) -> u64 {
        self.grace + self.longest_lockout() + self.margin
    }

    /// How long a quota holds.
    pub(crate) fn quota_for(&self, quota: Quota) -> u64 {
        self.longest_quota()
            .min(millis(quota.reset.min(LONGEST_LOCK)) + self.margin)
    }

    /// When the window of which a response reports a quota began at the earliest, as of the
    /// response. Servers report whole seconds.
    pub(crate) fn quota_begins(&self, quota: Quota) -> i64 {
        let after = millis(quota.reset.min(LONGEST_LOCK));
        let before = self.window + self.margin + 1000 + millis(quota.age.min(LONGEST_LOCK));
        i64::try_from(after).unwrap_or(i64::MAX) - i64::try_from(before).unwrap_or(i64::MAX)
    }

    /// The longest time that a quota holds.
    pub(super) fn longest_quota(&self) -> u64 {
        self.hold.max(self.max_retry_after + self.margin)
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
    /// possible lock (-1 without one), `max_retry_after`, retries, reserved, `permit_ttl`, unknown,
    /// headroom, calls (-1 without a limit).
    #[cfg(feature = "redis")]
    pub(crate) fn numbers(&self) -> [i64; 12] {
        let time = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
        [
            self.slots.map_or(-1, i64::from),
            time(self.hold),
            time(self.margin),
            time(self.grace),
            self.possible_lock().map_or(-1, time),
            time(self.max_retry_after),
            self.retries.into(),
            self.reserved.into(),
            time(self.permit_ttl),
            self.unknown.into(),
            self.headroom.into(),
            self.calls.map_or(-1, i64::from),
        ]
    }

    /// Returns until when calls that were allowed up to `since` may arrive and count.
    #[cfg(feature = "redis")]
    pub(crate) fn settles(&self, since: u64) -> u64 {
        since
            .saturating_add(self.permit_ttl)
            .saturating_add(self.hold)
    }

    /// Returns how long a lockout lasts that a response reports; `None` if there is none, as far as
    /// is known.
    pub(crate) fn lock_for(&self, retry_after: Option<Duration>) -> Option<u64> {
        let announced = retry_after.map(|time| millis(time.min(LONGEST_LOCK)));
        let announced = announced.map(|time| time.min(self.max_retry_after));
        match (announced, self.declared_lock) {
            (Some(announced), Some(declared)) if self.longer_lock => Some(announced.max(declared)),
            (Some(announced), _) => Some(announced),
            (None, _) => self.possible_lock(),
        }
    }
}

/// The same limit, or a stricter one whose window is short enough: a part of the calls in a part of
/// the window.
fn representable(limit: Limit) -> Limit {
    let parts = limit.per.as_nanos().div_ceil(LONGEST_WINDOW.as_nanos());
    match u32::try_from(parts) {
        Ok(0 | 1) => limit,
        Ok(parts) => Limit::new(limit.calls / parts, LONGEST_WINDOW),
        Err(_) => Limit::new(0, LONGEST_WINDOW),
    }
}

/// Whole milliseconds, rounded up.
fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

#[cfg(all(test, feature = "redis"))]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_part_of_the_slots() {
        let settings = LimitSettings::new().reserved_for_urgent(4);
        let spec = BucketSpec::new("", "");
        let limited = spec.clone().limit(Limit::new(21, Duration::from_mins(1)));
        let whole = Rules::new(&limited, &settings);
        assert!(whole.cold > 0 && whole.unknown == 20);
        for (share, slots, retries, reserved) in [
            (1.0, 20, 10, 4),
            (0.5, 10, 5, 4),
            (0.25, 5, 2, 4),
            (0.1, 2, 1, 1),
            (0.05, 1, 1, 0),
        ] {
            let expected = Rules {
                slots: Some(slots),
                retries,
                reserved,
                cold: 0,
                unknown: 0,
                ..whole
            };
            assert_eq!(whole.share(share), Some(expected), "{share}");
        }
        assert_eq!(whole.share(0.04), None);
        let unlimited = Rules::new(&spec, &settings).share(0.5).unwrap();
        assert_eq!((unlimited.slots, unlimited.retries), (None, 1));
    }

    /// As `bucket.lua` expects them.
    #[test]
    fn numbers_have_their_places() {
        let settings = LimitSettings::new()
            .headroom(2)
            .margin(Duration::from_secs(3))
            .grace(Duration::from_secs(4))
            .max_retry_after(Duration::from_secs(5))
            .permit_ttl(Duration::from_secs(6))
            .reserved_for_urgent(7);
        let spec = BucketSpec::new("", "");
        let limited = spec.clone().limit(Limit::new(22, Duration::from_mins(1)));
        let limited = limited.lock(Duration::from_secs(8));
        assert_eq!(
            Rules::new(&limited, &settings).numbers(),
            [20, 63_000, 3000, 4000, 8000, 5000, 10, 7, 6000, 20, 2, 22]
        );
        assert_eq!(
            Rules::new(&spec, &settings).numbers(),
            [-1, 3000, 3000, 4000, -1, 5000, 1, 0, 6000, 0, 2, -1]
        );
    }
}
