//! The calls of one user that a server counts together, as a state machine without clock and I/O.
//!
//! The rule: a call holds a slot from the moment it is allowed until its response arrived, plus the
//! window, plus a margin. The server counts it between those two moments, so no window of the
//! server ever contains more calls than there are slots.

use std::collections::VecDeque;
use std::time::Duration;

use super::message::{
    Acquire, CallEnd, Complete, Completed, Decision, LeaseId, LockSource, Locked, Quota, Source,
};
use super::rules::Rules;
use super::settings::Priority;

/// The calls of one user that a server counts together.
///
/// Times are milliseconds of the owner's clock, which should not go back.
///
/// ```
/// use std::time::Duration;
/// use cliq_api::Limit;
/// use cliq_api::limit::{
///     Acquire, Bucket, BucketSpec, CallEnd, Complete, Decision, LeaseId, LimitSettings, Rules,
///     Source,
/// };
///
/// let settings = LimitSettings::new().cold_start(false);
/// let limit = Limit::new(2, Duration::from_secs(60));
/// let spec = BucketSpec::new("example.com", "GET /").limit(limit);
/// let rules = Rules::new(&spec, &settings);
/// let mut bucket = Bucket::new(&rules, 0, 0);
/// let ask = |lease| Acquire::new(LeaseId(lease), Source(1), Duration::from_secs(30));
///
/// // One fewer than two, as headroom.
/// assert!(matches!(bucket.acquire(0, &rules, &ask(1)), Decision::Granted { .. }));
/// bucket.complete(200, &rules, &Complete::new(LeaseId(1), Source(1), CallEnd::Answered));
/// let Decision::Wait { earliest, .. } = bucket.acquire(1200, &rules, &ask(2)) else { panic!() };
/// assert_eq!(earliest, Duration::from_millis(60_001));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// The origin of stamps.
    pub(super) base: u64,
    /// No call is allowed before.
    pub(super) locked_until: u64,
    /// One call at a time is allowed before, until one is answered.
    pub(super) cautious_until: u64,
    /// Until then, a call that got no response may arrive at the server.
    pub(super) late_until: u64,
    /// Until then, slots count as used because of a cold start.
    pub(super) cold_until: u64,
    /// Until then, the server's quota allows no more than `quota_left` further calls.
    pub(super) quota_until: u64,
    pub(super) quota_left: u32,
    /// The limiter that reported the lockout.
    pub(super) lock_from: Source,
    /// When slots become free, in order.
    pub(super) held: VecDeque<Stamp>,
    /// Calls that are allowed and not completed.
    pub(super) out: Vec<Out>,
}

/// When a slot becomes free: twice the milliseconds since the bucket's base, plus one for a retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp(pub(super) u32);

/// A call that is allowed and not completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Out {
    pub(super) lease: LeaseId,
    /// When the lease ends.
    pub(super) ends: Stamp,
    /// For how long it was granted, should the clock be set back.
    pub(super) lasts: Length,
    /// Whether it was allowed before the bucket became cautious: only the response to a later call
    /// ends that.
    pub(super) old: bool,
    /// Whether another call ended since it was allowed, so that its response may be older news of
    /// the quota than that call's.
    pub(super) stale: bool,
}

/// An upper bound of a time: that power of two of milliseconds. 0 is unknown, from an earlier
/// version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Length(pub(super) u8);

impl Length {
    fn of(millis: u64) -> Self {
        let bits = u64::BITS - millis.saturating_sub(1).leading_zeros();
        // What a stamp holds.
        Self(u8::try_from(bits.clamp(1, 31)).unwrap_or(31))
    }

    fn millis(self) -> Option<u64> {
        (self.0 > 0).then(|| 1 << self.0)
    }
}

impl Stamp {
    pub(super) fn is_retry(self) -> bool {
        self.0 & 1 == 1
    }

    fn after_base(self) -> u64 {
        u64::from(self.0 >> 1)
    }
}

