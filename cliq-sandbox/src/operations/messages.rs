//! Existing messages: reading, editing, deleting and forwarding them.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Ids, bad, chat, chat_by_id, form, message};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{Chat, Content, Kind, MessageId, Sender, UserKey, World};

const MAX_PAGE: usize = 100;
/// The maximum number of messages in one call.
const MAX_MESSAGES: usize = 25;
/// In characters.
const MAX_TEXT: usize = 5000;

/// Lists the latest messages of the requested period, oldest first.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let limit = call.limit(MAX_PAGE, MAX_PAGE)?;
    let (from, to) = (call.millis("fromtime")?, call.millis("totime")?);
    let is_asked =
        |millis: u64| from.is_none_or(|from| millis >= from) && to.is_none_or(|to| millis <= to);
    let seen = world.seen(call.user, chat);
    let mut data: Vec<Value> = seen
        .iter()
        .rev()
        .filter(|message| is_asked(message.id.millis()))
        .take(limit)
        .map(|message| form::message_v2(world, message))
        .collect();
    data.reverse();
    Ok(Reply::Json(json!({ "data": data })))
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let id = message(world, chat, call.object(), "MESSAGE_ID")?;
    let found = world
        .message(chat, id)
        .map(|found| form::message_v2(world, found));
    Ok(Reply::Json(found.unwrap_or_default()))
}

#[derive(Deserialize)]
struct Edit {
    text: String,
}

/// Edits a message of the user.
pub(super) fn edit(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let id = message(world, chat, call.object(), "MESSAGE_ID")?;
    let Edit { text } = call.read(&["text"], &["notify_edit"])?;
    if text.trim().is_empty() || text.chars().count() > MAX_TEXT {
        return Err(Refusal::invalid_input("`text` is blank or too long"));
    }
    let user = call.user;
    match world.message_mut(chat, id) {
        Some(message) if message.sender == Sender::User(user) => {
            message.text = text;
            message.edited = true;
            Ok(Reply::no_response())
        }
        _ => Err(Refusal::access_denied("the message is another user's")),
    }
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let id = message(world, chat, call.object(), "MESSAGE_ID")?;
    may_delete(world, call.user, chat, id)?;
    world.delete_message(chat, id);
    Ok(Reply::no_response())
}

/// Rejects the deletion of a message unless the user has posted it or is an admin of its channel,
/// and of a message with a thread.
fn may_delete(world: &World, user: UserKey, chat: Chat, id: MessageId) -> Result<(), Refusal> {
    let sender = world.message(chat, id).map(|message| message.sender);
    let is_admin = world.channel_of(chat).is_some_and(|channel| {
        let channel = &world[channel];
        channel.creator() == Some(user) || channel.role(user).is_admin()
    });
    if sender != Some(Sender::User(user)) && !is_admin {
        return Err(Refusal::access_denied("the message is another user's"));
    }
    if world.thread_from(id).is_some() {
        return Err(Refusal::not_allowed("a thread hangs on the message"));
    }
    Ok(())
}

/// Deletes messages, and reports the result of each.
pub(super) fn delete_several(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    let ids = call
        .list("message_ids")
        .ok_or_else(|| Refusal::missing_param("message_ids"))?;
    if ids.len() > MAX_MESSAGES {
        return Err(bad(
            "message_delete_limit_exceeded",
            format_args!("`message_ids` has more than {MAX_MESSAGES} items"),
        ));
    }
    if ids.is_empty() {
        return Err(bad("invalid_parameters", "`message_ids` is empty"));
    }
    let reasons = ["irrelevant_information", "obscene_content", "others"];
    if call
        .query("reason")
        .is_some_and(|reason| !reasons.contains(&reason))
    {
        return Err(bad(
            "invalid_delete_reason",
            "`reason` has a value that it can't have",
        ));
    }
    let data: Vec<Value> = ids
        .into_iter()
        .map(|text| {
            let deleted = message(world, chat, &text, "message_ids").and_then(|id| {
                may_delete(world, call.user, chat, id)?;
                world.delete_message(chat, id);
                Ok(())
            });
            match deleted {
                Ok(()) => json!({ "id": text, "status": "success" }),
                Err(refused) => {
                    json!({ "id": text, "status": "failed", "error": refused.to_json() })
                }
            }
        })
        .collect();
    Ok(Reply::Json(
        json!({ "type": "message.delete_result", "data": data }),
    ))
}

