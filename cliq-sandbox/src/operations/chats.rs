//! Chats: between two users, in groups, with bots, and channels as chats.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Ids, bad, chat, chat_by_id, direct_chat, form, message, require_inside, users};
use crate::call::{Call, bad_value};
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{Chat, Content, ConversationKey, Kind, MessageId, Sender, World};

const MAX_PAGE: usize = 100;
const MAX_UPDATES: usize = 100;
const MAX_MEMBERS: usize = 50;
/// In characters.
const MAX_TITLE: usize = 255;

/// Returns the user's chats, the one with the latest message first.
pub(super) fn sorted(world: &World, call: &Call<'_>) -> Vec<Chat> {
    let mut chats = world.chats_of(call.user);
    let latest = |chat: &Chat| {
        let last = world.seen(call.user, *chat).last();
        last.map_or(0, |message| message.id.millis())
    };
    chats.sort_by_key(|chat| std::cmp::Reverse(latest(chat)));
    chats
}

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let limit = call.limit(MAX_PAGE, MAX_PAGE)?;
    let (before, after) = (
        call.millis("modified_before")?,
        call.millis("modified_after")?,
    );
    let flags = ["pinned", "muted", "closed"].map(|name| call.flag(name));
    let [pinned, muted, closed] = flags;
    let (pinned, muted, closed) = (pinned?, muted?, closed?);
    call.flag("joined")?;
    call.flag("drafts")?;
    let kind = call.query("type");
    if kind
        .is_some_and(|kind| !["guests", "threads", "channel", "bot", "dm", "muted"].contains(&kind))
    {
        return Err(bad_value("type"));
    }
    let ids = call.list("chat_ids");
    let mut chats = sorted(world, call);
    if kind == Some("threads") {
        chats = threads(world, call);
    }
    chats.retain(|&chat| {
        let view = world.view(call.user, chat);
        let is_kind = match kind {
            None | Some("threads") => true,
            Some("channel") => matches!(chat, Chat::Channel(_)),
            Some("muted") => view.muted,
            Some("bot") => is(world, chat, |kind| matches!(kind, Kind::Bot(_))),
            Some("dm") => is(world, chat, |kind| kind == Kind::Direct),
            Some(_) => false,
        };
        let last = world
            .seen(call.user, chat)
            .last()
            .map_or(0, |message| message.id.millis());
        is_kind
            && ids.as_ref().is_none_or(|ids| ids.iter().any(|id| world.chat_id(chat) == id))
            && pinned.is_none_or(|pinned| view.pinned == pinned)
            && muted.is_none_or(|muted| view.muted == muted)
            // Closed chats are only listed on request.
            && view.closed == closed.unwrap_or(false)
            && before.is_none_or(|before| last < before)
            && after.is_none_or(|after| last > after)
            && call.query("recipient").is_none_or(|id| {
                let recipients = world.members(chat).iter();
                recipients.clone().any(|&user| user != call.user && world[user].id == id)
            })
            && call
                .query("name").is_none_or(|name| world.title(chat, call.user) == name)
    });
    let chats = chats
        .into_iter()
        .take(limit)
        .map(|chat| form::chat(world, chat, call.user));
    Ok(Reply::Json(
        json!({ "chats": chats.collect::<Vec<Value>>() }),
    ))
}

fn threads(world: &World, call: &Call<'_>) -> Vec<Chat> {
    let channels = world
        .channel_keys()
        .filter(|&channel| world[channel].members.contains(&call.user));
    let threads = channels.flat_map(|channel| world.threads_of(channel));
    threads
        .filter(|&thread| world[thread].is_follower(call.user))
        .map(Chat::Thread)
        .collect()
}

fn is(world: &World, chat: Chat, is_kind: impl Fn(Kind) -> bool) -> bool {
    matches!(chat, Chat::Conversation(key) if is_kind(world[key].kind))
}

/// Lists chats in the form of v2, without channels.
pub(super) fn list_v2(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let limit = call.limit(MAX_PAGE, MAX_PAGE)?;
    let chats = sorted(world, call)
        .into_iter()
        .filter_map(|chat| match chat {
            Chat::Conversation(key) => Some((chat, key)),
            _ => None,
        });
    let chats: Vec<Value> = chats
        .take(limit)
        .map(|(chat, key)| chat_v2(world, call, chat, key))
        .collect();
    Ok(Reply::Json(json!({ "chats": chats })))
}

fn chat_v2(world: &World, call: &Call<'_>, chat: Chat, key: ConversationKey) -> Value {
    let shown = form::chat(world, chat, call.user);
    let recipients = world
        .members(chat)
        .iter()
        .filter(|&&user| user != call.user);
    let recipients: Vec<Value> = recipients
        .map(|&user| json!({ "user_id": world[user].id, "name": world[user].name }))
        .collect();
    let mut form = json!({
        "chat_id": shown["chat_id"],
        "name": shown["name"],
        "chat_type": if world[key].kind == Kind::Group { "chat" } else { "dm" },
        "creator_id": world[world[key].creator].id,
        "creation_time": shown["created_time"],
        "last_modified_time": shown["last_modified_time"],
        "participant_count": shown["participant_count"],
        "recipients_summary": recipients,
        "pinned": shown["pinned"],
        "removed": false,
    });
    if let Some(last) = world.seen(call.user, chat).last() {
        form["last_message_info"] = form::last_message(world, last);
    }
    form
}

