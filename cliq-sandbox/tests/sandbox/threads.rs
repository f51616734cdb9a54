//! A single thread and its state.

use cliq_sandbox::{NewChannel, Sandbox};
use serde_json::json;

use super::{User, scene};

#[test]
fn a_thread_has_the_published_form() {
    let scene = scene();
    let answer = scene.scott.get(scene.thread_url("")).ok();
    let demo = &scene.demo;
    let main = &demo.sandbox.messages(&demo.channel_chat_id)[0];
    assert_eq!(
        answer,
        json!({
            "url": scene.thread_url(""),
            "type": "chat_thread",
            "data": {
                "chat_id": demo.thread_chat_id,
                "parent_chat_id": demo.channel_chat_id,
                "thread_message_id": main.id.replace('_', "%20"),
                "title": "Slow sign-in",
                "follower_count": 1,
                "is_follower": true,
                "parent_participant": true,
                "thread_state": "open",
                "parent_message_sender": demo.user_id,
                "last_message_information": {
                    "sender_id": demo.colleague_ids[0],
                    "sender_name": "Scott Fisher",
                    "message_type": "text",
                    "time": "2025-10-09T08:55:32+00:00",
                    "text": "I see it as well. Let's collect what we find here.",
                },
            },
        })
    );
    assert_eq!(
        scene.ryan.thread(&demo.thread_chat_id)["is_follower"],
        false
    );
}

#[test]
fn the_main_message_has_the_published_form() {
    let scene = scene();
    let demo = &scene.demo;
    let main = &demo.sandbox.messages(&demo.channel_chat_id)[0];
    assert_eq!(
        scene.scott.get(scene.thread_url("/messages/main")).ok(),
        json!({
            "parent_resource_id": demo.channel_unique_name,
            "id": main.id,
            "sender": { "id": demo.user_id, "name": "Ryan West" },
            "time": "2025-10-09T08:53:32+00:00",
            "type": "text",
            "content": { "text": main.text },
            "mentions": [{ "name": "@Tim Harrison", "id": demo.colleague_ids[1], "type": "user" }],
            "is_pinned": false,
            "thread_information": {
                "thread_message_id": main.id.replace('_', "%20"),
                "title": "Slow sign-in",
                "follower_count": 1,
                "message_count": 1,
                "chat_id": demo.thread_chat_id,
            },
            "thread_state_information": { "thread_state": "open" },
        })
    );
}

#[test]
fn a_closed_thread_takes_no_messages_until_it_is_reopened() {
    let scene = scene();
    let set = |action: &str| {
        scene
            .ryan
            .put_json(scene.thread_url(""), &json!({ "action": action }))
    };
    let state = || {
        let in_thread = scene.tim.thread(&scene.demo.thread_chat_id)["thread_state"].clone();
        let main = scene.tim.get(scene.thread_url("/messages/main")).ok();
        assert_eq!(main["thread_state_information"]["thread_state"], in_thread);
        in_thread
    };
    let message = json!({ "text": "One more thing." });
    let main = &scene.demo.sandbox.messages(&scene.demo.channel_chat_id)[0].id;
    let again = json!({ "text": "One more thing.", "thread_message_id": main });

    for _ in 0..2 {
        set("close").is_no_content();
        assert_eq!(state(), "closed");
        scene
            .tim
            .post_json(scene.chat_url("/messages"), &message)
            .is_refused(400, "operation_not_allowed");
        scene
            .tim
            .post_json(scene.channel_messages_url(), &again)
            .is_refused(400, "operation_not_allowed");
    }
    assert_eq!(
        scene
            .demo
            .sandbox
            .messages(&scene.demo.thread_chat_id)
            .len(),
        1
    );

    set("reopen").is_no_content();
    assert_eq!(state(), "open");
    scene
        .tim
        .post_json(scene.chat_url("/messages"), &message)
        .is_posted();
    assert_eq!(
        scene
            .demo
            .sandbox
            .messages(&scene.demo.thread_chat_id)
            .len(),
        2
    );
}

#[test]
fn an_update_follows_and_unfollows_for_the_user() {
    let scene = scene();
    let set = |action: &str| {
        scene
            .ryan
            .put_json(scene.thread_url(""), &json!({ "action": action }))
    };
    set("follow").is_no_content();
    assert_eq!(
        scene.tim.followers(&scene.demo.thread_chat_id),
        ["Scott Fisher", "Ryan West"]
    );
    set("unfollow").is_no_content();
    assert_eq!(
        scene.tim.followers(&scene.demo.thread_chat_id),
        ["Scott Fisher"]
    );
}

#[test]
fn other_updates_are_refused() {
    let scene = scene();
    let url = scene.thread_url("");
    scene
        .ryan
        .put_json(&url, &json!({ "action": "delete" }))
        .is_refused(400, "invalid_inputs");
    scene
        .ryan
        .put_json(&url, &json!({}))
        .is_refused(400, "param_missing");
    scene
        .ryan
        .put_json(&url, &json!({ "action": "close", "reason": "done" }))
        .is_refused(400, "extra_key_found");
    assert_eq!(
        scene.ryan.thread(&scene.demo.thread_chat_id)["thread_state"],
        "open"
    );
}

#[test]
fn a_bot_acts_with_the_key_of_its_extension() {
    let sandbox = Sandbox::builder()
        .user("1", "Ryan West", "ryan.west@zylker.com")
        .bot("plain", "Plain")
        .extension_bot("extended", "Extended", "key")
        .channel(
            NewChannel::named("news")
                .id("P7")
                .members(["1"])
                .bots(["plain", "extended"]),
        )
        .build();
    let ryan = User::new(&sandbox, "1");
    let new = json!({ "text": "Hello.", "thread_message_id": sandbox.post_message("news", "1", "Plans") });
    ryan.post_json("/api/v3/channels/P7/messages", &new)
        .is_posted();
    let threads = ryan.get("/api/v2/channels/P7/threads").ok();
    let chat_id = threads["data"][0]["chat_id"].as_str().unwrap();
    let set = |action: &str, query: &str| {
        ryan.put_json(
            format!("/api/v3/threads/{chat_id}?{query}"),
            &json!({ "action": action }),
        )
    };

    for query in [
        "bot_unique_name=plain",
        "bot_unique_name=extended&appkey=key",
    ] {
        set("close", query).is_no_content();
        assert_eq!(ryan.thread(chat_id)["thread_state"], "closed");
        set("reopen", query).is_no_content();
        assert_eq!(ryan.thread(chat_id)["thread_state"], "open");
        set("unfollow", query).is_refused(400, "operation_not_allowed");
    }
    set("close", "bot_unique_name=extended").is_refused(400, "param_missing");
    set("close", "bot_unique_name=extended&appkey=other").is_refused(403, "access_denied");
    set("close", "bot_unique_name=unknown").is_refused(400, "operation_not_allowed");
    set("close", "appkey=key").is_refused(400, "invalid_inputs");
    assert_eq!(ryan.thread(chat_id)["thread_state"], "open");
    assert_eq!(ryan.followers(chat_id), ["Ryan West"]);
}