#[derive(Deserialize)]
struct Forward {
    source: Source,
    recipients: Recipients,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    chat_id: String,
    message_ids: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipients {
    chat_ids: Option<Ids>,
    user_ids: Option<Ids>,
    #[serde(default)]
    forward_as_group: bool,
    #[serde(default)]
    show_original_sender: bool,
    title: Option<String>,
}

/// Posts the messages again, as the caller, in other chats.
pub(super) fn forward(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let Forward { source, recipients } = call.read(&["source", "recipients"], &[])?;
    let from = chat_by_id(world, call, &source.chat_id)?;
    if source.message_ids.is_empty() || source.message_ids.len() > MAX_MESSAGES {
        return Err(Refusal::invalid_input(format_args!(
            "`message_ids` has {} items; 1 to {MAX_MESSAGES} are allowed",
            source.message_ids.len()
        )));
    }
    let mut contents = Vec::new();
    for id in &source.message_ids {
        let id = message(world, from, id, "message_ids")?;
        let found = world.message(from, id).expect("it was found");
        let mut text = found.text.clone();
        if recipients.show_original_sender {
            text = format!("{}: {text}", world.sender_name(found.sender));
        }
        contents.push(Content {
            text,
            reply_to: None,
            extras: found.extras.clone(),
            file: found.file.clone(),
        });
    }
    let chat_ids = recipients.chat_ids.map(Ids::into_texts).unwrap_or_default();
    let user_ids = recipients.user_ids.map(Ids::into_texts).unwrap_or_default();
    if chat_ids.is_empty() && user_ids.is_empty() {
        return Err(Refusal::missing_param("recipients.chat_ids"));
    }
    let (mut chats, mut failures) = (Vec::new(), Vec::new());
    let failed = |id: &str, refused: &Refusal| json!({ "id": id, "status": "failed", "error": refused.to_json() });
    for id in &chat_ids {
        match chat_by_id(world, call, id) {
            Ok(chat) => chats.push((id.clone(), chat)),
            Err(refused) => failures.push(failed(id, &refused)),
        }
    }
    let chat_ids: Vec<_> = chats.iter().map(|(id, _)| id.clone()).collect();
    let mut chats: Vec<_> = chats.into_iter().map(|(_, chat)| chat).collect();
    let mut users = Vec::new();
    for id in &user_ids {
        match world.find_user(id).filter(|&user| !world[user].external) {
            Some(user) => users.push((id.clone(), user)),
            None => failures.push(failed(
                id,
                &Refusal::coded(StatusCode::NOT_FOUND, "user_not_found", ""),
            )),
        }
    }
    if recipients.forward_as_group && !users.is_empty() {
        let others = users
            .iter()
            .map(|(_, user)| *user)
            .filter(|&user| user != call.user);
        let members = [call.user].into_iter().chain(others).collect();
        let title = recipients.title.unwrap_or_else(|| "Forwarded".to_owned());
        chats.push(Chat::Conversation(world.start_conversation(
            Kind::Group,
            title,
            members,
            call.now,
        )));
    } else {
        for &(_, user) in &users {
            chats.push(Chat::Conversation(
                world.direct_chat(call.user, user, call.now),
            ));
        }
    }
    for chat in chats {
        for content in &contents {
            world.post_to(chat, Sender::User(call.user), content.clone(), call.now);
        }
    }
    let user_ids: Vec<_> = users.into_iter().map(|(id, _)| id).collect();
    Ok(Reply::Json(json!({ "data": {
        "source_chat_id": source.chat_id,
        "forwarded": { "chat_ids": chat_ids, "user_ids": user_ids },
        "failures": failures,
    } })))
}
