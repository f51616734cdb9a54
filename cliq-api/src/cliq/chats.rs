//! Chats: direct conversations, groups, and what all chats have in common, channels and threads
//! included.
//!
//! ```
//! use cliq_api::cliq::chats::Chats;
//! use cliq_api::prelude::*;
//!
//! # async fn example(cliq: Client) -> Result<(), Error> {
//! let chat = cliq.create_group_chat("Launch", ["55743307", "55622727"]).await?;
//! println!("{chat:?}");
//! # Ok(())
//! # }
//! ```

use serde::Serialize;

use super::macros::{models, open_enums};
use super::models::{LastChatMessage, MembersChanged, Person, Toggle, User};
use super::threads::UserField;
use super::{ChatId, MessageId, Millis, UserId};
use crate::prelude::*;

/// Chats of Zoho Cliq.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    schema(feature = "schema")
)]
pub trait Chats {
    /// Lists the user's chats.
    #[endpoint(
        GET "/chats",
        scope = "Chats.READ",
        limit = "30/min",
        lock = "10m",
        response = "chats"
    )]
    fn list_chats(
        &self,
        /// Returns only chats with this text in their name.
        #[query]
        name: Option<String>,
        /// Returns only chats with this participant.
        #[query]
        recipient: Option<UserId>,
        /// Returns only chats that the user muted.
        #[query]
        muted: Option<bool>,
        /// The maximum number of chats: up to 100.
        #[query]
        limit: Option<u32>,
        /// Returns only chats whose last message is older.
        #[query]
        modified_before: Option<Millis>,
        /// Returns only chats whose last message is newer.
        #[query]
        modified_after: Option<Millis>,
        /// Returns only chats with a message that isn't sent yet.
        #[query]
        drafts: Option<bool>,
        /// Returns only chats that the user pinned.
        #[query]
        pinned: Option<bool>,
        /// Returns only chats that the user closed.
        #[query]
        closed: Option<bool>,
        /// Returns only chats that the user joined.
        #[query]
        joined: Option<bool>,
        /// Returns only these chats.
        #[query(csv)]
        chat_ids: Option<Vec<ChatId>>,
        /// Returns only threads of this chat.
        #[query("parent_chid")]
        parent_chat_id: Option<ChatId>,
        /// Returns only chats of this kind.
        #[query("type")]
        kind: Option<ChatFilter>,
    ) -> Vec<Chat>;

    /// Starts a direct conversation or a group.
    #[endpoint(POST "/chats", scope = "Chats.CREATE", limit = "30/min", response = "data")]
    fn create_chat(&self, #[body] chat: NewChat) -> Chat;

    /// Marks chats as read. Returns which it succeeded for, if the server reports it.
    #[endpoint(
        PUT "/chats",
        scope = "Chats.UPDATE",
        limit = "60/min",
        lock = "5m",
        response = "data"
    )]
    fn update_chats(&self, #[body] update: ChatsUpdate) -> Option<ChatsUpdated>;

    /// Searches the user's chats.
    #[endpoint(
        GET "/chats/search",
        scope = "Chats.READ",
        limit = "50/min",
        lock = "10m",
        response = "chats"
    )]
    fn search_chats(
        &self,
        /// Returns only chats with this text in their title: at most 200 characters.
        #[query]
        title: Option<String>,
        /// The maximum number of chats: up to 500, which is the default.
        #[query]
        limit: Option<u32>,
        /// Returns only chats that changed before this time.
        #[query]
        modified_before: Option<Millis>,
        /// Returns only chats that changed after this time.
        #[query]
        modified_after: Option<Millis>,
        /// Returns only chats with this participant.
        #[query]
        recipient: Option<UserId>,
        /// Returns only chats of these types.
        #[query("chat_type", csv)]
        chat_types: Option<Vec<ChatType>>,
        /// Returns only threads of this chat.
        #[query]
        parent_chat_id: Option<ChatId>,
        /// The order. Defaults to [`ChatOrder::Recent`].
        #[query]
        sort_by: Option<ChatOrder>,
    ) -> Vec<Chat>;

    /// Retrieves a chat.
    #[endpoint(
        GET "/chats/<CHAT_ID>",
        scope = "Chats.READ",
        limit = "60/min",
        lock = "5m",
        response = "data"
    )]
    fn get_chat(
        &self,
        chat_id: ChatId,
        /// The fields to return, up to 20. Defaults to a set of them.
        #[query(csv)]
        fields: Option<Vec<String>>,
        /// More to return of the chat.
        #[query(csv)]
        include: Option<Vec<ChatInclude>>,
    ) -> Chat;

    /// Changes a chat: its title, its history, whether it is read, whether it is shown.
    ///
    /// The other methods of this trait that change a chat call this one.
    #[endpoint(PUT "/chats/<CHAT_ID>", scope = "Chats.UPDATE", limit = "60/min", lock = "10m")]
    fn update_chat(&self, chat_id: ChatId, #[body] update: ChatUpdate);

    /// Lists the members of a chat.
    #[endpoint(
        GET "/chats/<CHAT_ID>/members",
        scope = "Chats.READ",
        limit = "20/min",
        lock = "10m",
        response = "members"
    )]
    fn list_chat_members(
        &self,
        chat_id: ChatId,
        /// The fields to return. Defaults to all.
        #[query(csv)]
        fields: Option<Vec<UserField>>,
    ) -> Vec<User>;

    /// Adds users to a group, up to 100.
    #[endpoint(
        POST "/chats/<CHAT_ID>/members",
        scope = "Chats.UPDATE",
        limit = "20/min",
        lock = "10m",
        response = "data"
    )]
    fn add_chat_members(&self, chat_id: ChatId, #[field] user_ids: Vec<UserId>) -> MembersChanged;

    /// Removes users from a group.
    #[endpoint(
        DELETE "/chats/<CHAT_ID>/members",
        scope = "Chats.DELETE",
        limit = "20/min",
        lock = "10m",
        response = "data"
    )]
    fn remove_chat_members(
        &self,
        chat_id: ChatId,
        #[query(csv)] user_ids: Vec<UserId>,
    ) -> MembersChanged;

    /// Starts a new chat from a message of another one.
    #[endpoint(
        POST "/chats/<CHAT_ID>/forks",
        scope = "Chats.CREATE",
        limit = "50/min",
        lock = "10s",
        response = "data"
    )]
    fn fork_chat(
        &self,
        chat_id: ChatId,
        /// The first message of the new chat.
        #[field]
        message_id: MessageId,
        /// The title of the new chat: at most 255 characters.
        #[field]
        title: String,
        /// The participants of the new chat.
        #[field(csv)]
        user_ids: Option<Vec<UserId>>,
        /// Whether all participants of the chat take part in the new one; `user_ids` has no effect
        /// then.
        #[field]
        include_participants: Option<bool>,
    ) -> Chat;

    /// Shows in a chat that the user is typing.
    #[endpoint(
        POST "/chats/<CHAT_ID>/activities",
        scope = "Chats.UPDATE",
        limit = "100/min",
        lock = "50m"
    )]
    fn send_chat_activity(&self, chat_id: ChatId, #[field] action: ChatActivity);

    /// Leaves a chat as the authenticated user.
    #[endpoint(
        POST "/chats/<CHAT_ID>/leave",
        scope = "Chats.UPDATE",
        limit = "20/min",
        lock = "10m"
    )]
    fn leave_chat(&self, chat_id: ChatId);

    /// Mutes a chat's notifications for the authenticated user.
    #[endpoint(
        POST "/chats/<CHAT_ID>/mute",
        scope = "Chats.UPDATE",
        limit = "20/min",
        lock = "10m"
    )]
    fn mute_chat(&self, chat_id: ChatId);

    /// Unmutes a chat's notifications for the authenticated user.
    #[endpoint(
        POST "/chats/<CHAT_ID>/unmute",
        scope = "Chats.UPDATE",
        limit = "20/min",
        lock = "10m"
    )]
    fn unmute_chat(&self, chat_id: ChatId);

    /// Starts a conversation with one user: [`create_chat`](Self::create_chat).
    fn create_direct_chat(&self, user_id: impl Into<UserId>) -> CreateChatRequest {
        self.create_chat(NewChat::DirectMessage {
            user_id: user_id.into(),
        })
    }

    /// Starts a group of up to 50 users: [`create_chat`](Self::create_chat). Its title has at most
    /// 255 characters.
    fn create_group_chat(
        &self,
        title: impl Into<String>,
        user_ids: impl IntoIterator<Item = impl Into<UserId>>,
    ) -> CreateChatRequest {
        self.create_chat(NewChat::GroupChat {
            title: title.into(),
            user_ids: user_ids.into_iter().map(Into::into).collect(),
        })
    }

    /// Sets a chat's title: [`update_chat`](Self::update_chat) with [`ChatUpdate::Title`].
    fn set_chat_title(
        &self,
        chat_id: impl Into<ChatId>,
        title: impl Into<String>,
    ) -> UpdateChatRequest {
        let title = title.into();
        self.update_chat(chat_id, ChatUpdate::Title { title })
    }

    /// Sets whether a chat keeps its messages: [`update_chat`](Self::update_chat) with
    /// [`ChatUpdate::History`].
    fn set_chat_history(
        &self,
        chat_id: impl Into<ChatId>,
        history_status: Toggle,
    ) -> UpdateChatRequest {
        self.update_chat(chat_id, ChatUpdate::History { history_status })
    }

    /// Marks a chat as read, up to a message: [`update_chat`](Self::update_chat) with
    /// [`ChatUpdate::MarkAsRead`].
    fn mark_chat_as_read(
        &self,
        chat_id: impl Into<ChatId>,
        last_message_id: impl Into<MessageId>,
    ) -> UpdateChatRequest {
        let last_message_id = last_message_id.into();
        self.update_chat(chat_id, ChatUpdate::MarkAsRead { last_message_id })
    }

    /// Marks a chat as unread, from a message on: [`update_chat`](Self::update_chat) with
    /// [`ChatUpdate::MarkAsUnread`].
    fn mark_chat_as_unread(
        &self,
        chat_id: impl Into<ChatId>,
        message_id: impl Into<MessageId>,
    ) -> UpdateChatRequest {
        let message_id = message_id.into();
        self.update_chat(chat_id, ChatUpdate::MarkAsUnread { message_id })
    }

    /// Clears what the user sees of a chat's past: [`update_chat`](Self::update_chat) with
    /// [`ChatUpdate::ClearLocalHistory`].
    fn clear_chat_history(&self, chat_id: impl Into<ChatId>) -> UpdateChatRequest {
        self.update_chat(chat_id, ChatUpdate::ClearLocalHistory)
    }

    /// Takes a chat out of the user's recent chats: [`update_chat`](Self::update_chat) with
    /// [`ChatUpdate::Close`].
    fn close_chat(&self, chat_id: impl Into<ChatId>) -> UpdateChatRequest {
        self.update_chat(chat_id, ChatUpdate::Close)
    }
}

