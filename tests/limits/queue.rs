//! Waiting in line, with a clock that advances only while all tasks wait.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use cliq_api::limit::{
    AcquireOptions, BucketId, BucketSpec, LimitRefusal, LimitSettings, LimitState, Limiter,
    LockSource, Outcome, Permit, Priority, Throttling, WaitPolicy,
};
use cliq_api::{EndpointMeta, UserKey};
use cliq_sandbox::limits::{Limits, Throttle};
use fastrand::Rng;
use tokio::time::{Instant, sleep, sleep_until};

use crate::latency::Latency;
use crate::simulations::seed;
use crate::{SIMULATED, spec};

/// Returns an endpoint with 19 slots per minute.
fn minute() -> &'static EndpointMeta {
    SIMULATED[0]
}

fn warm() -> LimitSettings {
    LimitSettings::new().cold_start(false)
}

/// Returns the bucket of an endpoint.
fn bucket(limiter: &Limiter, endpoint: &EndpointMeta) -> [BucketId; 1] {
    [limiter.bucket(spec(endpoint))]
}

async fn acquire(limiter: &Limiter, ask: AcquireOptions) -> Result<Permit, LimitRefusal> {
    limiter.acquire(&bucket(limiter, minute()), None, ask).await
}

async fn state(limiter: &Limiter, user: Option<UserKey>) -> LimitState {
    let minute = bucket(limiter, minute());
    limiter.limits(user).of(&minute).await.unwrap()
}

async fn fill(limiter: &Limiter) -> Vec<Permit> {
    let mut permits = Vec::new();
    for _ in 0..19 {
        permits.push(acquire(limiter, AcquireOptions::new()).await.unwrap());
    }
    permits
}

async fn call(limiter: &Limiter, ask: AcquireOptions, outcome: Outcome) -> Option<Throttling> {
    let mut permit = acquire(limiter, ask).await.unwrap();
    permit.sending().unwrap();
    permit.answered(outcome)
}

fn ask(priority: Priority, retry: bool) -> AcquireOptions {
    AcquireOptions::new().priority(priority).retry(retry)
}

fn fast() -> AcquireOptions {
    AcquireOptions::new().wait_policy(WaitPolicy::FailFast)
}

/// Runs all tasks until each of them waits.
async fn settle() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn no_call_is_overtaken_within_a_priority() {
    let limiter = Limiter::new(warm(), None);
    let held = fill(&limiter).await;
    let went = Arc::new(Mutex::new(Vec::new()));
    let mut rng = Rng::with_seed(seed());
    let mut tasks = Vec::new();
    for number in 0..300 {
        let priority = if rng.bool() {
            Priority::Urgent
        } else {
            Priority::Normal
        };
        let retry = rng.u8(..20) == 0;
        let ask = ask(priority, retry);
        let (limiter, went) = (limiter.clone(), Arc::clone(&went));
        tasks.push(tokio::spawn(async move {
            let mut permit = acquire(&limiter, ask).await.unwrap();
            permit.sending().unwrap();
            went.lock().unwrap().push((number, priority, retry));
            sleep(Duration::from_millis(300)).await;
            permit.answered(Outcome::Accepted);
        }));
        settle().await;
    }
    drop(held);
    for task in tasks {
        task.await.unwrap();
    }
    let went = went.lock().unwrap();
    assert_eq!(went.len(), 300);
    for priority in [Priority::Urgent, Priority::Normal] {
        let numbers = went
            .iter()
            .filter(|(_, of, retry)| *of == priority && !retry)
            .map(|(number, ..)| number);
        assert!(numbers.is_sorted(), "{went:?}");
    }
    let place = |wanted: fn(&(i32, Priority, bool)) -> bool| went.iter().position(wanted).unwrap();
    assert_eq!(place(|(_, _, retry)| *retry), 0, "retries go first");
    let last_urgent = went
        .iter()
        .rposition(|(_, priority, retry)| *priority == Priority::Urgent && !retry)
        .unwrap();
    assert!(
        last_urgent < place(|(_, priority, retry)| *priority == Priority::Normal && !retry),
        "urgent ones go before normal ones"
    );
    let retries: Vec<_> = went
        .iter()
        .filter(|(_, _, retry)| *retry)
        .take(9)
        .map(|(number, ..)| number)
        .collect();
    assert!(retries.is_sorted(), "{retries:?}");
}

