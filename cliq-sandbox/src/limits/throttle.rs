//! The server's side of limits, as a pure state machine.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cliq_api::{EndpointMeta, Limit};

use super::book::{self, Arrival, Book, Lock, Tally};
use super::rules::{Limits, Trips, Window};
use super::shape::Shape;
use super::window::Calls;

/// Counts calls for each user and [`Shape`], refuses those that are too many, and keeps the
/// [`Book`].
///
/// It knows no clock: each call comes with its time, since the Unix epoch. Time doesn't go back; a
/// call that comes with an earlier one than the call before is stamped like that.
///
/// ```
/// use std::time::Duration;
/// use cliq_api::Endpoint;
/// use cliq_api::threads::FollowThreadRequest;
/// use cliq_sandbox::limits::{Limits, Throttle};
///
/// let mut throttle = Throttle::new(Limits::published());
/// for second in 0..20 {
///     assert!(throttle.arrive(Duration::from_secs(second), "855727961", FollowThreadRequest::META).is_allowed());
/// }
/// let verdict = throttle.arrive(Duration::from_secs(20), "855727961", FollowThreadRequest::META);
/// assert_eq!(verdict.until(), Some(Duration::from_secs(20 + 10 * 60)));
/// assert_eq!(throttle.book().of::<FollowThreadRequest>("855727961").fullest, 21);
/// ```
#[derive(Debug, Clone)]
pub struct Throttle {
    limits: Limits,
    buckets: HashMap<Shape, Bucket>,
    rules: Vec<Rule>,
    users: HashMap<Arc<str>, Vec<State>>,
    /// The latest stamp.
    stamp: Duration,
    /// Without the tallies, which the users' states have.
    book: Book,
}

/// A shape that a [`Throttle`] knows: for many calls, quicker than looking at the endpoint each
/// time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bucket(usize);

#[derive(Debug, Clone)]
struct Rule {
    shape: Shape,
    limit: Option<Limit>,
    lock: Option<Duration>,
}

/// One user, one shape.
#[derive(Debug, Clone, Default)]
struct State {
    calls: Calls,
    /// The first stamp at which it is open again, and the lock's number in the book.
    locked: Option<(Duration, Option<u64>)>,
    tally: Tally,
}

/// What a throttle says to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It is let through.
    Allowed,
    /// It was one too many, and a lock began.
    Tripped {
        /// When calls are let through again.
        until: Duration,
    },
    /// It was one too many, where the endpoint has no lock.
    Full {
        /// When a call is let through again.
        until: Duration,
    },
    /// The user is shut out.
    Locked {
        /// When calls are let through again.
        until: Duration,
    },
}

impl Verdict {
    /// Whether the call is let through.
    pub fn is_allowed(&self) -> bool {
        *self == Self::Allowed
    }

    /// When calls are let through again, if this one isn't.
    pub fn until(&self) -> Option<Duration> {
        match *self {
            Self::Allowed => None,
            Self::Tripped { until } | Self::Full { until } | Self::Locked { until } => Some(until),
        }
    }
}

