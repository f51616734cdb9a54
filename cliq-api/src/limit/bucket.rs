//! What is known of one bucket: which of its slots are taken and until when, and whether it is locked. Pure: no clock, no I/O, no async.
//!
//! The rule: a call holds its slot from the moment it was granted until its answer came, then for the window and a margin. The server counted it
//! between those two moments, so two calls in one slot are more than a window apart for the server, whatever the latency; and no window,
//! rolling or fixed, ever holds more calls than there are slots. Times are milliseconds on the clock of whoever keeps the bucket.

use std::time::Duration;

/// What holds for all calls of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// How many calls may be under way, or within a window, at once.
    pub slots: u32,
    /// The window, in milliseconds.
    pub window: u64,
    /// How long the server shuts out who passes the limit, in milliseconds.
    pub lock: u64,
    /// How much longer than the window a slot is held, in milliseconds.
    pub margin: u64,
    /// How long after its timeout a call that got no answer may still be read by the server, in milliseconds.
    pub grace: u64,
    /// How many slots retries may hold.
    pub retries: u32,
    /// How many slots are kept for urgent calls.
    pub reserved: u32,
}

impl Rule {
    /// A rule with the margin and grace that are the default elsewhere.
    pub const fn new(slots: u32, window: Duration, lock: Duration) -> Self {
        let slots = if slots == 0 { 1 } else { slots };
        let retries = if slots < 4 { 1 } else { slots / 4 };
        let (window, lock) = (millis(window), millis(lock));
        Self { slots, window, lock, margin: 1_000, grace: 120_000, retries, reserved: 0 }
    }

    /// How long a slot is held after the answer.
    const fn held(&self) -> u64 {
        self.window + self.margin
    }
}

/// In whole milliseconds, upwards; what is longer than a century is a century.
pub(super) const fn millis(time: Duration) -> u64 {
    const CENTURY: u64 = 100 * 365 * 24 * 3600 * 1000;
    let up = if time.subsec_nanos().is_multiple_of(1_000_000) { 0 } else { 1 };
    if time.as_secs() >= CENTURY / 1000 { CENTURY } else { time.as_secs() * 1000 + time.subsec_millis() as u64 + up }
}

/// For how long after a lock the next call goes alone.
const PROBED: u64 = 10 * 60 * 1000;

/// The name of a permit that was given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LeaseId(u32);

impl LeaseId {
    /// As a number, for a store to write down.
    pub const fn to_u32(self) -> u32 {
        self.0
    }

    /// From a number that [`to_u32`](Self::to_u32) gave.
    pub const fn from_u32(number: u32) -> Self {
        Self(number)
    }

    const fn is_retry(self) -> bool {
        self.0 & RETRY != 0
    }
}

/// The bit of a lease by which a retry's is known.
const RETRY: u32 = 1 << 31;

/// How a call stands in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Class {
    /// Once more, after a failure: it goes first, and may hold only a share of the slots.
    Retry,
    /// It may use the slots that are reserved.
    Urgent,
    /// Any other.
    Normal,
}

/// What a bucket says to a call that wants a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It has one.
    Granted(LeaseId),
    /// Not before so many milliseconds; earlier only if a call that is under way turns out not to have been sent.
    Wait(u64),
    /// Not before the one call that is under way is done; that is in so many milliseconds at the latest.
    WaitForAnswer(u64),
    /// The bucket is locked for so many milliseconds.
    Locked(u64),
}

/// How a call with a lease ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was surely not sent.
    Unsent,
    /// It was answered.
    Answered,
    /// It was sent, and no answer came.
    Unanswered,
    /// The server said that there were too many calls, and perhaps how many milliseconds to keep away.
    Throttled(Option<u64>),
}

/// One slot that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Taken {
    /// While under way: when the lease ends. Afterwards: when the slot is free. In ticks from [`Bucket::base`], rounded up.
    at: u32,
    /// `None` once the call is done, as 0.
    lease: u32,
}

/// One bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// What ticks are counted from.
    base: u64,
    taken: Vec<Taken>,
    locked_until: u64,
    next_lease: u32,
    /// One call at a time, until one is answered that has this lease or a later one: a lock may have been told of that nobody heard. Until
    /// then, if none is: by then it is over.
    careful: Option<(u32, u64)>,
}

/// Times are kept in ticks of so many milliseconds, so that 32 bits hold half a year.
const TICK: u64 = 8;
/// The most ticks from the base.
const FARTHEST: u64 = 1 << 31;

impl Bucket {
    /// One in which so many slots are taken until then: what was sent before it was kept is not known.
    pub fn new(now: u64, taken: u32, until: u64) -> Self {
        let taken = Taken { at: ticks(now, until), lease: 0 }.repeated(if until > now { taken } else { 0 });
        Self { base: now, taken, locked_until: 0, next_lease: 1, careful: None }
    }