impl Bucket {
    /// Creates a bucket without calls. If its owner knows of calls only since `started`, some slots
    /// count as used until a window after that: the cold start.
    pub fn new(rules: &Rules, now: u64, started: u64) -> Self {
        let mut bucket = Self {
            base: now,
            locked_until: 0,
            cautious_until: 0,
            late_until: 0,
            cold_until: 0,
            quota_until: 0,
            quota_left: 0,
            lock_from: Source::ASSUMED,
            held: VecDeque::new(),
            out: Vec::new(),
        };
        let warm = started.saturating_add(rules.hold);
        if warm > now && rules.cold > 0 {
            bucket.cold_until = warm;
            for _ in 0..rules.cold {
                bucket.hold(rules, warm, false);
            }
        }
        bucket
    }

    /// Creates the bucket to use in place of one that was lost at `now`: locked for as long as a
    /// lockout could last, and with all slots used for as long as a call could count.
    pub fn assume_lost(rules: &Rules, now: u64) -> Self {
        let mut bucket = Self::new(rules, now, 0);
        if let Some(lock) = rules.possible_lock() {
            bucket.lock(rules, now, lock, Source::ASSUMED);
        }
        bucket.use_up(now, rules, now, rules.slots.unwrap_or(0));
        bucket
    }

    /// Counts all slots as used until the server has certainly forgotten every call that was
    /// allowed up to `lost`, when the owner lost its state. Does nothing with settings [without a
    /// cold start](super::LimitSettings::cold_start).
    pub fn assume_used(&mut self, now: u64, rules: &Rules, lost: u64) {
        self.advance(now, rules);
        self.use_up(now, rules, lost, rules.unknown);
    }

    /// Counts `slots` as used until calls that were allowed up to `since` are forgotten.
    fn use_up(&mut self, now: u64, rules: &Rules, since: u64, slots: u32) {
        let until = since
            .saturating_add(rules.permit_ttl)
            .saturating_add(rules.hold);
        if until > now && self.used() < slots as usize {
            self.cold_until = self.cold_until.max(until);
            for _ in self.used()..slots as usize {
                self.hold(rules, until, false);
            }
        }
    }

    /// Records a call that was allowed before the owner lost its state, and is about to be
    /// completed.
    pub fn adopt(&mut self, now: u64, rules: &Rules, lease: LeaseId) {
        if self.out.iter().all(|out| out.lease != lease) {
            let lasts = rules.permit_ttl.saturating_add(1);
            let ends = self.stamp(now.saturating_add(lasts), false);
            self.out.push(Out {
                lease,
                ends,
                lasts: Length::of(lasts),
                old: true,
                stale: true,
            });
        }
    }

    /// Shortens whatever lasts longer than the rules allow, for state that others may have written
    /// and for clocks that may have gone back.
    pub fn sanitize(&mut self, now: u64, rules: &Rules) {
        self.base = self.base.min(now);
        let longest = now.saturating_add(1).saturating_add(rules.longest_lock());
        self.locked_until = self.locked_until.min(longest);
        self.cautious_until = self
            .cautious_until
            .min(longest.saturating_add(rules.longest_lockout()));
        self.quota_until = self
            .quota_until
            .min(now.saturating_add(1).saturating_add(rules.longest_quota()));
        self.late_until = self
            .late_until
            .min(now.saturating_add(1).saturating_add(rules.grace));
        let most = now
            .saturating_add(1)
            .saturating_add(rules.grace.max(rules.permit_ttl))
            .saturating_add(rules.hold);
        self.cold_until = self.cold_until.min(most);
        for index in 0..self.held.len() {
            let stamp = self.held[index];
            if self.at(stamp) > most {
                self.held[index] = self.stamp(most, stamp.is_retry());
            }
        }
        self.held.make_contiguous().sort_unstable();
        for index in 0..self.out.len() {
            let Out { ends, lasts, .. } = self.out[index];
            let longest = lasts.millis().map(|lasts| now.saturating_add(lasts));
            if let Some(longest) = longest.filter(|&longest| self.at(ends) > longest) {
                self.out[index].ends = self.stamp(longest, ends.is_retry());
            }
        }
    }

