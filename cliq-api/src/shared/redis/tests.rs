//! Runs `bucket.lua` and a `Bucket` with the same calls, and compares results and stored states.

mod state;
mod tokens;

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

use super::calls::{Calls, Named, completed, decision, snapshot, source};
use super::place::Place;
use crate::limit::{
    Acquire, Bucket, BucketSpec, CallEnd, Complete, Decision, LeaseId, LimitSettings, LockPolicy,
    Priority, Quota, Rules, Source,
};
use crate::meta::Limit;

const LOOK: Duration = Duration::from_millis(500);

/// Returns the script with the time as its last argument, instead of the server's time.
fn timed() -> Script {
    let text = source("bucket.lua", include_str!("bucket.lua"));
    let timed = text.replace(
        "local now = server_time()",
        "local now = tonumber(ARGV[#ARGV])",
    );
    assert_ne!(*text, timed);
    Script::new(&timed)
}

/// The content of a bucket, decoded from its bytes.
#[derive(Debug, PartialEq, Eq)]
struct Content {
    base: u64,
    locked_until: u64,
    cautious_until: u64,
    late_until: u64,
    cold_until: u64,
    quota_until: u64,
    quota_left: u32,
    lock_from: u32,
    /// When slots become free.
    held: Vec<u64>,
    /// Names, ends and flags of leases.
    out: Vec<(u64, u64, u8)>,
}

impl Content {
    fn of(mut bytes: &[u8]) -> Self {
        fn take<const N: usize>(bytes: &mut &[u8]) -> [u8; N] {
            let (taken, rest) = bytes.split_first_chunk().unwrap();
            *bytes = rest;
            *taken
        }
        let bytes = &mut bytes;
        let [_version] = take(bytes);
        let [
            base,
            locked_until,
            cautious_until,
            late_until,
            cold_until,
            quota_until,
        ] = std::array::from_fn(|_| u64::from_be_bytes(take(bytes)));
        let [quota_left, lock_from, held] =
            std::array::from_fn(|_| u32::from_be_bytes(take(bytes)));
        let time = |stamp: [u8; 4]| base + u64::from(u32::from_be_bytes(stamp) >> 1);
        let held = (0..held).map(|_| time(take(bytes))).collect();
        let out = (0..u32::from_be_bytes(take(bytes))).map(|_| {
            let lease = u64::from_be_bytes(take(bytes));
            let ends = time(take(bytes));
            let [flags] = take(bytes);
            (lease, ends, flags)
        });
        let out = out.collect();
        assert!(bytes.is_empty());
        Self {
            base,
            locked_until,
            cautious_until,
            late_until,
            cold_until,
            quota_until,
            quota_left,
            lock_from,
            held,
            out,
        }
    }

    /// When something changes.
    fn moments(&self) -> Vec<u64> {
        let times = [
            self.locked_until,
            self.cautious_until,
            self.late_until,
            self.cold_until,
            self.quota_until,
        ];
        let ends = self.out.iter().map(|&(_, ends, _)| ends);
        times
            .into_iter()
            .chain(ends)
            .chain(self.held.iter().copied())
            .collect()
    }
}

/// A bucket here, which gets the same messages as one there.
struct Here {
    named: Named,
    bucket: Bucket,
    /// The epoch in which it was last made whole.
    whole_in: u64,
    /// Whether its bytes there can't be read.
    is_damaged: bool,
}

/// Several buckets, here and there.
struct Both<'s> {
    calls: Calls<'s>,
    connection: &'s mut Connection,
    here: Vec<Here>,
    birth: u64,
}

impl Here {
    /// What the script does before it handles a message.
    fn prepare(&mut self, now: u64, birth: u64) {
        let rules = &self.named.rules;
        if std::mem::take(&mut self.is_damaged) {
            self.bucket = Bucket::assume_lost(rules, now);
            self.whole_in = 0;
        } else {
            self.bucket.sanitize(now, rules);
        }
        if self.whole_in != birth {
            self.bucket.assume_used(now, rules, birth);
            self.whole_in = birth;
        }
    }
}

impl<'s> Both<'s> {
    fn with_one(
        rules: Rules,
        begun: u64,
        calls: Calls<'s>,
        connection: &'s mut Connection,
    ) -> Self {
        let named = Named {
            name: "bucket".to_owned(),
            rules,
        };
        let here = Here {
            named,
            bucket: Bucket::new(&rules, begun, 0),
            whole_in: 0,
            is_damaged: false,
        };
        Self {
            calls,
            connection,
            here: vec![here],
            birth: begun,
        }
    }

