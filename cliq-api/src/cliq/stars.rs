//! Messages that the user starred.

use super::macros::{models, open_enums};
use super::models::{Person, StarType};
use super::{ChatId, MessageId, Millis};
use crate::prelude::*;

/// Starred messages of Zoho Cliq.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    schema(feature = "schema")
)]
pub trait Stars {
    /// Lists messages that the user starred.
    ///
    /// To read on, call it with the [`next_token`](StarredMessages::next_token) of the response.
    #[endpoint(GET "/stars", scope = "Messages.READ", limit = "30/min", lock = "5m")]
    fn list_starred_messages(
        &self,
        /// Returns only messages in this chat.
        #[query]
        chat_id: Option<ChatId>,
        /// Returns only messages with such a star.
        #[query]
        star_type: Option<StarFilter>,
        /// Returns only messages that were starred at this time or later.
        #[query]
        from_time: Option<Millis>,
        /// Returns only messages that were starred earlier.
        #[query]
        to_time: Option<Millis>,
        /// The maximum number of messages: up to 50, which is the default.
        #[query]
        limit: Option<u32>,
        /// The token of the previous response.
        #[query]
        next_token: Option<String>,
        /// Returns only what changed since the response that this token is from.
        #[query]
        sync_token: Option<String>,
    ) -> StarredMessages;

    /// Stars a message, or changes its star.
    #[endpoint(POST "/stars", scope = "Messages.CREATE", limit = "50/min", lock = "5m")]
    fn star_message(
        &self,
        #[field] chat_id: ChatId,
        #[field] message_id: MessageId,
        #[field] star_type: StarType,
    ) -> StarredMessage;

    /// Removes the star of a message.
    #[endpoint(
        DELETE "/stars/<MESSAGE_ID>",
        scope = "Messages.DELETE",
        limit = "50/min",
        lock = "5m"
    )]
    fn unstar_message(&self, message_id: MessageId);
}

open_enums! {
    /// Which messages [`list_starred_messages`](Stars::list_starred_messages) returns.
    StarFilter {
        /// Important ones.
        Important = "important",
        /// Tasks.
        ToDo = "to_do",
        /// Notes.
        Note = "note",
        /// Those of managers.
        Manager = "manager",
        /// Those that need a follow-up.
        FollowUp = "follow_up",
        /// All.
        All = "all",
    }
}

models! {
    /// Starred messages. Zoho's schema calls the list `data`, its example `star_messages`; see
    /// [`messages`](Self::messages).
    StarredMessages {
        /// The messages under one of their names.
        data: Vec<StarredMessage>,
        /// The messages under the other one.
        star_messages: Vec<StarredMessage>,
        /// The token that asks for more.
        next_token: String,
        /// The token that asks for later changes.
        sync_token: String,
    }

    /// A starred message.
    StarredMessage {
        /// The id.
        id: MessageId,
        /// The type, such as `text` or `file`.
        message_type = "type": String,
        /// When it was posted.
        time: time::OffsetDateTime,
        /// Who posted it.
        sender: Person,
        /// The content.
        content: super::threads::MessageContent,
        /// Whether it is pinned.
        is_pinned: bool,
        /// Its star.
        star_information: StarInformation,
        /// Its chat.
        chat_information: StarredChat,
    }

    /// The star of a message.
    StarInformation {
        /// The subject.
        star_type: StarType,
        /// The subject before it was changed.
        old_star_type: StarType,
        /// When it was set.
        starred_message_time: time::OffsetDateTime,
        /// Who may see the message's file.
        file_permission: FilePermission,
    }

    /// Who may see a file.
    FilePermission {
        /// Whether it may be seen outside of the organization.
        cross_org_policy: bool,
        /// Who may see it.
        file_scope: String,
    }

    /// The chat of a starred message.
    StarredChat {
        /// The id.
        chat_id: ChatId,
        /// The type.
        chat_type: String,
        /// The title.
        title: String,
        /// The name that is shown.
        display_name: String,
        /// Whether the user joined it.
        joined: bool,
        /// The other participant.
        receiver: String,
    }
}

impl StarredMessages {
    /// Returns the messages, from whichever member holds them.
    pub fn messages(&self) -> &[StarredMessage] {
        let messages = self.data.as_ref().or(self.star_messages.as_ref());
        messages.map_or(&[], Vec::as_slice)
    }
}
