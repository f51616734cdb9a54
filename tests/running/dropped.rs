//! A call that is dropped after any number of polls leaves nothing behind, and a sent request is
//! finished.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use cliq_api::prelude::*;
use cliq_api::{Body, Exchange, Transport, http};
use cliq_tests::over::{Needs, Over};
use cliq_tests::server::{Server, Step, answer};
use tokio::runtime::Handle;

use crate::Things;

/// Polls the future at most this often, letting other tasks run in between. Returns whether it
/// ended.
async fn polled<T>(call: impl Future<Output = T>, times: usize) -> bool {
    let mut call = pin!(call);
    for _ in 0..times {
        if call
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_ready()
        {
            return true;
        }
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    false
}

/// Waits until no task is left in this runtime.
async fn alone() {
    for _ in 0..5000 {
        if Handle::current().metrics().num_alive_tasks() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!(
        "{} tasks are left after ten seconds",
        Handle::current().metrics().num_alive_tasks()
    );
}

#[tokio::test]
async fn over_a_socket_the_server_sees_all_of_it() {
    for over in Over::ALL {
        all_of_it_arrives(over).await;
    }
}

async fn all_of_it_arrives(over: Over) {
    let text = "x".repeat(300_000);
    let beginning = b"HTTP/1.1 200 OK\r\n".to_vec();
    let rest = [b"Content-Length: 300000\r\n\r\n", text.as_bytes()].concat();
    let server = Server::doing([
        Step::Read,
        Step::Drip(beginning, Duration::from_micros(100)),
        Step::Write(rest),
    ]);
    let mut sent = 0;
    for times in 0.. {
        // Without pooled connections.
        let client = Client::cliq(DataCenter::US).base_url(server.base_url());
        let needs = Needs {
            no_pool: true,
            ..Needs::default()
        };
        let client = over.build(client, needs).build().unwrap();
        let ended = polled(client.add_thing(&*text).into_future(), times).await;
        // The first poll sends it.
        sent += usize::from(times > 0);
        assert_eq!(client.close(Duration::from_secs(10)).await, 0);
        drop(client);
        alone().await;
        assert_eq!(server.requests().len(), sent, "dropped after {times} polls");
        if ended {
            assert!(times > 3, "it was never dropped on its way");
            break;
        }
    }
    assert!(
        server
            .requests()
            .iter()
            .all(|request| request.len() > text.len())
    );
}

/// Takes this many polls, and counts calls that began and ended.
#[derive(Clone, Default)]
struct Slow {
    polls: usize,
    begun: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
}

impl Transport for Slow {
    fn send(&self, _: http::Request<Body>) -> Exchange<'_> {
        let Self {
            polls,
            begun,
            ended,
        } = self.clone();
        Box::pin(async move {
            begun.fetch_add(1, Ordering::Relaxed);
            let mut left = polls;
            poll_fn(|context| {
                context.waker().wake_by_ref();
                left = left.saturating_sub(1);
                if left > 0 {
                    Poll::Pending
                } else {
                    Poll::Ready(())
                }
            })
            .await;
            ended.fetch_add(1, Ordering::Relaxed);
            Ok(http::Response::new(Body::empty()))
        })
    }
}

#[tokio::test]
async fn its_answer_is_read_to_the_end() {
    let slow = Slow {
        polls: 10,
        ..Slow::default()
    };
    let client = Client::cliq(DataCenter::US)
        .transport(slow.clone())
        .base_url("http://localhost")
        .build()
        .unwrap();
    for times in 0..12 {
        let ended = polled(client.add_thing("one").into_future(), times).await;
        assert_eq!(ended, times > 9, "after {times} polls");
        alone().await;
        assert_eq!(
            slow.begun.load(Ordering::Relaxed),
            times,
            "what was not polled sent nothing"
        );
        assert_eq!(slow.ended.load(Ordering::Relaxed), times);
    }
    assert_eq!(client.close(Duration::ZERO).await, 0);
}

#[tokio::test]
async fn a_server_that_never_answers_holds_its_rest_no_longer_than_an_attempt() {
    let server = Server::doing([Step::Read, Step::Silence]);
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .timeout(Duration::from_secs(1))
        .build()
        .unwrap();
    let mut call = client.add_thing("one").into_future();
    while server.requests().is_empty() {
        let pause = tokio::time::timeout(Duration::from_millis(5), &mut call);
        assert!(pause.await.is_err());
    }
    drop(call);
    assert_eq!(client.close(Duration::ZERO).await, 1);
    assert_eq!(client.close(Duration::from_secs(10)).await, 0);
    alone().await;
    assert_eq!(server.requests().len(), 1);
}

/// A client only keeps a pooled connection and its idle timer, until it is dropped.
#[tokio::test]
async fn a_client_leaves_no_task() {
    let server = Server::doing([Step::Read, Step::Write(answer("200 OK", "{}")), Step::Again]);
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .build()
        .unwrap();
    for _ in 0..5 {
        client.get_thing("1").await.unwrap();
    }
    assert_eq!(
        (
            server.connections(),
            Handle::current().metrics().num_alive_tasks()
        ),
        (1, 2)
    );
    drop(client);
    alone().await;
}

/// Panics on this poll of its exchange.
struct Panicking(usize);

impl Transport for Panicking {
    fn send(&self, _: http::Request<Body>) -> Exchange<'_> {
        let mut left = self.0;
        Box::pin(poll_fn(move |context| {
            left -= 1;
            assert!(left > 0, "{PANIC}");
            context.waker().wake_by_ref();
            Poll::Pending
        }))
    }
}

const PANIC: &str = "the program's own transport panics";

/// Counts panics of an `async` block that has panicked before.
fn count_second_panics() -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let (known, counted) = (std::panic::take_hook(), Arc::clone(&count));
    std::panic::set_hook(Box::new(move |info| {
        let text = info.payload_as_str().unwrap_or_default();
        if text.contains("resumed after panicking") {
            counted.fetch_add(1, Ordering::Relaxed);
        }
        if text != PANIC {
            known(info);
        }
    }));
    count
}

#[tokio::test]
async fn a_transport_that_panics_does_so_once() {
    let second = count_second_panics();
    for times in 1..4 {
        let client = Client::cliq(DataCenter::US)
            .transport(Panicking(times))
            .base_url("http://localhost")
            .build()
            .unwrap();
        let call = tokio::spawn(client.add_thing("one").into_future());
        let panicked = call.await.unwrap_err().into_panic();
        assert_eq!(panicked.downcast_ref::<String>().unwrap(), PANIC);
        assert_eq!(client.close(Duration::from_secs(10)).await, 0);
        drop(client);
        alone().await;
    }
    assert_eq!(second.load(Ordering::Relaxed), 0);
}
