//! What lets calls through: the bucket, the bucket used wrongly on purpose, or another limiter in
//! its place.

use std::num::NonZeroU32;
use std::time::Duration;

use cliq_api::EndpointMeta;
use cliq_api::limit::{
    Acquire, Bucket, CallEnd, Complete, Decision, LeaseId, LimitSettings, Rules, Source,
};
use governor::clock::{Clock, FakeRelativeClock};
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use crate::spec;

/// The client gives up on a call after this time.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) enum Gate {
    Bucket {
        bucket: Box<Bucket>,
        rules: Rules,
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

/// What a call does wrong on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misuse {
    /// It gives back its slot when it is sent, as if it had been answered.
    StampAtSending,
    /// It gives back its slot when its caller goes away.
    FreeOnCancel,
}

impl Gate {
    pub(crate) fn bucket(
        endpoint: &EndpointMeta,
        settings: &LimitSettings,
        misuse: Option<Misuse>,
    ) -> Self {
        let rules = Rules::new(&spec(endpoint), settings);
        Self::Bucket {
            bucket: Box::new(Bucket::new(&rules, 0, 0)),
            rules,
            misuse,
        }
    }

    /// With as many calls as ours makes.
    pub(crate) fn governor(endpoint: &EndpointMeta) -> Self {
        let limit = endpoint.limit().unwrap();
        let calls = NonZeroU32::new(limit.calls - 1).unwrap();
        let quota = Quota::with_period(limit.per / calls.get())
            .unwrap()
            .allow_burst(calls);
        let clock = FakeRelativeClock::default();
        Self::Governor {
            limiter: RateLimiter::direct_with_clock(quota, clock.clone()),
            clock,
            now: 0,
        }
    }

    pub(crate) fn acquire(&mut self, now: u64, lease: u64, retry: bool) -> Decision {
        match self {
            Self::Bucket { bucket, rules, .. } => bucket.acquire(
                now,
                rules,
                &Acquire::new(LeaseId(lease), Source(1), TIMEOUT).retry(retry),
            ),
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

    pub(crate) fn sending(&mut self, now: u64, lease: u64) {
        if let Self::Bucket {
            bucket,
            rules,
            misuse: Some(Misuse::StampAtSending),
        } = self
        {
            bucket.complete(
                now,
                rules,
                &Complete::new(LeaseId(lease), Source(1), CallEnd::Answered),
            );
        }
    }

    /// The caller goes away, and the exchange with it.
    pub(crate) fn cancel(&mut self, now: u64, lease: u64) {
        if let Self::Bucket {
            bucket,
            rules,
            misuse,
        } = self
        {
            let end = if *misuse == Some(Misuse::FreeOnCancel) {
                CallEnd::Unsent
            } else {
                CallEnd::Unanswered
            };
            bucket.complete(now, rules, &Complete::new(LeaseId(lease), Source(1), end));
        }
    }

    pub(crate) fn complete(&mut self, now: u64, lease: u64, end: CallEnd) {
        if let Self::Bucket { bucket, rules, .. } = self {
            bucket.complete(now, rules, &Complete::new(LeaseId(lease), Source(1), end));
        }
    }
}
