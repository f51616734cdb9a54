//! Messages that a bot sends to its users.

use serde::{Serialize, Serializer};

use super::Message;
use super::check::{At, InvalidMessage};
use crate::cliq::threads::{ThreadChatId, UserId};

/// A message that a bot sends to its users, all of them or some.
///
/// Whatever converts into a [`Message`] converts into it. Zoho documents smaller limits than for
/// other messages: 5000 characters of text, and 20 slides. They may have 10,000 characters
/// together; as it isn't documented which count, the server checks that.
///
/// ```
/// use cliq_api::cliq::message::{BotMessage, Message};
///
/// let text = Message::text("Your report is ready.").sync_message(true);
/// let message = BotMessage::from(text).user_ids(["55743307", "55622727"]);
/// let json = serde_json::to_value(message).unwrap();
/// assert_eq!(json["user_ids"], "55743307,55622727");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = super::as_sent, rename = "BotMessage")
)]
#[serde(remote = "Self")]
#[must_use]
pub struct BotMessage {
    #[serde(flatten)]
    message: Message,
    /// The users, by their ids or email addresses, joined with commas: up to 100.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "joined")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    user_ids: Vec<UserId>,
    /// Whether the message goes to all subscribers of the bot.
    #[serde(skip_serializing_if = "Option::is_none")]
    broadcast: Option<bool>,
    /// The thread to post to.
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_chat_id: Option<ThreadChatId>,
    /// The title of a thread that is started from the message: up to 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_topic: Option<String>,
    /// Whether the recipients are notified when the message is edited.
    #[serde(skip_serializing_if = "Option::is_none")]
    notify_edit: Option<bool>,
}

impl<T: Into<Message>> From<T> for BotMessage {
    fn from(message: T) -> Self {
        Self {
            message: message.into(),
            user_ids: Vec::new(),
            broadcast: None,
            thread_chat_id: None,
            message_topic: None,
            notify_edit: None,
        }
    }
}

impl BotMessage {
    /// The maximum length of the text, in characters.
    pub const MAX_TEXT: usize = 5000;

    /// Sends the message to these users, by their ids or email addresses: up to 100.
    pub fn user_ids(mut self, users: impl IntoIterator<Item = impl Into<UserId>>) -> Self {
        self.user_ids = users.into_iter().map(Into::into).collect();
        self
    }

    /// Sets whether the message goes to all subscribers of the bot.
    pub fn broadcast(mut self, broadcast: bool) -> Self {
        self.broadcast = Some(broadcast);
        self
    }

    /// Posts the message to this thread.
    pub fn thread_chat_id(mut self, thread: impl Into<ThreadChatId>) -> Self {
        self.thread_chat_id = Some(thread.into());
        self
    }

    /// Sets the title of a thread that is started from the message: up to 255 characters.
    pub fn message_topic(mut self, topic: impl Into<String>) -> Self {
        self.message_topic = Some(topic.into());
        self
    }

    /// Sets whether the recipients are notified when the message is edited.
    pub fn notify_edit(mut self, notify_edit: bool) -> Self {
        self.notify_edit = Some(notify_edit);
        self
    }

    /// Checks the message, as a call does before it is sent.
    ///
    /// # Errors
    ///
    /// The error names the part that exceeds a limit, and the limit.
    pub fn check(&self) -> Result<(), InvalidMessage> {
        self.message.check_with(Self::MAX_TEXT)?;
        let set = [
            ("user_ids", !self.user_ids.is_empty()),
            ("broadcast", self.broadcast.is_some()),
            ("thread_chat_id", self.thread_chat_id.is_some()),
            ("message_topic", self.message_topic.is_some()),
            ("notify_edit", self.notify_edit.is_some()),
        ];
        self.message.set_once(&set)?;
        if self.message.is_unchecked {
            return Ok(());
        }
        let at = At::Message;
        at.member("slides")
            .count(self.message.slides.len(), 0..=20)?;
        let users = at.member("user_ids");
        users.count(self.user_ids.len(), 0..=100)?;
        for (index, user) in self.user_ids.iter().enumerate() {
            if user.as_str().contains(',') {
                return users
                    .item(index)
                    .problem("contains a comma, which would split it in two");
            }
        }
        if self.broadcast == Some(true) && !self.user_ids.is_empty() {
            return users.problem("conflicts with `broadcast`, which sends the message to all");
        }
        at.length_of(
            "thread_chat_id",
            self.thread_chat_id.as_ref().map(ThreadChatId::as_str),
            100,
        )?;
        at.length_of("message_topic", self.message_topic.as_deref(), 255)
    }
}

/// Fails for a message that Cliq would reject, so that it isn't sent.
impl Serialize for BotMessage {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        self.check().map_err(InvalidMessage::into_error)?;
        Self::serialize(self, out)
    }
}

fn joined<S: Serializer>(users: &[UserId], out: S) -> Result<S::Ok, S::Error> {
    let users: Vec<&str> = users.iter().map(UserId::as_str).collect();
    out.serialize_str(&users.join(","))
}
