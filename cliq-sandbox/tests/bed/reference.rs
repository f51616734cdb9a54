//! Compares the state machine with a naive one that remembers everything.

use std::time::Duration;

use cliq_api::prelude::*;
use cliq_sandbox::limits::{Limits, Stamps, Throttle, Trips, Verdict, Window};

use super::SECOND;

#[endpoints(limit = "3/2s", lock = "5s")]
trait Small {
    #[endpoint(GET "/locked")]
    fn locked(&self);
    #[endpoint(GET "/unlocked", limit = "2/3s", lock = "1s")]
    fn short_lock(&self);
}

/// A trait has one `lock`, so a declaration without one needs another trait.
#[endpoints(limit = "2/2s")]
trait Lockless {
    #[endpoint(GET "/lockless")]
    fn lockless(&self);
}

#[derive(Debug, Clone, Copy)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "one for each roll of the dice"
)]
struct Rules {
    fixed: bool,
    at_limit: bool,
    whole: bool,
    extended: bool,
    count_refused: bool,
    skew: i128,
    calls: usize,
    per: i128,
    lock: Option<i128>,
}

impl Rules {
    fn limits(&self) -> Limits {
        let by = Duration::from_nanos(u64::try_from(self.skew.abs()).unwrap());
        let limits = Limits::published()
            .window(if self.fixed {
                Window::Fixed
            } else {
                Window::Rolling
            })
            .trips(if self.at_limit {
                Trips::AtLimit
            } else {
                Trips::PastLimit
            })
            .stamps(if self.whole {
                Stamps::WholeSeconds
            } else {
                Stamps::Exact
            })
            .calls_extend_locks(self.extended)
            .count_refused(self.count_refused);
        if self.skew < 0 {
            limits.clock_behind(by)
        } else {
            limits.clock_ahead(by)
        }
    }

    /// Returns whether `time` is at most `per` ago.
    fn within(&self, time: i128, now: i128, per: i128) -> bool {
        if self.whole {
            now - time <= per
        } else {
            now - time < per
        }
    }

    fn in_window(&self, time: i128, now: i128) -> bool {
        if self.fixed {
            time / self.per == now / self.per
        } else {
            self.within(time, now, self.per)
        }
    }
}

/// All calls of one user and endpoint, in nanoseconds of the server's time.
#[derive(Default)]
struct Naive {
    calls: Vec<(i128, bool)>,
    /// The start of the lock.
    locked_from: Option<i128>,
    arrivals: u64,
    refused: u64,
    locks: u64,
    fullest: usize,
}

#[derive(Debug, PartialEq, Eq)]
enum Said {
    Allowed,
    Tripped,
    Full,
    Locked,
}

impl Naive {
    fn arrive(&mut self, rules: &Rules, now: i128) -> Said {
        let second = 1_000_000_000;
        let now = now + rules.skew;
        let now = if rules.whole {
            now / second * second
        } else {
            now
        };
        let locked = match (self.locked_from, rules.lock) {
            (Some(from), Some(lock)) => rules.within(from, now, lock),
            _ => false,
        };
        let counted = self
            .calls
            .iter()
            .filter(|(time, counts)| *counts && rules.in_window(*time, now))
            .count();
        let most = if rules.at_limit {
            rules.calls - 1
        } else {
            rules.calls
        };
        let said = match () {
            () if locked => Said::Locked,
            () if counted < most => Said::Allowed,
            () if rules.lock.is_some() => Said::Tripped,
            () => Said::Full,
        };
        if said == Said::Tripped || said == Said::Locked && rules.extended {
            self.locked_from = Some(now);
        }
        self.calls
            .push((now, said == Said::Allowed || rules.count_refused));
        self.arrivals += 1;
        self.refused += u64::from(said != Said::Allowed);
        self.locks += u64::from(said == Said::Tripped);
        let held = self
            .calls
            .iter()
            .filter(|(time, _)| rules.in_window(*time, now))
            .count();
        self.fullest = self.fullest.max(held);
        said
    }

    /// Returns when the lock ends, in everyone's time.
    fn opens(&self, rules: &Rules) -> i128 {
        self.locked_from.unwrap()
            + rules.lock.unwrap()
            + if rules.whole { 1_000_000_000 } else { 0 }
            - rules.skew
    }
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// Returns a pause: often none, sometimes about a window or a lock, occasionally exactly a
    /// bound.
    fn pause(&mut self) -> u64 {
        let millisecond = 1_000_000;
        match self.roll(8) {
            0 | 1 => 0,
            2 => self.roll(400) * millisecond,
            3 => self.roll(1000) * millisecond + self.roll(1_000_000),
            4 => 500 * millisecond,
            5 => 1000 * millisecond,
            6 => 2000 * millisecond - self.roll(2),
            _ => self.roll(6_000) * millisecond,
        }
    }
}

