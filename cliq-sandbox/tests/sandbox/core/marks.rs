//! Reactions, pins and stars.

use cliq_sandbox::Clock;
use serde_json::json;
use time::Duration;

use crate::{User, scene};

#[test]
fn each_user_has_separate_reactions() {
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
    let primary = scene.scott.get(format!("{url}?primary=true")).ok()["data"].clone();
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
    // The pin expires.
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
fn each_user_has_separate_stars_of_one_kind() {
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
