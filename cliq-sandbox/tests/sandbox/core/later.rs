//! Scheduled messages and reminders.

use serde_json::json;
use time::Duration;

use crate::{User, scene};

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
    // The first one is the demo's.
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
    // The demo's reminder.
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
