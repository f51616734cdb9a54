//! As [`raise`](super::raise), for chats that aren't channels, and for pins, stars, reminders and
//! the like.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::parts::{
    ConversationKind, NewConversation, NewDue, NewFile, NewPin, NewReminder, NewScheduled, NewStar,
    NewView,
};
use super::raise::{Raised, add_message, bot, distinct, time, user};
use crate::world::{
    Chat, Conversation, Due, File, Kind, MessageId, Pin, Reminder, Scheduled, Star, View, World,
};

pub(super) fn add_file(world: &mut World, new: NewFile) -> Raised<()> {
    let bytes = BASE64_STANDARD.decode(&new.content);
    let bytes = bytes.map_err(|error| format!("the file `{}` is no Base64: {error}", new.id))?;
    let file = File {
        name: new.name,
        content_type: new.content_type,
        bytes: bytes.into(),
    };
    world.files.insert(new.id, file);
    Ok(())
}

pub(super) fn add_conversation(world: &mut World, new: NewConversation) -> Raised<()> {
    if world.chat(&new.chat_id).is_some() {
        return Err(format!("there is a chat `{}` already", new.chat_id));
    }
    let conversation = Conversation {
        kind: match &new.kind {
            ConversationKind::Direct => Kind::Direct,
            ConversationKind::Group => Kind::Group,
            ConversationKind::Bot(name) => {
                let key = world
                    .bot_that_was(name)
                    .map_or_else(|| bot(world, name), Ok);
                Kind::Bot(key?)
            }
        },
        title: new.title,
        creator: user(world, &new.creator)?,
        created: time(new.created)?,
        members: distinct(&new.members, "member", |id| user(world, id))?,
        former: distinct(&new.former_members, "former member", |id| user(world, id))?,
        history: !new.history_disabled,
        messages: Vec::new(),
        chat_id: new.chat_id,
    };
    let key = world.add_conversation(conversation);
    for message in new.messages {
        if message.thread.is_some() {
            return Err(format!(
                "{message}: only a message of a channel has a thread"
            ));
        }
        add_message(world, Chat::Conversation(key), message)?;
    }
    Ok(())
}

pub(super) fn add_star(world: &mut World, new: NewStar) -> Raised<()> {
    let (chat, message) = message(world, &new.chat_id, &new.message)?;
    let star = Star {
        user: user(world, &new.user)?,
        chat,
        message,
        kind: new.kind,
        at: time(new.at)?,
    };
    world.stars.push(star);
    Ok(())
}

pub(super) fn add_pin(world: &mut World, new: &NewPin) -> Raised<()> {
    let (chat, message) = message(world, &new.chat_id, &new.message)?;
    let pin = Pin {
        chat,
        message,
        creator: user(world, &new.creator)?,
        created: time(new.created)?,
        modified: time(new.modified)?,
        expires: new.expires,
        primary: new.primary,
    };
    world.pins.push(pin);
    Ok(())
}

pub(super) fn add_scheduled(world: &mut World, new: NewScheduled) -> Raised<()> {
    let scheduled = Scheduled {
        chat: chat(world, &new.chat_id)?,
        user: user(world, &new.user)?,
        id: new.id,
        text: new.text,
        due: match new.due {
            NewDue::At(at) => Due::At(time(at)?),
            NewDue::When(state) => Due::When(state),
        },
        timezone: new.timezone,
        created: time(new.created)?,
    };
    world.scheduled.push(scheduled);
    Ok(())
}

pub(super) fn add_reminder(world: &mut World, new: NewReminder) -> Raised<()> {
    let of = |id: &String| Ok::<_, String>((user(world, id)?, new.completed_by.contains(id)));
    let users = new.users.iter().map(of).collect::<Raised<Vec<_>>>()?;
    let (chat, message) = match &new.message {
        Some(id) => {
            let (chat, id) = message(world, &new.chat_id, id)?;
            (chat, Some(id))
        }
        None => (chat(world, &new.chat_id)?, None),
    };
    let reminder = Reminder {
        creator: user(world, &new.creator)?,
        time: time(new.time)?,
        created: time(new.created)?,
        id: new.id,
        content: new.content,
        timezone: new.timezone,
        users,
        chat,
        message,
    };
    world.reminders.push(reminder);
    Ok(())
}

pub(super) fn add_view(world: &mut World, new: &NewView) -> Raised<()> {
    let (user, chat) = (user(world, &new.user)?, chat(world, &new.chat_id)?);
    // The message may be deleted meanwhile; the position remains valid.
    let id =
        |id: &String| MessageId::parse(id).ok_or_else(|| format!("`{id}` is no id of a message"));
    let view = View {
        muted: new.muted,
        pinned: new.pinned,
        closed: new.closed,
        read: new.read.as_ref().map(id).transpose()?,
        cleared: new.cleared.as_ref().map(id).transpose()?,
    };
    *world.view_mut(user, chat) = view;
    Ok(())
}

fn chat(world: &World, chat_id: &str) -> Raised<Chat> {
    world
        .chat(chat_id)
        .ok_or_else(|| format!("there is no chat `{chat_id}`"))
}

fn message(world: &World, chat_id: &str, id: &str) -> Raised<(Chat, MessageId)> {
    let chat = chat(world, chat_id)?;
    let found = MessageId::parse(id).filter(|&id| world.message(chat, id).is_some());
    let found = found.ok_or_else(|| format!("`{id}` is no message of the chat `{chat_id}`"))?;
    Ok((chat, found))
}
