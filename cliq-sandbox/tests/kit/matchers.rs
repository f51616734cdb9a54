//! Which calls a stub matches.

use std::collections::BTreeMap;

use cliq_api::RequestExt;
use cliq_api::threads::{
    CreateThreadByChatIdRequest, MessageId, Posted, SendThreadMessageRequest, ThreadAction,
    ThreadChatId, Threads, UpdateThreadRequest,
};
use cliq_sandbox::StubServer;
use serde_json::json;

use crate::desk::{
    AddNoteRequest, Desk, Filter, FindTicketsRequest, GetTicketRequest, ListTicketsRequest,
    OpenTicketRequest, PutPictureRequest, State, Ticket,
};

#[tokio::test]
async fn values_are_compared_as_they_are_sent() {
    let server = StubServer::new();
    let client = server.client();
    server
        .on::<SendThreadMessageRequest>()
        .path("THREAD_CHAT_ID", ThreadChatId::from("CT/1 %"))
        .query("bot_unique_name", "deploy bot&co")
        .field("text", "Grüße")
        .field(
            "reply_to",
            MessageId::from("1727333520582%2047588994306224"),
        )
        .field("post_in_parent", true)
        .field("sync_message", None::<bool>)
        .reply(Posted::default());
    let message = client
        .send_thread_message("CT/1 %", "Grüße")
        .as_bot("deploy bot&co")
        .reply_to("1727333520582_47588994306224")
        .post_in_parent(true);
    message.clone().await.unwrap();

    // `None` expects that nothing is sent.
    let error = message.sync_message(true).await.unwrap_err();
    assert!(
        error
            .message()
            .unwrap()
            .ends_with("field sync_message: expected nothing, found true"),
        "{error}"
    );
    assert!(crate::report_of(server).is_some());
}

#[tokio::test]
async fn each_shape_of_a_query_has_its_own() {
    let server = StubServer::new();
    let client = server.client();
    let on = || server.on::<ListTicketsRequest>();
    let none: [Ticket; 0] = [];
    on().query("tag", ["a", "b"]).reply(none.clone());
    on().query("tag", "c").reply(none.clone());
    on().query("include", ["a", "b"]).reply(none.clone());
    on().query("include", "c,d").reply(none.clone());
    on().query("filter", BTreeMap::from([("size", 1), ("age", 2)]))
        .reply(none.clone());
    on().query("weight", 3).reply(none.clone());
    on().query("state", State::Open).reply(none);

    let list = || client.list_tickets();
    list().tag(["a", "b"]).await.unwrap();
    list().tag(["c"]).await.unwrap();
    list().include(["a", "b"]).await.unwrap();
    list().include(["c", "d"]).await.unwrap();
    list()
        .filter(BTreeMap::from([
            ("size".to_owned(), 1),
            ("age".to_owned(), 2),
            ("besides".to_owned(), 4),
        ]))
        .await
        .unwrap();
    list()
        .filter(BTreeMap::from([("weight".to_owned(), 3)]))
        .await
        .unwrap();
    list().state(State::Open).await.unwrap();
    assert_eq!(server.calls::<ListTicketsRequest>().len(), 7);
}

#[tokio::test]
async fn lists_and_flattened_structs_may_be_empty() {
    let server = StubServer::new();
    let client = server.client();
    let tagged = |tags: &[&str]| Filter {
        tag: tags.iter().map(ToString::to_string).collect(),
        size: None,
    };
    server
        .on::<FindTicketsRequest>()
        .query("id", [5])
        .query("filter", Filter::default())
        .once()
        .reply(vec![]);
    client.find_tickets([5], Filter::default()).await.unwrap();
    for tags in [&["a"][..], &["a", "b"]] {
        server
            .on::<FindTicketsRequest>()
            .query("id", [7])
            .query("filter", tagged(tags))
            .once()
            .reply(vec![]);
        client.find_tickets([7], tagged(tags)).await.unwrap();
    }
}