    /// Requests a slot. A lease that already has one is granted again.
    pub fn acquire(&mut self, now: u64, rules: &Rules, ask: &Acquire) -> Decision {
        self.advance(now, rules);
        let granted = Decision::Granted {
            ttl: Duration::from_millis(rules.permit_ttl),
        };
        if self.out.iter().any(|out| out.lease == ask.lease) {
            return granted;
        }
        if let Some(locked) = self.locked(now, ask.source) {
            return Decision::Locked(locked);
        }
        if now < self.cautious_until
            && let Some(first) = self.out.iter().map(|out| out.ends).min()
        {
            let recheck = self.at(first).saturating_sub(now).max(1);
            return Decision::Wait {
                earliest: Duration::ZERO,
                recheck: Duration::from_millis(recheck),
                cold: false,
            };
        }
        if let Some(wait) = self.wait(now, rules, ask.priority) {
            return wait;
        }
        if ask.retry && rules.slots.is_some() && self.retries() >= rules.retries as usize {
            return Decision::ShareUsed;
        }
        let timeout = ask.timeout.as_secs().saturating_mul(1000);
        let timeout = timeout.saturating_add(ask.timeout.subsec_millis().into());
        let lasts = rules.permit_ttl.saturating_add(timeout).saturating_add(1);
        let ends = self.stamp(now.saturating_add(lasts), ask.retry);
        if self.out.len() == self.out.capacity() {
            // Doubling would reserve more than there are slots.
            let most = rules.slots.map_or(usize::MAX, |slots| slots as usize);
            self.out.reserve_exact(
                self.out
                    .len()
                    .clamp(2, most.saturating_sub(self.out.len()).max(2)),
            );
        }
        self.out.push(Out {
            lease: ask.lease,
            ends,
            lasts: Length::of(lasts),
            old: false,
            stale: false,
        });
        if now < self.quota_until {
            self.quota_left = self.quota_left.saturating_sub(1);
        }
        granted
    }

    /// Records how a call ended. A lease that is not known any more counted as unanswered when it
    /// expired.
    pub fn complete(&mut self, now: u64, rules: &Rules, message: &Complete) -> Completed {
        let source = message.source;
        self.advance(now, rules);
        let out = self
            .out
            .iter()
            .position(|out| out.lease == message.lease)
            .map(|index| self.out.swap_remove(index));
        if self.out.is_empty() && self.out.capacity() > 4 {
            self.out.shrink_to(4);
        }
        if message.end == CallEnd::Unsent {
            if out.is_some() && now < self.quota_until {
                self.quota_left = self.quota_left.saturating_add(1);
            }
            return Completed::locked(self.locked(now, source));
        }
        // The time was rounded down to whole milliseconds.
        let ended = now + 1;
        self.out.iter_mut().for_each(|out| out.stale = true);
        if let Some(out) = out {
            let retry = out.ends.is_retry();
            match message.end {
                CallEnd::Unanswered => self.mark_unanswered(rules, ended, retry),
                _ => self.hold(rules, ended + rules.hold, retry),
            }
        }
        if let Some(quota) = message.quota {
            self.note_quota(ended, rules, quota, out.is_some_and(|out| !out.stale));
        }
        match message.end {
            CallEnd::Answered if out.is_some_and(|out| !out.old) => self.cautious_until = 0,
            CallEnd::Throttled { retry_after } => {
                let unexpected = self.locked_until < ended;
                match rules.lock_for(retry_after) {
                    Some(lock) => self.lock(rules, ended, lock, source),
                    // For how long is unknown: one goes first.
                    None => self.be_cautious(ended + rules.hold),
                }
                return Completed {
                    unexpected,
                    ..Completed::locked(self.locked(now, source))
                };
            }
            _ => {}
        }
        Completed::locked(self.locked(now, source))
    }