#[derive(Deserialize)]
struct NewChat {
    chat_type: String,
    user_id: Option<String>,
    user_ids: Option<Ids>,
    title: Option<String>,
}

/// Returns a chat of two, which may exist already, or starts a group.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    require_inside(world, call)?;
    let new: NewChat = call.read(&["chat_type"], &["user_id", "user_ids", "title"])?;
    let chat = match new.chat_type.as_str() {
        "direct_message" => {
            let id = new
                .user_id
                .ok_or_else(|| Refusal::missing_param("user_id"))?;
            direct_chat(world, call, &id)?
        }
        "group_chat" => {
            let ids = new
                .user_ids
                .ok_or_else(|| Refusal::missing_param("user_ids"))?;
            let mut members = vec![call.user];
            members.extend(users(world, &ids.into_texts(), MAX_MEMBERS)?);
            members.dedup();
            let title = title(new.title)?;
            Chat::Conversation(start_group(world, call, title, members))
        }
        _ => return Err(bad_value("chat_type")),
    };
    let mut data = form::chat(world, chat, call.user);
    let view = json!({ "pinned": data["pinned"], "removed": false });
    if let Value::Object(members) = &mut data {
        members.remove("pinned");
        members.remove("removed");
        members.insert("user_membership".to_owned(), view);
    }
    Ok(Reply::Json(
        json!({ "url": call.url, "type": "chat", "data": data }),
    ))
}

/// Makes the caller the first member.
fn start_group(
    world: &mut World,
    call: &Call<'_>,
    title: Option<String>,
    members: Vec<crate::world::UserKey>,
) -> ConversationKey {
    let mut distinct = vec![call.user];
    distinct.extend(members.into_iter().filter(|&user| user != call.user));
    let title = title.unwrap_or_else(|| {
        let names: Vec<_> = distinct
            .iter()
            .map(|&user| world[user].name.as_str())
            .collect();
        names.join(", ")
    });
    world.start_conversation(Kind::Group, title, distinct, call.now)
}

fn title(title: Option<String>) -> Result<Option<String>, Refusal> {
    match title {
        Some(title) if title.trim().is_empty() || title.chars().count() > MAX_TITLE => {
            Err(Refusal::invalid_input("`title` is blank or too long"))
        }
        title => Ok(title),
    }
}

#[derive(Deserialize)]
struct Updates {
    operation: String,
    read_status: Option<String>,
    chats: Option<Vec<ReadUpTo>>,
    chat_ids: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadUpTo {
    chat_id: String,
    last_message_id: String,
}

/// Marks chats as read.
pub(super) fn update_several(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let asked: Updates = call.read(&["operation"], &["read_status", "chats", "chat_ids"])?;
    match asked.operation.as_str() {
        "read_status_update" => {
            if asked.read_status.is_some_and(|status| status != "read") {
                return Err(bad_value("read_status"));
            }
            let chats = asked.chats.ok_or_else(|| Refusal::missing_param("chats"))?;
            at_most(chats.len())?;
            let (mut success, mut failure) = (Vec::new(), Vec::new());
            for ReadUpTo {
                chat_id,
                last_message_id,
            } in chats
            {
                let found = chat_by_id(world, call, &chat_id).and_then(|chat| {
                    Ok((
                        chat,
                        message(world, chat, &last_message_id, "last_message_id")?,
                    ))
                });
                match found {
                    Ok((chat, id)) => {
                        world.view_mut(call.user, chat).read = Some(id);
                        success.push(chat_id);
                    }
                    Err(_) => failure.push(chat_id),
                }
            }
            let data = json!({ "success": success, "failure": failure });
            Ok(Reply::Json(
                json!({ "type": "chat.read_status", "data": data }),
            ))
        }
        "clear_unread" => {
            let ids = asked.chat_ids.unwrap_or_default();
            at_most(ids.len())?;
            let chats: Result<Vec<_>, _> =
                ids.iter().map(|id| chat_by_id(world, call, id)).collect();
            let chats = if ids.is_empty() {
                world.chats_of(call.user)
            } else {
                chats?
            };
            for chat in chats {
                let last = world.messages(chat).last().map(|message| message.id);
                world.view_mut(call.user, chat).read = last;
            }
            Ok(Reply::no_response())
        }
        _ => Err(bad_value("operation")),
    }
}

fn at_most(count: usize) -> Result<(), Refusal> {
    if count > MAX_UPDATES {
        return Err(Refusal::invalid_input(format_args!(
            "more than {MAX_UPDATES} chats"
        )));
    }
    Ok(())
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    Ok(Reply::Json(
        json!({ "type": "chat", "data": form::chat(world, chat, call.user) }),
    ))
}

#[derive(Deserialize)]
struct Update {
    operation: Option<String>,
    title: Option<String>,
    history_status: Option<String>,
    last_message_id: Option<String>,
    message_id: Option<String>,
}

/// Changes a chat: six documented operations share the URL.
pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let optional = [
        "operation",
        "title",
        "history_status",
        "last_message_id",
        "message_id",
    ];
    let asked: Update = call.read(&[], &optional)?;
    let group = match chat {
        Chat::Conversation(key) if world[key].kind == Kind::Group => Some(key),
        _ => None,
    };
    let need_group = || group.ok_or_else(|| bad("operation_not_allowed", "the chat is no group"));
    match asked.operation.as_deref() {
        None | Some("update_title") => {
            let new = title(asked.title)?.ok_or_else(|| Refusal::missing_param("title"))?;
            world[need_group()?].title.clone_from(&new);
            let data = json!({ "title": new, "chat_id": world.chat_id(chat) });
            return Ok(Reply::Json(json!({ "type": "chat.title", "data": data })));
        }
        Some("update_history_status") => {
            let status = asked
                .history_status
                .ok_or_else(|| Refusal::missing_param("history_status"))?;
            let history = match status.as_str() {
                "enabled" => true,
                "disabled" => false,
                _ => return Err(bad_value("history_status")),
            };
            world[need_group()?].history = history;
        }
        Some("mark_as_read") => {
            let id = match asked.last_message_id {
                Some(id) => Some(message(world, chat, &id, "last_message_id")?),
                None => world.messages(chat).last().map(|message| message.id),
            };
            world.view_mut(call.user, chat).read = id;
        }
        Some("mark_as_unread") => {
            let first = asked
                .message_id
                .ok_or_else(|| Refusal::missing_param("message_id"))?;
            let first = message(world, chat, &first, "message_id")?;
            let before = |id: &MessageId| *id != first && id.is_at_or_before(first);
            let ids = world.messages(chat).iter().map(|message| message.id);
            let read = ids.rev().find(before);
            world.view_mut(call.user, chat).read = read;
        }
        Some("clear_local_history") => {
            let last = world.messages(chat).last().map(|message| message.id);
            world.view_mut(call.user, chat).cleared = last;
        }
        Some("close_chat") => world.view_mut(call.user, chat).closed = true,
        Some(_) => return Err(bad_value("operation")),
    }
    Ok(Reply::NoContent)
}

