//! From a description to a world. Generates what was left open, and reports contradictions.

use std::fmt::Display;

use time::OffsetDateTime;

use super::parts::{Author, NewBot, NewChannel, NewMessage, NewThread, NewUser};
use crate::clock::Clock;
use crate::world::{
    Bot, BotKey, Channel, ChannelKey, Chat, Content, LAST_SERIAL, Message, MessageId, Reaction,
    Sender, Thread, User, UserKey, World,
};

/// The error describes the problem.
pub(super) type Raised<T> = Result<T, String>;

pub(crate) fn add_user(world: &mut World, user: NewUser) -> Raised<()> {
    let NewUser {
        id,
        name,
        email,
        external,
    } = user;
    if world.user(&id).is_some() {
        return Err(format!("there is a user `{id}` already"));
    }
    world.add_user(User {
        id: filled("a user's id", id)?,
        name,
        email,
        external,
    });
    Ok(())
}

pub(crate) fn add_bot(world: &mut World, bot: NewBot) -> Raised<()> {
    let NewBot {
        unique_name,
        name,
        id,
        appkey,
        description,
        creator,
        settings,
        subscribers,
        deleted,
    } = bot;
    if world.bot_that_was(&unique_name).is_some() {
        return Err(format!("there is a bot `{unique_name}` already"));
    }
    let id = given_or_made(world, id, "b-", "", "bot", |world, id| {
        world.bots().any(|bot| bot.id == id)
    })?;
    let unique_name = filled("a bot's unique name", unique_name)?;
    let creator = creator.map(|id| user(world, &id)).transpose()?;
    let subscribers = distinct(&subscribers, "subscriber", |id| user(world, id))?;
    world.add_bot(Bot {
        app_key: appkey,
        description,
        creator,
        settings,
        subscribers,
        is_deleted: deleted,
        ..Bot::new(id, unique_name, name)
    });
    Ok(())
}

pub(crate) fn add_channel(world: &mut World, new: NewChannel) -> Raised<()> {
    let NewChannel {
        unique_name,
        id,
        chat_id,
        name,
        description,
        level,
        roles,
        creator,
        created,
        archived,
        former_members,
        reply_mode,
        auto_follow,
        members,
        bots,
        messages,
    } = new;
    let unique_name = filled("a channel's unique name", unique_name)?;
    if world.channel_by_unique_name(&unique_name).is_some() {
        return Err(format!(
            "there is a channel with the unique name `{unique_name}` already"
        ));
    }
    let members = distinct(&members, "member", |id| user(world, id))?;
    if let Some(&member) = members.iter().find(|&&member| world[member].external) {
        return Err(format!(
            "the user `{}` is of another organization and can't be in a channel",
            world[member].id
        ));
    }
    let bots = distinct(&bots, "bot", |name| bot(world, name))?;
    let id = given_or_made(world, id, "P", "", "channel with the id", |world, id| {
        world.channel_by_id(id).is_some()
    })?;
    let chat_id = given_or_made(world, chat_id, "CT_", "_1", "chat", |world, id| {
        world.chat(id).is_some()
    })?;
    let mut given_roles = Vec::new();
    for (id, role) in roles {
        given_roles.push((user(world, &id)?, role));
    }
    let created = created.map_or(Ok(Clock::START), time)?;
    let channel = Channel {
        name: name.unwrap_or_else(|| unique_name.clone()),
        description,
        level: level.unwrap_or_else(|| "organization".to_owned()),
        roles: given_roles,
        creator: creator.map(|id| user(world, &id)).transpose()?,
        is_archived: archived,
        former: distinct(&former_members, "former member", |id| user(world, id))?,
        reply_mode,
        members,
        bots,
        auto_follow,
        ..Channel::new(id, chat_id, unique_name, created)
    };
    let channel = world.add_channel(channel);
    add_messages(world, channel, messages)
}

