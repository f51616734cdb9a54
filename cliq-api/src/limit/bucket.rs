//! The calls of one user to what a server counts together, as a pure state machine: no clock, no
//! I/O, nothing waits.
//!
//! The rule: a call holds its slot from when it is allowed until its answer's headers arrived, plus
//! window and margin. The server counted it between those two moments, so that no window of the
//! server ever holds more calls than there are slots.

use std::collections::VecDeque;
use std::time::Duration;

use super::message::{Acquire, Completed, Decision, LeaseId, LockSource, Locked, Outcome, Source};
use super::rules::Rules;
use super::settings::Class;

/// The calls of one user to what a server counts together.
///
/// Times are milliseconds of whoever keeps the bucket. They should not go back.
///
/// ```
/// use std::time::Duration;
/// use cliq_api::Limit;
/// use cliq_api::limit::{Acquire, Decision, Bucket, LeaseId, LimitSettings, Outcome, Rules, Source};
///
/// let settings = LimitSettings::new().cold_start(false);
/// let rules = Rules::new(Some(Limit::new(2, Duration::from_secs(60))), None, &settings);
/// let mut bucket = Bucket::new(&rules, 0, 0);
/// let ask = |lease| Acquire::new(LeaseId(lease), Source(1), Duration::from_secs(30));
///
/// // One fewer than two.
/// assert!(matches!(bucket.acquire(0, &rules, &ask(1)), Decision::Granted { .. }));
/// bucket.complete(200, &rules, LeaseId(1), Source(1), Outcome::Answered);
/// let Decision::Wait { earliest, .. } = bucket.acquire(1200, &rules, &ask(2)) else { panic!() };
/// assert_eq!(earliest, Duration::from_millis(60_001));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// What stamps are relative to.
    pub(super) base: u64,
    /// Nothing is sent before.
    pub(super) locked_until: u64,
    /// One call at a time before, unless an answer comes.
    pub(super) cautious_until: u64,
    /// Until then a call without an answer may arrive.
    pub(super) late_until: u64,
    pub(super) lock_from: Source,
    /// When slots get free, the first first.
    pub(super) held: VecDeque<Stamp>,
    /// Calls that are allowed and not completed.
    pub(super) out: Vec<Out>,
}

/// When a slot gets free: twice the milliseconds since the bucket's base, and one more for a
/// retry's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp(pub(super) u32);

