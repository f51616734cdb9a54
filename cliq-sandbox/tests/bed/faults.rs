//! Each fault as an in-process client sees it, and its effect on the server.

use cliq_api::threads::{FollowThreadRequest, GetThreadRequest, Threads};
use cliq_api::{Client, ErrorKind, RequestExt, Sent};
use cliq_sandbox::limits::Limits;
use cliq_sandbox::{Demo, Fault, Sandbox};
use http::StatusCode;
use std::sync::{Arc, Mutex};
use tokio::time::Instant;

use super::{MINUTE, SECOND, bare, ryan, ryan_limited, status};

/// Kind, `sent` and status of the error; then the number of arrivals and of followers.
type Seen = (ErrorKind, Sent, Option<u16>, u64, usize);

async fn meet(demo: &Demo, client: &Client, fault: Fault) -> Seen {
    demo.sandbox
        .faults()
        .on::<FollowThreadRequest>()
        .next(fault);
    let before = demo.sandbox.totals().arrivals;
    let error = client
        .follow_thread(&demo.thread_chat_id)
        .await
        .unwrap_err();
    let arrived = demo.sandbox.totals().arrivals - before;
    let followers = client
        .list_thread_followers(&demo.thread_chat_id)
        .await
        .unwrap()
        .len();
    client.unfollow_thread(&demo.thread_chat_id).await.unwrap();
    (
        error.kind(),
        error.sent(),
        error.status().map(|status| status.as_u16()),
        arrived,
        followers,
    )
}

