//! Facts about the server that can't be added to the document.

use cliq_api::RequestExt;
use cliq_api::http::StatusCode;
use cliq_api::threads::{MessageId, ThreadState, Threads, UserField};
use serde_json::{Value, json};

use crate::canned::{client, wait};
use crate::document::Document;

const THREAD: &str = "CT_1-T-2";
const DONE: [StatusCode; 2] = [StatusCode::OK, StatusCode::NO_CONTENT];

#[test]
fn a_post_has_its_id_or_none() {
    let post = |status, body: String| {
        wait(
            client(status, body)
                .send_thread_message(THREAD, "text")
                .into_future(),
        )
        .unwrap()
    };

    let posted = post(
        StatusCode::OK,
        json!({ "message_id": "1275417686584%2020804595296" }).to_string(),
    );
    assert_eq!(
        posted.message_id,
        Some(MessageId::from("1275417686584_20804595296"))
    );

    let posted = post(
        StatusCode::OK,
        json!({ "Response Code": "204 No response" }).to_string(),
    );
    assert_eq!(posted.message_id, None);
    for status in DONE {
        let posted = post(status, String::new());
        assert_eq!((posted.message_id, posted.other.len()), (None, 0));
    }
}

#[test]
fn an_empty_response_may_have_a_placeholder() {
    let example = json!({ "Response Code": "204 No response" });
    assert_eq!(
        Document::published().no_response["properties"]["Response Code"]["example"],
        example["Response Code"]
    );
    for status in DONE {
        for body in [String::new(), example.to_string()] {
            let client = client(status, body);
            wait(client.leave_thread(THREAD).into_future()).unwrap();
            wait(client.mute_thread(THREAD).into_future()).unwrap();
            wait(client.unmute_thread(THREAD).into_future()).unwrap();
        }
    }
}

#[test]
fn a_listed_thread_may_have_its_state_one_member_deeper() {
    let item = json!({ "chat_id": THREAD, "thread_state_info": { "thread_state": "closed" } });
    let page = |next_token: Value| {
        let body = json!({ "data": [&item], "next_token": next_token }).to_string();
        wait(
            client(StatusCode::OK, body)
                .list_threads("P1")
                .into_future(),
        )
        .unwrap()
    };
    let thread = &page(Value::Null).items[0];
    assert_eq!(
        (&thread.thread_state, thread.state()),
        (&None, Some(&ThreadState::Closed))
    );
    assert_eq!(serde_json::to_value(thread).unwrap(), item);

    // The last page's token is missing or empty.
    assert_eq!(page(json!("")).next_token, None);
    assert_eq!(page(json!("next")).next_token.as_deref(), Some("next"));
}

#[test]
fn the_fields_of_a_member_are_joined_with_commas() {
    let fields = [UserField::UserId, UserField::EmailId, UserField::Name];
    let request = client(StatusCode::OK, "")
        .list_thread_members(THREAD)
        .fields(fields)
        .prepare()
        .unwrap();
    assert_eq!(request.uri().query(), Some("fields=user_id,email_id,name"));
}
