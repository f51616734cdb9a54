//! Inspection and changes that the API has no call for, and saving the world to a file.

use std::io::{self, Write as _};
use std::path::Path;
use std::{fs, process};

use serde_json::Value;
use time::OffsetDateTime;

use crate::described;
use crate::sandbox::Sandbox;
use crate::world::{
    self, Channel, ChannelKey, Chat, Sender, ThreadKey, ThreadState, User, UserKey, World,
};

impl Sandbox {
    /// Returns the current world as JSON, for
    /// [`SandboxBuilder::json`](crate::SandboxBuilder::json): users, bots, chats, messages, files,
    /// and everything attached to them. It contains no tokens and no rate-limit state.
    ///
    /// ```
    /// use cliq_sandbox::Sandbox;
    ///
    /// let demo = Sandbox::demo();
    /// let again = Sandbox::builder().json(&demo.sandbox.to_json())?.build();
    /// let thread = &demo.thread_chat_id;
    /// assert_eq!(again.messages(thread), demo.sandbox.messages(thread));
    /// # Ok::<_, cliq_sandbox::WorldError>(())
    /// ```
    pub fn to_json(&self) -> String {
        described::write(&self.world())
    }

    /// Writes [`to_json`](Self::to_json) to a file. It replaces the file atomically.
    ///
    /// # Errors
    ///
    /// If the file can't be written.
    pub fn save(&self, file: impl AsRef<Path>) -> io::Result<()> {
        let (file, world) = (file.as_ref(), self.to_json());
        let mut name = file
            .file_name()
            .ok_or(io::ErrorKind::InvalidFilename)?
            .to_owned();
        name.push(format!(".{}.part", process::id()));
        let part = file.with_file_name(name);
        let written = fs::File::create(&part).and_then(|mut part| {
            part.write_all(world.as_bytes())?;
            part.sync_all()
        });
        written
            .and_then(|()| fs::rename(&part, file))
            .inspect_err(|_| {
                // The first error is the one to report.
                let _ = fs::remove_file(&part);
            })
    }

    /// Posts a text message into a channel and returns its id, from which a thread can be started.
    /// `channel` is an id, a chat id or a unique name.
    ///
    /// # Panics
    ///
    /// If there is no such channel or user, or the user is not in the channel.
    #[track_caller]
    pub fn post_message(&self, channel: &str, user_id: &str, text: &str) -> String {
        let mut world = self.world();
        let (channel, user) = (self::channel(&world, channel), user(&world, user_id));
        assert!(
            world[channel].members.contains(&user),
            "the user `{user_id}` is not in the channel"
        );
        world
            .post(channel, Sender::User(user), text.to_owned(), self.now())
            .to_string()
    }

    /// Schedules a user's message and returns the id of the scheduled message. The API can list,
    /// change and send scheduled messages, but not create them. `chat` is a chat id; for a channel,
    /// also an id or a unique name.
    ///
    /// # Panics
    ///
    /// If there is no such chat or user, or the user is not in the chat.
    #[track_caller]
    pub fn schedule_message(
        &self,
        chat: &str,
        user_id: &str,
        text: &str,
        at: OffsetDateTime,
    ) -> String {
        let mut world = self.world();
        let (chat, user) = (any_chat(&world, chat), user(&world, user_id));
        require_in(&world, chat, user);
        world.schedule(chat, user, text.to_owned(), at, self.now())
    }

    /// Creates a reminder and returns its id. The API can list, move and complete reminders, but
    /// not create them. The first user is the creator; all are reminded. `chat` is as in
    /// [`schedule_message`](Self::schedule_message).
    ///
    /// # Panics
    ///
    /// If there is no such chat or user, if `user_ids` is empty, or if a user is not in the chat.
    #[track_caller]
    pub fn remind(
        &self,
        chat: &str,
        user_ids: &[&str],
        content: &str,
        at: OffsetDateTime,
    ) -> String {
        let mut world = self.world();
        let chat = any_chat(&world, chat);
        let users: Vec<UserKey> = user_ids.iter().map(|id| user(&world, id)).collect();
        assert!(!users.is_empty(), "a reminder needs a user");
        for &user in &users {
            require_in(&world, chat, user);
        }
        world.remind(chat, &users, content.to_owned(), at, self.now())
    }

    /// Returns the messages of a chat, from the oldest to the newest; of a channel, without those
    /// of its threads. `chat` is a chat id; for a channel, also an id or a unique name.
    ///
    /// # Panics
    ///
    /// If there is no such chat.
    #[track_caller]
    pub fn messages(&self, chat: &str) -> Vec<Message> {
        let mut world = self.world();
        world.advance_to(self.now());
        let chat = any_chat(&world, chat);
        world
            .messages(chat)
            .iter()
            .map(|message| Message::new(&world, message))
            .collect()
    }

    /// Returns the users, in the order in which they were added.
    pub fn users(&self) -> Vec<SandboxUser> {
        let of = |user: &User| SandboxUser {
            id: user.id.clone(),
            name: user.name.clone(),
            is_external: user.external,
        };
        self.world().users().map(of).collect()
    }

    /// Returns the channels, in the order in which they were added.
    pub fn channels(&self) -> Vec<SandboxChannel> {
        let world = self.world();
        let of = |channel: &Channel| SandboxChannel {
            id: channel.id.clone(),
            chat_id: channel.chat_id.clone(),
            unique_name: channel.unique_name.clone(),
            member_ids: channel
                .members
                .iter()
                .map(|&member| world[member].id.clone())
                .collect(),
            bot_unique_names: channel
                .bots
                .iter()
                .map(|&bot| world[bot].unique_name.clone())
                .collect(),
        };
        world.channels().map(of).collect()
    }

