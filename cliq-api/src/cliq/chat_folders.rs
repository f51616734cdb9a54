//! Chat folders, in which a user pins chats. Zoho's paths call them pin categories.

use serde::Serialize;

use super::chats::ChatType;
use super::macros::{models, open_enums};
use super::models::Person;
use super::{ChatFolderId, ChatId, MessageId, Millis};
use crate::prelude::*;

/// Chat folders and pinned chats of Zoho Cliq.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    schema(feature = "schema")
)]
pub trait ChatFolders {
    /// Lists the user's chat folders, with the chats pinned in them.
    #[endpoint(
        GET "/pin-categories",
        scope = "Chats.READ",
        limit = "20/min",
        lock = "5m",
        response = "data"
    )]
    fn list_chat_folders(
        &self,
        /// More to return of each folder.
        #[query(csv)]
        include_fields: Option<Vec<ChatFolderField>>,
    ) -> Vec<ChatFolder>;

    /// Creates a chat folder.
    #[endpoint(
        POST "/pin-categories",
        scope = "Chats.CREATE",
        limit = "20/min",
        lock = "5m",
        response = "data"
    )]
    fn create_chat_folder(
        &self,
        /// The title: at most 255 characters.
        #[field]
        title: String,
        /// An emoji: at most 50 characters.
        #[field]
        symbol: Option<String>,
        /// The chats to pin in it, up to 100, in this order.
        #[field]
        chat_ids: Option<Vec<ChatId>>,
    ) -> ChatFolder;

    /// Unpins chats from all folders, up to 25.
    #[endpoint(DELETE "/pin-categories", scope = "Chats.DELETE", limit = "20/min", lock = "5m")]
    fn unpin_chats(&self, #[query(csv)] chat_ids: Vec<ChatId>);

    /// Changes a chat folder: how it looks, its place, its chats.
    #[endpoint(
        PUT "/pin-categories/<CATEGORY_ID>",
        scope = "Chats.UPDATE",
        limit = "50/min",
        lock = "5m"
    )]
    fn update_chat_folder(&self, category_id: ChatFolderId, #[body] update: ChatFolderUpdate);

    /// Deletes a chat folder. Its chats move to the default folder, which can't be deleted.
    #[endpoint(
        DELETE "/pin-categories/<CATEGORY_ID>",
        scope = "Chats.DELETE",
        limit = "20/min",
        lock = "5m"
    )]
    fn delete_chat_folder(
        &self,
        category_id: ChatFolderId,
        /// Whether to unpin its chats instead of moving them.
        #[query]
        unpin_all: Option<bool>,
    );

    /// Pins a chat.
    #[endpoint(
        POST "/chats/<CHAT_ID>/pins",
        scope = "Chats.UPDATE",
        limit = "50/min",
        lock = "5m",
        body = optional,
        response = "data"
    )]
    fn pin_chat(
        &self,
        chat_id: ChatId,
        /// The folder. Defaults to the default folder.
        #[field]
        category_id: Option<ChatFolderId>,
    ) -> PinnedChat;

    /// Unpins a chat, from the default folder and all others.
    #[endpoint(
        DELETE "/chats/<CHAT_ID>/pins",
        scope = "Chats.UPDATE",
        limit = "50/min",
        lock = "5m",
        response = "data"
    )]
    fn unpin_chat(&self, chat_id: ChatId) -> PinnedChat;
}

/// What to change of a chat folder.
///
/// The server rejects a change of an order if something changed after `last_sync_time`: the time at
/// which the order was read.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = super::schemas::as_sent)
)]
#[serde(untagged)]
#[non_exhaustive]
pub enum ChatFolderUpdate {
    /// Changes how it looks: what is set.
    Appearance {
        /// The title: at most 255 characters.
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// An emoji: at most 50 characters. An empty one removes it.
        #[serde(skip_serializing_if = "Option::is_none")]
        symbol: Option<String>,
        /// Whether it shows its chats.
        #[serde(skip_serializing_if = "Option::is_none")]
        state: Option<ChatFolderState>,
    },
    /// Moves a chat within it.
    MoveChat {
        /// The chat.
        chat_id: ChatId,
        /// The chat to put it above; to the end without one.
        #[serde(skip_serializing_if = "Option::is_none")]
        pin_above: Option<ChatId>,
        /// When the order was read.
        last_sync_time: Millis,
    },
    /// Moves the folder.
    Move {
        /// The folder to put it above; to the end without one.
        #[serde(skip_serializing_if = "Option::is_none")]
        pin_above: Option<ChatFolderId>,
        /// When the order was read.
        last_sync_time: Millis,
    },
    /// Replaces its chats.
    Chats {
        /// All chats that it holds from now on, up to 100.
        chat_ids: Vec<ChatId>,
        /// When the chats were read.
        last_sync_time: Millis,
    },
}

impl ChatFolderUpdate {
    /// Sets the title.
    pub fn title(title: impl Into<String>) -> Self {
        Self::Appearance {
            title: Some(title.into()),
            symbol: None,
            state: None,
        }
    }

    /// Sets the emoji.
    pub fn symbol(symbol: impl Into<String>) -> Self {
        Self::Appearance {
            title: None,
            symbol: Some(symbol.into()),
            state: None,
        }
    }

    /// Sets whether it shows its chats.
    pub fn state(state: ChatFolderState) -> Self {
        Self::Appearance {
            title: None,
            symbol: None,
            state: Some(state),
        }
    }
}

open_enums! {
    /// Whether a chat folder shows its chats.
    ChatFolderState {
        /// It does.
        Expanded = "expanded",
        /// It doesn't.
        Collapsed = "collapsed",
    }

    /// What [`list_chat_folders`](ChatFolders::list_chat_folders) returns on request.
    ChatFolderField {
        /// The chats.
        Chats = "chats",
        /// The participants of the chats.
        RecipientsSummary = "recipients_summary",
        /// The last messages of the chats.
        LastMessageInfo = "last_message_info",
    }
}

models! {
    /// A chat folder.
    ChatFolder {
        /// The id.
        category_id: ChatFolderId,
        /// The title.
        title: String,
        /// An emoji.
        symbol: String,
        /// Whether it shows its chats.
        state: ChatFolderState,
        /// Its chats.
        chats: Vec<FolderChat>,
    }

    /// A chat in a folder.
    FolderChat {
        /// The id.
        chat_id: ChatId,
        /// The type.
        chat_type: ChatType,
        /// The name.
        name: String,
        /// How many take part in it.
        participant_count: u64,
        /// Some who take part in it.
        recipients_summary: Vec<Person>,
        /// Its last message.
        last_message_info: FolderChatMessage,
        /// Whether it is pinned.
        is_pinned: bool,
    }

    /// The last message of a chat in a folder.
    FolderChatMessage {
        /// The id.
        id: MessageId,
        /// Who posted it.
        sender: Person,
        /// When it was posted.
        time: time::OffsetDateTime,
        /// The type.
        message_type = "type": String,
        /// The content.
        content: super::threads::MessageContent,
    }

    /// A chat that was pinned or unpinned.
    PinnedChat {
        /// The chat.
        chat_id: ChatId,
        /// The folder.
        category_id: ChatFolderId,
    }
}
