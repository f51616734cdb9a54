//! Chats, channels, messages and what hangs on them: what one call changes, later ones see.

use bytes::Bytes;
use cliq_sandbox::{Clock, Sandbox};
use http::Request;
use serde_json::{Value, json};
use time::Duration;

use super::{Scene, User, scene};

impl Scene {
    fn channel_chat(&self, rest: &str) -> String {
        format!("/api/v3/chats/{}{rest}", self.demo.channel_chat_id)
    }

    /// The URL in v2 of a message of the channel.
    fn message_url(&self, id: &str, rest: &str) -> String {
        format!(
            "/api/v2/chats/{}/messages/{id}{rest}",
            self.demo.channel_chat_id
        )
    }

    /// Posts into the channel, and returns the id of the message.
    fn post(&self, user: &User, body: &Value) -> String {
        let answer = user.post_json(self.channel_chat("/messages"), body).ok();
        answer["message_id"].as_str().unwrap().to_owned()
    }

    fn texts(&self) -> Vec<String> {
        let messages = self.demo.sandbox.messages(&self.demo.channel_id);
        messages.into_iter().map(|message| message.text).collect()
    }
}

fn texts(messages: &Value) -> Vec<String> {
    let messages = messages.as_array().unwrap().iter();
    messages
        .map(|message| {
            message["content"]["text"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}

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
    // Ryan is the first member of the channel, and so its admin.
    delete(ryan, &reply).is_no_response();
}

/// The message of the demo that a thread hangs on.
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
fn cards_are_kept_as_they_were_posted() {
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
    // With a card a text isn't needed.
    scene.post(&scene.ryan, &json!({ "card": card, "sync_message": true }));
    let many = json!({ "text": "x", "buttons": vec![json!({}); 6] });
    scene
        .ryan
        .post_json(scene.channel_chat("/messages"), &many)
        .is_refused(400, "invalid_inputs");
}

#[test]
fn reactions_are_each_users_own() {
    let scene = scene();
    let url = scene.message_url(&scene.demo.message_id, "/reactions");
    let smile = json!({ "emoji_code": ":smile:" });
    scene.ryan.post_json(&url, &smile).is_no_response();
    scene.ryan.post_json(&url, &smile).is_no_response();
    scene.scott.post_json(&url, &smile).is_no_response();
    let data = scene.tim.get(&url).ok()["data"].clone();
    let given: Vec<_> = data[":smile:"]
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap())
        .collect();
    assert_eq!(given.len(), 2);
    assert!(
        given[0].starts_with(&format!("{}:", scene.demo.user_id))
            && given[0].ends_with(":Ryan West")
    );
    scene.ryan.delete_json(&url, &smile).is_no_response();
    scene
        .ryan
        .delete_json(&url, &smile)
        .is_refused(400, "operation_not_allowed");
    let seen = scene.demo.sandbox.messages(&scene.demo.channel_id);
    assert_eq!(
        seen[1].reactions,
        [(":smile:".to_owned(), scene.demo.colleague_ids[0].clone())]
    );
    scene
        .scott
        .send(
            http::Method::DELETE,
            &format!("{url}?emoji_code=%3Asmile%3A"),
            "",
        )
        .is_no_response();
    scene
        .ryan
        .post_json(&url, &json!({}))
        .is_refused(400, "param_missing");
}

#[test]
fn messages_are_pinned_reordered_and_unpinned() {
    let scene = scene();
    let url = scene.channel_chat("/pin-messages");
    let ids: Vec<_> = scene
        .demo
        .sandbox
        .messages(&scene.demo.channel_id)
        .into_iter()
        .map(|message| message.id)
        .collect();
    let pin = |id: &str, primary: bool| json!({ "message_id": id, "expiry_time": -1, "notify": false, "primary": primary });
    scene.ryan.post_json(&url, &pin(&ids[0], true)).ok();
    let second = scene.ryan.post_json(&url, &pin(&ids[1], false)).ok();
    assert_eq!(
        second["data"]["pin_information"]["creator"]["name"],
        "Ryan West"
    );
    let pinned = || {
        let data = scene.scott.get(&url).ok()["data"].clone();
        let ids = data
            .as_array()
            .unwrap()
            .iter()
            .map(|pin| pin["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(pinned(), [&*ids[1], &*ids[0]]);
    let primary = scene.scott.get(format!("{url}?primary=true")).ok();
    assert_eq!(
        (&primary["id"], &primary["is_pinned"]),
        (&json!(ids[0]), &json!(true))
    );
    let order = json!({ "message_id": ids[0], "pin_above": ids[1], "last_sync_time": 0 });
    scene.scott.put_json(&url, &order).is_no_content();
    assert_eq!(pinned(), [&*ids[0], &*ids[1]]);
    scene
        .scott
        .delete_json(&url, &json!({ "message_ids": [ids[0]] }))
        .is_no_content();
    assert_eq!(pinned(), [&*ids[1]]);
    scene
        .scott
        .get(format!("{url}?primary=true"))
        .is_no_content();
    scene
        .scott
        .delete_json(&url, &json!({ "message_ids": [ids[0]] }))
        .is_refused(400, "operation_not_allowed");
    // Its time passes.
    let soon = (Clock::START + Duration::hours(1)).unix_timestamp() * 1000;
    let until = json!({ "message_id": ids[0], "expiry_time": soon, "notify": true });
    scene.ryan.post_json(&url, &until).ok();
    assert_eq!(pinned().len(), 2);
    scene
        .demo
        .sandbox
        .advance(std::time::Duration::from_hours(2));
    assert_eq!(pinned(), [&*ids[1]]);

    let sticky = format!("/api/v2/chats/{}/stickymessage", scene.demo.channel_chat_id);
    scene.ryan.get(&sticky).is_no_content();
    scene.ryan.post_json(&sticky, &json!({ "id": ids[0] })).ok();
    assert_eq!(
        scene.scott.get(&sticky).ok()["data"]["message"]["msguid"],
        ids[0]
    );
    scene
        .ryan
        .send(http::Method::DELETE, &sticky, "")
        .is_no_response();
    scene.ryan.get(&sticky).is_no_content();
}

#[test]
fn stars_are_each_users_own_and_of_one_kind() {
    let scene = scene();
    let star = |kind: &str| {
        json!({
            "chat_id": scene.demo.channel_chat_id, "message_id": scene.demo.message_id, "star_type": kind,
        })
    };
    let first = scene
        .ryan
        .post_json("/api/v3/stars", &star("important"))
        .ok();
    assert_eq!(first["star_information"]["star_type"], "important");
    let second = scene.ryan.post_json("/api/v3/stars", &star("to_do")).ok();
    assert_eq!(second["star_information"]["old_star_type"], "important");
    let stars = |user: &User, query: &str| {
        user.get(format!("/api/v3/stars{query}")).ok()["star_messages"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((stars(&scene.ryan, ""), stars(&scene.scott, "")), (1, 0));
    assert_eq!(
        (
            stars(&scene.ryan, "?star_type=to_do"),
            stars(&scene.ryan, "?star_type=note")
        ),
        (1, 0)
    );
    scene
        .ryan
        .post_json("/api/v3/stars", &star("golden"))
        .is_refused(400, "invalid_inputs");
    let url = format!(
        "/api/v3/stars/{}",
        scene.demo.message_id.replace('_', "%20")
    );
    scene
        .scott
        .send(http::Method::DELETE, &url, "")
        .is_refused(404, "message_not_found");
    scene
        .ryan
        .send(http::Method::DELETE, &url, "")
        .is_no_content();
    assert_eq!(stars(&scene.ryan, ""), 0);
}

#[test]
fn scheduled_messages_are_moved_sent_and_posted_when_they_are_due() {
    let scene = scene();
    let sandbox = &scene.demo.sandbox;
    let in_hours = |hours: i64| sandbox.now() + Duration::hours(hours);
    let chat = &scene.demo.channel_chat_id;
    let id = sandbox.schedule_message(chat, &scene.demo.user_id, "Stand-up.", in_hours(2));
    sandbox.schedule_message(chat, &scene.demo.user_id, "Lunch.", in_hours(3));
    let url = scene.channel_chat("/scheduledmessages");
    let list = |user: &User, url: &str| {
        let data = user.get(url).ok()["data"].clone();
        data.as_array()
            .unwrap()
            .iter()
            .map(|one| {
                one["message"]["content"]["text"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect::<Vec<_>>()
    };
    // One is the demo's.
    assert_eq!(list(&scene.ryan, &url)[1..], ["Stand-up.", "Lunch."]);
    assert_eq!(list(&scene.ryan, "/api/v3/scheduledmessages").len(), 3);
    assert!(list(&scene.scott, &url).is_empty());
    let page = scene.ryan.get("/api/v3/scheduledmessages?limit=2").ok();
    let token = page["next_token"].as_str().unwrap().replace('=', "%3D");
    let page = scene
        .ryan
        .get(format!(
            "/api/v3/scheduledmessages?limit=2&next_token={token}"
        ))
        .ok();
    assert_eq!(
        (
            page["data"].as_array().unwrap().len(),
            page.get("next_token")
        ),
        (1, None)
    );

    let one = format!("{url}/{id}");
    let millis = in_hours(1).unix_timestamp() * 1000;
    let edited = scene
        .ryan
        .put_json(
            &one,
            &json!({ "text": "Stand up!", "schedule_time": millis }),
        )
        .ok();
    assert_eq!(edited["data"]["message"]["content"]["text"], "Stand up!");
    scene
        .scott
        .put_json(&one, &json!({ "text": "No." }))
        .is_refused(404, "message_not_found");
    scene
        .ryan
        .put_json(&one, &json!({ "schedule_time": 1 }))
        .is_refused(400, "invalid_inputs");
    sandbox.advance(std::time::Duration::from_mins(90));
    assert_eq!(scene.texts()[2..], ["Stand up!"]);
    let all = json!({ "status": "reschedule", "apply_to": "all_time_based", "schedule_status": "call_end" });
    assert_eq!(
        scene.ryan.put_json(&url, &all).ok()["data"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    sandbox.advance(std::time::Duration::from_hours(24));
    assert_eq!(scene.texts().len(), 3);
    scene
        .ryan
        .post_json(&url, &json!({ "status": "send", "apply_to": "all" }))
        .is_no_content();
    assert_eq!(scene.texts().len(), 5);
    sandbox.schedule_message(chat, &scene.demo.user_id, "Never.", in_hours(2));
    scene
        .ryan
        .send(http::Method::DELETE, &url, "")
        .is_no_content();
    assert!(list(&scene.ryan, &url).is_empty());
    scene
        .ryan
        .send(http::Method::DELETE, &one, "")
        .is_refused(404, "message_not_found");
}

#[test]
fn reminders_are_listed_moved_and_completed() {
    let scene = scene();
    let sandbox = &scene.demo.sandbox;
    let [scott, tim] = scene.demo.colleague_ids.each_ref().map(String::as_str);
    let at = sandbox.now() + Duration::hours(1);
    let id = sandbox.remind(&scene.demo.channel_id, &[scott, tim], "Review", at);
    let url = scene.channel_chat("/reminders?limit=10");
    let list = |user: &User| user.get(&url).ok()["list"].clone();
    assert_eq!(list(&scene.tim)[0]["content"], "Review");
    // The demo's.
    assert_eq!(list(&scene.ryan).as_array().unwrap().len(), 1);
    scene
        .ryan
        .get(scene.channel_chat("/reminders"))
        .is_refused(400, "param_missing");

    let later = (at + Duration::days(1)).unix_timestamp() * 1000;
    let edits = json!({ "reminders": [{ "reminder_id": id, "time": later }, { "reminder_id": "1", "time": later }] });
    let edited = scene.scott.put_json("/api/v3/reminders/edits", &edits).ok();
    assert_eq!(
        (
            &edited["status"],
            &edited["data"][0]["status"],
            &edited["data"][1]["status"]
        ),
        (&json!("partial"), &json!("success"), &json!("failure"))
    );
    assert_eq!(list(&scene.tim)[0]["time"], "2025-10-10T10:24:00+00:00");
    let notified = scene
        .scott
        .post(format!("/api/v3/reminders/{id}/notifications"))
        .ok();
    assert_eq!(notified["data"].as_array().unwrap().len(), 2);
    let done = json!({ "status": "completed", "apply_to": "all_occurrences" });
    let url = format!("/api/v3/reminders/{id}");
    scene.tim.put_json(&url, &done).is_no_content();
    assert_eq!(list(&scene.tim)[0]["completed"], false);
    scene.scott.put_json(&url, &done).is_no_content();
    assert_eq!(list(&scene.tim)[0]["completed"], true);
    scene
        .ryan
        .put_json(&url, &done)
        .is_refused(404, "reminder_not_found");
}

#[test]
fn chats_of_two_and_of_groups() {
    let scene = scene();
    let [scott, tim] = &scene.demo.colleague_ids;
    let direct = json!({ "chat_type": "direct_message", "user_id": scott });
    let made = scene.ryan.post_json("/api/v3/chats", &direct).ok()["data"].clone();
    assert_eq!(
        (&made["name"], &made["participant_count"]),
        (&json!("Scott Fisher"), &json!(2))
    );
    let again = scene.ryan.post_json("/api/v3/chats", &direct).ok()["data"].clone();
    assert_eq!(made["chat_id"], again["chat_id"]);
    scene
        .ryan
        .post_json(
            "/api/v2/buddies/scott.fisher@zylker.com/message",
            &json!({ "text": "Psst." }),
        )
        .is_posted();
    let chat = format!("/api/v3/chats/{}", made["chat_id"].as_str().unwrap());
    let seen = scene.scott.get(&chat).ok()["data"].clone();
    assert_eq!(
        (&seen["name"], &seen["unread_message_count"]),
        (&json!("Ryan West"), &json!(1))
    );
    assert_eq!(seen["last_message_info"]["content"]["text"], "Psst.");
    scene.tim.get(&chat).is_refused(403, "chat_access_denied");

    let group = json!({ "chat_type": "group_chat", "user_ids": [scott], "title": "Review" });
    let made = scene.ryan.post_json("/api/v3/chats", &group).ok()["data"].clone();
    let group = format!("/api/v3/chats/{}", made["chat_id"].as_str().unwrap());
    let add = json!({ "user_ids": [tim] });
    let added = scene.ryan.post_json(format!("{group}/members"), &add).ok();
    assert_eq!(added["data"]["added_user_ids"], json!([tim]));
    assert_eq!(scene.tim.get(&group).ok()["data"]["participant_count"], 3);
    scene
        .tim
        .post_json(format!("{group}/messages"), &json!({ "text": "Here." }))
        .is_posted();
    let renamed = json!({ "operation": "update_title", "title": "Retro" });
    assert_eq!(
        scene.ryan.put_json(&group, &renamed).ok()["data"]["title"],
        "Retro"
    );
    assert_eq!(scene.tim.get(&group).ok()["data"]["name"], "Retro");
    scene
        .ryan
        .put_json(&chat, &renamed)
        .is_refused(400, "operation_not_allowed");
    let removed = scene
        .ryan
        .send(
            http::Method::DELETE,
            &format!("{group}/members?user_ids={tim}"),
            "",
        )
        .ok();
    assert_eq!(removed["data"]["removed_user_ids"], json!([tim]));
    scene.tim.get(&group).is_refused(403, "chat_access_denied");
    scene.scott.post(format!("{group}/leave")).is_no_response();
    assert_eq!(scene.ryan.get(&group).ok()["data"]["participant_count"], 1);

    let names = |query: &str| {
        let chats = scene.ryan.get(format!("/api/v3/chats{query}")).ok()["chats"].clone();
        chats
            .as_array()
            .unwrap()
            .iter()
            .map(|chat| chat["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("?type=dm"), ["Scott Fisher"]);
    assert_eq!(names("/search?title=retr"), ["Retro"]);
    scene
        .ryan
        .put_json(&group, &json!({ "operation": "close_chat" }))
        .is_no_content();
    assert!(!names("").contains(&"Retro".to_owned()) && names("?closed=true") == ["Retro"]);
    assert_eq!(
        scene.ryan.get("/api/v2/chats").ok()["chats"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn chats_are_read_marked_cleared_muted_and_pinned() {
    let scene = scene();
    let chat = scene.channel_chat("");
    let unread = |user: &User| {
        user.get(&chat).ok()["data"]["unread_message_count"]
            .as_u64()
            .unwrap()
    };
    assert_eq!(unread(&scene.tim), 2);
    scene
        .tim
        .put_json(&chat, &json!({ "operation": "mark_as_read" }))
        .is_no_content();
    assert_eq!(unread(&scene.tim), 0);
    let from = json!({ "operation": "mark_as_unread", "message_id": scene.demo.message_id });
    scene.tim.put_json(&chat, &from).is_no_content();
    assert_eq!(unread(&scene.tim), 1);
    let all = json!({ "operation": "read_status_update", "read_status": "read", "chats": [
        { "chat_id": scene.demo.channel_chat_id, "last_message_id": scene.demo.message_id },
        { "chat_id": "1", "last_message_id": "1_1" },
    ] });
    let data = scene.tim.put_json("/api/v3/chats", &all).ok()["data"].clone();
    assert_eq!(
        data,
        json!({ "success": [scene.demo.channel_chat_id], "failure": ["1"] })
    );
    assert_eq!(unread(&scene.tim), 0);
    scene
        .scott
        .put_json("/api/v3/chats", &json!({ "operation": "clear_unread" }))
        .is_no_response();
    assert_eq!(unread(&scene.scott), 0);

    scene
        .tim
        .put_json(&chat, &json!({ "operation": "clear_local_history" }))
        .is_no_content();
    let list = format!("/api/v2/chats/{}/messages", scene.demo.channel_chat_id);
    assert_eq!(scene.tim.get(&list).ok()["data"], json!([]));
    assert_eq!(
        scene.ryan.get(&list).ok()["data"].as_array().unwrap().len(),
        2
    );
    scene.tim.post(scene.channel_chat("/mute")).is_no_response();
    scene.tim.post(scene.channel_chat("/pins")).ok();
    let muted = |query: &str| {
        scene.tim.get(format!("/api/v3/chats?{query}")).ok()["chats"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        (
            muted("muted=true"),
            muted("pinned=true"),
            muted("type=muted")
        ),
        (1, 1, 1)
    );
    scene
        .tim
        .post(scene.channel_chat("/unmute"))
        .is_no_response();
    assert_eq!((muted("muted=true"), muted("pinned=true")), (0, 1));
    scene
        .tim
        .post_json(
            scene.channel_chat("/activities"),
            &json!({ "action": "typing" }),
        )
        .is_no_content();
    scene
        .tim
        .put_json(&chat, &json!({ "operation": "explode" }))
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

#[test]
fn channels_are_made_changed_archived_and_deleted() {
    let scene = scene();
    let [scott, tim] = &scene.demo.colleague_ids;
    let new = json!({ "name": "Release Team", "level": "private", "user_ids": [scott], "description": "4.2" });
    let made = scene.ryan.post_json("/api/v2/channels", &new).ok();
    assert_eq!(
        (
            &made["unique_name"],
            &made["current_user_role"],
            &made["participant_count"]
        ),
        (&json!("releaseteam"), &json!("super_admin"), &json!(2))
    );
    scene
        .ryan
        .post_json("/api/v2/channels", &new)
        .is_refused(400, "operation_not_allowed");
    let url = format!("/api/v2/channels/{}", made["channel_id"].as_str().unwrap());
    scene.tim.get(&url).is_refused(403, "chat_access_denied");
    scene
        .tim
        .post(format!("{url}/join"))
        .is_refused(403, "chat_access_denied");
    scene
        .scott
        .post_json(format!("{url}/members"), &json!({ "user_ids": [tim] }))
        .is_no_response();
    let members = scene.tim.get(format!("{url}/members")).ok()["members"].clone();
    assert_eq!(members[0]["user_role"], "super_admin");
    assert_eq!(
        super::names(&members),
        ["Ryan West", "Scott Fisher", "Tim Harrison"]
    );
    scene
        .tim
        .put_json(
            format!("{url}/members/{tim}/members"),
            &json!({ "role": "admin" }),
        )
        .is_refused(403, "access_denied");
    scene
        .ryan
        .put_json(
            format!("{url}/members/{tim}/members"),
            &json!({ "role": "admin" }),
        )
        .is_no_response();
    scene
        .tim
        .delete_json(format!("{url}/members"), &json!({ "user_ids": [scott] }))
        .is_no_response();
    scene.scott.get(&url).is_refused(403, "chat_access_denied");
    let change = json!({ "name": "Releases", "config": { "reply_mode": "threads" } });
    assert_eq!(scene.ryan.put_json(&url, &change).ok()["name"], "Releases");
    let posts = "/api/v3/channelsbyname/releaseteam/messages";
    scene
        .tim
        .post_json(posts, &json!({ "text": "One." }))
        .is_posted();
    scene.tim.post(format!("{url}/archive")).is_no_response();
    scene
        .tim
        .post_json(posts, &json!({ "text": "Two." }))
        .is_refused(400, "operation_not_allowed");
    scene.tim.post(format!("{url}/unarchive")).is_no_response();
    scene
        .tim
        .post_json(posts, &json!({ "text": "Two." }))
        .is_posted();
    let list = |user: &User, query: &str| {
        user.get(format!("/api/v2/channels{query}")).ok()["channels"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        (
            list(&scene.tim, ""),
            list(&scene.tim, "?level=private"),
            list(&scene.scott, "?level=private")
        ),
        (2, 1, 0)
    );
    scene.tim.post(format!("{url}/leave")).is_no_response();
    scene
        .ryan
        .send(http::Method::DELETE, &url, "")
        .is_no_response();
    scene.ryan.get(&url).is_refused(404, "channel_not_exists");
    scene
        .ryan
        .post_json(posts, &json!({ "text": "Three." }))
        .is_refused(404, "channel_not_exists");
    // A channel of the organization is everybody's to join.
    let open = format!("/api/v2/channels/{}", scene.demo.channel_id);
    assert_eq!(scene.olivia.get(&open).ok()["joined"], false);
    assert_eq!(
        scene.olivia.post(format!("{open}/join")).ok()["joined"],
        true
    );
    scene.olivia.get(scene.thread_url("")).ok();
}

#[test]
fn bots_are_made_and_post() {
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
    // To all subscribers: Ryan made it, and Scott has heard of it.
    let sent = scene
        .ryan
        .post_json(
            "/api/v2/bots/buildbot/message",
            &json!({ "text": "Red.", "sync_message": true }),
        )
        .ok();
    assert_eq!(sent["user_ids"].as_array().unwrap().len(), 2);
    let subscribers = scene.ryan.get("/api/v3/bots/buildbot/subscribers").ok()["data"].clone();
    assert_eq!(super::names(&subscribers), ["Ryan West", "Scott Fisher"]);

    let in_channel = format!(
        "/api/v3/bots/buildbot/messages?CHANNEL_UNIQUE_NAME={}",
        scene.demo.channel_unique_name
    );
    scene
        .ryan
        .post_json(&in_channel, &json!({ "text": "Red." }))
        .is_refused(400, "operation_not_allowed");
    let channel = json!({ "channel_unique_name": scene.demo.channel_unique_name });
    scene
        .ryan
        .post_json("/api/v3/bots/buildbot/associate", &channel)
        .is_no_response();
    scene
        .ryan
        .post_json(&in_channel, &json!({ "text": "Red." }))
        .is_posted();
    let last = scene
        .demo
        .sandbox
        .messages(&scene.demo.channel_id)
        .pop()
        .unwrap();
    assert_eq!(
        (last.sender_name.as_str(), last.text.as_str()),
        ("Builder", "Red.")
    );
    let in_thread = json!({ "text": "Here too.", "thread_chat_id": scene.demo.thread_chat_id });
    scene
        .ryan
        .post_json("/api/v3/bots/buildbot/messages", &in_thread)
        .is_posted();

    scene
        .ryan
        .send(http::Method::DELETE, &url, "")
        .is_no_response();
    scene.ryan.get(&url).is_refused(404, "bot_not_found");
    assert_eq!(scene.texts().last().unwrap(), "Red.");
}

#[test]
fn users_are_told_to_those_of_the_organization() {
    let scene = scene();
    let users = scene.ryan.get("/api/v2/users?search=fisher").ok();
    assert_eq!(super::names(&users["data"]), ["Scott Fisher"]);
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

/// As curl writes a form with two files.
fn multipart() -> (&'static str, &'static str) {
    let body = "--x1\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a \u{e9}.txt\"\r\nContent-Type: text/plain\r\n\r\none\r\n\
                --x1\r\nContent-Disposition: form-data; name=\"files\"; filename=\"b.bin\"\r\n\r\n\0\r\n--x\r\n\
                --x1\r\nContent-Disposition: form-data; name=\"comments\"\r\n\r\n[\"First\", \"Second\"]\r\n--x1--\r\n";
    ("multipart/form-data; boundary=\"x1\"", body)
}

#[test]
fn files_are_uploaded_and_downloaded() {
    let scene = scene();
    let call = |user: &User, method: &str, url: &str, (kind, body): (&str, &str)| {
        let request = Request::builder()
            .method(method)
            .uri(url)
            .header("authorization", &user.authorization)
            .header("content-type", kind);
        user.sandbox.handle(
            request
                .body(Bytes::copy_from_slice(body.as_bytes()))
                .unwrap(),
        )
    };
    let url = format!("/api/v2/chats/{}/files", scene.demo.channel_chat_id);
    assert_eq!(call(&scene.ryan, "POST", &url, multipart()).status(), 200);
    let list = scene
        .scott
        .get(format!(
            "/api/v2/chats/{}/messages?limit=2",
            scene.demo.channel_chat_id
        ))
        .ok();
    let files: Vec<_> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| &message["content"])
        .collect();
    assert_eq!(
        (&files[0]["file"]["name"], &files[0]["comment"]),
        (&json!("a \u{e9}.txt"), &json!("First"))
    );
    assert_eq!(
        (&files[1]["file"]["name"], &files[1]["comment"]),
        (&json!("b.bin"), &json!("Second"))
    );
    let download = |user: &User, file: &Value| {
        let url = format!("/api/v2/files/{}", file["file"]["id"].as_str().unwrap());
        call(user, "GET", &url, ("", ""))
    };
    let first = download(&scene.scott, files[0]);
    assert_eq!(
        (&first.body()[..], &first.headers()["content-type"]),
        (&b"one"[..], &"text/plain".parse().unwrap())
    );
    assert_eq!(&download(&scene.scott, files[1]).body()[..], b"\0\r\n--x");
    assert_eq!(download(&scene.olivia, files[0]).status(), 403);
    scene
        .scott
        .get("/api/v2/files/f-1")
        .is_refused(404, "file_not_found");

    let name = format!(
        "/api/v2/channelsbyname/{}/files",
        scene.demo.channel_unique_name
    );
    assert_eq!(call(&scene.ryan, "POST", &name, multipart()).status(), 200);
    assert_eq!(
        call(
            &scene.ryan,
            "POST",
            "/api/v2/buddies/scott.fisher@zylker.com/files",
            multipart()
        )
        .status(),
        200
    );
    assert_eq!(
        call(
            &scene.ryan,
            "POST",
            "/api/v2/bots/deploybot/files",
            multipart()
        )
        .status(),
        200
    );
    assert_eq!(
        call(&scene.ryan, "POST", &url, ("application/json", "{}")).status(),
        400
    );
    assert_eq!(
        scene.demo.sandbox.messages(&scene.demo.channel_id)[2]
            .file_name
            .as_deref(),
        Some("a \u{e9}.txt")
    );
    // They are in the world's file.
    let again = Sandbox::builder()
        .json(&scene.demo.sandbox.to_json())
        .unwrap()
        .build();
    let url = format!("/api/v2/files/{}", files[1]["file"]["id"].as_str().unwrap());
    let scott = User::new(&again, &scene.demo.colleague_ids[0]);
    assert_eq!(
        &call(&scott, "GET", &url, ("", "")).body()[..],
        b"\0\r\n--x"
    );
}
