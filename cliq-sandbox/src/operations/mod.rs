//! The operations of the server, one function each: from a parsed request to a reply or a refusal.
//!
//! A function refuses before it changes anything.

mod bots;
mod channel;
mod chats;
mod cursor;
mod files;
mod followers;
mod form;
mod members;
mod messages;
mod pins;
mod posting;
mod reactions;
mod reminders;
mod scheduled;
mod search;
mod stars;
mod thread;
mod threads;
mod users;

use http::{Method, StatusCode};
use serde::Deserialize;

use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{BotKey, ChannelKey, Chat, MessageId, ThreadKey, UserKey, World};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

pub(crate) type Operation = fn(&mut World, &Call<'_>) -> Result<Reply, Refusal>;

/// The simulated operations, by method and path. The names of placeholders don't matter.
#[rustfmt::skip]
pub(crate) static OPERATIONS: &[(Method, &str, Operation)] = &[
    // Messages.
    (POST, "/api/v3/channels/<CHANNEL_ID>/messages", posting::by_channel_id),
    (POST, "/api/v3/channelsbyname/<CHANNEL_UNIQUE_NAME>/messages", posting::by_channel_name),
    (POST, "/api/v3/channels/<CHANNEL_UNIQUE_NAME>/message", posting::by_channel_name),
    (POST, "/api/v3/chats/<CHAT_ID>/messages", posting::to_chat),
    (POST, "/api/v2/channelsbyname/<CHANNEL_UNIQUE_NAME>/message", posting::by_channel_name),
    (POST, "/api/v2/chats/<CHAT_ID>/message", posting::to_chat),
    (POST, "/api/v2/buddies/<EMAIL_ID>/message", posting::to_buddy),
    (GET, "/api/v2/chats/<CHAT_ID>/messages", messages::list),
    (GET, "/api/v2/chats/<CHAT_ID>/messages/<MESSAGE_ID>/messages", messages::get),
    (PUT, "/api/v2/chats/<CHAT_ID>/messages/<MESSAGE_ID>", messages::edit),
    (DELETE, "/api/v2/chats/<CHAT_ID>/messages/<MESSAGE_ID>", messages::delete),
    (DELETE, "/api/v3/chats/<CHAT_ID>/messagess", messages::delete_several),
    (POST, "/api/v3/messages", messages::forward),
    (GET, "/api/v3/messages/search", search::messages),
    (GET, "/api/v2/chats/<CHAT_ID>/messages/<MESSAGE_ID>/reactions", reactions::list),
    (POST, "/api/v2/chats/<CHAT_ID>/messages/<MESSAGE_ID>/reactions", reactions::add),
    (DELETE, "/api/v2/chats/<CHAT_ID>/messages/<MESSAGE_ID>/reactions", reactions::remove),
    (GET, "/api/v3/chats/<CHAT_ID>/pin-messages", pins::list),
    (POST, "/api/v3/chats/<CHAT_ID>/pin-messages", pins::add),
    (PUT, "/api/v3/chats/<CHAT_ID>/pin-messages", pins::reorder),
    (DELETE, "/api/v3/chats/<CHAT_ID>/pin-messages", pins::remove),
    (GET, "/api/v3/stars", stars::list),
    (POST, "/api/v3/stars", stars::add),
    (DELETE, "/api/v3/stars/<MESSAGE_ID>", stars::remove),
    (GET, "/api/v3/scheduledmessages", scheduled::list_all),
    (GET, "/api/v3/chats/<CHAT_ID>/scheduledmessages", scheduled::list),
    (POST, "/api/v3/chats/<CHAT_ID>/scheduledmessages", scheduled::send),
    (PUT, "/api/v3/chats/<CHAT_ID>/scheduledmessages", scheduled::reschedule),
    (DELETE, "/api/v3/chats/<CHAT_ID>/scheduledmessages", scheduled::delete_all),
    (PUT, "/api/v3/chats/<CHAT_ID>/scheduledmessages/<SCHEDULED_MESSAGE_ID>", scheduled::edit),
    (DELETE, "/api/v3/chats/<CHAT_ID>/scheduledmessages/<SCHEDULED_MESSAGE_ID>", scheduled::delete),
    // Files.
    (GET, "/api/v2/files/<FILE_ID>", files::download),
    (POST, "/api/v2/channelsbyname/<CHANNEL_UNIQUE_NAME>/files", files::by_channel_name),
    (POST, "/api/v2/chats/<CHAT_ID>/files", files::to_chat),
    (POST, "/api/v2/buddies/<EMAIL_ID>/files", files::to_buddy),
    (POST, "/api/v2/bots/<BOT_UNIQUE_NAME>/files", files::by_bot),
    // Threads.
    (GET, "/api/v3/threads/<THREAD_CHAT_ID>", thread::get),
    (PUT, "/api/v3/threads/<THREAD_CHAT_ID>", thread::update),
    (GET, "/api/v3/threads/<THREAD_CHAT_ID>/messages/main", thread::main_message),
    (GET, "/api/v3/threads/<THREAD_CHAT_ID>/followers", followers::list),
    (POST, "/api/v3/threads/<THREAD_CHAT_ID>/followers", followers::add),
    (DELETE, "/api/v3/threads/<THREAD_CHAT_ID>/followers", followers::remove),
    (GET, "/api/v3/threads/<THREAD_CHAT_ID>/nonfollowers", followers::list_others),
    (POST, "/api/v3/threads/<THREAD_CHAT_ID>/follow", followers::follow),
    (POST, "/api/v3/threads/<THREAD_CHAT_ID>/unfollow", followers::unfollow),
    (GET, "/api/v2/channels/<CHANNEL_ID>/threads", threads::list),
    // Chats.
    (GET, "/api/v3/chats", chats::list),
    (GET, "/api/v2/chats", chats::list_v2),
    (POST, "/api/v3/chats", chats::create),
    (PUT, "/api/v3/chats", chats::update_several),
    (GET, "/api/v3/chats/search", search::chats),
    (GET, "/api/v3/chats/<CHAT_ID>", chats::get),
    (PUT, "/api/v3/chats/<CHAT_ID>", chats::update),
    (POST, "/api/v3/chats/<CHAT_ID>/forks", chats::fork),
    (POST, "/api/v3/chats/<CHAT_ID>/activities", chats::tell_activity),
    (POST, "/api/v3/chats/<CHAT_ID>/pins", chats::pin),
    (DELETE, "/api/v3/chats/<CHAT_ID>/pins", chats::unpin),
    (GET, "/api/v3/chats/<CHAT_ID>/members", members::list),
    (POST, "/api/v3/chats/<CHAT_ID>/members", members::add),
    (DELETE, "/api/v3/chats/<CHAT_ID>/members", members::remove),
    (POST, "/api/v3/chats/<CHAT_ID>/leave", members::leave),
    (POST, "/api/v3/chats/<CHAT_ID>/mute", members::mute),
    (POST, "/api/v3/chats/<CHAT_ID>/unmute", members::unmute),
    (GET, "/api/v2/chats/<CHAT_ID>/members", members::list),
    (POST, "/api/v2/chats/<CHAT_ID>/leave", members::leave),
    (POST, "/api/v2/chats/<CHAT_ID>/mute", members::mute),
    (POST, "/api/v2/chats/<CHAT_ID>/unmute", members::unmute),
    (GET, "/api/v2/chats/<CHAT_ID>/stickymessage", pins::get_sticky),
    (POST, "/api/v2/chats/<CHAT_ID>/stickymessage", pins::set_sticky),
    (DELETE, "/api/v2/chats/<CHAT_ID>/stickymessage", pins::remove_sticky),
    // Channels.
    (GET, "/api/v2/channels", channel::list),
    (POST, "/api/v2/channels", channel::create),
    (GET, "/api/v2/channels/<CHANNEL_ID>", channel::get),
    (PUT, "/api/v2/channels/<CHANNEL_ID>", channel::update),
    (DELETE, "/api/v2/channels/<CHANNEL_ID>", channel::delete),
    (GET, "/api/v2/channels/<CHANNEL_ID>/members", channel::list_members),
    (POST, "/api/v2/channels/<CHANNEL_ID>/members", channel::add_members),
    (DELETE, "/api/v2/channels/<CHANNEL_ID>/members", channel::remove_members),
    (PUT, "/api/v2/channels/<CHANNEL_ID>/members/<USER_ID>/members", channel::set_role),
    (POST, "/api/v2/channels/<CHANNEL_ID>/join", channel::join),
    (POST, "/api/v2/channels/<CHANNEL_ID>/leave", channel::leave),
    (POST, "/api/v2/channels/<CHANNEL_ID>/archive", channel::archive),
    (POST, "/api/v2/channels/<CHANNEL_ID>/unarchive", channel::unarchive),
    // Users and reminders.
    (GET, "/api/v2/users", users::list),
    (GET, "/api/v2/users/<USER_ID>", users::get),
    (GET, "/api/v3/chats/<CHAT_ID>/reminders", reminders::list),
    (PUT, "/api/v3/reminders/<REMINDER_ID>", reminders::update),
    (POST, "/api/v3/reminders/<REMINDER_ID>/notifications", reminders::notify),
    (PUT, "/api/v3/reminders/edits", reminders::edit_several),
    // Bots.
    (GET, "/api/v3/bots", bots::list),
    (POST, "/api/v3/bots", bots::create),
    (GET, "/api/v3/bots/<BOT_ID>", bots::get),
    (PATCH, "/api/v3/bots/<BOT_ID>", bots::update),
    (DELETE, "/api/v3/bots/<BOT_ID>", bots::delete),
    (POST, "/api/v3/bots/<BOT_UNIQUE_NAME>/messages", bots::post),
    (POST, "/api/v2/bots/<BOT_UNIQUE_NAME>/message", bots::post),
    (POST, "/api/v3/bots/<BOT_UNIQUE_NAME>/associate", bots::associate),
    (POST, "/api/v2/bots/<BOT_UNIQUE_NAME>/associate", bots::associate),
    (GET, "/api/v3/bots/<BOT_ID_OR_UNIQUE_NAME>/subscribers", bots::list_subscribers),
];

/// Finds the channel whose id is in the path, for its members.
fn channel_by_id(world: &World, call: &Call<'_>) -> Result<ChannelKey, Refusal> {
    let channel = world
        .channel_by_id(call.subject())
        .ok_or_else(Refusal::channel_not_found)?;
    require_member(world, call, channel)?;
    Ok(channel)
}

fn channel_by_name(world: &World, name: &str) -> Result<ChannelKey, Refusal> {
    world
        .channel_by_unique_name(name)
        .ok_or_else(Refusal::channel_not_found)
}

/// Finds the thread whose chat id is in the path, for members of its channel.
fn thread_by_chat_id(world: &World, call: &Call<'_>) -> Result<ThreadKey, Refusal> {
    let Some(Chat::Thread(thread)) = world.chat(call.subject()) else {
        return Err(Refusal::chat_not_found());
    };
    require_member(world, call, world[thread].channel)?;
    Ok(thread)
}

/// Finds the chat whose id is in the path, for its members.
fn chat(world: &World, call: &Call<'_>) -> Result<Chat, Refusal> {
    chat_by_id(world, call, call.subject())
}

fn chat_by_id(world: &World, call: &Call<'_>, id: &str) -> Result<Chat, Refusal> {
    let chat = world.chat(id).ok_or_else(Refusal::chat_not_found)?;
    if world.members(chat).contains(&call.user) {
        Ok(chat)
    } else {
        Err(Refusal::chat_access_denied())
    }
}

/// Finds a message of the chat. `key` is the name of the parameter that has its id.
fn message(world: &World, chat: Chat, id: &str, key: &str) -> Result<MessageId, Refusal> {
    MessageId::parse(id)
        .filter(|&id| world.message(chat, id).is_some())
        .ok_or_else(|| Refusal::message_not_found(key))
}

/// Returns the caller's chat with the user of this id or e-mail address. Creates it if needed.
fn direct_chat(world: &mut World, call: &Call<'_>, name: &str) -> Result<Chat, Refusal> {
    require_inside(world, call)?;
    let other = world.find_user(name).filter(|&user| !world[user].external);
    let other =
        other.ok_or_else(|| Refusal::not_found("user_not_found", "there is no such user"))?;
    Ok(Chat::Conversation(
        world.direct_chat(call.user, other, call.now),
    ))
}

/// Rejects users of another organization.
fn require_inside(world: &World, call: &Call<'_>) -> Result<(), Refusal> {
    if world[call.user].external {
        Err(Refusal::access_denied(
            "the token's user is of another organization",
        ))
    } else {
        Ok(())
    }
}

fn require_member(world: &World, call: &Call<'_>, channel: ChannelKey) -> Result<(), Refusal> {
    if world[channel].members.contains(&call.user) {
        Ok(())
    } else {
        Err(Refusal::chat_access_denied())
    }
}

/// Returns the bot in the query, if any. It must be in the channel.
fn bot(world: &World, call: &Call<'_>, channel: ChannelKey) -> Result<Option<BotKey>, Refusal> {
    let Some(unique_name) = call.query("bot_unique_name") else {
        return Ok(None);
    };
    match world.bot(unique_name) {
        Some(bot) if world[channel].bots.contains(&bot) => Ok(Some(bot)),
        _ => Err(Refusal::not_allowed(
            "`bot_unique_name` names no participant of the channel",
        )),
    }
}

/// Ids as they are sent: a list or joined with commas, strings or numbers.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Ids {
    One(Id),
    Many(Vec<Id>),
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(u64),
}