    /// Asks for a slot. `longest` is how long the call may be under way before it counts as unanswered.
    pub fn acquire(&mut self, now: u64, rule: &Rule, class: Class, longest: u64) -> Decision {
        self.advance(now, rule);
        if self.locked_until > now {
            return Decision::Locked(self.locked_until - now);
        }
        let most = match class {
            Class::Urgent => rule.slots,
            Class::Retry | Class::Normal => rule.slots.saturating_sub(rule.reserved).max(1),
        };
        let mut wait = self.wait_for(now, rule, |_| true, most);
        if class == Class::Retry {
            wait = wait.max(self.wait_for(now, rule, |taken| LeaseId(taken.lease).is_retry(), rule.retries));
        }
        if self.is_careful(now) && self.under_way() > 0 {
            // Until it is done, or counts as unanswered.
            let ends = self.taken.iter().filter(|taken| taken.is_under_way()).map(|taken| self.time(taken.at));
            let end = ends.min().map_or(1, |end| end.saturating_sub(now).max(1));
            return if wait > end { Decision::Wait(wait) } else { Decision::WaitForAnswer(end) };
        }
        if wait > 0 {
            return Decision::Wait(wait);
        }
        let id = self.next_lease | if class == Class::Retry { RETRY } else { 0 };
        self.next_lease = if self.next_lease >= RETRY - 1 { 1 } else { self.next_lease + 1 };
        // Not by doubling: there are many buckets, and few slots.
        self.taken.reserve_exact(usize::from(self.taken.len() == self.taken.capacity()) * 4);
        self.taken.push(Taken { at: ticks(self.base, now.saturating_add(longest)), lease: id });
        Decision::Granted(LeaseId(id))
    }

    /// How long until fewer than `most` of those slots are taken.
    fn wait_for(&self, now: u64, rule: &Rule, which: impl Fn(&Taken) -> bool, most: u32) -> u64 {
        let count = self.taken.iter().filter(|taken| which(taken)).count();
        let most = most.max(1) as usize;
        if count < most {
            return 0;
        }
        // What is under way is free at the earliest when its answer came now.
        let mut free: Vec<u64> = (self.taken.iter().filter(|taken| which(taken)))
            .map(|taken| if taken.is_under_way() { now + rule.held() } else { self.time(taken.at) })
            .collect();
        let (_, end, _) = free.select_nth_unstable(count - most);
        end.saturating_sub(now).max(1)
    }

    /// Tells how a call ended. Gives whether that began a lock. A lease that is not known (any more) changes nothing but a lock.
    pub fn complete(&mut self, now: u64, rule: &Rule, lease: LeaseId, outcome: Outcome) -> bool {
        self.advance(now, rule);
        let index = self.taken.iter().position(|taken| taken.lease == lease.0 && taken.is_under_way());
        if let Some(index) = index {
            match outcome {
                Outcome::Unsent => {
                    self.taken.swap_remove(index);
                }
                Outcome::Unanswered => self.unanswered(index, now, rule),
                Outcome::Answered | Outcome::Throttled(_) => {
                    let free = ticks(self.base, now + rule.held());
                    // Of a retry it stays known that it was one.
                    self.taken[index] = Taken { at: free, lease: lease.0 & RETRY };
                }
            }
        }
        match outcome {
            Outcome::Answered => {
                // An answer to what was sent before says nothing of what came after.
                if self.careful.is_some_and(|(since, _)| lease.0 & !RETRY >= since) {
                    self.careful = None;
                }
                false
            }
            Outcome::Throttled(asked) => self.throttled(now, rule, asked),
            Outcome::Unsent | Outcome::Unanswered => false,
        }
    }

    /// A call whose answer is not known, at `end`: the server may read it until the grace is over.
    fn unanswered(&mut self, index: usize, end: u64, rule: &Rule) {
        let lease = self.taken[index].lease & RETRY;
        self.taken[index] = Taken { at: ticks(self.base, end + rule.grace + rule.held()), lease };
        self.go_carefully(end + rule.grace + rule.lock + rule.margin);
        if self.locked_until > end {
            // It may arrive within the lock, and begin it anew.
            self.locked_until = self.locked_until.max(end + rule.grace + rule.lock + rule.margin);
        }
    }

    /// The server said that it was too much.
    fn throttled(&mut self, now: u64, rule: &Rule, asked: Option<u64>) -> bool {
        let was_locked = self.locked_until > now;
        // The last call that may have arrived, or may arrive yet, is what the server counts from.
        let last = self.taken.iter().filter(|taken| !taken.is_under_way());
        let last = last.map(|taken| self.time(taken.at).saturating_sub(rule.held())).max().unwrap_or(now).max(now);
        self.extend_lock(last.saturating_add(rule.lock.max(asked.unwrap_or(0))).saturating_add(rule.margin));
        !was_locked
    }

    /// Makes it locked until then, if it isn't for longer. After it, one call goes first.
    pub fn extend_lock(&mut self, until: u64) {
        self.locked_until = self.locked_until.max(until);
        self.go_carefully(self.locked_until.saturating_add(PROBED));
    }

