//! The parts of a description. The fields are named as in the file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::world::{ReplyMode, Role, ThreadState};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) external: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBot {
    pub(crate) unique_name: String,
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) appkey: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) creator: Option<String>,
    /// With the API's names, such as `execution_type` and `status_messages`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) settings: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) subscribers: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) deleted: bool,
}

/// A chat that isn't a channel.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConversation {
    pub(crate) chat_id: String,
    pub(crate) kind: ConversationKind,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) title: String,
    pub(crate) creator: String,
    /// In milliseconds since the Unix epoch, like all times here.
    #[serde(default)]
    pub(crate) created: i64,
    pub(crate) members: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) former_members: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) history_disabled: bool,
    #[serde(default)]
    pub(crate) messages: Vec<NewMessage>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ConversationKind {
    Direct,
    Group,
    Bot(String),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFile {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) content_type: String,
    /// As Base64.
    pub(crate) content: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewStar {
    pub(crate) user: String,
    pub(crate) chat_id: String,
    pub(crate) message: String,
    pub(crate) kind: String,
    pub(crate) at: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPin {
    pub(crate) chat_id: String,
    pub(crate) message: String,
    pub(crate) creator: String,
    pub(crate) created: i64,
    pub(crate) modified: i64,
    pub(crate) expires: i64,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) primary: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewScheduled {
    pub(crate) id: String,
    pub(crate) chat_id: String,
    pub(crate) user: String,
    pub(crate) text: String,
    pub(crate) due: NewDue,
    pub(crate) timezone: String,
    pub(crate) created: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NewDue {
    At(i64),
    When(String),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReminder {
    pub(crate) id: String,
    pub(crate) content: String,
    pub(crate) time: i64,
    pub(crate) timezone: String,
    pub(crate) created: i64,
    pub(crate) creator: String,
    pub(crate) users: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) completed_by: Vec<String>,
    pub(crate) chat_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
}

/// The state of a chat for one user.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewView {
    pub(crate) user: String,
    pub(crate) chat_id: String,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) muted: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) pinned: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) closed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) read: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cleared: Option<String>,
}

/// A channel to add to a [`Sandbox`](crate::Sandbox), with its messages and threads.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct NewChannel {
    pub(super) unique_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) chat_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) level: Option<String>,
    /// Roles of members that aren't plain members.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) roles: BTreeMap<String, Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) creator: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) created: Option<i64>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) archived: bool,
    /// Users who have posted in it, and left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) former_members: Vec<String>,
    #[serde(default)]
    pub(super) reply_mode: ReplyMode,
    #[serde(default)]
    pub(super) auto_follow: bool,
    #[serde(default)]
    pub(super) members: Vec<String>,
    #[serde(default)]
    pub(super) bots: Vec<String>,
    #[serde(default)]
    pub(super) messages: Vec<NewMessage>,
}

/// A message to add to a [`NewChannel`] or a [`NewThread`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct NewMessage {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    /// In a file, the id holds the time.
    #[serde(skip)]
    pub(super) at: Option<OffsetDateTime>,
    pub(super) by: Author,
    pub(super) text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reply_to: Option<String>,
    /// Further content: `card`, `slides`, `buttons` and so on.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(super) extras: Map<String, Value>,
    /// The id of the attached file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) edited: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) reactions: Vec<NewReaction>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) thread: Option<NewThread>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewReaction {
    pub(super) emoji: String,
    pub(super) user: String,
    pub(super) at: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Author {
    User(String),
    Bot(String),
}

/// A thread to start from a [`NewMessage`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct NewThread {
    pub(super) title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) chat_id: Option<String>,
    #[serde(default)]
    pub(super) state: ThreadState,
    /// `None`: the followers that the messages imply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) followers: Option<Vec<String>>,
    #[serde(default)]
    pub(super) muted_by: Vec<String>,
    #[serde(default)]
    pub(super) messages: Vec<NewMessage>,
}

impl NewBot {
    pub(crate) fn named(unique_name: String, name: String) -> Self {
        Self {
            unique_name,
            name,
            id: None,
            appkey: None,
            description: String::new(),
            creator: None,
            settings: Map::new(),
            subscribers: Vec::new(),
            deleted: false,
        }
    }
}

