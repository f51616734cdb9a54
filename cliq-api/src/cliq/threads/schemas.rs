//! JSON schemas of this module's types, for the feature `schema`. They describe what a server documents:
//! members that the models keep in `other` are allowed, and not named.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{
    AppKey, AutoFollow, AutoFollowStatus, BotUniqueName, ChannelId, ChannelUniqueName, ChatId,
    FollowState, LastMessage, MainMessage, Mention, MentionType, MessageContent, MessageId,
    MessageText, MessageType, Posted, Sender, Thread, ThreadAction, ThreadChatId,
    ThreadInformation, ThreadState, ThreadStateInformation, User, UserField, UserId,
};

/// Texts, of which a server knows no more than that.
macro_rules! texts {
    ($($name:ident)*) => { $(inline!($name: { "type": "string" });)* };
}

/// Texts of which these are known.
macro_rules! names {
    ($($name:ident: $($text:literal)*;)*) => {
        $(inline!($name: { "type": "string", "enum": [$($text),*] });)*
    };
}

macro_rules! inline {
    ($name:ident: $schema:tt) => {
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

/// Objects, with the types of their members; those behind `required` can't be missing.
macro_rules! objects {
    ($($name:ident { $($member:literal: $ty:ty,)* } required [$($required:literal),*])*) => {
        $(
            impl JsonSchema for $name {
                fn schema_name() -> Cow<'static, str> {
                    stringify!($name).into()
                }

                fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                    let mut schema = json_schema!({ "type": "object", "properties": {} });
                    $(
                        let member = generator.subschema_for::<$ty>().to_value();
                        schema.ensure_object()["properties"][$member] = member;
                    )*
                    let required: &[&str] = &[$($required),*];
                    if !required.is_empty() {
                        schema.insert("required".to_owned(), required.into());
                    }
                    schema
                }
            }
        )*
    };
}

/// A point in time.
struct Time;

inline!(Time: { "type": "string", "format": "date-time" });

/// An email address.
struct Email;

inline!(Email: { "type": "string", "format": "email" });

/// A number of things.
struct Count;

inline!(Count: { "type": "integer" });

texts! {
    AppKey BotUniqueName ChannelId ChannelUniqueName ChatId MessageId ThreadChatId UserId MessageText
    // One value of each is known, and there are more.
    MessageType MentionType
}

names! {
    ThreadState: "open" "closed";
    ThreadAction: "close" "reopen" "follow" "unfollow";
    FollowState: "followed" "not_followed" "all";
    AutoFollow: "enable" "disable";
    AutoFollowStatus: "enabled" "disabled";
    UserField: "user_id" "email_id" "name";
}

objects! {
    Thread {
        "chat_id": ThreadChatId,
        "parent_chat_id": ChatId,
        "thread_message_id": MessageId,
        "title": String,
        "follower_count": Count,
        "is_follower": bool,
        "thread_state": ThreadState,
        "parent_message_sender": UserId,
        "last_message_information": LastMessage,
    } required ["chat_id"]
    LastMessage {
        "sender_id": UserId,
        "message_type": MessageType,
        "time": Time,
        "text": String,
        "sender_name": String,
    } required []
    User {
        "user_id": UserId,
        "email_id": Email,
        "name": String,
    } required []
    Posted {
        "message_id": MessageId,
    } required []
    MainMessage {
        "parent_resource_id": String,
        "sender": Sender,
        "mentions": Vec<Mention>,
        "thread_information": ThreadInformation,
        "id": MessageId,
        "time": Time,
        "thread_state_information": ThreadStateInformation,
        "type": MessageType,
        "content": MessageContent,
        "is_pinned": bool,
    } required []
    Sender {
        "name": String,
        "id": UserId,
    } required []
    Mention {
        "name": String,
        "id": UserId,
        "type": MentionType,
    } required []
    ThreadInformation {
        "thread_message_id": MessageId,
        "title": String,
        "follower_count": Count,
        "message_count": Count,
        "chat_id": ThreadChatId,
    } required []
    ThreadStateInformation {
        "thread_state": ThreadState,
    } required []
    MessageContent {
        "text": String,
    } required []
}
