//! The server's side of limits, as a pure state machine.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cliq_api::{EndpointMeta, Limit};

use super::book::{self, Arrival, Book, Lock, Tally};
use super::rules::{Limits, Trips, Window};
use super::shape::{Shape, Url};
use super::window::Calls;

/// Counts calls per user and [`Shape`], or over all users if a limit is per app, rejects those that
/// exceed a limit, and keeps the [`Book`].
///
/// It has no clock: each call comes with its time, since the Unix epoch. A call whose time is
/// before the previous call's gets that call's stamp.
///
/// ```
/// use std::time::Duration;
/// use cliq_api::Endpoint;
/// use cliq_api::threads::FollowThreadRequest;
/// use cliq_sandbox::limits::{Limits, Throttle};
///
/// let mut throttle = Throttle::new(Limits::published());
/// let follow = FollowThreadRequest::META;
/// for second in 0..20 {
///     let verdict = throttle.arrive(Duration::from_secs(second), "855727961", follow);
///     assert!(verdict.is_allowed());
/// }
/// let verdict = throttle.arrive(Duration::from_secs(20), "855727961", follow);
/// assert_eq!(verdict.until(), Some(Duration::from_secs(20 + 10 * 60)));
/// assert_eq!(throttle.book().of::<FollowThreadRequest>("855727961").fullest, 21);
/// ```
#[derive(Debug, Clone)]
pub struct Throttle {
    limits: Limits,
    /// The buckets of known endpoints, by the addresses of their metadata.
    endpoints: HashMap<usize, Bucket>,
    urls: HashMap<Url, Bucket>,
    /// Per URL, the indexes of the rules that its calls count in.
    counted: Vec<Vec<usize>>,
    shapes: HashMap<Shape, usize>,
    rules: Vec<Rule>,
    /// Per user, the states by rule.
    users: HashMap<Arc<str>, Vec<State>>,
    /// Per rule, the counters of limits per app.
    app: Vec<Vec<Counter>>,
    /// The latest stamp.
    stamp: Duration,
    /// Without the tallies, which are in the users' states.
    book: Book,
}

/// A URL that a [`Throttle`] knows. For many calls it is faster than looking up the endpoint each
/// time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bucket(usize);

/// All limits of a shape, each with its lock.
#[derive(Debug, Clone)]
struct Rule {
    shape: Shape,
    limits: Vec<(Limit, Option<Duration>)>,
}

/// The state of one user and one shape.
#[derive(Debug, Clone, Default)]
struct State {
    /// One per limit; unused for a limit per app.
    counters: Vec<Counter>,
    tally: Tally,
}

/// The state of one limit.
#[derive(Debug, Clone, Default)]
struct Counter {
    calls: Calls,
    /// The first stamp at which the lock has ended, and the lock's number in the book.
    locked: Option<(Duration, Option<u64>)>,
}

/// A throttle's decision on a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The call is allowed.
    Allowed,
    /// The call exceeded the limit, and a lock began.
    #[non_exhaustive]
    Tripped {
        /// When calls are allowed again.
        until: Duration,
    },
    /// The call exceeded the limit of an endpoint without a lock.
    #[non_exhaustive]
    Full {
        /// When a call is allowed again.
        until: Duration,
    },
    /// The user is locked out.
    #[non_exhaustive]
    Locked {
        /// When calls are allowed again.
        until: Duration,
    },
}

impl Verdict {
    /// Returns whether the call is allowed.
    pub fn is_allowed(&self) -> bool {
        *self == Self::Allowed
    }

    /// Returns when calls are allowed again, if this one isn't.
    pub fn until(&self) -> Option<Duration> {
        match *self {
            Self::Allowed => None,
            Self::Tripped { until } | Self::Full { until } | Self::Locked { until } => Some(until),
        }
    }
}