    fn tell(&mut self, call: &mut ScriptInvocation<'_>, now: u64) -> Vec<Vec<i64>> {
        call.arg(now).invoke(self.connection).unwrap()
    }

    fn named(&self, which: &[usize]) -> Vec<Named> {
        let named = which.iter().map(|&index| &self.here[index].named);
        named
            .map(|named| Named {
                name: named.name.clone(),
                rules: named.rules,
            })
            .collect()
    }

    fn prepare(&mut self, which: &[usize], now: u64) {
        // A clock that went back before that begins another epoch.
        self.birth = self.birth.min(now);
        for &index in which {
            self.here[index].prepare(now, self.birth);
        }
    }

    fn acquire(&mut self, which: &[usize], now: u64, ask: &Acquire) -> Vec<Decision> {
        self.prepare(which, now);
        let mut here = Vec::new();
        for &index in which {
            let Here { named, bucket, .. } = &mut self.here[index];
            let mut decision = bucket.acquire(now, &named.rules, ask);
            if let Decision::Wait {
                earliest, recheck, ..
            } = &mut decision
            {
                *recheck = (*recheck).min((*earliest).max(LOOK));
            }
            here.push(decision);
        }
        let is_granted = |decision: &Decision| matches!(decision, Decision::Granted { .. });
        if !here.iter().all(is_granted) {
            let unsent = Complete::new(ask.lease, ask.source, CallEnd::Unsent);
            for (&index, _) in which.iter().zip(&here).filter(|(_, one)| is_granted(one)) {
                let Here { named, bucket, .. } = &mut self.here[index];
                bucket.complete(now, &named.rules, &unsent);
            }
        }
        let there = self.tell(&mut self.calls.acquire(&self.named(which), ask), now);
        let there = there.iter().map(|one| decision(one, ask.source).unwrap());
        assert_eq!(there.collect::<Vec<_>>(), here);
        here
    }

    fn complete(&mut self, which: &[usize], now: u64, message: Complete) {
        self.prepare(which, now);
        let mut here = Vec::new();
        for &index in which {
            let Here { named, bucket, .. } = &mut self.here[index];
            if now < self.birth + named.rules.settles(0) {
                bucket.adopt(now, &named.rules, message.lease);
            }
            here.push(bucket.complete(now, &named.rules, &message));
        }
        let named = self.named(which).into_iter();
        let reports: Vec<_> = named.map(|named| (named, message)).collect();
        let there = self.tell(&mut self.calls.complete(&reports), now);
        let there = there
            .iter()
            .map(|one| completed(one, message.source).unwrap());
        assert_eq!(there.collect::<Vec<_>>(), here);
    }

    fn peek(&mut self, which: &[usize], now: u64, source: Source, priority: Priority) {
        let mut here = Vec::new();
        for &index in which {
            let Here { named, bucket, .. } = &self.here[index];
            let mut copy = Here {
                named: Named {
                    name: String::new(),
                    rules: named.rules,
                },
                bucket: bucket.clone(),
                ..self.here[index]
            };
            copy.prepare(now, self.birth.min(now));
            here.push(copy.bucket.peek(now, &named.rules, source, priority));
        }
        let there = self.tell(&mut self.calls.peek(&self.named(which), priority), now);
        let there = there.iter().map(|one| snapshot(one, source).unwrap());
        assert_eq!(there.collect::<Vec<_>>(), here);
    }

    /// Returns the time just before something changes, just then, or just after.
    fn near(&self, now: u64, rng: &mut Rng) -> u64 {
        let here = &self.here[rng.usize(..self.here.len())];
        let moments = Content::of(&here.bucket.encode()).moments();
        let near = |moment: &u64| (now..now + 4_000_000).contains(moment);
        let near: Vec<_> = moments.into_iter().filter(near).collect();
        let moment = rng.choice(&near).copied();
        moment.map_or(now, |moment| moment + rng.u64(..3) - 1)
    }

