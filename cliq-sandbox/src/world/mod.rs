//! The state of the stand-in: who and what there is, and how it changes.
//!
//! No I/O, no clock and no chance: times come in as arguments, ids from a counter, so that the same calls at the same
//! times make the same world. No rules of who may do what either; those are the operations'.

mod channel;
mod message;
mod thread;

use std::collections::HashMap;
use std::ops::{Index, IndexMut};

use time::OffsetDateTime;

pub use self::channel::ReplyMode;
pub(crate) use self::channel::{Channel, ChannelParts};
pub(crate) use self::message::{Message, MessageId, Sender, epoch_millis};
pub(crate) use self::thread::{Thread, ThreadState};

/// Of about the length that ids of Cliq have.
const FIRST_SERIAL: u64 = 1_200_000_000_000_000_001;

#[derive(Debug)]
pub(crate) struct World {
    users: Vec<User>,
    /// By their ids.
    user_keys: HashMap<String, UserKey>,
    bots: Vec<Bot>,
    channels: Vec<Channel>,
    /// From the oldest to the newest.
    threads: Vec<Thread>,
    chats: HashMap<String, Chat>,
    next_serial: u64,
}

#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
}

#[derive(Debug)]
pub(crate) struct Bot {
    pub(crate) id: String,
    pub(crate) unique_name: String,
    pub(crate) name: String,
    /// The key of the extension that it is from, if it is from one.
    pub(crate) app_key: Option<String>,
}

/// What a chat id names.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Chat {
    Channel(ChannelKey),
    Thread(ThreadKey),
}

