//! Runs `bucket.lua` and a `Bucket` with the same calls, and compares results and stored states.

// The server that the tests of the workspace use.
#[allow(
    dead_code,
    unreachable_pub,
    clippy::pedantic,
    reason = "another package's"
)]
#[path = "../../../../tests/src/redis.rs"]
mod server;

use std::time::Duration;

use fastrand::Rng;
use redis::{Commands, Connection, Script, ScriptInvocation};

use super::calls::{BUCKET, Calls, completed, decision, seen};
use super::place::Place;
use crate::limit::{
    Acquire, Bucket, BucketSpec, CallEnd, Complete, Decision, LeaseId, LimitSettings, Priority,
    Rules, Source,
};
use crate::meta::Limit;

const NAME: &str = "bucket";
const LOOK: Duration = Duration::from_millis(500);

/// Returns the script with the time as its last argument, instead of the server's time.
fn timed() -> Script {
    let timed = BUCKET.replace(
        "local now = server_time()",
        "local now = tonumber(ARGV[#ARGV])",
    );
    assert_ne!(BUCKET, timed);
    Script::new(&timed)
}

/// A bucket in Redis, and one here that gets the same calls.
struct Both<'s> {
    calls: Calls<'s>,
    connection: &'s mut Connection,
    here: Bucket,
    /// The epoch in which the bucket here was last completed.
    whole_in: u64,
    /// The start of the script's epoch.
    birth: u64,
}

impl Both<'_> {
    fn tell(&mut self, call: &mut ScriptInvocation<'_>, now: u64) -> Vec<i64> {
        call.arg(now).invoke(self.connection).unwrap()
    }

    /// Repeats what the script does before each command.
    fn prepare(&mut self, now: u64, rules: &Rules) {
        // A clock that went back before the epoch starts another one.
        self.birth = self.birth.min(now);
        self.here.sanitize(now, rules);
        if self.whole_in != self.birth {
            self.here.assume_used(now, rules, self.birth);
            self.whole_in = self.birth;
        }
    }

    fn acquire(&mut self, now: u64, rules: &Rules, ask: &Acquire) -> Decision {
        self.prepare(now, rules);
        let here = match self.here.acquire(now, rules, ask) {
            Decision::Wait { earliest, recheck } => Decision::Wait {
                earliest,
                recheck: recheck.min(earliest.max(LOOK)),
            },
            decision => decision,
        };
        let there = self.tell(&mut self.calls.acquire(NAME, rules, ask), now);
        assert_eq!(decision(&there, ask.source).unwrap(), here);
        here
    }

    fn complete(&mut self, now: u64, rules: &Rules, end: Complete) {
        self.prepare(now, rules);
        if now < self.birth + rules.settles(0) {
            self.here.adopt(now, rules, end.lease);
        }
        let here = self.here.complete(now, rules, &end);
        let there = self.tell(&mut self.calls.complete(NAME, rules, &end), now);
        assert_eq!(completed(&there, end.source).unwrap(), here);
    }

    fn look(&mut self, now: u64, rules: &Rules, source: Source, priority: Priority) {
        let mut here = self.here.clone();
        here.sanitize(now, rules);
        if now < self.birth {
            here.assume_used(now, rules, now);
        }
        let here = here.peek(now, rules, source, priority);
        let there = self.tell(&mut self.calls.look(NAME, rules, source, priority), now);
        assert_eq!(seen(&there, source).unwrap(), here);
    }

    /// Compares the bytes. A bucket without information may be missing in Redis.
    fn compare(&mut self, now: u64, rules: &Rules) {
        let there: Option<Vec<u8>> = self
            .connection
            .get(self.calls.place.key("limit", NAME))
            .unwrap();
        match there {
            Some(bytes) => {
                let (whole_in, bytes) = bytes.split_first_chunk::<8>().unwrap();
                assert_eq!(u64::from_be_bytes(*whole_in), self.whole_in);
                assert_eq!(Bucket::decode(bytes).as_ref(), Ok(&self.here));
                assert_eq!(bytes, self.here.encode());
            }
            None => assert!(self.here.is_idle(now, rules)),
        }
    }
}