    /// Somebody changes what is stored: a time, or all of it.
    fn damage(&mut self, now: u64, rng: &mut Rng) {
        let index = rng.usize(..self.here.len());
        let Here {
            named,
            bucket,
            whole_in,
            is_damaged,
        } = &mut self.here[index];
        let key = self.calls.place.key("limit", &named.name);
        let mut bytes = bucket.encode();
        let most = 1 << rng.u32(1..30);
        let time = now + rng.u64(..most);
        let place = 1 + 8 * rng.usize(..6);
        bytes[place..place + 8].copy_from_slice(&time.to_be_bytes());
        if !Content::of(&bytes).out.is_empty()
            && let Some(flags) = bytes.last_mut()
        {
            // As earlier versions wrote it.
            *flags &= 3;
        }
        *bucket = Bucket::decode(&bytes).unwrap();
        *is_damaged = rng.u8(..4) == 0;
        let stored = [&whole_in.to_be_bytes(), &*bytes].concat();
        let length = if *is_damaged {
            rng.usize(..65)
        } else {
            stored.len()
        };
        let _: () = self.connection.set(key, &stored[..length]).unwrap();
    }

    /// The bytes are the same. A bucket that is no different from a new one may be gone.
    fn compare(&mut self, now: u64) {
        for Here {
            named,
            bucket,
            whole_in,
            is_damaged,
        } in &mut self.here
        {
            if *is_damaged {
                continue;
            }
            let there: Option<Vec<u8>> = self
                .connection
                .get(self.calls.place.key("limit", &named.name))
                .unwrap();
            match there {
                Some(bytes) => {
                    let (there_whole_in, bytes) = bytes.split_first_chunk::<8>().unwrap();
                    assert_eq!(u64::from_be_bytes(*there_whole_in), *whole_in);
                    assert_eq!(Bucket::decode(bytes).as_ref(), Ok(&*bucket));
                    assert_eq!(bytes, bucket.encode());
                }
                None => assert!(bucket.is_idle(now, &named.rules)),
            }
        }
    }
}

fn rules(rng: &mut Rng) -> Rules {
    let settings = LimitSettings::new()
        .cold_start(rng.bool())
        .headroom(rng.u32(..3))
        .reserved_for_urgent(rng.u32(..3))
        .retry_share(rng.u8(..=100))
        .permit_ttl(Duration::from_millis(rng.u64(..40_000)))
        .grace(Duration::from_secs(rng.u64(..200)))
        .margin(Duration::from_millis([0, 100, 1000, 5000][rng.usize(..4)]))
        .max_retry_after(Duration::from_secs([0, 1, 60, 3600][rng.usize(..4)]))
        .assumed_lock(rng.bool().then(|| Duration::from_secs(rng.u64(1..700))))
        .lock_policy(if rng.bool() {
            LockPolicy::Announced
        } else {
            LockPolicy::Longer
        });
    let mut spec = BucketSpec::new("", "");
    if rng.u8(..3) > 0 {
        let lock = if rng.u8(..8) == 0 { 0 } else { rng.u64(..700) };
        spec = spec.lock(Duration::from_secs(lock));
    }
    if rng.u8(..10) > 0 {
        let calls = if rng.u8(..8) == 0 { 400 } else { 25 };
        spec = spec.limit(Limit::new(
            rng.u32(1..calls),
            Duration::from_secs(rng.u64(1..120)),
        ));
    }
    Rules::new(&spec, &settings)
}

/// At least one of them, in any order.
fn some_of(count: usize, rng: &mut Rng) -> Vec<usize> {
    let mut which: Vec<_> = (0..count).collect();
    rng.shuffle(&mut which);
    which.truncate(rng.usize(1..=count));
    which
}

/// A new lease, or a known one.
fn ask(known: LeaseId, source: Source, rng: &mut Rng) -> Acquire {
    let lease = if rng.u8(..10) == 0 {
        known
    } else {
        LeaseId(rng.u64(..))
    };
    let timeout = if rng.u8(..40) == 0 {
        u64::MAX
    } else {
        rng.u64(..60_000)
    };
    Acquire::new(lease, source, Duration::from_millis(timeout)).retry(rng.u8(..3) == 0)
}

