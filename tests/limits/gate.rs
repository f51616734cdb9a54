//! What admits calls: buckets, buckets with injected bugs, or another limiter.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

use cliq_api::EndpointMeta;
use cliq_api::limit::{
    Acquire, Bucket, CallEnd, Complete, Decision, LeaseId, LimitSettings, Quota, Rules, Source,
};
use governor::clock::{Clock, FakeRelativeClock};
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota as GovernorQuota, RateLimiter};

use crate::spec;

/// The client's timeout.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// A limit that calls count in, per user or per app.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) endpoint: &'static EndpointMeta,
    pub(crate) per_app: bool,
}

/// A user, and the limits that the call counts in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'k> {
    pub(crate) user: u16,
    pub(crate) kind: &'k [usize],
}

pub(crate) enum Gate {
    Buckets {
        counted: Vec<(Counted, Rules)>,
        /// By the index in `counted`, and the user.
        buckets: HashMap<(usize, u16), Bucket>,
        misuse: Option<Misuse>,
    },
    /// A token bucket (GCRA).
    Governor {
        limiter: RateLimiter<
            NotKeyed,
            InMemoryState,
            FakeRelativeClock,
            NoOpMiddleware<<FakeRelativeClock as Clock>::Instant>,
        >,
        clock: FakeRelativeClock,
        now: u64,
    },
}

/// An injected bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misuse {
    /// Returns the slot when the call is sent, as if it had been answered.
    StampAtSending,
    /// Returns the slot when the caller is dropped.
    FreeOnCancel,
    /// Takes a slot only from the bucket with the lowest rate.
    StricterOnly,
    /// Counts per user what is limited per app.
    ApartByUser,
    /// Keeps the slots of the other buckets when one refuses.
    KeepsWhatItGot,
}

impl Gate {
    pub(crate) fn new(
        counted: &[Counted],
        settings: &LimitSettings,
        misuse: Option<Misuse>,
    ) -> Self {
        let rules = |one: &Counted| (*one, Rules::new(&spec(one.endpoint), settings));
        Self::Buckets {
            counted: counted.iter().map(rules).collect(),
            buckets: HashMap::new(),
            misuse,
        }
    }

    /// With as many calls as our limiter makes.
    pub(crate) fn governor(endpoint: &EndpointMeta) -> Self {
        let limit = endpoint.limits()[0];
        let calls = NonZeroU32::new(limit.calls - 1).unwrap();
        let quota = GovernorQuota::with_period(limit.per / calls.get())
            .unwrap()
            .allow_burst(calls);
        let clock = FakeRelativeClock::default();
        Self::Governor {
            limiter: RateLimiter::direct_with_clock(quota, clock.clone()),
            clock,
            now: 0,
        }
    }

    pub(crate) fn acquire(
        &mut self,
        now: u64,
        lease: u64,
        retry: bool,
        caller: Caller<'_>,
    ) -> Decision {
        match self {
            Self::Buckets { misuse, .. } => {
                let keeps = *misuse == Some(Misuse::KeepsWhatItGot);
                let ask = Acquire::new(LeaseId(lease), Source(1), TIMEOUT).retry(retry);
                let mut refused = None;
                let order = self.order(caller);
                for &index in &order {
                    let (bucket, rules) = self.bucket(index, caller.user);
                    match bucket.acquire(now, &rules, &ask) {
                        Decision::Granted { .. } => {}
                        other => refused = Some(worse(refused, other)),
                    }
                }
                let Some(refused) = refused else {
                    return Decision::Granted { ttl: TIMEOUT };
                };
                if !keeps {
                    self.report(now, lease, CallEnd::Unsent, caller);
                }
                refused
            }
            Self::Governor {
                limiter,
                clock,
                now: last,
            } => {
                clock.advance(Duration::from_millis(now - *last));
                *last = now;
                match limiter.check() {
                    Ok(()) => Decision::Granted { ttl: TIMEOUT },
                    Err(until) => {
                        let wait = until
                            .wait_time_from(clock.now())
                            .max(Duration::from_millis(1));
                        Decision::Wait {
                            earliest: wait,
                            recheck: wait,
                            cold: false,
                        }
                    }
                }
            }
        }
    }

    pub(crate) fn sending(&mut self, now: u64, lease: u64, caller: Caller<'_>) {
        if self.misuse() == Some(Misuse::StampAtSending) {
            self.report(now, lease, CallEnd::Answered, caller);
        }
    }

    /// Drops the caller and the exchange.
    pub(crate) fn cancel(&mut self, now: u64, lease: u64, caller: Caller<'_>) {
        let end = if self.misuse() == Some(Misuse::FreeOnCancel) {
            CallEnd::Unsent
        } else {
            CallEnd::Unanswered
        };
        self.report(now, lease, end, caller);
    }

    pub(crate) fn report(&mut self, now: u64, lease: u64, end: CallEnd, caller: Caller<'_>) {
        self.report_with(now, lease, end, caller, None);
    }

    /// Reports an outcome with the quota in the response.
    pub(crate) fn report_with(
        &mut self,
        now: u64,
        lease: u64,
        end: CallEnd,
        caller: Caller<'_>,
        quota: Option<Quota>,
    ) {
        for index in self.order(caller) {
            let Self::Buckets { counted, .. } = &*self else {
                return;
            };
            let limit = counted[index]
                .0
                .endpoint
                .limits()
                .first()
                .map(|limit| limit.calls);
            let quota = quota.filter(|quota| quota.limit == limit);
            let message = Complete::new(LeaseId(lease), Source(1), end).quota(quota);
            let (bucket, rules) = self.bucket(index, caller.user);
            bucket.complete(now, &rules, &message);
        }
    }

    fn misuse(&self) -> Option<Misuse> {
        match self {
            Self::Buckets { misuse, .. } => *misuse,
            Self::Governor { .. } => None,
        }
    }

    /// Returns the buckets of a call, the longest window first.
    fn order(&self, caller: Caller<'_>) -> Vec<usize> {
        let Self::Buckets {
            counted, misuse, ..
        } = self
        else {
            return Vec::new();
        };
        let limit = |index: &usize| counted[*index].0.endpoint.limits()[0];
        let mut order = caller.kind.to_vec();
        order.sort_by_key(|index| Reverse(limit(index).per));
        if *misuse == Some(Misuse::StricterOnly) {
            let rate =
                |index: &usize| f64::from(limit(index).calls) / limit(index).per.as_secs_f64();
            order.sort_by(|one, other| rate(one).total_cmp(&rate(other)));
            order.truncate(1);
        }
        order
    }

    fn bucket(&mut self, index: usize, user: u16) -> (&mut Bucket, Rules) {
        let Self::Buckets {
            counted,
            buckets,
            misuse,
        } = self
        else {
            unreachable!("governor has no buckets")
        };
        let (one, rules) = counted[index];
        let is_shared = one.per_app && *misuse != Some(Misuse::ApartByUser);
        let user = if is_shared { 0 } else { user };
        let bucket = buckets
            .entry((index, user))
            .or_insert_with(|| Bucket::new(&rules, 0, 0));
        (bucket, rules)
    }
}

/// Returns the decision with the longer wait.
fn worse(one: Option<Decision>, other: Decision) -> Decision {
    let wait = |decision: &Decision| match decision {
        Decision::Wait { earliest, .. } => *earliest,
        Decision::Locked(locked) => locked.left,
        _ => Duration::MAX,
    };
    match one {
        Some(one) if wait(&one) >= wait(&other) => one,
        _ => other,
    }
}
