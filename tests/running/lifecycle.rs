//! One client for a program's whole life: used from several runtimes, of which some end; closed at
//! last.

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

/// A connection goes back to where the next call finds it a moment after its answer was read, and
/// nothing tells when.
fn given_back() {
    std::thread::sleep(SECOND / 5);
}

fn good() -> Step {
    Step::Write(answer("200 OK", "{}"))
}

#[test]
fn a_client_in_a_static_outlives_a_runtime() {
    static SERVER: LazyLock<Server> = LazyLock::new(|| {
        // The connection that the first runtime opened says no more when it is used a second time.
        let first = vec![Step::Read, good(), Step::Read, Step::Silence];
        Server::doing_in_turn(vec![
            first.clone(),
            first,
            vec![Step::Read, good(), Step::Again],
        ])
    });
    static CLIENT: LazyLock<Client> = LazyLock::new(|| {
        Client::cliq(DataCenter::US)
            .base_url(SERVER.base_url())
            .build()
            .unwrap()
    });

    // The second runtime's calls go over a connection that the first one drives, when that ends.
    let second = runtime();
    let mut first = runtime();
    first
        .block_on(async { CLIENT.get_thing("1").await })
        .unwrap();
    given_back();
    let post = second.spawn(async { CLIENT.add_thing("once").await });
    SERVER.wait_for_requests(2);
    drop(first);
    let error = second.block_on(post).unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Transport, Sent::Maybe),
        "{error:?}"
    );

    first = runtime();
    first
        .block_on(async { CLIENT.get_thing("2").await })
        .unwrap();
    given_back();
    let get = second.spawn(async { CLIENT.get_thing("3").await });
    SERVER.wait_for_requests(4);
    drop(first);
    // It may be sent twice, and so it is.
    second.block_on(get).unwrap().unwrap();

    for _ in 0..10 {
        second
            .block_on(async { CLIENT.add_thing("more").await })
            .unwrap();
    }
    let posted = SERVER
        .requests()
        .iter()
        .filter(|request| request.contains("once"))
        .count();
    assert_eq!((posted, SERVER.requests().len()), (1, 15));
    assert_eq!(second.block_on(CLIENT.close(SECOND)), 0);
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
    // The one that nobody waits for counts as well.
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

/// A service has many of them under way at once, and each step of a call that is kept in it is
/// fetched again when it is woken.
#[test]
fn a_call_on_its_way_is_small() {
    let client = Client::cliq(DataCenter::US)
        .base_url("http://localhost:1")
        .build()
        .unwrap();
    let call = client.follow_thread("CT_1-T-2").into_future();
    assert!(size_of_val(&*call) < 1536, "{} bytes", size_of_val(&*call));
}