#[tokio::test(start_paused = true)]
async fn retries_take_their_share_and_no_more_ahead_of_others() {
    let limiter = Limiter::new(warm(), None);
    let held = fill(&limiter).await;
    let went = Arc::new(Mutex::new(Vec::new()));
    for retry in [[false; 30], [true; 30]].concat() {
        let (limiter, went) = (limiter.clone(), Arc::clone(&went));
        tokio::spawn(async move {
            call(&limiter, ask(Priority::Normal, retry), Outcome::Accepted).await;
            went.lock().unwrap().push(retry);
        });
        settle().await;
    }
    drop(held);
    settle().await;
    let first: Vec<_> = went.lock().unwrap().clone();
    assert_eq!(first.len(), 19);
    // Retries get half of 19 slots; then calls that waited before the other retries go.
    assert_eq!(first.iter().filter(|&&retry| retry).count(), 9, "{first:?}");
}

#[tokio::test(start_paused = true)]
async fn some_slots_are_for_urgent_calls_only() {
    let limiter = Limiter::new(warm().reserved_for_urgent(4), None);
    let mut permits = Vec::new();
    let fast = |priority| fast().priority(priority);
    while let Ok(permit) = acquire(&limiter, fast(Priority::Normal)).await {
        permits.push(permit);
    }
    assert_eq!(permits.len(), 15);
    while let Ok(permit) = acquire(&limiter, fast(Priority::Urgent)).await {
        permits.push(permit);
    }
    assert_eq!(permits.len(), 19);
}

/// Callers are dropped while waiting, at any position and time: all others go in time.
#[tokio::test(start_paused = true)]
async fn dropping_waiters_never_stalls_the_rest() {
    for seed in (seed()..).take(20) {
        let mut rng = Rng::with_seed(seed);
        let limiter = Limiter::new(warm(), None);
        let begun = Instant::now();
        let stays = Arc::new(AtomicUsize::new(0));
        let mut staying = Vec::new();
        let mut leaving = Vec::new();
        for _ in 0..200 {
            let limiter = limiter.clone();
            let ask = ask(
                if rng.bool() {
                    Priority::Urgent
                } else {
                    Priority::Normal
                },
                rng.u8(..10) == 0,
            );
            let stays = Arc::clone(&stays);
            let waits = async move {
                call(&limiter, ask, Outcome::Accepted).await;
                stays.fetch_add(1, Ordering::Relaxed);
            };
            if rng.u8(..4) == 0 {
                staying.push(tokio::spawn(waits));
            } else {
                let leaves = begun + Duration::from_millis(rng.u64(0..120_000));
                leaving.push(tokio::spawn(async move {
                    let _ = tokio::time::timeout_at(leaves, waits).await;
                }));
            }
        }
        for task in staying.into_iter().chain(leaving) {
            let waited = tokio::time::timeout(Duration::from_hours(1), task).await;
            waited
                .unwrap_or_else(|_| panic!("stalled, with LIMITS_SEED={seed}"))
                .unwrap();
        }
        // As if nobody in line before them had been dropped.
        let rounds = (stays.load(Ordering::Relaxed) as f64 / 19.0).ceil();
        assert!(
            begun.elapsed().as_secs_f64() <= rounds * 61.1,
            "{rounds} rounds took {:?}, seed {seed}",
            begun.elapsed()
        );
    }
}

/// Only the first in line has a timer; the others aren't polled until it is their turn.
#[tokio::test(start_paused = true)]
async fn a_thousand_waiters_cost_no_polling() {
    let limiter = Limiter::new(warm(), None);
    let polls = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for _ in 0..1000 {
        let limiter = limiter.clone();
        let polls = Arc::clone(&polls);
        tasks.push(tokio::spawn(async move {
            let mut call = pin!(call(&limiter, AcquireOptions::new(), Outcome::Accepted));
            std::future::poll_fn(|context| {
                polls.fetch_add(1, Ordering::Relaxed);
                call.as_mut().poll(context)
            })
            .await;
        }));
    }
    let begun = Instant::now();
    for task in tasks {
        task.await.unwrap();
    }
    assert!(begun.elapsed() > Duration::from_secs(52 * 61));
    let polls = polls.load(Ordering::Relaxed);
    // Polled once to join the line, once on becoming the first, and once after waiting for a slot.
    assert!(polls <= 3000, "{polls} polls");
}

