//! Starred messages.

use serde::Deserialize;
use serde_json::{Value, json};

use super::cursor::page;
use super::{chat_by_id, form, message};
use crate::call::{Call, bad_value};
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{Chat, MessageId, Star, World};

const KINDS: [&str; 5] = ["important", "to_do", "note", "manager", "follow_up"];
const DEFAULT_PAGE: usize = 50;
const MAX_PAGE: usize = 100;

/// Lists stars, newest first.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = match call.query("chat_id") {
        None => None,
        Some(id) => Some(chat_by_id(world, call, id)?),
    };
    let kind = call.query("star_type").filter(|kind| *kind != "all");
    let (from, to) = (call.millis("from_time")?, call.millis("to_time")?);
    if kind.is_some_and(|kind| !KINDS.contains(&kind)) {
        return Err(bad_value("star_type"));
    }
    let stars = world.stars.iter().rev().filter(|star| {
        star.user == call.user
            && chat.is_none_or(|chat| star.chat == chat)
            && kind.is_none_or(|kind| star.kind == kind)
            && from.is_none_or(|from| star.message.millis() >= from)
            && to.is_none_or(|to| star.message.millis() <= to)
            && world.members(star.chat).contains(&call.user)
    });
    let (stars, next) = page(call, stars, DEFAULT_PAGE, MAX_PAGE)?;
    let stars: Vec<Value> = stars.into_iter().map(|star| starred(world, star)).collect();
    let mut answer = json!({ "star_messages": stars });
    if let Some(next) = next {
        answer["next_token"] = next.into();
    }
    Ok(Reply::Json(answer))
}

#[derive(Deserialize)]
struct NewStar {
    chat_id: String,
    message_id: String,
    star_type: String,
}

/// Stars a message. A user has one star per message: another kind replaces it.
pub(super) fn add(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let new: NewStar = call.read(&["chat_id", "message_id", "star_type"], &[])?;
    let chat = chat_by_id(world, call, &new.chat_id)?;
    let id = message(world, chat, &new.message_id, "message_id")?;
    if !KINDS.contains(&new.star_type.as_str()) {
        return Err(bad_value("star_type"));
    }
    let is_same = |star: &Star| star.user == call.user && star.message == id;
    let old = world
        .stars
        .iter()
        .position(is_same)
        .map(|index| world.stars.remove(index));
    let star = Star {
        user: call.user,
        chat,
        message: id,
        kind: new.star_type,
        at: call.now,
    };
    let mut answer = starred(world, &star);
    if let Some(old) = old {
        answer["star_information"]["old_star_type"] = old.kind.into();
    }
    world.stars.push(star);
    Ok(Reply::Json(answer))
}

pub(super) fn remove(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = MessageId::parse(call.subject());
    let is_it = |star: &Star| star.user == call.user && Some(star.message) == id;
    if !world.stars.iter().any(is_it) {
        return Err(Refusal::message_not_found("MESSAGE_ID"));
    }
    world.stars.retain(|star| !is_it(star));
    Ok(Reply::NoContent)
}

fn starred(world: &World, star: &Star) -> Value {
    let Some(message) = world.message(star.chat, star.message) else {
        return Value::Null;
    };
    let mut form = form::message(world, star.chat, message);
    form["star_information"] = json!({
        "star_type": star.kind,
        "starred_message_time": form::timestamp(star.at),
    });
    form["chat_information"] = json!({
        "chat_id": world.chat_id(star.chat),
        "chat_type": match star.chat {
            Chat::Channel(_) => "channel",
            Chat::Thread(_) => "thread",
            Chat::Conversation(_) => "chat",
        },
        "title": world.title(star.chat, star.user),
        "joined": true,
    });
    form
}
