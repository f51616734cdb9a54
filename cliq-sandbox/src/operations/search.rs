//! Searching for chats and messages.

use serde_json::{Value, json};

use super::{chat_by_id, form, require_inside};
use crate::call::{Call, bad_value};
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{Chat, Message, Sender, World};

const MAX_CHATS: usize = 500;
const MAX_MESSAGES: usize = 50;

/// Searches titles. Returns the chat with the latest message first.
pub(super) fn chats(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let limit = call.limit(MAX_CHATS, MAX_CHATS)?;
    if call
        .query("sort_by")
        .is_some_and(|order| !["usage", "recent"].contains(&order))
    {
        return Err(bad_value("sort_by"));
    }
    let kinds = call.list("chat_type");
    let mut chats = super::chats::sorted(world, call);
    chats.retain(|&chat| {
        let form = || form::chat(world, chat, call.user);
        call.query("title")
            .is_none_or(|title| contains(&world.title(chat, call.user), title))
            && kinds.as_ref().is_none_or(|kinds| {
                kinds
                    .iter()
                    .any(|kind| form()["chat_type"] == kind.as_str())
            })
            && call.query("recipient").is_none_or(|name| {
                let members = world.members(chat).iter();
                members
                    .clone()
                    .any(|&user| contains(&world[user].name, name) || world[user].id == name)
            })
            && call.query("parent_chat_id").is_none()
    });
    let found: Vec<Value> = chats
        .into_iter()
        .take(limit)
        .map(|chat| form::chat(world, chat, call.user))
        .collect();
    Ok(Reply::Json(json!({ "chats": found })))
}

/// Searches all chats of the user, newest first. Filters that have no meaning here, such as teams,
/// exclude nothing.
pub(super) fn messages(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    require_inside(world, call)?;
    let limit = call.limit(MAX_MESSAGES, MAX_MESSAGES)?;
    let before = call.millis("next_token")?;
    let (from, to) = (call.millis("from_time")?, call.millis("to_time")?);
    let has_mentions = call.flag("has_mentions")?;
    let is_pinned = call.flag("is_pinned")?;
    let with_bots = call.flag("include_bot_messages")?.unwrap_or(true);
    let chats = match call.list("chat_ids") {
        None => world.chats_of(call.user),
        Some(ids) => {
            let chats: Result<Vec<Chat>, Refusal> =
                ids.iter().map(|id| chat_by_id(world, call, id)).collect();
            chats?
        }
    };
    let senders = call.list("from_user_ids");
    let mentioned = call.list("mentioned_user_ids");
    let is_asked = |chat: Chat, message: &Message| {
        let form = form::message(world, chat, message);
        let mentions = form["mentions"].as_array().cloned().unwrap_or_default();
        let file = message.file.as_deref().and_then(|id| world.file(id));
        call.query("query")
            .is_none_or(|words| contains(&message.text, words))
            && before.is_none_or(|before| message.id.millis() < before)
            && from.is_none_or(|from| message.id.millis() >= from)
            && to.is_none_or(|to| message.id.millis() <= to)
            && senders
                .as_ref()
                .is_none_or(|ids| ids.iter().any(|id| world.sender_id(message.sender) == id))
            && mentioned.as_ref().is_none_or(|ids| {
                mentions
                    .iter()
                    .any(|mention| ids.iter().any(|id| mention["id"] == id.as_str()))
            })
            && has_mentions.is_none_or(|has| has != mentions.is_empty())
            && is_pinned.is_none_or(|pinned| form["is_pinned"] == pinned)
            && (with_bots || matches!(message.sender, Sender::User(_)))
            && call
                .query("message_type")
                .is_none_or(|kind| form["type"] == kind)
            && call
                .query("file_name")
                .is_none_or(|name| file.is_some_and(|file| contains(&file.name, name)))
    };
    let mut found: Vec<(Chat, &Message)> = chats
        .iter()
        .flat_map(|&chat| {
            world
                .seen(call.user, chat)
                .iter()
                .map(move |message| (chat, message))
        })
        .filter(|(chat, message)| is_asked(*chat, message))
        .collect();
    found.sort_by_key(|(_, message)| std::cmp::Reverse(message.id.millis()));
    let has_more = found.len() > limit;
    found.truncate(limit);
    let shown: Vec<Value> = found
        .iter()
        .map(|&(chat, message)| {
            json!({
                "message_id": message.id.to_string(),
                "time": form::timestamp(message.id.time()),
                "sender": world.sender_id(message.sender),
                "chat_id": world.chat_id(chat),
                "chat_title": world.title(chat, call.user),
                "type": form::kind(message),
                "content": form::content(world, message),
            })
        })
        .collect();
    let mut answer = json!({ "messages": shown });
    if let (true, Some((_, last))) = (has_more, found.last()) {
        answer["next_token"] = last.id.millis().into();
    }
    if let Some(words) = call.query("query") {
        answer["matched_search_value"] = words.into();
    }
    Ok(Reply::Json(answer))
}

/// Ignores case.
fn contains(text: &str, words: &str) -> bool {
    text.to_lowercase().contains(&words.to_lowercase())
}
