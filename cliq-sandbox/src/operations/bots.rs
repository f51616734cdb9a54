//! Bots and their messages. Bot handlers don't run here.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::cursor::{listed, page};
use super::posting::{NewMessage, place, read};
use super::{Ids, channel_by_name, chat_by_id, form, require_inside, require_member, users};
use crate::call::{Call, bad_value};
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{Bot, BotKey, Chat, Sender, World};

const MAX_PAGE: usize = 100;
const MAX_USERS: usize = 100;
/// In characters.
const MAX_NAME: usize = 20;
const MAX_DESCRIPTION: usize = 300;
/// Settings besides name and description, which are stored unchanged.
const SETTINGS: [&str; 8] = [
    "execution_type",
    "execution_url",
    "scope",
    "team_ids",
    "status_messages",
    "image",
    "channel_participation",
    "calls",
];

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    require_inside(world, call)?;
    let (bots, next) = page(call, world.bot_keys(), MAX_PAGE, MAX_PAGE)?;
    let data: Vec<Value> = bots.into_iter().map(|bot| shown(world, bot)).collect();
    Ok(listed(world, call, "bot", data, next))
}

#[derive(Deserialize)]
struct Settings {
    name: Option<String>,
    description: Option<String>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl Settings {
    fn check(&self) -> Result<(), Refusal> {
        let is_bad = |text: &Option<String>, most: usize| {
            text.as_ref()
                .is_some_and(|text| text.trim().is_empty() || text.chars().count() > most)
        };
        if is_bad(&self.name, MAX_NAME) {
            return Err(Refusal::invalid_input("`name` is blank or too long"));
        }
        if is_bad(&self.description, MAX_DESCRIPTION) {
            return Err(Refusal::invalid_input("`description` is blank or too long"));
        }
        let one_of = |name: &str, allowed: &[&str]| match self.others.get(name) {
            Some(value) if !value.as_str().is_some_and(|value| allowed.contains(&value)) => {
                Err(bad_value(name))
            }
            _ => Ok(()),
        };
        one_of("execution_type", &["deluge", "webhook"])?;
        one_of("scope", &["organization", "team", "personal"])
    }
}

/// Derives the unique name from the name. The creator subscribes to the bot.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    require_inside(world, call)?;
    let settings: Settings = call.read(&["name", "description"], &SETTINGS)?;
    settings.check()?;
    let name = settings.name.unwrap_or_default();
    let letters = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>();
    let unique_name = letters.to_ascii_lowercase();
    if unique_name.is_empty() {
        return Err(bad_value("name"));
    }
    if world.bot_that_was(&unique_name).is_some() {
        return Err(Refusal::not_allowed(
            "there is a bot of this name already, or there was one",
        ));
    }
    let id = format!("b-{}", world.take_serial());
    let bot = world.add_bot(Bot {
        description: settings.description.unwrap_or_default(),
        creator: Some(call.user),
        settings: settings.others,
        subscribers: vec![call.user],
        ..Bot::new(id, unique_name, name)
    });
    Ok(answer(world, call, bot))
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let bot = find(world, call)?;
    Ok(answer(world, call, bot))
}

pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let bot = owned(world, call)?;
    let optional = [&["name", "description"][..], &SETTINGS].concat();
    let settings: Settings = call.read(&[], &optional)?;
    settings.check()?;
    let changed = &mut world[bot];
    if let Some(name) = settings.name {
        changed.name = name;
    }
    if let Some(description) = settings.description {
        changed.description = description;
    }
    changed.settings.extend(settings.others);
    Ok(answer(world, call, bot))
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let bot = owned(world, call)?;
    world.delete_bot(bot);
    Ok(Reply::no_response())
}

/// Posts into a channel or a thread, to the named users, or to all subscribers.
pub(super) fn post(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let bot = find(world, call)?;
    check_key(world, call, bot)?;
    let mut message = read(call, &["user_ids", "userids", "broadcast"])?;
    let in_body = message.take_user_ids();
    if let Some(name) = call.query("CHANNEL_UNIQUE_NAME") {
        let channel = channel_by_name(world, name)?;
        require_member(world, call, channel)?;
        return in_chat(world, call, bot, Chat::Channel(channel), message);
    }
    if let Some(id) = message.thread_chat_id.take() {
        let chat = chat_by_id(world, call, &id)?;
        return in_chat(world, call, bot, chat, message);
    }
    let named = call
        .list("user_ids")
        .or_else(|| in_body.map(Ids::into_texts));
    let recipients = match named {
        Some(_) if message.broadcast => {
            return Err(Refusal::invalid_input(
                "`user_ids` and `broadcast` exclude each other",
            ));
        }
        Some(ids) => users(world, &ids, MAX_USERS)?,
        None => world[bot].subscribers.clone(),
    };
    let sync = message.sync_message;
    let (mut ids, mut details) = (Vec::new(), Map::new());
    for user in recipients {
        let chat = Chat::Conversation(world.bot_chat(bot, user, call.now));
        let id = place(world, call, chat, Sender::Bot(bot), message.clone())?;
        let user_id = world[user].id.clone();
        let detail = json!({ "chat_id": world.chat_id(chat), "message_id": id.to_string() });
        details.insert(user_id.clone(), detail);
        ids.push(user_id);
    }
    Ok(if sync {
        Reply::Json(json!({ "user_ids": ids, "message_details": details }))
    } else {
        call.posts.reply()
    })
}

