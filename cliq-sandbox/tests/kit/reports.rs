//! Reports of failing tests.

use cliq_api::RequestExt;
use cliq_api::threads::{
    CreateThreadByChatIdRequest, FollowThreadRequest, SendThreadMessageRequest, ThreadAction,
    Threads, UpdateThreadRequest,
};
use cliq_sandbox::{Reply, StubServer};

use crate::desk::{Desk, GetTicketRequest, Ticket};
use crate::{panic_of, report_of};

#[tokio::test]
async fn nothing_is_reported_if_all_calls_match() {
    let server = StubServer::new();
    server.on::<FollowThreadRequest>().reply(());
    server.on::<UpdateThreadRequest>().optional().reply(());
    server.on::<SendThreadMessageRequest>().never();
    server.client().follow_thread("CT_1-T-2").await.unwrap();
    server.verify();
    assert_eq!(report_of(server), None);
    assert_eq!(report_of(StubServer::new()), None);
}

#[tokio::test]
async fn an_unmatched_call_shows_the_closest_stub_and_the_differences() {
    let server = StubServer::new();
    let client = server
        .client_builder()
        .access_token("canary")
        .build()
        .unwrap();
    server
        .on::<FollowThreadRequest>()
        .optional()
        .path("THREAD_CHAT_ID", "CT_1-T-3")
        .reply(());
    server
        .on::<UpdateThreadRequest>()
        .optional()
        .path("THREAD_CHAT_ID", "CT_1-T-9")
        .field("action", "reopen")
        .reply(());
    server
        .on::<UpdateThreadRequest>()
        .optional()
        .path("THREAD_CHAT_ID", "CT_1-T-2")
        .query("bot_unique_name", "deploybot")
        .field("action", ThreadAction::Reopen)
        .reply(());
    let error = client.close_thread("CT_1-T-2").await.unwrap_err();
    assert_eq!(error.code(), Some("no_stub"));
    assert_eq!(
        report_of(server).unwrap(),
        r#"the calls don't match this test's stubs:

1. No stub matches this call:
     PUT /api/v3/threads/CT_1-T-2
     {"action":"close"}
   The closest stub is update_thread at reports.rs:
     query bot_unique_name: expected "deploybot", found nothing
     field action: expected "reopen", found "close"
"#
    );
}

#[tokio::test]
async fn the_callers_error_has_one_line() {
    let server = StubServer::new();
    let (line, stub) = (line!(), server.on::<FollowThreadRequest>());
    stub.optional().path("THREAD_CHAT_ID", "CT_1-T-3").reply(());
    let error = server.client().follow_thread("CT_1-T-2").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "follow_thread (POST /api/v3/threads/<THREAD_CHAT_ID>/follow): 400 Bad Request: no_stub: no stub matches; the \
             closest is follow_thread at {}:{line}: path THREAD_CHAT_ID: expected \"CT_1-T-3\", found \"CT_1-T-2\"",
            file!()
        )
    );
    assert!(report_of(server).is_some());
}

#[tokio::test]
async fn a_stub_of_another_endpoint_can_be_the_closest() {
    let server = StubServer::new();
    server.on::<FollowThreadRequest>().optional().reply(());
    let unfollowed = server.client().unfollow_thread("CT_1-T-2").await;
    unfollowed.unwrap_err();
    assert_eq!(
        report_of(server).unwrap(),
        "the calls don't match this test's stubs:

1. No stub matches this call:
     POST /api/v3/threads/CT_1-T-2/unfollow
   The closest stub is follow_thread at reports.rs:
     expected POST /api/v3/threads/<THREAD_CHAT_ID>/follow, \
found POST /api/v3/threads/CT_1-T-2/unfollow
"
    );

    // An endpoint of the same URL with other parameters.
    let server = StubServer::new();
    server
        .on::<SendThreadMessageRequest>()
        .optional()
        .reply_json(());
    server
        .client()
        .create_thread_by_chat_id("CT_1", "a", "17_1")
        .await
        .unwrap_err();
    let report = report_of(server).unwrap();
    assert!(
        report.ends_with("     unexpected field `thread_message_id`\n"),
        "{report}"
    );

    let server = StubServer::new();
    server
        .on::<CreateThreadByChatIdRequest>()
        .optional()
        .reply_json(());
    server
        .client()
        .send_thread_message("CT_1-T-2", "a")
        .await
        .unwrap_err();
    let report = report_of(server).unwrap();
    assert!(
        report.ends_with("     missing field parameter `thread_message_id`\n"),
        "{report}"
    );

    let server = StubServer::new();
    server.client().follow_thread("CT_1").await.unwrap_err();
    server.client().follow_thread("CT_1").await.unwrap_err();
    let report = report_of(server).unwrap();
    let all =
        "     POST /api/v3/threads/CT_1/follow\n   This test has no stubs.\n   Received 2 times.\n";
    assert!(report.ends_with(all), "{report}");
}

