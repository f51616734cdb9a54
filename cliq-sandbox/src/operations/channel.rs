//! Channels: creating, changing and archiving them, and their members.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::cursor::page;
use super::users::ORGANIZATION;
use super::{Ids, channel_by_id, form, require_inside, users};
use crate::call::{Call, bad_value};
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{Channel, ChannelKey, Chat, ReplyMode, Role, UserKey, World};

const MAX_PAGE: usize = 100;
const MAX_USERS: usize = 100;
const LEVELS: [&str; 4] = ["organization", "team", "private", "external"];

/// Lists the user's channels, and those that everybody can join.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    require_inside(world, call)?;
    let joined = call.flag("joined")?;
    let pinned = call.flag("pinned")?;
    let level = call.query("level");
    if level.is_some_and(|level| !LEVELS.contains(&level)) {
        return Err(bad_value("level"));
    }
    let status = call.query("status");
    if status.is_some_and(|status| !["created", "pending", "archived"].contains(&status)) {
        return Err(bad_value("status"));
    }
    let (ids, chat_ids) = (call.list("channel_ids"), call.list("chat_ids"));
    let is_named = |list: &Option<Vec<String>>, id: &String| {
        list.as_ref().is_none_or(|list| list.contains(id))
    };
    let channels = world.channel_keys().filter(|&key| {
        let channel = &world[key];
        let is_in = channel.members.contains(&call.user);
        let view = world.view(call.user, Chat::Channel(key));
        (is_in || is_open(channel))
            && joined.is_none_or(|joined| joined == is_in)
            && pinned.is_none_or(|pinned| pinned == view.pinned)
            && level.is_none_or(|level| level == channel.level)
            && status.is_none_or(|status| status == self::status(channel))
            && is_named(&ids, &channel.id)
            && is_named(&chat_ids, &channel.chat_id)
            && call
                .query("name")
                .is_none_or(|name| channel.name.to_lowercase().contains(&name.to_lowercase()))
            && call
                .query("created_by")
                .is_none_or(|id| channel.creator().is_some_and(|user| world[user].id == id))
    });
    let (channels, next) = page(call, channels.collect::<Vec<_>>(), MAX_PAGE, MAX_PAGE)?;
    let channels: Vec<Value> = channels
        .into_iter()
        .map(|key| shown(world, key, call.user))
        .collect();
    let mut answer = json!({ "channels": channels, "has_more": next.is_some() });
    if let Some(next) = next {
        answer["next_token"] = next.into();
    }
    Ok(Reply::Json(answer))
}

#[derive(Deserialize)]
struct NewChannel {
    name: String,
    level: String,
    description: Option<String>,
    user_ids: Option<Ids>,
    email_ids: Option<Ids>,
    config: Option<Config>,
}

#[derive(Deserialize)]
struct Config {
    reply_mode: Option<String>,
}

impl Config {
    fn reply_mode(&self) -> Result<Option<ReplyMode>, Refusal> {
        match self.reply_mode.as_deref() {
            None => Ok(None),
            Some("normal_reply") => Ok(Some(ReplyMode::Reply)),
            Some("threads") => Ok(Some(ReplyMode::Threads)),
            Some("both") => Ok(Some(ReplyMode::Both)),
            Some(_) => Err(bad_value("config.reply_mode")),
        }
    }
}

