//! A single thread: reading, closing and reopening it.

use cliq_api::threads::UpdateThreadRequest;
use serde::Deserialize;
use serde_json::json;

use super::{bot, form, require_member, thread_by_chat_id};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{BotKey, ChannelKey, Chat, ThreadState, World};

#[derive(Deserialize)]
struct Update {
    action: Action,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Close,
    Reopen,
    Follow,
    Unfollow,
}

pub(crate) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    if !is_thread_chat_id(call.subject()) {
        return Err(Refusal::invalid_thread_chat_id());
    }
    if world[call.user].external {
        return Err(Refusal::external());
    }
    // The document has no 404 for this operation.
    let Some(Chat::Thread(thread)) = world.chat(call.subject()) else {
        return Err(Refusal::thread_not_found());
    };
    require_member(world, call, world[thread].channel)?;
    let mut data = form::thread(world, thread, call.user);
    // Users who aren't in the channel were rejected above.
    data["parent_participant"] = true.into();
    Ok(Reply::Json(
        json!({ "url": call.url, "type": "chat_thread", "data": data }),
    ))
}

/// Returns whether the text is a chat id, `-T-` and digits.
fn is_thread_chat_id(text: &str) -> bool {
    text.rsplit_once("-T-").is_some_and(|(parent, digits)| {
        !parent.is_empty() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let thread = thread_by_chat_id(world, call)?;
    let bot = acting_bot(world, call, world[thread].channel)?;
    let Update { action } = call.body::<UpdateThreadRequest, _>()?;
    if bot.is_some() && matches!(action, Action::Follow | Action::Unfollow) {
        return Err(Refusal::not_allowed("a bot can't follow a thread"));
    }
    let thread = &mut world[thread];
    match action {
        Action::Close => thread.state = ThreadState::Closed,
        Action::Reopen => thread.state = ThreadState::Open,
        Action::Follow => thread.follow(call.user),
        Action::Unfollow => thread.unfollow(call.user),
    }
    Ok(Reply::NoContent)
}

/// As [`bot`], and requires an extension's key for its bot.
fn acting_bot(
    world: &World,
    call: &Call<'_>,
    channel: ChannelKey,
) -> Result<Option<BotKey>, Refusal> {
    let key = call.query("appkey");
    let bot = bot(world, call, channel)?;
    match (bot.map(|bot| world[bot].app_key.as_deref()), key) {
        (None, Some(_)) => Err(Refusal::invalid_input(
            "`appkey` goes only together with `bot_unique_name`",
        )),
        (Some(Some(_)), None) => Err(Refusal::missing_param("appkey")),
        (Some(Some(needed)), Some(given)) if needed != given => Err(Refusal::access_denied(
            "`appkey` is not that of the bot's extension",
        )),
        _ => Ok(bot),
    }
}

pub(crate) fn main_message(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let thread = thread_by_chat_id(world, call)?;
    let message = world
        .main_message(thread)
        .ok_or_else(|| Refusal::message_not_found("THREAD_CHAT_ID"))?;
    Ok(Reply::Json(form::main_message(
        world,
        &world[thread],
        message,
    )))
}
