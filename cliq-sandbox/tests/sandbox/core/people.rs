//! Bots and users.

use serde_json::json;

use crate::{User, names, scene};

#[test]
fn bots_are_made_and_post_to_users() {
    let scene = scene();
    let new = json!({ "name": "Build Bot", "description": "Tells of builds.", "execution_type": "webhook" });
    let made = scene.ryan.post_json("/api/v3/bots", &new).ok()["data"].clone();
    assert_eq!(
        (&made["unique_name"], &made["execution_type"]),
        (&json!("buildbot"), &json!("webhook"))
    );
    let url = format!("/api/v3/bots/{}", made["id"].as_str().unwrap());
    assert_eq!(
        scene.scott.get(&url).ok()["data"]["creator"]["name"],
        "Ryan West"
    );
    scene
        .scott
        .send(
            http::Method::PATCH,
            &url,
            &json!({ "name": "B" }).to_string(),
        )
        .is_refused(403, "access_denied");
    let changed = scene
        .ryan
        .send(
            http::Method::PATCH,
            &url,
            &json!({ "name": "Builder" }).to_string(),
        )
        .ok();
    assert_eq!(changed["data"]["name"], "Builder");
    assert_eq!(
        scene.ryan.get("/api/v3/bots").ok()["data"]
            .as_array()
            .unwrap()
            .len(),
        2
    );

    let post =
        json!({ "text": "Green.", "user_ids": scene.demo.colleague_ids[0], "sync_message": true });
    let sent = scene
        .ryan
        .post_json("/api/v3/bots/buildbot/messages", &post)
        .ok();
    let chat = sent["message_details"][&scene.demo.colleague_ids[0]]["chat_id"]
        .as_str()
        .unwrap();
    assert!(chat.ends_with("-B2"), "{chat}");
    let list = scene
        .scott
        .get(format!("/api/v2/chats/{chat}/messages"))
        .ok()["data"]
        .clone();
    assert_eq!(
        (&list[0]["sender"]["name"], &list[0]["content"]["text"]),
        (&json!("Builder"), &json!("Green."))
    );
    // To all subscribers: Ryan created the bot, and Scott has subscribed.
    let sent = scene
        .ryan
        .post_json(
            "/api/v2/bots/buildbot/message",
            &json!({ "text": "Red.", "sync_message": true }),
        )
        .ok();
    assert_eq!(sent["user_ids"].as_array().unwrap().len(), 2);
    let subscribers = scene.ryan.get("/api/v3/bots/buildbot/subscribers").ok()["data"].clone();
    assert_eq!(names(&subscribers), ["Ryan West", "Scott Fisher"]);

    scene
        .ryan
        .send(http::Method::DELETE, &url, "")
        .is_no_response();
    scene.ryan.get(&url).is_refused(404, "bot_not_found");
}

#[test]
fn bots_post_in_the_channels_that_they_are_in() {
    let scene = scene();
    let new = json!({ "name": "Builder", "description": "Tells of builds." });
    scene.ryan.post_json("/api/v3/bots", &new).ok();
    let in_channel = format!(
        "/api/v3/bots/builder/messages?CHANNEL_UNIQUE_NAME={}",
        scene.demo.channel_unique_name
    );
    scene
        .ryan
        .post_json(&in_channel, &json!({ "text": "Red." }))
        .is_refused(400, "operation_not_allowed");
    let channel = json!({ "channel_unique_name": scene.demo.channel_unique_name });
    scene
        .ryan
        .post_json("/api/v3/bots/builder/associate", &channel)
        .is_no_response();
    scene
        .ryan
        .post_json(&in_channel, &json!({ "text": "Red." }))
        .is_posted();
    let newest = scene
        .demo
        .sandbox
        .messages(&scene.demo.channel_id)
        .pop()
        .unwrap();
    assert_eq!(
        (newest.sender_name.as_str(), newest.text.as_str()),
        ("Builder", "Red.")
    );
    let in_thread = json!({ "text": "Here too.", "thread_chat_id": scene.demo.thread_chat_id });
    scene
        .ryan
        .post_json("/api/v3/bots/builder/messages", &in_thread)
        .is_posted();
    // A deleted bot's messages remain.
    scene
        .ryan
        .send(http::Method::DELETE, "/api/v3/bots/builder", "")
        .is_no_response();
    assert_eq!(scene.texts().last().unwrap(), "Red.");
}

#[test]
fn users_are_listed_for_the_organization_only() {
    let scene = scene();
    let users = scene.ryan.get("/api/v2/users?search=fisher").ok();
    assert_eq!(names(&users["data"]), ["Scott Fisher"]);
    assert_eq!(
        scene.ryan.get("/api/v2/users").ok()["data"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    let page = scene.ryan.get("/api/v2/users?limit=3").ok();
    assert_eq!(page["has_more"], true);
    let one = scene.ryan.get("/api/v2/users/scott.fisher@zylker.com").ok()["data"].clone();
    assert_eq!(
        (&one["first_name"], &one["id"]),
        (&json!("Scott"), &json!(scene.demo.colleague_ids[0]))
    );
    scene
        .ryan
        .get("/api/v2/users/1")
        .is_refused(404, "user_not_found");
    let dana = User::new(&scene.demo.sandbox, &scene.demo.external_id);
    for url in [
        "/api/v2/users",
        "/api/v3/bots",
        "/api/v2/channels",
        "/api/v3/messages/search",
    ] {
        dana.get(url).is_refused(403, "access_denied");
    }
    assert_eq!(dana.get("/api/v3/chats").ok()["chats"], json!([]));
}