#[tokio::test(start_paused = true)]
async fn each_one_is_what_it_says() {
    let (demo, client) = ryan();
    let bad_gateway = StatusCode::BAD_GATEWAY;
    for (fault, seen) in [
        (
            Fault::Unreachable,
            (ErrorKind::Connect, Sent::No, None, 0, 1),
        ),
        (
            Fault::LoseRequest,
            (ErrorKind::Timeout, Sent::Maybe, None, 0, 1),
        ),
        (
            Fault::Reset,
            (ErrorKind::Transport, Sent::Maybe, None, 0, 1),
        ),
        (
            Fault::Late(MINUTE),
            (ErrorKind::Timeout, Sent::Maybe, None, 0, 1),
        ),
        (
            Fault::Unauthorized,
            (ErrorKind::Status, Sent::Answered, Some(401), 0, 1),
        ),
        (
            Fault::Fail(bad_gateway),
            (ErrorKind::Status, Sent::Answered, Some(502), 1, 1),
        ),
        (
            Fault::Redirect("https://elsewhere.example/".into()),
            (ErrorKind::Status, Sent::Answered, Some(302), 1, 1),
        ),
        (
            Fault::LoseAnswer,
            (ErrorKind::Timeout, Sent::Maybe, None, 1, 2),
        ),
        (
            Fault::ResetAfter,
            (ErrorKind::Transport, Sent::Maybe, None, 1, 2),
        ),
        (
            Fault::FailAfter(bad_gateway),
            (ErrorKind::Status, Sent::Answered, Some(502), 1, 2),
        ),
        (
            Fault::Truncate,
            (ErrorKind::Transport, Sent::Answered, Some(200), 1, 2),
        ),
        (
            Fault::Oversize(33 * 1024 * 1024),
            (ErrorKind::Decode, Sent::Answered, Some(200), 1, 2),
        ),
    ] {
        assert_eq!(meet(&demo, &client, fault.clone()).await, seen, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_good_again_unless_it_is_revoked() {
    let (demo, client) = ryan();
    demo.sandbox.faults().everywhere().next(Fault::Unauthorized);
    let error = client
        .follow_thread(&demo.thread_chat_id)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("oauthtoken_invalid"));
    client.follow_thread(&demo.thread_chat_id).await.unwrap();
    demo.sandbox.revoke_token(&demo.token);
    for _ in 0..2 {
        let error = client
            .follow_thread(&demo.thread_chat_id)
            .await
            .unwrap_err();
        assert_eq!(
            (error.status(), error.code()),
            (Some(StatusCode::UNAUTHORIZED), Some("oauthtoken_invalid"))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_that_are_no_answers() {
    let (demo, client) = ryan();
    for fault in [Fault::WrongLength, Fault::NotJson, Fault::GzipBomb(8)] {
        demo.sandbox
            .faults()
            .on::<GetThreadRequest>()
            .next(fault.clone());
        let error = client.get_thread(&demo.thread_chat_id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{fault}");
        assert!(!error.body().unwrap().is_empty());
    }
    // Large, but valid.
    demo.sandbox
        .faults()
        .on::<GetThreadRequest>()
        .next(Fault::Oversize(1024 * 1024));
    client.get_thread(&demo.thread_chat_id).await.unwrap();
}

/// It arrives, counts and takes effect after the caller's timeout.
#[tokio::test(start_paused = true)]
async fn a_late_call_arrives_after_all() {
    let (demo, client) = ryan_limited(Limits::published());
    demo.sandbox
        .faults()
        .on::<FollowThreadRequest>()
        .repeat(21, Fault::Late(MINUTE));
    for _ in 0..21 {
        let call = client
            .follow_thread(&demo.thread_chat_id)
            .options(|options| options.timeout(SECOND));
        assert_eq!(call.await.unwrap_err().kind(), ErrorKind::Timeout);
    }
    assert_eq!(demo.sandbox.totals().arrivals, 0);
    tokio::time::sleep(2 * MINUTE).await;
    let tally = demo.sandbox.book().of::<FollowThreadRequest>(&demo.user_id);
    assert_eq!((tally.arrivals, tally.locks, tally.fullest), (21, 1, 21));
    assert_eq!(
        status(client.follow_thread(&demo.thread_chat_id).await),
        Some(429)
    );
}

#[tokio::test(start_paused = true)]
async fn sequences_are_exact_and_the_endpoints_own_go_first() {
    let (demo, client) = ryan();
    let faults = demo.sandbox.faults();
    faults
        .on::<FollowThreadRequest>()
        .next(Fault::Reset)
        .pass(2)
        .repeat(2, Fault::Unauthorized);
    faults
        .everywhere()
        .next(Fault::Fail(StatusCode::SERVICE_UNAVAILABLE));
    let mut seen = Vec::new();
    for _ in 0..7 {
        seen.push(
            client
                .follow_thread(&demo.thread_chat_id)
                .await
                .map_err(|error| error.kind()),
        );
    }
    let refused = Err(ErrorKind::Status);
    assert_eq!(
        seen,
        [
            Err(ErrorKind::Transport),
            Ok(()),
            Ok(()),
            refused,
            refused,
            refused,
            Ok(())
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn chances_are_of_their_endpoint() {
    let (demo, client) = ryan();
    demo.sandbox
        .faults()
        .on::<FollowThreadRequest>()
        .lose_answers(0.1)
        .reset(0.1)
        .lose_requests(0.1)
        .late(0.1, MINUTE);
    let (mut resets, mut timeouts) = (0, 0);
    for _ in 0..1_000 {
        match client
            .follow_thread(&demo.thread_chat_id)
            .await
            .map_err(|error| error.kind())
        {
            Err(ErrorKind::Transport) => resets += 1,
            Err(ErrorKind::Timeout) => timeouts += 1,
            _ => {}
        }
        client.unfollow_thread(&demo.thread_chat_id).await.unwrap();
    }
    assert!((60..120).contains(&resets), "{resets}");
    assert!((200..300).contains(&timeouts), "{timeouts}");
}

#[tokio::test(start_paused = true)]
async fn what_happens_can_be_watched() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&log);
    let demo = Sandbox::builder()
        .watch(move |record| {
            let fault = record.fault.as_ref().map(ToString::to_string);
            let status = record.status.map(|status| status.as_u16());
            lines.lock().unwrap().push((
                record.user_id.clone(),
                status,
                record.verdict.is_allowed(),
                fault,
            ));
        })
        .limits(Limits::published())
        .demo();
    let (demo, client) = bare(demo);
    demo.sandbox
        .faults()
        .on::<FollowThreadRequest>()
        .next(Fault::Reset)
        .next(Fault::LoseAnswer)
        .pass(19);
    let start = Instant::now();
    for _ in 0..22 {
        let _ = client.follow_thread(&demo.thread_chat_id).await;
    }
    assert_eq!(start.elapsed(), 30 * SECOND);
    let ryan = || Some(demo.user_id.clone());
    let log = log.lock().unwrap();
    assert_eq!(
        log[0],
        (None, None, true, Some("reset before it arrived".into()))
    );
    assert_eq!(
        log[1],
        (ryan(), Some(204), true, Some("answer lost".into()))
    );
    assert_eq!(log[2], (ryan(), Some(204), true, None));
    assert_eq!(log[21], (ryan(), Some(429), false, None));
}