impl Throttle {
    /// Returns a throttle without any calls.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            endpoints: HashMap::new(),
            urls: HashMap::new(),
            counted: Vec::new(),
            shapes: HashMap::new(),
            rules: Vec::new(),
            users: HashMap::new(),
            app: Vec::new(),
            stamp: Duration::ZERO,
            book: Book::new(book::KEPT),
        }
    }

    /// Sets how many arrivals, and how many locks, are kept: the latest ones. With 0 there are only
    /// totals. Drops those that were kept so far, but no totals.
    #[must_use]
    pub fn keep(mut self, most: usize) -> Self {
        self.book = Book {
            totals: self.book.totals,
            ..Book::new(most)
        };
        self
    }

    /// Replaces the limits. Counted calls and locks remain.
    pub fn set_limits(&mut self, limits: Limits) {
        // The clock may be set differently now.
        self.stamp = limits.stamp(self.limits.unstamp(self.stamp));
        self.limits = limits;
    }

    /// Returns the limits.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Returns the bucket of an endpoint. If a server can't distinguish several endpoints, all
    /// their limits apply as soon as the throttle knows them.
    pub fn bucket(&mut self, endpoint: &'static EndpointMeta) -> Bucket {
        let address = std::ptr::from_ref(endpoint).addr();
        if let Some(bucket) = self.endpoints.get(&address) {
            return *bucket;
        }
        let bucket = *self.urls.entry(Url::from(endpoint)).or_insert_with(|| {
            self.counted.push(Vec::new());
            Bucket(self.counted.len() - 1)
        });
        let shape = Shape::from(endpoint);
        let index = *self.shapes.entry(shape).or_insert_with(|| {
            let limits = Vec::new();
            self.rules.push(Rule { shape, limits });
            self.app.push(Vec::new());
            self.rules.len() - 1
        });
        self.rules[index].learn(endpoint);
        let counted = &mut self.counted[bucket.0];
        if !counted.contains(&index) {
            counted.push(index);
        }
        self.endpoints.insert(address, bucket);
        bucket
    }

    /// Records the arrival of a call, and decides on it.
    pub fn arrive(
        &mut self,
        now: Duration,
        user_id: &str,
        endpoint: &'static EndpointMeta,
    ) -> Verdict {
        let bucket = self.bucket(endpoint);
        self.arrive_at(now, user_id, bucket)
    }

    /// As [`arrive`](Self::arrive), for a known bucket.
    ///
    /// # Panics
    ///
    /// If the bucket is from another throttle.
    pub fn arrive_at(&mut self, now: Duration, user_id: &str, bucket: Bucket) -> Verdict {
        let limits = self.limits;
        let stamp = limits.stamp(now).max(self.stamp);
        self.stamp = stamp;
        if !self.users.contains_key(user_id) {
            self.users.insert(user_id.into(), Vec::new());
        }
        let states = self.users.get_mut(user_id).expect("it was put there");
        if states.len() < self.rules.len() {
            states.resize_with(self.rules.len(), State::default);
        }
        let counted = &self.counted[bucket.0];
        let mut verdict = Verdict::Allowed;
        let mut locks = 0;
        for &index in counted {
            let of_user = &mut states[index].counters;
            let of_app = &mut self.app[index];
            self.rules[index].each(of_user, of_app, |limit, lock, counter| {
                let judged = counter.judge(&limits, limit, lock, stamp);
                locks += u64::from(matches!(judged, Verdict::Tripped { .. }));
                verdict = verdict.or_stricter(judged);
            });
        }
        let refused = u64::from(!verdict.is_allowed());
        let counts = refused == 0 || limits.count_refused;
        let totals = &mut self.book.totals;
        for &index in counted {
            let State { counters, tally } = &mut states[index];
            tally.arrivals += 1;
            tally.refused += refused;
            tally.locks += locks;
            self.rules[index].each(counters, &mut self.app[index], |limit, _, counter| {
                counter.calls.push(stamp, counts);
                let all = counter.calls.all();
                totals.fullest = totals.fullest.max(all);
                tally.see(limit, all);
            });
        }
        totals.arrivals += 1;
        totals.refused += refused;
        totals.locks += locks;
        if self.book.arrivals.keeps() {
            self.write(now, user_id, bucket, verdict);
        }
        verdict
    }

    /// Records the call, and the locks that it began or extended.
    fn write(&mut self, now: Duration, user_id: &str, bucket: Bucket, verdict: Verdict) {
        let limits = self.limits;
        let (user_id, _) = self.users.get_key_value(user_id).expect("it was put there");
        let user_id = user_id.clone();
        let states = self.users.get_mut(&user_id).expect("it was put there");
        let mut called = None;
        for &index in &self.counted[bucket.0] {
            let rule = &self.rules[index];
            let shape = rule.shape;
            called.get_or_insert(shape);
            let of_user = &mut states[index].counters;
            rule.each(of_user, &mut self.app[index], |_, _, counter| {
                let Some((end, number)) = &mut counter.locked else {
                    return;
                };
                let until = limits.unstamp(*end);
                match number.and_then(|number| self.book.locks.get_mut(number)) {
                    Some(lock) => lock.until = until,
                    // The lock is no longer kept.
                    None if number.is_some() => {}
                    None => {
                        *number = Some(self.book.locks.push(Lock {
                            user_id: user_id.clone(),
                            shape,
                            from: now,
                            until,
                        }));
                    }
                }
            });
        }
        if let Some(shape) = called {
            self.book.arrivals.push(Arrival {
                at: now,
                user_id,
                shape,
                verdict,
            });
        }
    }

    /// Returns until when the user is locked out of the endpoint, as of `now`.
    pub fn locked_until(
        &self,
        now: Duration,
        user_id: &str,
        endpoint: &'static EndpointMeta,
    ) -> Option<Duration> {
        let bucket = self.urls.get(&Url::from(endpoint))?;
        let states = self.users.get(user_id);
        let ends = self.counted[bucket.0].iter().flat_map(|&index| {
            let of_user = states.and_then(|states| states.get(index));
            let of_user = of_user.into_iter().flat_map(|state| &state.counters);
            of_user.chain(&self.app[index])
        });
        let ends = ends.filter_map(|counter| counter.locked.map(|(end, _)| end));
        let end = ends.filter(|end| self.limits.stamp(now) < *end).max()?;
        Some(self.limits.unstamp(end))
    }

    /// Ends all locks and clears all windows. The book remains.
    pub fn forgive(&mut self) {
        for state in self.users.values_mut().flatten() {
            state.counters.clear();
        }
        self.app.iter_mut().for_each(Vec::clear);
    }

    /// Returns the totals of all users and shapes.
    pub fn totals(&self) -> Tally {
        self.book.totals
    }

    /// Returns a snapshot of the book.
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

