//! The followers of a thread.

use cliq_api::Endpoint;
use cliq_api::threads::{AddThreadFollowersRequest, RemoveThreadFollowersRequest};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{form, thread_by_chat_id};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{ChannelKey, UserKey, World};

#[derive(Deserialize)]
struct Users {
    user_ids: Vec<String>,
}

pub(crate) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let thread = thread_by_chat_id(world, call)?;
    Ok(users(world, world[thread].followers.iter().copied()))
}

/// Lists the members of the channel who don't follow.
pub(crate) fn list_others(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let thread = &world[thread_by_chat_id(world, call)?];
    let members = world[thread.channel].members.iter().copied();
    Ok(users(
        world,
        members.filter(|&member| !thread.is_follower(member)),
    ))
}

fn users(world: &World, users: impl Iterator<Item = UserKey>) -> Reply {
    let data: Vec<Value> = users.map(|user| form::user(&world[user])).collect();
    Reply::Json(json!({ "data": data }))
}

pub(crate) fn add(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let thread = thread_by_chat_id(world, call)?;
    for user in named_members::<AddThreadFollowersRequest>(world, call, world[thread].channel)? {
        world[thread].follow(user);
    }
    Ok(Reply::NoContent)
}

pub(crate) fn remove(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let thread = thread_by_chat_id(world, call)?;
    for user in named_members::<RemoveThreadFollowersRequest>(world, call, world[thread].channel)? {
        world[thread].unfollow(user);
    }
    Ok(Reply::NoContent)
}

/// Returns the users in the body, who must all be in the channel.
fn named_members<E: Endpoint>(
    world: &World,
    call: &Call<'_>,
    channel: ChannelKey,
) -> Result<Vec<UserKey>, Refusal> {
    let Users { user_ids } = call.body::<E, _>()?;
    if user_ids.is_empty() {
        return Err(Refusal::invalid_input("`user_ids` is empty"));
    }
    let member = |id: String| {
        let user = world
            .user(&id)
            .filter(|user| world[channel].members.contains(user));
        user.ok_or_else(|| {
            Refusal::invalid_input(format_args!(
                "`user_ids` names `{id}`, who is not in the channel"
            ))
        })
    };
    user_ids.into_iter().map(member).collect()
}

pub(crate) fn follow(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let thread = thread_by_chat_id(world, call)?;
    world[thread].follow(call.user);
    Ok(Reply::NoContent)
}

pub(crate) fn unfollow(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let thread = thread_by_chat_id(world, call)?;
    world[thread].unfollow(call.user);
    Ok(Reply::NoContent)
}