fn in_chat(
    world: &mut World,
    call: &Call<'_>,
    bot: BotKey,
    chat: Chat,
    message: NewMessage,
) -> Result<Reply, Refusal> {
    let is_in = world
        .channel_of(chat)
        .is_none_or(|channel| world[channel].bots.contains(&bot));
    if !is_in {
        return Err(Refusal::not_allowed(
            "the bot is no participant of the channel",
        ));
    }
    let sync = message.sync_message;
    let id = place(world, call, chat, Sender::Bot(bot), message)?;
    Ok(if sync {
        Reply::Json(json!({ "chat_id": world.chat_id(chat), "message_id": id.to_string() }))
    } else {
        call.posts.reply()
    })
}

#[derive(Deserialize)]
struct Association {
    channel_unique_name: Option<String>,
}

/// Adds the bot to a channel.
pub(super) fn associate(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let bot = find(world, call)?;
    check_key(world, call, bot)?;
    let Association {
        channel_unique_name,
    } = call.read(&["channel_unique_name"], &[])?;
    let name = channel_unique_name.unwrap_or_default();
    let channel = channel_by_name(world, &name)?;
    require_member(world, call, channel)?;
    let bots = &mut world[channel].bots;
    if !bots.contains(&bot) {
        bots.push(bot);
    }
    Ok(Reply::no_response())
}

pub(super) fn list_subscribers(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let bot = find(world, call)?;
    check_key(world, call, bot)?;
    let (subscribers, next) = page(call, world[bot].subscribers.clone(), MAX_PAGE, MAX_PAGE)?;
    let data: Vec<Value> = subscribers
        .iter()
        .map(|&user| form::user(&world[user]))
        .collect();
    Ok(listed(world, call, "subscriber", data, next))
}

/// Finds the bot by id, with or without `b-`, or by unique name.
fn find(world: &World, call: &Call<'_>) -> Result<BotKey, Refusal> {
    require_inside(world, call)?;
    let name = call.subject();
    let found = world
        .find_bot(name)
        .or_else(|| world.find_bot(&format!("b-{name}")));
    found.ok_or_else(|| Refusal::not_found("bot_not_found", "there is no such bot"))
}

/// Only its creator can change a bot; any user can change one of the initial world.
fn owned(world: &World, call: &Call<'_>) -> Result<BotKey, Refusal> {
    let bot = find(world, call)?;
    match world[bot].creator {
        Some(creator) if creator != call.user => {
            Err(Refusal::access_denied("the bot was made by another user"))
        }
        _ => Ok(bot),
    }
}

/// Calls as a bot of an extension need the extension's key.
fn check_key(world: &World, call: &Call<'_>, bot: BotKey) -> Result<(), Refusal> {
    match (&world[bot].app_key, call.query("extension_key")) {
        (Some(needed), Some(given)) if needed != given => Err(Refusal::access_denied(
            "`extension_key` is not that of the bot's extension",
        )),
        (Some(_), None) => Err(Refusal::missing_param("extension_key")),
        _ => Ok(()),
    }
}

fn answer(world: &World, call: &Call<'_>, bot: BotKey) -> Reply {
    Reply::Json(json!({ "url": call.url, "type": "bot", "data": shown(world, bot) }))
}

fn shown(world: &World, key: BotKey) -> Value {
    let bot = &world[key];
    let mut form = json!({
        "id": bot.id.strip_prefix("b-").unwrap_or(&bot.id),
        "unique_name": bot.unique_name,
        "name": bot.name,
        "description": bot.description,
        "scope": "organization",
        "channel_participation": ["send_message"],
        "handlers": [],
        "execution_type": "deluge",
        "status": "enabled",
        "type": "custom",
        "default": false,
        "subscriber_count": bot.subscribers.len(),
        "calls": "disabled",
    });
    if let Some(creator) = bot.creator {
        form["creator"] = form::user_person(world, creator);
    }
    for (name, value) in &bot.settings {
        form[name.as_str()] = value.clone();
    }
    form
}
