//! Messages that are sent later: at a time, or when the sender's status changes.

use super::macros::{described, models, open_enums};
use super::models::Person;
use super::{ChatId, MessageText, Millis, ScheduledMessageId};
use crate::prelude::*;
use serde::Serialize;

/// Messages of Zoho Cliq that are sent later.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    limit = "20/min",
    lock = "10m",
    schema(feature = "schema")
)]
pub trait ScheduledMessages {
    /// Lists the user's messages that wait, in all chats, in pages.
    #[endpoint(
        GET "/scheduledmessages",
        scope = "Messages.READ",
        page(items = "data", token = "next_token")
    )]
    fn list_scheduled_messages(
        &self,
        /// The maximum number of messages per page: up to 100. Defaults to 50.
        #[query]
        limit: Option<u32>,
        /// The [`next_token`](Page::next_token) of the previous page.
        #[query]
        next_token: Option<String>,
        /// Returns only what changed since the response that this token is from.
        #[query]
        sync_token: Option<String>,
    ) -> Page<ScheduledMessage>;

    /// Lists the user's messages that wait in a chat, in pages.
    #[endpoint(
        GET "/chats/<CHAT_ID>/scheduledmessages",
        scope = "Messages.READ",
        page(items = "data", token = "next_token")
    )]
    fn list_chat_scheduled_messages(
        &self,
        chat_id: ChatId,
        /// The maximum number of messages per page: up to 100. Defaults to 50.
        #[query]
        limit: Option<u32>,
        /// The [`next_token`](Page::next_token) of the previous page.
        #[query]
        next_token: Option<String>,
        /// Returns only what changed since the response that this token is from.
        #[query]
        sync_token: Option<String>,
    ) -> Page<ScheduledMessage>;

    /// Sends messages that wait in a chat now: one, or all.
    #[endpoint(
        POST "/chats/<CHAT_ID>/scheduledmessages",
        scope = "Messages.CREATE",
        limit = "50/min",
        field("status" = "send")
    )]
    fn send_scheduled_messages(&self, chat_id: ChatId, #[field(flatten)] which: SendNow);

    /// Sets when messages that wait in a chat are sent. Returns those that changed.
    #[endpoint(
        PUT "/chats/<CHAT_ID>/scheduledmessages",
        scope = "Messages.UPDATE",
        field("status" = "reschedule"),
        response = "data"
    )]
    fn reschedule_messages(
        &self,
        chat_id: ChatId,
        #[field(flatten)] change: Reschedule,
    ) -> Vec<ScheduledMessage>;

    /// Deletes all messages that wait in a chat.
    #[endpoint(DELETE "/chats/<CHAT_ID>/scheduledmessages", scope = "Messages.DELETE")]
    fn delete_scheduled_messages(&self, chat_id: ChatId);

    /// Changes a message that waits: what is set.
    #[endpoint(
        PUT "/chats/<CHAT_ID>/scheduledmessages/<SCHEDULED_MESSAGE_ID>",
        scope = "Messages.UPDATE",
        response = "data"
    )]
    fn edit_scheduled_message(
        &self,
        chat_id: ChatId,
        scheduled_message_id: ScheduledMessageId,
        /// The text.
        #[field]
        text: Option<MessageText>,
        /// When to send it.
        #[field]
        schedule_time: Option<Millis>,
        /// The time zone of that time, such as `Asia/Kolkata`.
        #[field]
        schedule_timezone: Option<String>,
        /// Which status of the sender sends it.
        #[field]
        schedule_status: Option<SendingStatus>,
        /// Whether to remove its file.
        #[field]
        file_remove: Option<bool>,
    ) -> ScheduledMessage;

    /// Deletes a message that waits.
    #[endpoint(
        DELETE "/chats/<CHAT_ID>/scheduledmessages/<SCHEDULED_MESSAGE_ID>",
        scope = "Messages.DELETE"
    )]
    fn delete_scheduled_message(&self, chat_id: ChatId, scheduled_message_id: ScheduledMessageId);
}

/// Which messages that wait are sent now.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SendNow {
    /// All of the chat.
    All,
    /// One.
    One(ScheduledMessageId),
}

impl From<ScheduledMessageId> for SendNow {
    fn from(id: ScheduledMessageId) -> Self {
        Self::One(id)
    }
}

impl From<&ScheduledMessageId> for SendNow {
    fn from(id: &ScheduledMessageId) -> Self {
        Self::One(id.clone())
    }
}

described! {
    object SendNow ["Which messages that wait are sent now: all of the chat, or one."] {
        optional ["`all`"] ("apply_to"): (type String),
        optional ["The one."] ("id"): (type ScheduledMessageId),
    }
}

impl Serialize for SendNow {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut members = out.serialize_map(Some(1))?;
        match self {
            Self::All => members.serialize_entry("apply_to", "all")?,
            Self::One(id) => members.serialize_entry("id", id)?,
        }
        members.end()
    }
}

/// Which messages that wait are changed, and when they are sent from now on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = super::schemas::as_sent)
)]
#[serde(tag = "apply_to")]
#[non_exhaustive]
pub enum Reschedule {
    /// Those that would be sent at a time.
    #[serde(rename = "all_time_based")]
    Time {
        /// When they would be sent.
        time: Millis,
        /// When they are sent from now on.
        schedule_time: Millis,
        /// The time zone, such as `Asia/Kolkata`: at most 100 characters.
        #[serde(skip_serializing_if = "Option::is_none")]
        schedule_timezone: Option<String>,
    },
    /// Those that a status of the sender would send.
    #[serde(rename = "all_status_based")]
    Status {
        /// The status that would send them.
        existing_status: SendingStatus,
        /// The status that sends them from now on.
        schedule_status: SendingStatus,
    },
}

open_enums! {
    /// A change of the sender's status that sends messages.
    SendingStatus {
        /// The sender checks in.
        CheckIn = "check_in",
        /// The sender checks out.
        CheckOut = "check_out",
        /// The recipient becomes available.
        UserAvailable = "user_available",
        /// The sender's call ends.
        CallEnd = "call_end",
    }
}

models! {
    /// A message that waits.
    ScheduledMessage {
        /// The id.
        id: ScheduledMessageId,
        /// The time zone of its time, such as `Asia/Kolkata`.
        timezone: String,
        /// When it was created.
        created_time: time::OffsetDateTime,
        /// When it is sent.
        time: time::OffsetDateTime,
        /// Which status sends it.
        schedule_status: SendingStatus,
        /// The message.
        message: WaitingMessage,
        /// Who created it.
        creator: Person,
    }

    /// The content of a message that waits.
    WaitingMessage {
        /// Who sends it.
        sender: Person,
        /// The type, such as `text` or `file`.
        message_type = "type": String,
        /// The content.
        content: super::threads::MessageContent,
        /// Whether it is pinned.
        is_pinned: bool,
    }
}