/// A chat to start.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "chat_type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum NewChat {
    /// A conversation with one user.
    DirectMessage {
        /// The other user.
        user_id: UserId,
    },
    /// A group.
    GroupChat {
        /// The title: at most 255 characters.
        title: String,
        /// The members, 1 to 50.
        user_ids: Vec<UserId>,
    },
}

/// What to change of a chat.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "operation", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChatUpdate {
    /// Sets the title.
    #[serde(rename = "update_title")]
    Title {
        /// The title: at most 255 characters.
        title: String,
    },
    /// Sets whether the chat keeps its messages.
    #[serde(rename = "update_history_status")]
    History {
        /// Whether it does.
        history_status: Toggle,
    },
    /// Marks it as read.
    MarkAsRead {
        /// The last message that was read.
        last_message_id: MessageId,
    },
    /// Marks it as unread.
    MarkAsUnread {
        /// The first message that wasn't read.
        message_id: MessageId,
    },
    /// Clears what the user sees of its past.
    ClearLocalHistory,
    /// Takes it out of the user's recent chats.
    #[serde(rename = "close_chat")]
    Close,
}

/// What to change of several chats.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "operation", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChatsUpdate {
    /// Marks messages as read.
    #[serde(rename = "read_status_update")]
    ReadStatus {
        /// What they are marked as.
        read_status: ReadStatus,
        /// The chats, up to 100.
        chats: Vec<ReadChat>,
    },
    /// Sets the number of unread messages to 0.
    ClearUnread {
        /// The chats, up to 100.
        chat_ids: Vec<ChatId>,
    },
}

