//! Channels.

use serde::{Deserialize, Serialize};

use super::message::Message;
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

/// In which ways a message of a channel can be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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
