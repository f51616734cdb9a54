//! Posting messages: into channels, threads and other chats, as a user or as a bot.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::{Ids, bot, channel_by_id, channel_by_name, chat, direct_chat, require_member};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{
    ChannelKey, Chat, Content, ConversationKey, Kind, Message, MessageId, Sender, ThreadKey,
    ThreadState, World,
};

/// In characters. The unit of the published limit isn't documented.
const MAX_TEXT: usize = 5000;
/// In characters, for a title that is derived from a message.
const MAX_DERIVED_TITLE: usize = 100;
const MAX_BUTTONS: usize = 5;
const MAX_SLIDES: usize = 20;

/// Further content of a message, which is stored unchanged.
const EXTRAS: [&str; 7] = [
    "card",
    "slides",
    "buttons",
    "bot",
    "styles",
    "references",
    "confirm",
];
/// The other members of a post.
const MEMBERS: [&str; 10] = [
    "text",
    "reply_to",
    "sync_message",
    "mark_as_read",
    "notify_edit",
    "message_topic",
    "thread_message_id",
    "thread_chat_id",
    "thread_title",
    "post_in_parent",
];

#[derive(Clone, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a member of the documented body"
)]
pub(super) struct NewMessage {
    #[serde(default, deserialize_with = "given")]
    text: Option<String>,
    reply_to: Option<String>,
    #[serde(default)]
    pub(super) sync_message: bool,
    #[serde(default)]
    mark_as_read: bool,
    thread_message_id: Option<String>,
    pub(super) thread_chat_id: Option<String>,
    thread_title: Option<String>,
    message_topic: Option<String>,
    #[serde(default)]
    post_in_parent: bool,
    card: Option<Map<String, Value>>,
    slides: Option<Vec<Value>>,
    buttons: Option<Vec<Value>>,
    bot: Option<Value>,
    styles: Option<Value>,
    references: Option<Value>,
    confirm: Option<Value>,
    /// The users that a bot's message is for; v2 has another name for this.
    #[serde(alias = "userids")]
    user_ids: Option<Ids>,
    #[serde(default)]
    pub(super) broadcast: bool,
}

/// Rejects `null`, which is no text.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

/// A valid message to post.
struct Post {
    /// Without `reply_to`, which isn't resolved yet.
    content: Content,
    reply_to: Option<String>,
    title: Option<String>,
    in_parent: bool,
    mark_as_read: bool,
}

pub(super) fn by_channel_id(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = channel_by_id(world, call)?;
    post_by_user(world, call, Chat::Channel(channel))
}

pub(super) fn by_channel_name(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = channel_by_name(world, call.subject())?;
    require_member(world, call, channel)?;
    post_by_user(world, call, Chat::Channel(channel))
}

/// Posts a message in the chat, or starts a thread on one of a channel's messages.
pub(super) fn to_chat(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let chat = chat(world, call)?;
    post_by_user(world, call, chat)
}

/// Posts into the user's chat with another user.
pub(super) fn to_buddy(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let message = read(call, &[])?;
    let chat = direct_chat(world, call, call.subject())?;
    post(world, call, chat, Sender::User(call.user), message)
}

fn post_by_user(world: &mut World, call: &Call<'_>, chat: Chat) -> Result<Reply, Refusal> {
    let message = read(call, &[])?;
    // Posts in threads have no such member.
    if let (Chat::Thread(_), Some(_)) = (chat, &message.thread_message_id) {
        return Err(Refusal::extra_key("thread_message_id"));
    }
    let sender = sender(world, call, chat)?;
    post(world, call, chat, sender, message)
}

/// Reads a post, with the common members and `others`.
pub(super) fn read(call: &Call<'_>, others: &[&str]) -> Result<NewMessage, Refusal> {
    let known = [&EXTRAS[..], &MEMBERS, others].concat();
    call.read(&[], &known)
}

/// Returns the sender: the user, or a bot.
fn sender(world: &World, call: &Call<'_>, chat: Chat) -> Result<Sender, Refusal> {
    let bot = match (world.channel_of(chat), call.query("bot_unique_name")) {
        (Some(channel), _) => bot(world, call, channel)?,
        (None, None) => None,
        (None, Some(name)) => {
            let bot = world.bot(name);
            let is_in = |conversation: ConversationKey| {
                bot.is_some_and(|bot| world[conversation].kind == Kind::Bot(bot))
            };
            match chat {
                Chat::Conversation(conversation) if is_in(conversation) => bot,
                _ => {
                    return Err(Refusal::not_allowed(
                        "`bot_unique_name` names no participant of the chat",
                    ));
                }
            }
        }
    };
    Ok(bot.map_or(Sender::User(call.user), Sender::Bot))
}

pub(super) fn post(
    world: &mut World,
    call: &Call<'_>,
    chat: Chat,
    sender: Sender,
    message: NewMessage,
) -> Result<Reply, Refusal> {
    let sync = message.sync_message;
    let id = place(world, call, chat, sender, message)?;
    if sync {
        Ok(Reply::Json(json!({ "message_id": id.to_string() })))
    } else {
        Ok(call.posts.reply())
    }
}

