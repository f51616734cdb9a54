//! Paged responses.

use cliq_api::limit::LimitSettings;
use cliq_api::prelude::*;
use cliq_api::threads::{THREADS, Threads};
use cliq_api::{ErrorKind, Sent};
use cliq_sandbox::{Demo, Sandbox, Server};

use crate::listener::{Listener, json};

/// Returns a sandbox whose channel has `count` threads in addition to the demo's.
async fn with_threads(count: usize) -> (Demo, Server, Client) {
    let demo = Sandbox::demo();
    let server = demo.sandbox.serve().await.unwrap();
    // More calls than a minute's limit allows.
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .access_token(&*demo.token)
        .limits(LimitSettings::off());
    let client = client.build().unwrap();
    for number in 0..count {
        let message = demo
            .sandbox
            .post_message(&demo.channel_id, &demo.user_id, "Hello");
        let title = number.to_string();
        client
            .create_thread_by_channel_id(&demo.channel_id, "First", message)
            .thread_title(title)
            .await
            .unwrap();
    }
    (demo, server, client)
}

#[tokio::test]
async fn items_and_pages_end() {
    let (demo, _server, client) = with_threads(24).await;
    let mut titles = Vec::new();
    let mut items = client.list_threads(&demo.channel_id).limit(10).items();
    while let Some(thread) = items.next().await {
        titles.push(thread.unwrap().title.unwrap());
    }
    assert!(items.next().await.is_none());
    let mut expected: Vec<_> = (0..24).rev().map(|number| number.to_string()).collect();
    expected.push("Slow sign-in".to_owned());
    assert_eq!(titles, expected);

    let mut pages = client.list_threads(&demo.channel_id).limit(10).pages();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().items.len());
    }
    assert_eq!(sizes, [10, 10, 5]);

    // A single page, and from its token on.
    let first = client
        .list_threads(&demo.channel_id)
        .limit(20)
        .await
        .unwrap();
    let rest = client
        .list_threads(&demo.channel_id)
        .next_token(first.next_token.unwrap())
        .await
        .unwrap();
    assert_eq!((rest.items.len(), rest.next_token), (5, None));
    assert!(rest.other.contains_key("sync_token"));
}

#[tokio::test]
async fn a_stream_ends_after_an_error_and_can_be_resumed() {
    let page = |id: u32, token: &str| {
        json(
            "200 OK",
            &format!(r#"{{"data": [{{"chat_id": "{id}"}}], "next_token": "{token}"}}"#),
        )
    };
    let busy = || json("503 Service Unavailable", "");
    let answers = [busy(), page(1, "t1"), busy(), page(2, "t2"), page(3, "")];
    let listener = Listener::answering(answers).await;
    let mut items = listener.client().list_threads("P1").items();
    // An error on the first page ends the stream.
    assert!(items.next().await.unwrap().is_err());
    assert!(items.next().await.is_none());
    assert!(items.next().await.is_none());
    assert!(!items.skip_page());
    items.resume();
    let mut seen = Vec::new();
    let mut errors = 0;
    while let Some(thread) = items.next().await {
        match thread {
            Ok(thread) => seen.push(thread.chat_id.as_str().to_owned()),
            Err(error) => {
                assert_eq!(error.status().unwrap().as_u16(), 503);
                assert_eq!(items.token(), Some("t1"));
                assert!(items.next().await.is_none());
                items.resume();
                errors += 1;
            }
        }
    }
    assert_eq!((seen.join(" "), errors), ("1 2 3".to_owned(), 1));
    items.resume();
    assert!(items.next().await.is_none());
    let queries: Vec<_> = listener
        .asked()
        .iter()
        .map(|request| request.split(' ').nth(1).unwrap().to_owned())
        .collect();
    let path = "/api/v2/channels/P1/threads";
    assert_eq!(
        queries,
        [
            path,
            path,
            &format!("{path}?next_token=t1"),
            &format!("{path}?next_token=t1"),
            &format!("{path}?next_token=t2")
        ]
    );
}

#[tokio::test]
async fn a_repeated_token_is_an_error_and_the_end() {
    let page = |token: &str| {
        json(
            "200 OK",
            &format!(r#"{{"data": [{{"chat_id": "1"}}], "next_token": "{token}"}}"#),
        )
    };
    let listener = Listener::answering([page("a"), page("b"), page("a")]).await;
    let mut pages = listener.client().list_threads("P1").pages();
    assert!(pages.next().await.unwrap().is_ok());
    assert!(pages.next().await.unwrap().is_ok());
    let error = pages.next().await.unwrap().unwrap_err();
    assert!(
        error.to_string().contains("its pages would never end"),
        "{error}"
    );
    assert!(pages.next().await.is_none());

    // Also for single pages.
    let listener = Listener::answering([page("a")]).await;
    let error = listener
        .client()
        .list_threads("P1")
        .next_token("a")
        .await
        .unwrap_err();
    assert!(error.is_decode(), "{error}");
}

#[tokio::test]
async fn a_page_without_its_items_is_an_error_with_their_place() {
    for (body, expected) in [
        ("{}", "at `data`: the member is missing"),
        (
            r#"{"data": 5}"#,
            "at `data`: expected a sequence, found a number",
        ),
        (
            r#"{"data": [{"chat_id": "1"}, {"title": "x"}]}"#,
            "at `data[1]`: missing field `chat_id`",
        ),
        (
            r#"{"data": [], "next_token": []}"#,
            "at `next_token`: expected a token (a string or a number), found a list",
        ),
    ] {
        let listener = Listener::answering([json("200 OK", body)]).await;
        let error = listener.client().list_threads("P1").await.unwrap_err();
        assert!(error.to_string().ends_with(expected), "{error}");
    }
}

#[tokio::test]
async fn a_call_by_metadata_has_pages_too() {
    let (demo, _server, client) = with_threads(24).await;
    let find = |name: &str| *THREADS.iter().find(|meta| meta.name() == name).unwrap();
    let call = client
        .call(find("list_threads"))
        .set("CHANNEL_ID", &demo.channel_id)
        .set("limit", &10);
    let mut pages = call.clone().pages();
    assert_eq!(pages.token(), None);
    let first = pages.next().await.unwrap().unwrap();
    assert_eq!(first.items[0]["title"], "23");
    let token = pages.token().unwrap().to_owned();
    let mut sizes = vec![first.items.len()];
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().items.len());
    }
    assert_eq!(sizes, [10, 10, 5]);
    let second = call.pages().start_at(token).next().await.unwrap().unwrap();
    assert_eq!(second.items[0]["title"], "13");

    let mut pages = client
        .call(find("follow_thread"))
        .set("THREAD_CHAT_ID", &demo.thread_chat_id)
        .pages();
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::InvalidRequest, Sent::No)
    );
    assert!(error.to_string().contains("no pages"), "{error}");
    assert!(pages.next().await.is_none());
}