/// Nothing is ever removed from a world, so that a key stays good.
macro_rules! keys {
    ($($key:ident: $field:ident => $item:ty),* $(,)?) => {$(
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            users: Vec::new(),
            user_keys: HashMap::new(),
            bots: Vec::new(),
            channels: Vec::new(),
            threads: Vec::new(),
            chats: HashMap::new(),
            next_serial: FIRST_SERIAL,
        }
    }

    pub(crate) fn add_user(&mut self, id: String, name: String, email: String) -> UserKey {
        let key = UserKey::push(&mut self.users, User { id: id.clone(), name, email });
        self.user_keys.insert(id, key);
        key
    }

    pub(crate) fn user(&self, id: &str) -> Option<UserKey> {
        self.user_keys.get(id).copied()
    }

    pub(crate) fn users(&self) -> impl Iterator<Item = &User> {
        self.users.iter()
    }

    pub(crate) fn add_bot(&mut self, unique_name: String, name: String, app_key: Option<String>) -> BotKey {
        let id = format!("b-{}", self.take_serial());
        BotKey::push(&mut self.bots, Bot { id, unique_name, name, app_key })
    }

    pub(crate) fn bot(&self, unique_name: &str) -> Option<BotKey> {
        self.bots.iter().position(|bot| bot.unique_name == unique_name).map(BotKey)
    }

    pub(crate) fn add_channel(&mut self, new: ChannelParts) -> ChannelKey {
        let id = new.id.unwrap_or_else(|| format!("P{}", self.take_serial()));
        let chat_id = new.chat_id.unwrap_or_else(|| format!("CT_{}_1", self.take_serial()));
        let channel = Channel {
            id,
            chat_id: chat_id.clone(),
            unique_name: new.unique_name,
            reply_mode: new.reply_mode,
            members: new.members,
            bots: new.bots,
            auto_follow: false,
            messages: Vec::new(),
        };
        let key = ChannelKey::push(&mut self.channels, channel);
        self.chats.insert(chat_id, Chat::Channel(key));
        key
    }

    pub(crate) fn channel_by_id(&self, id: &str) -> Option<ChannelKey> {
        self.channels.iter().position(|channel| channel.id == id).map(ChannelKey)
    }

    pub(crate) fn channel_by_unique_name(&self, unique_name: &str) -> Option<ChannelKey> {
        self.channels.iter().position(|channel| channel.unique_name == unique_name).map(ChannelKey)
    }

    pub(crate) fn chat(&self, chat_id: &str) -> Option<Chat> {
        self.chats.get(chat_id).copied()
    }

    /// The thread that was started from the message.
    pub(crate) fn thread_from(&self, message: &MessageId) -> Option<ThreadKey> {
        self.threads.iter().position(|thread| thread.main_message == *message).map(ThreadKey)
    }

    /// From the newest to the oldest.
    pub(crate) fn threads_of(&self, channel: ChannelKey) -> impl Iterator<Item = ThreadKey> {
        (0..self.threads.len()).rev().map(ThreadKey).filter(move |&thread| self[thread].channel == channel)
    }

    /// Posts into the channel itself.
    pub(crate) fn post(&mut self, channel: ChannelKey, sender: Sender, text: String, now: OffsetDateTime) -> MessageId {
        let id = MessageId::new(now, self.take_serial());
        self[channel].messages.push(Message { id: id.clone(), sender, text, time: now, reply_to: None });
        id
    }

    /// A thread without messages as yet. Where the channel says so, its members follow it from the start.
    pub(crate) fn start_thread(
        &mut self,
        channel: ChannelKey,
        main_message: MessageId,
        title: String,
        now: OffsetDateTime,
    ) -> ThreadKey {
        let serial = self.take_serial();
        let parent = &self[channel];
        let chat_id = format!("{}-T-{serial}", parent.chat_id);
        let followers = if parent.auto_follow { parent.members.clone() } else { Vec::new() };
        let thread = Thread {
            chat_id: chat_id.clone(),
            serial,
            channel,
            main_message,
            title,
            created: now,
            state: ThreadState::Open,
            followers,
            muted_by: Vec::new(),
            messages: Vec::new(),
        };
        let key = ThreadKey::push(&mut self.threads, thread);
        self.chats.insert(chat_id, Chat::Thread(key));
        key
    }

    /// Posts into the thread; a user who does follows it from then on.
    pub(crate) fn post_in_thread(
        &mut self,
        thread: ThreadKey,
        sender: Sender,
        text: String,
        reply_to: Option<MessageId>,
        now: OffsetDateTime,
    ) -> MessageId {
        let id = MessageId::new(now, self.take_serial());
        let thread = &mut self[thread];
        thread.messages.push(Message { id: id.clone(), sender, text, time: now, reply_to });
        if let Sender::User(user) = sender {
            thread.follow(user);
        }
        id
    }

    /// The message that the thread was started from.
    pub(crate) fn main_message(&self, thread: ThreadKey) -> Option<&Message> {
        let thread = &self[thread];
        self[thread.channel].message(&thread.main_message)
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

    /// The highest of the digits in the ids so far.
    pub(crate) fn last_serial(&self) -> u64 {
        self.next_serial - 1
    }

    fn take_serial(&mut self) -> u64 {
        let serial = self.next_serial;
        self.next_serial += 1;
        serial
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A world of one channel with two users, and a thread of the first one's.
    fn world(now: OffsetDateTime) -> (World, [UserKey; 2], ChannelKey, ThreadKey) {
        let mut world = World::new();
        let ryan = world.add_user("1".into(), "Ryan".into(), "ryan@zylker.com".into());
        let scott = world.add_user("2".into(), "Scott".into(), "scott@zylker.com".into());
        let channel = world.add_channel(ChannelParts {
            id: None,
            chat_id: None,
            unique_name: "news".into(),
            reply_mode: ReplyMode::Both,
            members: vec![ryan, scott],
            bots: Vec::new(),
        });
        let message = world.post(channel, Sender::User(ryan), "First.".into(), now);
        let thread = world.start_thread(channel, message, "First".into(), now);
        world.post_in_thread(thread, Sender::User(scott), "Second.".into(), None, now);
        (world, [ryan, scott], channel, thread)
    }

    #[test]
    fn the_same_calls_at_the_same_time_make_the_same_world() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let ids = || {
            let (world, _, channel, thread) = world(now);
            let message = world[thread].messages[0].id.to_string();
            (world[channel].id.clone(), world[thread].chat_id.clone(), message)
        };
        assert_eq!(ids(), ids());
    }

    #[test]
    fn ids_have_the_forms_of_cliq() {
        let (world, _, channel, thread) =
            world(OffsetDateTime::UNIX_EPOCH + time::Duration::milliseconds(1_727_333_520_582));
        let digits = world[thread].chat_id.strip_prefix(&format!("{}-T-", world[channel].chat_id)).unwrap();
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
        let message = world.post(channel, Sender::User(ryan), "Third.".into(), OffsetDateTime::UNIX_EPOCH);
        let next = world.start_thread(channel, message, "Third".into(), OffsetDateTime::UNIX_EPOCH);
        assert_eq!(world[next].followers, [ryan, scott]);
        assert_eq!(world[thread].followers, [scott]);
        assert_eq!(world.threads_of(channel).collect::<Vec<_>>(), [next, thread]);
    }
}
