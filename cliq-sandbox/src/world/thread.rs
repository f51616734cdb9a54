//! Threads.
//!
//! To follow a thread is to be a member of it: Cliq's document calls following a thread joining it.

use time::OffsetDateTime;

use super::message::{Message, MessageId};
use super::{ChannelKey, UserKey};

#[derive(Debug)]
pub(crate) struct Thread {
    pub(crate) chat_id: String,
    /// The digits at the end of the chat id; a newer thread has a higher one.
    pub(crate) serial: u64,
    pub(crate) channel: ChannelKey,
    pub(crate) main_message: MessageId,
    pub(crate) title: String,
    pub(crate) created: OffsetDateTime,
    pub(crate) state: ThreadState,
    /// In the order in which they joined.
    pub(crate) followers: Vec<UserKey>,
    pub(crate) muted_by: Vec<UserKey>,
    pub(crate) messages: Vec<Message>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ThreadState {
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

    pub(crate) fn message(&self, id: &MessageId) -> Option<&Message> {
        self.messages.iter().find(|message| message.id == *id)
    }
}

fn insert(users: &mut Vec<UserKey>, user: UserKey) {
    if !users.contains(&user) {
        users.push(user);
    }
}
