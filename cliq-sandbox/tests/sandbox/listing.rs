//! Listing the threads of a channel, in pages.

use cliq_sandbox::{NewChannel, Sandbox};
use serde_json::{Value, json};

use super::{Scene, User, scene};

fn list(scene: &Scene, user: &User, query: &str) -> Value {
    user.get(format!(
        "/api/v2/channels/{}/threads?{query}",
        scene.demo.channel_id
    ))
    .ok()
}

fn titles(answer: &Value) -> Vec<&str> {
    answer["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|thread| thread["title"].as_str().unwrap())
        .collect()
}

#[test]
fn a_page_has_the_published_form() {
    let scene = scene();
    let answer = list(&scene, &scene.scott, "");
    assert_eq!(
        answer["url"],
        format!("/api/v2/channels/{}/threads", scene.demo.channel_id)
    );
    assert_eq!(answer["type"], "chat_thread");
    assert!(answer["sync_token"].as_str().unwrap().starts_with("MTV8"));
    assert!(answer.get("next_token").is_none());
    let mut thread = scene.scott.thread(&scene.demo.thread_chat_id);
    // A member that only `get_thread` returns.
    assert_eq!(
        thread.as_object_mut().unwrap().remove("parent_participant"),
        Some(true.into())
    );
    assert_eq!(answer["data"], Value::Array(vec![thread]));
}

#[test]
fn pages_lead_from_the_newest_to_the_oldest() {
    let scene = scene();
    for title in ["A", "B", "C", "D"] {
        scene.start_thread(&scene.ryan, title);
    }
    let mut pages = Vec::new();
    let mut query = "limit=2".to_owned();
    loop {
        let answer = list(&scene, &scene.ryan, &query);
        pages.push(titles(&answer).join(" "));
        // New threads don't shift the pages.
        scene.start_thread(&scene.ryan, "Later");
        let Some(token) = answer.get("next_token") else {
            break;
        };
        let token = token.as_str().unwrap();
        assert!(token.starts_with("MTV8"), "{token}");
        query = format!("limit=2&next_token={}", token.replace('=', "%3D"));
    }
    assert_eq!(pages, ["D C", "B A", "Slow sign-in"]);
}

#[test]
fn a_full_last_page_has_no_next_token() {
    let scene = scene();
    scene.start_thread(&scene.ryan, "A");
    let answer = list(&scene, &scene.ryan, "limit=2");
    assert_eq!(titles(&answer), ["A", "Slow sign-in"]);
    assert!(answer.get("next_token").is_none());
}

#[test]
fn a_page_has_50_threads_and_100_at_most() {
    let scene = scene();
    for _ in 0..100 {
        scene.start_thread(&scene.ryan, "More");
    }
    for (query, length) in [
        ("", 50),
        ("limit=1", 1),
        ("limit=100", 100),
        ("limit=1000", 100),
    ] {
        let answer = list(&scene, &scene.ryan, query);
        assert_eq!(titles(&answer).len(), length, "{query}");
        assert!(answer.get("next_token").is_some(), "{query}");
    }
}

#[test]
fn threads_are_filtered_by_following_and_by_state() {
    let scene = scene();
    let closed = scene.start_thread(&scene.ryan, "Done");
    scene
        .ryan
        .put_json(
            format!("/api/v3/threads/{closed}"),
            &json!({ "action": "close" }),
        )
        .is_no_content();
    scene.start_thread(&scene.ryan, "Open");
    for (query, expected) in [
        ("", &["Open", "Done", "Slow sign-in"][..]),
        ("state=all", &["Open", "Done", "Slow sign-in"]),
        ("state=followed", &["Open", "Done"]),
        ("state=not_followed", &["Slow sign-in"]),
        ("type=open", &["Open", "Slow sign-in"]),
        ("type=closed", &["Done"]),
        ("type=open&state=followed", &["Open"]),
        ("type=closed&state=not_followed", &[]),
    ] {
        assert_eq!(
            titles(&list(&scene, &scene.ryan, query)),
            expected,
            "{query}"
        );
    }
    assert_eq!(
        titles(&list(&scene, &scene.scott, "state=followed")),
        ["Slow sign-in"]
    );

    // A filter applies to all pages, and excluded threads don't cause another page.
    let first = list(&scene, &scene.ryan, "state=followed&limit=1");
    assert_eq!(titles(&first), ["Open"]);
    let next = format!(
        "state=followed&limit=1&next_token={}",
        first["next_token"].as_str().unwrap().replace('=', "%3D")
    );
    let last = list(&scene, &scene.ryan, &next);
    assert_eq!(titles(&last), ["Done"]);
    assert!(last.get("next_token").is_none());
}

#[test]
fn a_list_is_of_one_channel() {
    let sandbox = Sandbox::builder()
        .user("1", "Ryan West", "ryan.west@zylker.com")
        .channel(NewChannel::named("news").id("P1").members(["1"]))
        .channel(NewChannel::named("plans").id("P2").members(["1"]))
        .build();
    let ryan = User::new(&sandbox, "1");
    for (id, name) in [("P1", "news"), ("P2", "plans")] {
        let message_id = sandbox.post_message(name, "1", name);
        let new = json!({ "text": "Hello.", "thread_message_id": message_id });
        // Not on a message of the other channel.
        let other = if id == "P1" { "P2" } else { "P1" };
        ryan.post_json(format!("/api/v3/channels/{other}/messages"), &new)
            .is_refused(404, "message_not_found");
        ryan.post_json(format!("/api/v3/channels/{id}/messages"), &new)
            .is_posted();
    }
    assert_eq!(
        titles(&ryan.get("/api/v2/channels/P1/threads").ok()),
        ["news"]
    );
    assert_eq!(
        titles(&ryan.get("/api/v2/channels/P2/threads").ok()),
        ["plans"]
    );
}

#[test]
fn invalid_values_are_rejected() {
    let scene = scene();
    for query in [
        "state=mine",
        "type=half",
        "limit=0",
        "limit=-1",
        "limit=many",
        "next_token=2",
        "next_token=",
    ] {
        let url = format!("/api/v2/channels/{}/threads?{query}", scene.demo.channel_id);
        scene.ryan.get(url).is_refused(400, "invalid_inputs");
    }
}