impl Throttle {
    /// One that has seen nothing yet.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            buckets: HashMap::new(),
            rules: Vec::new(),
            users: HashMap::new(),
            stamp: Duration::ZERO,
            book: Book::new(book::KEPT),
        }
    }

    /// Keeps at most so many arrivals, and so many locks, one by one: the latest. With 0 there are
    /// counters only. It forgets those that it has kept so far, and no figures.
    #[must_use]
    pub fn keep(mut self, most: usize) -> Self {
        self.book = Book {
            totals: self.book.totals,
            ..Book::new(most)
        };
        self
    }

    /// Behaves otherwise from now on. What it has counted stays counted, and locks stay.
    pub fn set_limits(&mut self, limits: Limits) {
        // The clock may be another one now.
        self.stamp = limits.stamp(self.limits.unstamp(self.stamp));
        self.limits = limits;
    }

    /// How it behaves.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The bucket of the endpoint. Of endpoints that share one, the stricter limit and the longer
    /// lock hold from when the throttle knows them.
    pub fn bucket(&mut self, endpoint: &'static EndpointMeta) -> Bucket {
        let shape = Shape::from(endpoint);
        let bucket = *self.buckets.entry(shape).or_insert_with(|| {
            self.rules.push(Rule {
                shape,
                limit: None,
                lock: None,
            });
            Bucket(self.rules.len() - 1)
        });
        let rule = &mut self.rules[bucket.0];
        rule.limit = stricter(rule.limit, endpoint.limit());
        rule.lock = rule.lock.max(endpoint.lock());
        bucket
    }

    /// A call of the user's arrives at the endpoint.
    pub fn arrive(
        &mut self,
        now: Duration,
        user_id: &str,
        endpoint: &'static EndpointMeta,
    ) -> Verdict {
        let bucket = self.bucket(endpoint);
        self.arrive_at(now, user_id, bucket)
    }

    /// As [`arrive`](Self::arrive), where the bucket is known.
    ///
    /// # Panics
    ///
    /// If the bucket is another throttle's.
    pub fn arrive_at(&mut self, now: Duration, user_id: &str, bucket: Bucket) -> Verdict {
        let limits = self.limits;
        let stamp = limits.stamp(now).max(self.stamp);
        self.stamp = stamp;
        if !self.users.contains_key(user_id) {
            self.users.insert(user_id.into(), Vec::new());
        }
        let rule = &self.rules[bucket.0];
        let states = self.users.get_mut(user_id).expect("it was put there");
        if states.len() <= bucket.0 {
            states.resize_with(bucket.0 + 1, State::default);
        }
        let state = &mut states[bucket.0];
        let verdict = state.judge(&limits, rule, stamp);
        let tripped = matches!(verdict, Verdict::Tripped { .. });

        for tally in [&mut state.tally, &mut self.book.totals] {
            tally.arrivals += 1;
            tally.refused += u64::from(!verdict.is_allowed());
            tally.locks += u64::from(tripped);
        }
        state.tally.limit = rule.limit;
        state.tally.fullest = state.tally.fullest.max(state.calls.all());
        self.book.totals.fullest = self.book.totals.fullest.max(state.calls.all());
        if self.book.arrivals.keeps() {
            self.write(now, user_id, bucket, verdict);
        }
        verdict
    }

    /// Notes the call, and the lock that it began or extended.
    fn write(&mut self, now: Duration, user_id: &str, bucket: Bucket, verdict: Verdict) {
        let shape = self.rules[bucket.0].shape;
        let (user_id, states) = self.users.get_key_value(user_id).expect("it was put there");
        let user_id = user_id.clone();
        let locked = states[bucket.0].locked;
        match (verdict, locked) {
            (Verdict::Tripped { until }, Some((end, _))) => {
                let lock = Lock {
                    user_id: user_id.clone(),
                    shape,
                    from: now,
                    until,
                };
                let number = self.book.locks.push(lock);
                if let Some(states) = self.users.get_mut(&user_id) {
                    states[bucket.0].locked = Some((end, Some(number)));
                }
            }
            (Verdict::Locked { until }, Some((_, Some(number)))) => {
                if let Some(lock) = self.book.locks.get_mut(number) {
                    lock.until = until;
                }
            }
            _ => {}
        }
        self.book.arrivals.push(Arrival {
            at: now,
            user_id,
            shape,
            verdict,
        });
    }

    /// Until when the user is shut out of the endpoint, as of `now`.
    pub fn locked_until(
        &self,
        now: Duration,
        user_id: &str,
        endpoint: &'static EndpointMeta,
    ) -> Option<Duration> {
        let bucket = self.buckets.get(&Shape::from(endpoint))?;
        let (end, _) = self.users.get(user_id)?.get(bucket.0)?.locked?;
        (self.limits.stamp(now) < end).then(|| self.limits.unstamp(end))
    }

    /// Lets everybody in again, and counts from nothing. The book stays.
    pub fn forgive(&mut self) {
        for state in self.users.values_mut().flatten() {
            state.locked = None;
            state.calls = Calls::default();
        }
    }

    /// All users and shapes together.
    pub fn totals(&self) -> Tally {
        self.book.totals
    }

    /// All that it saw, up to now.
    pub fn book(&self) -> Book {
        let mut book = self.book.clone();
        for (user_id, states) in &self.users {
            let called = states
                .iter()
                .zip(&self.rules)
                .filter(|(state, _)| state.tally.arrivals > 0);
            book.tallies
                .extend(called.map(|(state, rule)| (user_id.clone(), rule.shape, state.tally)));
        }
        book
    }
}