#[tokio::test]
async fn headers_match_in_any_case_be_they_declared_or_added() {
    let server = StubServer::new();
    server
        .on::<GetTicketRequest>()
        .header("x-tenant", "acme")
        .header("X-Trace", "7")
        .once()
        .reply(Ticket::new("a"));
    let client = server.client();
    client
        .get_ticket("5")
        .tenant("acme")
        .options(|options| options.header("x-trace", "7"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_body_matches_by_its_members_as_a_whole_or_in_code() {
    let server = StubServer::new();
    let client = server.client();
    server
        .on::<OpenTicketRequest>()
        .field("priority", 1)
        .once()
        .reply(None);
    client.open_ticket(Ticket::new("a")).await.unwrap();
    server
        .on::<OpenTicketRequest>()
        .body(Ticket::new("b"))
        .once()
        .reply(None);
    client.open_ticket(Ticket::new("b")).await.unwrap();
    server
        .on::<OpenTicketRequest>()
        .body(json!({ "priority": 1, "subject": "c" }))
        .once()
        .reply(None);
    client.open_ticket(Ticket::new("c")).await.unwrap();
    let long = |subject: &serde_json::Value| subject.as_str().is_some_and(|text| text.len() > 5);
    server
        .on::<OpenTicketRequest>()
        .matching("the subject is long", move |call| {
            long(call.field("subject"))
        })
        .once()
        .reply(None);
    client
        .open_ticket(Ticket::new("long enough"))
        .await
        .unwrap();

    server
        .on::<AddNoteRequest>()
        .field("text", "a & b")
        .field("watcher", ["c", "d"])
        .once()
        .reply(());
    client
        .add_note("5", "a & b")
        .watcher(["c", "d"])
        .await
        .unwrap();
    server
        .on::<AddNoteRequest>()
        .body(json!({ "text": "a", "watcher": ["c"] }))
        .once()
        .reply(());
    client.add_note("5", "a").watcher(["c"]).await.unwrap();
    server
        .on::<PutPictureRequest>()
        .body("pixels")
        .once()
        .reply("stored");
    client.put_picture("5", "pixels").await.unwrap();
}

#[tokio::test]
async fn the_newest_matching_stub_replies() {
    let server = StubServer::new();
    let client = server.client();
    server.on::<GetTicketRequest>().reply(Ticket::new("any"));
    server
        .on::<GetTicketRequest>()
        .path("TICKET_ID", "5")
        .reply(Ticket::new("the fifth"));
    assert_eq!(client.get_ticket("5").await.unwrap().subject, "the fifth");
    assert_eq!(client.get_ticket("6").await.unwrap().subject, "any");
    server
        .on::<GetTicketRequest>()
        .path("TICKET_ID", "5")
        .reply(Ticket::new("the fifth, later"));
    assert_eq!(
        client.get_ticket("5").await.unwrap().subject,
        "the fifth, later"
    );
}

#[tokio::test]
async fn endpoints_of_one_url_are_distinguished_by_their_parameters() {
    let server = StubServer::new();
    let client = server.client();
    server
        .on::<CreateThreadByChatIdRequest>()
        .once()
        .reply(Posted::default());
    server
        .on::<SendThreadMessageRequest>()
        .once()
        .reply(Posted::default());
    client
        .create_thread_by_chat_id("CT_1", "a", "17_1")
        .await
        .unwrap();
    client.send_thread_message("CT_1-T-2", "b").await.unwrap();
    assert_eq!(
        server.calls::<SendThreadMessageRequest>()[0].field("text"),
        "b"
    );
}

#[tokio::test]
async fn a_base_url_may_have_a_prefix() {
    let server = StubServer::at("https://cliq.example.com/network/acme/");
    server
        .on::<UpdateThreadRequest>()
        .field("action", ThreadAction::Close)
        .reply(());
    server.client().close_thread("CT_1-T-2").await.unwrap();
    assert_eq!(
        server.calls::<UpdateThreadRequest>()[0].path("THREAD_CHAT_ID"),
        "CT_1-T-2"
    );
}

#[tokio::test]
async fn a_server_can_be_moved_into_a_task() {
    fn everywhere<T: Send + Sync + 'static>(it: T) -> T {
        it
    }
    let server = everywhere(StubServer::new());
    let _ = everywhere(server.on::<UpdateThreadRequest>().reply(()).times(8));
    let calls =
        (0..8).map(|_| tokio::spawn(server.client().close_thread("CT_1-T-2").into_future()));
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn calls_by_metadata_get_replies() {
    let server = StubServer::new();
    server
        .on::<UpdateThreadRequest>()
        .field("action", "close")
        .reply(());
    let update = <UpdateThreadRequest as cliq_api::Endpoint>::META;
    server
        .client()
        .call(update)
        .set("THREAD_CHAT_ID", "CT_1-T-2")
        .set("action", "close")
        .await
        .unwrap();
}
