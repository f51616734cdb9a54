//! Without a socket.

use std::future::Future;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use cliq_api::prelude::*;
use cliq_api::threads::{FollowThreadRequest, Threads};
use cliq_sandbox::{Fault, Latency, Sandbox};
use tokio::time::{Instant, timeout};

use super::{MINUTE, SECOND, ryan};

/// Takes the fastest of several, as the machine may be busy.
#[test]
fn it_is_there_in_less_than_five_milliseconds() {
    let quickest = (0..20).map(|_| {
        let start = std::time::Instant::now();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let (demo, client) = ryan();
        runtime
            .block_on(client.follow_thread(&demo.thread_chat_id).into_future())
            .unwrap();
        start.elapsed()
    });
    let quickest = quickest.min().unwrap();
    assert!(quickest < Duration::from_millis(5), "{quickest:?}");
}

#[tokio::test(start_paused = true)]
async fn all_of_it_is_typed_and_stateful() {
    let (demo, client) = ryan();
    client.follow_thread(&demo.thread_chat_id).await.unwrap();
    let followers = client
        .list_thread_followers(&demo.thread_chat_id)
        .await
        .unwrap();
    assert_eq!(followers.len(), 2);
    let other = demo.sandbox.client(demo.sandbox.token(&demo.outsider_id));
    assert_eq!(
        super::status(other.follow_thread(&demo.thread_chat_id).await),
        Some(403)
    );
}

#[tokio::test]
async fn in_process_and_over_http_it_is_one_world() {
    let (demo, client) = ryan();
    let server = demo.sandbox.serve().await.unwrap();
    let remote = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .access_token(demo.token.clone())
        .build()
        .unwrap();
    remote.follow_thread(&demo.thread_chat_id).await.unwrap();
    let thread = client.get_thread(&demo.thread_chat_id).await.unwrap();
    assert_eq!(thread.is_follower, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_client_with_settings_of_ones_own() {
    let demo = Sandbox::demo();
    let client = demo
        .sandbox
        .client_builder()
        .access_token(demo.token.clone())
        .timeout(SECOND)
        .build()
        .unwrap();
    demo.sandbox.faults().everywhere().next(Fault::LoseAnswer);
    let start = Instant::now();
    let error = client
        .follow_thread(&demo.thread_chat_id)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), cliq_api::ErrorKind::Timeout);
    assert_eq!(start.elapsed(), SECOND);

    let nobody = demo.sandbox.client_builder().build().unwrap();
    assert_eq!(
        super::status(nobody.follow_thread(&demo.thread_chat_id).await),
        Some(401)
    );
    demo.sandbox.revoke_token(&demo.token);
    assert_eq!(
        super::status(client.follow_thread(&demo.thread_chat_id).await),
        Some(401)
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_arrives_though_its_caller_has_gone() {
    let (demo, client) = ryan();
    demo.sandbox
        .faults()
        .on::<FollowThreadRequest>()
        .request_latency(MINUTE);
    let call = client
        .follow_thread(&demo.thread_chat_id)
        .options(|options| options.timeout(SECOND));
    assert_eq!(call.await.unwrap_err().kind(), cliq_api::ErrorKind::Timeout);
    assert_eq!(demo.sandbox.totals().arrivals, 0);

    tokio::time::sleep(MINUTE).await;
    let book = demo.sandbox.book();
    assert_eq!(book.of::<FollowThreadRequest>(&demo.user_id).arrivals, 1);
    let arrival = book.arrivals().next().unwrap();
    assert_eq!(arrival.at.as_secs(), 1_760_001_840 + 60);
    let followers = client
        .list_thread_followers(&demo.thread_chat_id)
        .await
        .unwrap();
    assert_eq!(followers.len(), 2);
}

/// A call is sent when it is polled first, and then arrives even if it is dropped.
#[tokio::test(start_paused = true)]
async fn a_call_is_sent_when_it_is_polled() {
    let (demo, client) = ryan();
    drop(client.follow_thread(&demo.thread_chat_id).into_future());
    tokio::time::sleep(MINUTE).await;
    assert_eq!(demo.sandbox.totals().arrivals, 0);

    demo.sandbox.faults().everywhere().latency(SECOND);
    let mut call = Box::pin(client.follow_thread(&demo.thread_chat_id).into_future());
    assert!(matches!(
        call.as_mut().poll(&mut Context::from_waker(Waker::noop())),
        Poll::Pending
    ));
    drop(call);
    tokio::time::sleep(MINUTE).await;
    assert_eq!(demo.sandbox.totals().arrivals, 1);
}

#[tokio::test(start_paused = true)]
async fn both_ways_take_their_time() {
    let (demo, client) = ryan();
    demo.sandbox
        .faults()
        .on::<FollowThreadRequest>()
        .request_latency(2 * SECOND)
        .answer_latency(3 * SECOND);
    demo.sandbox
        .faults()
        .everywhere()
        .latency(Latency::constant(10 * SECOND));
    let start = Instant::now();
    client.follow_thread(&demo.thread_chat_id).await.unwrap();
    assert_eq!(start.elapsed(), 5 * SECOND);
    assert_eq!(
        demo.sandbox.book().arrivals().next().unwrap().at.as_secs(),
        1_760_001_840 + 2
    );
    client.get_thread(&demo.thread_chat_id).await.unwrap();
    assert_eq!(start.elapsed(), 25 * SECOND);
}

/// 64 concurrent calls take as long as one.
#[tokio::test(start_paused = true)]
async fn calls_do_not_wait_for_one_another() {
    let (demo, client) = ryan();
    demo.sandbox.faults().everywhere().latency(SECOND);
    let start = Instant::now();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (client, thread) = (client.clone(), demo.thread_chat_id.clone());
        calls.spawn(async move { client.follow_thread(&thread).await });
    }
    timeout(MINUTE, calls.join_all())
        .await
        .unwrap()
        .into_iter()
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    assert_eq!(start.elapsed(), 2 * SECOND);
    assert_eq!(
        demo.sandbox
            .book()
            .of::<FollowThreadRequest>(&demo.user_id)
            .fullest,
        64
    );
}
