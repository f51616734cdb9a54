//! Every await of a call ends at its deadline.

use std::time::Duration;

use cliq_api::prelude::*;
use cliq_api::threads::{GetThreadRequest, Threads};
use cliq_api::{ErrorKind, RetryPolicy, Sent};
use cliq_sandbox::limits::Limits;
use cliq_sandbox::{Demo, Fault, Sandbox};
use cliq_tests::faults;
use cliq_tests::server::{Server, Step};
use tokio::time::Instant;

use crate::Things;

const SECOND: Duration = Duration::from_secs(1);
const DEADLINE: Duration = Duration::from_secs(3);
/// The timeout of an attempt, which never matters here.
const NEVER: Duration = Duration::from_hours(1);

/// Makes a call in paused time that must end at its deadline.
async fn late(client: &Client, demo: &Demo) -> Error {
    let begun = Instant::now();
    let call = client
        .get_thread(&demo.thread_chat_id)
        .options(|options| options.deadline(DEADLINE).timeout(NEVER));
    let error = call.await.unwrap_err();
    assert!(
        begun.elapsed() <= DEADLINE,
        "it took {:?}: {error:?}",
        begun.elapsed()
    );
    error
}

#[tokio::test(start_paused = true)]
async fn waiting_for_the_answer() {
    for (fault, arrived) in [
        (Fault::LoseRequest, 0),
        (Fault::LoseAnswer, 1),
        (Fault::Late(4 * SECOND), 0),
    ] {
        let demo = Sandbox::demo();
        demo.sandbox
            .faults()
            .on::<GetThreadRequest>()
            .next(fault.clone());
        let begun = Instant::now();
        let error = late(&demo.client(), &demo).await;
        assert_eq!(begun.elapsed(), DEADLINE);
        assert_eq!(
            (error.kind(), error.sent()),
            (ErrorKind::Timeout, Sent::Maybe),
            "{fault}"
        );
        assert!(
            error
                .to_string()
                .contains("no response within the call's deadline of 3s"),
            "{error}"
        );
        assert_eq!(demo.sandbox.totals().arrivals, arrived, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_between_attempts() {
    for longest in [SECOND, 10 * SECOND, NEVER] {
        let demo = Sandbox::demo();
        demo.sandbox
            .faults()
            .everywhere()
            .sometimes(1.0, Fault::Unreachable);
        let policy = RetryPolicy::new()
            .max_attempts(1000)
            .initial_backoff(longest)
            .max_backoff(longest);
        let builder = || {
            demo.sandbox
                .client_builder()
                .access_token(&*demo.token)
                .retry(policy)
        };
        for _ in 0..20 {
            let error = late(&builder().build().unwrap(), &demo).await;
            // The previous error is more useful than the deadline.
            assert_eq!(
                (error.kind(), error.sent()),
                (ErrorKind::Connect, Sent::No),
                "{error:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_that_each_take_their_time() {
    let demo = Sandbox::demo();
    demo.sandbox
        .faults()
        .everywhere()
        .sometimes(1.0, Fault::LoseAnswer);
    let policy = RetryPolicy::new()
        .max_attempts(10)
        .initial_backoff(Duration::ZERO);
    let client = demo
        .sandbox
        .client_builder()
        .access_token(&*demo.token)
        .retry(policy)
        .build()
        .unwrap();
    let begun = Instant::now();
    let call = client
        .get_thread(&demo.thread_chat_id)
        .options(|options| options.deadline(DEADLINE).timeout(SECOND));
    let error = call.await.unwrap_err();
    assert!(begun.elapsed() <= DEADLINE);
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!((2..=3).contains(&error.attempts().len()), "{error:?}");
    assert_eq!(error.sent(), Sent::Maybe);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_the_limit() {
    let demo = Sandbox::builder().limits(Limits::published()).demo();
    let client = demo.client();
    let mut granted = 0;
    let error = loop {
        let begun = Instant::now();
        let call = client
            .get_thread(&demo.thread_chat_id)
            .options(|options| options.deadline(DEADLINE));
        match call.await {
            Ok(_) => granted += 1,
            Err(error) => {
                // The delay would exceed the deadline, so it isn't started.
                assert_eq!(begun.elapsed(), Duration::ZERO);
                break error;
            }
        }
    };
    assert!(granted > 0);
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Limited, Sent::No),
        "{error:?}"
    );
    assert!(error.retry_after().unwrap() > DEADLINE);
}

/// On real sockets, where time can't be paused: the call must end long before anything else would
/// end it.
async fn late_over_http(base_url: String, what: &str) -> Error {
    let client = Client::cliq(DataCenter::US)
        .base_url(base_url)
        .connect_timeout(NEVER)
        .timeout(NEVER)
        .build()
        .unwrap();
    let deadline = Duration::from_millis(300);
    let image = Bytes::from(vec![7; 64 * 1024 * 1024]);
    let call = client
        .put_image("1", image)
        .options(|options| options.deadline(deadline));
    let error = tokio::time::timeout(60 * SECOND, call)
        .await
        .unwrap_or_else(|_| panic!("{what}: it hangs"))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{what}: {error:?}");
    assert!(
        error.to_string().contains("the call's deadline of 300ms"),
        "{what}: {error}"
    );
    // Its remaining tasks end soon as well.
    error
}

#[tokio::test]
async fn connecting() {
    let target = faults::Fault::NotTakenUp.bring_about();
    late_over_http(target.base_url(), "connecting").await;
    let server = Server::doing_in_place_of_tls([Step::Silence]);
    late_over_http(server.base_url(), "the handshake").await;
}

#[tokio::test]
async fn sending() {
    // The system accepts the connection, and nothing reads from it.
    let deaf = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    late_over_http(format!("http://{}", deaf.local_addr().unwrap()), "sending").await;
}

#[tokio::test]
async fn reading() {
    let pause = Duration::from_millis(50);
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
    for (what, steps) in [
        ("no head", vec![Step::Read, Step::Silence]),
        (
            "a slow head",
            vec![
                Step::Read,
                Step::Write(b"HTTP/1.1 200 OK\r\n".to_vec()),
                Step::Trickle(b"X-Filler: a\r\n".to_vec(), pause),
            ],
        ),
        (
            "no body",
            vec![Step::Read, Step::Write(head.to_vec()), Step::Silence],
        ),
        (
            "a slow body",
            vec![
                Step::Read,
                Step::Write(head.to_vec()),
                Step::Trickle(vec![b' '], pause),
            ],
        ),
        (
            "no end of 100s",
            vec![
                Step::Read,
                Step::Trickle(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(), pause),
            ],
        ),
    ] {
        let server = Server::doing(steps);
        late_over_http(server.base_url(), what).await;
    }
}
