//! Eight processes share one limit.

use std::time::{Duration, Instant};

use cliq_api::{Endpoint, EndpointMeta};
use cliq_tests_processes::{
    BothRequest, LEAK, LONG_LEAK, ShortRequest, Simulated, client, limits_in,
};
use tokio::time::sleep;

use crate::fleet::Plan;
use crate::redis::Redis;
use crate::server::Server;
use crate::{Store, rng};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_over_a_file() {
    killed_at_any_moment(&Store::file(), ShortRequest::META, LEAK).await;
}

/// With calls that need two buckets: killed between the two, or at any other point.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_with_two_buckets_over_a_file() {
    killed_at_any_moment(&Store::file(), BothRequest::META, LONG_LEAK).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_with_two_buckets_over_redis() {
    killed_at_any_moment(&Store::redis(), BothRequest::META, LONG_LEAK).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_over_redis() {
    killed_at_any_moment(&Store::redis(), ShortRequest::META, LEAK).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nearly_all_that_is_allowed_over_a_file() {
    nearly_all_that_is_allowed(&Store::file()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_ends_leaves_nothing_over_a_file() {
    a_program_that_ends_leaves_nothing(&Store::file()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_ends_leaves_nothing_over_redis() {
    a_program_that_ends_leaves_nothing(&Store::redis()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nearly_all_that_is_allowed_over_redis() {
    nearly_all_that_is_allowed(&Store::redis()).await;
}

/// The same, while Redis is also killed, and restarted with or without its data.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_and_redis_too() {
    let what = ShortRequest::META;
    let mut rng = rng();
    let mut redis = Redis::start(&[]);
    let server = Server::start((5, 150)).await;
    let plan = Plan::new(&server.address).with("CLIQ_LIMITS", &format!("lossy-{}", redis.url()));
    let mut workers = Vec::new();
    for _ in 0..8 {
        workers.push(plan.flood("short", 3).await);
    }
    for round in 0..3 {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(2500) {
            sleep(Duration::from_millis(rng.u64(100..800))).await;
            let worker = rng.choice(&mut workers).unwrap();
            worker.kill().await;
            *worker = plan.flood("short", 3).await;
        }
        // Killed right after many calls, which it forgets or not.
        let before = server.totals(what).arrivals;
        while server.totals(what).arrivals < before + 12 {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "it doesn't go on: {:?}",
                server.totals(what)
            );
            sleep(Duration::from_millis(5)).await;
        }
        println!("round {round} took {:?}", begun.elapsed());
        if round % 2 == 0 {
            redis.lose_all();
        } else {
            redis.kill();
        }
        sleep(Duration::from_millis(rng.u64(..200))).await;
        redis.start_again();
    }
    sleep(Duration::from_secs(3)).await;
    drop(workers);
    let totals = server.totals(what);
    println!("{totals:?}");
    assert_eq!((totals.locks, totals.refused), (0, 0));
}

/// Workers are killed and restarted at any moment: there is no lockout, and their slots are free
/// again soon after.
async fn killed_at_any_moment(store: &Store, what: &'static EndpointMeta, leak: Duration) {
    let name = what.path().trim_start_matches('/');
    let mut rng = rng();
    let server = Server::start((5, 150)).await;
    let plan = Plan::new(&server.address).with("CLIQ_LIMITS", &store.place);
    let mut workers = Vec::new();
    for _ in 0..8 {
        workers.push(plan.flood(name, 3).await);
    }
    let begun = Instant::now();
    let mut killed = 0;
    while begun.elapsed() < Duration::from_secs(5) {
        sleep(Duration::from_millis(rng.u64(10..250))).await;
        let worker = rng.choice(&mut workers).unwrap();
        worker.kill().await;
        *worker = plan.flood(name, 3).await;
        killed += 1;
    }
    for worker in &mut workers {
        worker.kill().await;
    }
    let totals = server.totals(what);
    println!("{killed} killed: {totals:?}");
    assert_eq!((totals.locks, totals.refused), (0, 0));
    // Each killed worker takes some slots, and its place in line.
    assert!(totals.arrivals > 15, "{totals:?}");

    sleep(leak).await;
    let client = limits_in(&store.place, client(&server.address))
        .unwrap()
        .build()
        .unwrap();
    // After calls without a response, one goes at a time, until one is answered.
    client.call(what).await.unwrap();
    let remaining = async || client.limits().of(what).await.unwrap().remaining;
    for _ in 0..100 {
        if remaining().await == Some(18) {
            return;
        }
        sleep(Duration::from_millis(5)).await;
    }
    panic!("{:?} are left of 19, after one call", remaining().await);
}

async fn nearly_all_that_is_allowed(store: &Store) {
    let what = ShortRequest::META;
    let server = Server::start((20, 60)).await;
    let plan = Plan::new(&server.address).with("CLIQ_LIMITS", &store.place);
    let mut workers = Vec::new();
    for _ in 0..8 {
        workers.push(plan.flood("short", 2).await);
    }
    // Whole rounds, so the starting point within one doesn't matter.
    let round = Duration::from_millis(2000 + 100 + 40);
    sleep(round).await;
    let before = server.totals(what);
    sleep(3 * round).await;
    let after = server.totals(what);
    assert_eq!(after.locks, 0);
    let made = after.arrivals - before.arrivals;
    println!("{made} of {}, {} %", 3 * 19, made * 100 / (3 * 19));
    assert!(made * 100 >= 95 * 3 * 19);
    drop(workers);
}

/// A process that makes a call and exits reports the outcome, although nothing waits for it:
/// otherwise each of its calls would count as unanswered.
async fn a_program_that_ends_leaves_nothing(store: &Store) {
    let server = Server::start((1, 5)).await;
    let plan = Plan::new(&server.address).with("CLIQ_LIMITS", &store.place);
    for _ in 0..5 {
        let mut worker = plan.start();
        worker.tell("last short").await;
        worker.end().await;
        // Also without a runtime.
        plan.clone().with("CLIQ_ONCE", "1").start().end().await;
    }
    sleep(Duration::from_millis(2100 + 50)).await;
    let client = limits_in(&store.place, client(&server.address))
        .unwrap()
        .build()
        .unwrap();
    assert_eq!(
        client
            .limits()
            .of(ShortRequest::META)
            .await
            .unwrap()
            .remaining,
        Some(19)
    );
    // The same for a process that closes its client.
    client.short().await.unwrap();
    client.close(Duration::from_secs(5)).await;
    let other = limits_in(&store.place, cliq_tests_processes::client(&server.address))
        .unwrap()
        .build()
        .unwrap();
    sleep(Duration::from_millis(2100 + 50)).await;
    assert_eq!(
        other
            .limits()
            .of(ShortRequest::META)
            .await
            .unwrap()
            .remaining,
        Some(19)
    );
}
