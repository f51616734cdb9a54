//! Chats of two, and groups.

use serde_json::json;

use crate::{User, scene};

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
