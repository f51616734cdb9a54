//! JSON schemas of what isn't declared by macros, for the feature `schema`: as Zoho documents it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{
    ChatId, LastMessage, MainMessage, Mention, MessageContent, MessageId, MessageType, Sender,
    Thread, ThreadChatId, ThreadInformation, ThreadState, ThreadStateInformation, UserId,
};
use crate::cliq::DateTime;
use crate::cliq::macros::described;

/// Objects, with the types of their members.
macro_rules! objects {
    ($($name:ident { $($need:ident $member:literal: $ty:ty,)* })*) => {
        $(described! { object $name [] { $($need [] ($member): (type $ty),)* } })*
    };
}

/// A number of things.
struct Count;

impl JsonSchema for Count {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer" })
    }
}

objects! {
    Thread {
        required "chat_id": ThreadChatId,
        optional "parent_chat_id": ChatId,
        optional "thread_message_id": MessageId,
        optional "title": String,
        optional "follower_count": Count,
        optional "is_follower": bool,
        optional "thread_state": ThreadState,
        optional "parent_message_sender": UserId,
        optional "last_message_information": LastMessage,
    }
    LastMessage {
        optional "sender_id": UserId,
        optional "message_type": MessageType,
        optional "time": DateTime,
        optional "text": String,
        optional "sender_name": String,
    }
    MainMessage {
        optional "parent_resource_id": String,
        optional "sender": Sender,
        optional "mentions": Vec<Mention>,
        optional "thread_information": ThreadInformation,
        optional "id": MessageId,
        optional "time": DateTime,
        optional "thread_state_information": ThreadStateInformation,
        optional "type": MessageType,
        optional "content": MessageContent,
        optional "is_pinned": bool,
    }
    ThreadInformation {
        optional "thread_message_id": MessageId,
        optional "title": String,
        optional "follower_count": Count,
        optional "message_count": Count,
        optional "chat_id": ThreadChatId,
    }
    ThreadStateInformation {
        optional "thread_state": ThreadState,
    }
}
