//! Threads of Zoho Cliq: the Threads API v3, and two related operations of API v2.
//!
//! [`Threads`] declares the endpoints; this module defines the types of their arguments and
//! responses. Zoho documents them in "Threads" (API v3). A rate limit described as assumed is not
//! published.

mod models;
mod open_enum;
#[cfg(feature = "schema")]
mod schemas;

use std::future::Future;

use crate::prelude::*;

pub use super::ids::{
    AppKey, BotUniqueName, ChannelId, ChannelUniqueName, ChatId, MessageId, ThreadChatId, UserId,
};
pub use super::models::{Mention, MentionType, MessageContent, Person as Sender, Posted, User};
pub use super::text::MessageText;
pub use models::{
    Bot, LastMessage, MainMessage, Thread, ThreadInformation, ThreadStateInformation,
};
pub use open_enum::{
    AutoFollow, AutoFollowStatus, FollowState, MessageType, ThreadAction, ThreadState, UserField,
};

/// Threads of Zoho Cliq.
///
/// Implemented for every [`Client`] and every other [`Caller`]. Import it to call the endpoints as
/// methods.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    limit = "20/min",
    lock = "10m",
    schema(feature = "schema")
)]
pub trait Threads {
    /// Starts a thread from a message in a channel, given the channel's id.
    ///
    /// The channel's reply mode must allow threads. The response holds the new message's id only
    /// with [`sync_message`](CreateThreadByChannelIdRequest::sync_message). It never holds the
    /// thread's chat id; [`find_thread`](Self::find_thread) finds that.
    #[endpoint(POST "/channels/<CHANNEL_ID>/messages", scope = "Webhooks.CREATE")]
    fn create_thread_by_channel_id(
        &self,
        channel_id: ChannelId,
        #[field] text: MessageText,
        #[field] thread_message_id: MessageId,
        /// The message of the thread that this one replies to.
        #[field]
        reply_to: Option<MessageId>,
        /// Whether to post the message in the channel as well.
        #[field]
        post_in_parent: Option<bool>,
        /// The thread's title. Defaults to the message's text.
        #[field]
        thread_title: Option<String>,
        /// Whether the server waits until the message is posted, and returns its id.
        #[field]
        sync_message: Option<bool>,
        /// The bot that posts. It must be a participant of the channel.
        #[query]
        bot_unique_name: Option<BotUniqueName>,
    ) -> Posted;

    /// Starts a thread from a message in a channel, given the channel's chat id.
    ///
    /// See [`create_thread_by_channel_id`](Self::create_thread_by_channel_id). The server can't
    /// distinguish this endpoint from [`send_thread_message`](Self::send_thread_message), so the
    /// calls of both are counted together.
    #[endpoint(POST "/chats/<CHAT_ID>/messages", scope = "Webhooks.CREATE")]
    fn create_thread_by_chat_id(
        &self,
        chat_id: ChatId,
        #[field] text: MessageText,
        #[field] thread_message_id: MessageId,
        /// The message of the thread that this one replies to.
        #[field]
        reply_to: Option<MessageId>,
        /// Whether to post the message in the channel as well.
        #[field]
        post_in_parent: Option<bool>,
        /// The thread's title. Defaults to the message's text.
        #[field]
        thread_title: Option<String>,
        /// Whether the server waits until the message is posted, and returns its id.
        #[field]
        sync_message: Option<bool>,
        /// The bot that posts. It must be a participant of the channel.
        #[query]
        bot_unique_name: Option<BotUniqueName>,
    ) -> Posted;

    /// Starts a thread from a message in a channel, given the channel's unique name.
    ///
    /// See [`create_thread_by_channel_id`](Self::create_thread_by_channel_id).
    #[endpoint(POST "/channelsbyname/<CHANNEL_UNIQUE_NAME>/messages", scope = "Webhooks.CREATE")]
    fn create_thread_by_channel_name(
        &self,
        channel_unique_name: ChannelUniqueName,
        #[field] text: MessageText,
        #[field] thread_message_id: MessageId,
        /// The message of the thread that this one replies to.
        #[field]
        reply_to: Option<MessageId>,
        /// Whether to post the message in the channel as well.
        #[field]
        post_in_parent: Option<bool>,
        /// The thread's title. Defaults to the message's text.
        #[field]
        thread_title: Option<String>,
        /// Whether the server waits until the message is posted, and returns its id.
        #[field]
        sync_message: Option<bool>,
        /// The bot that posts. It must be a participant of the channel.
        #[query]
        bot_unique_name: Option<BotUniqueName>,
    ) -> Posted;

