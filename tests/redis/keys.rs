//! Keys in Redis: names, lifetimes, and validation of their values.

use std::time::Duration;

use cliq_api::limit::{LimitRefusal, LockSource, Outcome};
use cliq_tests::redis::Redis;

use crate::{
    THROTTLED, USER, acquire, call, limiter, limiter_of, remaining, settings, state, store, until,
};

fn keys(redis: &Redis) -> Vec<String> {
    redis
        .tell(&["KEYS", "*"])
        .lines()
        .map(str::to_owned)
        .collect()
}

fn bucket(redis: &Redis) -> String {
    keys(redis)
        .into_iter()
        .find(|key| key.contains(":limit:"))
        .unwrap()
}

#[tokio::test]
async fn names_reveal_nothing_and_share_one_slot() {
    let redis = Redis::start(&[]);
    call(&limiter(&redis), Outcome::Accepted).await;
    let keyed = limiter_of(
        store(&redis).name_key("a secret").prefix("other"),
        settings(),
    );
    call(&keyed, Outcome::Accepted).await;
    let keyed = limiter_of(store(&redis).name_key("a secret"), settings());
    call(&keyed, Outcome::Accepted).await;
    let keys = keys(&redis);
    assert_eq!(keys.len(), 5, "two epochs and three buckets: {keys:?}");
    for key in &keys {
        assert!(
            key.starts_with("{cliq_api}:") || key.starts_with("{other}:"),
            "{key}"
        );
        assert!(
            key.ends_with(":epoch:") || key.len() > 32 && key.is_ascii(),
            "{key}"
        );
    }
    // Everything that Redis has written to disk.
    let written = redis.written();
    assert!(
        written.contains(":limit:") && !written.contains(USER) && !written.contains("855727961"),
        "{written}"
    );
    assert!(!written.contains("zoho") && !written.contains("simulated"));
}

#[tokio::test]
async fn keys_expire() {
    let redis = Redis::start(&[]);
    let limiter = limiter(&redis);
    call(&limiter, Outcome::Accepted).await;
    until("told", async || {
        state(&limiter).await.unwrap().remaining == Some(3)
    })
    .await;
    let left = |redis: &Redis| {
        redis
            .tell(&["PTTL", &bucket(redis)])
            .parse::<u64>()
            .unwrap()
    };
    // A window and the margin, and a second.
    assert!(left(&redis) <= 2101);
    call(&limiter, THROTTLED).await;
    until("told", async || {
        state(&limiter).await.unwrap().lock.is_some()
    })
    .await;
    // A lock, and caution for the same time after it.
    assert!(
        (110_000..125_000).contains(&left(&redis)),
        "{}",
        left(&redis)
    );
}

/// A stored lock of a thousand years is an error or an attack.
#[tokio::test]
async fn a_stored_lock_is_believed_as_far_as_it_can_be_true() {
    let redis = Redis::start(&[]);
    // A bucket of the current epoch, whose lock ends in the far future.
    let one = limiter_of(
        store(&redis),
        settings().max_retry_after(Duration::from_mins(2)),
    );
    call(&one, Outcome::Accepted).await;
    until("told", async || remaining(&one).await == Some(3)).await;
    redis.tell(&[
        "EVAL",
        "redis.call('SETRANGE', KEYS[1], 17, ARGV[1])",
        "1",
        &bucket(&redis),
        "\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}",
    ]);
    let refusal = acquire(&one).await.unwrap_err();
    let LimitRefusal::Locked { wait, .. } = refusal else {
        panic!("{refusal}")
    };
    assert!(
        wait <= Duration::from_millis(120_000 + 100 + 200 + 1) && wait > Duration::from_secs(110),
        "{wait:?}"
    );
    // The same for a published lock.
    let other = limiter_of(
        store(&redis).prefix("other"),
        settings().max_retry_after(Duration::from_mins(2)),
    );
    call(&other, Outcome::Accepted).await;
    let name = keys(&redis)
        .into_iter()
        .find(|key| key.starts_with("{other}:limit:"))
        .unwrap();
    let name = name.rsplit(':').next().unwrap();
    redis.tell(&[
        "PUBLISH",
        "{other}:locks:",
        &format!("{name} 31536000000000 7"),
    ]);
    redis.tell(&["PUBLISH", "{other}:locks:", "nonsense"]);
    until("heard", async || acquire(&other).await.is_err()).await;
    let LimitRefusal::Locked {
        wait,
        source: LockSource::Peer,
        ..
    } = acquire(&other).await.unwrap_err()
    else {
        panic!()
    };
    assert!(
        wait <= Duration::from_millis(120_000 + 100 + 200),
        "{wait:?}"
    );
}

#[tokio::test]
async fn a_damaged_bucket_is_a_lock_and_a_newer_one_is_left_alone() {
    let redis = Redis::start(&[]);
    let limiter = limiter(&redis);
    call(&limiter, Outcome::Accepted).await;
    until("told", async || remaining(&limiter).await == Some(3)).await;
    let name = bucket(&redis);
    redis.tell(&["SETRANGE", &name, "8", "\u{7}"]);
    let before = redis.tell(&["GET", &name]);
    let refusal = acquire(&limiter).await.unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "the limits' shared state is unavailable: the limits' state in Redis has version 7, which is newer than this program: update the program"
    );
    assert_eq!(redis.tell(&["GET", &name]), before);

    redis.tell(&["SET", &name, "something else altogether"]);
    let refusal = acquire(&limiter).await.unwrap_err();
    assert!(
        matches!(refusal, LimitRefusal::Store(_)),
        "its ninth letter is a later version: {refusal}"
    );
    redis.tell(&["SET", &name, "short"]);
    let refusal = acquire(&limiter).await.unwrap_err();
    assert!(
        matches!(
            refusal,
            LimitRefusal::Locked {
                source: LockSource::Assumed,
                ..
            }
        ),
        "{refusal}"
    );
    assert!(refusal.wait().unwrap() > Duration::from_secs(55));
}
