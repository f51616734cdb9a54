//! Calls with several buckets over the stores: one per user and one per app, in separate files.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cliq_api::limit::{
    Acquire, AcquireOptions, BucketId, BucketSpec, CallEnd, Complete, Decision, LeaseId,
    LimitSettings, LimitStore, Limiter, Outcome, Priority, Source, UserBucket, WaitPolicy,
};
use cliq_api::shared::{FileLimitStore, RedisLimitStore};
use cliq_api::{Limit, UserKey};
use cliq_tests_processes::settings;
use tokio::time::sleep;

use crate::Store;

const SECOND: Duration = Duration::from_secs(1);
const USERS: [&str; 3] = ["1", "2", "3"];

/// Opens the store as another process does.
fn open(store: &Store) -> Arc<dyn LimitStore> {
    match store.place.strip_prefix("file:") {
        Some(directory) => Arc::new(FileLimitStore::open(directory).unwrap()),
        None => Arc::new(RedisLimitStore::new(&store.place).unwrap()),
    }
}

/// Nine calls per user, and 19 in total.
fn specs() -> [BucketSpec; 2] {
    let spec = |calls, per| BucketSpec::new("server", "GET /").limit(Limit::new(calls, per));
    [spec(10, 5 * SECOND), spec(20, 2 * SECOND).per_app()]
}

/// A simulated process.
struct Process {
    limiter: Limiter,
    buckets: [BucketId; 2],
}

impl Process {
    fn new(store: &Store) -> Self {
        let limiter = Limiter::new(settings(), Some(open(store)));
        let buckets = specs().map(|spec| limiter.bucket(spec));
        Self { limiter, buckets }
    }

    /// Makes calls until one would have to wait.
    async fn spend(&self, user: &str) -> u32 {
        let options = AcquireOptions::new().wait_policy(WaitPolicy::FailFast);
        let user = UserKey::new(user);
        let mut made = 0;
        while let Ok(mut permit) = self
            .limiter
            .acquire(&self.buckets, Some(&user), options)
            .await
        {
            permit.sending().unwrap();
            permit.answered(Outcome::Accepted);
            made += 1;
        }
        made
    }

    async fn remaining(&self, user: &str) -> u32 {
        let limits = self.limiter.limits(Some(UserKey::new(user)));
        limits.of(&self.buckets).await.unwrap().remaining.unwrap()
    }
}

#[tokio::test]
async fn users_share_the_limit_per_app_over_a_file() {
    users_share_the_limit_per_app(Store::file).await;
}

#[tokio::test]
async fn users_share_the_limit_per_app_over_redis() {
    users_share_the_limit_per_app(Store::redis).await;
}

async fn users_share_the_limit_per_app(store: fn() -> Store) {
    // A busy machine may take so long that slots are free again.
    loop {
        let (store, begun) = (store(), Instant::now());
        let mut made = Vec::new();
        for user in USERS {
            // Each is another process.
            made.push(Process::new(&store).spend(user).await);
        }
        if begun.elapsed() >= 2 * SECOND {
            continue;
        }
        assert_eq!(made, [9, 9, 1], "19 in all");
        sleep(SECOND * 22 / 10).await;
        // The limit per app is free again; those of the first two users aren't.
        let process = Process::new(&store);
        let mut left = Vec::new();
        for user in USERS {
            left.push(process.remaining(user).await);
        }
        if begun.elapsed() < 5 * SECOND {
            assert_eq!(left, [0, 0, 8]);
            return;
        }
    }
}

#[tokio::test]
async fn a_refusal_leaves_no_slot_taken_over_a_file() {
    a_refusal_leaves_no_slot_taken(&Store::file()).await;
}

#[tokio::test]
async fn a_refusal_leaves_no_slot_taken_over_redis() {
    a_refusal_leaves_no_slot_taken(&Store::redis()).await;
}

async fn a_refusal_leaves_no_slot_taken(store: &Store) {
    let process = Process::new(store);
    for user in ["1", "1", "1", "1"] {
        process.spend(user).await;
    }
    // Nine succeed, and a hundred are rejected.
    for _ in 0..100 {
        assert_eq!(Process::new(store).spend("1").await, 0);
    }
    assert_eq!(process.remaining("2").await, 9);
    assert_eq!(process.spend("2").await, 9);
    assert_eq!(process.spend("3").await, 1);
}

/// A process dies while it has the slot of one bucket but not yet the other's: that slot is free
/// again after its lease and the window.
#[tokio::test]
async fn killed_between_the_two_leaks_no_longer_than_a_lease_and_a_window_over_a_file() {
    killed_between_the_two(&Store::file()).await;
}

#[tokio::test]
async fn killed_between_the_two_leaks_no_longer_than_a_lease_and_a_window_over_redis() {
    killed_between_the_two(&Store::redis()).await;
}

async fn killed_between_the_two(store: &Store) {
    let [own, app] = specs();
    let raw = open(store);
    let settings: LimitSettings = settings();
    let user = || Some(UserKey::new("1"));
    for (spec, lease) in [(own, 1..=3), (app, 4..=6)] {
        let bucket = UserBucket::new(spec, user(), &settings);
        for lease in lease {
            let ask = Acquire::new(LeaseId(lease), Source(7), SECOND / 2);
            let decisions = raw.acquire(&[&bucket], ask).await.unwrap();
            assert!(matches!(decisions[..], [Decision::Granted { .. }]));
        }
    }
    let process = Process::new(store);
    assert_eq!(process.remaining("1").await, 6);
    // The permit's lifetime, the timeout, the grace period, the window and its margin.
    sleep(SECOND + SECOND / 2 + SECOND / 5 + 5 * SECOND + SECOND / 5).await;
    // One call goes first, as after any unanswered call.
    let user_key = UserKey::new("1");
    let call = process
        .limiter
        .acquire(&process.buckets, Some(&user_key), AcquireOptions::new());
    let mut first = call.await.unwrap();
    first.sending().unwrap();
    first.answered(Outcome::Accepted);
    let mut tries = 0;
    while process.remaining("1").await != 8 {
        tries += 1;
        assert!(tries < 100, "{} are left", process.remaining("1").await);
        sleep(SECOND / 100).await;
    }
}

/// A peer gets the state of all buckets of a call at once.
#[tokio::test]
async fn reports_and_looks_are_of_all_buckets_over_redis() {
    let store = Store::redis();
    let [own, app] = specs();
    let (one, other) = (open(&store), open(&store));
    let settings = settings();
    let buckets = [own, app].map(|spec| UserBucket::new(spec, Some(UserKey::new("1")), &settings));
    let all = [&buckets[0], &buckets[1]];
    let ask = Acquire::new(LeaseId(1), Source(1), SECOND);
    assert_eq!(one.acquire(&all, ask).await.unwrap().len(), 2);
    let left = async || {
        let seen = other.peek(&all, Source(2), Priority::Normal).await.unwrap();
        [seen[0].remaining, seen[1].remaining]
    };
    assert_eq!(left().await, [Some(8), Some(18)]);
    let unsent = Complete::new(LeaseId(1), Source(1), CallEnd::Unsent);
    let reports = all.map(|bucket| (bucket, unsent));
    assert_eq!(one.complete(&reports).await.unwrap().len(), 2);
    assert_eq!(left().await, [Some(9), Some(19)]);
}
