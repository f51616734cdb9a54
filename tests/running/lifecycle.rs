//! A client for a program's whole life: used from several runtimes, some of which end; closed at
//! the end.

use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use cliq_api::prelude::*;
use cliq_api::threads::Threads;
use cliq_api::{ErrorKind, RetryPolicy, Sent};
use cliq_sandbox::Sandbox;
use cliq_tests::server::{Server, Step, answer};
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

use crate::Things;

const SECOND: Duration = Duration::from_secs(1);

fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

fn good() -> Step {
    Step::Write(answer("200 OK", "{}"))
}

/// A connection belongs to the runtime that opened it, which may be idle.
#[test]
fn a_client_works_in_a_second_runtime_while_the_first_is_idle() {
    let server = Server::answering("{}");
    let client = Client::builder(server.base_url())
        .timeout(10 * SECOND)
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let idle = || Builder::new_current_thread().enable_all().build().unwrap();
    let (first, second) = (idle(), idle());
    let begun = std::time::Instant::now();
    for round in 0..3 {
        for runtime in [&first, &second] {
            let post = runtime.block_on(client.add_thing("one").into_future());
            post.unwrap_or_else(|error| panic!("round {round}: {error:?}"));
        }
    }
    assert!(begun.elapsed() < 5 * SECOND, "{:?}", begun.elapsed());
    // Each runtime has one connection, and keeps it.
    assert_eq!((server.connections(), server.requests().len()), (2, 6));
}

#[test]
fn a_client_in_a_static_outlives_a_runtime() {
    static SERVER: LazyLock<Server> = LazyLock::new(|| {
        let slow = Step::Drip(answer("200 OK", "{}"), Duration::from_millis(5));
        Server::doing_in_turn(vec![
            vec![Step::Read, good(), Step::Again],
            vec![Step::Read, slow, Step::Again],
            vec![Step::Read, good(), Step::Again],
        ])
    });
    static CLIENT: LazyLock<Client> = LazyLock::new(|| {
        Client::builder(SERVER.base_url())
            .retry(RetryPolicy::none())
            .build()
            .unwrap()
    });
    let (first, second) = (runtime(), runtime());
    first
        .block_on(async { CLIENT.get_thing("1").await })
        .unwrap();
    let post = second.spawn(async { CLIENT.add_thing("once").await });
    SERVER.wait_for_requests(2);
    drop(first);
    second.block_on(post).unwrap().unwrap();

    let third = runtime();
    third
        .block_on(async { CLIENT.add_thing("again").await })
        .unwrap();
    assert_eq!((SERVER.connections(), SERVER.requests().len()), (3, 3));
    assert_eq!(second.block_on(CLIENT.close(SECOND)), 0);
}

#[test]
fn no_post_dies_with_a_runtime_that_others_are() {
    let server = Server::answering("{}");
    let client = Client::builder(server.base_url())
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let mine = runtime();
    for round in 0..40 {
        let other = runtime();
        for number in 0..4 {
            let call = client.get_thing(format!("{round}-{number}"));
            other.spawn(async move { call.await });
        }
        let posts = (0..10).map(|number| {
            let post = client.add_thing(format!("<{round}-{number}>"));
            mine.spawn(async move { post.await })
        });
        let posts: Vec<_> = posts.collect();
        other.shutdown_background();
        for post in posts {
            mine.block_on(post).unwrap().unwrap();
        }
    }
    let requests = server.requests();
    let posted = requests
        .iter()
        .filter(|request| request.starts_with("POST "));
    assert_eq!(posted.count(), 400);
}

#[test]
fn a_runtime_that_ends_takes_its_calls_along() {
    let server = Server::doing([Step::Read, Step::Silence]);
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .build()
        .unwrap();
    let first = runtime();
    for _ in 0..3 {
        let call = client.add_thing("one");
        first.spawn(async move { call.await });
    }
    server.wait_for_requests(3);
    drop(first);
    let second = runtime();
    assert_eq!(second.block_on(client.close(SECOND)), 0);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn without_a_runtime_a_call_says_so() {
    let client = Client::cliq(DataCenter::US)
        .base_url("http://localhost")
        .build()
        .unwrap();
    let mut call = pin!(client.get_thing("1").into_future());
    let Poll::Ready(result) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("it waits")
    };
    let error = result.unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Configuration, Sent::No)
    );
    assert!(
        error.to_string().contains("Tokio runtime") && error.to_string().contains("blocking"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn closing_waits_refuses_and_counts() {
    let demo = Sandbox::demo();
    demo.sandbox
        .faults()
        .everywhere()
        .answer_latency(5 * SECOND);
    let client = demo.client();
    let calls: Vec<_> = (0..3)
        .map(|_| tokio::spawn(client.get_thread(&demo.thread_chat_id).into_future()))
        .collect();
    let abandoned =
        tokio::time::timeout(SECOND / 10, client.get_thread(&demo.thread_chat_id)).await;
    assert!(abandoned.is_err());

    let begun = Instant::now();
    // The call that nobody waits for counts as well.
    assert_eq!(client.close(SECOND).await, 4);
    assert_eq!(begun.elapsed(), SECOND);
    let error = client
        .clone()
        .get_thread(&demo.thread_chat_id)
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Closed, Sent::No));
    assert_eq!(client.close(Duration::ZERO).await, 4);
    assert_eq!(client.close(60 * SECOND).await, 0);
    assert!(begun.elapsed() < 6 * SECOND, "{:?}", begun.elapsed());
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(demo.sandbox.totals().arrivals, 4);
}

#[tokio::test(start_paused = true)]
async fn what_was_closed_is_not_tried_again() {
    let demo = Sandbox::demo();
    demo.sandbox
        .faults()
        .everywhere()
        .sometimes(1.0, cliq_sandbox::Fault::Unreachable);
    let policy = RetryPolicy::new()
        .max_attempts(1000)
        .initial_backoff(SECOND)
        .max_backoff(SECOND);
    let client = demo
        .sandbox
        .client_builder()
        .access_token(&*demo.token)
        .retry(policy)
        .build()
        .unwrap();
    let call = tokio::spawn(client.get_thread(&demo.thread_chat_id).into_future());
    tokio::task::yield_now().await;
    assert_eq!(client.close(10 * SECOND).await, 0);
    let error = call.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Closed, Sent::No),
        "{error:?}"
    );
    assert_eq!(error.attempts()[0].kind(), ErrorKind::Connect);
}

/// A service has many calls in flight, and each poll of a call loads its state into the cache.
#[test]
fn a_call_on_its_way_is_small() {
    let client = Client::cliq(DataCenter::US)
        .base_url("http://localhost:1")
        .build()
        .unwrap();
    let call = client.follow_thread("CT_1-T-2").into_future();
    // Up to this size, glibc's allocator reuses recently freed memory.
    assert!(size_of_val(&*call) <= 1032, "{} bytes", size_of_val(&*call));
}
