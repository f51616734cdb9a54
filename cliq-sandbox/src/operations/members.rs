//! A thread as a chat: who is in it, leaving it, and its notifications.

use serde_json::{Value, json};

use super::{form, thread_by_chat_id};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::World;

const FIELDS: [&str; 3] = ["user_id", "email_id", "name"];

pub(crate) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let thread = thread_by_chat_id(world, call)?;
    let fields = fields(call)?;
    let members: Vec<Value> = world[thread]
        .followers
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

/// Those that the query asks for, else all.
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

pub(crate) fn leave(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let thread = thread_by_chat_id(world, call)?;
    let thread = &mut world[thread];
    if !thread.is_follower(call.user) {
        return Err(Refusal::not_allowed(
            "the token's user is not in the thread",
        ));
    }
    thread.unfollow(call.user);
    thread.unmute(call.user);
    Ok(Reply::no_response())
}

pub(crate) fn mute(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let thread = thread_by_chat_id(world, call)?;
    world[thread].mute(call.user);
    Ok(Reply::no_response())
}

pub(crate) fn unmute(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let thread = thread_by_chat_id(world, call)?;
    world[thread].unmute(call.user);
    Ok(Reply::no_response())
}
