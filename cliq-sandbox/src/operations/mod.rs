//! What the endpoints do: one function for each operation of the server, from a request that is
//! read to a reply or a refusal.
//!
//! A function refuses before it changes anything.

mod channel;
mod cursor;
mod followers;
mod form;
mod members;
mod posting;
mod thread;

use http::Method;

use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{BotKey, ChannelKey, Chat, ThreadKey, World};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;

pub(crate) type Operation = fn(&mut World, &Call<'_>) -> Result<Reply, Refusal>;

/// What is played, by method and path. Whatever a placeholder is called, it is the same path to a
/// server.
pub(crate) static OPERATIONS: &[(Method, &str, Operation)] = &[
    (POST, "/api/v3/channels/<CHANNEL_ID>/messages", posting::create_by_channel_id),
    (POST, "/api/v3/channelsbyname/<CHANNEL_UNIQUE_NAME>/messages", posting::create_by_channel_name),
    (POST, "/api/v3/chats/<CHAT_ID>/messages", posting::post_to_chat),
    (GET, "/api/v3/threads/<THREAD_CHAT_ID>", thread::get),
    (PUT, "/api/v3/threads/<THREAD_CHAT_ID>", thread::update),
    (GET, "/api/v3/threads/<THREAD_CHAT_ID>/messages/main", thread::main_message),
    (GET, "/api/v3/threads/<THREAD_CHAT_ID>/followers", followers::list),
    (POST, "/api/v3/threads/<THREAD_CHAT_ID>/followers", followers::add),
    (DELETE, "/api/v3/threads/<THREAD_CHAT_ID>/followers", followers::remove),
    (GET, "/api/v3/threads/<THREAD_CHAT_ID>/nonfollowers", followers::list_others),
    (POST, "/api/v3/threads/<THREAD_CHAT_ID>/follow", followers::follow),
    (POST, "/api/v3/threads/<THREAD_CHAT_ID>/unfollow", followers::unfollow),
    (GET, "/api/v3/chats/<CHAT_ID>/members", members::list),
    (POST, "/api/v3/chats/<CHAT_ID>/leave", members::leave),
    (POST, "/api/v3/chats/<CHAT_ID>/mute", members::mute),
    (POST, "/api/v3/chats/<CHAT_ID>/unmute", members::unmute),
    (GET, "/api/v2/channels/<CHANNEL_ID>/threads", channel::list_threads),
    (PUT, "/api/v2/channels/<CHANNEL_ID>", channel::set_auto_follow),
];

/// The channel whose id is in the path, for those who are in it.
fn channel_by_id(world: &World, call: &Call<'_>) -> Result<ChannelKey, Refusal> {
    let channel = world
        .channel_by_id(call.subject())
        .ok_or_else(Refusal::channel_not_found)?;
    require_member(world, call, channel)?;
    Ok(channel)
}

/// The thread whose chat id is in the path, for those who are in its channel.
fn thread_by_chat_id(world: &World, call: &Call<'_>) -> Result<ThreadKey, Refusal> {
    let Some(Chat::Thread(thread)) = world.chat(call.subject()) else {
        return Err(Refusal::chat_not_found());
    };
    require_member(world, call, world[thread].channel)?;
    Ok(thread)
}

fn require_member(world: &World, call: &Call<'_>, channel: ChannelKey) -> Result<(), Refusal> {
    if world[channel].members.contains(&call.user) {
        Ok(())
    } else {
        Err(Refusal::chat_access_denied())
    }
}

/// The bot that the query names, if it names one; it has to be in the channel.
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