/// Any end, and at times a quota: of that limit, of another one, or of none.
fn report(lease: LeaseId, source: Source, limit: Option<u32>, rng: &mut Rng) -> Complete {
    let end = match rng.u8(..60) {
        0 => CallEnd::Throttled { retry_after: None },
        1 => CallEnd::Throttled {
            retry_after: Some(Duration::from_secs(rng.u64(..8000))),
        },
        2..6 => CallEnd::Unanswered,
        6..12 => CallEnd::Unsent,
        _ => CallEnd::Answered,
    };
    let quota = (rng.u8(..3) == 0).then(|| {
        let reset = Duration::from_millis(rng.u64(..200_000));
        let age = Duration::from_millis(rng.u64(..20_000));
        let quota = Quota::new(rng.u32(..12), reset).age(age);
        match (rng.u8(..3), limit) {
            (0, Some(limit)) => quota.of(limit),
            (1, _) => quota.of(rng.u32(..25)),
            _ => quota,
        }
    });
    Complete::new(lease, source, end).quota(quota)
}

/// Up to three buckets, each with its own rules.
fn buckets(now: u64, rng: &mut Rng) -> Vec<Here> {
    let count = rng.usize(1..=3);
    let here = |index| {
        let rules = rules(rng);
        Here {
            named: Named {
                name: format!("bucket {index}"),
                rules,
            },
            bucket: Bucket::new(&rules, now, 0),
            whole_in: 0,
            is_damaged: false,
        }
    };
    (0..count).map(here).collect()
}

fn connect(redis: &server::Redis) -> Connection {
    let client = redis::Client::open(redis.url()).unwrap();
    client.get_connection().unwrap()
}

/// The server's clock was a day ahead while calls were under way, whose processes then died.
#[test]
fn a_clock_that_was_ahead_blocks_no_longer_than_calls_last() {
    let redis = server::Redis::start(&["--appendonly", "no"]);
    let (mut connection, place) = (connect(&redis), Place::new(&redis.url()).unwrap());
    let script = timed();
    let settings = LimitSettings::new().cold_start(false);
    let spec = BucketSpec::new("", "").limit(Limit::new(5, Duration::from_mins(1)));
    let rules = Rules::new(&spec, &settings);
    let begun = 1_700_000_000_000;
    let calls = Calls {
        script: &script,
        place: &place,
    };
    let mut both = Both::with_one(rules, begun, calls, &mut connection);
    let ask = |lease| Acquire::new(LeaseId(lease), Source(1), Duration::from_secs(30));
    // An hour before, and a day later.
    both.acquire(&[0], begun, &ask(1));
    let answered = Complete::new(LeaseId(1), Source(1), CallEnd::Answered);
    both.complete(&[0], begun + 100, answered);
    let (now, day) = (begun + 3_600_000, 24 * 3_600_000);
    for lease in 2..=5 {
        let decisions = both.acquire(&[0], now + day, &ask(lease));
        assert!(matches!(decisions[..], [Decision::Granted { .. }]));
        both.compare(now + day);
    }
    let full = both.acquire(&[0], now, &ask(6));
    assert!(matches!(full[..], [Decision::Wait { .. }]));
    both.compare(now);
    // Twice a lease, which is the permit's and the call's minute, the grace, a window, and a
    // margin.
    let later = now + 2 * 66_000 + 120_000 + 61_000;
    let decisions = both.acquire(&[0], later, &ask(7));
    assert!(
        matches!(decisions[..], [Decision::Granted { .. }]),
        "{decisions:?}"
    );
    both.compare(later);
}

/// A bucket with a long window is never empty: its stamps are rebased while they count.
#[test]
fn stamps_that_count_are_rebased() {
    let redis = server::Redis::start(&["--appendonly", "no"]);
    let (mut connection, place) = (connect(&redis), Place::new(&redis.url()).unwrap());
    let script = timed();
    let settings = LimitSettings::new().cold_start(false);
    let day = Duration::from_hours(24);
    let rules = Rules::new(
        &BucketSpec::new("", "").limit(Limit::new(10, day)),
        &settings,
    );
    let begun = 1_700_000_000_000;
    let calls = Calls {
        script: &script,
        place: &place,
    };
    let mut both = Both::with_one(rules, begun, calls, &mut connection);
    // Longer than half of the milliseconds that a stamp holds.
    let rebased = begun + (1 << 29) + 1;
    let times = (0..12).map(|hours| rebased - 12 * 3_600_000 + hours * 3_600_000);
    let times = [begun].into_iter().chain(times).chain([
        rebased - 2,
        rebased - 1,
        rebased,
        rebased + 3_600_000,
    ]);
    for (lease, now) in (1..).zip(times) {
        let ask = Acquire::new(LeaseId(lease), Source(1), day / 2).retry(lease % 3 == 0);
        both.acquire(&[0], now, &ask);
        both.compare(now);
        if lease % 2 == 0 {
            let answered = Complete::new(LeaseId(lease), Source(1), CallEnd::Answered);
            both.complete(&[0], now, answered);
            both.compare(now);
        }
        let content = Content::of(&both.here[0].bucket.encode());
        let is_rebased = now >= rebased;
        assert_eq!(content.base, if is_rebased { rebased } else { begun });
        if is_rebased {
            assert!(
                content.held.len() > 3 && content.out.len() > 3,
                "{content:?}"
            );
        }
    }
}

