//! Received calls.

use cliq_api::threads::{
    FollowThreadRequest, ListThreadMembersRequest, SendThreadMessageRequest, Threads, UserField,
};
use cliq_sandbox::StubServer;
use serde_json::json;

use crate::desk::{
    AddNoteRequest, Desk, GetTicketRequest, ListTicketsRequest, PutPictureRequest, Ticket,
};

#[tokio::test]
async fn values_are_accessed_by_their_names_on_the_server() {
    let server = StubServer::new();
    let client = server
        .client_builder()
        .access_token("canary")
        .build()
        .unwrap();
    server
        .on::<SendThreadMessageRequest>()
        .reply_json(json!({}));
    server.on::<ListThreadMembersRequest>().reply(vec![]);
    server.on::<GetTicketRequest>().reply(Ticket::new("a"));
    server.on::<ListTicketsRequest>().reply([]);
    server.on::<AddNoteRequest>().reply(());
    server.on::<PutPictureRequest>().reply(vec![1, 2]);

    client
        .send_thread_message("CT/1 %", "Deployed.")
        .sync_message(true)
        .as_bot("bot & co")
        .await
        .unwrap();
    let calls = server.calls::<SendThreadMessageRequest>();
    let [call] = calls.as_slice() else {
        panic!("{calls:?}")
    };
    assert_eq!(call.path("THREAD_CHAT_ID"), "CT/1 %");
    assert_eq!(call.query("bot_unique_name"), Some("bot & co"));
    assert_eq!(call.field("text"), "Deployed.");
    assert_eq!(call.field("sync_message"), true);
    assert_eq!(call.field("reply_to"), &json!(null));
    assert_eq!(
        call.json(),
        &json!({ "text": "Deployed.", "sync_message": true })
    );
    assert_eq!(call.header("authorization"), Some("Bearer canary"));
    assert_eq!(call.request().method(), "POST");
    assert_eq!(call.endpoint().name(), "send_thread_message");

    client
        .list_thread_members("CT_1")
        .fields([UserField::Name, UserField::UserId])
        .await
        .unwrap();
    let members = server.calls::<ListThreadMembersRequest>().remove(0);
    assert_eq!(
        (members.query("fields"), members.query_list("fields")),
        (Some("name,user_id"), vec!["name", "user_id"])
    );

    client.list_tickets().tag(["a,b", "c"]).await.unwrap();
    let list = server.calls::<ListTicketsRequest>().remove(0);
    assert_eq!(
        (list.query("tag"), list.query_list("tag")),
        (Some("a,b"), vec!["a,b", "c"])
    );
    assert_eq!(
        (list.query("state"), list.query_list("include")),
        (None, vec![])
    );

    client.get_ticket("a.json").tenant("acme").await.unwrap();
    let get = server.calls::<GetTicketRequest>().remove(0);
    assert_eq!(
        (get.path("TICKET_ID"), get.header("X-Tenant")),
        ("a.json", Some("acme"))
    );

    client.add_note("5", "a=b").watcher(["c"]).await.unwrap();
    assert_eq!(
        server.calls::<AddNoteRequest>()[0].json(),
        &json!({ "text": "a=b", "watcher": ["c"] })
    );

    client.put_picture("5", vec![0xff]).await.unwrap();
    let put = server.calls::<PutPictureRequest>().remove(0);
    assert_eq!(
        (put.body().as_ref(), put.json()),
        (&[0xff][..], &json!(null))
    );
}

#[tokio::test]
async fn calls_come_in_order_and_without_secrets_in_their_debug() {
    let server = StubServer::new();
    let client = server
        .client_builder()
        .access_token("canary")
        .build()
        .unwrap();
    server.on::<FollowThreadRequest>().times(2).reply(());
    for id in ["CT_1", "CT_2"] {
        client.follow_thread(id).await.unwrap();
    }
    let calls = server.calls::<FollowThreadRequest>();
    assert_eq!(
        calls
            .iter()
            .map(|call| call.path("THREAD_CHAT_ID"))
            .collect::<Vec<_>>(),
        ["CT_1", "CT_2"]
    );
    assert_eq!(calls[0].to_string(), "POST /api/v3/threads/CT_1/follow");
    assert_eq!(
        format!("{:?}", calls[0]),
        "ReceivedCall(follow_thread: POST /api/v3/threads/CT_1/follow)"
    );
}
