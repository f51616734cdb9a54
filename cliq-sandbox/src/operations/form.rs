//! The JSON of users, messages and threads in responses.

use serde_json::{Value, json};
use time::{OffsetDateTime, UtcOffset};

use crate::world::{Chat, Kind, Message, Pin, Sender, Thread, ThreadKey, User, UserKey, World};

pub(super) fn user(user: &User) -> Value {
    json!({ "user_id": user.id, "email_id": user.email, "name": user.name })
}

/// Returns the thread as `viewer` sees it.
pub(super) fn thread(world: &World, key: ThreadKey, viewer: UserKey) -> Value {
    let thread = &world[key];
    let mut form = json!({
        "chat_id": thread.chat_id,
        "parent_chat_id": world[thread.channel].chat_id,
        "thread_message_id": thread.main_message.escaped(),
        "title": thread.title,
        "follower_count": thread.followers.len(),
        "is_follower": thread.is_follower(viewer),
        "thread_state": thread.state.as_str(),
    });
    // Missing values have no member: the document has no `null`.
    if let Some(main) = world.main_message(key) {
        form["parent_message_sender"] = world.sender_id(main.sender).into();
    }
    if let Some(last) = thread.messages.last() {
        form["last_message_information"] = last_message(world, last);
    }
    form
}

pub(super) fn last_message(world: &World, message: &Message) -> Value {
    json!({
        "sender_id": world.sender_id(message.sender),
        "sender_name": world.sender_name(message.sender),
        "message_type": kind(message),
        "time": timestamp(message.id.time()),
        "text": message.text,
    })
}

/// Returns the message that a thread was started from.
pub(super) fn main_message(world: &World, thread: &Thread, message: &Message) -> Value {
    json!({
        "parent_resource_id": world[thread.channel].unique_name,
        "id": message.id.to_string(),
        "sender": { "id": world.sender_id(message.sender), "name": world.sender_name(message.sender) },
        "time": timestamp(message.id.time()),
        "type": kind(message),
        "content": content(world, message),
        "mentions": mentions(world, Chat::Channel(thread.channel), &message.text),
        "is_pinned": is_pinned(world, message),
        "thread_information": {
            "thread_message_id": message.id.escaped(),
            "title": thread.title,
            "follower_count": thread.followers.len(),
            "message_count": thread.messages.len(),
            "chat_id": thread.chat_id,
        },
        "thread_state_information": { "thread_state": thread.state.as_str() },
    })
}

/// Returns a message in the form of v3.
pub(super) fn message(world: &World, chat: Chat, message: &Message) -> Value {
    json!({
        "id": message.id.to_string(),
        "type": kind(message),
        "time": timestamp(message.id.time()),
        "sender": person(world, message.sender),
        "content": content(world, message),
        "mentions": mentions(world, chat, &message.text),
        "is_pinned": is_pinned(world, message),
    })
}

/// Returns a message in the form of v2, with times in milliseconds.
pub(super) fn message_v2(world: &World, message: &Message) -> Value {
    let content = match message
        .file
        .as_deref()
        .and_then(|id| Some((id, world.file(id)?)))
    {
        Some((id, file)) => json!({
            "file": {
                "id": id,
                "name": file.name,
                "type": file.content_type,
                "dimensions": { "size": file.bytes.len() },
            },
            "comment": message.text,
        }),
        None => content(world, message),
    };
    let mut form = json!({
        "id": message.id.to_string(),
        "type": kind(message),
        "time": message.id.millis(),
        "sender": person(world, message.sender),
        "content": content,
    });
    if message.edited {
        form["is_edited"] = true.into();
    }
    if let Some(reply_to) = message.reply_to {
        form["reply_to"] = reply_to.to_string().into();
    }
    form
}

pub(super) fn kind(message: &Message) -> &'static str {
    if message.file.is_some() {
        "file"
    } else {
        "text"
    }
}

/// Returns the content of a message in the form of v3.
pub(super) fn content(world: &World, message: &Message) -> Value {
    if let Some((id, file)) = message
        .file
        .as_deref()
        .and_then(|id| Some((id, world.file(id)?)))
    {
        return json!({
            "file_id": id,
            "file_name": file.name,
            "file_type": file.content_type,
            "file_size": file.bytes.len(),
            "comment": message.text,
        });
    }
    let mut content = json!({ "text": message.text });
    for (name, value) in &message.extras {
        content[name.as_str()] = value.clone();
    }
    content
}