    /// Records how many further calls the server allows, unless its count is explained by the calls
    /// of this bucket, whose slots are held anyway.
    fn note_quota(&mut self, now: u64, rules: &Rules, quota: Quota, is_newest: bool) {
        if quota.limit.is_some_and(|limit| {
            let counted = limit.saturating_sub(quota.remaining) as usize;
            rules.calls == Some(limit)
                && counted
                    <= self
                        .counted_since(now.saturating_add_signed(rules.quota_begins(quota)), rules)
        }) {
            return;
        }
        // Calls under way may not be counted yet.
        let under_way = u32::try_from(self.out.len()).unwrap_or(u32::MAX);
        let left = quota
            .remaining
            .saturating_sub(rules.headroom)
            .saturating_sub(under_way);
        // What is known is kept, unless this is newer or stricter.
        if is_newest || now >= self.quota_until || left <= self.quota_left {
            self.quota_left = left;
            self.quota_until = now.saturating_add(rules.quota_for(quota));
        }
    }

    /// How many of the calls the server may have counted since then.
    fn counted_since(&self, begin: u64, rules: &Rules) -> usize {
        let stamp = self.stamp(begin.saturating_add(rules.hold), false);
        let before = self.held.partition_point(|&held| held < stamp);
        self.held.len() - before + self.out.len()
    }

    /// Returns the lockout in force, as seen by the limiter `source`.
    pub fn locked(&self, now: u64, source: Source) -> Option<Locked> {
        let left = self
            .locked_until
            .checked_sub(now)
            .filter(|&left| left > 0)?;
        let source = match self.lock_from {
            Source::ASSUMED => LockSource::Assumed,
            from if from == source => LockSource::Observed,
            _ => LockSource::Peer,
        };
        Some(Locked {
            left: Duration::from_millis(left),
            source,
        })
    }

    /// Returns how many calls of that priority could be sent at once, lockouts aside. `None`
    /// without a limit.
    pub fn remaining(&mut self, now: u64, rules: &Rules, priority: Priority) -> Option<u32> {
        self.advance(now, rules);
        let quota = (now < self.quota_until).then_some(self.quota_left);
        let used = u32::try_from(self.used()).unwrap_or(u32::MAX);
        let slots = rules
            .open_to(priority)
            .map(|open| open.saturating_sub(used));
        let free = match (slots, quota) {
            (Some(slots), Some(quota)) => slots.min(quota),
            (slots, quota) => slots.or(quota)?,
        };
        if now < self.cautious_until {
            return Some(u32::from(self.out.is_empty() && free > 0));
        }
        Some(free)
    }

    /// Returns the shortest possible wait of a call of that priority with `ahead` others before it,
    /// lockouts aside.
    pub fn expected(
        &mut self,
        now: u64,
        rules: &Rules,
        priority: Priority,
        ahead: usize,
    ) -> Duration {
        self.advance(now, rules);
        let quota = if now < self.quota_until && self.quota_left as usize <= ahead {
            self.quota_until - now
        } else {
            0
        };
        let Some(needed) = self.needed(rules, priority, ahead) else {
            return Duration::from_millis(quota);
        };
        let used = self.used().max(1);
        let rounds = ((needed - 1) / used) as u64;
        let (time, _) = self.frees(now, rules, (needed - 1) % used);
        let slot = time
            .saturating_sub(now)
            .saturating_add(rounds.saturating_mul(rules.hold));
        Duration::from_millis(slot.max(quota))
    }

    /// Returns whether a call of that priority waits only because of a cold start.
    pub(crate) fn is_cold(&self, now: u64, rules: &Rules, priority: Priority) -> bool {
        let Some(needed) = self.needed(rules, priority, 0) else {
            return false;
        };
        if now >= self.cold_until || self.is_quota_used(now) {
            return false;
        }
        let cold = self.stamp(self.cold_until, false);
        let first = self.held.partition_point(|&held| held < cold);
        let last = self.held.partition_point(|&held| held <= cold);
        last - first >= needed
    }

    /// Returns whether the bucket is no different from a new one.
    pub fn is_idle(&mut self, now: u64, rules: &Rules) -> bool {
        self.advance(now, rules);
        self.out.is_empty()
            && self.held.is_empty()
            && self.locked_until <= now
            && self.cautious_until <= now
            && self.quota_until <= now
    }

