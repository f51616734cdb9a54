//! What is attached to messages and chats: files, stars, pins, scheduled messages, reminders, and
//! each user's view of a chat.

use bytes::Bytes;
use time::OffsetDateTime;

use super::message::{Content, MessageId, Sender};
use super::{Chat, Message, UserKey, World};

/// An uploaded file.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) bytes: Bytes,
}

/// A message that a user has starred.
#[derive(Debug, Clone)]
pub(crate) struct Star {
    pub(crate) user: UserKey,
    pub(crate) chat: Chat,
    pub(crate) message: MessageId,
    /// Such as `important`.
    pub(crate) kind: String,
    pub(crate) at: OffsetDateTime,
}

/// A message that is pinned in its chat.
#[derive(Debug, Clone)]
pub(crate) struct Pin {
    pub(crate) chat: Chat,
    pub(crate) message: MessageId,
    pub(crate) creator: UserKey,
    pub(crate) created: OffsetDateTime,
    pub(crate) modified: OffsetDateTime,
    /// In milliseconds since the Unix epoch; `-1` for never.
    pub(crate) expires: i64,
    pub(crate) primary: bool,
}

/// A message to post later: at a time, or when its user's state changes, which happens only on
/// request here.
#[derive(Debug, Clone)]
pub(crate) struct Scheduled {
    pub(crate) id: String,
    pub(crate) chat: Chat,
    pub(crate) user: UserKey,
    pub(crate) text: String,
    pub(crate) due: Due,
    pub(crate) timezone: String,
    pub(crate) created: OffsetDateTime,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Due {
    At(OffsetDateTime),
    /// In a state such as `user_available`.
    When(String),
}

/// A reminder for users.
#[derive(Debug, Clone)]
pub(crate) struct Reminder {
    pub(crate) id: String,
    pub(crate) content: String,
    pub(crate) time: OffsetDateTime,
    pub(crate) timezone: String,
    pub(crate) created: OffsetDateTime,
    pub(crate) creator: UserKey,
    /// The reminded users, and whether they have completed it.
    pub(crate) users: Vec<(UserKey, bool)>,
    /// The chat, and the message if it concerns one.
    pub(crate) chat: Chat,
    pub(crate) message: Option<MessageId>,
}

/// A user's view of a chat.
#[derive(Debug, Clone, Default)]
pub(crate) struct View {
    pub(crate) muted: bool,
    pub(crate) pinned: bool,
    pub(crate) closed: bool,
    /// The newest read message.
    pub(crate) read: Option<MessageId>,
    /// The newest message that the user has cleared.
    pub(crate) cleared: Option<MessageId>,
}

impl Pin {
    pub(crate) fn has_expired(&self, now: OffsetDateTime) -> bool {
        self.expires >= 0 && i128::from(self.expires) * 1_000_000 <= now.unix_timestamp_nanos()
    }
}

impl World {
    pub(crate) fn add_file(&mut self, file: File) -> String {
        let id = format!("f-{}", self.take_serial());
        self.files.insert(id.clone(), file);
        id
    }

    pub(crate) fn file(&self, id: &str) -> Option<&File> {
        self.files.get(id)
    }

    /// Returns the chats where the file was posted.
    pub(crate) fn chats_with_file(&self, id: &str) -> Vec<Chat> {
        let mut chats: Vec<_> = self.places.values().map(|(chat, _)| *chat).collect();
        chats.sort_unstable();
        chats.dedup();
        let has = |chat: &Chat| {
            self.messages(*chat)
                .iter()
                .any(|message| message.file.as_deref() == Some(id))
        };
        chats.retain(has);
        chats
    }

    pub(crate) fn view(&self, user: UserKey, chat: Chat) -> View {
        self.views.get(&(user, chat)).cloned().unwrap_or_default()
    }

    pub(crate) fn view_mut(&mut self, user: UserKey, chat: Chat) -> &mut View {
        self.views.entry((user, chat)).or_default()
    }

    pub(crate) fn views(&self) -> impl Iterator<Item = (UserKey, Chat, &View)> {
        self.views
            .iter()
            .map(|((user, chat), view)| (*user, *chat, view))
    }

