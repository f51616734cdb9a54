//! Messages that mention the user, or reply to the user's own.
//!
//! How a message mentions somebody is part of its text: see [`message`](super::message).

use super::macros::{models, open_enums};
use super::models::{MentionType, Person};
use super::{ChatId, MessageId, Millis, UserId};
use crate::prelude::*;

/// Mentions in Zoho Cliq.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    schema(feature = "schema")
)]
pub trait Mentions {
    /// Lists messages that mention the user or reply to the user, in pages, the newest first.
    #[endpoint(
        GET "/mentions",
        scope = "Chats.READ",
        limit = "30/min",
        lock = "10m",
        page(items = "data", token = "next_token", more = "has_more")
    )]
    fn list_mentions(
        &self,
        /// Returns only mentions after this time. Defaults to 30 days ago.
        #[query]
        from_time: Option<Millis>,
        /// Returns only mentions before this time.
        #[query]
        to_time: Option<Millis>,
        /// The maximum number of mentions per page: up to 100. Defaults to 25.
        #[query]
        limit: Option<u32>,
        /// The [`next_token`](Page::next_token) of the previous page.
        #[query]
        next_token: Option<String>,
        /// Returns only mentions in this chat.
        #[query("chid")]
        chat_id: Option<ChatId>,
        /// Returns only mentions in these chats, up to 5.
        #[query(csv)]
        chat_ids: Option<Vec<ChatId>>,
        /// Returns only mentions by these users, up to 5.
        #[query(csv)]
        user_ids: Option<Vec<UserId>>,
        /// What to return. Defaults to [`ActivityFilter::Mentions`].
        #[query("type")]
        activities: Option<ActivityFilter>,
    ) -> Page<Activity>;
}

open_enums! {
    /// Which messages [`list_mentions`](Mentions::list_mentions) returns.
    ActivityFilter {
        /// Those that mention the user.
        Mentions = "mentions",
        /// Those that reply to the user.
        Replies = "replies",
        /// Both.
        All = "all",
    }

    /// What a message does.
    ActivityType {
        /// It mentions the user.
        Mentions = "mentions",
        /// It replies to the user.
        Replies = "replies",
    }

    /// Whether the user read a mention.
    ActivityStatus {
        /// It isn't read.
        Unread = "unread",
        /// It is read.
        Read = "read",
        /// It was deleted.
        Deleted = "deleted",
    }

    /// The type of a chat in which somebody is mentioned.
    ActivityChatType {
        /// A channel.
        Channel = "channel",
        /// A conversation of two users.
        Direct = "direct",
        /// A group.
        Group = "group",
        /// A conversation with a bot.
        Bot = "bot",
        /// A thread.
        Thread = "thread",
    }

    /// Who has access to a channel in which somebody is mentioned.
    ActivityChannelType {
        /// Everybody.
        Open = "open",
        /// Who was invited.
        Closed = "closed",
        /// The public.
        Public = "public",
        /// People outside of the organization, too.
        External = "external",
        /// The members of a team.
        Team = "team",
    }
}

models! {
    /// A message that mentions the user or replies to the user.
    Activity {
        /// The id.
        id: String,
        /// Whether the user read it.
        status: ActivityStatus,
        /// What the message does.
        activity_type: ActivityType,
        /// Its chat.
        chat: ActivityChat,
        /// The message.
        message: ActivityMessage,
        /// Whom it mentions.
        mention: Mentioned,
    }

    /// The chat of a message that mentions somebody.
    ActivityChat {
        /// The id.
        id: ChatId,
        /// The title.
        title: String,
        /// The type.
        chat_type = "type": ActivityChatType,
        /// Who has access to it, of a channel.
        channel_type: ActivityChannelType,
        /// The name that is shown, of a channel.
        channel_display_name: String,
    }

    /// A message that mentions somebody, or that is replied to.
    ActivityMessage {
        /// The id.
        id: MessageId,
        /// The type.
        message_type = "type": String,
        /// When it was posted.
        time: time::OffsetDateTime,
        /// Its content.
        content: super::threads::MessageContent,
        /// Who posted it.
        sender: Person,
        /// The message that it replies to.
        replied_to: RepliedTo,
    }

    /// A message that was replied to.
    RepliedTo {
        /// The id.
        id: MessageId,
        /// When it was posted.
        time: time::OffsetDateTime,
        /// Its content.
        content: super::threads::MessageContent,
        /// Who posted it.
        sender: Person,
    }

    /// Whom a message mentions.
    Mentioned {
        /// The user who sees it.
        recipient_id: UserId,
        /// All that it mentions.
        mentioned_users: Vec<MentionedUser>,
    }

    /// One that a message mentions.
    MentionedUser {
        /// The id.
        id: UserId,
        /// The name.
        name: String,
        /// The name that is shown.
        display_name: String,
        /// What is mentioned.
        mention_type = "type": MentionType,
    }
}
