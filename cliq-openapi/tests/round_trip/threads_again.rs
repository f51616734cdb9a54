//! Threads.
//!
//! Base URL: `https://cliq.zoho.com`.
//!
//! Imported by `cliq-openapi`.
#![allow(
    clippy::enum_variant_names,
    clippy::struct_field_names,
    dead_code,
    reason = "the module has what the document has"
)]

use std::collections::BTreeMap;

use cliq_api::{Page, Timestamp, endpoints};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    limit = "20/min",
    lock = "10min"
)]
pub trait Threads {
    /// Starts a thread from a message in a channel, given the channel's id.
    #[endpoint(POST "/channels/<CHANNEL_ID>/messages", scope = "Webhooks.CREATE")]
    fn create_thread_by_channel_id(
        &self,
        channel_id: String,
        #[field] text: String,
        #[field] thread_message_id: String,
        /// The message of the thread that this one replies to.
        #[field]
        reply_to: Option<String>,
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
        bot_unique_name: Option<String>,
    ) -> Posted;

    /// Starts a thread from a message in a channel, given the channel's chat id.
    #[endpoint(POST "/chats/<CHAT_ID>/messages", scope = "Webhooks.CREATE")]
    fn create_thread_by_chat_id(
        &self,
        chat_id: String,
        #[field] text: String,
        #[field] thread_message_id: String,
        /// The message of the thread that this one replies to.
        #[field]
        reply_to: Option<String>,
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
        bot_unique_name: Option<String>,
    ) -> Posted;

    /// Starts a thread from a message in a channel, given the channel's unique name.
    #[endpoint(POST "/channelsbyname/<CHANNEL_UNIQUE_NAME>/messages", scope = "Webhooks.CREATE")]
    fn create_thread_by_channel_name(
        &self,
        channel_unique_name: String,
        #[field] text: String,
        #[field] thread_message_id: String,
        /// The message of the thread that this one replies to.
        #[field]
        reply_to: Option<String>,
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
        bot_unique_name: Option<String>,
    ) -> Posted;

    /// Posts a message to a thread.
    #[endpoint(POST "/chats/<THREAD_CHAT_ID>/messages", scope = "Webhooks.CREATE")]
    fn send_thread_message(
        &self,
        thread_chat_id: String,
        #[field] text: String,
        /// The message of the thread that this one replies to.
        #[field]
        reply_to: Option<String>,
        /// Whether to post the message in the channel as well.
        #[field]
        post_in_parent: Option<bool>,
        /// Whether the server waits until the message is posted, and returns its id.
        #[field]
        sync_message: Option<bool>,
        /// The bot that posts. It must be a participant of the channel.
        #[query]
        bot_unique_name: Option<String>,
    ) -> Posted;

