//! Reactions to messages.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{chat, message};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{Chat, MessageId, Reaction, World};

#[derive(Deserialize)]
struct Emoji {
    emoji_code: Option<String>,
}

/// Lists, per emoji, who reacted and when: `855727961:1760000000000:Ryan West`.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let (chat, id) = place(world, call)?;
    let mut data = Map::new();
    for reaction in world
        .message(chat, id)
        .into_iter()
        .flat_map(|message| &message.reactions)
    {
        let user = &world[reaction.user];
        let millis = reaction.at.unix_timestamp_nanos() / 1_000_000;
        let text = format!("{}:{millis}:{}", user.id, user.name);
        let entry = data
            .entry(reaction.emoji.clone())
            .or_insert_with(|| json!([]));
        if let Value::Array(list) = entry {
            list.push(text.into());
        }
    }
    Ok(Reply::Json(json!({ "data": data })))
}

pub(super) fn add(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let (chat, id) = place(world, call)?;
    let emoji = emoji(call)?;
    let (user, at) = (call.user, call.now);
    if let Some(message) = world.message_mut(chat, id) {
        let is_there = |reaction: &Reaction| reaction.user == user && reaction.emoji == emoji;
        if !message.reactions.iter().any(is_there) {
            message.reactions.push(Reaction { emoji, user, at });
        }
    }
    Ok(Reply::no_response())
}

/// Removes a reaction. Its code is in the query or in the body.
pub(super) fn remove(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let (chat, id) = place(world, call)?;
    let emoji = match call.query("emoji_code") {
        Some(emoji) => emoji.to_owned(),
        None => emoji(call)?,
    };
    let user = call.user;
    if let Some(message) = world.message_mut(chat, id) {
        let before = message.reactions.len();
        message
            .reactions
            .retain(|reaction| reaction.user != user || reaction.emoji != emoji);
        if message.reactions.len() == before {
            return Err(Refusal::not_allowed("the user has not given this reaction"));
        }
    }
    Ok(Reply::no_response())
}

fn place(world: &World, call: &Call<'_>) -> Result<(Chat, MessageId), Refusal> {
    let chat = chat(world, call)?;
    Ok((chat, message(world, chat, call.object(), "MESSAGE_ID")?))
}

fn emoji(call: &Call<'_>) -> Result<String, Refusal> {
    let Emoji { emoji_code } = call.read(&[], &["emoji_code"])?;
    emoji_code
        .filter(|code| !code.trim().is_empty())
        .ok_or_else(|| Refusal::missing_param("emoji_code"))
}
