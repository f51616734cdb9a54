//! Messages that are pinned in a chat. One of them is the primary one, which all participants see.

use serde_json::Value;

use super::macros::models;
use super::models::{Mention, Person};
use super::{ChatId, Expiry, MessageId, Millis};
use crate::prelude::*;

/// Pinned messages of Zoho Cliq.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    limit = "20/min",
    lock = "5m",
    schema(feature = "schema")
)]
pub trait PinnedMessages {
    /// Lists the pinned messages of a chat, in pages, those that were pinned last first.
    #[endpoint(
        GET "/chats/<CHAT_ID>/pin-messages",
        scope = "Chats.READ",
        page(items = "data", token = "next_token")
    )]
    fn list_pinned_messages(
        &self,
        chat_id: ChatId,
        /// The maximum number of messages per page. Defaults to 20.
        #[query]
        limit: Option<u32>,
        /// The [`next_token`](Page::next_token) of the previous page.
        #[query]
        next_token: Option<String>,
        /// Returns only what changed since the response that this token is from.
        #[query]
        sync_token: Option<String>,
    ) -> Page<PinnedMessage>;

    /// Retrieves the primary pinned message of a chat.
    #[endpoint(GET "/chats/<CHAT_ID>/pin-messages?primary=true", scope = "Chats.READ")]
    fn get_primary_pinned_message(&self, chat_id: ChatId) -> PrimaryPinnedMessage;

    /// Pins a message. The first one of a chat becomes the primary one.
    #[endpoint(POST "/chats/<CHAT_ID>/pin-messages", scope = "Chats.CREATE", response = "data")]
    fn pin_message(
        &self,
        chat_id: ChatId,
        #[field] message_id: MessageId,
        /// Until when.
        #[field]
        expiry_time: Expiry,
        /// Whether to notify the participants.
        #[field]
        notify: bool,
        /// Whether it becomes the primary one.
        #[field]
        primary: Option<bool>,
    ) -> PinnedMessage;

    /// Moves a pinned message among the others. Above the primary one, it becomes that.
    #[endpoint(PUT "/chats/<CHAT_ID>/pin-messages", scope = "Chats.UPDATE")]
    fn move_pinned_message(
        &self,
        chat_id: ChatId,
        #[field] message_id: MessageId,
        /// When the order was read. The server rejects the call if it changed later.
        #[field]
        last_sync_time: Millis,
        /// The message to put it above; to the end without one.
        #[field]
        pin_above: Option<MessageId>,
    );

    /// Unpins messages, 1 to 25.
    #[endpoint(DELETE "/chats/<CHAT_ID>/pin-messages", scope = "Chats.DELETE")]
    fn unpin_messages(&self, chat_id: ChatId, #[field] message_ids: Vec<MessageId>);
}

models! {
    /// A pinned message.
    PinnedMessage {
        /// The id.
        id: MessageId,
        /// The type, such as `text`.
        message_type = "type": String,
        /// The content.
        content: super::threads::MessageContent,
        /// Who posted it.
        sender: Person,
        /// When it was posted.
        time: time::OffsetDateTime,
        /// Whom it mentions.
        mentions: Vec<Mention>,
        /// Whether it is pinned.
        is_pinned: bool,
        /// How it is pinned.
        pin_information: PinInformation,
    }

    /// How a message is pinned.
    PinInformation {
        /// Until when.
        expiry_time: Expiry,
        /// Who pinned it.
        creator: Person,
        /// When it was pinned.
        created_time: time::OffsetDateTime,
        /// When that changed last.
        last_modified_time: time::OffsetDateTime,
        /// Whether it is the primary one.
        is_primary: bool,
    }

    /// The primary pinned message. Zoho's schema puts it into `data`, its example doesn't; see
    /// [`into_message`](Self::into_message).
    PrimaryPinnedMessage {
        /// The message, where it is in that member.
        data: PinnedMessage,
    }
}

impl PrimaryPinnedMessage {
    /// Returns the message, wherever the response holds it; `None` if there is none.
    pub fn into_message(self) -> Option<PinnedMessage> {
        if self.data.is_some() {
            return self.data;
        }
        self.other.get("id")?;
        serde_json::from_value(Value::Object(self.other)).ok()
    }
}
