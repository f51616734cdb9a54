//! Files: uploading them into chats, and downloading them.

use bytes::Bytes;
use serde_json::Value;

use super::{bot, channel_by_name, chat, direct_chat, require_inside, require_member, users};
use crate::call::Call;
use crate::kit::ReceivedPart;
use crate::kit::parts;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{ChannelKey, Chat, Content, File, Sender, World};

const MAX_FILES: usize = 10;
const MAX_USERS: usize = 100;
/// Text parts that an upload can have.
const TEXTS: [&str; 7] = [
    "comments",
    "bot_unique_name",
    "mark_as_read",
    "bot_name",
    "bot_image",
    "user_id",
    "user_ids",
];

pub(super) fn by_channel_name(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = channel_by_name(world, call.subject())?;
    require_member(world, call, channel)?;
    upload(world, call, Chat::Channel(channel))
}

pub(super) fn to_chat(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    upload(world, call, chat)
}

pub(super) fn to_buddy(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let upload = Upload::read(call)?;
    let chat = direct_chat(world, call, call.subject())?;
    upload.post(world, call, chat, Sender::User(call.user));
    Ok(Reply::no_response())
}

/// Posts to the named users, or to all subscribers.
pub(super) fn by_bot(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    require_inside(world, call)?;
    let bot = world.bot(call.subject());
    let bot = bot.ok_or_else(|| Refusal::not_found("bot_not_found", "there is no such bot"))?;
    let upload = Upload::read(call)?;
    let ids = upload.text("user_id").or_else(|| upload.text("user_ids"));
    let recipients = match ids {
        Some(ids) => {
            let ids: Vec<_> = ids.split(',').map(|id| id.trim().to_owned()).collect();
            users(world, &ids, MAX_USERS)?
        }
        None => world[bot].subscribers.clone(),
    };
    for user in recipients {
        let chat = Chat::Conversation(world.bot_chat(bot, user, call.now));
        upload.post(world, call, chat, Sender::Bot(bot));
    }
    Ok(Reply::no_response())
}

fn upload(world: &mut World, call: &Call<'_>, chat: Chat) -> Result<Reply, Refusal> {
    let upload = Upload::read(call)?;
    if world
        .channel_of(chat)
        .is_some_and(|channel| world[channel].is_archived)
    {
        return Err(Refusal::not_allowed("the channel is archived"));
    }
    let sender = match (upload.text("bot_unique_name"), world.channel_of(chat)) {
        (None, Some(channel)) => bot(world, call, channel)?,
        (None, None) => None,
        (Some(name), channel) => {
            let found = world.bot(name);
            let is_in =
                |channel: ChannelKey| found.is_some_and(|bot| world[channel].bots.contains(&bot));
            if !channel.is_some_and(is_in) {
                return Err(Refusal::not_allowed(
                    "`bot_unique_name` names no participant of the chat",
                ));
            }
            found
        }
    };
    let sender = sender.map_or(Sender::User(call.user), Sender::Bot);
    upload.post(world, call, chat, sender);
    Ok(Reply::no_response())
}

/// A multipart body with files.
struct Upload {
    files: Vec<ReceivedPart>,
    texts: Vec<ReceivedPart>,
}

impl Upload {
    fn read(call: &Call<'_>) -> Result<Self, Refusal> {
        let content_type = call.content_type.unwrap_or_default();
        let Some(parts) = parts(content_type, &Bytes::copy_from_slice(call.body)) else {
            return Err(Refusal::invalid_input(
                "the body is no `multipart/form-data`",
            ));
        };
        let (files, texts): (Vec<_>, Vec<_>) =
            parts.into_iter().partition(|part| part.name == "files");
        if let Some(extra) = texts
            .iter()
            .find(|part| !TEXTS.contains(&part.name.as_str()))
        {
            return Err(Refusal::extra_key(&extra.name));
        }
        if files.is_empty() {
            return Err(Refusal::missing_param("files"));
        }
        if files.len() > MAX_FILES {
            return Err(Refusal::invalid_input(format_args!(
                "more than {MAX_FILES} files"
            )));
        }
        Ok(Self { files, texts })
    }

    fn text(&self, name: &str) -> Option<&str> {
        let mut texts = self.texts.iter().filter(|part| part.name == name);
        texts.find_map(ReceivedPart::text)
    }

    /// Returns a comment per file: from several parts, or from a JSON list.
    fn comments(&self) -> Vec<String> {
        let comments = self.texts.iter().filter(|part| part.name == "comments");
        comments
            .filter_map(ReceivedPart::text)
            .flat_map(|text| match serde_json::from_str(text) {
                Ok(Value::Array(list)) => list
                    .into_iter()
                    .map(|item| {
                        item.as_str()
                            .map_or_else(|| item.to_string(), str::to_owned)
                    })
                    .collect(),
                _ => vec![text.to_owned()],
            })
            .collect()
    }

    /// Posts one message per file.
    fn post(&self, world: &mut World, call: &Call<'_>, chat: Chat, sender: Sender) {
        let mut comments = self.comments().into_iter();
        for part in &self.files {
            let file = world.add_file(File {
                name: part.file_name.clone().unwrap_or_else(|| "file".to_owned()),
                content_type: part
                    .content_type
                    .clone()
                    .unwrap_or_else(|| "application/octet-stream".to_owned()),
                bytes: part.content.clone(),
            });
            let content = Content {
                file: Some(file),
                ..Content::text(comments.next().unwrap_or_default())
            };
            world.post_to(chat, sender, content, call.now);
        }
    }
}

/// Sends a file to users who are in a chat where it was posted.
pub(super) fn download(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = call.subject();
    let file = world.file(id);
    let file = file.ok_or_else(|| Refusal::not_found("file_not_found", "there is no such file"))?;
    let may_see = |chat: &Chat| world.members(*chat).contains(&call.user);
    if !world.chats_with_file(id).iter().any(may_see) {
        return Err(Refusal::access_denied(
            "the token's user is in no chat with the file",
        ));
    }
    Ok(Reply::File(file.clone()))
}