impl NewChannel {
    /// Returns a channel with this unique name, without members.
    pub fn named(unique_name: impl Into<String>) -> Self {
        Self {
            unique_name: unique_name.into(),
            id: None,
            chat_id: None,
            name: None,
            description: String::new(),
            level: None,
            roles: BTreeMap::new(),
            creator: None,
            created: None,
            archived: false,
            former_members: Vec::new(),
            reply_mode: ReplyMode::default(),
            auto_follow: false,
            members: Vec::new(),
            bots: Vec::new(),
            messages: Vec::new(),
        }
    }

    /// Sets the id, such as `P1974166000016769023`. Generated by default.
    pub fn id(self, id: impl Into<String>) -> Self {
        Self {
            id: Some(id.into()),
            ..self
        }
    }

    /// Sets the chat id, such as `CT_1608777491574236080_637446511`. Generated by default.
    pub fn chat_id(self, chat_id: impl Into<String>) -> Self {
        Self {
            chat_id: Some(chat_id.into()),
            ..self
        }
    }

    /// Sets how messages can be answered. Defaults to [`ReplyMode::Both`].
    pub fn reply_mode(self, reply_mode: ReplyMode) -> Self {
        Self { reply_mode, ..self }
    }

    /// Makes the members follow each thread that is started later.
    pub fn auto_follow(self) -> Self {
        Self {
            auto_follow: true,
            ..self
        }
    }

    /// Adds users as members, by id.
    pub fn members(self, user_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            members: texts(user_ids),
            ..self
        }
    }

    /// Adds bots, by unique name.
    pub fn bots(self, unique_names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            bots: texts(unique_names),
            ..self
        }
    }

    /// Adds a message, the newest so far.
    pub fn message(mut self, message: NewMessage) -> Self {
        self.messages.push(message);
        self
    }
}

impl NewMessage {
    /// Returns a message of a user, who must be in the channel.
    pub fn by(user_id: impl Into<String>, text: impl Into<String>) -> Self {
        Self::from_author(Author::User(user_id.into()), text.into())
    }

    /// Returns a message of a bot, by its unique name. It must be in the channel.
    pub fn by_bot(unique_name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::from_author(Author::Bot(unique_name.into()), text.into())
    }

    pub(super) fn from_author(by: Author, text: String) -> Self {
        Self {
            id: None,
            at: None,
            by,
            text,
            reply_to: None,
            extras: Map::new(),
            file: None,
            edited: false,
            reactions: Vec::new(),
            thread: None,
        }
    }

    /// Sets the id: the time of the message in milliseconds since the Unix epoch, `_`, and digits.
    /// Generated by default.
    pub fn id(self, id: impl Into<String>) -> Self {
        Self {
            id: Some(id.into()),
            ..self
        }
    }

    /// Sets the time of the message, to the millisecond, unless it has an [`id`](Self::id).
    /// Defaults to [`Clock::START`](crate::Clock::START).
    pub fn at(self, time: OffsetDateTime) -> Self {
        Self {
            at: Some(time),
            ..self
        }
    }

    /// Makes the message an answer to this one: an earlier message of its chat, or the one that its
    /// thread was started from.
    pub fn reply_to(self, message_id: impl Into<String>) -> Self {
        Self {
            reply_to: Some(message_id.into()),
            ..self
        }
    }

    /// Starts a thread from this message. A message in a thread can't have one.
    pub fn thread(self, thread: NewThread) -> Self {
        Self {
            thread: Some(thread),
            ..self
        }
    }
}

impl NewThread {
    /// Returns an open thread with this title.
    pub fn titled(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            chat_id: None,
            state: ThreadState::Open,
            followers: None,
            muted_by: Vec::new(),
            messages: Vec::new(),
        }
    }

    /// Sets the chat id: the channel's, `-T-`, and digits that are higher for newer threads.
    /// Generated by default.
    pub fn chat_id(self, chat_id: impl Into<String>) -> Self {
        Self {
            chat_id: Some(chat_id.into()),
            ..self
        }
    }

    /// Closes the thread.
    pub fn closed(self) -> Self {
        Self {
            state: ThreadState::Closed,
            ..self
        }
    }

    /// Sets the followers, by id. By default they are the users who have posted in the thread, or
    /// all members if the channel follows its threads.
    pub fn followers(self, user_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            followers: Some(texts(user_ids)),
            ..self
        }
    }

    /// Mutes the thread for users, by id.
    pub fn muted_by(self, user_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            muted_by: texts(user_ids),
            ..self
        }
    }

    /// Adds a message, the newest so far.
    pub fn message(mut self, message: NewMessage) -> Self {
        self.messages.push(message);
        self
    }
}

fn texts(texts: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    texts.into_iter().map(Into::into).collect()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_false(value: &bool) -> bool {
    !value
}
