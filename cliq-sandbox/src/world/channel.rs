//! Channels.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::message::Message;
use super::{BotKey, ChannelKey, UserKey, World};

/// The role of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    SuperAdmin,
    Admin,
    Moderator,
    Member,
}

impl Role {
    pub(crate) fn is_admin(self) -> bool {
        matches!(self, Self::SuperAdmin | Self::Admin)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::SuperAdmin => "super_admin",
            Self::Admin => "admin",
            Self::Moderator => "moderator",
            Self::Member => "member",
        }
    }
}

impl Channel {
    /// Returns an empty channel of the organization.
    pub(crate) fn new(
        id: String,
        chat_id: String,
        unique_name: String,
        created: OffsetDateTime,
    ) -> Self {
        Self {
            id,
            chat_id,
            name: unique_name.clone(),
            unique_name,
            description: String::new(),
            level: "organization".to_owned(),
            reply_mode: ReplyMode::default(),
            members: Vec::new(),
            former: Vec::new(),
            roles: Vec::new(),
            creator: None,
            created,
            is_archived: false,
            is_deleted: false,
            bots: Vec::new(),
            auto_follow: false,
            messages: Vec::new(),
        }
    }

    pub(crate) fn role(&self, user: UserKey) -> Role {
        let found = self.roles.iter().find(|(of, _)| *of == user);
        found.map_or(Role::Member, |(_, role)| *role)
    }

    pub(crate) fn set_role(&mut self, user: UserKey, role: Role) {
        self.roles.retain(|(of, _)| *of != user);
        if role != Role::Member {
            self.roles.push((user, role));
        }
    }

    pub(crate) fn creator(&self) -> Option<UserKey> {
        self.creator.or_else(|| self.members.first().copied())
    }
}

#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) id: String,
    pub(crate) chat_id: String,
    pub(crate) unique_name: String,
    /// The display name.
    pub(crate) name: String,
    pub(crate) description: String,
    /// `organization`, `team`, `private` or `external`.
    pub(crate) level: String,
    pub(crate) reply_mode: ReplyMode,
    pub(crate) members: Vec<UserKey>,
    /// Users who were members, and left.
    pub(crate) former: Vec<UserKey>,
    /// Roles of members that aren't plain members.
    pub(crate) roles: Vec<(UserKey, Role)>,
    /// Defaults to the first member.
    pub(crate) creator: Option<UserKey>,
    pub(crate) created: OffsetDateTime,
    pub(crate) is_archived: bool,
    pub(crate) is_deleted: bool,
    pub(crate) bots: Vec<BotKey>,
    /// Whether its members follow each new thread.
    pub(crate) auto_follow: bool,
    /// Without the messages of its threads.
    pub(crate) messages: Vec<Message>,
}

/// How messages of a channel can be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ReplyMode {
    /// In the channel only: no threads.
    Reply,
    /// In threads only.
    Threads,
    /// Both ways.
    #[default]
    Both,
}

impl ReplyMode {
    pub(crate) fn allows_replies(self) -> bool {
        matches!(self, Self::Reply | Self::Both)
    }

    pub(crate) fn allows_threads(self) -> bool {
        matches!(self, Self::Threads | Self::Both)
    }
}

impl World {
    pub(crate) fn join(&mut self, channel: ChannelKey, user: UserKey) {
        let channel = &mut self[channel];
        channel.former.retain(|&former| former != user);
        if !channel.members.contains(&user) {
            channel.members.push(user);
        }
    }

    /// Removes the user from the channel and from its threads.
    pub(crate) fn leave(&mut self, channel: ChannelKey, user: UserKey) {
        for thread in self.threads_of(channel).collect::<Vec<_>>() {
            self[thread].unfollow(user);
            self[thread].unmute(user);
        }
        let channel = &mut self[channel];
        channel.members.retain(|&member| member != user);
        channel.set_role(user, Role::Member);
        if !channel.former.contains(&user) {
            channel.former.push(user);
        }
    }
}
