//! Starting threads, and posting in them.

use cliq_sandbox::{NewChannel, Posts, ReplyMode, Sandbox};
use http::Method;
use serde_json::{Value, json};

use super::{User, scene};

/// Returns the newest thread of the demo's channel.
fn newest_thread(user: &User, channel_id: &str) -> Value {
    user.get(format!("/api/v2/channels/{channel_id}/threads?limit=1"))
        .ok()["data"][0]
        .clone()
}

#[test]
fn a_thread_starts_in_each_of_three_ways() {
    for url in [
        |demo: &cliq_sandbox::Demo| format!("/api/v3/channels/{}/messages", demo.channel_id),
        |demo: &cliq_sandbox::Demo| format!("/api/v3/chats/{}/messages", demo.channel_chat_id),
        |demo: &cliq_sandbox::Demo| {
            format!(
                "/api/v3/channelsbyname/{}/messages",
                demo.channel_unique_name
            )
        },
    ] {
        let scene = scene();
        let body = json!({
            "text": "What is in it?",
            "thread_message_id": scene.demo.message_id,
            "thread_title": "Release 4.2",
            "sync_message": true,
        });
        let answer = scene.ryan.post_json(url(&scene.demo), &body).ok();

        let thread = newest_thread(&scene.ryan, &scene.demo.channel_id);
        let chat_id = thread["chat_id"].as_str().unwrap();
        let digits = chat_id
            .strip_prefix(&format!("{}-T-", scene.demo.channel_chat_id))
            .unwrap();
        assert!(
            digits.bytes().all(|byte| byte.is_ascii_digit()),
            "{chat_id}"
        );
        assert_eq!(thread["title"], "Release 4.2");
        assert_eq!(
            thread["thread_message_id"],
            scene.demo.message_id.replace('_', "%20")
        );
        assert_eq!(thread["parent_message_sender"], scene.demo.colleague_ids[0]);
        assert_eq!(thread["last_message_information"]["text"], "What is in it?");
        assert_eq!(
            thread["last_message_information"]["sender_name"],
            "Ryan West"
        );
        assert_eq!(scene.tim.followers(chat_id), ["Ryan West"]);

        let messages = scene.demo.sandbox.messages(chat_id);
        assert_eq!(messages.len(), 1);
        assert_eq!(answer, json!({ "message_id": messages[0].id }));
        let (millis, digits) = messages[0].id.split_once('_').unwrap();
        assert!(
            millis.len() == 13
                && [millis, digits]
                    .concat()
                    .bytes()
                    .all(|byte| byte.is_ascii_digit())
        );
        // The message isn't in the channel itself.
        assert_eq!(
            scene
                .demo
                .sandbox
                .messages(&scene.demo.channel_chat_id)
                .len(),
            2
        );
    }
}

#[test]
fn without_sync_message_no_id_comes_back() {
    let scene = scene();
    let new = json!({ "text": "Hello.", "thread_message_id": scene.demo.message_id, "sync_message": false });
    scene
        .ryan
        .post_json(scene.channel_messages_url(), &new)
        .is_posted();
    scene
        .ryan
        .post_json(scene.chat_url("/messages"), &json!({ "text": "Hello." }))
        .is_posted();
}

#[test]
fn a_post_has_the_configured_response() {
    for (posts, status, body) in [
        (Posts::Documented, 200, json!({})),
        (
            Posts::ResponseCode,
            200,
            json!({ "Response Code": "204 No response" }),
        ),
        (Posts::NoContent, 204, Value::Null),
    ] {
        let demo = Sandbox::builder().posts(posts).demo();
        let (ryan, url) = (
            User::new(&demo.sandbox, &demo.user_id),
            format!("/api/v3/chats/{}/messages", demo.thread_chat_id),
        );
        assert_eq!(
            ryan.post_json(&url, &json!({ "text": "Hello." })),
            super::Answer { status, body }
        );
        let answer = ryan
            .post_json(&url, &json!({ "text": "Hello.", "sync_message": true }))
            .ok();
        assert_eq!(
            answer["message_id"],
            *demo.sandbox.messages(&demo.thread_chat_id)[2].id
        );
    }
}