impl Verdict {
    /// Returns the verdict that locks out for longer.
    fn or_stricter(self, other: Self) -> Self {
        let is_trip = |verdict: Self| matches!(verdict, Self::Tripped { .. });
        if (other.until(), is_trip(other)) > (self.until(), is_trip(self)) {
            other
        } else {
            self
        }
    }
}

impl Tally {
    /// Records how many calls a limit's window holds.
    fn see(&mut self, limit: Limit, all: u32) {
        // Compares the used shares of the limits.
        let share = |calls: u32, other: Limit| u64::from(calls) * u64::from(other.calls);
        let is_closer = |known| share(all, known) >= share(self.fullest, limit);
        if self.limit.is_none_or(is_closer) {
            self.limit = Some(limit);
            self.fullest = all;
        }
    }
}

impl Rule {
    /// Adds the endpoint's limits. If a limit is declared twice, the longer lock applies.
    fn learn(&mut self, endpoint: &EndpointMeta) {
        for &limit in endpoint.limits() {
            match self.limits.iter_mut().find(|(known, _)| *known == limit) {
                Some((_, lock)) => *lock = (*lock).max(endpoint.lock()),
                None => self.limits.push((limit, endpoint.lock())),
            }
        }
    }

    /// Calls `each` with every limit, its lock and its counter.
    fn each(
        &self,
        of_user: &mut Vec<Counter>,
        of_app: &mut Vec<Counter>,
        mut each: impl FnMut(Limit, Option<Duration>, &mut Counter),
    ) {
        for (index, &(limit, lock)) in self.limits.iter().enumerate() {
            let counters = if limit.per_app {
                &mut *of_app
            } else {
                &mut *of_user
            };
            if counters.len() <= index {
                counters.resize_with(self.limits.len(), Counter::default);
            }
            each(limit, lock, &mut counters[index]);
        }
    }
}

impl Counter {
    /// Decides on a call, which isn't counted yet.
    fn judge(
        &mut self,
        limits: &Limits,
        limit: Limit,
        lock: Option<Duration>,
        stamp: Duration,
    ) -> Verdict {
        self.forget(limits, limit, stamp);
        if limits.enforced {
            self.weigh(limits, limit, lock, stamp)
        } else {
            Verdict::Allowed
        }
    }

    /// Drops the calls that no window with this stamp contains.
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

/// Returns the beginning of the fixed window that contains the stamp.
fn beginning(stamp: Duration, per: Duration) -> Duration {
    let into = stamp.as_nanos().checked_rem(per.as_nanos()).unwrap_or(0);
    stamp.saturating_sub(Duration::from_nanos_u128(into))
}
