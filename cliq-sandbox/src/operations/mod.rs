//! What the endpoints do: one function for each operation of the server, from a request that is
//! read to a reply or a refusal.
//!
//! A function refuses before it changes anything.

pub(crate) mod channel;
mod cursor;
pub(crate) mod followers;
mod form;
pub(crate) mod members;
pub(crate) mod posting;
pub(crate) mod thread;

use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{BotKey, ChannelKey, Chat, ThreadKey, World};

pub(crate) type Operation = fn(&mut World, &Call<'_>) -> Result<Reply, Refusal>;

/// The channel whose id is in the path, for those who are in it.
fn channel_by_id(world: &World, call: &Call<'_>) -> Result<ChannelKey, Refusal> {
    let channel = world
        .channel_by_id(&call.subject)
        .ok_or_else(Refusal::channel_not_found)?;
    require_member(world, call, channel)?;
    Ok(channel)
}

/// The thread whose chat id is in the path, for those who are in its channel.
fn thread_by_chat_id(world: &World, call: &Call<'_>) -> Result<ThreadKey, Refusal> {
    let Some(Chat::Thread(thread)) = world.chat(&call.subject) else {
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
