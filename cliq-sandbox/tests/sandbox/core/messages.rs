//! Messages: posting, reading, changing, forwarding and searching them.

use serde_json::{Value, json};

use super::texts;
use crate::{User, scene};

#[test]
fn a_message_is_posted_listed_edited_and_deleted() {
    let scene = scene();
    let (ryan, scott) = (&scene.ryan, &scene.scott);
    let id = scene.post(ryan, &json!({ "text": "Hello.", "sync_message": true }));
    let answer = json!({ "text": "Hi.", "reply_to": id, "sync_message": true });
    let reply = scene.post(scott, &answer);

    let list = format!("/api/v2/chats/{}/messages", scene.demo.channel_chat_id);
    let data = scott.get(&list).ok()["data"].clone();
    assert_eq!(texts(&data)[2..], ["Hello.", "Hi."]);
    assert_eq!(data[3]["reply_to"], *id);
    assert_eq!(
        texts(&scott.get(format!("{list}?limit=1")).ok()["data"]),
        ["Hi."]
    );
    let until = data[1]["time"].as_u64().unwrap();
    assert_eq!(
        scott.get(format!("{list}?totime={until}")).ok()["data"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    scott
        .get(format!("{list}?limit=0"))
        .is_refused(400, "invalid_inputs");
    let one = scott.get(scene.message_url(&id, "/messages")).ok();
    assert_eq!(
        (&one["content"]["text"], &one["sender"]["id"]),
        (&json!("Hello."), &json!(scene.demo.user_id))
    );

    let edit = json!({ "text": "Hello, all." });
    scott
        .put_json(scene.message_url(&id, ""), &edit)
        .is_refused(403, "access_denied");
    ryan.put_json(scene.message_url(&id, ""), &edit)
        .is_no_response();
    let one = scott.get(scene.message_url(&id, "/messages")).ok();
    assert_eq!(
        (&one["content"]["text"], &one["is_edited"]),
        (&json!("Hello, all."), &json!(true))
    );

    let delete =
        |user: &User, id: &str| user.send(http::Method::DELETE, &scene.message_url(id, ""), "");
    delete(&scene.tim, &id).is_refused(403, "access_denied");
    delete(ryan, &id).is_no_response();
    delete(ryan, &id).is_refused(404, "message_not_found");
    assert_eq!(scene.texts()[2..], ["Hi."]);
    assert_eq!(
        scene.demo.sandbox.messages(&scene.demo.channel_id)[2].reply_to,
        None
    );
    // Ryan is the channel's first member, and thus its admin.
    delete(ryan, &reply).is_no_response();
}

/// Includes the demo's message that a thread was started from.
#[test]
fn several_messages_are_deleted_each_with_its_result() {
    let scene = scene();
    let main = scene.demo.sandbox.messages(&scene.demo.channel_id)[0]
        .id
        .clone();
    let id = scene.post(
        &scene.scott,
        &json!({ "text": "One.", "sync_message": true }),
    );
    let url = scene.channel_chat(&format!(
        "/messagess?message_ids={id},{main},1_1&reason=others"
    ));
    let data = scene.scott.send(http::Method::DELETE, &url, "").ok()["data"].clone();
    let results: Vec<_> = data
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["status"], &one["error"]["code"]))
        .collect();
    assert_eq!(results[0], (&json!("success"), &Value::Null));
    assert_eq!(results[1], (&json!("failed"), &json!("access_denied")));
    assert_eq!(results[2], (&json!("failed"), &json!("message_not_found")));
    let delete = |query: String| {
        scene
            .ryan
            .send(http::Method::DELETE, &scene.channel_chat(&query), "")
    };
    let thread = delete(format!("/messagess?message_ids={main}")).ok();
    assert_eq!(thread["data"][0]["error"]["code"], "operation_not_allowed");
    delete(format!(
        "/messagess?message_ids={}",
        vec!["1_1"; 26].join(",")
    ))
    .is_refused(400, "message_delete_limit_exceeded");
    delete(format!("/messagess?message_ids={main}&reason=boredom"))
        .is_refused(400, "invalid_delete_reason");
    delete("/messagess".to_owned()).is_refused(400, "param_missing");
}

#[test]
fn cards_are_stored_unchanged() {
    let scene = scene();
    let card = json!({ "title": "Release", "theme": "modern-inline" });
    let slides = json!([{ "type": "table", "data": { "headers": ["A"], "rows": [{ "A": "1" }] } }]);
    let body = json!({ "text": "New.", "card": card, "slides": slides, "sync_message": true });
    let id = scene.post(&scene.ryan, &body);
    let one = scene.scott.get(scene.message_url(&id, "/messages")).ok();
    assert_eq!(
        (&one["content"]["card"], &one["content"]["slides"]),
        (&card, &slides)
    );
    let seen = scene
        .demo
        .sandbox
        .messages(&scene.demo.channel_id)
        .pop()
        .unwrap();
    assert_eq!(seen.extras, json!({ "card": card, "slides": slides }));
    // A message with a card needs no text.
    scene.post(&scene.ryan, &json!({ "card": card, "sync_message": true }));
    let many = json!({ "text": "x", "buttons": vec![json!({}); 6] });
    scene
        .ryan
        .post_json(scene.channel_chat("/messages"), &many)
        .is_refused(400, "invalid_inputs");
}

#[test]
fn messages_are_forwarded_forked_and_found() {
    let scene = scene();
    let [scott, _] = &scene.demo.colleague_ids;
    let forward = json!({
        "source": { "chat_id": scene.demo.channel_chat_id, "message_ids": [scene.demo.message_id] },
        "recipients": { "user_ids": scott, "chat_ids": "1", "show_original_sender": true },
    });
    let data = scene.ryan.post_json("/api/v3/messages", &forward).ok()["data"].clone();
    assert_eq!(
        data["forwarded"],
        json!({ "chat_ids": [], "user_ids": [scott] })
    );
    assert_eq!(data["failures"][0]["error"]["code"], "chat_not_found");
    let found = scene
        .scott
        .get("/api/v3/messages/search?query=VERSION%204.2")
        .ok()["messages"]
        .clone();
    assert_eq!(found.as_array().unwrap().len(), 2);
    assert_eq!(
        found[0]["content"]["text"],
        "Scott Fisher: Version 4.2 goes out on Thursday."
    );
    let query = format!(
        "/api/v3/messages/search?query=version&chat_ids={}",
        scene.demo.channel_chat_id
    );
    assert_eq!(
        scene.scott.get(query).ok()["messages"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let page = scene.scott.get("/api/v3/messages/search?limit=1").ok();
    let next = page["next_token"].as_u64().unwrap();
    let page = scene
        .scott
        .get(format!("/api/v3/messages/search?limit=1&next_token={next}"))
        .ok();
    assert_eq!(page["messages"].as_array().unwrap().len(), 1);
    assert!(
        scene
            .olivia
            .get("/api/v3/messages/search?query=version")
            .ok()["messages"]
            .as_array()
            .unwrap()
            .is_empty()
    );

    let fork = json!({ "message_id": scene.demo.message_id, "title": "4.2", "include_participants": true });
    let made = scene
        .ryan
        .post_json(scene.channel_chat("/forks"), &fork)
        .ok()["data"]
        .clone();
    assert_eq!(
        (&made["name"], &made["participant_count"]),
        (&json!("4.2"), &json!(3))
    );
    let chat = made["chat_id"].as_str().unwrap();
    assert_eq!(
        scene.demo.sandbox.messages(chat)[0].text,
        "Version 4.2 goes out on Thursday."
    );
}
