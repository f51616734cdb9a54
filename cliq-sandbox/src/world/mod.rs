//! The state of the sandbox, and its changes.
//!
//! It is deterministic and does no I/O: times are arguments, ids come from a counter, so the same
//! calls at the same times create the same world. Permissions are checked by the operations.

mod channel;
mod conversation;
mod extras;
mod message;
mod thread;

use std::collections::{BTreeMap, HashMap};
use std::ops::{Index, IndexMut};

use serde_json::{Map, Value};
use time::OffsetDateTime;

pub(crate) use self::channel::Channel;
pub use self::channel::ReplyMode;
pub(crate) use self::channel::Role;
pub(crate) use self::conversation::{Conversation, Kind};
pub(crate) use self::extras::{Due, File, Pin, Reminder, Scheduled, Star, View};
pub(crate) use self::message::{Content, Message, MessageId, Reaction, Sender};
pub(crate) use self::thread::{Thread, ThreadState};

/// As long as Cliq's ids.
const FIRST_SERIAL: u64 = 1_200_000_000_000_000_001;
/// Generated ids remain above given ones up to this.
pub(crate) const LAST_SERIAL: u64 = u64::MAX / 2;

#[derive(Debug)]
pub(crate) struct World {
    users: Vec<User>,
    /// By id.
    user_keys: HashMap<String, UserKey>,
    bots: Vec<Bot>,
    channels: Vec<Channel>,
    /// Oldest first.
    threads: Vec<Thread>,
    conversations: Vec<Conversation>,
    chats: HashMap<String, Chat>,
    /// The chat of each message, and its index there.
    places: HashMap<MessageId, (Chat, usize)>,
    /// By the id of the message that they were started from.
    threads_from: HashMap<MessageId, ThreadKey>,
    /// By id.
    pub(crate) files: BTreeMap<String, File>,
    /// Oldest first.
    pub(crate) stars: Vec<Star>,
    /// In the order of display, the top one first.
    pub(crate) pins: Vec<Pin>,
    pub(crate) scheduled: Vec<Scheduled>,
    pub(crate) reminders: Vec<Reminder>,
    /// Users' views of chats.
    views: HashMap<(UserKey, Chat), View>,
    next_serial: u64,
}

#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    /// Whether the user is in another organization.
    pub(crate) external: bool,
}

#[derive(Debug)]
pub(crate) struct Bot {
    pub(crate) id: String,
    pub(crate) unique_name: String,
    pub(crate) name: String,
    /// The key of the bot's extension, if it has one.
    pub(crate) app_key: Option<String>,
    pub(crate) description: String,
    /// `None` for a bot of the initial world.
    pub(crate) creator: Option<UserKey>,
    /// Further settings, stored unchanged.
    pub(crate) settings: Map<String, Value>,
    pub(crate) subscribers: Vec<UserKey>,
    pub(crate) is_deleted: bool,
}

impl Bot {
    pub(crate) fn new(id: String, unique_name: String, name: String) -> Self {
        Self {
            id,
            unique_name,
            name,
            app_key: None,
            description: String::new(),
            creator: None,
            settings: Map::new(),
            subscribers: Vec::new(),
            is_deleted: false,
        }
    }
}

/// What a chat id identifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Chat {
    Channel(ChannelKey),
    Thread(ThreadKey),
    Conversation(ConversationKey),
}

/// Items are never removed, so keys remain valid.
macro_rules! keys {
    ($($key:ident: $field:ident => $item:ty),* $(,)?) => {$(
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) struct $key(usize);

        impl Index<$key> for World {
            type Output = $item;

            fn index(&self, key: $key) -> &$item {
                &self.$field[key.0]
            }
        }

        impl IndexMut<$key> for World {
            fn index_mut(&mut self, key: $key) -> &mut $item {
                &mut self.$field[key.0]
            }
        }

        impl $key {
            fn push(items: &mut Vec<$item>, item: $item) -> Self {
                items.push(item);
                Self(items.len() - 1)
            }
        }
    )*};
}

