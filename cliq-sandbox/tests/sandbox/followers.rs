//! Followers and members of a thread, and muting it.

use serde_json::{Value, json};

use super::{names, scene};

#[test]
fn followers_have_the_published_form() {
    let scene = scene();
    let scott = json!({
        "user_id": scene.demo.colleague_ids[0],
        "email_id": "scott.fisher@zylker.com",
        "name": "Scott Fisher",
    });
    assert_eq!(
        scene.ryan.get(scene.thread_url("/followers")).ok(),
        json!({ "data": [scott] })
    );
    let others = scene.ryan.get(scene.thread_url("/nonfollowers")).ok();
    assert_eq!(names(&others["data"]), ["Ryan West", "Tim Harrison"]);
}

#[test]
fn following_and_unfollowing_may_be_repeated() {
    let scene = scene();
    let chat_id = &scene.demo.thread_chat_id;
    for _ in 0..2 {
        scene.ryan.post(scene.thread_url("/follow")).is_no_content();
        assert_eq!(scene.tim.followers(chat_id), ["Scott Fisher", "Ryan West"]);
        assert_eq!(
            names(&scene.tim.get(scene.thread_url("/nonfollowers")).ok()["data"]),
            ["Tim Harrison"]
        );
        let thread = scene.ryan.thread(chat_id);
        assert_eq!(
            (&thread["follower_count"], &thread["is_follower"]),
            (&json!(2), &json!(true))
        );
    }
    for _ in 0..2 {
        scene
            .ryan
            .post(scene.thread_url("/unfollow"))
            .is_no_content();
        assert_eq!(scene.tim.followers(chat_id), ["Scott Fisher"]);
        assert_eq!(scene.ryan.thread(chat_id)["is_follower"], false);
    }
}

#[test]
fn followers_are_added_and_removed() {
    let scene = scene();
    let chat_id = &scene.demo.thread_chat_id;
    let [scott, tim] = &scene.demo.colleague_ids;
    let body = json!({ "user_ids": [tim, scene.demo.user_id, scott] });
    scene
        .ryan
        .post_json(scene.thread_url("/followers"), &body)
        .is_no_content();
    assert_eq!(
        scene.ryan.followers(chat_id),
        ["Scott Fisher", "Tim Harrison", "Ryan West"]
    );

    let body = json!({ "user_ids": [scott, scene.demo.user_id] });
    for _ in 0..2 {
        scene
            .ryan
            .delete_json(scene.thread_url("/followers"), &body)
            .is_no_content();
        assert_eq!(scene.ryan.followers(chat_id), ["Tim Harrison"]);
    }
}

#[test]
fn followers_have_to_be_in_the_channel() {
    let scene = scene();
    let url = scene.thread_url("/followers");
    for (body, code) in [
        (
            json!({ "user_ids": [scene.demo.user_id, scene.demo.outsider_id] }),
            "invalid_inputs",
        ),
        (
            json!({ "user_ids": [scene.demo.user_id, "1"] }),
            "invalid_inputs",
        ),
        (json!({ "user_ids": [] }), "invalid_inputs"),
        (json!({ "user_ids": scene.demo.user_id }), "invalid_inputs"),
        (json!({ "user_ids": [855_727_961] }), "invalid_inputs"),
        (json!({}), "param_missing"),
        (
            json!({ "user_ids": [scene.demo.user_id], "role": "x" }),
            "extra_key_found",
        ),
    ] {
        scene.ryan.post_json(&url, &body).is_refused(400, code);
        scene.ryan.delete_json(&url, &body).is_refused(400, code);
    }
    // Nothing was done partially.
    assert_eq!(
        scene.ryan.followers(&scene.demo.thread_chat_id),
        ["Scott Fisher"]
    );
}

