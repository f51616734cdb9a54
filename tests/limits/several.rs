//! Calls that count in several buckets: each limit is kept, with a slot in all of them or in none.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cliq_api::limit::{
    AcquireOptions, BucketId, BucketSpec, LimitRefusal, LimitSettings, Limiter, Outcome, Permit,
    Priority, WaitPolicy,
};
use cliq_api::{Limit, UserKey};
use cliq_sandbox::limits::{Limits, Throttle};
use fastrand::Rng;
use tokio::time::{Instant, sleep, timeout};

use crate::faults::counted;
use crate::latency::Latency;
use crate::simulations::seed;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

fn limiter() -> Limiter {
    Limiter::new(LimitSettings::new().cold_start(false), None)
}

fn spec(name: &str, calls: u32, per: Duration) -> BucketSpec {
    BucketSpec::new("server", name).limit(Limit::new(calls, per))
}

fn fast() -> AcquireOptions {
    AcquireOptions::new().wait_policy(WaitPolicy::FailFast)
}

async fn now(limiter: &Limiter, buckets: &[BucketId]) -> Result<Permit, LimitRefusal> {
    limiter.acquire(buckets, None, fast()).await
}

fn answer(mut permit: Permit) {
    permit.sending().unwrap();
    permit.answered(Outcome::Accepted);
}

/// Calls until a call would have to wait. Returns the number of calls, and that wait.
async fn spend(limiter: &Limiter, user: Option<&UserKey>, buckets: &[BucketId]) -> (u32, Duration) {
    let mut made = 0;
    loop {
        match limiter.acquire(buckets, user, fast()).await {
            Ok(permit) => answer(permit),
            Err(refusal) => return (made, refusal.wait().unwrap()),
        }
        made += 1;
    }
}

async fn remaining(limiter: &Limiter, bucket: BucketId) -> u32 {
    let state = limiter.limits(None).of(&[bucket]).await.unwrap();
    state.remaining.unwrap()
}