impl ChatsUpdate {
    /// Marks chats as read, each up to a message.
    pub fn mark_as_read(
        chats: impl IntoIterator<Item = (impl Into<ChatId>, impl Into<MessageId>)>,
    ) -> Self {
        let read = |(chat_id, last_message_id): (_, _)| ReadChat::new(chat_id, last_message_id);
        Self::ReadStatus {
            read_status: ReadStatus::Read,
            chats: chats.into_iter().map(read).collect(),
        }
    }

    /// Sets the number of unread messages of chats to 0.
    pub fn clear_unread(chat_ids: impl IntoIterator<Item = impl Into<ChatId>>) -> Self {
        Self::ClearUnread {
            chat_ids: chat_ids.into_iter().map(Into::into).collect(),
        }
    }
}

super::macros::inputs! {
    /// A chat that was read, and the last message that was.
    ReadChat(chat_id: ChatId, last_message_id: MessageId) {}
}

open_enums! {
    /// What chats are marked as.
    ReadStatus {
        /// Read.
        Read = "read",
    }

    /// The type of a chat.
    ChatType {
        /// A channel.
        Channel = "channel",
        /// A conversation with a bot.
        Bot = "bot",
        /// A chat about a record of another of Zoho's products.
        EntityChat = "entity_chat",
        /// A conversation of two users.
        DirectMessage = "direct_message",
        /// A group.
        GroupChat = "group_chat",
        /// A chat of another of Zoho's products.
        CrossproductCustomChat = "crossproduct_custom_chat",
        /// A thread.
        Thread = "thread",
        /// A type that the server doesn't know.
        Unknown = "unknown",
    }

    /// Which chats [`list_chats`](Chats::list_chats) returns.
    ChatFilter {
        /// Chats with guests.
        Guests = "guests",
        /// Threads.
        Threads = "threads",
        /// Channels.
        Channel = "channel",
        /// Conversations with bots.
        Bot = "bot",
        /// Conversations of two users.
        Direct = "dm",
        /// Chats that the user muted.
        Muted = "muted",
    }

    /// What [`get_chat`](Chats::get_chat) returns on request.
    ChatInclude {
        /// The last message.
        LastMessageInfo = "last_message_info",
    }

    /// The order of chats.
    ChatOrder {
        /// Those that the user uses most come first.
        Usage = "usage",
        /// Those that changed last come first.
        Recent = "recent",
    }

    /// What a user does in a chat.
    ChatActivity {
        /// Types a message.
        Typing = "typing",
        /// Has entered a text, and not sent it.
        TextEntered = "text_entered",
        /// Has removed the text.
        TextCleared = "text_cleared",
    }
}

