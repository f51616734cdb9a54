//! What stores outside the process need of a bucket.

use std::collections::VecDeque;
#[cfg(feature = "redis")]
use std::time::Duration;

use super::bucket::Bucket;
#[cfg(feature = "file")]
use super::bucket::Stamp;
use super::message::LeaseId;
#[cfg(feature = "redis")]
use super::message::Source;
#[cfg(feature = "file")]
use super::rules::Rules;

impl Bucket {
    /// Creates a bucket that knows only of a lockout that lasts that long from its time 0 on.
    #[cfg(feature = "redis")]
    pub(crate) fn of_lock(left: Duration, source: Source) -> Self {
        Self {
            base: 0,
            locked_until: u64::try_from(left.as_millis()).unwrap_or(u64::MAX),
            cautious_until: 0,
            late_until: 0,
            cold_until: 0,
            quota_until: 0,
            quota_left: 0,
            lock_from: source,
            held: VecDeque::new(),
            out: Vec::new(),
        }
    }

    /// Returns when the bucket is no different from a new one if nothing else happens: calls under
    /// way count as unanswered.
    #[cfg(feature = "file")]
    pub(crate) fn forgettable_at(&self, rules: &Rules) -> u64 {
        let lost = rules.grace.saturating_add(
            rules.hold.max(
                rules
                    .possible_lock()
                    .unwrap_or(0)
                    .saturating_add(rules.margin),
            ),
        );
        let out = self
            .out
            .iter()
            .map(|out| self.at(out.ends).saturating_add(lost));
        let held = self.held.back().map(|&stamp| self.at(stamp));
        out.chain(held)
            .chain([self.locked_until, self.cautious_until, self.quota_until])
            .fold(0, u64::max)
    }

    /// Returns whether a call with that lease is under way.
    pub(crate) fn has_out(&self, lease: LeaseId) -> bool {
        self.out.iter().any(|out| out.lease == lease)
    }

    /// Converts to another clock, where `from` is `to`. Times before `from` become 0.
    #[cfg(feature = "file")]
    pub(crate) fn moved(self, from: u64, to: u64) -> Self {
        let time = |time: u64| {
            if time > from {
                (time - from).saturating_add(to)
            } else {
                0
            }
        };
        let after = |stamp: Stamp| {
            let left = u32::try_from(self.at(stamp).saturating_sub(from))
                .unwrap_or(u32::MAX)
                .min(u32::MAX >> 1);
            Stamp(left << 1 | u32::from(stamp.is_retry()))
        };
        let mut held: VecDeque<_> = self.held.iter().map(|&stamp| after(stamp)).collect();
        held.make_contiguous().sort_unstable();
        let mut out = self.out.clone();
        for out in &mut out {
            out.ends = after(out.ends);
        }
        Self {
            base: to,
            locked_until: time(self.locked_until),
            cautious_until: time(self.cautious_until),
            late_until: time(self.late_until),
            cold_until: time(self.cold_until),
            quota_until: time(self.quota_until),
            quota_left: self.quota_left,
            lock_from: self.lock_from,
            held,
            out,
        }
    }
}

#[cfg(all(test, feature = "file"))]
mod tests {
    use super::super::{BucketSpec, LimitSettings, Rules};
    use super::*;

    /// As from a clock that was set back.
    #[test]
    fn what_is_too_far_ahead_stays_as_far_as_can_be_noted() {
        let rules = Rules::new(&BucketSpec::new("", ""), &LimitSettings::new());
        let mut bucket = Bucket::new(&rules, 1000, 0);
        bucket.held = [Stamp(u32::MAX - 1), Stamp(u32::MAX)].into();
        let moved = bucket.moved(0, 7);
        assert_eq!(moved.held, [Stamp(u32::MAX - 1), Stamp(u32::MAX)]);
        let as_it_was = moved.clone().moved(7, 1000);
        assert_eq!(as_it_was.held, moved.held);
    }
}