/// Derives the unique name from the name. The caller becomes the super admin.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    require_inside(world, call)?;
    let optional = [
        "description",
        "invite_only",
        "team_ids",
        "user_ids",
        "email_ids",
        "image_data",
        "config",
        "admin_permission",
        "moderator_permission",
        "member_permission",
    ];
    let new: NewChannel = call.read(&["name", "level"], &optional)?;
    if !LEVELS.contains(&new.level.as_str()) {
        return Err(bad_value("level"));
    }
    let unique_name = unique_name(&new.name);
    if unique_name.is_empty() {
        return Err(bad_value("name"));
    }
    if world.channel_by_unique_name(&unique_name).is_some() {
        return Err(Refusal::not_allowed(
            "there is a channel of this name already",
        ));
    }
    let mut members = vec![call.user];
    for ids in [new.user_ids, new.email_ids].into_iter().flatten() {
        let ids = ids.into_texts();
        if !ids.is_empty() {
            let others = users(world, &ids, MAX_USERS)?;
            members.extend(others.into_iter().filter(|&user| user != call.user));
        }
    }
    members.dedup();
    let reply_mode = new.config.map_or(Ok(None), |config| config.reply_mode())?;
    let (id, chat_id) = (
        format!("P{}", world.take_serial()),
        format!("CT_{}_1", world.take_serial()),
    );
    let mut channel = Channel::new(id, chat_id, unique_name, call.now);
    channel.name = new.name;
    channel.level = new.level;
    channel.description = new.description.unwrap_or_default();
    channel.reply_mode = reply_mode.unwrap_or_default();
    channel.creator = Some(call.user);
    channel.members = members;
    channel.set_role(call.user, Role::SuperAdmin);
    let key = world.add_channel(channel);
    Ok(Reply::Json(shown(world, key, call.user)))
}

/// Returns `releaseteam` for `#Release Team`.
fn unique_name(name: &str) -> String {
    let kept = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c));
    kept.collect::<String>().to_ascii_lowercase()
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = visible(world, call)?;
    Ok(Reply::Json(shown(world, channel, call.user)))
}

/// Finds a channel that the user is in, or can join.
fn visible(world: &World, call: &Call<'_>) -> Result<ChannelKey, Refusal> {
    let channel = world
        .channel_by_id(call.subject())
        .ok_or_else(Refusal::channel_not_found)?;
    if is_open(&world[channel]) && !world[call.user].external {
        return Ok(channel);
    }
    channel_by_id(world, call)
}

fn is_open(channel: &Channel) -> bool {
    channel.level == "organization"
}

#[derive(Deserialize)]
struct Update {
    auto_follow_threads: Option<Switch>,
    name: Option<String>,
    description: Option<String>,
    config: Option<Config>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Switch {
    Enable,
    Disable,
}

/// Changes the channel, or whether its members follow new threads: two documented operations share
/// the URL.
pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = channel_by_id(world, call)?;
    let optional = [
        "auto_follow_threads",
        "name",
        "description",
        "image_data",
        "config",
        "admin_permission",
        "moderator_permission",
        "member_permission",
    ];
    let asked: Update = call.read(&[], &optional)?;
    let is_of_channel = asked.name.is_some()
        || asked.description.is_some()
        || asked.config.is_some()
        || !asked.others.is_empty();
    match asked.auto_follow_threads {
        Some(_) if is_of_channel => {
            return Err(Refusal::invalid_input(
                "`auto_follow_threads` is changed by itself",
            ));
        }
        Some(switch) => {
            let (auto_follow, status) = match switch {
                Switch::Enable => (true, "enabled"),
                Switch::Disable => (false, "disabled"),
            };
            world[channel].auto_follow = auto_follow;
            return Ok(Reply::Json(json!({ "status": status })));
        }
        None if !is_of_channel => return Err(Refusal::missing_param("auto_follow_threads")),
        None => {}
    }
    let reply_mode = asked
        .config
        .map_or(Ok(None), |config| config.reply_mode())?;
    if asked
        .name
        .as_deref()
        .is_some_and(|name| name.trim().is_empty())
    {
        return Err(bad_value("name"));
    }
    let channel_of = &mut world[channel];
    if let Some(name) = asked.name {
        channel_of.name = name;
    }
    if let Some(description) = asked.description {
        channel_of.description = description;
    }
    if let Some(reply_mode) = reply_mode {
        channel_of.reply_mode = reply_mode;
    }
    Ok(Reply::Json(shown(world, channel, call.user)))
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = administered(world, call)?;
    world.delete_channel(channel);
    Ok(Reply::no_response())
}

/// Finds a channel that the user administers, as its creator or as an admin.
fn administered(world: &World, call: &Call<'_>) -> Result<ChannelKey, Refusal> {
    let channel = channel_by_id(world, call)?;
    if world[channel].creator() == Some(call.user) || world[channel].role(call.user).is_admin() {
        Ok(channel)
    } else {
        Err(Refusal::access_denied(
            "the token's user is no admin of the channel",
        ))
    }
}