models! {
    /// A chat.
    Chat {
        /// The id.
        chat_id: ChatId,
        /// The name: a title, or that of the other participant.
        name: String,
        /// The type.
        chat_type: ChatType,
        /// How many take part in it.
        participant_count: u64,
        /// When it was created.
        created_time: time::OffsetDateTime,
        /// When it changed last.
        last_modified_time: time::OffsetDateTime,
        /// Whether the user pinned it.
        pinned: bool,
        /// Whether it was removed.
        removed: bool,
        /// Whether the user pinned or removed it, in responses that nest that.
        user_membership: Membership,
        /// Who created it.
        creator: Person,
        /// Its last message.
        last_message_info: LastChatMessage,
        /// Since when it has unread messages.
        unread_time: time::OffsetDateTime,
        /// How many messages are unread.
        unread_message_count: u64,
        /// Its former titles.
        previous_titles: String,
        /// The message that it was started from, of a thread.
        thread_message_id: MessageId,
        /// The chat that it is in, of a thread.
        parent_chat_id: ChatId,
    }

    /// What a chat is to the user.
    Membership {
        /// Whether the user pinned it.
        pinned: bool,
        /// Whether the user removed it.
        removed: bool,
    }

    /// For which chats an update succeeded.
    ChatsUpdated {
        /// Those that were changed.
        success: Vec<ChatId>,
        /// Those that were not.
        failure: Vec<serde_json::Value>,
    }
}