    /// Posts a message to a thread.
    ///
    /// The response holds the message's id only with
    /// [`sync_message`](SendThreadMessageRequest::sync_message).
    #[endpoint(POST "/chats/<THREAD_CHAT_ID>/messages", scope = "Webhooks.CREATE")]
    fn send_thread_message(
        &self,
        thread_chat_id: ThreadChatId,
        #[field] text: MessageText,
        /// The message of the thread that this one replies to.
        #[field]
        reply_to: Option<MessageId>,
        /// Whether to post the message in the channel as well.
        #[field]
        post_in_parent: Option<bool>,
        /// Whether the server waits until the message is posted, and returns its id.
        #[field]
        sync_message: Option<bool>,
        /// The bot that posts. It must be a participant of the channel.
        #[query]
        bot_unique_name: Option<BotUniqueName>,
    ) -> Posted;

    /// Retrieves a thread: its title, state, followers and parent.
    #[endpoint(GET "/threads/<THREAD_CHAT_ID>", scope = "Chats.READ", lock = "5m", response = "data")]
    fn get_thread(&self, thread_chat_id: ThreadChatId) -> Thread;

    /// Closes, reopens, follows or unfollows a thread.
    #[endpoint(PUT "/threads/<THREAD_CHAT_ID>", scope = "Chats.UPDATE")]
    fn update_thread(
        &self,
        thread_chat_id: ThreadChatId,
        #[field] action: ThreadAction,
        /// The bot that acts. It must be a participant of the channel.
        #[query]
        bot_unique_name: Option<BotUniqueName>,
        /// The key of the extension that the bot belongs to. Requires `bot_unique_name`.
        #[query]
        appkey: Option<AppKey>,
    );

    /// Retrieves the message that a thread was started from.
    #[endpoint(GET "/threads/<THREAD_CHAT_ID>/messages/main", scope = "Messages.READ")]
    fn get_thread_main_message(&self, thread_chat_id: ThreadChatId) -> MainMessage;

    /// Lists the followers of a thread.
    ///
    /// Zoho publishes no rate limit for this endpoint; the trait's default is assumed.
    #[endpoint(GET "/threads/<THREAD_CHAT_ID>/followers", scope = "Chats.READ", response = "data")]
    fn list_thread_followers(&self, thread_chat_id: ThreadChatId) -> Vec<User>;

    /// Adds users to the followers of a thread.
    #[endpoint(POST "/threads/<THREAD_CHAT_ID>/followers", scope = "Chats.UPDATE")]
    fn add_thread_followers(&self, thread_chat_id: ThreadChatId, #[field] user_ids: Vec<UserId>);

    /// Removes users from the followers of a thread.
    #[endpoint(DELETE "/threads/<THREAD_CHAT_ID>/followers", scope = "Chats.DELETE")]
    fn remove_thread_followers(&self, thread_chat_id: ThreadChatId, #[field] user_ids: Vec<UserId>);

    /// Lists the users who could follow a thread, and don't.
    #[endpoint(GET "/threads/<THREAD_CHAT_ID>/nonfollowers", scope = "Chats.READ", response = "data")]
    fn list_thread_non_followers(&self, thread_chat_id: ThreadChatId) -> Vec<User>;

    /// Follows a thread as the authenticated user.
    #[endpoint(POST "/threads/<THREAD_CHAT_ID>/follow", scope = "Chats.UPDATE")]
    fn follow_thread(&self, thread_chat_id: ThreadChatId);

    /// Stops following a thread as the authenticated user.
    #[endpoint(POST "/threads/<THREAD_CHAT_ID>/unfollow", scope = "Chats.UPDATE")]
    fn unfollow_thread(&self, thread_chat_id: ThreadChatId);

    /// Lists the members of a thread.
    #[endpoint(GET "/chats/<THREAD_CHAT_ID>/members", scope = "Chats.READ", response = "members")]
    fn list_thread_members(
        &self,
        thread_chat_id: ThreadChatId,
        /// The fields to return. Defaults to all.
        #[query(csv)]
        fields: Option<Vec<UserField>>,
    ) -> Vec<User>;

    /// Leaves a thread as the authenticated user, who remains in the channel.
    #[endpoint(POST "/chats/<THREAD_CHAT_ID>/leave", scope = "Chats.UPDATE")]
    fn leave_thread(&self, thread_chat_id: ThreadChatId);

    /// Mutes a thread's notifications for the authenticated user.
    #[endpoint(POST "/chats/<THREAD_CHAT_ID>/mute", scope = "Chats.UPDATE")]
    fn mute_thread(&self, thread_chat_id: ThreadChatId);

    /// Unmutes a thread's notifications for the authenticated user.
    #[endpoint(POST "/chats/<THREAD_CHAT_ID>/unmute", scope = "Chats.UPDATE")]
    fn unmute_thread(&self, thread_chat_id: ThreadChatId);

    /// Lists the threads of a channel, in pages.
    ///
    /// An operation of API v2. Zoho publishes no rate limit for it; this one is assumed.
    #[endpoint(
        GET "/channels/<CHANNEL_ID>/threads",
        base = "/api/v2",
        scope = "Chats.READ",
        limit = "20/min",
        lock = "10m",
        page(items = "data", token = "next_token")
    )]
    fn list_threads(
        &self,
        channel_id: ChannelId,
        /// Returns only threads that the authenticated user follows, or doesn't follow.
        #[query("state")]
        follow_state: Option<FollowState>,
        /// Returns only open threads, or only closed ones.
        #[query("type")]
        thread_state: Option<ThreadState>,
        /// The maximum number of threads per page.
        #[query]
        limit: Option<u32>,
        /// The [`next_token`](Page::next_token) of the previous page.
        #[query]
        next_token: Option<String>,
    ) -> Page<Thread>;

