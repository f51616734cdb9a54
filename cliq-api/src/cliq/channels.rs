//! Channels: who is in them, who may do what, and their lives.
//!
//! All of it is API v2: v3 has no channels yet. Posting to a channel is in
//! [`messages`](super::messages), its threads are in [`threads`](super::threads), its bots in
//! [`bots`](super::bots).

use std::collections::BTreeMap;

use super::macros::{models, open_enums};
use super::threads::LastMessage;
use super::{ChannelId, ChannelUniqueName, ChatId, DateTime, UserId};
use crate::prelude::*;

/// Channels of Zoho Cliq.
///
/// For calls without a published rate limit, the strictest of this trait is assumed.
#[endpoints(
    base = "/api/v2",
    scope_prefix = "ZohoCliq",
    limit = "10/min",
    lock = "5m",
    schema(feature = "schema")
)]
pub trait Channels {
    /// Lists the channels that the user can see, in pages.
    #[endpoint(
        GET "/channels",
        scope = "Channels.READ",
        limit = "30/min",
        lock = "5m",
        page(items = "channels", token = "next_token", more = "has_more")
    )]
    fn list_channels(
        &self,
        /// Returns only channels with this text in their name.
        #[query]
        name: Option<String>,
        /// Returns only channels of this status.
        #[query]
        status: Option<ChannelStatus>,
        /// The maximum number of channels per page: up to 100.
        #[query]
        limit: Option<u32>,
        /// Returns only channels of this level.
        #[query]
        level: Option<ChannelLevel>,
        /// Returns only channels that changed before this time.
        #[query]
        modified_before: Option<DateTime>,
        /// Returns only channels that changed after this time.
        #[query]
        modified_after: Option<DateTime>,
        /// Returns only channels that were created before this time.
        #[query]
        created_before: Option<DateTime>,
        /// Returns only channels that were created after this time.
        #[query]
        created_after: Option<DateTime>,
        /// Returns only these channels.
        #[query(csv)]
        channel_ids: Option<Vec<ChannelId>>,
        /// Returns only the channels of these chats.
        #[query(csv)]
        chat_ids: Option<Vec<ChatId>>,
        /// Returns only channels of these teams.
        #[query(csv)]
        team_ids: Option<Vec<u64>>,
        /// Returns only channels that this user created.
        #[query]
        created_by: Option<UserId>,
        /// The order.
        #[query]
        order_by: Option<ChannelOrder>,
        /// The [`next_token`](Page::next_token) of the previous page.
        #[query]
        next_token: Option<String>,
        /// Returns only what changed since the response that this token is from.
        #[query]
        sync_token: Option<String>,
        /// Returns only channels that the user pinned.
        #[query]
        pinned: Option<bool>,
        /// Returns only channels that the user joined.
        #[query]
        joined: Option<bool>,
    ) -> Page<Channel>;

    /// Creates a channel.
    #[endpoint(POST "/channels", scope = "Channels.CREATE", limit = "20/min", lock = "5m")]
    fn create_channel(
        &self,
        /// The name.
        #[field]
        name: String,
        /// Who has access to it.
        #[field]
        level: ChannelLevel,
        /// What it is for.
        #[field]
        description: Option<String>,
        /// Whether only who is invited can join it.
        #[field]
        invite_only: Option<bool>,
        /// The teams that have access to it, which [`ChannelLevel::Team`] requires.
        #[field]
        team_ids: Option<Vec<String>>,
        /// The users to invite.
        #[field]
        user_ids: Option<Vec<UserId>>,
        /// The users to invite, by their email addresses.
        #[field]
        email_ids: Option<Vec<String>>,
        /// An image in base64.
        #[field]
        image_data: Option<String>,
        /// How it works.
        #[field]
        config: Option<ChannelConfig>,
        /// What its administrators may do.
        #[field]
        admin_permission: Option<ChannelPermissions>,
        /// What its moderators may do.
        #[field]
        moderator_permission: Option<ChannelPermissions>,
        /// What its members may do.
        #[field]
        member_permission: Option<ChannelPermissions>,
    ) -> Channel;

    /// Retrieves a channel.
    #[endpoint(
        GET "/channels/<CHANNEL_ID>",
        scope = "Channels.READ",
        limit = "30/min",
        lock = "5m"
    )]
    fn get_channel(&self, channel_id: ChannelId) -> Channel;

    /// Changes a channel: what is set.
    #[endpoint(
        PUT "/channels/<CHANNEL_ID>",
        scope = "Channels.UPDATE",
        limit = "50/min",
        lock = "5m"
    )]
    fn update_channel(
        &self,
        channel_id: ChannelId,
        /// The name.
        #[field]
        name: Option<String>,
        /// What it is for.
        #[field]
        description: Option<String>,
        /// An image in base64.
        #[field]
        image_data: Option<String>,
        /// How it works.
        #[field]
        config: Option<ChannelConfig>,
        /// What its administrators may do.
        #[field]
        admin_permission: Option<ChannelPermissions>,
        /// What its moderators may do.
        #[field]
        moderator_permission: Option<ChannelPermissions>,
        /// What its members may do.
        #[field]
        member_permission: Option<ChannelPermissions>,
    ) -> Channel;

    /// Deletes a channel with its messages.
    #[endpoint(
        DELETE "/channels/<CHANNEL_ID>",
        scope = "Channels.DELETE",
        limit = "10/min",
        lock = "5m"
    )]
    fn delete_channel(&self, channel_id: ChannelId);

    /// Lists the members of a channel.
    #[endpoint(
        GET "/channels/<CHANNEL_ID>/members",
        scope = "Channels.READ",
        limit = "100/min",
        lock = "5m",
        response = "members"
    )]
    fn list_channel_members(&self, channel_id: ChannelId) -> Vec<ChannelMember>;

    /// Adds users to a channel.
    ///
    /// Zoho publishes no rate limit for this endpoint; the trait's default is assumed.
    #[endpoint(POST "/channels/<CHANNEL_ID>/members", scope = "Channels.UPDATE")]
    fn add_channel_members(&self, channel_id: ChannelId, #[field] user_ids: Vec<UserId>);

    /// Removes users from a channel.
    ///
    /// Zoho publishes no rate limit for this endpoint; the trait's default is assumed.
    #[endpoint(DELETE "/channels/<CHANNEL_ID>/members", scope = "Channels.UPDATE")]
    fn remove_channel_members(
        &self,
        channel_id: ChannelId,
        #[field] user_ids: Vec<UserId>,
        /// Whether the channel isn't notified.
        #[field]
        silent: Option<bool>,
    );

    /// Sets the role of a member.
    ///
    /// The documented path ends in `members` once more. Zoho publishes no rate limit for this
    /// endpoint; the trait's default is assumed.
    #[endpoint(PUT "/channels/<CHANNEL_ID>/members/<USER_ID>/members", scope = "Channels.UPDATE")]
    fn set_channel_role(&self, channel_id: ChannelId, user_id: UserId, #[field] role: ChannelRole);

    /// Approves a channel that waits for it.
    ///
    /// Zoho publishes no rate limit for this endpoint; the trait's default is assumed.
    #[endpoint(POST "/channels/<CHANNEL_ID>/approve", scope = "Channels.UPDATE")]
    fn approve_channel(&self, channel_id: ChannelId);

    /// Rejects a channel that waits for approval.
    ///
    /// Zoho publishes no rate limit for this endpoint; the trait's default is assumed.
    #[endpoint(POST "/channels/<CHANNEL_ID>/reject", scope = "Channels.UPDATE")]
    fn reject_channel(&self, channel_id: ChannelId);

    /// Joins a channel as the authenticated user.
    ///
    /// Zoho publishes no rate limit for this endpoint; the trait's default is assumed.
    #[endpoint(POST "/channels/<CHANNEL_ID>/join", scope = "Channels.UPDATE")]
    fn join_channel(&self, channel_id: ChannelId) -> Channel;

    /// Leaves a channel as the authenticated user.
    ///
    /// Zoho publishes no rate limit for this endpoint; the trait's default is assumed.
    #[endpoint(POST "/channels/<CHANNEL_ID>/leave", scope = "Channels.UPDATE")]
    fn leave_channel(&self, channel_id: ChannelId);

    /// Archives a channel: it accepts no more messages.
    ///
    /// Zoho publishes no rate limit for this endpoint; the trait's default is assumed.
    #[endpoint(POST "/channels/<CHANNEL_ID>/archive", scope = "Channels.UPDATE")]
    fn archive_channel(&self, channel_id: ChannelId);

    /// Makes an archived channel accept messages again.
    ///
    /// Zoho publishes no rate limit for this endpoint; the trait's default is assumed.
    #[endpoint(POST "/channels/<CHANNEL_ID>/unarchive", scope = "Channels.UPDATE")]
    fn unarchive_channel(&self, channel_id: ChannelId);
}

open_enums! {
    /// Who has access to a channel.
    ChannelLevel {
        /// The organization.
        Organization = "organization",
        /// The members of teams.
        Team = "team",
        /// Who was invited.
        Private = "private",
        /// Who was invited, as responses write it.
        Personal = "personal",
        /// People outside of the organization, too.
        External = "external",
    }

    /// The status of a channel.
    ChannelStatus {
        /// It exists.
        Created = "created",
        /// It waits for approval.
        Pending = "pending",
        /// It accepts no more messages.
        Archived = "archived",
    }

    /// The order of channels.
    ChannelOrder {
        /// Those that changed first come first.
        Modified = "+last_modified_time",
        /// Those that changed last come first.
        ModifiedDescending = "-last_modified_time",
        /// The oldest come first.
        Created = "+creation_time",
        /// The newest come first.
        CreatedDescending = "-creation_time",
    }

    /// The role of a member of a channel.
    ChannelRole {
        /// Administrates it, and its administrators.
        SuperAdmin = "super_admin",
        /// Administrates it.
        Admin = "admin",
        /// Moderates it.
        Moderator = "moderator",
        /// Takes part in it.
        Member = "member",
    }

    /// How messages of a channel are replied to.
    ReplyMode {
        /// In the channel.
        Normal = "normal_reply",
        /// In threads.
        Threads = "threads",
        /// In one or the other.
        Both = "both",
    }

    /// Where a channel's meetings are discussed.
    MeetingChat {
        /// In the channel.
        Channel = "channel",
        /// In a thread.
        Thread = "thread",
        /// Where the host wants it.
        HostChoice = "host_choice",
    }
}

models! {
    /// A channel.
    Channel {
        /// The name.
        name: String,
        /// The id of its chat.
        chat_id: ChatId,
        /// The id.
        channel_id: ChannelId,
        /// The unique name.
        unique_name: ChannelUniqueName,
        /// What it is for.
        description: String,
        /// The URL of its image.
        image_url: String,
        /// Who has access to it.
        level: ChannelLevel,
        /// Whether only who is invited can join it.
        invite_only: bool,
        /// The status.
        status: ChannelStatus,
        /// The organization.
        organization_id: String,
        /// Who created it.
        creator_id: UserId,
        /// The name of who created it.
        creator_name: String,
        /// When it was created.
        creation_time: time::OffsetDateTime,
        /// When it changed last.
        last_modified_time: time::OffsetDateTime,
        /// The role of the authenticated user.
        current_user_role: ChannelRole,
        /// How many take part in it.
        participant_count: u64,
        /// What its administrators may do.
        admin_permission: ChannelPermissions,
        /// What its moderators may do.
        moderator_permission: ChannelPermissions,
        /// What its members may do.
        member_permission: ChannelPermissions,
        /// Its teams, by their ids.
        teams: BTreeMap<String, serde_json::Value>,
        /// Whether the authenticated user joined it.
        joined: bool,
        /// Whether the authenticated user pinned it.
        pinned: bool,
        /// Until when the authenticated user muted it.
        muted_interval: time::OffsetDateTime,
        /// How many messages it has, as text.
        total_message_count: String,
        /// How many messages are unread.
        unread_message_count: u64,
        /// Since when it has unread messages.
        unread_time: time::OffsetDateTime,
        /// Its last message.
        last_message_info: LastMessage,
    }

    /// A member of a channel.
    ChannelMember {
        /// The id.
        user_id: UserId,
        /// The email address.
        email_id: String,
        /// The name.
        name: String,
        /// The role.
        user_role: ChannelRole,
    }

    /// How a channel works.
    ///
    /// ```
    /// use cliq_api::cliq::channels::{ChannelConfig, ReplyMode};
    ///
    /// let mut config = ChannelConfig::default();
    /// config.reply_mode = Some(ReplyMode::Threads);
    /// ```
    ChannelConfig {
        /// How messages are replied to.
        reply_mode: ReplyMode,
        /// Whether it shows who joins and leaves.
        leave_join_info: super::models::Switch,
        /// Whether it shows who is added and removed.
        add_remove_info: super::models::Switch,
        /// Where its meetings are discussed.
        meeting_chat_type: MeetingChat,
    }

    /// What a role may do in a channel.
    ChannelPermissions {
        /// Post messages.
        send_message: bool,
        /// Change what the channel is for, and its name.
        edit_channel_info: bool,
        /// Delete the channel.
        delete_channel: bool,
        /// Archive the channel.
        archive_channel: bool,
        /// Delete all messages.
        clear_all_messages: bool,
        /// Add members.
        add_participant: bool,
        /// Remove members.
        remove_participant: bool,
        /// Mention users.
        mention_users: bool,
        /// Make the archived channel accept messages again.
        unarchive_channel: bool,
        /// Leave the channel.
        leave_channel: bool,
        /// Mention all members.
        special_mentions: bool,
        /// Edit one's messages.
        edit_my_msg: bool,
        /// Delete one's messages.
        delete_my_msg: bool,
        /// Start video calls.
        video_conference: bool,
        /// Pin messages.
        sticky_message: bool,
        /// Start audio calls.
        audio_conference: bool,
        /// Reply.
        post_reply: bool,
        /// Delete messages of others.
        delete_others_message: bool,
        /// Start a live event.
        prime_time: bool,
        /// Close threads.
        close_thread: bool,
    }
}
