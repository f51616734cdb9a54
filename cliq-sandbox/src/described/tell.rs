//! From a world to its description, with nothing left open.

use super::parts::{Author, NewBot, NewChannel, NewMessage, NewThread, NewUser};
use crate::world::{Bot, Channel, Message, Sender, Thread, User, UserKey, World};

pub(super) fn user(user: &User) -> NewUser {
    NewUser {
        id: user.id.clone(),
        name: user.name.clone(),
        email: user.email.clone(),
        external: user.external,
    }
}

pub(super) fn bot(bot: &Bot) -> NewBot {
    NewBot {
        unique_name: bot.unique_name.clone(),
        name: bot.name.clone(),
        id: Some(bot.id.clone()),
        appkey: bot.app_key.clone(),
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
        ..NewMessage::from_author(by, message.text.clone())
    }
}

fn ids(world: &World, users: &[UserKey]) -> Vec<String> {
    users.iter().map(|&user| world[user].id.clone()).collect()
}
