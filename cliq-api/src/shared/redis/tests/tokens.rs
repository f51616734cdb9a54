//! `tokens.lua`, by way of the store.

use std::time::{Duration, SystemTime};

use super::server::Redis;
use crate::auth::{AccessToken, Lease, TokenKey, TokenRecord, TokenStore};
use crate::shared::redis::{RedisTokenStore, StoreKey};

fn token_store(redis: &Redis) -> RedisTokenStore {
    let key = StoreKey::from_base64("3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap();
    RedisTokenStore::new(redis.url(), key).unwrap()
}

#[tokio::test]
async fn one_process_at_a_time_holds_the_lease_of_a_token() {
    let redis = Redis::start(&["--appendonly", "no"]);
    let (one, other) = (token_store(&redis), token_store(&redis));
    let (key, minute) = (TokenKey::named("one"), Duration::from_mins(1));
    let held_for = |lease| match lease {
        Lease::Held(left) => left,
        Lease::Granted => panic!("it is held"),
    };
    assert_eq!(one.lease(&key, 1, minute).await.unwrap(), Lease::Granted);
    let left = held_for(other.lease(&key, 2, minute).await.unwrap());
    assert!(left <= minute && left > minute / 2, "{left:?}");
    let another = TokenKey::named("another");
    assert_eq!(
        other.lease(&another, 2, minute).await.unwrap(),
        Lease::Granted
    );
    // Its holder extends it, and releases it; nobody else does.
    assert_eq!(
        one.lease(&key, 1, 2 * minute).await.unwrap(),
        Lease::Granted
    );
    other.release(&key, 2).await.unwrap();
    let left = held_for(other.lease(&key, 2, minute).await.unwrap());
    assert!(left > minute, "{left:?}");
    one.release(&key, 1).await.unwrap();
    let short = Duration::from_millis(20);
    assert_eq!(other.lease(&key, 2, short).await.unwrap(), Lease::Granted);
    tokio::time::sleep(2 * short).await;
    assert_eq!(one.lease(&key, 1, minute).await.unwrap(), Lease::Granted);
}

/// As its keys expire by the clock, which was a day ahead.
#[tokio::test]
async fn a_clock_that_was_ahead_prolongs_a_lease_by_no_more_than_itself() {
    let redis = Redis::start(&["--appendonly", "no"]);
    let store = token_store(&redis);
    let (key, minute) = (TokenKey::named("one"), Duration::from_mins(1));
    assert_eq!(store.lease(&key, 1, minute).await.unwrap(), Lease::Granted);
    let name = redis.tell(&["KEYS", "*"]);
    redis.tell(&["PEXPIRE", &name, "86400000"]);
    for _ in 0..2 {
        let Lease::Held(left) = store.lease(&key, 2, minute).await.unwrap() else {
            panic!("it is held")
        };
        assert!(left <= minute && left > minute / 2, "{left:?}");
    }
    let left: u64 = redis.tell(&["PTTL", &name]).parse().unwrap();
    assert!(left <= 60_000, "{left}");
    store.release(&key, 1).await.unwrap();
    // A record of an earlier version has no lifetime.
    redis.tell(&["SET", &name, "12345678", "PX", "120000"]);
    assert!(
        matches!(store.lease(&key, 2, minute).await.unwrap(), Lease::Held(left) if left > minute)
    );
    let holder = u64::from_be_bytes(*b"12345678");
    store.release(&key, holder).await.unwrap();
    assert_eq!(store.lease(&key, 2, minute).await.unwrap(), Lease::Granted);
}

fn record(version: u64, text: &str) -> TokenRecord {
    TokenRecord {
        version,
        token: Some(AccessToken::new(text)),
        ..TokenRecord::default()
    }
}

#[tokio::test]
async fn no_update_of_a_token_is_lost() {
    let redis = Redis::start(&["--appendonly", "no"]);
    let (one, other) = (token_store(&redis), token_store(&redis));
    let key = TokenKey::named("one");
    assert!(one.load(&key).await.unwrap().is_none());
    assert!(
        !one.save(&key, &record(2, "a")).await.unwrap(),
        "the first is missing"
    );
    assert!(one.save(&key, &record(1, "a")).await.unwrap());
    assert!(
        !other.save(&key, &record(1, "b")).await.unwrap(),
        "it is there"
    );
    assert!(
        !other.save(&key, &record(3, "b")).await.unwrap(),
        "the second is missing"
    );
    assert!(other.save(&key, &record(2, "b")).await.unwrap());
    let stored = one.load(&key).await.unwrap().unwrap();
    assert_eq!(stored.version, 2);
    assert_eq!(stored.token.unwrap().expose_secret(), "b");
    assert!(
        one.load(&TokenKey::named("another"))
            .await
            .unwrap()
            .is_none()
    );
    // As long as the token, or what is known of its use.
    let name = redis.tell(&["KEYS", "*"]);
    let left: u64 = redis.tell(&["PTTL", &name]).parse().unwrap();
    assert!(left > 86_300_000 && left <= 86_400_000, "{left}");
    let until = SystemTime::now() + Duration::from_secs(100_000);
    let longer = TokenRecord {
        denied_until: Some(until),
        ..record(3, "c")
    };
    assert!(one.save(&key, &longer).await.unwrap());
    let left: u64 = redis.tell(&["PTTL", &name]).parse().unwrap();
    assert!(left > 99_000_000 && left <= 100_000_000, "{left}");
}