/// Some time passes, or the clock is set.
fn later(now: u64, longest: u64, rng: &mut Rng) -> u64 {
    let passed = match rng.u32(..500) {
        // Long enough for time stamps to be rebased.
        0 => rng.u64(..3 << 30),
        1..20 => rng.u64(..700_000),
        _ => rng.u64(..longest),
    };
    let back = if rng.u8(..100) == 0 {
        rng.u64(..300_000)
    } else {
        0
    };
    now + passed - back
}

#[test]
fn the_script_does_what_the_bucket_does() {
    let redis = server::Redis::start(&["--appendonly", "no"]);
    let mut connection = connect(&redis);
    let place = Place::new(&redis.url()).unwrap();
    let script = timed();
    let seed = std::env::var("LIMITS_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("LIMITS_SEED={seed}");
    let mut rng = Rng::with_seed(seed);
    let (mut granted, mut locked, mut waits, mut cold, mut share_used) = (0, 0, 0, 0, 0);
    let mut part_granted = 0;
    for _ in 0..60 {
        let mut now = 1_700_000_000_000 + rng.u64(..1 << 40);
        let _: () = redis::cmd("FLUSHALL").query(&mut connection).unwrap();
        let calls = Calls {
            script: &script,
            place: &place,
        };
        let here = buckets(now, &mut rng);
        let count = here.len();
        let mut both = Both {
            calls,
            connection: &mut connection,
            here,
            birth: now,
        };
        // The epoch begins.
        let all: Vec<_> = (0..count).collect();
        both.acquire(
            &all,
            now,
            &Acquire::new(LeaseId(1), Source(1), Duration::ZERO),
        );
        let mut leases: Vec<LeaseId> = Vec::new();
        let longest = 1 << rng.u32(4..18);
        for _ in 0..200 {
            now = later(now, longest, &mut rng);
            if rng.u8(..50) == 0 {
                both.damage(now, &mut rng);
            }
            let is_near = rng.u8(..3) == 0;
            if is_near {
                now = both.near(now, &mut rng);
            }
            let which = some_of(count, &mut rng);
            let source = Source(rng.u32(1..4));
            let priority = if rng.bool() {
                Priority::Urgent
            } else {
                Priority::Normal
            };
            let known = rng.choice(&leases).copied().unwrap_or(LeaseId(rng.u64(..)));
            match rng.u8(..10) {
                0..5 => {
                    let ask = ask(known, source, &mut rng).priority(priority);
                    let decisions = both.acquire(&which, now, &ask);
                    let before = granted;
                    for decision in &decisions {
                        match decision {
                            Decision::Granted { .. } => granted += 1,
                            Decision::Wait { cold: true, .. } => cold += 1,
                            Decision::Wait { .. } => waits += 1,
                            Decision::ShareUsed => share_used += 1,
                            Decision::Locked(_) => locked += 1,
                        }
                    }
                    part_granted += usize::from((1..decisions.len()).contains(&(granted - before)));
                    leases.push(ask.lease);
                }
                5..9 => {
                    let limit = both.here[which[0]].named.rules.calls();
                    let mut report = report(known, source, limit, &mut rng);
                    if is_near && rng.u8(..4) == 0 {
                        report.end = CallEnd::Throttled { retry_after: None };
                    }
                    both.complete(&which, now, report);
                    if rng.u8(..10) > 0 {
                        leases.retain(|&lease| lease != known);
                    }
                }
                _ => {
                    both.peek(&which, now, source, priority);
                    continue;
                }
            }
            both.compare(now);
        }
    }
    let counts = [granted, locked, waits, cold, share_used, part_granted];
    assert!(
        granted > 500 && locked > 100 && waits > 100 && cold > 10 && share_used > 10,
        "{counts:?}"
    );
    assert!(part_granted > 100, "{counts:?}");
}