    fn go_carefully(&mut self, until: u64) {
        let until = self.careful.map_or(until, |(_, before)| before.max(until));
        self.careful = Some((self.next_lease, until));
    }

    fn is_careful(&self, now: u64) -> bool {
        self.careful.is_some_and(|(_, until)| now < until)
    }

    /// Until when it is locked; in the past where it isn't.
    pub fn locked_until(&self) -> u64 {
        self.locked_until
    }

    /// How many calls a caller may make now, one after the other without waiting.
    pub fn remaining(&mut self, now: u64, rule: &Rule) -> u32 {
        self.advance(now, rule);
        if self.locked_until > now {
            return 0;
        }
        let taken = u32::try_from(self.taken.len()).unwrap_or(u32::MAX);
        let free = rule.slots.saturating_sub(rule.reserved).max(1).saturating_sub(taken);
        if self.is_careful(now) { free.min(u32::from(self.under_way() == 0)) } else { free }
    }

    /// How long until the next call may go.
    pub fn next_free(&mut self, now: u64, rule: &Rule) -> u64 {
        self.advance(now, rule);
        let lock = self.locked_until.saturating_sub(now);
        lock.max(self.wait_for(now, rule, |_| true, rule.slots.saturating_sub(rule.reserved)))
    }

    /// Whether nothing in it matters any more.
    pub fn is_idle(&mut self, now: u64, rule: &Rule) -> bool {
        self.advance(now, rule);
        self.taken.is_empty() && self.locked_until <= now && !self.is_careful(now)
    }

    /// Frees what is free by now, and gives up those who held a lease for too long.
    fn advance(&mut self, now: u64, rule: &Rule) {
        if now.saturating_sub(self.base) / TICK > FARTHEST / 2 {
            let by = (now - self.base) / TICK;
            for taken in &mut self.taken {
                taken.at = u32::try_from(u64::from(taken.at).saturating_sub(by)).unwrap_or(u32::MAX);
            }
            self.base += by * TICK;
        }
        let mut index = 0;
        while let Some(taken) = self.taken.get(index) {
            let at = self.time(taken.at);
            if at > now {
                index += 1;
            } else if taken.is_under_way() {
                self.unanswered(index, at, rule);
            } else {
                self.taken.swap_remove(index);
            }
        }
    }

    fn time(&self, ticks: u32) -> u64 {
        self.base + u64::from(ticks) * TICK
    }

    fn under_way(&self) -> usize {
        self.taken.iter().filter(|taken| taken.is_under_way()).count()
    }

    /// How many bytes it takes.
    pub fn size(&self) -> usize {
        size_of::<Self>() + self.taken.capacity() * size_of::<Taken>()
    }
}

impl Taken {
    fn is_under_way(self) -> bool {
        self.lease & !RETRY != 0
    }

    fn repeated(self, times: u32) -> Vec<Self> {
        vec![self; times as usize]
    }
}

fn ticks(base: u64, at: u64) -> u32 {
    u32::try_from(at.saturating_sub(base).div_ceil(TICK).min(FARTHEST)).unwrap_or(u32::MAX)
}

/// The bytes of a bucket, for a store that keeps it elsewhere.
impl Bucket {
    const VERSION: u8 = 1;

    /// Compact, the same on every machine.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(33 + 8 * self.taken.len());
        bytes.push(Self::VERSION);
        let (since, until) = self.careful.unwrap_or_default();
        bytes.extend(since.to_le_bytes());
        bytes.extend(until.to_le_bytes());
        bytes.extend(self.base.to_le_bytes());
        bytes.extend(self.locked_until.to_le_bytes());
        bytes.extend(self.next_lease.to_le_bytes());
        for taken in &self.taken {
            bytes.extend(taken.at.to_le_bytes());
            bytes.extend(taken.lease.to_le_bytes());
        }
        bytes
    }

    /// What [`encode`](Self::encode) made; `None` if it is of another version, or damaged.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (&[version], rest) = bytes.split_first_chunk()?;
        let (since, rest) = rest.split_first_chunk()?;
        let (until, rest) = rest.split_first_chunk()?;
        let (base, rest) = rest.split_first_chunk()?;
        let (locked_until, rest) = rest.split_first_chunk()?;
        let (next_lease, rest) = rest.split_first_chunk()?;
        let (taken, rest) = rest.as_chunks::<8>();
        if version != Self::VERSION || !rest.is_empty() {
            return None;
        }
        let taken = taken.iter().map(|&[a, b, c, d, e, f, g, h]| Taken {
            at: u32::from_le_bytes([a, b, c, d]),
            lease: u32::from_le_bytes([e, f, g, h]),
        });
        Some(Self {
            base: u64::from_le_bytes(*base),
            locked_until: u64::from_le_bytes(*locked_until),
            next_lease: u32::from_le_bytes(*next_lease),
            careful: Some((u32::from_le_bytes(*since), u64::from_le_bytes(*until))).filter(|(since, _)| *since > 0),
            taken: taken.collect(),
        })
    }
}
