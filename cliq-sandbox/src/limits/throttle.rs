//! The server's side of limits, as a pure state machine.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cliq_api::{EndpointMeta, Limit};

use super::book::{self, Arrival, Book, Lock, Tally};
use super::rules::{Limits, Trips, Window};
use super::shape::{Shape, Url};
use super::window::Calls;

/// Counts calls for each user and [`Shape`], or for all users if a limit is per app, refuses those
/// that exceed a limit, and keeps the [`Book`].
///
/// It has no clock: each call brings its time, since the Unix epoch. Time doesn't go back: a call
/// with an earlier time than the previous one gets the previous one's stamp.
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
    /// What the calls of each URL count in: positions of rules.
    counted: Vec<Vec<usize>>,
    shapes: HashMap<Shape, usize>,
    rules: Vec<Rule>,
    /// For each user and rule.
    users: HashMap<Arc<str>, Vec<State>>,
    /// For each rule, the count of all users together.
    app: Vec<Vec<Counter>>,
    /// The latest stamp.
    stamp: Duration,
    /// Without the tallies, which the users' states have.
    book: Book,
}

/// A URL that a [`Throttle`] knows: for many calls, quicker than looking at the endpoint each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bucket(usize);

/// All limits of a shape, each with its lock.
#[derive(Debug, Clone)]
struct Rule {
    shape: Shape,
    limits: Vec<(Limit, Option<Duration>)>,
}

/// One user, one shape.
#[derive(Debug, Clone, Default)]
struct State {
    /// One for each limit; of one per app it is unused.
    counters: Vec<Counter>,
    tally: Tally,
}

/// What one limit holds.
#[derive(Debug, Clone, Default)]
struct Counter {
    calls: Calls,
    /// The first stamp at which it is open again, and the lock's number in the book.
    locked: Option<(Duration, Option<u64>)>,
}

/// A throttle's answer to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It is let through.
    Allowed,
    /// It was one too many, and a lock began.
    #[non_exhaustive]
    Tripped {
        /// When calls are let through again.
        until: Duration,
    },
    /// It was one too many, where the endpoint has no lock.
    #[non_exhaustive]
    Full {
        /// When a call is let through again.
        until: Duration,
    },
    /// The user is shut out.
    #[non_exhaustive]
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

    /// The bucket of the endpoint. Of endpoints that a server can't tell apart, all limits hold
    /// from when the throttle knows them.
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

    /// Notes the call, and the locks that it began or extended.
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
                    // Of one that is noted no more.
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

    /// Until when the user is shut out of the endpoint, as of `now`.
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

    /// Lets everybody in again, and counts from nothing. The book stays.
    pub fn forgive(&mut self) {
        for state in self.users.values_mut().flatten() {
            state.counters.clear();
        }
        self.app.iter_mut().for_each(Vec::clear);
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

impl Verdict {
    /// The one of two that shuts out for longer.
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
    /// Notes how many calls a limit's window holds.
    fn see(&mut self, limit: Limit, all: u32) {
        // By the share of the limit that is used up.
        let share = |calls: u32, other: Limit| u64::from(calls) * u64::from(other.calls);
        let is_closer = |known| share(all, known) >= share(self.fullest, limit);
        if self.limit.is_none_or(is_closer) {
            self.limit = Some(limit);
            self.fullest = all;
        }
    }
}

impl Rule {
    /// Adds the endpoint's limits. Of one limit that is declared twice, the longer lock holds.
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
    /// Whether this limit admits a call, which isn't counted yet.
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