fn rules(rng: &mut Rng) -> Rules {
    let settings = LimitSettings::new()
        .cold_start(rng.bool())
        .reserved_for_urgent(rng.u32(..3))
        .retry_share(rng.u8(..=100))
        .permit_ttl(Duration::from_millis(rng.u64(..40_000)))
        .grace(Duration::from_secs(rng.u64(..200)));
    let spec = BucketSpec::new("", "").lock(Duration::from_secs(rng.u64(1..700)));
    let limit = Limit::new(rng.u32(1..25), Duration::from_secs(rng.u64(1..120)));
    let is_limited = rng.u8(..10) > 0;
    Rules::new(
        &if is_limited { spec.limit(limit) } else { spec },
        &settings,
    )
}

#[test]
fn the_script_does_what_the_bucket_does() {
    let redis = server::Redis::start(&["--appendonly", "no"]);
    let mut connection = redis::Client::open(redis.url())
        .unwrap()
        .get_connection()
        .unwrap();
    let place = Place::new(&redis.url()).unwrap();
    let script = timed();
    let seed = std::env::var("LIMITS_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("LIMITS_SEED={seed}");
    let mut rng = Rng::with_seed(seed);
    let (mut granted, mut locked, mut waits, mut behind) = (0, 0, 0, 0);
    for _ in 0..40 {
        let rules = rules(&mut rng);
        let mut now = 1_700_000_000_000 + rng.u64(..1 << 40);
        let _: () = redis::cmd("FLUSHALL").query(&mut connection).unwrap();
        let calls = Calls {
            script: &script,
            place: &place,
        };
        let mut both = Both {
            calls,
            connection: &mut connection,
            here: Bucket::new(&rules, now, 0),
            whole_in: 0,
            birth: now,
        };
        let mut leases: Vec<LeaseId> = Vec::new();
        // Starts the epoch.
        both.acquire(
            now,
            &rules,
            &Acquire::new(LeaseId(1), Source(1), Duration::ZERO),
        );
        let longest = 1 << rng.u32(4..18);
        for _ in 0..200 {
            now += match rng.u32(..500) {
                // Long enough for time stamps to be rebased.
                0 => rng.u64(..3 << 30),
                1..20 => rng.u64(..700_000),
                _ => rng.u64(..longest),
            };
            if rng.u8(..100) == 0 {
                // The clock was set.
                now -= rng.u64(..300_000);
            }
            let source = Source(rng.u32(1..4));
            let priority = if rng.bool() {
                Priority::Urgent
            } else {
                Priority::Normal
            };
            let known = if leases.is_empty() {
                LeaseId(rng.u64(..))
            } else {
                leases[rng.usize(..leases.len())]
            };
            match rng.u8(..10) {
                0..5 => {
                    let lease = if rng.u8(..10) == 0 {
                        known
                    } else {
                        LeaseId(rng.u64(..))
                    };
                    let timeout = Duration::from_millis(if rng.u8(..40) == 0 {
                        u64::MAX
                    } else {
                        rng.u64(..60_000)
                    });
                    let ask = Acquire::new(lease, source, timeout)
                        .priority(priority)
                        .retry(rng.u8(..3) == 0);
                    match both.acquire(now, &rules, &ask) {
                        Decision::Granted { .. } => {
                            granted += 1;
                            leases.push(lease);
                        }
                        Decision::Wait { .. } => waits += 1,
                        Decision::ShareUsed => behind += 1,
                        Decision::Locked(_) => locked += 1,
                    }
                }
                5..9 => {
                    let end = match rng.u8(..60) {
                        0 => CallEnd::Throttled { retry_after: None },
                        1 => CallEnd::Throttled {
                            retry_after: Some(Duration::from_secs(rng.u64(..8000))),
                        },
                        2..6 => CallEnd::Unanswered,
                        6..12 => CallEnd::Unsent,
                        _ => CallEnd::Answered,
                    };
                    both.complete(now, &rules, Complete::new(known, source, end));
                    if rng.u8(..10) > 0 {
                        leases.retain(|&lease| lease != known);
                    }
                }
                _ => {
                    both.look(now, &rules, source, priority);
                    continue;
                }
            }
            both.compare(now, &rules);
        }
    }
    assert!(
        granted > 500 && locked > 100 && waits > 100 && behind > 10,
        "{granted} {locked} {waits} {behind}"
    );
}
