//! Errors explain surprising waits: a cold start, and another process.

use std::cell::RefCell;
use std::io::Write;
use std::sync::Once;
use std::time::Duration;

use cliq_api::limit::{
    AcquireOptions, BucketId, LimitRefusal, LimitSettings, Limiter, Outcome, Permit, WaitPolicy,
};
use tokio::time::{Instant, sleep};
use tracing::Metadata;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::{Layer, Registry};

use crate::{SIMULATED, spec};

thread_local! {
    /// The log of this thread, while its test captures it.
    static REPORTED: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Captures the log of this thread until it is dropped.
///
/// All tests share one subscriber: several would race for the interest that `tracing` caches.
struct Log;

impl Log {
    /// Captures events at INFO and above.
    fn begin() -> Self {
        static SUBSCRIBER: Once = Once::new();
        SUBSCRIBER.call_once(|| {
            let listens =
                |_: &Metadata<'_>, _: &Context<'_, Registry>| REPORTED.with_borrow(Option::is_some);
            let lines = tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(|| Reported)
                .with_filter(LevelFilter::INFO)
                .with_filter(dynamic_filter_fn(listens));
            tracing::subscriber::set_global_default(tracing_subscriber::registry().with(lines))
                .unwrap();
        });
        REPORTED.set(Some(Vec::new()));
        Self
    }
}

/// Returns what was logged since the capture began.
fn reported() -> String {
    String::from_utf8(REPORTED.with_borrow(|lines| lines.clone().unwrap())).unwrap()
}

impl Drop for Log {
    fn drop(&mut self) {
        REPORTED.set(None);
    }
}

struct Reported;

impl Write for Reported {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        REPORTED.with_borrow_mut(|lines| lines.as_mut().unwrap().write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Returns the limiter of a fresh process, with 20 calls per minute.
fn fresh() -> (Limiter, [BucketId; 1]) {
    let limiter = Limiter::new(LimitSettings::new(), None);
    let bucket = limiter.bucket(spec(SIMULATED[0]));
    (limiter, [bucket])
}

async fn send(limiter: &Limiter, buckets: &[BucketId]) -> Permit {
    let call = limiter.acquire(buckets, None, AcquireOptions::new());
    let mut permit = call.await.unwrap();
    permit.sending().unwrap();
    permit
}

const CAUSE: &str = "for one window after a start, half of each limit counts as used, because an \
                     earlier process may have used it (`LimitSettings::cold_start`)";

#[tokio::test(start_paused = true)]
async fn the_tenth_call_of_a_fresh_process_explains_its_wait() {
    let _log = Log::begin();
    let (limiter, bucket) = fresh();
    let begun = Instant::now();
    for _ in 0..9 {
        send(&limiter, &bucket).await.answered(Outcome::Accepted);
    }
    assert_eq!(begun.elapsed(), Duration::ZERO);
    let fast = AcquireOptions::new().wait_policy(WaitPolicy::FailFast);
    let refusal = limiter.acquire(&bucket, None, fast).await.unwrap_err();
    assert!(
        matches!(
            refusal,
            LimitRefusal::WouldWait {
                cold_start: true,
                ..
            }
        ),
        "{refusal:?}"
    );
    let words = refusal.to_string();
    assert!(
        words.starts_with("its limit allows no call for 61 seconds") && words.ends_with(CAUSE),
        "{words}"
    );
    let soon = AcquireOptions::new().deadline(begun + Duration::from_secs(5));
    let refusal = limiter.acquire(&bucket, None, soon).await.unwrap_err();
    assert!(refusal.to_string().ends_with(CAUSE), "{refusal}");
    assert!(!reported().contains("earlier process"), "{}", reported());

    send(&limiter, &bucket).await.answered(Outcome::Accepted);
    assert_eq!(begun.elapsed().as_secs(), 61);
    let lines = reported();
    let line = lines.lines().find(|line| line.contains("INFO")).unwrap();
    assert!(
        line.contains("half of it counts as used, because an earlier process may have used it")
            && line.contains("wait_ms=6100"),
        "{line}"
    );
}

/// From then on, only the limit applies.
#[tokio::test(start_paused = true)]
async fn a_warm_process_blames_nothing() {
    let _log = Log::begin();
    let (limiter, bucket) = fresh();
    sleep(Duration::from_secs(61)).await;
    for _ in 0..19 {
        send(&limiter, &bucket).await.answered(Outcome::Accepted);
    }
    let fast = AcquireOptions::new().wait_policy(WaitPolicy::FailFast);
    let refusal = limiter.acquire(&bucket, None, fast).await.unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "its limit allows no call for 62 seconds, and the call doesn't wait"
    );
    send(&limiter, &bucket).await.answered(Outcome::Accepted);
    let lines = reported();
    assert!(
        lines.contains("waits for a slot of its limit bucket=\"/minute\""),
        "{lines}"
    );
}

/// A cold start isn't blamed if the wait would be as long without it.
#[tokio::test(start_paused = true)]
async fn a_cold_start_is_blamed_only_where_it_is_the_cause() {
    let (limiter, bucket) = fresh();
    sleep(Duration::from_secs(30)).await;
    // The cold start takes ten slots. Nine calls are in flight, and the others wait.
    let mut permits = Vec::new();
    for _ in 0..9 {
        permits.push(send(&limiter, &bucket).await);
    }
    let fast = AcquireOptions::new().wait_policy(WaitPolicy::FailFast);
    let cold = limiter.acquire(&bucket, None, fast).await.unwrap_err();
    assert!(matches!(
        cold,
        LimitRefusal::WouldWait {
            cold_start: true,
            ..
        }
    ));
    // Eleven calls wait already: the twelfth would wait without a cold start, too.
    let waiting: Vec<_> = (0..11)
        .map(|_| {
            let (limiter, bucket) = (limiter.clone(), bucket);
            tokio::spawn(async move { drop(send(&limiter, &bucket).await) })
        })
        .collect();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(limiter.limits(None).of(&bucket).await.unwrap().waiting, 11);
    for task in waiting {
        task.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn an_unexpected_lockout_names_its_cause_and_has_help() {
    let (limiter, bucket) = fresh();
    let throttled = Outcome::Throttled { retry_after: None };
    let permits = [send(&limiter, &bucket).await, send(&limiter, &bucket).await];
    let [first, second] = permits.map(|permit| permit.answered(throttled).unwrap());
    let advice = first.advice().unwrap();
    assert!(
        advice.contains("another process") && advice.contains("`limit_store`"),
        "{advice}"
    );
    // The second call was sent before the lockout was known, so it reveals nothing new.
    assert_eq!((second.unexpected, second.advice()), (false, None));
    let call = limiter.acquire(&bucket, None, AcquireOptions::new());
    let refusal = call.await.unwrap_err();
    assert!(
        matches!(
            refusal,
            LimitRefusal::Locked {
                unexpected: true,
                ..
            }
        ),
        "{refusal:?}"
    );
    assert!(refusal.to_string().ends_with(advice), "{refusal}");

    // Without a declared limit, none was kept.
    let free = limiter.bucket(cliq_api::limit::BucketSpec::new("server", "free"));
    let throttling = send(&limiter, &[free]).await.answered(throttled).unwrap();
    assert_eq!((throttling.unexpected, throttling.advice()), (true, None));
}