keys! {
    UserKey: users => User,
    BotKey: bots => Bot,
    ChannelKey: channels => Channel,
    ThreadKey: threads => Thread,
    ConversationKey: conversations => Conversation,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            users: Vec::new(),
            user_keys: HashMap::new(),
            bots: Vec::new(),
            channels: Vec::new(),
            threads: Vec::new(),
            conversations: Vec::new(),
            chats: HashMap::new(),
            places: HashMap::new(),
            threads_from: HashMap::new(),
            files: BTreeMap::new(),
            stars: Vec::new(),
            pins: Vec::new(),
            scheduled: Vec::new(),
            reminders: Vec::new(),
            views: HashMap::new(),
            next_serial: FIRST_SERIAL,
        }
    }

    pub(crate) fn add_user(&mut self, user: User) -> UserKey {
        let id = user.id.clone();
        let key = UserKey::push(&mut self.users, user);
        self.user_keys.insert(id, key);
        key
    }

    pub(crate) fn user(&self, id: &str) -> Option<UserKey> {
        self.user_keys.get(id).copied()
    }

    pub(crate) fn users(&self) -> impl Iterator<Item = &User> {
        self.users.iter()
    }

    pub(crate) fn user_keys(&self) -> impl Iterator<Item = UserKey> + use<> {
        (0..self.users.len()).map(UserKey)
    }

    /// Finds a user by id or e-mail address.
    pub(crate) fn find_user(&self, name: &str) -> Option<UserKey> {
        let by_email = || {
            self.users
                .iter()
                .position(|user| user.email.eq_ignore_ascii_case(name))
        };
        self.user(name).or_else(|| by_email().map(UserKey))
    }

    pub(crate) fn add_bot(&mut self, bot: Bot) -> BotKey {
        BotKey::push(&mut self.bots, bot)
    }

    pub(crate) fn bot(&self, unique_name: &str) -> Option<BotKey> {
        self.bots
            .iter()
            .position(|bot| bot.unique_name == unique_name && !bot.is_deleted)
            .map(BotKey)
    }

    /// Finds a bot by id or unique name.
    pub(crate) fn find_bot(&self, name: &str) -> Option<BotKey> {
        let by_id = self
            .bots
            .iter()
            .position(|bot| bot.id == name && !bot.is_deleted);
        by_id.map(BotKey).or_else(|| self.bot(name))
    }

    pub(crate) fn bot_keys(&self) -> impl Iterator<Item = BotKey> + '_ {
        (0..self.bots.len())
            .map(BotKey)
            .filter(|&bot| !self[bot].is_deleted)
    }

    /// Returns all bots, including deleted ones, whose messages remain.
    pub(crate) fn bots(&self) -> impl Iterator<Item = &Bot> {
        self.bots.iter()
    }

    /// Finds a bot by unique name, including deleted ones.
    pub(crate) fn bot_that_was(&self, unique_name: &str) -> Option<BotKey> {
        self.bots
            .iter()
            .position(|bot| bot.unique_name == unique_name)
            .map(BotKey)
    }

    pub(crate) fn delete_bot(&mut self, bot: BotKey) {
        self[bot].is_deleted = true;
        for channel in &mut self.channels {
            channel.bots.retain(|&key| key != bot);
        }
    }

    pub(crate) fn add_channel(&mut self, channel: Channel) -> ChannelKey {
        let chat_id = channel.chat_id.clone();
        let key = ChannelKey::push(&mut self.channels, channel);
        self.chats.insert(chat_id, Chat::Channel(key));
        key
    }

    pub(crate) fn channel_by_id(&self, id: &str) -> Option<ChannelKey> {
        self.channels
            .iter()
            .position(|channel| channel.id == id && !channel.is_deleted)
            .map(ChannelKey)
    }

    pub(crate) fn channel_by_unique_name(&self, unique_name: &str) -> Option<ChannelKey> {
        self.channels
            .iter()
            .position(|channel| channel.unique_name == unique_name && !channel.is_deleted)
            .map(ChannelKey)
    }

    pub(crate) fn channels(&self) -> impl Iterator<Item = &Channel> {
        self.channels.iter().filter(|channel| !channel.is_deleted)
    }

    pub(crate) fn channel_keys(&self) -> impl Iterator<Item = ChannelKey> + '_ {
        (0..self.channels.len())
            .map(ChannelKey)
            .filter(|&channel| !self[channel].is_deleted)
    }

    /// Deletes the channel and its threads.
    pub(crate) fn delete_channel(&mut self, channel: ChannelKey) {
        self[channel].is_deleted = true;
        let is_in = |world: &Self, chat: Chat| match chat {
            Chat::Channel(key) => key == channel,
            Chat::Thread(thread) => world[thread].channel == channel,
            Chat::Conversation(_) => false,
        };
        let gone: Vec<_> = self
            .chats
            .iter()
            .filter(|(_, chat)| is_in(self, **chat))
            .map(|(id, _)| id.clone())
            .collect();
        for id in gone {
            let Some(chat) = self.chats.remove(&id) else {
                continue;
            };
            self.forget_chat(chat);
        }
    }

    pub(crate) fn add_conversation(&mut self, conversation: Conversation) -> ConversationKey {
        let chat_id = conversation.chat_id.clone();
        let key = ConversationKey::push(&mut self.conversations, conversation);
        self.chats.insert(chat_id, Chat::Conversation(key));
        key
    }

    pub(crate) fn conversation_keys(&self) -> impl Iterator<Item = ConversationKey> + use<> {
        (0..self.conversations.len()).map(ConversationKey)
    }

    pub(crate) fn chat(&self, chat_id: &str) -> Option<Chat> {
        self.chats.get(chat_id).copied()
    }

    /// Returns the message, if it is in this chat. A thread isn't part of its channel here.
    pub(crate) fn message(&self, chat: Chat, id: MessageId) -> Option<&Message> {
        let &(place, index) = self.places.get(&id)?;
        (place == chat).then(|| &self.messages(chat)[index])
    }

    /// Returns the messages, oldest first; of a channel, without those of its threads.
    pub(crate) fn messages(&self, chat: Chat) -> &[Message] {
        match chat {
            Chat::Channel(channel) => &self[channel].messages,
            Chat::Thread(thread) => &self[thread].messages,
            Chat::Conversation(conversation) => &self[conversation].messages,
        }
    }

    pub(crate) fn message_mut(&mut self, chat: Chat, id: MessageId) -> Option<&mut Message> {
        let &(place, index) = self.places.get(&id)?;
        (place == chat).then(|| &mut self.messages_mut(chat)[index])
    }

    fn messages_mut(&mut self, chat: Chat) -> &mut Vec<Message> {
        match chat {
            Chat::Channel(channel) => &mut self[channel].messages,
            Chat::Thread(thread) => &mut self[thread].messages,
            Chat::Conversation(conversation) => &mut self[conversation].messages,
        }
    }

    pub(crate) fn has_message(&self, id: MessageId) -> bool {
        self.places.contains_key(&id)
    }

    /// Returns the thread that was started from the message.
    pub(crate) fn thread_from(&self, message: MessageId) -> Option<ThreadKey> {
        self.threads_from.get(&message).copied()
    }

    /// Returns the threads, newest first.
    pub(crate) fn threads_of(&self, channel: ChannelKey) -> impl Iterator<Item = ThreadKey> {
        (0..self.threads.len())
            .rev()
            .map(ThreadKey)
            .filter(move |&thread| self[thread].channel == channel)
    }

    /// Posts into the channel, not into a thread.
    pub(crate) fn post(
        &mut self,
        channel: ChannelKey,
        sender: Sender,
        text: String,
        now: OffsetDateTime,
    ) -> MessageId {
        self.post_to(Chat::Channel(channel), sender, Content::text(text), now)
    }

    /// Posts into a chat. A user who posts in a thread becomes a follower.
    pub(crate) fn post_to(
        &mut self,
        chat: Chat,
        sender: Sender,
        content: Content,
        now: OffsetDateTime,
    ) -> MessageId {
        let id = self.make_message_id(now);
        self.add_message(chat, Message::new(id, sender, content));
        if let (Chat::Thread(thread), Sender::User(user)) = (chat, sender) {
            self[thread].follow(user);
        }
        id
    }

    /// Starts a thread without messages. If the channel follows its threads, the members become
    /// followers.
    pub(crate) fn start_thread(
        &mut self,
        channel: ChannelKey,
        main_message: MessageId,
        title: String,
    ) -> ThreadKey {
        let serial = self.take_serial();
        let parent = &self[channel];
        let followers = if parent.auto_follow {
            parent.members.clone()
        } else {
            Vec::new()
        };
        self.add_thread(Thread {
            chat_id: Thread::chat_id(&parent.chat_id, serial),
            serial,
            channel,
            main_message,
            title,
            state: ThreadState::Open,
            followers,
            muted_by: Vec::new(),
            messages: Vec::new(),
        })
    }

    /// Posts into the thread. A user who posts becomes a follower.
    pub(crate) fn post_in_thread(
        &mut self,
        thread: ThreadKey,
        sender: Sender,
        text: String,
        reply_to: Option<MessageId>,
        now: OffsetDateTime,
    ) -> MessageId {
        let content = Content {
            reply_to,
            ..Content::text(text)
        };
        self.post_to(Chat::Thread(thread), sender, content, now)
    }

    /// Adds an existing message. Its id must be new.
    pub(crate) fn add_message(&mut self, chat: Chat, message: Message) {
        self.skip_serial(message.id.serial);
        let id = message.id;
        let messages = self.messages_mut(chat);
        messages.push(message);
        let index = messages.len() - 1;
        self.places.insert(id, (chat, index));
    }

    /// Adds an existing thread without its messages. It must be newer than the channel's other
    /// threads.
    pub(crate) fn add_thread(&mut self, thread: Thread) -> ThreadKey {
        self.skip_serial(thread.serial);
        let (chat_id, main_message) = (thread.chat_id.clone(), thread.main_message);
        let key = ThreadKey::push(&mut self.threads, thread);
        self.chats.insert(chat_id, Chat::Thread(key));
        self.threads_from.insert(main_message, key);
        key
    }

    /// Returns the message that the thread was started from.
    pub(crate) fn main_message(&self, thread: ThreadKey) -> Option<&Message> {
        let thread = &self[thread];
        self.message(Chat::Channel(thread.channel), thread.main_message)
    }

    pub(crate) fn sender_id(&self, sender: Sender) -> &str {
        match sender {
            Sender::User(user) => &self[user].id,
            Sender::Bot(bot) => &self[bot].id,
        }
    }

    pub(crate) fn sender_name(&self, sender: Sender) -> &str {
        match sender {
            Sender::User(user) => &self[user].name,
            Sender::Bot(bot) => &self[bot].name,
        }
    }

    pub(crate) fn chat_id(&self, chat: Chat) -> &str {
        match chat {
            Chat::Channel(channel) => &self[channel].chat_id,
            Chat::Thread(thread) => &self[thread].chat_id,
            Chat::Conversation(conversation) => &self[conversation].chat_id,
        }
    }

    /// Returns the users who can see the chat; for a thread, the members of its channel.
    pub(crate) fn members(&self, chat: Chat) -> &[UserKey] {
        match chat {
            Chat::Channel(channel) => &self[channel].members,
            Chat::Thread(thread) => &self[self[thread].channel].members,
            Chat::Conversation(conversation) => &self[conversation].members,
        }
    }

    /// Returns all channels and conversations of the user.
    pub(crate) fn chats_of(&self, user: UserKey) -> Vec<Chat> {
        let channels = self.channel_keys().map(Chat::Channel);
        let conversations = self.conversation_keys().map(Chat::Conversation);
        let is_in = |chat: &Chat| self.members(*chat).contains(&user);
        channels.chain(conversations).filter(is_in).collect()
    }

    /// Returns the highest digits of all ids so far.
    pub(crate) fn last_serial(&self) -> u64 {
        self.next_serial - 1
    }

    /// Returns unused digits for an id.
    pub(crate) fn take_serial(&mut self) -> u64 {
        let serial = self.next_serial;
        self.next_serial += 1;
        serial
    }

    /// Reserves digits. Later ids get higher ones, until they run out.
    pub(crate) fn skip_serial(&mut self, serial: u64) {
        if serial < LAST_SERIAL {
            self.next_serial = self.next_serial.max(serial + 1);
        }
    }

    pub(crate) fn make_message_id(&mut self, now: OffsetDateTime) -> MessageId {
        MessageId::new(now, self.take_serial())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a world with a channel of two users, and a thread of the first one.
    fn world(now: OffsetDateTime) -> (World, [UserKey; 2], ChannelKey, ThreadKey) {
        let mut world = World::new();
        let mut user = |id: &str, name: &str| {
            world.add_user(User {
                id: id.into(),
                name: name.into(),
                email: String::new(),
                external: false,
            })
        };
        let (ryan, scott) = (user("1", "Ryan"), user("2", "Scott"));
        let mut channel = Channel::new("P1".into(), "CT_1_1".into(), "news".into(), now);
        channel.members = vec![ryan, scott];
        let channel = world.add_channel(channel);
        let message = world.post(channel, Sender::User(ryan), "First.".into(), now);
        let thread = world.start_thread(channel, message, "First".into());
        world.post_in_thread(thread, Sender::User(scott), "Second.".into(), None, now);
        (world, [ryan, scott], channel, thread)
    }

    #[test]
    fn the_same_calls_at_the_same_time_make_the_same_world() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let ids = || {
            let (world, _, _, thread) = world(now);
            (world[thread].chat_id.clone(), world[thread].messages[0].id)
        };
        assert_eq!(ids(), ids());
    }

    #[test]
    fn ids_have_the_forms_of_cliq() {
        let (world, _, channel, thread) =
            world(OffsetDateTime::UNIX_EPOCH + time::Duration::milliseconds(1_727_333_520_582));
        let digits = world[thread]
            .chat_id
            .strip_prefix(&format!("{}-T-", world[channel].chat_id))
            .unwrap();
        assert!(digits.bytes().all(|byte| byte.is_ascii_digit()), "{digits}");
        let id = world[thread].main_message.to_string();
        assert!(id.starts_with("1727333520582_"), "{id}");
        assert_eq!(world[thread].main_message.escaped(), id.replace('_', "%20"));
    }

    #[test]
    fn an_author_follows_and_a_channel_can_make_all_follow() {
        let (mut world, [ryan, scott], channel, thread) = world(OffsetDateTime::UNIX_EPOCH);
        assert_eq!(world[thread].followers, [scott]);
        world[channel].auto_follow = true;
        let message = world.post(
            channel,
            Sender::User(ryan),
            "Third.".into(),
            OffsetDateTime::UNIX_EPOCH,
        );
        let next = world.start_thread(channel, message, "Third".into());
        assert_eq!(world[next].followers, [ryan, scott]);
        assert_eq!(world[thread].followers, [scott]);
        assert_eq!(
            world.threads_of(channel).collect::<Vec<_>>(),
            [next, thread]
        );
    }
}