#[tokio::test]
async fn expectations_are_reported_together() {
    let server = StubServer::new();
    let client = server.client();
    server
        .on::<FollowThreadRequest>()
        .path("THREAD_CHAT_ID", "CT_1-T-2")
        .reply(());
    server
        .on::<SendThreadMessageRequest>()
        .times(2)
        .reply_json(());
    server.on::<UpdateThreadRequest>().never();
    server
        .on::<GetTicketRequest>()
        .matching("it is Friday", |_| false)
        .times(1..=3)
        .reply(Ticket::new("a"));
    client.send_thread_message("CT_1-T-2", "a").await.unwrap();
    let refused = client.close_thread("CT_1-T-2").await.unwrap_err();
    assert_eq!(refused.code(), Some("no_reply"));
    assert_eq!(
        report_of(server).unwrap(),
        "the calls don't match this test's stubs (4 problems):

1. follow_thread at reports.rs: expected at least 1 call, found none
     path THREAD_CHAT_ID: \"CT_1-T-2\"

2. send_thread_message at reports.rs: expected 2 calls, found 1

3. update_thread at reports.rs: expected no call, found 1

4. get_ticket at reports.rs: expected 1 to 3 calls, found none
     condition: it is Friday
"
    );
}

#[tokio::test]
async fn a_stub_hidden_by_newer_ones_is_reported() {
    let server = StubServer::new();
    server.on::<FollowThreadRequest>().reply(());
    server.on::<FollowThreadRequest>().reply(());
    server.client().follow_thread("CT_1").await.unwrap();
    let report = report_of(server).unwrap();
    let hidden = "expected at least 1 call, found none (newer stubs took 1 of its calls)\n";
    assert!(report.ends_with(hidden), "{report}");
}

#[tokio::test]
async fn a_stub_without_a_reply_is_reported_when_it_is_called() {
    let server = StubServer::new();
    let _ = server.on::<FollowThreadRequest>();
    server.client().follow_thread("CT_1").await.unwrap_err();
    assert_eq!(
        report_of(server).unwrap(),
        "the calls don't match this test's stubs:

1. The stub follow_thread at reports.rs has no reply to this call:
     POST /api/v3/threads/CT_1/follow
"
    );
}

#[tokio::test]
async fn secrets_stay_out_of_reports() {
    let server = StubServer::new();
    let client = server
        .client_builder()
        .access_token("canary")
        .build()
        .unwrap();
    server
        .on::<GetTicketRequest>()
        .header("Authorization", "Bearer canary 2")
        .reply(Ticket::new("a"));
    let error = client
        .get_ticket("5")
        .options(|options| options.header("Cookie", "canary"))
        .tenant("acme")
        .await
        .unwrap_err();
    let report = report_of(server).unwrap();
    assert!(
        !format!("{report}{error}").contains("canary"),
        "{report}{error}"
    );
    assert_eq!(
        report,
        "the calls don't match this test's stubs (2 problems):

1. No stub matches this call:
     GET /api/v1/tickets/5.json
     x-tenant: acme
   The closest stub is get_ticket at reports.rs:
     header authorization: expected [REDACTED], found [REDACTED]

2. get_ticket at reports.rs: expected at least 1 call, found none
     header authorization: [REDACTED]
"
    );
}

#[tokio::test]
async fn long_and_binary_values_are_shortened() {
    let server = StubServer::new();
    let client = server.client();
    client
        .send_thread_message("CT_1-T-2", "ü".repeat(400))
        .await
        .unwrap_err();
    client.put_picture("5", vec![0xff, 0xfe]).await.unwrap_err();
    let report = report_of(server).unwrap();
    assert!(report.contains("ü… (811 bytes)\n"), "{report}");
    assert!(report.contains("\n     (2 bytes)\n"), "{report}");
}

#[tokio::test]
async fn a_test_that_panics_already_is_not_interrupted() {
    let words = panic_of(|| {
        let server = StubServer::new();
        server.on::<FollowThreadRequest>().reply(Reply::empty());
        panic!("the test's own");
    });
    assert_eq!(words.unwrap(), "the test's own");
}

#[tokio::test]
async fn verify_can_be_called_at_any_time() {
    let server = StubServer::new();
    server.on::<FollowThreadRequest>().reply(());
    assert!(panic_of(|| server.verify()).is_some());
    server.client().follow_thread("CT_1").await.unwrap();
    server.verify();
}
