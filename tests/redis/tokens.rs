//! Access tokens: encrypted, and refreshed once for all processes.

use std::error::Error as _;
use std::time::Duration;

use cliq_api::auth::{Credentials, OAuthClient, TokenSettings};
use cliq_api::limit::LimitSettings;
use cliq_api::prelude::*;
use cliq_api::shared::{RedisTokenStore, StoreKey};
use cliq_api::threads::Threads;
use cliq_sandbox::oauth::Action;
use cliq_sandbox::{Demo, Sandbox};
use cliq_tests::redis::Redis;

const SCOPES: &str = "ZohoCliq.Chats.READ";

/// Returns a key of 32 bytes, as Base64.
fn key(digit: char) -> StoreKey {
    StoreKey::from_base64(format!("{}=", digit.to_string().repeat(42) + "0")).unwrap()
}

fn store(redis: &Redis, digit: char) -> RedisTokenStore {
    RedisTokenStore::new(redis.url(), key(digit)).unwrap()
}

struct World {
    demo: Demo,
    credentials: Credentials,
    refresh_token: String,
}

impl World {
    fn new() -> Self {
        let demo = Sandbox::builder().demo();
        let refresh_token = demo.sandbox.accounts(|accounts, now| {
            accounts.register(cliq_sandbox::oauth::App::new("1000.APP", "secret"));
            accounts
                .issue_tokens("1000.APP", &demo.user_id, SCOPES, now)
                .refresh_token
                .unwrap()
        });
        let credentials = Credentials::refresh_token(
            &OAuthClient::new(DataCenter::US, "1000.APP", "secret"),
            refresh_token.clone(),
        );
        Self {
            demo,
            credentials,
            refresh_token,
        }
    }

    /// Returns the client of a process.
    fn client(&self, store: RedisTokenStore) -> Client {
        let builder = self
            .demo
            .sandbox
            .client_builder()
            .limits(LimitSettings::off());
        builder
            .credentials(self.credentials.clone())
            .tokens(TokenSettings::new().store(store))
            .build()
            .unwrap()
    }

    async fn call(&self, client: &Client) -> Result<(), Error> {
        client.get_thread(&self.demo.thread_chat_id).await.map(drop)
    }

    fn refreshes(&self) -> usize {
        self.demo
            .sandbox
            .accounts(|accounts, _| accounts.book().granted(Action::Refresh).count())
    }
}

/// Returns everything that a program would print.
fn told(error: &Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    std::iter::once(error.to_string())
        .chain(causes.map(ToString::to_string))
        .collect::<Vec<_>>()
        .join(": ")
}

#[tokio::test]
async fn one_refresh_serves_all_and_nobody_can_read_it() {
    let (redis, world) = (Redis::start(&[]), World::new());
    for _ in 0..3 {
        world.call(&world.client(store(&redis, 'A'))).await.unwrap();
    }
    assert_eq!(world.refreshes(), 1);
    let written = redis.written();
    assert!(written.contains(":token:"));
    for secret in ["1000.", &*world.refresh_token, "Bearer", "expires", SCOPES] {
        assert!(!written.contains(secret), "{secret} is in {written}");
    }
    for name in redis.tell(&["KEYS", "*"]).lines() {
        assert!(name.starts_with("{cliq_api}:token:"), "{name}");
        let left: u64 = redis.tell(&["PTTL", name]).parse().unwrap();
        assert!(left > 3_500_000 && left < 3_700_000, "{left}");
    }
}

/// Two clients of one account.
pub(crate) async fn shared_over(url: &str) {
    let world = World::new();
    for _ in 0..2 {
        world
            .call(&world.client(RedisTokenStore::new(url, key('A')).unwrap()))
            .await
            .unwrap();
    }
    assert_eq!(world.refreshes(), 1);
}

/// With different keys, each would refresh separately.
#[tokio::test]
async fn another_key_is_reported_and_can_be_changed() {
    let (redis, world) = (Redis::start(&[]), World::new());
    world.call(&world.client(store(&redis, 'A'))).await.unwrap();
    let error = world
        .call(&world.client(store(&redis, 'B')))
        .await
        .unwrap_err();
    let said = told(&error);
    assert!(
        said.ends_with(
            "the token in Redis was encrypted with another `StoreKey`: use the same key in all processes"
        ),
        "{said}"
    );
    assert_eq!(world.refreshes(), 1);
    world
        .call(&world.client(store(&redis, 'B').also_reads(key('A'))))
        .await
        .unwrap();
    assert_eq!(world.refreshes(), 1);
    let shown = format!("{:?} {:?}", store(&redis, 'A'), key('A'));
    assert!(
        !shown.contains("AAAA") && shown.contains("REDACTED"),
        "{shown}"
    );
}

/// A token in Redis that was tampered with.
#[tokio::test]
async fn a_forged_token_is_not_taken() {
    let (redis, world) = (Redis::start(&[]), World::new());
    world.call(&world.client(store(&redis, 'A'))).await.unwrap();
    let name = redis.tell(&["KEYS", "*"]);
    // Its version byte, and its last one.
    for place in ["7", "60"] {
        redis.tell(&["SETRANGE", &name, place, "\u{7}"]);
        assert!(world.call(&world.client(store(&redis, 'A'))).await.is_err());
    }
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn without_the_server_a_token_at_hand_is_used_and_none_is_asked_for() {
    let (mut redis, world) = (
        Redis::start(&["--requirepass", "canary-password"]),
        World::new(),
    );
    let url = redis.url().replace("//", "//:canary-password@");
    let store = RedisTokenStore::new(&url, key('A'))
        .unwrap()
        .timeout(Duration::from_millis(200));
    let client = world.client(store.clone());
    world.call(&client).await.unwrap();
    redis.kill();
    world.call(&client).await.unwrap();
    let error = world.call(&world.client(store.clone())).await.unwrap_err();
    let said = format!("{} {error:?} {store:?}", told(&error));
    assert!(
        said.contains("the store of access tokens failed: redis://127.0.0.1"),
        "{said}"
    );
    assert!(!said.contains("canary"), "{said}");
    assert_eq!(world.refreshes(), 1);
}
