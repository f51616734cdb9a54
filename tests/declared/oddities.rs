//! Responses in several forms, and unknown values in models.

use cliq_api::OffsetDateTime;
use cliq_api::cliq::bots::Bot;
use cliq_api::cliq::chats::Chat;
use cliq_api::cliq::messages::{ChatMessage, Messages};
use cliq_api::cliq::models::{Posted, Toggle};
use cliq_api::cliq::pinned_messages::{PinnedMessage, PrimaryPinnedMessage};
use cliq_api::cliq::settings::QuietHours;
use cliq_api::cliq::stars::StarredMessages;
use cliq_api::cliq::{Expiry, Millis};
use cliq_api::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::answers::client;

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("a model")
}

#[test]
fn unknown_members_are_stored() {
    let json = json!({
        "unique_name": "ticketbot", "status": "paused", "mood": { "good": true },
        "creator": { "id": 65_113_112, "age": 4 },
    });
    let bot: Bot = read(json.clone());
    assert_eq!(bot.status, Some(Toggle::Other("paused".into())));
    assert_eq!(bot.other["mood"], json["mood"]);
    let creator = bot.creator.as_ref().expect("a creator");
    assert_eq!(
        (
            creator.id.as_ref().map(AsRef::as_ref),
            &creator.other["age"]
        ),
        (Some("65113112"), &json!(4))
    );
    let mut back = json;
    back["creator"]["id"] = json!("65113112");
    assert_eq!(serde_json::to_value(bot).expect("JSON"), back);
}

#[test]
fn a_time_in_an_unknown_format_is_stored() {
    let json = json!({ "created_time": "soon", "pinned": null });
    let chat: Chat = read(json);
    assert_eq!(
        (chat.created_time, &chat.other["created_time"]),
        (None, &json!("soon"))
    );
    assert_eq!(chat.pinned, None);
}

#[tokio::test]
async fn an_error_names_the_invalid_member() {
    let body = json!({ "data": [{ "id": "1_2", "sender": { "id": ["no"] } }] });
    let client = client(StatusCode::OK, body.to_string());
    let error = client
        .list_messages("CT_1")
        .await
        .expect_err("a misfit")
        .to_string();
    assert!(error.contains("data[0].sender.id"), "{error}");
}

#[test]
fn a_post_has_its_id_in_one_of_two_places() {
    for (json, expected) in [
        (json!({ "message_id": "1_2" }), Some("1_2")),
        (json!({ "url": "/", "data": { "id": "1 2" } }), Some("1_2")),
        (json!({ "Response Code": "204 No response" }), None),
        (Value::Null, None),
    ] {
        let posted: Posted = read(json.clone());
        assert_eq!(posted.id().map(AsRef::as_ref), expected, "{json}");
    }
}

#[test]
fn the_primary_pinned_message_may_be_in_data() {
    let message = json!({ "id": "1_2", "pin_information": { "expiry_time": -1 } });
    for json in [
        json!({ "type": "message", "data": message }),
        message.clone(),
    ] {
        let message = read::<PrimaryPinnedMessage>(json)
            .into_message()
            .expect("a message");
        let pin = message.pin_information.expect("how it is pinned");
        assert_eq!(pin.expiry_time, Some(Expiry::Never));
    }
    assert_eq!(
        read::<PrimaryPinnedMessage>(json!({ "type": "message" })).into_message(),
        None
    );
    let until = json!({ "pin_information": { "expiry_time": "2026-07-08T09:15:14+0530" } });
    let until: PinnedMessage = read(until);
    assert!(matches!(
        until.pin_information.expect("one").expiry_time,
        Some(Expiry::At(_))
    ));
    let time = OffsetDateTime::from_unix_timestamp(1_745_068_184).expect("a time");
    assert_eq!(json!(Expiry::from(time)), json!(1_745_068_184_000_i64));
    assert_eq!(json!(Millis::from(time)), json!(1_745_068_184_000_i64));
}

#[test]
fn starred_messages_are_in_one_of_two_lists() {
    for name in ["data", "star_messages"] {
        let starred: StarredMessages = read(json!({ name: [{ "id": "1_2" }] }));
        assert_eq!(starred.messages().len(), 1, "{name}");
    }
    assert!(StarredMessages::default().messages().is_empty());
}

#[test]
fn a_message_of_v2_has_a_text_or_more_and_its_sender_two_names() {
    let text: ChatMessage = read(json!({
        "sender": { "senderName": "Ryan", "senderID": "1" },
        "time": 1_783_502_114_151_i64, "content": "Hello",
    }));
    let file: ChatMessage = read(json!({
        "sender": { "name": "Ryan", "id": "1" }, "time": "1783502114151",
        "content": { "file": { "name": "a.pdf", "id": "6c8c" }, "comment": "Hello" },
    }));
    for message in [&text, &file] {
        let sender = message.sender.as_ref().expect("a sender");
        assert_eq!(
            (sender.name(), sender.id().map(AsRef::as_ref)),
            (Some("Ryan"), Some("1"))
        );
        assert_eq!(
            message.content.as_ref().and_then(|content| content.text()),
            Some("Hello")
        );
    }
    assert_eq!(text.time, file.time);
    assert_eq!(text.time.expect("a time").year(), 2026);
}

#[test]
fn quiet_days_are_a_list() {
    let hours: QuietHours = read(json!({ "quiet_days": "sunday, monday" }));
    let days: Vec<_> = hours.days().iter().map(ToString::to_string).collect();
    assert_eq!(days, ["sunday", "monday"]);
    assert!(QuietHours::default().days().is_empty());
}