#[test]
fn a_message_id_is_accepted_in_all_its_forms() {
    for separator in ["_", " ", "%20"] {
        let scene = scene();
        let id = scene.demo.message_id.replace('_', separator);
        let new = json!({ "text": "Hello.", "thread_message_id": id });
        scene
            .ryan
            .post_json(scene.channel_messages_url(), &new)
            .is_posted();
        let thread = newest_thread(&scene.ryan, &scene.demo.channel_id);
        assert_eq!(
            thread["thread_message_id"],
            scene.demo.message_id.replace('_', "%20")
        );
    }
}

#[test]
fn a_missing_title_is_derived_from_the_message() {
    let scene = scene();
    let sandbox = &scene.demo.sandbox;
    for (text, given, title) in [
        (
            "Lunch at one?\nI have a table.",
            json!(null),
            "Lunch at one?".to_owned(),
        ),
        (&*"é".repeat(200), json!(null), "é".repeat(100)),
        ("Lunch at one?", json!("  "), "Lunch at one?".to_owned()),
        ("Lunch at one?", json!("Food"), "Food".to_owned()),
    ] {
        let id = sandbox.post_message(&scene.demo.channel_id, &scene.demo.user_id, text);
        let new = json!({ "text": "Yes.", "thread_message_id": id, "thread_title": given });
        scene
            .ryan
            .post_json(scene.channel_messages_url(), &new)
            .is_posted();
        assert_eq!(
            newest_thread(&scene.ryan, &scene.demo.channel_id)["title"],
            title
        );
    }
}

#[test]
fn a_message_has_one_thread() {
    let scene = scene();
    for (title, text) in [("First", "One."), ("Second", "Two.")] {
        let new = json!({ "text": text, "thread_message_id": scene.demo.message_id, "thread_title": title });
        scene
            .ryan
            .post_json(scene.channel_messages_url(), &new)
            .is_posted();
    }
    let threads = scene
        .ryan
        .get(format!(
            "/api/v2/channels/{}/threads",
            scene.demo.channel_id
        ))
        .ok();
    assert_eq!(threads["data"].as_array().unwrap().len(), 2);
    let thread = &threads["data"][0];
    assert_eq!(
        (
            &thread["title"],
            &thread["last_message_information"]["text"]
        ),
        (&json!("First"), &json!("Two."))
    );
}

#[test]
fn a_message_in_a_thread_is_seen_in_it() {
    let scene = scene();
    let chat_id = &scene.demo.thread_chat_id;
    let main =
        || scene.ryan.get(scene.thread_url("/messages/main")).ok()["thread_information"].clone();
    assert_eq!(
        (&main()["message_count"], &main()["follower_count"]),
        (&json!(1), &json!(1))
    );

    let answer = scene
        .tim
        .post_json(
            scene.chat_url("/messages"),
            &json!({ "text": "Found it.", "sync_message": true }),
        )
        .ok();

    assert_eq!(
        (&main()["message_count"], &main()["follower_count"]),
        (&json!(2), &json!(2))
    );
    let last = scene.ryan.thread(chat_id)["last_message_information"].clone();
    assert_eq!(last["text"], "Found it.");
    assert_eq!(last["sender_id"], scene.demo.colleague_ids[1]);
    assert_eq!(last["message_type"], "text");
    let time = last["time"].as_str().unwrap();
    assert!(
        time.len() == 25 && time.starts_with("20") && time.ends_with("+00:00"),
        "{time}"
    );
    assert_eq!(
        scene.ryan.followers(chat_id),
        ["Scott Fisher", "Tim Harrison"]
    );
    assert_eq!(
        scene.demo.sandbox.messages(chat_id)[1].id,
        answer["message_id"].as_str().unwrap()
    );
    assert_eq!(
        scene
            .demo
            .sandbox
            .messages(&scene.demo.channel_chat_id)
            .len(),
        2
    );
}