    /// Returns the threads of a channel, from the oldest to the newest. `channel` is an id, a chat
    /// id or a unique name.
    ///
    /// # Panics
    ///
    /// If there is no such channel.
    #[track_caller]
    pub fn threads(&self, channel: &str) -> Vec<SandboxThread> {
        let world = self.world();
        let mut threads: Vec<_> = world
            .threads_of(self::channel(&world, channel))
            .map(|thread| SandboxThread {
                chat_id: world[thread].chat_id.clone(),
                title: world[thread].title.clone(),
                main_message_id: world[thread].main_message.to_string(),
                is_closed: world[thread].state == ThreadState::Closed,
                follower_ids: world[thread]
                    .followers
                    .iter()
                    .map(|&user| world[user].id.clone())
                    .collect(),
            })
            .collect();
        threads.reverse();
        threads
    }

    /// Returns whether the user has muted the thread.
    ///
    /// # Panics
    ///
    /// If there is no such thread or user.
    #[track_caller]
    pub fn is_muted(&self, thread_chat_id: &str, user_id: &str) -> bool {
        let world = self.world();
        let (thread, user) = (thread(&world, thread_chat_id), user(&world, user_id));
        world[thread].muted_by.contains(&user)
    }
}

/// A user of a [`Sandbox`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SandboxUser {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Whether the user is of another organization.
    pub is_external: bool,
}

/// A channel of a [`Sandbox`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SandboxChannel {
    /// Its id.
    pub id: String,
    /// Its chat id.
    pub chat_id: String,
    /// Its unique name.
    pub unique_name: String,
    /// The ids of its members.
    pub member_ids: Vec<String>,
    /// The unique names of its bots.
    pub bot_unique_names: Vec<String>,
}

/// A thread of a [`Sandbox`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SandboxThread {
    /// Its chat id.
    pub chat_id: String,
    /// Its title.
    pub title: String,
    /// The id of the message that it was started from.
    pub main_message_id: String,
    /// Whether it is closed.
    pub is_closed: bool,
    /// The ids of its followers, in the order in which they joined.
    pub follower_ids: Vec<String>,
}

/// A message of a [`Sandbox`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// Its id, such as `1727333520582_47588994306224`.
    pub id: String,
    /// The id of the user or bot that posted it.
    pub sender_id: String,
    /// The name of the user or bot that posted it.
    pub sender_name: String,
    /// Its text.
    pub text: String,
    /// The id of the message that it answers.
    pub reply_to: Option<String>,
    /// The name of the attached file.
    pub file_name: Option<String>,
    /// Whether its text was edited.
    pub is_edited: bool,
    /// Whether it is pinned in its chat.
    pub is_pinned: bool,
    /// Its reactions: the code of the emoji, and the user's id.
    pub reactions: Vec<(String, String)>,
    /// Further content: `card`, `slides`, `buttons` and so on. `{}` if there is none.
    pub extras: Value,
}

impl Message {
    fn new(world: &World, message: &world::Message) -> Self {
        Self {
            id: message.id.to_string(),
            sender_id: world.sender_id(message.sender).to_owned(),
            sender_name: world.sender_name(message.sender).to_owned(),
            text: message.text.clone(),
            reply_to: message.reply_to.as_ref().map(ToString::to_string),
            file_name: message
                .file
                .as_deref()
                .and_then(|id| world.file(id))
                .map(|file| file.name.clone()),
            is_edited: message.edited,
            is_pinned: world.pins.iter().any(|pin| pin.message == message.id),
            reactions: message
                .reactions
                .iter()
                .map(|reaction| (reaction.emoji.clone(), world[reaction.user].id.clone()))
                .collect(),
            extras: Value::Object(message.extras.clone()),
        }
    }
}

#[track_caller]
fn any_chat(world: &World, name: &str) -> Chat {
    world
        .chat(name)
        .unwrap_or_else(|| Chat::Channel(channel(world, name)))
}

#[track_caller]
fn require_in(world: &World, chat: Chat, user: UserKey) {
    assert!(
        world.members(chat).contains(&user),
        "the user `{}` is not in the chat",
        world[user].id
    );
}

#[track_caller]
fn user(world: &World, id: &str) -> UserKey {
    let Some(user) = world.user(id) else {
        panic!("there is no user `{id}`")
    };
    user
}

#[track_caller]
fn channel(world: &World, name: &str) -> ChannelKey {
    match world.chat(name) {
        Some(Chat::Channel(channel)) => return channel,
        Some(Chat::Thread(_)) => panic!("`{name}` is a thread, not a channel"),
        Some(Chat::Conversation(_)) => panic!("`{name}` is a chat, not a channel"),
        None => {}
    }
    let Some(channel) = world
        .channel_by_id(name)
        .or_else(|| world.channel_by_unique_name(name))
    else {
        panic!("there is no channel `{name}`")
    };
    channel
}

#[track_caller]
fn thread(world: &World, chat_id: &str) -> ThreadKey {
    let Some(Chat::Thread(thread)) = world.chat(chat_id) else {
        panic!("there is no thread `{chat_id}`")
    };
    thread
}
