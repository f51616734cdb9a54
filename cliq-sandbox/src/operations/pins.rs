//! Pinned messages. v2 calls the one on top sticky.

use serde::Deserialize;
use serde_json::{Value, json};

use super::cursor::{listed, page};
use super::{chat, form, message};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{Chat, MessageId, Pin, World};

const DEFAULT_PAGE: usize = 50;
const MAX_PAGE: usize = 100;
const MAX_MESSAGES: usize = 25;

/// Milliseconds since the Unix epoch, as a number or a string; `-1` for never.
#[derive(Deserialize)]
#[serde(untagged)]
enum Time {
    Number(i64),
    Text(String),
}

impl Time {
    fn millis(&self) -> Result<i64, Refusal> {
        match self {
            Self::Number(millis) => Ok(*millis),
            Self::Text(text) => text.parse().map_err(|_| {
                Refusal::invalid_input(format_args!("`{text}` is no time in milliseconds"))
            }),
        }
    }
}

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    if call.flag("primary")? == Some(true) {
        let primary = world
            .pins
            .iter()
            .find(|pin| pin.chat == chat && pin.primary);
        return Ok(match primary {
            Some(pin) => Reply::Json(answer(world, call, pin)),
            None => Reply::NoContent,
        });
    }
    let pins = world.pins.iter().filter(|pin| pin.chat == chat);
    let (pins, next) = page(call, pins, DEFAULT_PAGE, MAX_PAGE)?;
    let data: Vec<Value> = pins
        .into_iter()
        .map(|pin| form::pinned(world, pin))
        .collect();
    Ok(listed(world, call, "pin_message", data, next))
}

#[derive(Deserialize)]
struct NewPin {
    message_id: String,
    expiry_time: Time,
    #[serde(default)]
    primary: bool,
}

/// Pins a message, on top of the others.
pub(super) fn add(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let new: NewPin = call.read(&["message_id", "expiry_time", "notify"], &["primary"])?;
    let id = message(world, chat, &new.message_id, "message_id")?;
    let pin = put(
        world,
        call,
        chat,
        id,
        new.expiry_time.millis()?,
        new.primary,
    );
    Ok(Reply::Json(answer(world, call, &pin)))
}

fn answer(world: &World, call: &Call<'_>, pin: &Pin) -> Value {
    json!({
        "url": call.url,
        "type": "pin_message",
        "data": form::pinned(world, pin),
    })
}

fn put(
    world: &mut World,
    call: &Call<'_>,
    chat: Chat,
    message: MessageId,
    expires: i64,
    primary: bool,
) -> Pin {
    let old = world.pins.iter().position(|pin| pin.message == message);
    let old = old.map(|index| world.pins.remove(index));
    if primary {
        world
            .pins
            .iter_mut()
            .filter(|pin| pin.chat == chat)
            .for_each(|pin| pin.primary = false);
    }
    let pin = Pin {
        chat,
        message,
        creator: call.user,
        created: old.map_or(call.now, |old| old.created),
        modified: call.now,
        expires,
        primary,
    };
    world.pins.insert(0, pin.clone());
    pin
}

#[derive(Deserialize)]
struct Order {
    message_id: String,
    pin_above: Option<String>,
    last_sync_time: Time,
}

/// Moves a pin above another one, or below all.
pub(super) fn reorder(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let order: Order = call.read(&["message_id", "last_sync_time"], &["pin_above"])?;
    order.last_sync_time.millis()?;
    let place = |world: &World, id: &str| {
        let id = MessageId::parse(id);
        let place = world
            .pins
            .iter()
            .position(|pin| pin.chat == chat && Some(pin.message) == id);
        place.ok_or_else(|| Refusal::not_allowed("the message is not pinned in this chat"))
    };
    let from = place(world, &order.message_id)?;
    let above = order
        .pin_above
        .as_deref()
        .map(|id| place(world, id))
        .transpose()?;
    let mut pin = world.pins.remove(from);
    pin.modified = call.now;
    let to = match above {
        Some(above) if above > from => above - 1,
        Some(above) => above,
        None => world.pins.len(),
    };
    world.pins.insert(to, pin);
    Ok(Reply::NoContent)
}

#[derive(Deserialize)]
struct Unpin {
    message_ids: Vec<String>,
}

pub(super) fn remove(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let Unpin { message_ids } = call.read(&["message_ids"], &[])?;
    if message_ids.is_empty() || message_ids.len() > MAX_MESSAGES {
        return Err(Refusal::invalid_input(format_args!(
            "`message_ids` has {} items; 1 to {MAX_MESSAGES} are allowed",
            message_ids.len()
        )));
    }
    let ids: Vec<_> = message_ids.iter().map(|id| MessageId::parse(id)).collect();
    let is_pinned = |id: &Option<MessageId>| {
        world
            .pins
            .iter()
            .any(|pin| pin.chat == chat && Some(pin.message) == *id)
    };
    if !ids.iter().all(is_pinned) {
        return Err(Refusal::not_allowed(
            "`message_ids` names a message that is not pinned in this chat",
        ));
    }
    world.pins.retain(|pin| !ids.contains(&Some(pin.message)));
    Ok(Reply::NoContent)
}

pub(super) fn get_sticky(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let pin = world
        .pins
        .iter()
        .find(|pin| pin.chat == chat && pin.primary);
    Ok(match pin {
        Some(pin) => Reply::Json(json!({ "type": "sticky_message", "data": sticky(world, pin) })),
        None => Reply::NoContent,
    })
}

#[derive(Deserialize)]
struct Sticky {
    id: String,
    expiry_time: Option<i64>,
}

pub(super) fn set_sticky(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let new: Sticky = call.read(&["id"], &["expiry_time", "notify"])?;
    let id = message(world, chat, &new.id, "id")?;
    let pin = put(world, call, chat, id, new.expiry_time.unwrap_or(-1), true);
    Ok(Reply::Json(json!({ "data": sticky(world, &pin) })))
}

pub(super) fn remove_sticky(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    world.pins.retain(|pin| pin.chat != chat || !pin.primary);
    Ok(Reply::no_response())
}

fn sticky(world: &World, pin: &Pin) -> Value {
    let millis = |time: time::OffsetDateTime| {
        i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or_default()
    };
    let mut form = json!({
        "chat_id": world.chat_id(pin.chat),
        "expiry_time": pin.expires,
        "creator": form::user_person(world, pin.creator),
        "created_time": millis(pin.created),
        "last_modified_time": millis(pin.modified),
    });
    if let Some(message) = world.message(pin.chat, pin.message) {
        let time = message.id.millis().to_string();
        form["message"] = json!({
            "msg": message.text,
            "sender": world.sender_id(message.sender),
            "dname": world.sender_name(message.sender),
            "msguid": message.id.to_string(),
            "time": time,
            "lmsgtime": time,
        });
    }
    form
}