#[derive(Deserialize)]
struct Fork {
    message_id: String,
    user_ids: Option<Ids>,
    #[serde(default)]
    include_participants: bool,
    title: String,
}

/// Starts a group with a message of this chat.
pub(super) fn fork(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let from = chat(world, call)?;
    let new: Fork = call.read(
        &["message_id", "title"],
        &["user_ids", "include_participants"],
    )?;
    let id = message(world, from, &new.message_id, "message_id")?;
    let title = title(Some(new.title))?;
    let mut members = Vec::new();
    if let Some(ids) = new.user_ids {
        members = users(world, &ids.into_texts(), MAX_MEMBERS)?;
    }
    if new.include_participants {
        let others = world
            .members(from)
            .iter()
            .filter(|user| !members.contains(user));
        let others: Vec<_> = others.copied().collect();
        members.extend(others);
    }
    let key = start_group(world, call, title, members);
    let first = world.message(from, id).map(|message| {
        let content = Content {
            text: message.text.clone(),
            reply_to: None,
            extras: message.extras.clone(),
            file: message.file.clone(),
        };
        (message.sender, content)
    });
    if let Some((sender, content)) = first {
        let sender = match sender {
            Sender::User(user) if world[key].members.contains(&user) => sender,
            _ => Sender::User(call.user),
        };
        world.post_to(Chat::Conversation(key), sender, content, call.now);
    }
    let data = form::chat(world, Chat::Conversation(key), call.user);
    Ok(Reply::Json(json!({ "type": "chat", "data": data })))
}

#[derive(Deserialize)]
struct Activity {
    action: String,
}

/// Accepts the activity; nobody sees it here.
pub(super) fn tell_activity(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    chat(world, call)?;
    let Activity { action } = call.read(&["action"], &[])?;
    if ["typing", "text_entered", "text_cleared"].contains(&action.as_str()) {
        Ok(Reply::NoContent)
    } else {
        Err(bad_value("action"))
    }
}

#[derive(Deserialize)]
struct Pin {
    category_id: Option<String>,
}

/// Pins the chat. Accepts any category, as there are none here.
pub(super) fn pin(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let Pin { category_id } = call.read(&[], &["category_id"])?;
    world.view_mut(call.user, chat).pinned = true;
    let mut data = json!({ "chat_id": world.chat_id(chat) });
    if let Some(category) = category_id {
        data["category_id"] = category.into();
    }
    Ok(Reply::Json(json!({ "type": "chat", "data": data })))
}

pub(super) fn unpin(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    world.view_mut(call.user, chat).pinned = false;
    let data = json!({ "chat_id": world.chat_id(chat) });
    Ok(Reply::Json(json!({ "type": "chat", "data": data })))
}
