//! How many calls a server counts in a window, simulated for several limiters: the same calls over
//! the same network, in milliseconds. No time passes, and every run has the same result.
//!
//! The server allows 20 calls in any 60 seconds, and each limiter is set to 19, as ours is by
//! default. Calls always wait. The server counts a call when it arrives. The network takes up to a
//! second for each way, and passes nothing on between 0:30 and 0:40.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use cliq_api::limit::{
    Acquire, Bucket, CallEnd, Complete, Decision, LeaseId, LimitSettings, Rules, Source,
};
use governor::clock::{Clock, FakeRelativeClock};
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use crate::published;

const LIMIT: usize = 20;
const CALLS: u32 = 19;
const WINDOW: u64 = 60_000;
const END: u64 = 180_000;
const STALL: std::ops::Range<u64> = 30_000..40_000;
const TIMEOUT: Duration = Duration::from_secs(30);

/// Simulates each limiter, and writes when its calls arrived to `save`.
pub(crate) fn measure(save: Option<&Path>) -> io::Result<()> {
    let all: [(&str, Vec<u64>); 4] = [
        ("this crate", arrivals(&mut Ours::new())),
        ("token bucket", arrivals(&mut TokenBucket::new())),
        ("stamped when sent", arrivals(&mut Stamped::default())),
        ("GCRA, evenly spaced", arrivals(&mut Spaced::new())),
    ];
    println!("calls that a server counts in its fullest window, where {LIMIT} are allowed");
    let mut data = format!(
        "# Simulated: {LIMIT} calls in 60 s are allowed, each limiter is set to {CALLS}, and calls \
         always wait. Latencies are up to 2 s, and the network stalls from 0:30 to 0:40. GCRA is \
         governor 0.10.\n\
         limiter;arrived_ms\n"
    );
    for (name, arrived) in &all {
        println!("  {name:<20} {:>3}", fullest(arrived));
        for at in arrived {
            let _ = writeln!(data, "{name};{at}");
        }
    }
    save.map_or(Ok(()), |path| fs::write(path, data))
}

/// The most calls in any window.
fn fullest(arrived: &[u64]) -> usize {
    let counted = |&at: &u64| {
        let begins = arrived.partition_point(|&other| other + WINDOW <= at);
        let ends = arrived.partition_point(|&other| other <= at);
        ends - begins
    };
    arrived.iter().map(counted).max().unwrap_or(0)
}

trait Limiter {
    /// Whether a call may be sent now.
    fn allows(&mut self, now: u64, call: u64) -> bool;

    /// The call was answered.
    fn answered(&mut self, _now: u64, _call: u64) {}
}

/// When calls arrive, in order.
fn arrivals(limiter: &mut impl Limiter) -> Vec<u64> {
    let mut random = Random(20);
    let (mut arrived, mut under_way) = (Vec::new(), Vec::new());
    let mut calls = 0;
    for now in 0..END {
        under_way.retain(|&(answered, call)| {
            if answered == now {
                limiter.answered(now, call);
            }
            answered > now
        });
        while limiter.allows(now, calls) {
            let at = delivered(now + random.latency());
            arrived.push(at);
            under_way.push((delivered(at + random.latency()).max(now + 1), calls));
            calls += 1;
        }
    }
    arrived.retain(|&at| at < END);
    arrived.sort_unstable();
    arrived
}

/// When something arrives that would arrive at that time, were there no stall.
fn delivered(at: u64) -> u64 {
    if STALL.contains(&at) {
        STALL.end + at % 500
    } else {
        at
    }
}

/// SplitMix64, which is the same everywhere.
struct Random(u64);

impl Random {
    /// Of one way: mostly short.
    fn latency(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let part = (x ^ (x >> 31)) % 1000;
        20 + part * part / 1000
    }
}

/// The rule of this crate: a slot is held until the response, and a window and a margin.
struct Ours {
    bucket: Bucket,
    rules: Rules,
}

impl Ours {
    fn new() -> Self {
        let rules = Rules::new(&published(), &LimitSettings::new().cold_start(false));
        Self {
            bucket: Bucket::new(&rules, 0, 0),
            rules,
        }
    }
}

impl Limiter for Ours {
    fn allows(&mut self, now: u64, call: u64) -> bool {
        let ask = Acquire::new(LeaseId(call), Source(1), TIMEOUT);
        let decision = self.bucket.acquire(now, &self.rules, &ask);
        matches!(decision, Decision::Granted { .. })
    }

    fn answered(&mut self, now: u64, call: u64) {
        let end = Complete::new(LeaseId(call), Source(1), CallEnd::Answered);
        self.bucket.complete(now, &self.rules, &end);
    }
}

/// A call takes a token, and a token comes back every 60/19 seconds.
struct TokenBucket {
    tokens: u32,
    refilled: u64,
}

impl TokenBucket {
    fn new() -> Self {
        Self {
            tokens: CALLS,
            refilled: 0,
        }
    }
}

impl Limiter for TokenBucket {
    fn allows(&mut self, now: u64, _call: u64) -> bool {
        let every = WINDOW.div_ceil(CALLS.into());
        if self.tokens == CALLS {
            self.refilled = now;
        } else if now >= self.refilled + every {
            self.tokens += 1;
            self.refilled += every;
        }
        let allowed = self.tokens > 0;
        self.tokens -= u32::from(allowed);
        allowed
    }
}

/// At most 19 calls are sent in any 60 seconds.
#[derive(Default)]
struct Stamped(VecDeque<u64>);

impl Limiter for Stamped {
    fn allows(&mut self, now: u64, _call: u64) -> bool {
        while self.0.front().is_some_and(|&sent| sent + WINDOW <= now) {
            self.0.pop_front();
        }
        let allowed = self.0.len() < CALLS as usize;
        if allowed {
            self.0.push_back(now);
        }
        allowed
    }
}

/// governor, without a burst: a call each 60/19 seconds.
struct Spaced {
    limiter: RateLimiter<
        NotKeyed,
        InMemoryState,
        FakeRelativeClock,
        NoOpMiddleware<<FakeRelativeClock as Clock>::Instant>,
    >,
    clock: FakeRelativeClock,
    now: u64,
}

impl Spaced {
    fn new() -> Self {
        let calls = NonZeroU32::new(CALLS).expect("some");
        let quota = Quota::per_minute(calls).allow_burst(NonZeroU32::MIN);
        let clock = FakeRelativeClock::default();
        Self {
            limiter: RateLimiter::direct_with_clock(quota, clock.clone()),
            clock,
            now: 0,
        }
    }
}

impl Limiter for Spaced {
    fn allows(&mut self, now: u64, _call: u64) -> bool {
        self.clock.advance(Duration::from_millis(now - self.now));
        self.now = now;
        self.limiter.check().is_ok()
    }
}
