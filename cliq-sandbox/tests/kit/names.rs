//! Unknown names panic immediately.

use cliq_api::threads::{
    FollowThreadRequest, SendThreadMessageRequest, Threads, UpdateThreadRequest,
};
use cliq_sandbox::{Reply, StubServer};

use crate::desk::{GetMeRequest, ListTicketsRequest};
use crate::panic_of;

#[test]
fn an_unknown_name_panics_with_a_list_of_names() {
    let server = StubServer::new();
    let panic = panic_of(|| {
        drop(
            server
                .on::<FollowThreadRequest>()
                .optional()
                .path("THREAD_CHATID", "CT_1"),
        );
    });
    assert_eq!(
        panic.unwrap(),
        "`follow_thread` has no path parameter `THREAD_CHATID`. Did you mean the path parameter `THREAD_CHAT_ID`? \
         Its parameters: `THREAD_CHAT_ID` (path)."
    );
    let panic = panic_of(|| {
        drop(
            server
                .on::<UpdateThreadRequest>()
                .optional()
                .query("action", "close"),
        );
    });
    assert_eq!(
        panic.unwrap(),
        "`update_thread` has no query parameter `action`. Did you mean the field parameter `action`? \
         Its parameters: `THREAD_CHAT_ID` (path), `action` (field), `bot_unique_name` (query), `appkey` (query)."
    );
    let panic = panic_of(|| drop(server.on::<GetMeRequest>().optional().field("name", 1)));
    assert_eq!(
        panic.unwrap(),
        "`get_me` has no field parameter `name`. Its parameters: none."
    );
}

#[test]
fn the_panic_is_where_the_test_wrote_the_name() {
    let place = std::sync::Arc::new(std::sync::Mutex::new(None));
    let seen = place.clone();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let here = std::thread::current().name()
            == Some("names::the_panic_is_where_the_test_wrote_the_name");
        if here {
            *seen.lock().unwrap() = panic
                .location()
                .map(|place| (place.file().to_owned(), place.line()));
        } else {
            before(panic);
        }
    }));
    let server = StubServer::new();
    let stub = server.on::<FollowThreadRequest>().optional();
    let line = line!() + 1;
    panic_of(|| drop(stub.path("nothing", 1)));
    let place = place.lock().unwrap().take();
    assert_eq!(place, Some((file!().to_owned(), line)));
}

#[test]
fn values_that_cannot_be_sent_panic() {
    let server = StubServer::new();
    let on = || server.on::<ListTicketsRequest>().optional();
    assert_eq!(
        panic_of(|| drop(on().query("state", [[1]]))).unwrap(),
        "expected a scalar for the query parameter `state`, found [[1]]"
    );
    assert_eq!(
        panic_of(|| drop(
            server
                .on::<FollowThreadRequest>()
                .optional()
                .path("THREAD_CHAT_ID", None::<u8>)
        ))
        .unwrap(),
        "expected a scalar for the path parameter `THREAD_CHAT_ID`, found null"
    );
    assert_eq!(
        panic_of(|| drop(on().header("a b", 1))).unwrap(),
        "invalid header name `a b`"
    );
    assert_eq!(
        panic_of(|| drop(Reply::error(1, "", ""))).unwrap(),
        "invalid status 1"
    );
    assert_eq!(
        panic_of(|| drop(on().after(std::time::Duration::from_secs(1)))).unwrap(),
        "`after` delays the previous reply, but there is none"
    );
}

#[tokio::test]
async fn an_unknown_name_of_a_received_call_panics() {
    let server = StubServer::new();
    server
        .on::<SendThreadMessageRequest>()
        .reply_json(serde_json::json!({}));
    server
        .client()
        .send_thread_message("CT_1-T-2", "a")
        .await
        .unwrap();
    let call = server.calls::<SendThreadMessageRequest>().remove(0);
    let panic = panic_of(|| drop(call.field("txt").clone())).unwrap();
    assert!(
        panic.starts_with(
            "`send_thread_message` has no field parameter `txt`. Did you mean the field parameter `text`?"
        )
    );
    assert!(panic_of(|| drop(call.query_list("post_in_parent"))).is_some());
    assert!(panic_of(|| drop(call.path("CHAT_ID").to_owned())).is_some());
}
