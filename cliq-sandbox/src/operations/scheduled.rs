//! Messages that are posted later. Users only see and change their own.

use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::cursor::{listed, page};
use super::{chat, form};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{Chat, Due, Scheduled, Sender, World};

const DEFAULT_PAGE: usize = 50;
const MAX_PAGE: usize = 200;
/// In characters.
const MAX_TEXT: usize = 5000;
const STATES: [&str; 4] = ["check_in", "check_out", "user_available", "call_end"];

pub(super) fn list_all(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    list_of(world, call, None)
}

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    list_of(world, call, Some(chat))
}

fn list_of(world: &World, call: &Call<'_>, chat: Option<Chat>) -> Result<Reply, Refusal> {
    let of = world.scheduled.iter().filter(|scheduled| {
        scheduled.user == call.user && chat.is_none_or(|chat| scheduled.chat == chat)
    });
    let (of, next) = page(call, of, DEFAULT_PAGE, MAX_PAGE)?;
    let data: Vec<Value> = of
        .into_iter()
        .map(|scheduled| shown(world, scheduled))
        .collect();
    Ok(listed(world, call, "scheduledmessages", data, next))
}

#[derive(Deserialize)]
struct Send {
    status: String,
    id: Option<String>,
    apply_to: Option<String>,
}

/// Posts one or all scheduled messages of the chat now.
pub(super) fn send(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let Send {
        status,
        id,
        apply_to,
    } = call.read(&["status"], &["id", "apply_to"])?;
    expect("status", &status, &["send"])?;
    let ids = match (id, apply_to.as_deref()) {
        (Some(id), None) => {
            find(world, call, chat, &id)?;
            vec![id]
        }
        (None, Some("all")) => own(world, call, chat),
        (None, None) => return Err(Refusal::missing_param("id")),
        _ => {
            return Err(Refusal::invalid_input(
                "`id` and `apply_to` exclude each other, and `apply_to` is `all`",
            ));
        }
    };
    let sent: Vec<_> = world
        .scheduled
        .extract_if(.., |one| ids.contains(&one.id))
        .collect();
    for scheduled in sent {
        world.send_scheduled(&scheduled, call.now);
    }
    Ok(Reply::NoContent)
}

#[derive(Deserialize)]
struct Reschedule {
    status: String,
    apply_to: Option<String>,
    time: Option<i64>,
    existing_status: Option<String>,
    #[serde(flatten)]
    new: New,
}

/// The new time or state.
#[derive(Deserialize)]
struct New {
    #[serde(rename = "schedule_time")]
    time: Option<i64>,
    #[serde(rename = "schedule_timezone")]
    timezone: Option<String>,
    #[serde(rename = "schedule_status")]
    state: Option<String>,
}

impl New {
    fn due(&self, call: &Call<'_>) -> Result<Option<Due>, Refusal> {
        match (self.time, &self.state) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => Err(Refusal::invalid_input(
                "`schedule_time` and `schedule_status` exclude each other",
            )),
            (Some(millis), None) => {
                let time = time("schedule_time", millis)?;
                if time <= call.now {
                    return Err(Refusal::invalid_input("`schedule_time` is in the past"));
                }
                Ok(Some(Due::At(time)))
            }
            (None, Some(state)) => {
                expect("schedule_status", state, &STATES)?;
                Ok(Some(Due::When(state.clone())))
            }
        }
    }

    fn apply(&self, scheduled: &mut Scheduled, due: Option<&Due>) {
        if let Some(due) = due {
            scheduled.due = due.clone();
        }
        if let Some(timezone) = &self.timezone {
            scheduled.timezone.clone_from(timezone);
        }
    }
}

