//! Reminders.

use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::cursor::page;
use super::{chat, form};
use crate::call::{Call, bad_value};
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{Reminder, UserKey, World};

const MAX_PAGE: usize = 200;
/// The maximum number of reminders in one call.
const MAX_EDITS: usize = 25;

/// Lists the chat's reminders that the user has created, or is reminded by.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    if call.query("limit").is_none() {
        return Err(Refusal::missing_param("limit"));
    }
    let of = world
        .reminders
        .iter()
        .filter(|reminder| reminder.chat == chat && concerns(reminder, call.user));
    let (of, next) = page(call, of, MAX_PAGE, MAX_PAGE)?;
    let list: Vec<Value> = of
        .into_iter()
        .map(|reminder| shown(world, reminder))
        .collect();
    let mut answer = json!({ "category": "chat", "time": form::timestamp(call.now), "list": list });
    if let Some(next) = next {
        answer["next_token"] = next.into();
    }
    Ok(Reply::Json(answer))
}

#[derive(Deserialize)]
struct Update {
    status: String,
    apply_to: String,
}

/// Completes the reminder for the user; for all, if the user has created it for others.
pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let index = find(world, call, call.subject())?;
    let Update { status, apply_to } = call.read(&["status", "apply_to"], &[])?;
    if status != "completed" {
        return Err(bad_value("status"));
    }
    if apply_to != "all_occurrences" {
        return Err(bad_value("apply_to"));
    }
    let users = &mut world.reminders[index].users;
    let is_reminded = users.iter().any(|(user, _)| *user == call.user);
    for (user, is_done) in users {
        if *user == call.user || !is_reminded {
            *is_done = true;
        }
    }
    Ok(Reply::NoContent)
}

/// Notifies the others.
pub(super) fn notify(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let reminder = &world.reminders[find(world, call, call.subject())?];
    if reminder.users.iter().all(|(user, _)| *user == call.user) {
        return Err(Refusal::not_allowed("the reminder is the user's own"));
    }
    Ok(Reply::Json(json!({ "data": users(world, reminder) })))
}

#[derive(Deserialize)]
struct Edits {
    reminders: Vec<Edit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    reminder_id: String,
    time: i64,
}

/// Changes the times of reminders, and reports the result of each.
pub(super) fn edit_several(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let Edits { reminders } = call.read(&["reminders"], &[])?;
    if reminders.is_empty() || reminders.len() > MAX_EDITS {
        return Err(Refusal::invalid_input(format_args!(
            "`reminders` has {} items; 1 to {MAX_EDITS} are allowed",
            reminders.len()
        )));
    }
    let count = reminders.len();
    let (mut data, mut failed) = (Vec::new(), 0);
    for Edit { reminder_id, time } in reminders {
        let edited = find(world, call, &reminder_id).and_then(|index| {
            let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(time) * 1_000_000);
            let time = time
                .ok()
                .filter(|&time| time > call.now)
                .ok_or_else(|| bad_value("time"))?;
            world.reminders[index].time = time;
            Ok(index)
        });
        data.push(match edited {
            Ok(index) => json!({
                "status": "success",
                "reminder_id": reminder_id,
                "data": shown(world, &world.reminders[index]),
            }),
            Err(refused) => {
                failed += 1;
                json!({ "status": "failure", "reminder_id": reminder_id, "error": refused.to_json() })
            }
        });
    }
    let status = match failed {
        0 => "success",
        failed if failed == count => "failure",
        _ => "partial",
    };
    Ok(Reply::Json(json!({ "status": status, "data": data })))
}

fn concerns(reminder: &Reminder, user: UserKey) -> bool {
    reminder.creator == user || reminder.users.iter().any(|(of, _)| *of == user)
}

fn find(world: &World, call: &Call<'_>, id: &str) -> Result<usize, Refusal> {
    let is_it = |reminder: &Reminder| reminder.id == id && concerns(reminder, call.user);
    let found = world.reminders.iter().position(is_it);
    found.ok_or_else(|| Refusal::not_found("reminder_not_found", "the user has no such reminder"))
}

fn users(world: &World, reminder: &Reminder) -> Vec<Value> {
    let user = |&(user, is_done): &(UserKey, bool)| {
        let mut form = form::user_person(world, user);
        form["completed"] = is_done.into();
        form["deleted"] = false.into();
        form
    };
    reminder.users.iter().map(user).collect()
}

fn shown(world: &World, reminder: &Reminder) -> Value {
    let mut form = json!({
        "id": reminder.id,
        "time": form::timestamp(reminder.time),
        "timezone": reminder.timezone,
        "content": reminder.content,
        "completed": reminder.users.iter().all(|(_, is_done)| *is_done),
        "creation_time": form::timestamp(reminder.created),
        "creator": form::user_person(world, reminder.creator),
        "users": users(world, reminder),
    });
    if let Some(message) = reminder
        .message
        .and_then(|id| world.message(reminder.chat, id))
    {
        form["message"] = json!({
            "msgid": message.id.to_string(),
            "msg": message.text,
            "chat_id": world.chat_id(reminder.chat),
            "sender_id": world.sender_id(message.sender),
            "dname": world.sender_name(message.sender),
        });
    }
    form
}