    /// Returns the chat's messages that the user hasn't cleared.
    pub(crate) fn seen(&self, user: UserKey, chat: Chat) -> &[Message] {
        let messages = self.messages(chat);
        let cleared = self.views.get(&(user, chat)).and_then(|view| view.cleared);
        let behind = cleared.and_then(|id| {
            messages
                .iter()
                .rposition(|message| message.id.is_at_or_before(id))
        });
        &messages[behind.map_or(0, |index| index + 1)..]
    }

    /// Counts the messages of others since the user last read the chat.
    pub(crate) fn unread(&self, user: UserKey, chat: Chat) -> usize {
        let read = self.views.get(&(user, chat)).and_then(|view| view.read);
        let is_new = |message: &&Message| {
            message.sender != Sender::User(user)
                && read.is_none_or(|read| !message.id.is_at_or_before(read))
        };
        self.seen(user, chat).iter().filter(is_new).count()
    }

    /// Deletes a message with its stars and pins. Answers to it lose their reference. It must not
    /// have a thread.
    pub(crate) fn delete_message(&mut self, chat: Chat, id: MessageId) {
        let Some(&(place, index)) = self.places.get(&id) else {
            return;
        };
        if place != chat {
            return;
        }
        self.places.remove(&id);
        self.messages_mut(chat).remove(index);
        let later: Vec<_> = self.messages(chat)[index..]
            .iter()
            .map(|message| message.id)
            .collect();
        for (offset, id) in later.into_iter().enumerate() {
            self.places.insert(id, (chat, index + offset));
        }
        for message in self.messages_mut(chat) {
            message.reply_to = message.reply_to.filter(|&answered| answered != id);
        }
        self.stars.retain(|star| star.message != id);
        self.pins.retain(|pin| pin.message != id);
        for reminder in &mut self.reminders {
            reminder.message = reminder.message.filter(|&of| of != id);
        }
    }

    /// Removes everything of a deleted chat.
    pub(super) fn forget_chat(&mut self, chat: Chat) {
        self.places.retain(|_, (place, _)| *place != chat);
        self.stars.retain(|star| star.chat != chat);
        self.pins.retain(|pin| pin.chat != chat);
        self.scheduled.retain(|scheduled| scheduled.chat != chat);
        self.reminders.retain(|reminder| reminder.chat != chat);
        self.views.retain(|(_, of), _| *of != chat);
    }

    /// Posts scheduled messages that are due, and removes expired pins.
    pub(crate) fn advance_to(&mut self, now: OffsetDateTime) {
        self.pins.retain(|pin| !pin.has_expired(now));
        let is_due = |scheduled: &Scheduled| matches!(scheduled.due, Due::At(at) if at <= now);
        if !self.scheduled.iter().any(is_due) {
            return;
        }
        let mut due: Vec<_> = self
            .scheduled
            .extract_if(.., |scheduled| is_due(scheduled))
            .collect();
        due.sort_by_key(|scheduled| match scheduled.due {
            Due::At(at) => at,
            Due::When(_) => now,
        });
        for scheduled in due {
            let at = if let Due::At(at) = scheduled.due {
                at
            } else {
                now
            };
            self.send_scheduled(&scheduled, at);
        }
    }

    pub(crate) fn schedule(
        &mut self,
        chat: Chat,
        user: UserKey,
        text: String,
        at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> String {
        let id = format!("s-{}", self.take_serial());
        self.scheduled.push(Scheduled {
            id: id.clone(),
            chat,
            user,
            text,
            due: Due::At(at),
            timezone: "UTC".to_owned(),
            created: now,
        });
        id
    }

    /// Adds a reminder; the first user is its creator.
    pub(crate) fn remind(
        &mut self,
        chat: Chat,
        users: &[UserKey],
        content: String,
        at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> String {
        let id = self.take_serial().to_string();
        self.reminders.push(Reminder {
            id: id.clone(),
            content,
            time: at,
            timezone: "UTC".to_owned(),
            created: now,
            creator: users[0],
            users: users.iter().map(|&user| (user, false)).collect(),
            chat,
            message: None,
        });
        id
    }

    pub(crate) fn send_scheduled(&mut self, scheduled: &Scheduled, at: OffsetDateTime) {
        let sender = Sender::User(scheduled.user);
        self.post_to(
            scheduled.chat,
            sender,
            Content::text(scheduled.text.clone()),
            at,
        );
    }
}