#[test]
fn post_in_parent_posts_in_the_channel_as_well() {
    let scene = scene();
    let (sandbox, channel) = (&scene.demo.sandbox, &scene.demo.channel_chat_id);
    let message = json!({ "text": "Fixed.", "post_in_parent": true, "sync_message": true });
    let in_thread = scene
        .tim
        .post_json(scene.chat_url("/messages"), &message)
        .ok()["message_id"]
        .clone();
    let in_channel = sandbox.messages(channel).pop().unwrap();
    assert_eq!(
        (&*in_channel.text, &*in_channel.sender_name),
        ("Fixed.", "Tim Harrison")
    );
    assert_ne!(in_channel.id, in_thread.as_str().unwrap());

    let new =
        json!({ "text": "Thanks.", "thread_message_id": in_channel.id, "post_in_parent": true });
    scene
        .ryan
        .post_json(scene.channel_messages_url(), &new)
        .is_posted();
    assert_eq!(sandbox.messages(channel).pop().unwrap().text, "Thanks.");
}

#[test]
fn a_reply_names_a_message_of_its_thread() {
    let scene = scene();
    let sandbox = &scene.demo.sandbox;
    let first = sandbox.messages(&scene.demo.thread_chat_id)[0].id.clone();
    let main = sandbox.messages(&scene.demo.channel_chat_id)[0].id.clone();
    for id in [first.replace('_', " "), main.clone()] {
        scene
            .tim
            .post_json(
                scene.chat_url("/messages"),
                &json!({ "text": "Yes.", "reply_to": id }),
            )
            .is_posted();
    }
    let replies: Vec<_> = sandbox
        .messages(&scene.demo.thread_chat_id)
        .into_iter()
        .map(|message| message.reply_to)
        .collect();
    assert_eq!(replies, [None, Some(first.clone()), Some(main)]);

    // This message is in the channel, but the thread wasn't started from it.
    let elsewhere = json!({ "text": "Yes.", "reply_to": scene.demo.message_id });
    scene
        .tim
        .post_json(scene.chat_url("/messages"), &elsewhere)
        .is_refused(404, "message_not_found");
    let new =
        json!({ "text": "Yes.", "reply_to": first, "thread_message_id": scene.demo.message_id });
    scene
        .tim
        .post_json(scene.channel_messages_url(), &new)
        .is_refused(404, "message_not_found");
    assert_eq!(sandbox.messages(&scene.demo.thread_chat_id).len(), 3);
}

#[test]
fn a_thread_needs_a_message_of_the_channel() {
    let scene = scene();
    let in_thread = scene.demo.sandbox.messages(&scene.demo.thread_chat_id)[0]
        .id
        .clone();
    for id in ["1_2", &in_thread] {
        let new = json!({ "text": "Hello.", "thread_message_id": id });
        scene
            .ryan
            .post_json(scene.channel_messages_url(), &new)
            .is_refused(404, "message_not_found");
    }
}

#[test]
fn a_channel_may_have_no_threads() {
    for (mode, allowed) in [
        (ReplyMode::Reply, false),
        (ReplyMode::Threads, true),
        (ReplyMode::Both, true),
    ] {
        let sandbox = Sandbox::builder()
            .user("1", "Ryan West", "ryan.west@zylker.com")
            .channel(
                NewChannel::named("news")
                    .id("P7")
                    .members(["1"])
                    .reply_mode(mode),
            )
            .build();
        let new = json!({ "text": "Hello.", "thread_message_id": sandbox.post_message("news", "1", "Plans") });
        let answer = User::new(&sandbox, "1").post_json("/api/v3/channels/P7/messages", &new);
        if allowed {
            answer.is_posted();
        } else {
            answer.is_refused(400, "operation_not_allowed");
        }
    }
}

#[test]
fn a_bot_posts_in_its_channels() {
    let scene = scene();
    let url = scene.chat_url("/messages?bot_unique_name=deploybot");
    scene
        .ryan
        .post_json(&url, &json!({ "text": "Deployed." }))
        .is_posted();
    let last = scene
        .demo
        .sandbox
        .messages(&scene.demo.thread_chat_id)
        .pop()
        .unwrap();
    assert_eq!(last.sender_name, "Deploy Bot");
    assert!(last.sender_id.starts_with("b-"), "{}", last.sender_id);
    let thread = scene.ryan.thread(&scene.demo.thread_chat_id);
    assert_eq!(
        thread["last_message_information"]["sender_name"],
        "Deploy Bot"
    );
    // Neither the bot nor its user becomes a follower.
    assert_eq!(
        scene.ryan.followers(&scene.demo.thread_chat_id),
        ["Scott Fisher"]
    );

    let new = json!({ "text": "Hello.", "thread_message_id": scene.demo.message_id });
    scene
        .ryan
        .post_json(
            scene.channel_messages_url() + "?bot_unique_name=deploybot",
            &new,
        )
        .is_posted();
    assert_eq!(
        newest_thread(&scene.ryan, &scene.demo.channel_id)["follower_count"],
        0
    );
}

