//! The forms in which answers show users, messages and threads.

use serde_json::{Value, json};
use time::{OffsetDateTime, UtcOffset};

use crate::world::{Message, Thread, ThreadKey, User, UserKey, World};

pub(super) fn user(user: &User) -> Value {
    json!({ "user_id": user.id, "email_id": user.email, "name": user.name })
}

/// As `viewer` sees it.
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
    // What there is not has no member: the document knows no `null`.
    if let Some(main) = world.main_message(key) {
        form["parent_message_sender"] = world.sender_id(main.sender).into();
    }
    if let Some(last) = thread.messages.last() {
        form["last_message_information"] = last_message(world, last);
    }
    form
}

fn last_message(world: &World, message: &Message) -> Value {
    json!({
        "sender_id": world.sender_id(message.sender),
        "sender_name": world.sender_name(message.sender),
        "message_type": "text",
        "time": timestamp(message.id.time()),
        "text": message.text,
    })
}

/// The message that a thread was started from.
pub(super) fn main_message(world: &World, thread: &Thread, message: &Message) -> Value {
    json!({
        "parent_resource_id": world[thread.channel].unique_name,
        "id": message.id.to_string(),
        "sender": { "id": world.sender_id(message.sender), "name": world.sender_name(message.sender) },
        "time": timestamp(message.id.time()),
        "type": "text",
        "content": { "text": message.text },
        "mentions": mentions(world, thread, &message.text),
        "is_pinned": false,
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

/// The members of the channel whose names stand in the text behind an `@`.
fn mentions(world: &World, thread: &Thread, text: &str) -> Vec<Value> {
    let members = world[thread.channel]
        .members
        .iter()
        .map(|&member| &world[member]);
    members
        .filter_map(|member| {
            let name = format!("@{}", member.name);
            text.contains(&name)
                .then(|| json!({ "name": name, "id": member.id, "type": "user" }))
        })
        .collect()
}

/// RFC 3339 to the second, with the offset in digits as the published examples have it.
fn timestamp(time: OffsetDateTime) -> String {
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