#[tokio::test(start_paused = true)]
async fn a_queue_has_an_end() {
    let limiter = Limiter::new(warm().queue_capacity(2), None);
    let held = fill(&limiter).await;
    for _ in 0..2 {
        let limiter = limiter.clone();
        tokio::spawn(async move { acquire(&limiter, AcquireOptions::new()).await.map(drop) });
    }
    settle().await;
    let refusal = acquire(&limiter, AcquireOptions::new()).await.unwrap_err();
    assert!(
        matches!(refusal, LimitRefusal::QueueFull { waiting: 2, .. }),
        "{refusal}"
    );
    drop(held);
    settle().await;
    let _ = acquire(&limiter, AcquireOptions::new()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_cannot_end_in_time_fails_at_once() {
    let limiter = Limiter::new(warm(), None);
    let begun = Instant::now();
    for permit in fill(&limiter).await {
        let mut permit = permit;
        permit.sending().unwrap();
        permit.answered(Outcome::Accepted);
    }
    let by = move |seconds| AcquireOptions::new().deadline(begun + Duration::from_secs(seconds));
    let refusal = acquire(&limiter, by(60)).await.unwrap_err();
    assert!(
        matches!(refusal, LimitRefusal::PastDeadline { wait, .. } if wait.as_millis() == 61_001),
        "{refusal:?}"
    );
    assert_eq!(
        refusal.to_string(),
        "its limit allows no call for 62 seconds, which is past the call's deadline"
    );
    let refusal = acquire(&limiter, fast()).await.unwrap_err();
    assert!(
        matches!(refusal, LimitRefusal::WouldWait { wait, .. } if wait.as_millis() == 61_001),
        "{refusal:?}"
    );
    // 19 go in the next round, and the 20th in the one after it.
    for _ in 0..19 {
        let limiter = limiter.clone();
        tokio::spawn(async move { call(&limiter, by(70), Outcome::Accepted).await });
        settle().await;
    }
    assert!(matches!(
        acquire(&limiter, by(70)).await,
        Err(LimitRefusal::PastDeadline { .. })
    ));
    assert_eq!(begun.elapsed(), Duration::ZERO);
    call(&limiter, by(123), Outcome::Accepted).await;
    assert_eq!(begun.elapsed().as_millis(), 2 * 61_001);
}

#[tokio::test(start_paused = true)]
async fn a_lock_is_only_waited_for_on_request() {
    let limiter = Limiter::new(warm(), None);
    let begun = Instant::now();
    // Calls that wait already are notified, too.
    let mut held = fill(&limiter).await;
    let waiting = {
        let limiter = limiter.clone();
        tokio::spawn(async move { acquire(&limiter, AcquireOptions::new()).await.map(drop) })
    };
    let through = AcquireOptions::new().wait_policy(WaitPolicy::ThroughLocks);
    let patient: Vec<_> = (0..3)
        .map(|_| {
            let limiter = limiter.clone();
            tokio::spawn(async move {
                let mut permit = acquire(&limiter, through).await.unwrap();
                permit.sending().unwrap();
                let went = Instant::now();
                sleep(Duration::from_secs(2)).await;
                permit.answered(Outcome::Accepted);
                went
            })
        })
        .collect();
    settle().await;
    let mut late = held.pop().unwrap();
    let mut throttled = held.pop().unwrap();
    throttled.sending().unwrap();
    let throttling = throttled
        .answered(Outcome::Throttled { retry_after: None })
        .unwrap();
    assert!(throttling.unexpected);
    let left = throttling
        .locked_until
        .unwrap()
        .duration_since(SystemTime::now())
        .unwrap()
        .as_secs_f64();
    assert!((600.0..=601.1).contains(&left), "{left}");

    let refusal = waiting.await.unwrap().unwrap_err();
    assert!(
        matches!(
            refusal,
            LimitRefusal::Locked {
                source: LockSource::Observed,
                ..
            }
        ),
        "{refusal}"
    );
    let words = refusal.to_string();
    assert!(
        words.starts_with("the server locked the user out of it; try again in 602 seconds; "),
        "{words}"
    );
    // A call that already has its permit is stopped as well.
    assert_eq!(
        late.sending().unwrap_err().to_string(),
        "the server locked the user out while the call was being prepared"
    );
    drop((late, held));
    assert_eq!(begun.elapsed(), Duration::ZERO);
    let in_time = through.deadline(begun + Duration::from_secs(500));
    assert!(matches!(
        acquire(&limiter, in_time).await,
        Err(LimitRefusal::Locked { .. })
    ));

    // After the lock, one goes first, and the others after its response.
    let mut went = Vec::new();
    for task in patient {
        went.push((task.await.unwrap() - begun).as_millis());
    }
    assert_eq!(went, [601_001, 603_001, 603_001]);
}

#[tokio::test(start_paused = true)]
async fn without_a_response_calls_go_one_by_one() {
    let limiter = Limiter::new(warm(), None);
    let begun = Instant::now();
    let mut permits = Vec::new();
    for _ in 0..3 {
        let mut permit = acquire(&limiter, AcquireOptions::new()).await.unwrap();
        permit.sending().unwrap();
        permits.push(permit);
    }
    drop(permits.pop());
    assert!(
        matches!(
            acquire(&limiter, fast()).await,
            Err(LimitRefusal::WouldWait { .. })
        ),
        "two are out"
    );
    for permit in permits {
        permit.answered(Outcome::Accepted);
    }
    let mut only = acquire(&limiter, fast()).await.unwrap();
    assert!(
        acquire(&limiter, fast()).await.is_err(),
        "those answers were on the way already"
    );
    only.sending().unwrap();
    only.answered(Outcome::Accepted);
    let mut more = Vec::new();
    while let Ok(permit) = acquire(&limiter, fast()).await {
        more.push(permit);
    }
    assert_eq!(more.len(), 19 - 4);
    drop(more);
    // An unanswered call also holds its slot for the grace period.
    sleep_until(begun + Duration::from_secs(62)).await;
    assert_eq!(state(&limiter, None).await.remaining, Some(18));
    sleep_until(begun + Duration::from_secs(120 + 62)).await;
    assert_eq!(state(&limiter, None).await.remaining, Some(19));
}

#[tokio::test(start_paused = true)]
async fn a_permit_is_used_soon_or_not_at_all() {
    let limiter = Limiter::new(warm(), None);
    let mut permit = acquire(&limiter, AcquireOptions::new()).await.unwrap();
    sleep(Duration::from_secs(31)).await;
    assert_eq!(
        permit.sending().unwrap_err().to_string(),
        "the limiter's permit was not used in time"
    );
    drop(permit);
    assert_eq!(
        state(&limiter, None).await.remaining,
        Some(19),
        "it was given back"
    );
    // A permit that was never returned counts as sent until it can no longer be used and answered.
    std::mem::forget(acquire(&limiter, AcquireOptions::new()).await.unwrap());
    sleep(Duration::from_secs(61 + 120 + 60)).await;
    assert_eq!(
        state(&limiter, None).await.remaining,
        Some(1),
        "one at a time"
    );
    sleep(Duration::from_hours(1)).await;
    assert_eq!(state(&limiter, None).await.remaining, Some(19));
}

#[tokio::test(start_paused = true)]
async fn half_of_the_slots_in_the_first_window() {
    let limiter = Limiter::new(LimitSettings::new(), None);
    assert_eq!(state(&limiter, None).await.remaining, Some(9));
    sleep(Duration::from_secs(61)).await;
    assert_eq!(state(&limiter, None).await.remaining, Some(19));
    // A user who appears later can't have made earlier calls either.
    let other = state(&limiter, Some(UserKey::new("7"))).await;
    assert_eq!(other.remaining, Some(19));
}

/// The first in line waits on a runtime that ends.
#[test]
fn the_next_takes_over_when_a_runtime_ends() {
    let limiter = Limiter::new(warm(), None);
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()
            .unwrap()
    };
    let (ends, stays) = (runtime(), runtime());
    let mut held = stays.block_on(fill(&limiter));
    let wait = |runtime: &tokio::runtime::Runtime, line: usize| {
        let other = limiter.clone();
        let task =
            runtime.spawn(async move { acquire(&other, AcquireOptions::new()).await.map(drop) });
        while stays.block_on(state(&limiter, None)).waiting < line {
            std::thread::yield_now();
        }
        task
    };
    wait(&ends, 1);
    let next = wait(&stays, 2);
    drop(ends);
    drop(held.pop());
    stays.block_on(next).unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn users_and_servers_are_apart() {
    let limiter = Limiter::new(warm(), None);
    let limit = minute().limits()[0];
    let servers = ["https://cliq.zoho.com", "https://cliq.zoho.eu"]
        .map(|server| limiter.bucket(BucketSpec::new(server, "GET /minute").limit(limit)));
    let users = [None, Some(""), Some("1"), Some("2")].map(|user| user.map(UserKey::new));
    for server in servers {
        for user in &users {
            let mut held = Vec::new();
            while let Ok(permit) = limiter.acquire(&[server], user.as_ref(), fast()).await {
                held.push(permit);
            }
            assert_eq!(held.len(), 19);
            std::mem::forget(held);
        }
    }
    assert_eq!(limiter.bucket_count(), 8);
}

#[tokio::test(start_paused = true)]
async fn no_limit_costs_nothing_until_there_is_a_lock() {
    let assumed = warm().assumed_lock(Some(Duration::from_mins(10)));
    let limiter = Limiter::new(assumed, None);
    let free = SIMULATED
        .iter()
        .find(|endpoint| endpoint.limits().is_empty())
        .unwrap();
    let free = bucket(&limiter, free);
    let acquire = || limiter.acquire(&free, None, AcquireOptions::new());
    for _ in 0..100 {
        let mut permit = acquire().await.unwrap();
        permit.sending().unwrap();
        permit.answered(Outcome::Accepted);
    }
    assert_eq!(limiter.bucket_count(), 0);
    let limits = limiter.limits(None);
    let mut changes = limits.changes();
    assert!(
        acquire()
            .await
            .unwrap()
            .answered(Outcome::Throttled { retry_after: None })
            .is_some()
    );
    assert!(matches!(acquire().await, Err(LimitRefusal::Locked { .. })));
    assert_eq!(limits.unexpected_locks(), 1);
    let change = changes.next().await.unwrap();
    assert_eq!(
        (&*change.bucket, &*change.server),
        ("/free", "https://cliq.zoho.com")
    );
    sleep(Duration::from_millis(601_001)).await;
    acquire().await.unwrap().unsent();
}

#[tokio::test(start_paused = true)]
async fn unused_buckets_are_dropped() {
    let limiter = Limiter::new(warm(), None);
    let minute = bucket(&limiter, minute());
    for user in 0..1000 {
        let user = UserKey::new(user.to_string());
        let mut permit = limiter
            .acquire(&minute, Some(&user), AcquireOptions::new())
            .await
            .unwrap();
        permit.sending().unwrap();
        permit.answered(Outcome::Accepted);
    }
    assert_eq!(limiter.bucket_count(), 1000);
    sleep(Duration::from_secs(61)).await;
    for _ in 0..70 {
        sleep(Duration::from_millis(1001)).await;
        acquire(&limiter, AcquireOptions::new())
            .await
            .unwrap()
            .unsent();
    }
    assert!(limiter.bucket_count() <= 1, "{}", limiter.bucket_count());
}

#[tokio::test(start_paused = true)]
async fn limits_can_be_off() {
    let limiter = Limiter::new(LimitSettings::off(), None);
    for _ in 0..100 {
        std::mem::forget(acquire(&limiter, AcquireOptions::new()).await.unwrap());
    }
    assert!(
        call(
            &limiter,
            AcquireOptions::new(),
            Outcome::Throttled { retry_after: None }
        )
        .await
        .is_some()
    );
    acquire(&limiter, AcquireOptions::new())
        .await
        .unwrap()
        .unsent();
}

/// The simulations through the queue: tasks that come and go, and a server that counts.
#[tokio::test(start_paused = true)]
async fn no_lock_through_the_queue_either() {
    for seed in (seed()..).take(10) {
        let mut rng = Rng::with_seed(seed);
        let begun = Instant::now();
        let limiter = Limiter::new(LimitSettings::new(), None);
        let throttle = Arc::new(Mutex::new(Throttle::new(Limits::harsh())));
        let latency = Latency::random(&mut rng);
        let mut tasks = Vec::new();
        for _ in 0..rng.u8(1..=64) {
            let (limiter, throttle, mut rng) = (limiter.clone(), Arc::clone(&throttle), rng.fork());
            tasks.push(tokio::spawn(async move {
                for _ in 0..20 {
                    let ask = ask(
                        if rng.bool() {
                            Priority::Urgent
                        } else {
                            Priority::Normal
                        },
                        rng.u8(..9) == 0,
                    );
                    let until = Duration::from_millis(rng.u64(0..600_000));
                    let Ok(permit) = tokio::time::timeout(until, acquire(&limiter, ask)).await
                    else {
                        continue;
                    };
                    let mut permit = permit.unwrap();
                    sleep(Duration::from_micros(rng.u64(..100_000))).await;
                    if rng.u8(..10) == 0 || permit.sending().is_err() {
                        continue;
                    }
                    let there = Duration::from_micros(latency.draw(&mut rng) / 2);
                    let throttle = Arc::clone(&throttle);
                    let arrives = async move {
                        sleep(there).await;
                        let verdict =
                            throttle
                                .lock()
                                .unwrap()
                                .arrive(begun.elapsed(), "1", minute());
                        assert!(verdict.is_allowed(), "a lock, with LIMITS_SEED={seed}");
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
        assert_eq!(
            throttle.lock().unwrap().totals().locks,
            0,
            "LIMITS_SEED={seed}"
        );
        assert_eq!(limiter.limits(None).unexpected_locks(), 0);
    }
}

/// Generated calls need this.
#[test]
fn waits_can_be_sent_to_other_threads() {
    fn sendable(_: &impl Send) {}
    let limiter = Limiter::new(warm(), None);
    sendable(&acquire(&limiter, AcquireOptions::new()));
}