/// Changes all messages of the chat that are scheduled for a time, or for a state.
pub(super) fn reschedule(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let optional = [
        "apply_to",
        "time",
        "schedule_time",
        "schedule_timezone",
        "existing_status",
        "schedule_status",
    ];
    let asked: Reschedule = call.read(&["status"], &optional)?;
    expect("status", &asked.status, &["reschedule"])?;
    if let Some(apply_to) = &asked.apply_to {
        expect(
            "apply_to",
            apply_to,
            &["all_time_based", "all_status_based"],
        )?;
    }
    let due = asked
        .new
        .due(call)?
        .ok_or_else(|| Refusal::missing_param("schedule_time"))?;
    let at = asked.time.map(|millis| time("time", millis)).transpose()?;
    if asked.apply_to.is_none() && at.is_none() && asked.existing_status.is_none() {
        return Err(Refusal::missing_param("apply_to"));
    }
    let is_meant = |scheduled: &Scheduled| match (&scheduled.due, asked.apply_to.as_deref()) {
        (Due::At(time), Some("all_time_based")) => at.is_none_or(|at| at == *time),
        (Due::When(state), Some("all_status_based")) => asked
            .existing_status
            .as_ref()
            .is_none_or(|asked| asked == state),
        (Due::At(time), None) => at == Some(*time),
        (Due::When(state), None) => asked.existing_status.as_ref() == Some(state),
        _ => false,
    };
    let ids = own(world, call, chat);
    let mut changed = Vec::new();
    for scheduled in &mut world.scheduled {
        if ids.contains(&scheduled.id) && is_meant(scheduled) {
            asked.new.apply(scheduled, Some(&due));
            changed.push(scheduled.clone());
        }
    }
    let data: Vec<Value> = changed
        .iter()
        .map(|scheduled| shown(world, scheduled))
        .collect();
    Ok(Reply::Json(
        json!({ "url": call.url, "type": "scheduledmessages", "data": data }),
    ))
}

pub(super) fn delete_all(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    world
        .scheduled
        .retain(|one| one.chat != chat || one.user != call.user);
    Ok(Reply::NoContent)
}

#[derive(Deserialize)]
struct Edit {
    text: Option<String>,
    #[serde(default)]
    file_remove: bool,
    #[serde(flatten)]
    new: New,
}

pub(super) fn edit(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let index = find(world, call, chat, call.object())?;
    let optional = [
        "text",
        "schedule_time",
        "schedule_timezone",
        "schedule_status",
        "file_remove",
    ];
    let asked: Edit = call.read(&[], &optional)?;
    if asked.file_remove {
        return Err(Refusal::not_allowed("the message has no file"));
    }
    let due = asked.new.due(call)?;
    if let Some(text) = asked.text {
        if text.trim().is_empty() || text.chars().count() > MAX_TEXT {
            return Err(Refusal::invalid_input("`text` is blank or too long"));
        }
        world.scheduled[index].text = text;
    }
    asked.new.apply(&mut world.scheduled[index], due.as_ref());
    let data = shown(world, &world.scheduled[index]);
    Ok(Reply::Json(
        json!({ "url": call.url, "type": "scheduledmessages", "data": data }),
    ))
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let index = find(world, call, chat, call.object())?;
    world.scheduled.remove(index);
    Ok(Reply::NoContent)
}

fn find(world: &World, call: &Call<'_>, chat: Chat, id: &str) -> Result<usize, Refusal> {
    let is_it = |one: &Scheduled| one.id == id && one.chat == chat && one.user == call.user;
    let found = world.scheduled.iter().position(is_it);
    found.ok_or_else(|| {
        Refusal::not_found(
            "message_not_found",
            "the user has no such scheduled message in this chat",
        )
    })
}

/// Returns the ids of the user's scheduled messages in the chat.
fn own(world: &World, call: &Call<'_>, chat: Chat) -> Vec<String> {
    let own = world
        .scheduled
        .iter()
        .filter(|one| one.chat == chat && one.user == call.user);
    own.map(|one| one.id.clone()).collect()
}

fn expect(name: &str, value: &str, allowed: &[&str]) -> Result<(), Refusal> {
    if allowed.contains(&value) {
        Ok(())
    } else {
        Err(crate::call::bad_value(name))
    }
}

fn time(name: &str, millis: i64) -> Result<OffsetDateTime, Refusal> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
        .map_err(|_| crate::call::bad_value(name))
}

fn shown(world: &World, scheduled: &Scheduled) -> Value {
    let user = form::person(world, Sender::User(scheduled.user));
    let mut form = json!({
        "id": scheduled.id,
        "timezone": scheduled.timezone,
        "created_time": form::timestamp(scheduled.created),
        "message": {
            "sender": user,
            "type": "text",
            "content": { "text": scheduled.text },
            "is_pinned": false,
        },
        "creator": user,
    });
    match &scheduled.due {
        Due::At(time) => form["time"] = form::timestamp(*time).into(),
        Due::When(state) => form["schedule_status"] = state.as_str().into(),
    }
    form
}