/// Posts the message in its chat or thread, after all checks.
pub(super) fn place(
    world: &mut World,
    call: &Call<'_>,
    chat: Chat,
    sender: Sender,
    message: NewMessage,
) -> Result<MessageId, Refusal> {
    if world
        .channel_of(chat)
        .is_some_and(|channel| world[channel].is_archived)
    {
        return Err(Refusal::not_allowed("the channel is archived"));
    }
    match (chat, message.thread_message_id.is_some()) {
        (Chat::Channel(channel), true) => start_thread(world, call, channel, sender, message),
        (Chat::Thread(thread), false) => {
            let post = message.check()?;
            require_open(world, Some(thread))?;
            let main = world[thread].main_message;
            let reply_to = answered(world, &post, Chat::Thread(thread), Some(main))?;
            Ok(in_thread(world, call, thread, sender, post, reply_to))
        }
        (_, true) => Err(Refusal::not_allowed("threads are started in channels")),
        (chat, false) => {
            let post = message.check()?;
            let reply_to = answered(world, &post, chat, None)?;
            let allows = |channel: ChannelKey| world[channel].reply_mode.allows_replies();
            if reply_to.is_some() && !world.channel_of(chat).is_none_or(allows) {
                return Err(Refusal::not_allowed(
                    "the reply mode of the channel allows answers in threads only",
                ));
            }
            let content = Content {
                reply_to,
                ..post.content
            };
            let id = world.post_to(chat, sender, content, call.now);
            if post.mark_as_read {
                world.view_mut(call.user, chat).read = Some(id);
            }
            Ok(id)
        }
    }
}

impl NewMessage {
    pub(super) fn take_user_ids(&mut self) -> Option<Ids> {
        self.user_ids.take()
    }

    /// Checks everything that doesn't depend on the world.
    fn check(self) -> Result<Post, Refusal> {
        let has_more = self.card.is_some() || self.slides.is_some() || self.references.is_some();
        let text = match self.text {
            None if has_more => String::new(),
            None => return Err(Refusal::missing_param("text")),
            Some(text) if text.trim().is_empty() => {
                return Err(Refusal::invalid_input("`text` is blank"));
            }
            Some(text) => text,
        };
        if text.chars().count() > MAX_TEXT {
            return Err(Refusal::invalid_input(format_args!(
                "`text` is longer than {MAX_TEXT} characters"
            )));
        }
        let many = |name: &str, list: &Option<Vec<Value>>, most: usize| match list {
            Some(list) if list.len() > most => Err(Refusal::invalid_input(format_args!(
                "`{name}` has more than {most} items"
            ))),
            _ => Ok(()),
        };
        many("buttons", &self.buttons, MAX_BUTTONS)?;
        many("slides", &self.slides, MAX_SLIDES)?;
        let extras = [
            self.card.map(Value::Object),
            self.slides.map(Value::Array),
            self.buttons.map(Value::Array),
            self.bot,
            self.styles,
            self.references,
            self.confirm,
        ];
        let extras = EXTRAS.into_iter().zip(extras);
        let extras = extras.filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Ok(Post {
            content: Content {
                text,
                reply_to: None,
                extras: extras.collect(),
                file: None,
            },
            reply_to: self.reply_to,
            title: self.thread_title.or(self.message_topic),
            in_parent: self.post_in_parent,
            mark_as_read: self.mark_as_read,
        })
    }
}

/// Starts a thread on a message. If the message has a thread already, the new message goes there,
/// and the title remains.
fn start_thread(
    world: &mut World,
    call: &Call<'_>,
    channel: ChannelKey,
    sender: Sender,
    message: NewMessage,
) -> Result<MessageId, Refusal> {
    if !world[channel].reply_mode.allows_threads() {
        return Err(Refusal::not_allowed(
            "the reply mode of the channel does not allow threads",
        ));
    }
    let main = message
        .thread_message_id
        .as_deref()
        .and_then(MessageId::parse)
        .and_then(|id| world.message(Chat::Channel(channel), id));
    let main = main.ok_or_else(|| Refusal::message_not_found("thread_message_id"))?;
    let (id, existing) = (main.id, world.thread_from(main.id));
    let post = message.check()?;
    let title = post
        .title
        .clone()
        .filter(|title| !title.trim().is_empty())
        .unwrap_or_else(|| derived_title(main));
    require_open(world, existing)?;
    // The thread may not exist yet, but the message that it starts from does.
    let chat = existing.map_or(Chat::Channel(channel), Chat::Thread);
    let reply_to = answered(world, &post, chat, Some(id))?;
    if existing.is_none() && reply_to.is_some_and(|answered| answered != id) {
        return Err(Refusal::message_not_found("reply_to"));
    }
    let thread = existing.unwrap_or_else(|| world.start_thread(channel, id, title));
    Ok(in_thread(world, call, thread, sender, post, reply_to))
}

fn derived_title(main: &Message) -> String {
    main.text
        .trim()
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(MAX_DERIVED_TITLE)
        .collect()
}

fn require_open(world: &World, thread: Option<ThreadKey>) -> Result<(), Refusal> {
    if thread.is_some_and(|thread| world[thread].state == ThreadState::Closed) {
        return Err(Refusal::not_allowed("the thread is closed"));
    }
    Ok(())
}

/// Finds the message that is answered: one of the chat, or the one that the thread was started
/// from.
fn answered(
    world: &World,
    post: &Post,
    chat: Chat,
    main: Option<MessageId>,
) -> Result<Option<MessageId>, Refusal> {
    let Some(reply_to) = &post.reply_to else {
        return Ok(None);
    };
    MessageId::parse(reply_to)
        .filter(|&id| main == Some(id) || world.message(chat, id).is_some())
        .map(Some)
        .ok_or_else(|| Refusal::message_not_found("reply_to"))
}

fn in_thread(
    world: &mut World,
    call: &Call<'_>,
    thread: ThreadKey,
    sender: Sender,
    post: Post,
    reply_to: Option<MessageId>,
) -> MessageId {
    if post.in_parent {
        let channel = Chat::Channel(world[thread].channel);
        world.post_to(channel, sender, post.content.clone(), call.now);
    }
    let content = Content {
        reply_to,
        ..post.content
    };
    world.post_to(Chat::Thread(thread), sender, content, call.now)
}