/// 20 per minute and 30 per five minutes, named in either order.
#[tokio::test(start_paused = true)]
async fn each_of_two_windows_is_kept() {
    for swapped in [false, true] {
        let limiter = limiter();
        let mut buckets = [
            limiter.bucket(spec("GET /", 20, MINUTE)),
            limiter.bucket(spec("GET /", 30, 5 * MINUTE)),
        ];
        assert_ne!(buckets[0], buckets[1], "the limit is a part of the bucket");
        if swapped {
            buckets.reverse();
        }
        let (made, wait) = spend(&limiter, None, &buckets).await;
        assert_eq!((made, wait.as_secs()), (19, 61));
        sleep(wait).await;
        let (made, wait) = spend(&limiter, None, &buckets).await;
        assert_eq!((made, wait.as_secs()), (10, 4 * 60));
        sleep(wait).await;
        assert_eq!(spend(&limiter, None, &buckets).await.0, 19);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_refused_leaves_no_slot_taken() {
    let limiter = limiter();
    let [wide, narrow] = [
        limiter.bucket(spec("all", 100, MINUTE)),
        limiter.bucket(spec("one", 5, SECOND)),
    ];
    assert_eq!(spend(&limiter, None, &[wide, narrow]).await.0, 4);
    for _ in 0..10 {
        assert!(now(&limiter, &[wide, narrow]).await.is_err());
        assert!(now(&limiter, &[narrow, wide]).await.is_err());
    }
    assert_eq!(remaining(&limiter, wide).await, 99 - 4);
    // Includes calls that are dropped while waiting.
    for _ in 0..10 {
        let buckets = [wide, narrow];
        let call = limiter.acquire(&buckets, None, AcquireOptions::new());
        assert!(timeout(SECOND / 10, call).await.is_err());
    }
    assert_eq!(remaining(&limiter, wide).await, 99 - 4);
    let state = limiter.limits(None).of(&[wide, narrow]).await.unwrap();
    assert_eq!((state.remaining, state.waiting), (Some(0), 0));
}

#[tokio::test(start_paused = true)]
async fn a_permit_is_of_all_its_buckets() {
    let limiter = limiter();
    let buckets = [
        limiter.bucket(spec("all", 10, MINUTE)),
        limiter.bucket(spec("one", 5, MINUTE)),
    ];
    let left = async || {
        [
            remaining(&limiter, buckets[0]).await,
            remaining(&limiter, buckets[1]).await,
        ]
    };
    // A bucket that is named twice counts once.
    let [one, other] = buckets;
    let permit = now(&limiter, &[one, other, one]).await.unwrap();
    assert_eq!(left().await, [8, 3]);
    drop(permit);
    assert_eq!(left().await, [9, 4], "given back");
    answer(now(&limiter, &buckets).await.unwrap());
    assert_eq!(left().await, [8, 3]);
    let mut lost = now(&limiter, &buckets).await.unwrap();
    lost.sending().unwrap();
    drop(lost);
    assert_eq!(left().await, [1, 1], "one at a time, without a response");
}

#[tokio::test(start_paused = true)]
async fn limits_per_app_beside_limits_per_user() {
    let limiter = limiter();
    let user = limiter.bucket(spec("GET /", 20, MINUTE));
    let app = limiter.bucket(spec("GET /", 50, MINUTE).per_app());
    let users = ["1", "2", "3"].map(UserKey::new);
    let mut made = Vec::new();
    for user_key in &users {
        made.push(spend(&limiter, Some(user_key), &[user, app]).await.0);
    }
    assert_eq!(made, [19, 19, 11]);
    assert_eq!(limiter.bucket_count(), 4);
}

/// A call that waits for one of its buckets doesn't block calls that need only the other.
#[tokio::test(start_paused = true)]
async fn only_the_full_bucket_has_a_line() {
    let limiter = limiter();
    let [app, one, other] = [
        limiter.bucket(spec("app", 100, MINUTE)),
        limiter.bucket(spec("one", 5, MINUTE)),
        limiter.bucket(spec("other", 5, MINUTE)),
    ];
    spend(&limiter, None, &[app, one]).await;
    let buckets = [app, one];
    let mut waits = pin!(limiter.acquire(&buckets, None, AcquireOptions::new()));
    assert!(timeout(SECOND, &mut waits).await.is_err());
    assert_eq!(spend(&limiter, None, &[app, other]).await.0, 4);
    answer(waits.await.unwrap());
}

/// The bucket that is full for longer determines when a call goes, and what its error reports.
#[tokio::test(start_paused = true)]
async fn a_call_waits_for_the_last_of_its_buckets() {
    let limiter = limiter();
    let [slow, fast] = [
        limiter.bucket(spec("slow", 2, MINUTE)),
        limiter.bucket(spec("fast", 2, 20 * SECOND)),
    ];
    answer(now(&limiter, &[slow]).await.unwrap());
    sleep(50 * SECOND).await;
    answer(now(&limiter, &[fast]).await.unwrap());
    let begun = Instant::now();
    let wait = now(&limiter, &[slow, fast]).await.unwrap_err().wait();
    assert_eq!(wait.unwrap().as_secs(), 21);
    let early = AcquireOptions::new().deadline(begun + 20 * SECOND);
    let refusal = limiter
        .acquire(&[slow, fast], None, early)
        .await
        .unwrap_err();
    assert!(matches!(refusal, LimitRefusal::PastDeadline { .. }));
    let in_time = AcquireOptions::new().deadline(begun + 22 * SECOND);
    answer(limiter.acquire(&[slow, fast], None, in_time).await.unwrap());
    assert_eq!(begun.elapsed().as_secs(), 21);
}

/// A retry whose share of one bucket is used up waits for the other bucket like any call, even if
/// the share becomes free meanwhile.
#[tokio::test(start_paused = true)]
async fn a_retry_without_a_share_is_none_in_the_line_of_another_bucket() {
    let limiter = limiter();
    // One slot, and two of which a retry may take one.
    let [slow, quick] = [
        limiter.bucket(spec("slow", 2, 5 * MINUTE)),
        limiter.bucket(spec("quick", 3, MINUTE)),
    ];
    answer(now(&limiter, &[slow]).await.unwrap());
    let retry = AcquireOptions::new().retry(true);
    answer(limiter.acquire(&[quick], None, retry).await.unwrap());
    let went = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for (name, buckets, options) in [
        ("call", vec![slow], AcquireOptions::new()),
        ("retry", vec![slow, quick], retry),
    ] {
        let (limiter, went) = (limiter.clone(), Arc::clone(&went));
        tasks.push(tokio::spawn(async move {
            answer(limiter.acquire(&buckets, None, options).await.unwrap());
            went.lock().unwrap().push(name);
        }));
        // It waits before the next one begins.
        sleep(SECOND).await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*went.lock().unwrap(), ["call", "retry"]);
}

/// Whenever one of two full buckets has a slot, a call that needs only that bucket competes for it.
#[tokio::test(start_paused = true)]
async fn a_call_that_needs_two_full_buckets_gets_its_turn() {
    for seed in (seed()..).take(20) {
        let mut rng = Rng::with_seed(seed);
        let limiter = limiter();
        let windows = [rng.u64(5_000..15_000), rng.u64(5_000..15_000)].map(Duration::from_millis);
        // One slot each.
        let buckets = [
            limiter.bucket(spec("one", 2, windows[0])),
            limiter.bucket(spec("other", 2, windows[1])),
        ];
        for bucket in buckets {
            for _ in 0..3 {
                let limiter = limiter.clone();
                tokio::spawn(async move {
                    let buckets = [bucket];
                    loop {
                        let call = limiter.acquire(&buckets, None, AcquireOptions::new());
                        answer(call.await.unwrap());
                    }
                });
            }
        }
        let begun = Instant::now();
        for round in 0..20 {
            sleep(Duration::from_millis(rng.u64(..9_000))).await;
            let called = Instant::now();
            let call = limiter.acquire(&buckets, None, AcquireOptions::new());
            let permit = timeout(Duration::from_mins(10), call).await;
            let permit = permit.unwrap_or_else(|_| panic!("starved, LIMITS_SEED={seed}"));
            answer(permit.unwrap());
            // Four other calls may be ahead in each line, and the call may be sent back once per
            // line.
            let most = 6 * (windows[0] + windows[1] + 2 * SECOND);
            let waited = called.elapsed();
            assert!(
                waited < most,
                "round {round}: {waited:?} of at most {most:?}, LIMITS_SEED={seed}"
            );
        }
        println!("20 calls in {:?}", begun.elapsed());
    }
}

/// One user's lockout doesn't stop the others.
#[tokio::test(start_paused = true)]
async fn a_lockout_is_of_the_users_own_buckets() {
    let limiter = limiter();
    let own = limiter.bucket(spec("GET /", 20, MINUTE).lock(10 * MINUTE));
    let other = limiter.bucket(spec("PUT /", 20, MINUTE).lock(10 * MINUTE));
    let app = limiter.bucket(spec("app", 500, MINUTE).per_app());
    let [ryan, mary] = ["1", "2"].map(UserKey::new);
    let acquire = |buckets: [BucketId; 2], user| {
        let limiter = limiter.clone();
        async move { limiter.acquire(&buckets, Some(user), fast()).await }
    };
    let mut permit = acquire([own, app], &ryan).await.unwrap();
    permit.sending().unwrap();
    let throttled = Outcome::Throttled { retry_after: None };
    let throttling = permit.answered(throttled).unwrap();
    assert_eq!(throttling.wait.as_secs(), 601);
    let refusal = acquire([own, app], &ryan).await.unwrap_err();
    assert!(matches!(refusal, LimitRefusal::Locked { .. }), "{refusal}");
    answer(acquire([own, app], &mary).await.unwrap());
    answer(acquire([other, app], &ryan).await.unwrap());
    let mut permit = acquire([other, app], &ryan).await.unwrap();
    permit.sending().unwrap();
    let announced = Outcome::Throttled {
        retry_after: Some(20 * MINUTE),
    };
    permit.answered(announced).unwrap();
    answer(acquire([other, app], &mary).await.unwrap());

    // A call that only counts per app.
    let mut permit = limiter.acquire(&[app], None, fast()).await.unwrap();
    permit.sending().unwrap();
    let announced = Outcome::Throttled {
        retry_after: Some(30 * SECOND),
    };
    assert_eq!(permit.answered(announced).unwrap().wait.as_secs(), 31);
    let refusal = acquire([other, app], &mary).await.unwrap_err();
    assert_eq!(refusal.wait().unwrap().as_secs(), 31);
}

/// It has no limit to keep.
#[tokio::test(start_paused = true)]
async fn a_call_without_buckets_is_free() {
    let limiter = limiter();
    for _ in 0..100 {
        answer(now(&limiter, &[]).await.unwrap());
    }
    assert_eq!(limiter.bucket_count(), 0);
}

/// The simulations through the limiter: tasks that come and go, each with one to three buckets, and
/// a server that counts.
#[tokio::test(start_paused = true)]
async fn no_lock_through_the_lines_of_several_buckets() {
    let paths = ["/minute", "/minutes", "/seconds", "/second", "/few"];
    for seed in (seed()..).take(10) {
        let mut rng = Rng::with_seed(seed);
        let begun = Instant::now();
        let limiter = Limiter::new(LimitSettings::new(), None);
        let counted = paths.map(|path| counted(path, rng.u8(..3) == 0));
        let buckets = counted.map(|counted| {
            let spec = crate::spec(counted.endpoint);
            limiter.bucket(if counted.per_app {
                spec.per_app()
            } else {
                spec
            })
        });
        let throttle = Arc::new(Mutex::new(Throttle::new(Limits::harsh())));
        let latency = Latency::random(&mut rng);
        let mut tasks = Vec::new();
        for task in 0..rng.u8(1..=64) {
            let (limiter, throttle, mut rng) = (limiter.clone(), Arc::clone(&throttle), rng.fork());
            let name = ["1", "2", "3"][usize::from(task) % 3];
            let user = UserKey::new(name);
            tasks.push(tokio::spawn(async move {
                let mut which: Vec<_> = (0..paths.len()).collect();
                rng.shuffle(&mut which);
                which.truncate(rng.usize(1..=3));
                let ids: Vec<_> = which.iter().map(|&index| buckets[index]).collect();
                for _ in 0..20 {
                    let priority = if rng.bool() {
                        Priority::Urgent
                    } else {
                        Priority::Normal
                    };
                    let options = AcquireOptions::new()
                        .priority(priority)
                        .retry(rng.u8(..9) == 0);
                    let until = Duration::from_millis(rng.u64(0..600_000));
                    let acquire = limiter.acquire(&ids, Some(&user), options);
                    let Ok(permit) = timeout(until, acquire).await else {
                        continue;
                    };
                    let mut permit = permit.unwrap();
                    sleep(Duration::from_micros(rng.u64(..100_000))).await;
                    if rng.u8(..10) == 0 || permit.sending().is_err() {
                        continue;
                    }
                    let there = Duration::from_micros(latency.draw(&mut rng) / 2);
                    let (throttle, which) = (Arc::clone(&throttle), which.clone());
                    let arrives = async move {
                        sleep(there).await;
                        for index in which {
                            let of = if counted[index].per_app { "app" } else { name };
                            let endpoint = counted[index].endpoint;
                            let mut throttle = throttle.lock().unwrap();
                            let verdict = throttle.arrive(begun.elapsed(), of, endpoint);
                            assert!(verdict.is_allowed(), "a lock, LIMITS_SEED={seed}");
                        }
                    };
                    if rng.u8(..20) == 0 {
                        // Nobody waits for its response.
                        tokio::spawn(arrives);
                        continue;
                    }
                    arrives.await;
                    sleep(there).await;
                    permit.answered(Outcome::Accepted);
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let totals = throttle.lock().unwrap().totals();
        assert_eq!(totals.locks, 0, "LIMITS_SEED={seed}");
        let limits = limiter.limits(None);
        assert_eq!(limits.unexpected_locks(), 0);
    }
}