impl Ids {
    fn into_texts(self) -> Vec<String> {
        let text = |id| match id {
            Id::Text(text) => text,
            Id::Number(number) => number.to_string(),
        };
        match self {
            Self::One(id) => text(id)
                .split(',')
                .map(|id| id.trim().to_owned())
                .filter(|id| !id.is_empty())
                .collect(),
            Self::Many(ids) => ids.into_iter().map(text).collect(),
        }
    }
}

/// Returns the users with these ids or e-mail addresses: at least one, at most `most`, all of this
/// organization.
fn users(world: &World, ids: &[String], most: usize) -> Result<Vec<UserKey>, Refusal> {
    if ids.is_empty() || ids.len() > most {
        return Err(Refusal::invalid_input(format_args!(
            "`user_ids` has {} items; 1 to {most} are allowed",
            ids.len()
        )));
    }
    let mut users = Vec::new();
    for id in ids {
        let user = world.find_user(id).filter(|&user| !world[user].external);
        let user = user.ok_or_else(|| {
            Refusal::invalid_input(format_args!(
                "`user_ids` names `{id}`, and there is no such user"
            ))
        })?;
        if !users.contains(&user) {
            users.push(user);
        }
    }
    Ok(users)
}

/// A code that the documents have for status 400.
fn bad(code: &'static str, reason: impl std::fmt::Display) -> Refusal {
    Refusal::coded(StatusCode::BAD_REQUEST, code, reason)
}