    /// Frees slots and ends leases whose time has come.
    fn advance(&mut self, now: u64, rules: &Rules) {
        // Mostly nothing has ended.
        let is_due = |stamp: Stamp| self.base + stamp.after_base() <= now;
        if self.held.front().copied().is_some_and(is_due)
            || self.out.iter().any(|out| is_due(out.ends))
        {
            self.end(now, rules);
        }
        // Stamps reach 24 days; 18 of them are left for the future.
        if now.saturating_sub(self.base) > 1 << 29 {
            self.rebase(now);
        }
    }

    fn end(&mut self, now: u64, rules: &Rules) {
        while let Some(index) = self.out.iter().position(|out| self.at(out.ends) <= now) {
            let ended = self.out.swap_remove(index);
            self.mark_unanswered(rules, self.at(ended.ends), ended.ends.is_retry());
        }
        while self
            .held
            .front()
            .is_some_and(|&stamp| self.at(stamp) <= now)
        {
            self.held.pop_front();
        }
    }

    fn rebase(&mut self, now: u64) {
        let by = u32::try_from((now - self.base) << 1).unwrap_or(u32::MAX);
        let moved = |stamp: Stamp| Stamp(stamp.0.saturating_sub(by) & !1 | stamp.0 & 1);
        self.base = now;
        self.held
            .iter_mut()
            .for_each(|stamp| *stamp = moved(*stamp));
        self.out
            .iter_mut()
            .for_each(|out| out.ends = moved(out.ends));
    }

    fn used(&self) -> usize {
        self.held.len() + self.out.len()
    }

    fn retries(&self) -> usize {
        let held = self.held.iter().filter(|stamp| stamp.is_retry()).count();
        held + self.out.iter().filter(|out| out.ends.is_retry()).count()
    }

    /// How many slots have to become free for a call with `ahead` others before it; `None` for
    /// none.
    fn needed(&self, rules: &Rules, priority: Priority, ahead: usize) -> Option<usize> {
        let open = rules.open_to(priority)? as usize;
        (self.used() + ahead + 1)
            .checked_sub(open)
            .filter(|&needed| needed > 0)
    }

    fn is_quota_used(&self, now: u64) -> bool {
        now < self.quota_until && self.quota_left == 0
    }

    /// How long a call has to wait for a slot and for the server's quota, if it has to.
    fn wait(&self, now: u64, rules: &Rules, priority: Priority) -> Option<Decision> {
        let index = self.needed(rules, priority, 0).map(|needed| needed - 1);
        let slot = index.map(|index| self.frees(now, rules, index));
        // A response may report a higher quota.
        let quota = self
            .is_quota_used(now)
            .then_some((self.quota_until, self.out.is_empty()));
        let (time, known) = match (slot, quota) {
            (Some((slot, one)), Some((quota, other))) => (slot.max(quota), one && other),
            (slot, quota) => slot.or(quota)?,
        };
        let recheck = if known {
            time
        } else {
            // A response changes that. Without one, the first lease that ends does.
            let held = index.and_then(|index| self.held.get(index));
            let ends = self.out.iter().map(|out| self.at(out.ends)).min();
            let held = held.map(|&stamp| self.at(stamp));
            held.into_iter().chain(ends).min().unwrap_or(time)
        };
        let from_now = |time: u64| Duration::from_millis(time.saturating_sub(now).max(1));
        Some(Decision::Wait {
            earliest: from_now(time),
            recheck: from_now(recheck),
            cold: self.is_cold(now, rules, priority),
        })
    }

    /// When slot `index` becomes free at the earliest, and whether that is certain. A call under
    /// way frees its slot no sooner than if it were answered now.
    fn frees(&self, now: u64, rules: &Rules, index: usize) -> (u64, bool) {
        let answered = now + 1 + rules.hold;
        match self.held.get(index).map(|&stamp| self.at(stamp)) {
            Some(time) if time <= answered => (time, true),
            _ => {
                let behind = index
                    .checked_sub(self.out.len())
                    .and_then(|index| self.held.get(index));
                let time = behind.map_or(answered, |&stamp| self.at(stamp).max(answered));
                (time, self.out.is_empty())
            }
        }
    }

