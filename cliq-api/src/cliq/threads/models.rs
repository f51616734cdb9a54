//! Response types of the Threads API.
//!
//! Zoho's document requires no member of a response, so all fields but identifiers are optional.
//! Unknown members are kept in `other`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::{
    AppKey, BotUniqueName, ChatId, Mention, MessageContent, MessageId, MessageType, Sender,
    ThreadChatId, ThreadState, UserId,
};
use crate::cliq::ids::as_received;
use crate::cliq::times;

/// A thread. Schemas `v3-thread` and the items of `get-threads-response`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Thread {
    /// The chat id, which identifies the thread in calls.
    pub chat_id: ThreadChatId,
    /// The chat id of the channel that the thread is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_chat_id: Option<ChatId>,
    /// The message that the thread was started from.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "as_received"
    )]
    pub thread_message_id: Option<MessageId>,
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How many users follow it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follower_count: Option<u64>,
    /// Whether the authenticated user follows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_follower: Option<bool>,
    /// Whether the authenticated user is in the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_participant: Option<bool>,
    /// Whether it accepts messages. See [`state`](Self::state).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_state: Option<ThreadState>,
    /// The state as `list_threads` returns it, nested in an object. See [`state`](Self::state).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_state_info: Option<ThreadStateInformation>,
    /// The author of the message that the thread was started from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_message_sender: Option<UserId>,
    /// The thread's last message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_information: Option<LastMessage>,
    /// All other members of the response.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Thread {
    /// Returns a thread with this chat id and no other fields, for tests.
    pub fn new(chat_id: impl Into<ThreadChatId>) -> Self {
        Self {
            chat_id: chat_id.into(),
            parent_chat_id: None,
            thread_message_id: None,
            title: None,
            follower_count: None,
            is_follower: None,
            parent_participant: None,
            thread_state: None,
            thread_state_info: None,
            parent_message_sender: None,
            last_message_information: None,
            other: Map::new(),
        }
    }

    /// Returns whether the thread accepts messages, from whichever field holds it.
    pub fn state(&self) -> Option<&ThreadState> {
        let deeper = || self.thread_state_info.as_ref()?.thread_state.as_ref();
        self.thread_state.as_ref().or_else(deeper)
    }
}

/// A thread's last message. Schema `last_message_information`, which is open.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
#[non_exhaustive]
pub struct LastMessage {
    /// The user who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_id: Option<UserId>,
    /// The name of its sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_name: Option<String>,
    /// Its type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_type: Option<MessageType>,
    /// When it was posted. A time that can't be read stays in `other`.
    #[serde(
        skip_deserializing,
        skip_serializing_if = "Option::is_none",
        serialize_with = "times::serialize"
    )]
    pub time: Option<OffsetDateTime>,
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// All other members of the response.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The message that a thread was started from. Schema `get-main-message-response`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
#[non_exhaustive]
pub struct MainMessage {
    /// The message's id.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "as_received"
    )]
    pub id: Option<MessageId>,
    /// The resource that contains the message, such as a channel's unique name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_resource_id: Option<String>,
    /// The user who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
    /// The users it mentions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mentions: Option<Vec<Mention>>,
    /// The thread that was started from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_information: Option<ThreadInformation>,
    /// Whether the thread accepts messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_state_information: Option<ThreadStateInformation>,
    /// When it was posted. A time that can't be read stays in `other`.
    #[serde(
        skip_deserializing,
        skip_serializing_if = "Option::is_none",
        serialize_with = "times::serialize"
    )]
    pub time: Option<OffsetDateTime>,
    /// Its type.
    #[serde(skip_serializing_if = "Option::is_none", rename = "type")]
    pub message_type: Option<MessageType>,
    /// Its content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<MessageContent>,
    /// Whether it is pinned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_pinned: Option<bool>,
    /// All other members of the response.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Reads what serde derived as functions of the type, and moves the time out of `other`.
macro_rules! timed {
    ($($name:ident)*) => {
        $(
            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
                    let mut message = Self::deserialize(value)?;
                    message.time = times::take(&mut message.other, "time");
                    Ok(message)
                }
            }

            impl Serialize for $name {
                fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                    Self::serialize(self, out)
                }
            }
        )*
    };
}

timed! { LastMessage MainMessage }

/// The thread that was started from a message.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ThreadInformation {
    /// The message that it was started from.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "as_received"
    )]
    pub thread_message_id: Option<MessageId>,
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How many users follow it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follower_count: Option<u64>,
    /// How many messages it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_count: Option<u64>,
    /// The chat id, which identifies the thread in calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat_id: Option<ThreadChatId>,
    /// All other members of the response.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Whether a thread accepts messages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ThreadStateInformation {
    /// The state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_state: Option<ThreadState>,
    /// All other members of the response.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl super::super::member::Plain for LastMessage {}

/// A bot that acts instead of the user.
///
/// ```
/// use cliq_api::threads::Bot;
///
/// let own = Bot::from("ticketbot");
/// let from_extension = Bot::from("ticketbot").appkey("c2d1…");
/// assert_ne!(own, from_extension);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bot {
    unique_name: BotUniqueName,
    appkey: Option<AppKey>,
}

impl Bot {
    /// Sets the key of the extension that the bot belongs to.
    #[must_use]
    pub fn appkey(self, appkey: impl Into<AppKey>) -> Self {
        Self {
            appkey: Some(appkey.into()),
            ..self
        }
    }
}

impl Bot {
    /// Returns the parts, for calls that take them one by one.
    pub(crate) fn into_parts(self) -> (BotUniqueName, Option<AppKey>) {
        (self.unique_name, self.appkey)
    }
}

impl<T: Into<BotUniqueName>> From<T> for Bot {
    fn from(unique_name: T) -> Self {
        Self {
            unique_name: unique_name.into(),
            appkey: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_time_that_cannot_be_read_is_kept_and_written_again() {
        let json = json!({ "time": "soon", "text": "Hello", "x": 1 });
        let message: LastMessage = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(
            (message.time, &message.other["time"]),
            (None, &json!("soon"))
        );
        assert_eq!(serde_json::to_value(&message).unwrap(), json);

        let json = json!({ "time": "2026-07-08T09:15:14+00:00", "type": "text" });
        let message: MainMessage = serde_json::from_value(json.clone()).unwrap();
        assert!(message.time.is_some() && message.other.is_empty());
        assert_eq!(serde_json::to_value(&message).unwrap(), json);
    }
}