#[test]
fn members_have_the_requested_fields() {
    let scene = scene();
    let [scott, _] = &scene.demo.colleague_ids;
    let members = |query: &str| scene.ryan.get(scene.chat_url(&format!("/members{query}")));
    let all =
        json!({ "user_id": scott, "email_id": "scott.fisher@zylker.com", "name": "Scott Fisher" });
    for (query, member) in [
        ("", all.clone()),
        ("?fields=user_id,email_id,name", all),
        ("?fields=name", json!({ "name": "Scott Fisher" })),
        (
            "?fields=name%2Cuser_id",
            json!({ "name": "Scott Fisher", "user_id": scott }),
        ),
    ] {
        assert_eq!(
            members(query).ok(),
            json!({ "members": [member] }),
            "{query}"
        );
    }
    for query in ["?fields=phone", "?fields=", "?fields=name,"] {
        members(query).is_refused(400, "invalid_inputs");
    }
}

#[test]
fn a_user_who_leaves_is_not_a_member() {
    let scene = scene();
    let members = || names(&scene.tim.get(scene.chat_url("/members")).ok()["members"]);
    scene
        .ryan
        .post_json(scene.chat_url("/messages"), &json!({ "text": "Hello." }))
        .is_posted();
    assert_eq!(members(), ["Scott Fisher", "Ryan West"]);
    scene.ryan.post(scene.chat_url("/mute")).is_no_response();

    scene.ryan.post(scene.chat_url("/leave")).is_no_response();
    assert_eq!(members(), ["Scott Fisher"]);
    assert!(
        !scene
            .demo
            .sandbox
            .is_muted(&scene.demo.thread_chat_id, &scene.demo.user_id)
    );
    scene
        .ryan
        .post(scene.chat_url("/leave"))
        .is_refused(400, "operation_not_allowed");
    // A member of the channel can follow again.
    scene.ryan.post(scene.thread_url("/follow")).is_no_content();
    assert_eq!(members(), ["Scott Fisher", "Ryan West"]);
}

#[test]
fn muting_is_per_user() {
    let scene = scene();
    let muted = |user: &str| {
        scene
            .demo
            .sandbox
            .is_muted(&scene.demo.thread_chat_id, user)
    };
    let [scott, tim] = &scene.demo.colleague_ids;
    for _ in 0..2 {
        scene.scott.post(scene.chat_url("/mute")).is_no_response();
        assert!(muted(scott) && !muted(tim));
    }
    scene.tim.post(scene.chat_url("/unmute")).is_no_response();
    assert!(muted(scott));
    scene.scott.post(scene.chat_url("/unmute")).is_no_response();
    assert!(!muted(scott));
}

#[test]
fn members_of_a_channel_can_follow_new_threads_by_themselves() {
    let scene = scene();
    let set = |value: Value| {
        let url = format!("/api/v2/channels/{}", scene.demo.channel_id);
        scene
            .ryan
            .put_json(url, &json!({ "auto_follow_threads": value }))
    };
    assert_eq!(set(json!("enable")).ok(), json!({ "status": "enabled" }));
    let thread = scene.start_thread(&scene.tim, "Everybody");
    assert_eq!(
        scene.ryan.followers(&thread),
        ["Ryan West", "Scott Fisher", "Tim Harrison"]
    );
    // Existing threads don't change.
    assert_eq!(
        scene.ryan.followers(&scene.demo.thread_chat_id),
        ["Scott Fisher"]
    );

    assert_eq!(set(json!("disable")).ok(), json!({ "status": "disabled" }));
    let thread = scene.start_thread(&scene.tim, "Nobody else");
    assert_eq!(scene.ryan.followers(&thread), ["Tim Harrison"]);

    set(json!("enabled")).is_refused(400, "invalid_inputs");
    set(json!(true)).is_refused(400, "invalid_inputs");
    let url = format!("/api/v2/channels/{}", scene.demo.channel_id);
    scene
        .ryan
        .put_json(&url, &json!({}))
        .is_refused(400, "param_missing");
    scene
        .ryan
        .put_json(
            &url,
            &json!({ "auto_follow_threads": "enable", "name": "x" }),
        )
        .is_refused(400, "invalid_inputs");
    scene
        .ryan
        .put_json(
            &url,
            &json!({ "auto_follow_threads": "enable", "colour": "x" }),
        )
        .is_refused(400, "extra_key_found");
}