pub(super) fn list_members(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = channel_by_id(world, call)?;
    let members = world[channel].members.iter().map(|&user| {
        let mut member = form::user(&world[user]);
        member["user_role"] = role(&world[channel], user).into();
        member
    });
    Ok(Reply::Json(
        json!({ "members": members.collect::<Vec<Value>>() }),
    ))
}

/// Returns the user's role. The creator has all rights.
fn role(channel: &Channel, user: UserKey) -> &'static str {
    if channel.creator() == Some(user) {
        Role::SuperAdmin.as_str()
    } else {
        channel.role(user).as_str()
    }
}

#[derive(Deserialize)]
struct Users {
    user_ids: Ids,
}

pub(super) fn add_members(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = channel_by_id(world, call)?;
    let Users { user_ids } = call.read(&["user_ids"], &[])?;
    for user in users(world, &user_ids.into_texts(), MAX_USERS)? {
        world.join(channel, user);
    }
    Ok(Reply::no_response())
}

pub(super) fn remove_members(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = channel_by_id(world, call)?;
    let Users { user_ids } = call.read(&["user_ids"], &["silent"])?;
    let users = users(world, &user_ids.into_texts(), MAX_USERS)?;
    if !users
        .iter()
        .all(|user| world[channel].members.contains(user))
    {
        return Err(Refusal::invalid_input(
            "`user_ids` names somebody who is not in the channel",
        ));
    }
    for user in users {
        world.leave(channel, user);
    }
    Ok(Reply::no_response())
}

#[derive(Deserialize)]
struct NewRole {
    role: Role,
}

pub(super) fn set_role(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = administered(world, call)?;
    let NewRole { role } = call.read(&["role"], &[])?;
    let user = world
        .find_user(call.object())
        .filter(|user| world[channel].members.contains(user));
    let user =
        user.ok_or_else(|| Refusal::not_found("user_not_found", "there is no such member"))?;
    world[channel].set_role(user, role);
    Ok(Reply::no_response())
}

pub(super) fn join(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = visible(world, call)?;
    world.join(channel, call.user);
    Ok(Reply::Json(shown(world, channel, call.user)))
}

pub(super) fn leave(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = channel_by_id(world, call)?;
    world.leave(channel, call.user);
    Ok(Reply::no_response())
}

pub(super) fn archive(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = administered(world, call)?;
    world[channel].is_archived = true;
    Ok(Reply::no_response())
}

pub(super) fn unarchive(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = administered(world, call)?;
    world[channel].is_archived = false;
    Ok(Reply::no_response())
}

fn status(channel: &Channel) -> &'static str {
    if channel.is_archived {
        "archived"
    } else {
        "created"
    }
}

/// Returns the channel as `viewer` sees it.
fn shown(world: &World, key: ChannelKey, viewer: UserKey) -> Value {
    let (channel, chat) = (&world[key], Chat::Channel(key));
    let is_in = channel.members.contains(&viewer);
    let last = channel.messages.last();
    let modified = last.map_or(channel.created, |last| last.id.time());
    let mut form = json!({
        "channel_id": channel.id,
        "chat_id": channel.chat_id,
        "unique_name": channel.unique_name,
        "name": channel.name,
        "description": channel.description,
        "level": channel.level,
        "status": status(channel),
        "organization_id": ORGANIZATION,
        "invite_only": !is_open(channel),
        "joined": is_in,
        "pinned": world.view(viewer, chat).pinned,
        "participant_count": channel.members.len(),
        "total_message_count": channel.messages.len().to_string(),
        "unread_message_count": world.unread(viewer, chat),
        "creation_time": form::timestamp(channel.created),
        "last_modified_time": form::timestamp(modified),
    });
    if is_in {
        form["current_user_role"] = role(channel, viewer).into();
    }
    if let Some(creator) = channel.creator() {
        form["creator_id"] = world[creator].id.as_str().into();
        form["creator_name"] = world[creator].name.as_str().into();
    }
    if let (true, Some(last)) = (is_in, last) {
        form["last_message_info"] = form::last_message(world, last);
    }
    form
}
