//! Replies as the client sees them.

use std::time::Duration;

use cliq_api::threads::{
    FollowThreadRequest, GetThreadRequest, ListThreadFollowersRequest, ListThreadsRequest, Thread,
    Threads,
};
use cliq_api::{ErrorKind, PagedExt, RequestExt, Sent};
use cliq_sandbox::{Reply, StubServer};
use serde_json::json;
use tokio::time::Instant;

use crate::desk::{
    Agent, Desk, GetMeRequest, GetTicketRequest, ListTicketsRequest, OpenTicketRequest,
    PutPictureRequest, Ticket,
};

#[tokio::test]
async fn a_value_is_wrapped_as_the_endpoint_declares() {
    let server = StubServer::new();
    let client = server.client();
    server.on::<GetTicketRequest>().reply(Ticket::new("a"));
    assert_eq!(client.get_ticket("5").await.unwrap(), Ticket::new("a"));
    server
        .on::<GetMeRequest>()
        .reply_json(json!({ "name": "Scott" }));
    assert_eq!(
        client.get_me().await.unwrap(),
        Agent {
            name: "Scott".to_owned()
        }
    );
    server
        .on::<OpenTicketRequest>()
        .reply(Some(Ticket::new("a")))
        .then(None);
    assert_eq!(
        client.open_ticket(Ticket::new("a")).await.unwrap(),
        Some(Ticket::new("a"))
    );
    let nothing = client.open_ticket(Ticket::new("a")).send().await.unwrap();
    assert_eq!((nothing.status().as_u16(), nothing.body()), (204, &None));
    server.on::<PutPictureRequest>().reply("stored");
    assert_eq!(client.put_picture("5", "pixels").await.unwrap(), "stored");
    server.on::<FollowThreadRequest>().reply(());
    assert_eq!(
        client.follow_thread("CT_1").send().await.unwrap().status(),
        204
    );
    server.on::<ListThreadFollowersRequest>().reply(vec![]);
    assert_eq!(client.list_thread_followers("CT_1").await.unwrap(), []);
}

#[tokio::test]
async fn a_page_has_the_token_of_the_next() {
    let server = StubServer::new();
    let client = server.client();
    server
        .on::<ListTicketsRequest>()
        .times(3)
        .reply_page([Ticket::new("a"), Ticket::new("b")], "second")
        .reply_page([Ticket::new("c")], "third")
        .then([Ticket::new("d")]);
    let mut tickets = client.list_tickets().items();
    let mut subjects = String::new();
    while let Some(ticket) = tickets.next().await {
        subjects.push_str(&ticket.unwrap().subject);
    }
    assert_eq!(subjects, "abcd");
    let from: Vec<_> = server
        .calls::<ListTicketsRequest>()
        .iter()
        .map(|call| call.query("from").map(str::to_owned))
        .collect();
    assert_eq!(
        from,
        [None, Some("second".to_owned()), Some("third".to_owned())]
    );

    // A `Page` that was received can be a reply, with its other members.
    server
        .on::<ListThreadsRequest>()
        .reply(Reply::raw(http::Response::new(
            r#"{"data": [], "next_token": "a", "sum": 1}"#,
        )));
    let page = client.list_threads("P1").await.unwrap();
    server.on::<ListThreadsRequest>().reply(page.clone());
    assert_eq!(client.list_threads("P1").await.unwrap(), page);
}

#[tokio::test]
async fn a_reply_can_be_computed_from_its_call() {
    let server = StubServer::new();
    let client = server.client();
    server
        .on::<GetThreadRequest>()
        .reply_with(|call| Thread::new(call.path("THREAD_CHAT_ID")));
    assert_eq!(
        client.get_thread("CT_7").await.unwrap().chat_id.as_str(),
        "CT_7"
    );
    server
        .on::<FollowThreadRequest>()
        .reply_with(|call| match call.path("THREAD_CHAT_ID") {
            "CT_1" => Reply::empty(),
            _ => Reply::error(404, "chat_not_found", "There is no such chat."),
        });
    client.follow_thread("CT_1").await.unwrap();
    assert!(
        client
            .follow_thread("CT_2")
            .await
            .unwrap_err()
            .is_not_found()
    );
}

#[tokio::test]
async fn replies_are_used_in_order_and_the_last_is_repeated() {
    let server = StubServer::new();
    let client = server.client();
    server
        .on::<FollowThreadRequest>()
        .throttled()
        .then(Reply::error(503, "", "Later."))
        .then(())
        .times(4);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let answer = client.follow_thread("CT_1").send().await;
        statuses.push(
            answer
                .map_or_else(|error| error.status().unwrap(), |answer| answer.status())
                .as_u16(),
        );
    }
    assert_eq!(statuses, [429, 503, 204, 204]);
}

#[tokio::test]
async fn refusals_have_the_published_forms() {
    let server = StubServer::new();
    let client = server.client();
    server
        .on::<FollowThreadRequest>()
        .fail(
            400,
            "thread_chatid_invalid",
            "The thread chat ID given is not according to the format.",
        )
        .throttled()
        .then(Reply::throttled().header("Retry-After", "600"))
        .then(Reply::raw(
            http::Response::builder()
                .status(500)
                .body("<html>")
                .unwrap(),
        ));
    let error = client.follow_thread("CT_1").await.unwrap_err();
    assert_eq!(
        (error.status().unwrap().as_u16(), error.code()),
        (400, Some("thread_chatid_invalid"))
    );
    let error = client.follow_thread("CT_1").await.unwrap_err();
    assert!(error.is_throttled());
    assert_eq!(
        (error.code(), error.message()),
        (None, Some("Too many requests within a certain time frame."))
    );
    let error = client.follow_thread("CT_1").await.unwrap_err();
    assert_eq!(error.headers().unwrap()["retry-after"], "600");
    let error = client.follow_thread("CT_1").await.unwrap_err();
    assert_eq!(
        (
            error.status().unwrap().as_u16(),
            error.body().unwrap().as_ref()
        ),
        (500, &b"<html>"[..])
    );
}

#[tokio::test]
async fn a_connection_can_break() {
    let server = StubServer::new();
    let client = server.client();
    server
        .on::<FollowThreadRequest>()
        .disconnect()
        .then(Reply::unreachable());
    let error = client.follow_thread("CT_1").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Transport, Sent::Maybe)
    );
    let error = client.follow_thread("CT_1").await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Connect, Sent::No));
}

#[tokio::test(start_paused = true)]
async fn delays_use_tokios_time() {
    let server = StubServer::new();
    let client = server
        .client_builder()
        .timeout(Duration::from_secs(30))
        .build()
        .unwrap();
    server
        .on::<FollowThreadRequest>()
        .reply(())
        .after(Duration::from_secs(20))
        .hang();
    let start = Instant::now();
    client.follow_thread("CT_1").await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(20));
    assert!(client.follow_thread("CT_1").await.unwrap_err().is_timeout());
    assert_eq!(start.elapsed(), Duration::from_secs(50));
}
