//! Channels.

use serde_json::json;

use crate::{User, names, scene};

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
        names(&members),
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
    // Everybody can join a channel of the organization.
    let open = format!("/api/v2/channels/{}", scene.demo.channel_id);
    assert_eq!(scene.olivia.get(&open).ok()["joined"], false);
    assert_eq!(
        scene.olivia.post(format!("{open}/join")).ok()["joined"],
        true
    );
    scene.olivia.get(scene.thread_url("")).ok();
}