/// A call that is allowed and not completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Out {
    pub(super) lease: LeaseId,
    /// When the lease ends.
    pub(super) ends: Stamp,
    /// Whether it was allowed before something happened about which only a later call's answer
    /// tells.
    pub(super) old: bool,
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
    /// One that knows of no call. If its keeper started to know of calls only at `started`, some
    /// slots count as used for a window from then on.
    pub fn new(rules: &Rules, now: u64, started: u64) -> Self {
        let mut bucket = Self {
            base: now,
            locked_until: 0,
            cautious_until: 0,
            late_until: 0,
            lock_from: Source::ASSUMED,
            held: VecDeque::new(),
            out: Vec::new(),
        };
        let warm = started.saturating_add(rules.hold);
        if warm > now {
            for _ in 0..rules.cold {
                bucket.hold(rules, warm, false);
            }
        }
        bucket
    }

    /// One about which nothing is known but that it was lost: locked for as long as a lock could
    /// last, as of `now`.
    pub fn assume_locked(rules: &Rules, now: u64) -> Self {
        let mut bucket = Self::new(rules, now, now);
        bucket.lock(rules, now, rules.lock, Source::ASSUMED);
        bucket
    }

    /// Its keeper lost what it knew at some time up to `lost`: all slots count as used until what
    /// was allowed before has surely been forgotten. Not with settings [without a cold
    /// start](super::LimitSettings::cold_start).
    pub fn assume_used(&mut self, now: u64, rules: &Rules, lost: u64) {
        self.pass(now, rules);
        let until = lost
            .saturating_add(rules.use_within)
            .saturating_add(rules.hold);
        if until > now {
            for _ in self.used()..rules.unknown as usize {
                self.hold(rules, until, false);
            }
        }
    }

    /// A call was allowed before its keeper lost what it knew, and is about to be completed.
    pub fn adopt(&mut self, now: u64, rules: &Rules, lease: LeaseId) {
        if self.out.iter().all(|out| out.lease != lease) {
            let ends = self.stamp(
                now.saturating_add(rules.use_within).saturating_add(1),
                false,
            );
            self.out.push(Out {
                lease,
                ends,
                old: true,
            });
        }
    }

    /// Takes back what can't be true: no lock lasts longer, and no answer holds a slot longer, than
    /// the rules say. For what others could have written, and for clocks that may have gone
    /// back.
    pub fn believe(&mut self, now: u64, rules: &Rules) {
        self.base = self.base.min(now);
        let longest = now.saturating_add(1).saturating_add(rules.longest_lock());
        self.locked_until = self.locked_until.min(longest);
        self.cautious_until = self
            .cautious_until
            .min(longest.saturating_add(rules.lock.max(rules.longest_retry_after)));
        self.late_until = self
            .late_until
            .min(now.saturating_add(1).saturating_add(rules.grace));
        let most = now
            .saturating_add(1)
            .saturating_add(rules.grace)
            .saturating_add(rules.hold);
        for index in 0..self.held.len() {
            let stamp = self.held[index];
            if self.at(stamp) > most {
                self.held[index] = self.stamp(most, stamp.is_retry());
            }
        }
        self.held.make_contiguous().sort_unstable();
    }

    /// A call wants to be sent. The same lease may be asked for again, and is then granted again.
    pub fn acquire(&mut self, now: u64, rules: &Rules, ask: &Acquire) -> Decision {
        self.pass(now, rules);
        let granted = Decision::Granted {
            use_within: Duration::from_millis(rules.use_within),
        };
        if self.out.iter().any(|out| out.lease == ask.lease) {
            return granted;
        }
        if let Some(locked) = self.locked(now, ask.source) {
            return Decision::Locked(locked);
        }
        if let Some(first) = self
            .out
            .iter()
            .map(|out| out.ends)
            .min()
            .filter(|_| now < self.cautious_until)
        {
            let again = self.at(first).saturating_sub(now).max(1);
            return Decision::Wait {
                earliest: Duration::ZERO,
                again: Duration::from_millis(again),
            };
        }
        if let Some(wait) = self.wait(now, rules, ask.class) {
            return wait;
        }
        if ask.retry && rules.slots.is_some() && self.retries() >= rules.retries as usize {
            return Decision::Behind;
        }
        let timeout = u64::try_from(ask.timeout.as_millis()).unwrap_or(u64::MAX);
        let ends = self.stamp(
            now.saturating_add(rules.use_within)
                .saturating_add(timeout)
                .saturating_add(1),
            ask.retry,
        );
        if self.out.len() == self.out.capacity() {
            // Not twice as many as there will ever be.
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
            old: false,
        });
        granted
    }

    /// A call ended. A lease that is not known any more has been counted as unanswered.
    pub fn complete(
        &mut self,
        now: u64,
        rules: &Rules,
        lease: LeaseId,
        source: Source,
        outcome: Outcome,
    ) -> Completed {
        self.pass(now, rules);
        let out = self
            .out
            .iter()
            .position(|out| out.lease == lease)
            .map(|index| self.out.swap_remove(index));
        if self.out.is_empty() && self.out.capacity() > 4 {
            self.out.shrink_to(4);
        }
        // A time in whole milliseconds may be almost one later.
        let now = now + 1;
        match (outcome, out) {
            (Outcome::Unanswered, Some(out)) => self.lose(rules, now, out.ends.is_retry()),
            (Outcome::Answered, Some(out)) => {
                self.hold(rules, now + rules.hold, out.ends.is_retry());
                if !out.old {
                    self.cautious_until = 0;
                }
            }
            (Outcome::Unsent, _) | (Outcome::Unanswered | Outcome::Answered, None) => {}
            (Outcome::Throttled { retry_after }, out) => {
                if let Some(out) = out {
                    self.hold(rules, now + rules.hold, out.ends.is_retry());
                }
                let begins = self.locked_until < now;
                self.lock(rules, now, rules.lock_for(retry_after), source);
                let left = Duration::from_millis(self.locked_until - (now - 1));
                return Completed {
                    locked: Some(Locked {
                        left,
                        why: LockSource::Observed,
                    }),
                    begins,
                };
            }
        }
        Completed {
            locked: self.locked(now, source),
            begins: false,
        }
    }

    /// Whether it is locked, as `source` sees it.
    pub fn locked(&self, now: u64, source: Source) -> Option<Locked> {
        let left = self
            .locked_until
            .checked_sub(now)
            .filter(|&left| left > 0)?;
        let why = match self.lock_from {
            Source::ASSUMED => LockSource::Assumed,
            from if from == source => LockSource::Observed,
            _ => LockSource::Peer,
        };
        Some(Locked {
            left: Duration::from_millis(left),
            why,
        })
    }

    /// How many calls of the class could be sent at once, were it not for a lock. `None` without a
    /// limit.
    pub fn remaining(&mut self, now: u64, rules: &Rules, class: Class) -> Option<u32> {
        self.pass(now, rules);
        let open = rules.open_to(class)?;
        if now < self.cautious_until {
            return Some(u32::from(
                self.out.is_empty() && self.used() < open as usize,
            ));
        }
        Some(open.saturating_sub(u32::try_from(self.used()).unwrap_or(u32::MAX)))
    }

    /// In how long, at the earliest, a call of the class could go before which so many others go;
    /// were it not for a lock.
    pub fn expected(&mut self, now: u64, rules: &Rules, class: Class, ahead: usize) -> Duration {
        self.pass(now, rules);
        let Some(needed) = self.needed(rules, class, ahead) else {
            return Duration::ZERO;
        };
        let used = self.used().max(1);
        let rounds = ((needed - 1) / used) as u64;
        let (time, _) = self.frees(now, rules, (needed - 1) % used);
        Duration::from_millis(
            time.saturating_sub(now)
                .saturating_add(rounds.saturating_mul(rules.hold)),
        )
    }

    /// Whether it knows nothing that a new one would not know.
    pub fn is_idle(&mut self, now: u64, rules: &Rules) -> bool {
        self.pass(now, rules);
        self.out.is_empty()
            && self.held.is_empty()
            && self.locked_until <= now
            && self.cautious_until <= now
    }

    /// Time has passed: slots got free, leases ended.
    fn pass(&mut self, now: u64, rules: &Rules) {
        while let Some(index) = self.out.iter().position(|out| self.at(out.ends) <= now) {
            let ended = self.out.swap_remove(index);
            self.lose(rules, self.at(ended.ends), ended.ends.is_retry());
        }
        while self
            .held
            .front()
            .is_some_and(|&stamp| self.at(stamp) <= now)
        {
            self.held.pop_front();
        }
        // Stamps reach 24 days; half of it is for what is still to come.
        if now.saturating_sub(self.base) > 1 << 29 {
            self.rebase(now);
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

    /// How many slots have to get free until a call goes before which so many others go; `None` for
    /// none.
    fn needed(&self, rules: &Rules, class: Class, ahead: usize) -> Option<usize> {
        let open = rules.open_to(class)? as usize;
        (self.used() + ahead + 1)
            .checked_sub(open)
            .filter(|&needed| needed > 0)
    }

    fn wait(&self, now: u64, rules: &Rules, class: Class) -> Option<Decision> {
        let index = self.needed(rules, class, 0)? - 1;
        let (time, known) = self.frees(now, rules, index);
        let again = if known {
            time
        } else {
            // An answer tells more. If none comes, the first lease that ends does.
            let held = self.held.get(index).map(|&stamp| self.at(stamp));
            let ends = self.out.iter().map(|out| self.at(out.ends)).min();
            held.into_iter().chain(ends).min().unwrap_or(time)
        };
        let from_now = |time: u64| Duration::from_millis(time.saturating_sub(now).max(1));
        Some(Decision::Wait {
            earliest: from_now(time),
            again: from_now(again),
        })
    }

    /// When one more slot than `index` is free, at the earliest, and whether that is certain. A
    /// call that is out frees its slot no sooner than if it were answered now.
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

    /// A call's answer didn't come: it may arrive late, and it may have told of a lock.
    fn lose(&mut self, rules: &Rules, now: u64, retry: bool) {
        let arrives = now.saturating_add(rules.grace);
        self.hold(rules, arrives.saturating_add(rules.hold), retry);
        self.late_until = self.late_until.max(arrives);
        let locked_until = arrives
            .saturating_add(rules.lock)
            .saturating_add(rules.margin);
        if self.locked_until > now {
            self.locked_until = self.locked_until.max(locked_until);
        }
        self.be_cautious(locked_until);
    }

    fn lock(&mut self, rules: &Rules, now: u64, lock: u64, source: Source) {
        // A call that arrives during a lock may begin it anew.
        let last = self.late_until.max(now);
        let until = last.saturating_add(lock).saturating_add(rules.margin);
        self.locked_until = self.locked_until.max(until);
        self.lock_from = source;
        // It may have been told wrongly: one goes first, for as long as that is of interest.
        self.be_cautious(self.locked_until.saturating_add(lock));
    }

    /// One call at a time, until one that is allowed from now on is answered.
    fn be_cautious(&mut self, until: u64) {
        self.cautious_until = self.cautious_until.max(until);
        for out in &mut self.out {
            out.old = true;
        }
    }

    /// A slot is taken until then.
    fn hold(&mut self, rules: &Rules, until: u64, retry: bool) {
        let Some(slots) = rules.slots else { return };
        let stamp = self.stamp(until, retry);
        if self.held.len() == self.held.capacity() {
            let more = (slots as usize).saturating_sub(self.held.len()).max(1);
            self.held.reserve_exact(more.min(self.held.len().max(4)));
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
