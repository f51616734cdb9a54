//! Chats that aren't channels: with a user, with several, and with a bot.

use time::OffsetDateTime;

use super::message::Message;
use super::{BotKey, ChannelKey, Chat, ConversationKey, ThreadKey, UserKey, World};

#[derive(Debug)]
pub(crate) struct Conversation {
    pub(crate) chat_id: String,
    pub(crate) kind: Kind,
    /// The title of a group.
    pub(crate) title: String,
    pub(crate) creator: UserKey,
    pub(crate) created: OffsetDateTime,
    /// In the order in which they joined.
    pub(crate) members: Vec<UserKey>,
    /// Users who were members, and left.
    pub(crate) former: Vec<UserKey>,
    /// Whether new members see earlier messages.
    pub(crate) history: bool,
    pub(crate) messages: Vec<Message>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Two users, who can't change.
    Direct,
    Group,
    /// A user and a bot.
    Bot(BotKey),
}

impl World {
    /// Returns the chat of the two users. Creates it if needed.
    pub(crate) fn direct_chat(
        &mut self,
        user: UserKey,
        other: UserKey,
        now: OffsetDateTime,
    ) -> ConversationKey {
        let found = self.conversation_keys().find(|&key| {
            let conversation = &self[key];
            let members = &conversation.members;
            conversation.kind == Kind::Direct
                && members.contains(&user)
                && members.contains(&other)
                && (user != other || members.len() == 1)
        });
        let members = if user == other {
            vec![user]
        } else {
            vec![user, other]
        };
        found.unwrap_or_else(|| self.start_conversation(Kind::Direct, String::new(), members, now))
    }

    /// Returns the user's chat with the bot. Creates it if needed; then the user subscribes to the
    /// bot.
    pub(crate) fn bot_chat(
        &mut self,
        bot: BotKey,
        user: UserKey,
        now: OffsetDateTime,
    ) -> ConversationKey {
        let found = self
            .conversation_keys()
            .find(|&key| self[key].kind == Kind::Bot(bot) && self[key].members.contains(&user));
        found.unwrap_or_else(|| {
            if !self[bot].subscribers.contains(&user) {
                self[bot].subscribers.push(user);
            }
            self.start_conversation(Kind::Bot(bot), String::new(), vec![user], now)
        })
    }

    /// Creates a conversation; its first member is the creator.
    pub(crate) fn start_conversation(
        &mut self,
        kind: Kind,
        title: String,
        members: Vec<UserKey>,
        now: OffsetDateTime,
    ) -> ConversationKey {
        let serial = self.take_serial();
        let chat_id = match kind {
            Kind::Bot(_) => format!("{serial}-B2"),
            Kind::Direct | Kind::Group => serial.to_string(),
        };
        self.add_conversation(Conversation {
            chat_id,
            kind,
            title,
            creator: members[0],
            created: now,
            members,
            former: Vec::new(),
            history: true,
            messages: Vec::new(),
        })
    }

    pub(crate) fn join_conversation(&mut self, key: ConversationKey, user: UserKey) {
        let conversation = &mut self[key];
        conversation.former.retain(|&former| former != user);
        if !conversation.members.contains(&user) {
            conversation.members.push(user);
        }
    }

    pub(crate) fn leave_conversation(&mut self, key: ConversationKey, user: UserKey) {
        let conversation = &mut self[key];
        conversation.members.retain(|&member| member != user);
        if !conversation.former.contains(&user) {
            conversation.former.push(user);
        }
    }

    /// Returns the title as the user sees it.
    pub(crate) fn title(&self, chat: Chat, viewer: UserKey) -> String {
        match chat {
            Chat::Channel(channel) => self[channel].name.clone(),
            Chat::Thread(thread) => self[thread].title.clone(),
            Chat::Conversation(key) => self.conversation_title(key, viewer),
        }
    }

    fn conversation_title(&self, key: ConversationKey, viewer: UserKey) -> String {
        let conversation = &self[key];
        match conversation.kind {
            Kind::Group => conversation.title.clone(),
            Kind::Bot(bot) => self[bot].name.clone(),
            Kind::Direct => {
                let other = conversation
                    .members
                    .iter()
                    .find(|&&member| member != viewer);
                self[*other.unwrap_or(&viewer)].name.clone()
            }
        }
    }

    /// Returns the channel that the chat is or belongs to.
    pub(crate) fn channel_of(&self, chat: Chat) -> Option<ChannelKey> {
        match chat {
            Chat::Channel(channel) => Some(channel),
            Chat::Thread(thread) => Some(self[thread].channel),
            Chat::Conversation(_) => None,
        }
    }

    /// Returns the thread, if the chat is one.
    pub(crate) fn as_thread(chat: Chat) -> Option<ThreadKey> {
        match chat {
            Chat::Thread(thread) => Some(thread),
            Chat::Channel(_) | Chat::Conversation(_) => None,
        }
    }
}