#[test]
fn other_bots_are_refused() {
    let sandbox = Sandbox::builder()
        .user("1", "Ryan West", "ryan.west@zylker.com")
        .bot("away", "Away")
        .channel(NewChannel::named("news").id("P7").members(["1"]))
        .build();
    let new = json!({ "text": "Hello.", "thread_message_id": sandbox.post_message("news", "1", "Plans") });
    let ryan = User::new(&sandbox, "1");
    for bot in ["away", "unknown", ""] {
        let url = format!("/api/v3/channels/P7/messages?bot_unique_name={bot}");
        ryan.post_json(url, &new)
            .is_refused(400, "operation_not_allowed");
    }
    assert_eq!(
        ryan.get("/api/v2/channels/P7/threads").ok()["data"],
        json!([])
    );
}

#[test]
fn a_query_is_decoded_once_with_plus_as_a_space() {
    let sandbox = Sandbox::builder()
        .user("1", "Ryan West", "ryan.west@zylker.com")
        .bot("a b%20+c", "Odd")
        .channel(
            NewChannel::named("news")
                .id("P7")
                .members(["1"])
                .bots(["a b%20+c"]),
        )
        .build();
    let new = json!({ "text": "Hello.", "thread_message_id": sandbox.post_message("news", "1", "Plans") });
    let url = "/api/v3/channels/P7/messages?bot_unique_name=a+b%2520%2Bc";
    User::new(&sandbox, "1").post_json(url, &new).is_posted();
}

#[test]
fn a_text_has_5000_characters_at_most() {
    let scene = scene();
    let post = |text: &str| {
        scene
            .ryan
            .post_json(scene.chat_url("/messages"), &json!({ "text": text }))
    };
    post(&"é".repeat(5000)).is_posted();
    post(&"é".repeat(5001)).is_refused(400, "invalid_inputs");
    post("").is_refused(400, "invalid_inputs");
    post(" \n").is_refused(400, "invalid_inputs");
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
fn bodies_that_differ_from_the_declaration_are_rejected() {
    let scene = scene();
    let (new, old) = (scene.channel_messages_url(), scene.chat_url("/messages"));
    let id = &scene.demo.message_id;
    for (url, body, code) in [
        (&new, json!({ "thread_message_id": id }), "param_missing"),
        (&old, json!({}), "param_missing"),
        (
            &new,
            json!({ "text": "Hello.", "thread_message_id": id, "title": "T" }),
            "extra_key_found",
        ),
        // The same URL, but the thread has its message already.
        (
            &old,
            json!({ "text": "Hello.", "thread_message_id": id }),
            "extra_key_found",
        ),
        (&old, json!({ "text": 5 }), "invalid_inputs"),
        (&old, json!({ "text": null }), "invalid_inputs"),
        (
            &old,
            json!({ "text": "Hello.", "sync_message": "true" }),
            "invalid_inputs",
        ),
        (&old, json!(["Hello."]), "invalid_inputs"),
    ] {
        scene.ryan.post_json(url, &body).is_refused(400, code);
    }
    scene.ryan.post(&old).is_refused(400, "param_missing");
    for body in ["{\"text\": ", "text=Hello.", "{\"text\": \"Hello.\"} x"] {
        scene
            .ryan
            .send(Method::POST, &old, body)
            .is_refused(400, "invalid_inputs");
    }
    assert_eq!(
        scene
            .demo
            .sandbox
            .messages(&scene.demo.thread_chat_id)
            .len(),
        1
    );
    assert_eq!(
        newest_thread(&scene.ryan, &scene.demo.channel_id)["chat_id"],
        scene.demo.thread_chat_id
    );
}