impl State {
    fn judge(&mut self, limits: &Limits, rule: &Rule, stamp: Duration) -> Verdict {
        let Some(limit) = rule.limit else {
            return Verdict::Allowed;
        };
        self.forget(limits, limit, stamp);
        let verdict = if limits.enforced {
            self.weigh(limits, limit, rule.lock, stamp)
        } else {
            Verdict::Allowed
        };
        self.calls
            .push(stamp, verdict.is_allowed() || limits.count_refused);
        verdict
    }

    /// Forgets what no window that reaches to this stamp holds.
    fn forget(&mut self, limits: &Limits, limit: Limit, stamp: Duration) {
        if self.locked.is_some_and(|(end, _)| end <= stamp) {
            self.locked = None;
        }
        match limits.window {
            Window::Rolling => self
                .calls
                .forget(|call| limits.end(call, limit.per) <= stamp),
            Window::Fixed => {
                let begin = beginning(stamp, limit.per);
                self.calls.forget(|call| call < begin);
            }
        }
    }

    fn weigh(
        &mut self,
        limits: &Limits,
        limit: Limit,
        lock: Option<Duration>,
        stamp: Duration,
    ) -> Verdict {
        if let Some((end, _)) = &mut self.locked {
            if let (true, Some(lock)) = (limits.extended, lock) {
                *end = limits.end(stamp, lock).max(*end);
            }
            return Verdict::Locked {
                until: limits.unstamp(*end),
            };
        }
        let most = match limits.trips {
            Trips::PastLimit => limit.calls,
            Trips::AtLimit => limit.calls.saturating_sub(1),
        };
        if self.calls.counted() < most {
            return Verdict::Allowed;
        }
        let Some(lock) = lock else {
            let free = match limits.window {
                Window::Rolling => {
                    limits.end(self.calls.frees_below(most).unwrap_or(stamp), limit.per)
                }
                Window::Fixed => beginning(stamp, limit.per) + limit.per,
            };
            return Verdict::Full {
                until: limits.unstamp(free),
            };
        };
        let end = limits.end(stamp, lock);
        self.locked = Some((end, None));
        Verdict::Tripped {
            until: limits.unstamp(end),
        }
    }
}

/// Of the fixed window in which the stamp is.
fn beginning(stamp: Duration, per: Duration) -> Duration {
    let into = stamp.as_nanos().checked_rem(per.as_nanos()).unwrap_or(0);
    stamp.saturating_sub(Duration::from_nanos_u128(into))
}

/// Fewer calls in the same time.
fn stricter(one: Option<Limit>, other: Option<Limit>) -> Option<Limit> {
    match (one, other) {
        (Some(one), Some(other)) => {
            let rate = |limit: Limit, per: Duration| u128::from(limit.calls) * per.as_nanos();
            let keeps = (rate(one, other.per), one.calls) <= (rate(other, one.per), other.calls);
            Some(if keeps { one } else { other })
        }
        (one, other) => one.or(other),
    }
}