    /// A call got no response: it may arrive late, and the response may have reported a lockout.
    fn mark_unanswered(&mut self, rules: &Rules, now: u64, retry: bool) {
        let arrives = now.saturating_add(rules.grace);
        self.hold(rules, arrives.saturating_add(rules.hold), retry);
        self.late_until = self.late_until.max(arrives);
        let locked_until = arrives
            .saturating_add(rules.possible_lock().unwrap_or(0))
            .saturating_add(rules.margin);
        if self.locked_until > now {
            self.locked_until = self.locked_until.max(locked_until);
        }
        self.be_cautious(locked_until);
    }

    fn lock(&mut self, rules: &Rules, now: u64, lock: u64, source: Source) {
        // A call that arrives during a lockout may extend it.
        let last = self.late_until.max(now);
        let until = last.saturating_add(lock).saturating_add(rules.margin);
        self.locked_until = self.locked_until.max(until);
        self.lock_from = source;
        // The server may have reported too short a time, so one call goes first.
        self.be_cautious(self.locked_until.saturating_add(lock));
    }

    /// Allows one call at a time until one that is allowed from now on is answered.
    fn be_cautious(&mut self, until: u64) {
        self.cautious_until = self.cautious_until.max(until);
        for out in &mut self.out {
            out.old = true;
        }
    }

    /// Holds a slot until then.
    fn hold(&mut self, rules: &Rules, until: u64, retry: bool) {
        let Some(slots) = rules.slots else { return };
        let stamp = self.stamp(until, retry);
        if self.held.len() == self.held.capacity() {
            let more = (slots as usize).saturating_sub(self.held.len()).max(1);
            self.held.reserve_exact(more.min(self.held.len().max(4)));
        }
        if self.held.back().is_none_or(|last| last <= &stamp) {
            self.held.push_back(stamp);
            return;
        }
        let index = self.held.partition_point(|held| held <= &stamp);
        self.held.insert(index, stamp);
    }

    fn stamp(&self, time: u64, retry: bool) -> Stamp {
        let after = u32::try_from(time.saturating_sub(self.base))
            .unwrap_or(u32::MAX)
            .min(u32::MAX >> 1);
        Stamp(after << 1 | u32::from(retry))
    }

    pub(super) fn at(&self, stamp: Stamp) -> u64 {
        self.base + stamp.after_base()
    }
}

#[cfg(test)]
mod tests {
    use super::super::BucketSpec;
    use super::super::settings::LimitSettings;
    use super::*;
    use crate::meta::Limit;

    fn acquire(bucket: &mut Bucket, rules: &Rules, lease: u64) {
        let ask = Acquire::new(LeaseId(lease), Source(1), Duration::from_secs(30));
        let decision = bucket.acquire(0, rules, &ask);
        assert!(matches!(decision, Decision::Granted { .. }));
    }

    /// A client may have a bucket for each of many users.
    #[test]
    fn memory_grows_with_use_up_to_the_slots() {
        let settings = LimitSettings::new().cold_start(false);
        let spec = BucketSpec::new("", "");
        let limited = spec.clone().limit(Limit::new(20, Duration::from_mins(1)));
        let cases: [(_, &[usize], &[usize]); 2] = [
            (limited, &[2, 4, 8, 16, 19], &[4, 8, 16, 19]),
            (spec, &[2, 4, 8, 16, 32], &[0]),
        ];
        for (spec, out, held) in cases {
            let rules = Rules::new(&spec, &settings);
            let mut bucket = Bucket::new(&rules, 0, 0);
            let mut capacities = Vec::new();
            for lease in 0..19 {
                acquire(&mut bucket, &rules, lease);
                capacities.push(bucket.out.capacity());
            }
            capacities.dedup();
            assert_eq!(capacities, out);
            let most = bucket.out.capacity();
            let mut capacities = Vec::new();
            for lease in 0..19 {
                let done = Complete::new(LeaseId(lease), Source(1), CallEnd::Answered);
                bucket.complete(0, &rules, &done);
                capacities.push(bucket.held.capacity());
                let kept = if lease < 18 { most } else { 4 };
                assert_eq!(bucket.out.capacity(), kept);
            }
            capacities.dedup();
            assert_eq!(capacities, held);
        }
    }
}