fn add_messages(world: &mut World, channel: ChannelKey, messages: Vec<NewMessage>) -> Raised<()> {
    let mut threads = Vec::new();
    for mut message in messages {
        let thread = message.thread.take();
        let id = add_message(world, Chat::Channel(channel), message)?;
        threads.extend(thread.map(|thread| (id, thread)));
    }
    // Threads whose ids have digits come first, in their order; the others get higher digits.
    let mut ordered = Vec::new();
    for (main_message, thread) in threads {
        let parent = &world[channel].chat_id;
        let serial = match &thread.chat_id {
            None => None,
            Some(chat_id) if world.chat(chat_id).is_some() => {
                return Err(format!("there is a chat `{chat_id}` already"));
            }
            Some(chat_id) => {
                let serial =
                    Thread::serial_in(chat_id, parent).filter(|&serial| serial < LAST_SERIAL);
                Some(serial.ok_or_else(|| {
                    format!(
                        "`{chat_id}` can't be the chat id of a thread of this channel: that is `{parent}-T-` and a number \
                         below {LAST_SERIAL}"
                    )
                })?)
            }
        };
        ordered.push((serial, main_message, thread));
    }
    ordered.sort_by_key(|(serial, ..)| serial.unwrap_or(LAST_SERIAL));
    // Reserves the given digits before any are generated.
    for serial in ordered.iter().filter_map(|(serial, ..)| *serial) {
        world.skip_serial(serial);
    }
    for (serial, main_message, thread) in ordered {
        add_thread(world, channel, main_message, serial, thread)?;
    }
    Ok(())
}

fn add_thread(
    world: &mut World,
    channel: ChannelKey,
    main_message: MessageId,
    serial: Option<u64>,
    new: NewThread,
) -> Raised<()> {
    let NewThread {
        title,
        chat_id,
        state,
        followers,
        muted_by,
        messages,
    } = new;
    let serial = serial.unwrap_or_else(|| world.take_serial());
    let chat_id = chat_id.unwrap_or_else(|| Thread::chat_id(&world[channel].chat_id, serial));
    if world.chat(&chat_id).is_some() {
        return Err(format!("there is a chat `{chat_id}` already"));
    }
    let derived = followers.is_none();
    let followers = match followers {
        Some(followers) => distinct(&followers, "follower", |id| member(world, channel, id))?,
        None if world[channel].auto_follow => world[channel].members.clone(),
        None => Vec::new(),
    };
    let muted_by = distinct(&muted_by, "user in `muted_by`", |id| {
        member(world, channel, id)
    })?;
    let messages_in = Vec::new();
    let thread = Thread {
        chat_id,
        serial,
        channel,
        main_message,
        title,
        state,
        followers,
        muted_by,
        messages: messages_in,
    };
    let thread = world.add_thread(thread);
    for message in messages {
        if message.thread.is_some() {
            return Err(format!(
                "{message}: it is in a thread, and can't have one itself"
            ));
        }
        let id = add_message(world, Chat::Thread(thread), message)?;
        let sender = world
            .message(Chat::Thread(thread), id)
            .map(|message| message.sender);
        if let (true, Some(Sender::User(user))) = (derived, sender) {
            world[thread].follow(user);
        }
    }
    Ok(())
}

pub(super) fn add_message(world: &mut World, chat: Chat, new: NewMessage) -> Raised<MessageId> {
    let problem = |what: &dyn Display| format!("{new}: {what}");
    let sender = match &new.by {
        Author::User(id) => Sender::User(author(world, chat, id).map_err(|what| problem(&what))?),
        Author::Bot(name) => {
            let key = world.bot_that_was(name);
            let key = key.ok_or_else(|| problem(&format_args!("there is no bot `{name}` yet")))?;
            let channel = world.channel_of(chat);
            let is_in = channel.is_none_or(|channel| world[channel].bots.contains(&key));
            if !is_in && !world[key].is_deleted {
                return Err(problem(&format_args!(
                    "the bot `{name}` is not in the channel"
                )));
            }
            Sender::Bot(key)
        }
    };
    let id = match (&new.id, new.at) {
        (None, at) => world.make_message_id(at.unwrap_or(Clock::START)),
        (Some(_), Some(_)) => {
            return Err(problem(
                &"its id tells when it was posted, and so does `at`: one is enough",
            ));
        }
        (Some(id), None) => {
            let id = MessageId::parse(id).ok_or_else(|| {
                problem(&format_args!(
                    "`{id}` is no id of a message: that is milliseconds, `_` and digits"
                ))
            })?;
            if world.has_message(id) {
                return Err(problem(&format_args!("there is a message `{id}` already")));
            }
            id
        }
    };
    let reply_to = match &new.reply_to {
        Some(text) => {
            let is_main =
                |id| World::as_thread(chat).is_some_and(|thread| id == world[thread].main_message);
            let answered = MessageId::parse(text)
                .filter(|&id| is_main(id) || world.message(chat, id).is_some());
            let of = World::as_thread(chat).map_or("chat", |_| "thread");
            Some(answered.ok_or_else(|| {
                problem(&format_args!("`{text}` is no earlier message of its {of}"))
            })?)
        }
        None => None,
    };
    if let Some(file) = new.file.as_ref().filter(|file| world.file(file).is_none()) {
        return Err(problem(&format_args!("there is no file `{file}`")));
    }
    let mut reactions = Vec::new();
    for reaction in &new.reactions {
        reactions.push(Reaction {
            emoji: reaction.emoji.clone(),
            user: user(world, &reaction.user).map_err(|what| problem(&what))?,
            at: time(reaction.at).map_err(|what| problem(&what))?,
        });
    }
    let content = Content {
        text: new.text,
        reply_to,
        extras: new.extras,
        file: new.file,
    };
    let message = Message {
        edited: new.edited,
        reactions,
        ..Message::new(id, sender, content)
    };
    world.add_message(chat, message);
    Ok(id)
}

