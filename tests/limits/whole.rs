//! The client with the sandbox: lockouts are obeyed in every reported form, and a bad network
//! causes none.

use std::time::{Duration, SystemTime};

use cliq_api::limit::{ChangeKind, LimitSettings, LockSource};
use cliq_api::prelude::*;
use cliq_api::threads::{FollowThreadRequest, Threads};
use cliq_api::{ErrorKind, RetryPolicy};
use cliq_sandbox::limits::{Limits, Telling};
use cliq_sandbox::{Demo, Fault, Latency, Sandbox};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::simulations::seed;

const MINUTE: Duration = Duration::from_mins(1);

/// Returns how many of Ryan's calls arrived, and how many were rejected.
fn arrived(demo: &Demo) -> (u64, u64) {
    let tally = demo.sandbox.book().of::<FollowThreadRequest>(&demo.user_id);
    (tally.arrivals, tally.refused)
}

/// Another program of the same user, without a limiter, uses up the limit.
async fn use_up(demo: &Demo) {
    let builder = demo
        .sandbox
        .client_builder()
        .access_token(&*demo.token)
        .retry(RetryPolicy::none());
    let reckless = builder.limits(LimitSettings::off()).build().unwrap();
    while reckless.follow_thread(&demo.thread_chat_id).await.is_ok() {}
}

#[tokio::test(start_paused = true)]
async fn obeyed_however_it_is_told() {
    for telling in Telling::ALL {
        for retry_after in [false, true] {
            // A call during the lock would restart it, which the test would notice.
            let limits = Limits::harsh().telling(telling).retry_after(retry_after);
            let demo = Sandbox::builder().limits(limits).demo();
            let client = demo.client();
            let thread = &demo.thread_chat_id;
            let mut changes = client.limits().changes();
            use_up(&demo).await;
            let before = arrived(&demo);

            // The first call learns of the lockout and isn't retried, as nothing can be sent for
            // ten minutes.
            let error = client.follow_thread(thread).await.unwrap_err();
            assert!(error.is_throttled(), "{error}");
            let until = error.locked_until().unwrap();
            // Whole minutes are rounded up.
            let minutes = telling == Telling::UrlThrottlesLimitExceeded;
            let slack = if minutes { MINUTE } else { Duration::ZERO } + Duration::from_secs(3);
            let expected = SystemTime::now() + 10 * MINUTE;
            assert!(until >= expected && until < expected + slack, "{error}");
            assert_eq!(arrived(&demo), (before.0 + 1, before.1 + 1));

            // All other calls know of it.
            let state = client.limits().of(FollowThreadRequest::META).await.unwrap();
            assert_eq!(state.lock.unwrap().source, LockSource::Observed);
            let change = changes.next().await.unwrap();
            assert!(
                matches!(
                    change.kind,
                    ChangeKind::Locked {
                        unexpected: true,
                        ..
                    }
                ),
                "{change:?}"
            );
            assert_eq!(client.limits().unexpected_locks(), 1);
            let error = client.follow_thread(thread).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.attempts().len()),
                (ErrorKind::Limited, 0),
                "{error}"
            );
            let error = client
                .follow_thread(thread)
                .options(|options| options.fail_fast())
                .await
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Limited, "{error}");

            // Calls that chose to wait go when it ends: one first, and none before.
            let begun = Instant::now();
            let mut waiting = JoinSet::new();
            for _ in 0..5 {
                let call = client.follow_thread(thread);
                waiting.spawn(async move {
                    call.options(|options| options.through_locks().deadline(20 * MINUTE))
                        .await
                        .map(|()| begun.elapsed())
                });
            }
            while let Some(ended) = waiting.join_next().await {
                let after = ended.unwrap().unwrap();
                assert!(
                    after > 10 * MINUTE && after < 10 * MINUTE + slack,
                    "{telling:?}: {after:?}"
                );
            }
            assert_eq!(
                arrived(&demo),
                (before.0 + 6, before.1 + 1),
                "nothing went in between"
            );
        }
    }
}

/// A quarter of an hour with as many calls as possible, while responses get lost, connections
/// break, tokens are rejected, servers fail, and callers are dropped.
#[tokio::test(start_paused = true)]
async fn a_bad_network_brings_no_lock_about() {
    let seed = seed();
    let demo = Sandbox::builder().seed(seed).limits(Limits::harsh()).demo();
    let faults = demo.sandbox.faults().everywhere();
    faults
        .latency(Latency::exponential(Duration::from_millis(200)))
        .lose_requests(0.002)
        .lose_answers(0.002)
        .late(0.01, 20 * Duration::from_secs(1))
        .reset(0.02)
        .fail(0.05, http::StatusCode::BAD_GATEWAY)
        .sometimes(0.03, Fault::ResetAfter)
        .sometimes(0.03, Fault::Unauthorized);
    let client = demo.client();
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for caller in 0..16_u32 {
        let client = client.clone();
        let thread = demo.thread_chat_id.clone();
        callers.spawn(async move {
            while begun.elapsed() < 15 * MINUTE {
                // A GET, which is retried; every fourth caller occasionally drops its call.
                let call = client.get_thread(&thread);
                if caller % 4 == 0 {
                    let _ =
                        tokio::time::timeout(Duration::from_millis(u64::from(caller) * 97), call)
                            .await;
                } else {
                    let _ = call.await;
                }
                sleep(Duration::from_millis(500)).await;
            }
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended.unwrap();
    }
    let totals = demo.sandbox.totals();
    assert_eq!(totals.locks, 0, "LIMITS_SEED={seed}: {totals:?}");
    assert_eq!(client.limits().unexpected_locks(), 0);
    assert!(totals.arrivals > 100, "LIMITS_SEED={seed}: {totals:?}");
    println!(
        "{} calls arrived in a quarter of an hour, from seed {seed}",
        totals.arrivals
    );
}
