//! An invalid message is an error of the call, and isn't sent.

use cliq_api::ErrorKind;
use cliq_api::cliq::message::{BotMessage, Button, CopyText, Message, ModernInline, Poll};
use cliq_api::prelude::*;

#[endpoints]
trait Posting {
    #[endpoint(POST "/chats/<CHAT_ID>/messages")]
    fn post(&self, chat_id: String, #[body] message: Message);

    #[endpoint(POST "/bots/<NAME>/messages")]
    fn post_as_bot(&self, name: String, #[body] message: BotMessage);

    #[endpoint(POST "/channels/<NAME>/messages")]
    fn post_to_channel(
        &self,
        name: String,
        #[field(flatten)] message: Message,
        #[field] sync_message: Option<bool>,
    );
}

fn client() -> Client {
    // Nothing listens there, so a call that is sent fails differently.
    let builder = Client::cliq(DataCenter::EU).base_url("http://127.0.0.1:9");
    builder.build().unwrap()
}

fn with_long_label(index: usize) -> Message {
    let label = |number| {
        if number == index {
            "x".repeat(21)
        } else {
            "x".to_owned()
        }
    };
    let buttons = (0..5).map(|number| Button::new(label(number), CopyText::new("1")));
    Message::text("text").buttons(buttons)
}

#[tokio::test]
async fn an_invalid_message_is_not_sent() {
    let client = client();
    let error = client.post("CT_1", with_long_label(3)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.attempts().is_empty(), "{error:?}");
    assert_eq!(
        error.to_string(),
        "post (POST /chats/<CHAT_ID>/messages): invalid body parameter `message`: \
         `buttons[3].label` has 21 characters; Cliq accepts up to 20 (`Message::unchecked` skips \
         this check)"
    );

    let error = client
        .post_as_bot("bot", "x".repeat(5001))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(
        error
            .to_string()
            .contains("`text` has 5001 characters; Cliq accepts up to 5000"),
        "{error}"
    );
}

#[test]
fn types_that_convert_into_messages() {
    let client = client();
    let body = |request: http::Request<cliq_api::Body>| {
        String::from_utf8(request.body().as_bytes().unwrap().to_vec()).unwrap()
    };
    for request in [
        client.post("CT_1", "Hello").prepare(),
        client.post("CT_1", "Hello".to_owned()).prepare(),
        client.post("CT_1", Message::text("Hello")).prepare(),
        client.post_as_bot("bot", "Hello").prepare(),
        client.post_as_bot("bot", Message::text("Hello")).prepare(),
        client.post_to_channel("announcements", "Hello").prepare(),
    ] {
        assert_eq!(body(request.unwrap()), r#"{"text":"Hello"}"#);
    }
    let poll = Poll::new("Now?", ["Yes", "No"]);
    assert_eq!(
        body(client.post("CT_1", poll).prepare().unwrap()),
        r#"{"card":{"theme":"poll","title":"Now?","options":[{"text":"Yes"},{"text":"No"}]}}"#
    );
    let card = ModernInline::new("Now");
    assert_eq!(
        body(client.post_as_bot("bot", card).prepare().unwrap()),
        r#"{"card":{"theme":"modern-inline","title":"Now"}}"#
    );
}

#[test]
fn unchecked_messages_are_sent() {
    let message = with_long_label(0).unchecked();
    assert!(message.check().is_ok());
    assert!(client().post("CT_1", message.clone()).prepare().is_ok());
    assert!(client().post_as_bot("bot", message).prepare().is_ok());
}
