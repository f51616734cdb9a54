//! Channels.

use super::message::{Message, MessageId};
use super::{BotKey, UserKey};

#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) id: String,
    pub(crate) chat_id: String,
    pub(crate) unique_name: String,
    pub(crate) reply_mode: ReplyMode,
    pub(crate) members: Vec<UserKey>,
    pub(crate) bots: Vec<BotKey>,
    /// Whether its members follow each new thread.
    pub(crate) auto_follow: bool,
    /// Those of the channel itself, without those of its threads.
    pub(crate) messages: Vec<Message>,
}

/// What a channel is made from; an id that is left open is made up.
#[derive(Debug)]
pub(crate) struct ChannelParts {
    pub(crate) id: Option<String>,
    pub(crate) chat_id: Option<String>,
    pub(crate) unique_name: String,
    pub(crate) reply_mode: ReplyMode,
    pub(crate) members: Vec<UserKey>,
    pub(crate) bots: Vec<BotKey>,
}

/// In which ways a message of a channel can be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ReplyMode {
    /// In the channel only: no threads.
    Reply,
    /// In threads only.
    Threads,
    /// In either way.
    #[default]
    Both,
}

impl ReplyMode {
    pub(crate) fn allows_threads(self) -> bool {
        matches!(self, Self::Threads | Self::Both)
    }
}

impl Channel {
    pub(crate) fn message(&self, id: &MessageId) -> Option<&Message> {
        self.messages.iter().find(|message| message.id == *id)
    }
}
