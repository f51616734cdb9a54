//! Members of a chat, leaving it, and its notifications.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Ids, chat, form, users};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{Chat, ConversationKey, Kind, UserKey, World};

const FIELDS: [&str; 3] = ["user_id", "email_id", "name"];
const MAX_USERS: usize = 100;

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let fields = fields(call)?;
    let members = match chat {
        Chat::Thread(thread) => &world[thread].followers[..],
        _ => world.members(chat),
    };
    let members: Vec<Value> = members
        .iter()
        .map(|&member| {
            let member = form::user(&world[member]);
            fields
                .iter()
                .map(|&field| (field.to_owned(), member[field].clone()))
                .collect()
        })
        .collect();
    Ok(Reply::Json(json!({ "members": members })))
}

/// Returns the requested fields, by default all.
fn fields<'c>(call: &'c Call<'_>) -> Result<Vec<&'c str>, Refusal> {
    let Some(asked) = call.query("fields") else {
        return Ok(FIELDS.to_vec());
    };
    let asked: Vec<&str> = asked.split(',').collect();
    match asked.iter().find(|field| !FIELDS.contains(field)) {
        Some(unknown) => Err(Refusal::invalid_input(format_args!(
            "`fields` names `{unknown}`, which is no field of a member"
        ))),
        None => Ok(asked),
    }
}

#[derive(Deserialize)]
struct Users {
    user_ids: Ids,
}

/// Adds users to a group.
pub(super) fn add(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let Users { user_ids } = call.read(&["user_ids"], &[])?;
    let group = group(world, chat)?;
    let users = users(world, &user_ids.into_texts(), MAX_USERS)?;
    // Without history, they only see later messages.
    let last = world[group].messages.last().map(|message| message.id);
    for &user in &users {
        if !world[group].history && !world[group].members.contains(&user) {
            world.view_mut(user, chat).cleared = last;
        }
        world.join_conversation(group, user);
    }
    Ok(changed(world, chat, "added_user_ids", &users))
}

pub(super) fn remove(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let ids = call
        .list("user_ids")
        .ok_or_else(|| Refusal::missing_param("user_ids"))?;
    let group = group(world, chat)?;
    let users = users(world, &ids, MAX_USERS)?;
    if !users.iter().all(|user| world[group].members.contains(user)) {
        return Err(Refusal::invalid_input(
            "`user_ids` names somebody who is not in the chat",
        ));
    }
    for &user in &users {
        world.leave_conversation(group, user);
    }
    Ok(changed(world, chat, "removed_user_ids", &users))
}

fn changed(world: &World, chat: Chat, what: &str, users: &[UserKey]) -> Reply {
    let ids: Vec<_> = users.iter().map(|&user| &world[user].id).collect();
    let data = json!({ "chat_id": world.chat_id(chat), what: ids });
    Reply::Json(json!({ "type": "chat.member", "data": data }))
}

/// Finds a group. Channels have other operations for this.
fn group(world: &World, chat: Chat) -> Result<ConversationKey, Refusal> {
    match chat {
        Chat::Conversation(key) if world[key].kind == Kind::Group => Ok(key),
        _ => Err(Refusal::not_allowed("the chat is no group")),
    }
}

pub(super) fn leave(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    match chat(world, call)? {
        Chat::Thread(thread) => {
            let thread = &mut world[thread];
            if !thread.is_follower(call.user) {
                return Err(Refusal::not_allowed(
                    "the token's user is not in the thread",
                ));
            }
            thread.unfollow(call.user);
            thread.unmute(call.user);
        }
        Chat::Channel(channel) => world.leave(channel, call.user),
        chat @ Chat::Conversation(_) => {
            let group = group(world, chat)?;
            world.leave_conversation(group, call.user);
        }
    }
    Ok(Reply::no_response())
}

pub(super) fn mute(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    match chat(world, call)? {
        Chat::Thread(thread) => world[thread].mute(call.user),
        chat => world.view_mut(call.user, chat).muted = true,
    }
    Ok(Reply::no_response())
}

pub(super) fn unmute(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    match chat(world, call)? {
        Chat::Thread(thread) => world[thread].unmute(call.user),
        chat => world.view_mut(call.user, chat).muted = false,
    }
    Ok(Reply::no_response())
}