/// The name of a message in an error.
impl Display for NewMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const MOST: usize = 40;
        let text: String = self.text.chars().take(MOST).collect();
        write!(
            f,
            "the message {text:?}{}",
            if text.len() < self.text.len() {
                "…"
            } else {
                ""
            }
        )
    }
}

pub(super) fn user(world: &World, id: &str) -> Raised<UserKey> {
    world
        .user(id)
        .ok_or_else(|| format!("there is no user `{id}` yet"))
}

pub(super) fn bot(world: &World, unique_name: &str) -> Raised<BotKey> {
    world
        .bot(unique_name)
        .ok_or_else(|| format!("there is no bot `{unique_name}` yet"))
}

/// Returns the author of a message: a member of the chat, or a former one.
fn author(world: &World, chat: Chat, id: &str) -> Raised<UserKey> {
    let user = user(world, id)?;
    let former = match chat {
        Chat::Conversation(conversation) => &world[conversation].former,
        Chat::Channel(channel) => &world[channel].former,
        Chat::Thread(thread) => &world[world[thread].channel].former,
    };
    if world.members(chat).contains(&user) || former.contains(&user) {
        return Ok(user);
    }
    Err(match world.channel_of(chat) {
        Some(channel) => not_in(world, channel, id),
        None => format!(
            "the user `{id}` is not in the chat `{}`",
            world.chat_id(chat)
        ),
    })
}

fn not_in(world: &World, channel: ChannelKey, id: &str) -> String {
    format!(
        "the user `{id}` is not in the channel `{}`",
        world[channel].unique_name
    )
}

/// Converts milliseconds since the Unix epoch.
pub(super) fn time(millis: i64) -> Raised<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
        .map_err(|_| format!("`{millis}` is no time: that is milliseconds since 1970"))
}

fn member(world: &World, channel: ChannelKey, id: &str) -> Raised<UserKey> {
    let user = user(world, id)?;
    if world[channel].members.contains(&user) {
        Ok(user)
    } else {
        Err(not_in(world, channel, id))
    }
}

pub(super) fn distinct<K: PartialEq>(
    names: &[String],
    what: &str,
    find: impl Fn(&str) -> Raised<K>,
) -> Raised<Vec<K>> {
    let mut keys = Vec::with_capacity(names.len());
    for name in names {
        let key = find(name)?;
        if keys.contains(&key) {
            return Err(format!("the {what} `{name}` is named twice"));
        }
        keys.push(key);
    }
    Ok(keys)
}

/// Returns the given id, or generates one in Cliq's format.
fn given_or_made(
    world: &mut World,
    id: Option<String>,
    before: &str,
    behind: &str,
    what: &str,
    is_taken: impl Fn(&World, &str) -> bool,
) -> Raised<String> {
    match id {
        Some(id) if is_taken(world, &id) => Err(format!("there is a {what} `{id}` already")),
        Some(id) => filled(what, id),
        None => loop {
            let id = format!("{before}{}{behind}", world.take_serial());
            if !is_taken(world, &id) {
                return Ok(id);
            }
        },
    }
}

fn filled(what: &str, text: String) -> Raised<String> {
    if text.is_empty() {
        Err(format!("{what} can't be empty"))
    } else {
        Ok(text)
    }
}