    /// Retrieves a thread: its title, state, followers and parent.
    #[endpoint(
        GET "/threads/<THREAD_CHAT_ID>",
        scope = "Chats.READ",
        lock = "5min",
        response = "data"
    )]
    fn get_thread(&self, thread_chat_id: String) -> Thread;

    /// Closes, reopens, follows or unfollows a thread.
    #[endpoint(PUT "/threads/<THREAD_CHAT_ID>", scope = "Chats.UPDATE")]
    fn update_thread(
        &self,
        thread_chat_id: String,
        #[field] action: ThreadAction,
        /// The bot that acts. It must be a participant of the channel.
        #[query]
        bot_unique_name: Option<String>,
        /// The key of the extension that the bot belongs to. Requires `bot_unique_name`.
        #[query]
        appkey: Option<String>,
    );

    /// Retrieves the message that a thread was started from.
    #[endpoint(GET "/threads/<THREAD_CHAT_ID>/messages/main", scope = "Messages.READ")]
    fn get_thread_main_message(&self, thread_chat_id: String) -> MainMessage;

    /// Lists the followers of a thread.
    #[endpoint(GET "/threads/<THREAD_CHAT_ID>/followers", scope = "Chats.READ", response = "data")]
    fn list_thread_followers(&self, thread_chat_id: String) -> Vec<User>;

    /// Adds users to the followers of a thread.
    #[endpoint(POST "/threads/<THREAD_CHAT_ID>/followers", scope = "Chats.UPDATE")]
    fn add_thread_followers(&self, thread_chat_id: String, #[field] user_ids: Vec<String>);

    /// Removes users from the followers of a thread.
    #[endpoint(DELETE "/threads/<THREAD_CHAT_ID>/followers", scope = "Chats.DELETE")]
    fn remove_thread_followers(&self, thread_chat_id: String, #[field] user_ids: Vec<String>);

    /// Lists the users who could follow a thread, and don't.
    #[endpoint(
        GET "/threads/<THREAD_CHAT_ID>/nonfollowers",
        scope = "Chats.READ",
        response = "data"
    )]
    fn list_thread_non_followers(&self, thread_chat_id: String) -> Vec<User>;

    /// Follows a thread as the authenticated user.
    #[endpoint(POST "/threads/<THREAD_CHAT_ID>/follow", scope = "Chats.UPDATE")]
    fn follow_thread(&self, thread_chat_id: String);

    /// Stops following a thread as the authenticated user.
    #[endpoint(POST "/threads/<THREAD_CHAT_ID>/unfollow", scope = "Chats.UPDATE")]
    fn unfollow_thread(&self, thread_chat_id: String);

    /// Lists the members of a thread.
    #[endpoint(GET "/chats/<THREAD_CHAT_ID>/members", scope = "Chats.READ", response = "members")]
    fn list_thread_members(
        &self,
        thread_chat_id: String,
        /// The fields to return. Defaults to all.
        #[query(csv)]
        fields: Option<Vec<ThreadMemberField>>,
    ) -> Vec<User>;

    /// Leaves a thread as the authenticated user, who remains in the channel.
    #[endpoint(POST "/chats/<THREAD_CHAT_ID>/leave", scope = "Chats.UPDATE")]
    fn leave_thread(&self, thread_chat_id: String);

    /// Mutes a thread's notifications for the authenticated user.
    #[endpoint(POST "/chats/<THREAD_CHAT_ID>/mute", scope = "Chats.UPDATE")]
    fn mute_thread(&self, thread_chat_id: String);

    /// Unmutes a thread's notifications for the authenticated user.
    #[endpoint(POST "/chats/<THREAD_CHAT_ID>/unmute", scope = "Chats.UPDATE")]
    fn unmute_thread(&self, thread_chat_id: String);

    /// Lists the threads of a channel, in pages.
    #[endpoint(
        GET "/channels/<CHANNEL_ID>/threads",
        base = "/api/v2",
        scope = "Chats.READ",
        page(items = "data", token = "next_token")
    )]
    fn list_threads(
        &self,
        channel_id: String,
        /// Returns only threads that the authenticated user follows, or doesn't follow.
        #[query]
        state: Option<FollowState>,
        /// Returns only open threads, or only closed ones.
        #[query]
        r#type: Option<ThreadState>,
        /// The maximum number of threads per page.
        #[query]
        limit: Option<u32>,
        /// The `next_token` of the previous page.
        #[query]
        next_token: Option<String>,
    ) -> Page<Thread>;

    /// Sets whether the members of a channel follow its new threads automatically.
    #[endpoint(
        PUT "/channels/<CHANNEL_ID>",
        base = "/api/v2",
        scope = "Channels.UPDATE",
        limit = "50/min",
        lock = "5min",
        response = "status"
    )]
    fn set_thread_auto_follow(
        &self,
        channel_id: String,
        #[field] auto_follow_threads: AutoFollow,
    ) -> AutoFollowStatus;
}

/// The result of posting a message.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Posted {
    /// What a card is answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PostedCard>,
    /// The message's id; see also `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
}

/// The message that shows a card.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PostedCard {
    /// The card, as it was posted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<BTreeMap<String, Value>>,
    /// The message's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Thread {
    pub chat_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follower_count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_follower: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_information: Option<LastMessage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_chat_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_message_sender: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_message_id: Option<String>,
    /// Whether a thread accepts messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_state: Option<ThreadThreadState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LastMessage {
    /// The type of a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
}

/// Whether a thread accepts messages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreadThreadState {
    Open,
    Closed,
    /// Any other value.
    #[serde(untagged)]
    Other(String),
}

/// What to do with a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreadAction {
    Close,
    Reopen,
    Follow,
    Unfollow,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MainMessage {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<MessageContent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_pinned: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mentions: Option<Vec<Mention>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_resource_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_information: Option<ThreadInformation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_state_information: Option<ThreadStateInformation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// The type of a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
}

/// The content of a message.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MessageContent {
    /// The text, if the message has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A mention in a message.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Mention {
    /// The id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name as written in the text, such as `@Scott Fisher`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What is mentioned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
}

/// A user by id and name: the creator of something, the sender of a message.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// The id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ThreadInformation {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follower_count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ThreadStateInformation {
    /// Whether a thread accepts messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_state: Option<ThreadStateInformationThreadState>,
}

/// Whether a thread accepts messages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreadStateInformationThreadState {
    Open,
    Closed,
    /// Any other value.
    #[serde(untagged)]
    Other(String),
}

/// A participant of a chat. A request for some fields returns only these.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// The email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_id: Option<String>,
    /// The full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

/// A field of a member to return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreadMemberField {
    UserId,
    EmailId,
    Name,
}

/// Filters threads by whether the authenticated user follows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowState {
    Followed,
    NotFollowed,
    All,
}

/// Whether a thread accepts messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreadState {
    Open,
    Closed,
}

/// Whether the members of a channel follow its new threads automatically.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutoFollow {
    Enable,
    Disable,
}

/// Whether the members of a channel follow its new threads automatically.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutoFollowStatus {
    Enabled,
    Disabled,
    /// Any other value.
    #[serde(untagged)]
    Other(String),
}