    /// Sets whether the members of a channel follow its new threads automatically.
    ///
    /// An operation of API v2.
    #[endpoint(
        PUT "/channels/<CHANNEL_ID>",
        base = "/api/v2",
        scope = "Channels.UPDATE",
        limit = "50/min",
        lock = "5m",
        response = "status"
    )]
    fn set_thread_auto_follow(
        &self,
        channel_id: ChannelId,
        #[field] auto_follow_threads: AutoFollow,
    ) -> AutoFollowStatus;

    /// Closes a thread: [`update_thread`](Self::update_thread) with [`ThreadAction::Close`].
    fn close_thread(&self, thread_chat_id: impl Into<ThreadChatId>) -> UpdateThreadRequest {
        self.update_thread(thread_chat_id, ThreadAction::Close)
    }

    /// Reopens a thread: [`update_thread`](Self::update_thread) with [`ThreadAction::Reopen`].
    fn reopen_thread(&self, thread_chat_id: impl Into<ThreadChatId>) -> UpdateThreadRequest {
        self.update_thread(thread_chat_id, ThreadAction::Reopen)
    }

    /// Finds the thread that was started from a message; `None` if there is none.
    ///
    /// Use it to get the chat id of a new thread, which the calls that start one don't return. It
    /// fetches the pages of [`list_threads`](Self::list_threads) until one holds the thread. Each
    /// page counts against that endpoint's rate limit.
    fn find_thread(
        &self,
        channel_id: impl Into<ChannelId>,
        message_id: impl Into<MessageId>,
    ) -> impl Future<Output = Result<Option<Thread>, Error>> + Send + 'static {
        let mut threads = self.list_threads(channel_id).items();
        let message_id = message_id.into();
        async move {
            while let Some(thread) = threads.next().await {
                let thread = thread?;
                if thread.thread_message_id.as_ref() == Some(&message_id) {
                    return Ok(Some(thread));
                }
            }
            Ok(None)
        }
    }
}

/// Adds `as_bot` to the builders of endpoints that post messages.
macro_rules! posts_as_bot {
    ($($request:ident)*) => {
        $(impl $request {
            /// Posts as a bot: sets `bot_unique_name`.
            pub fn as_bot(self, bot: impl Into<BotUniqueName>) -> Self {
                self.bot_unique_name(bot)
            }
        })*
    };
}

posts_as_bot! {
    CreateThreadByChannelIdRequest
    CreateThreadByChatIdRequest
    CreateThreadByChannelNameRequest
    SendThreadMessageRequest
}

impl UpdateThreadRequest {
    /// Acts as a bot: sets `bot_unique_name`, and `appkey` if the bot belongs to an extension.
    pub fn as_bot(self, bot: impl Into<Bot>) -> Self {
        let (unique_name, appkey) = bot.into().into_parts();
        self.bot_unique_name(unique_name).with(appkey, Self::appkey)
    }
}
