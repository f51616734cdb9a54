//! From a world to its complete description.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use time::OffsetDateTime;

use super::parts::{
    Author, ConversationKind, NewBot, NewChannel, NewConversation, NewDue, NewFile, NewMessage,
    NewPin, NewReaction, NewReminder, NewScheduled, NewStar, NewThread, NewUser, NewView,
};
use crate::clock::Clock;
use crate::world::{
    Bot, Channel, Conversation, Due, File, Kind, Message, MessageId, Pin, Reminder, Scheduled,
    Sender, Star, Thread, User, UserKey, View, World,
};

pub(super) fn user(user: &User) -> NewUser {
    NewUser {
        id: user.id.clone(),
        name: user.name.clone(),
        email: user.email.clone(),
        external: user.external,
    }
}

pub(super) fn bot(world: &World, bot: &Bot) -> NewBot {
    NewBot {
        unique_name: bot.unique_name.clone(),
        name: bot.name.clone(),
        id: Some(bot.id.clone()),
        appkey: bot.app_key.clone(),
        description: bot.description.clone(),
        creator: bot.creator.map(|user| world[user].id.clone()),
        settings: bot.settings.clone(),
        subscribers: ids(world, &bot.subscribers),
        deleted: bot.is_deleted,
    }
}

pub(super) fn channel(world: &World, channel: &Channel) -> NewChannel {
    let messages = channel.messages.iter().map(|main| {
        let thread = world
            .thread_from(main.id)
            .map(|thread| thread_of(world, &world[thread]));
        NewMessage {
            thread,
            ..message(world, main)
        }
    });
    NewChannel {
        unique_name: channel.unique_name.clone(),
        id: Some(channel.id.clone()),
        chat_id: Some(channel.chat_id.clone()),
        name: (channel.name != channel.unique_name).then(|| channel.name.clone()),
        description: channel.description.clone(),
        level: (channel.level != "organization").then(|| channel.level.clone()),
        roles: channel
            .roles
            .iter()
            .map(|&(user, role)| (world[user].id.clone(), role))
            .collect(),
        creator: channel.creator.map(|user| world[user].id.clone()),
        created: (channel.created != Clock::START).then(|| millis(channel.created)),
        archived: channel.is_archived,
        former_members: ids(world, &channel.former),
        reply_mode: channel.reply_mode,
        auto_follow: channel.auto_follow,
        members: ids(world, &channel.members),
        bots: channel
            .bots
            .iter()
            .map(|&bot| world[bot].unique_name.clone())
            .collect(),
        messages: messages.collect(),
    }
}

fn thread_of(world: &World, thread: &Thread) -> NewThread {
    NewThread {
        title: thread.title.clone(),
        chat_id: Some(thread.chat_id.clone()),
        state: thread.state,
        followers: Some(ids(world, &thread.followers)),
        muted_by: ids(world, &thread.muted_by),
        messages: thread
            .messages
            .iter()
            .map(|posted| message(world, posted))
            .collect(),
    }
}

fn message(world: &World, message: &Message) -> NewMessage {
    let by = match message.sender {
        Sender::User(user) => Author::User(world[user].id.clone()),
        Sender::Bot(bot) => Author::Bot(world[bot].unique_name.clone()),
    };
    NewMessage {
        id: Some(message.id.to_string()),
        reply_to: message.reply_to.map(|id| id.to_string()),
        extras: message.extras.clone(),
        file: message.file.clone(),
        edited: message.edited,
        reactions: message
            .reactions
            .iter()
            .map(|reaction| NewReaction {
                emoji: reaction.emoji.clone(),
                user: world[reaction.user].id.clone(),
                at: millis(reaction.at),
            })
            .collect(),
        ..NewMessage::from_author(by, message.text.clone())
    }
}

fn ids(world: &World, users: &[UserKey]) -> Vec<String> {
    users.iter().map(|&user| world[user].id.clone()).collect()
}

pub(super) fn conversation(world: &World, conversation: &Conversation) -> NewConversation {
    NewConversation {
        chat_id: conversation.chat_id.clone(),
        kind: match conversation.kind {
            Kind::Direct => ConversationKind::Direct,
            Kind::Group => ConversationKind::Group,
            Kind::Bot(bot) => ConversationKind::Bot(world[bot].unique_name.clone()),
        },
        title: conversation.title.clone(),
        creator: world[conversation.creator].id.clone(),
        created: millis(conversation.created),
        members: ids(world, &conversation.members),
        former_members: ids(world, &conversation.former),
        history_disabled: !conversation.history,
        messages: conversation
            .messages
            .iter()
            .map(|posted| message(world, posted))
            .collect(),
    }
}

pub(super) fn file(id: &str, file: &File) -> NewFile {
    NewFile {
        id: id.to_owned(),
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        content: BASE64_STANDARD.encode(&file.bytes),
    }
}

pub(super) fn star(world: &World, star: &Star) -> NewStar {
    NewStar {
        user: world[star.user].id.clone(),
        chat_id: world.chat_id(star.chat).to_owned(),
        message: star.message.to_string(),
        kind: star.kind.clone(),
        at: millis(star.at),
    }
}

pub(super) fn pin(world: &World, pin: &Pin) -> NewPin {
    NewPin {
        chat_id: world.chat_id(pin.chat).to_owned(),
        message: pin.message.to_string(),
        creator: world[pin.creator].id.clone(),
        created: millis(pin.created),
        modified: millis(pin.modified),
        expires: pin.expires,
        primary: pin.primary,
    }
}

pub(super) fn scheduled(world: &World, scheduled: &Scheduled) -> NewScheduled {
    NewScheduled {
        id: scheduled.id.clone(),
        chat_id: world.chat_id(scheduled.chat).to_owned(),
        user: world[scheduled.user].id.clone(),
        text: scheduled.text.clone(),
        due: match &scheduled.due {
            Due::At(at) => NewDue::At(millis(*at)),
            Due::When(state) => NewDue::When(state.clone()),
        },
        timezone: scheduled.timezone.clone(),
        created: millis(scheduled.created),
    }
}

pub(super) fn reminder(world: &World, reminder: &Reminder) -> NewReminder {
    let users = |only_done: bool| {
        let users = reminder
            .users
            .iter()
            .filter(move |(_, is_done)| !only_done || *is_done);
        users.map(|&(user, _)| world[user].id.clone()).collect()
    };
    NewReminder {
        id: reminder.id.clone(),
        content: reminder.content.clone(),
        time: millis(reminder.time),
        timezone: reminder.timezone.clone(),
        created: millis(reminder.created),
        creator: world[reminder.creator].id.clone(),
        users: users(false),
        completed_by: users(true),
        chat_id: world.chat_id(reminder.chat).to_owned(),
        message: reminder.message.map(|id| id.to_string()),
    }
}

/// Returns the views in a stable order, without those that equal the default.
pub(super) fn views(world: &World) -> Vec<NewView> {
    let mut views: Vec<_> = world.views().collect();
    views.sort_by_key(|(user, chat, _)| (*user, *chat));
    let text = |id: Option<MessageId>| id.map(|id| id.to_string());
    let tell = |(user, chat, view): (UserKey, _, &View)| NewView {
        user: world[user].id.clone(),
        chat_id: world.chat_id(chat).to_owned(),
        muted: view.muted,
        pinned: view.pinned,
        closed: view.closed,
        read: text(view.read),
        cleared: text(view.cleared),
    };
    views.into_iter().map(tell).collect()
}

/// Returns milliseconds since the Unix epoch.
fn millis(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or_default()
}