pub(super) fn person(world: &World, sender: Sender) -> Value {
    json!({ "id": world.sender_id(sender), "name": world.sender_name(sender) })
}

pub(super) fn user_person(world: &World, user: UserKey) -> Value {
    person(world, Sender::User(user))
}

fn is_pinned(world: &World, message: &Message) -> bool {
    world.pins.iter().any(|pin| pin.message == message.id)
}

/// Returns a pinned message.
pub(super) fn pinned(world: &World, pin: &Pin) -> Value {
    let Some(found) = world.message(pin.chat, pin.message) else {
        return Value::Null;
    };
    let mut form = message(world, pin.chat, found);
    form["pin_information"] = json!({
        "expiry_time": pin.expires,
        "creator": user_person(world, pin.creator),
        "created_time": timestamp(pin.created),
        "last_modified_time": timestamp(pin.modified),
        "is_primary": pin.primary,
    });
    form
}

/// Returns a chat in the form of v3, as `viewer` sees it.
pub(super) fn chat(world: &World, chat: Chat, viewer: UserKey) -> Value {
    let (kind, creator, created) = match chat {
        Chat::Channel(channel) => {
            let channel = &world[channel];
            ("channel", channel.creator(), channel.created)
        }
        Chat::Thread(thread) => {
            let main = world[thread].main_message;
            ("thread", None, main.time())
        }
        Chat::Conversation(conversation) => {
            let conversation = &world[conversation];
            let kind = match conversation.kind {
                Kind::Direct => "direct_message",
                Kind::Group => "group_chat",
                Kind::Bot(_) => "bot",
            };
            (kind, Some(conversation.creator), conversation.created)
        }
    };
    let participants = match chat {
        Chat::Thread(thread) => world[thread].followers.len(),
        // The bot counts as a member.
        Chat::Conversation(key) if matches!(world[key].kind, Kind::Bot(_)) => 2,
        _ => world.members(chat).len(),
    };
    let last = world.seen(viewer, chat).last();
    let view = world.view(viewer, chat);
    let mut form = json!({
        "chat_id": world.chat_id(chat),
        "name": world.title(chat, viewer),
        "chat_type": kind,
        "participant_count": participants,
        "created_time": timestamp(created),
        "last_modified_time": timestamp(last.map_or(created, |last| last.id.time())),
        "pinned": view.pinned,
        "removed": false,
        "unread_message_count": world.unread(viewer, chat),
    });
    if let Some(creator) = creator {
        form["creator"] = user_person(world, creator);
    }
    if let Some(last) = last {
        form["last_message_info"] = json!({
            "message_id": last.id.to_string(),
            "sender": world.sender_id(last.sender),
            "time": timestamp(last.id.time()),
            "content": content(world, last),
            "type": self::kind(last),
        });
    }
    form
}

/// Returns the members of the chat whose names follow an `@` in the text.
fn mentions(world: &World, chat: Chat, text: &str) -> Vec<Value> {
    let members = world.members(chat).iter().map(|&member| &world[member]);
    members
        .filter_map(|member| {
            let name = format!("@{}", member.name);
            text.contains(&name)
                .then(|| json!({ "name": name, "id": member.id, "type": "user" }))
        })
        .collect()
}

/// Formats a time by RFC 3339, in seconds and with a numeric offset, like the published examples.
pub(super) fn timestamp(time: OffsetDateTime) -> String {
    let time = time.to_offset(UtcOffset::UTC);
    let (year, month, day) = (time.year(), u8::from(time.month()), time.day());
    let (hour, minute, second) = time.to_hms();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+00:00")
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;

    #[test]
    fn times_are_written_as_in_the_published_examples() {
        let time = OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(1_779_964_608_999);
        assert_eq!(timestamp(time), "2026-05-28T10:36:48+00:00");
        assert_eq!(
            timestamp(time.to_offset(UtcOffset::from_hms(5, 30, 0).unwrap())),
            "2026-05-28T10:36:48+00:00"
        );
    }
}