#[test]
fn every_verdict_equals_the_reference() {
    let mut said_so_far = [0; 4];
    for seed in 0..640 {
        let mut dice = Dice(seed);
        let (endpoint, calls, per, lock) = match seed % 3 {
            0 => (LockedRequest::META, 3, 2, Some(5)),
            1 => (ShortLockRequest::META, 2, 3, Some(1)),
            _ => (LocklessRequest::META, 2, 2, None),
        };
        let nanos = |seconds: i128| seconds * 1_000_000_000;
        let rules = Rules {
            fixed: dice.roll(2) == 0,
            at_limit: dice.roll(2) == 0,
            whole: dice.roll(2) == 0,
            extended: dice.roll(2) == 0,
            count_refused: dice.roll(2) == 0,
            skew: (i128::from(dice.roll(3)) - 1) * i128::from(dice.roll(3_000_000_000)),
            calls,
            per: nanos(per),
            lock: lock.map(nanos),
        };
        let mut throttle = Throttle::new(rules.limits());
        let mut naive = [Naive::default(), Naive::default()];
        let mut now = Duration::from_secs(1_000);
        for call in 0..300 {
            now += Duration::from_nanos(dice.pause());
            let user = usize::from(dice.roll(4) == 0);
            let expected = naive[user].arrive(&rules, i128::try_from(now.as_nanos()).unwrap());
            let verdict = throttle.arrive(now, ["ryan", "scott"][user], endpoint);
            let said = match verdict {
                Verdict::Allowed => Said::Allowed,
                Verdict::Tripped { .. } => Said::Tripped,
                Verdict::Full { .. } => Said::Full,
                _ => Said::Locked,
            };
            assert_eq!(said, expected, "call {call} of {rules:?}, seed {seed}");
            said_so_far[said as usize] += 1;
            if let Verdict::Tripped { until, .. } | Verdict::Locked { until, .. } = verdict {
                let opens = naive[user].opens(&rules);
                assert_eq!(
                    i128::try_from(until.as_nanos()).unwrap(),
                    opens,
                    "call {call} of {rules:?}, seed {seed}"
                );
                assert_eq!(
                    throttle.locked_until(now, ["ryan", "scott"][user], endpoint),
                    Some(until)
                );
            }
            if let Verdict::Full { until, .. } = verdict {
                // Full until then, and not after.
                let later = |at: Duration| {
                    throttle
                        .clone()
                        .arrive(at, ["ryan", "scott"][user], endpoint)
                };
                assert!(
                    !later(until.saturating_sub(Duration::from_nanos(1)).max(now)).is_allowed(),
                    "{rules:?}, seed {seed}"
                );
                assert!(
                    rules.count_refused || later(until).is_allowed(),
                    "{rules:?}, seed {seed}"
                );
            }
        }
        let book = throttle.book();
        for (naive, user) in naive.iter().zip(["ryan", "scott"]) {
            let tally = book.tally(user, endpoint.into());
            assert_eq!(
                (
                    tally.arrivals,
                    tally.refused,
                    tally.locks,
                    tally.fullest as usize
                ),
                (naive.arrivals, naive.refused, naive.locks, naive.fullest),
                "{rules:?}, seed {seed}"
            );
        }
        let [one, other] = naive;
        let totals = throttle.totals();
        assert_eq!(
            (totals.arrivals, totals.locks),
            (300, one.locks + other.locks)
        );
        assert_eq!(totals.fullest as usize, one.fullest.max(other.fullest));
        assert_eq!(book.locks().count() as u64, totals.locks);
        assert_eq!(
            book.arrivals()
                .filter(|arrival| !arrival.verdict.is_allowed())
                .count() as u64,
            totals.refused
        );
    }
    assert!(
        said_so_far.iter().all(|count| *count > 1_000),
        "{said_so_far:?}"
    );
}

#[test]
fn kept_calls_are_bounded_and_totals_are_not() {
    for kept in [0, 10] {
        let mut throttle = Throttle::new(Limits::published()).keep(kept);
        for call in 0..1_000_u32 {
            throttle.arrive(SECOND * call, "ryan", LockedRequest::META);
        }
        for call in 0..10 {
            throttle.arrive(SECOND * 2_000 * call, "scott", LockedRequest::META);
        }
        let book = throttle.book();
        assert_eq!(book.arrivals().count(), kept);
        assert_eq!(book.totals().arrivals, 1_010);
        assert_eq!(book.of::<LockedRequest>("ryan").arrivals, 1_000);
        assert_eq!(book.totals().locks, 0);
        assert_eq!(
            book.fullest().map(|(user, _, tally)| (user, tally.fullest)),
            Some(("ryan", 2))
        );
    }
}

/// A call with an earlier time gets the stamp of the previous one.
#[test]
fn time_does_not_go_back() {
    let mut throttle = Throttle::new(Limits::published());
    throttle.arrive(10 * SECOND, "ryan", LockedRequest::META);
    for _ in 0..2 {
        assert!(
            throttle
                .arrive(SECOND, "ryan", LockedRequest::META)
                .is_allowed()
        );
    }
    assert_eq!(
        throttle.arrive(SECOND, "ryan", LockedRequest::META).until(),
        Some(15 * SECOND)
    );
}
