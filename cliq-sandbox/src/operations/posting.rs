//! Starting threads, and posting in them.

use cliq_api::threads::{
    CreateThreadByChannelIdRequest, CreateThreadByChannelNameRequest, CreateThreadByChatIdRequest,
    SendThreadMessageRequest,
};
use serde::Deserialize;
use serde_json::json;

use super::{bot, channel_by_id, require_member};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{ChannelKey, Chat, Message, MessageId, Sender, ThreadKey, ThreadState, World};

/// In characters: which unit the published limit is in, it doesn't say.
const MAX_TEXT: usize = 5000;
/// In characters, of a title that is taken from a message.
const MAX_DERIVED_TITLE: usize = 100;

#[derive(Deserialize)]
struct NewThread {
    thread_message_id: String,
    thread_title: Option<String>,
    #[serde(flatten)]
    message: NewMessage,
}

#[derive(Deserialize)]
struct NewMessage {
    text: String,
    reply_to: Option<String>,
    #[serde(default)]
    post_in_parent: bool,
    #[serde(default)]
    sync_message: bool,
}

pub(crate) fn create_by_channel_id(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = channel_by_id(world, call)?;
    start_thread(
        world,
        call,
        channel,
        call.body::<CreateThreadByChannelIdRequest, _>()?,
    )
}

pub(crate) fn create_by_channel_name(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = world
        .channel_by_unique_name(call.subject())
        .ok_or_else(Refusal::channel_not_found)?;
    require_member(world, call, channel)?;
    start_thread(
        world,
        call,
        channel,
        call.body::<CreateThreadByChannelNameRequest, _>()?,
    )
}

/// Starts a thread where the chat id is a channel's, and posts a message where it is a thread's.
pub(crate) fn post_to_chat(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    match world
        .chat(call.subject())
        .ok_or_else(Refusal::chat_not_found)?
    {
        Chat::Channel(channel) => {
            require_member(world, call, channel)?;
            start_thread(
                world,
                call,
                channel,
                call.body::<CreateThreadByChatIdRequest, _>()?,
            )
        }
        Chat::Thread(thread) => {
            let channel = world[thread].channel;
            require_member(world, call, channel)?;
            let message: NewMessage = call.body::<SendThreadMessageRequest, _>()?;
            let sender = sender(world, call, channel)?;
            let reply_to = check(world, &message, world[thread].main_message, Some(thread))?;
            Ok(post(world, call, thread, sender, message, reply_to))
        }
    }
}

/// A message has one thread at most: where it has one already, the new message goes there, and the
/// title stays as it is.
fn start_thread(
    world: &mut World,
    call: &Call<'_>,
    channel: ChannelKey,
    new: NewThread,
) -> Result<Reply, Refusal> {
    let sender = sender(world, call, channel)?;
    if !world[channel].reply_mode.allows_threads() {
        return Err(Refusal::not_allowed(
            "the reply mode of the channel does not allow threads",
        ));
    }
    let main = MessageId::parse(&new.thread_message_id)
        .and_then(|id| world.message(Chat::Channel(channel), id));
    let main = main.ok_or_else(|| Refusal::message_not_found("thread_message_id"))?;
    let (id, existing) = (main.id, world.thread_from(main.id));
    let reply_to = check(world, &new.message, id, existing)?;
    let title = new
        .thread_title
        .filter(|title| !title.trim().is_empty())
        .unwrap_or_else(|| derived_title(main));
    let thread = existing.unwrap_or_else(|| world.start_thread(channel, id, title));
    Ok(post(world, call, thread, sender, new.message, reply_to))
}

fn derived_title(main: &Message) -> String {
    main.text
        .trim()
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(MAX_DERIVED_TITLE)
        .collect()
}

/// As whom a message is posted: the user, or a bot.
fn sender(world: &World, call: &Call<'_>, channel: ChannelKey) -> Result<Sender, Refusal> {
    Ok(bot(world, call, channel)?.map_or(Sender::User(call.user), Sender::Bot))
}

/// Whether the message can be posted in the thread, which may not be there yet, of the main
/// message; and what it answers.
fn check(
    world: &World,
    message: &NewMessage,
    main: MessageId,
    thread: Option<ThreadKey>,
) -> Result<Option<MessageId>, Refusal> {
    if message.text.trim().is_empty() {
        return Err(Refusal::invalid_input("`text` is blank"));
    }
    if message.text.chars().count() > MAX_TEXT {
        return Err(Refusal::invalid_input(format_args!(
            "`text` is longer than {MAX_TEXT} characters"
        )));
    }
    if thread.is_some_and(|thread| world[thread].state == ThreadState::Closed) {
        return Err(Refusal::not_allowed("the thread is closed"));
    }
    let Some(reply_to) = &message.reply_to else {
        return Ok(None);
    };
    let is_here = |&id: &MessageId| {
        id == main || thread.is_some_and(|thread| world.message(Chat::Thread(thread), id).is_some())
    };
    let answered = MessageId::parse(reply_to).filter(is_here);
    answered
        .map(Some)
        .ok_or_else(|| Refusal::message_not_found("reply_to"))
}

fn post(
    world: &mut World,
    call: &Call<'_>,
    thread: ThreadKey,
    sender: Sender,
    message: NewMessage,
    reply_to: Option<MessageId>,
) -> Reply {
    if message.post_in_parent {
        let channel = world[thread].channel;
        world.post(channel, sender, message.text.clone(), call.now);
    }
    let id = world.post_in_thread(thread, sender, message.text, reply_to, call.now);
    if message.sync_message {
        Reply::Json(json!({ "message_id": id.to_string() }))
    } else {
        call.posts.reply()
    }
}
