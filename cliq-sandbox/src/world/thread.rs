//! Threads.
//!
//! A follower of a thread is a member of it: Cliq's documents call following joining.

use serde::{Deserialize, Serialize};

use super::message::{Message, MessageId, number};
use super::{ChannelKey, UserKey};

#[derive(Debug)]
pub(crate) struct Thread {
    pub(crate) chat_id: String,
    /// The digits at the end of the chat id; newer threads have higher ones.
    pub(crate) serial: u64,
    pub(crate) channel: ChannelKey,
    pub(crate) main_message: MessageId,
    pub(crate) title: String,
    pub(crate) state: ThreadState,
    /// In the order in which they joined.
    pub(crate) followers: Vec<UserKey>,
    pub(crate) muted_by: Vec<UserKey>,
    pub(crate) messages: Vec<Message>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ThreadState {
    #[default]
    Open,
    Closed,
}

impl ThreadState {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

impl Thread {
    /// Returns the chat id of a thread: the parent's, `-T-` and digits.
    pub(crate) fn chat_id(parent: &str, serial: u64) -> String {
        format!("{parent}-T-{serial}")
    }

    /// Returns the digits of a thread's chat id, if it has this form.
    pub(crate) fn serial_in(chat_id: &str, parent: &str) -> Option<u64> {
        number(chat_id.strip_prefix(parent)?.strip_prefix("-T-")?)
    }

    pub(crate) fn is_follower(&self, user: UserKey) -> bool {
        self.followers.contains(&user)
    }

    pub(crate) fn follow(&mut self, user: UserKey) {
        insert(&mut self.followers, user);
    }

    pub(crate) fn unfollow(&mut self, user: UserKey) {
        self.followers.retain(|&follower| follower != user);
    }

    pub(crate) fn mute(&mut self, user: UserKey) {
        insert(&mut self.muted_by, user);
    }

    pub(crate) fn unmute(&mut self, user: UserKey) {
        self.muted_by.retain(|&muting| muting != user);
    }
}

fn insert(users: &mut Vec<UserKey>, user: UserKey) {
    if !users.contains(&user) {
        users.push(user);
    }
}
