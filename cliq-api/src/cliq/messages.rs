//! Messages: posting, reading, searching, editing, forwarding and deleting them.
//!
//! ```
//! use cliq_api::cliq::messages::Messages;
//! use cliq_api::prelude::*;
//!
//! # async fn example(cliq: Client) -> Result<(), Error> {
//! cliq.send_channel_message_by_name("launch", "We're live!").await?;
//! for message in cliq.list_messages("CT_1608777491574236080_637446511").limit(20).await? {
//!     println!("{:?}", message.content);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! All posts to `/chats/<CHAT_ID>/messages` are counted together, those to threads included. Zoho
//! documents a limit of 50 calls per minute for texts, and of 20 for cards and for threads; the
//! server sees one URL, so the client keeps the stricter one. Likewise posts to channels by id or
//! by name: with threads that are started there, 20 per minute.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::chats::ChatType;
use super::macros::{described, models, open_enums};
use super::message::Message;
use super::models::{Outcome, Posted, Problem, StarType};
use super::{
    AppKey, BotUniqueName, ChannelId, ChannelUniqueName, ChatId, FileId, MessageId, Millis, UserId,
};
use crate::prelude::*;

/// Messages of Zoho Cliq.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    schema(feature = "schema")
)]
pub trait Messages {
    /// Posts a message to a chat: a direct conversation, a group, a channel or a thread.
    ///
    /// The response holds the message's id if the message asks for `sync_message`, or has a card.
    #[endpoint(
        POST "/chats/<CHAT_ID>/messages",
        scope = any("Webhooks.CREATE", "Messages.CREATE"),
        limit = "20/min",
        lock = "10m"
    )]
    fn send_message(
        &self,
        chat_id: ChatId,
        #[body] message: Message,
        /// The bot that posts. It must be a participant of the chat.
        #[query]
        bot_unique_name: Option<BotUniqueName>,
    ) -> Posted;

    /// Posts a message to a channel, given the channel's id.
    #[endpoint(
        POST "/channels/<CHANNEL_ID>/messages",
        scope = "Webhooks.CREATE",
        limit = "50/min",
        lock = "10m"
    )]
    fn send_channel_message(
        &self,
        channel_id: ChannelId,
        #[body] message: Message,
        /// The bot that posts. It must be a participant of the channel.
        #[query]
        bot_unique_name: Option<BotUniqueName>,
        /// The key of the extension that the bot belongs to. Requires `bot_unique_name`.
        #[query]
        appkey: Option<AppKey>,
        /// Whether the user who posts has read the message.
        #[query]
        mark_as_read: Option<bool>,
    ) -> Posted;

    /// Posts a message to a channel, given the channel's unique name.
    #[endpoint(
        POST "/channelsbyname/<CHANNEL_UNIQUE_NAME>/messages",
        scope = "Webhooks.CREATE",
        limit = "50/min",
        lock = "10m"
    )]
    fn send_channel_message_by_name(
        &self,
        channel_unique_name: ChannelUniqueName,
        #[body] message: Message,
        /// The bot that posts. It must be a participant of the channel.
        #[query]
        bot_unique_name: Option<BotUniqueName>,
        /// The key of the extension that the bot belongs to. Requires `bot_unique_name`.
        #[query]
        appkey: Option<AppKey>,
        /// Whether the user who posts has read the message.
        #[query]
        mark_as_read: Option<bool>,
    ) -> Posted;

    /// Posts a message with a card to a channel. The response holds the message's id.
    ///
    /// Zoho documents it for cards only.
    /// [`send_channel_message_by_name`](Self::send_channel_message_by_name) posts any message, and
    /// needs another scope.
    #[endpoint(
        POST "/channels/<CHANNEL_UNIQUE_NAME>/message",
        scope = "Channels.CREATE",
        limit = "20/min",
        lock = "10m"
    )]
    fn send_channel_card(
        &self,
        channel_unique_name: ChannelUniqueName,
        #[body] message: Message,
    ) -> Posted;

    /// Posts a message to a user, given the user's email address.
    ///
    /// An operation of API v2.
    #[endpoint(
        POST "/buddies/<EMAIL_ID>/message",
        base = "/api/v2",
        scope = "Webhooks.CREATE",
        limit = "50/min",
        lock = "10m"
    )]
    fn send_direct_message(&self, email_id: String, #[body] message: Message) -> Posted;

    /// Forwards messages of a chat to other chats and users.
    #[endpoint(
        POST "/messages",
        scope = "Messages.CREATE",
        limit = "50/min",
        lock = "10m",
        response = "data"
    )]
    fn forward_messages(
        &self,
        /// The chat, and which of its messages.
        #[field]
        source: ForwardSource,
        /// To whom, and how.
        #[field]
        recipients: ForwardRecipients,
    ) -> Forwarded;

    /// Deletes up to 25 messages of a chat. Returns what became of each.
    ///
    /// The documented path ends in `messagess`.
    #[endpoint(
        DELETE "/chats/<CHAT_ID>/messagess",
        scope = "Messages.DELETE",
        limit = "50/min",
        lock = "5m",
        response = "data"
    )]
    fn delete_messages(
        &self,
        chat_id: ChatId,
        #[query(csv)] message_ids: Vec<MessageId>,
        /// Why an administrator deletes the messages of others.
        #[query]
        reason: Option<DeletionReason>,
        /// More about the reason: at most 250 characters.
        #[query]
        comment: Option<String>,
    ) -> Vec<DeletedMessage>;

    /// Searches messages in the user's chats, in pages. Lists have up to 5 items, unless another
    /// number is given.
    #[endpoint(
        GET "/messages/search",
        scope = "Chats.READ",
        limit = "50/min",
        lock = "10m",
        page(items = "messages", token = "next_token")
    )]
    fn search_messages(
        &self,
        /// Words, or phrases in quotes: at most 1000 characters.
        #[query]
        query: Option<String>,
        /// The maximum number of messages per page: up to 50, which is the default.
        #[query]
        limit: Option<u32>,
        /// The [`next_token`](Page::next_token) of the previous page.
        #[query]
        next_token: Option<String>,
        /// Returns only messages of these users.
        #[query(csv)]
        from_user_ids: Option<Vec<UserId>>,
        /// Returns only messages to these users.
        #[query(csv)]
        to_user_ids: Option<Vec<UserId>>,
        /// Returns only messages that mention these users.
        #[query(csv)]
        mentioned_user_ids: Option<Vec<UserId>>,
        /// Returns only messages in these chats.
        #[query(csv)]
        chat_ids: Option<Vec<ChatId>>,
        /// Returns only messages in chats of this type.
        #[query]
        chat_type: Option<ChatType>,
        /// Returns only messages in threads of this chat.
        #[query("parent_chatid")]
        parent_chat_id: Option<ChatId>,
        /// Returns only messages in channels of this type.
        #[query]
        channel_type: Option<ChannelType>,
        /// Returns only messages in channels of these teams.
        #[query(csv)]
        team_ids: Option<Vec<u64>>,
        /// Whether to search in channels that the user could join, too.
        #[query]
        include_allowed_channels: Option<bool>,
        /// Returns only messages that were posted at this time or later.
        #[query]
        from_time: Option<Millis>,
        /// Returns only messages that were posted earlier.
        #[query]
        to_time: Option<Millis>,
        /// Returns only messages with files of these names, up to 10, such as `report*`.
        #[query("file_name", csv)]
        file_names: Option<Vec<String>>,
        /// Returns only messages with files of these media types, up to 10.
        #[query("file_type", csv)]
        file_types: Option<Vec<String>>,
        /// What files contain: words, phrases in quotes, `AND`, `OR`, `NOT`: up to 500 characters.
        #[query]
        file_content_query: Option<String>,
        /// Returns only messages of this type.
        #[query]
        message_type: Option<SearchedType>,
        /// Returns only pinned messages. Requires one chat in `chat_ids`.
        #[query]
        is_pinned: Option<bool>,
        /// Returns only messages with mentions.
        #[query]
        has_mentions: Option<bool>,
        /// Returns only messages with such a star.
        #[query(csv)]
        star_types: Option<Vec<StarType>>,
        /// Whether to search messages of bots, too.
        #[query]
        include_bot_messages: Option<bool>,
    ) -> Page<FoundMessage>;

    /// Lists the messages of a chat.
    ///
    /// An operation of API v2, without pages: to read on, call it with another time.
    #[endpoint(
        GET "/chats/<CHAT_ID>/messages",
        base = "/api/v2",
        scope = "Messages.READ",
        limit = "15/min",
        lock = "5m",
        response = "data"
    )]
    fn list_messages(
        &self,
        chat_id: ChatId,
        /// Returns only messages that were posted at this time or later.
        #[query("fromtime")]
        from_time: Option<Millis>,
        /// Returns only messages that were posted earlier.
        #[query("totime")]
        to_time: Option<Millis>,
        /// The maximum number of messages. Defaults to 100.
        #[query]
        limit: Option<u32>,
    ) -> Vec<ChatMessage>;

    /// Retrieves a message.
    ///
    /// An operation of API v2, whose documented path ends in `messages` once more.
    #[endpoint(
        GET "/chats/<CHAT_ID>/messages/<MESSAGE_ID>/messages",
        base = "/api/v2",
        scope = "Messages.READ",
        limit = "30/min",
        lock = "5m"
    )]
    fn get_message(&self, chat_id: ChatId, message_id: MessageId) -> ChatMessage;

    /// Replaces the text of a message.
    ///
    /// An operation of API v2.
    #[endpoint(
        PUT "/chats/<CHAT_ID>/messages/<MESSAGE_ID>",
        base = "/api/v2",
        scope = "Webhooks.UPDATE",
        limit = "50/min",
        lock = "10m"
    )]
    fn edit_message(
        &self,
        chat_id: ChatId,
        message_id: MessageId,
        #[field] text: super::MessageText,
        /// Whether to notify the participants.
        #[field]
        notify_edit: Option<bool>,
    );

    /// Deletes a message.
    ///
    /// An operation of API v2.
    #[endpoint(
        DELETE "/chats/<CHAT_ID>/messages/<MESSAGE_ID>",
        base = "/api/v2",
        scope = "Webhooks.DELETE",
        limit = "20/min",
        lock = "5m"
    )]
    fn delete_message(&self, chat_id: ChatId, message_id: MessageId);

    /// Lists the reactions to a message: who, when and by which name, by emoji.
    ///
    /// An operation of API v2.
    #[endpoint(
        GET "/chats/<CHAT_ID>/messages/<MESSAGE_ID>/reactions",
        base = "/api/v2",
        scope = "messageactions.READ",
        limit = "50/min",
        lock = "10m",
        response = "data"
    )]
    fn list_reactions(
        &self,
        chat_id: ChatId,
        message_id: MessageId,
    ) -> BTreeMap<String, Vec<Reaction>>;

    /// Reacts to a message with an emoji, such as `:smile:`.
    ///
    /// An operation of API v2.
    #[endpoint(
        POST "/chats/<CHAT_ID>/messages/<MESSAGE_ID>/reactions",
        base = "/api/v2",
        scope = "messageactions.CREATE",
        limit = "20/min",
        lock = "5m"
    )]
    fn add_reaction(&self, chat_id: ChatId, message_id: MessageId, #[field] emoji_code: String);

    /// Takes back a reaction to a message.
    ///
    /// An operation of API v2.
    #[endpoint(
        DELETE "/chats/<CHAT_ID>/messages/<MESSAGE_ID>/reactions",
        base = "/api/v2",
        scope = "messageactions.CREATE",
        limit = "20/min",
        lock = "5m"
    )]
    fn remove_reaction(&self, chat_id: ChatId, message_id: MessageId, #[query] emoji_code: String);
}

/// The chat whose messages are forwarded, and which of them: 1 to 25.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[must_use]
pub struct ForwardSource {
    chat_id: ChatId,
    message_ids: Vec<MessageId>,
}

impl ForwardSource {
    /// Returns these messages of this chat.
    pub fn new(
        chat_id: impl Into<ChatId>,
        message_ids: impl IntoIterator<Item = impl Into<MessageId>>,
    ) -> Self {
        Self {
            chat_id: chat_id.into(),
            message_ids: message_ids.into_iter().map(Into::into).collect(),
        }
    }
}

/// Whom messages are forwarded to: up to 100 chats and users.
///
/// ```
/// use cliq_api::cliq::messages::ForwardRecipients;
///
/// let recipients = ForwardRecipients::default().chats(["CT_1_2"]).as_group(true).title("Minutes");
/// # let _ = recipients;
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use]
pub struct ForwardRecipients {
    chat_ids: Vec<ChatId>,
    user_ids: Vec<UserId>,
    forward_as_group: Option<bool>,
    show_original_sender: Option<bool>,
    title: Option<String>,
}

impl ForwardRecipients {
    /// Adds chats.
    pub fn chats(mut self, chats: impl IntoIterator<Item = impl Into<ChatId>>) -> Self {
        self.chat_ids.extend(chats.into_iter().map(Into::into));
        self
    }

    /// Adds users.
    pub fn users(mut self, users: impl IntoIterator<Item = impl Into<UserId>>) -> Self {
        self.user_ids.extend(users.into_iter().map(Into::into));
        self
    }

    /// Sets whether all messages are forwarded as one.
    pub fn as_group(self, as_group: bool) -> Self {
        Self {
            forward_as_group: Some(as_group),
            ..self
        }
    }

    /// Sets whether a message that is forwarded as one of several shows who wrote it.
    pub fn show_original_sender(self, show: bool) -> Self {
        Self {
            show_original_sender: Some(show),
            ..self
        }
    }

    /// Sets the title of messages that are forwarded as one: at most 255 characters.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self {
            title: Some(title.into()),
            ..self
        }
    }
}

described! {
    object ForwardRecipients ["Whom messages are forwarded to: up to 100 chats and users."] {
        optional ["The chats, joined with commas."] ("chat_ids"): (type String),
        optional ["The users, joined with commas."] ("user_ids"): (type String),
        optional ["Whether all messages are forwarded as one."] ("forward_as_group"): (type bool),
        optional ["Whether a message that is forwarded as one of several shows who wrote it."]
        ("show_original_sender"): (type bool),
        optional ["The title of messages that are forwarded as one: at most 255 characters."]
        ("title"): (type String),
    }
}

/// The ids are joined with commas, as documented.
impl serde::Serialize for ForwardRecipients {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let joined = |ids: Vec<&str>| (!ids.is_empty()).then(|| ids.join(","));
        let mut members = out.serialize_map(None)?;
        if let Some(ids) = joined(self.chat_ids.iter().map(ChatId::as_str).collect()) {
            members.serialize_entry("chat_ids", &ids)?;
        }
        if let Some(ids) = joined(self.user_ids.iter().map(UserId::as_str).collect()) {
            members.serialize_entry("user_ids", &ids)?;
        }
        for (name, flag) in [
            ("forward_as_group", self.forward_as_group),
            ("show_original_sender", self.show_original_sender),
        ] {
            if let Some(flag) = flag {
                members.serialize_entry(name, &flag)?;
            }
        }
        if let Some(title) = &self.title {
            members.serialize_entry("title", title)?;
        }
        members.end()
    }
}

open_enums! {
    /// Why an administrator deletes the messages of others.
    DeletionReason {
        /// They are irrelevant.
        IrrelevantInformation = "irrelevant_information",
        /// They are obscene.
        ObsceneContent = "obscene_content",
        /// Another reason.
        Others = "others",
    }

    /// Who has access to a channel.
    ChannelType {
        /// The organization.
        Organisation = "organisation",
        /// The members of a team.
        Team = "team",
        /// Who was invited.
        Personal = "personal",
        /// People outside of the organization, too.
        External = "external",
    }

    /// Which messages [`search_messages`](Messages::search_messages) returns.
    SearchedType {
        /// Texts.
        Text = "text",
        /// Messages with a URL.
        Link = "link",
        /// Messages with a file.
        File = "file",
    }

    /// The type of a message that was found.
    FoundType {
        /// A text.
        Text = "text",
        /// A file.
        File = "file",
        /// A link.
        Link = "link",
        /// A card.
        Card = "card",
        /// A table.
        Table = "table",
        /// Slides.
        Slides = "slides",
        /// A form.
        Form = "form",
        /// A poll.
        Poll = "poll",
        /// A sound.
        Audio = "audio",
        /// A film.
        Video = "video",
        /// A picture.
        Image = "image",
    }
}

models! {
    /// The outcome of forwarding messages.
    Forwarded {
        /// The chat whose messages were forwarded.
        source_chat_id: ChatId,
        /// To whom.
        forwarded: ForwardedTo,
        /// To whom not.
        failures: Vec<ForwardFailure>,
    }

    /// Whom messages were forwarded to.
    ForwardedTo {
        /// The chats.
        chat_ids: Vec<ChatId>,
        /// The users.
        user_ids: Vec<UserId>,
    }

    /// A chat or user whom messages could not be forwarded to.
    ForwardFailure {
        /// The id of the chat or user.
        id: String,
        /// The outcome.
        status: Outcome,
        /// Why.
        error: Problem,
    }

    /// The outcome of deleting a message.
    DeletedMessage {
        /// The message.
        id: MessageId,
        /// The outcome.
        status: Outcome,
        /// Why it failed.
        error: Problem,
    }

    /// A message that was found.
    FoundMessage {
        /// The id.
        message_id: MessageId,
        /// When it was posted.
        time: time::OffsetDateTime,
        /// Who posted it.
        sender: UserId,
        /// Its chat.
        chat_id: ChatId,
        /// The title of its chat.
        chat_title: String,
        /// Its type.
        message_type = "type": FoundType,
        /// Its content.
        content: FoundContent,
        /// The type of its channel.
        channel_type: ChannelType,
        /// The id of its channel.
        channel_unique_id: ChannelId,
        /// Its star.
        star_type: StarType,
        /// The message that it replies to.
        reply_message_id: MessageId,
        /// The chat that its thread is in.
        parent_chat_id: ChatId,
        /// The title of that chat.
        parent_chat_title: String,
        /// The message that its thread was started from.
        thread_message_id: MessageId,
        /// The state of its thread.
        thread_state: super::threads::ThreadState,
    }

    /// The content of a message that was found.
    FoundContent {
        /// The text.
        text: String,
        /// The name of a file.
        file_name: String,
        /// The media type of a file.
        file_type: String,
        /// The size of a file, in bytes.
        file_size: u64,
    }

    /// A message of a chat, as API v2 returns it.
    ChatMessage {
        /// The id.
        id: MessageId,
        /// Who posted it.
        sender: MessageSender,
        /// When it was posted.
        time: time::OffsetDateTime,
        /// Its type, such as `text` or `file`.
        message_type = "type": String,
        /// Its content.
        content: Content,
    }

    /// Who posted a message, as API v2 returns it: under one of two pairs of names.
    MessageSender {
        /// The id; see [`id`](Self::id).
        id: UserId,
        /// The name; see [`name`](Self::name).
        name: String,
        /// The id under its other name.
        sender_id = "senderID": UserId,
        /// The name under its other name.
        sender_name = "senderName": String,
    }

    /// The content of a message that isn't only text.
    MessageContent {
        /// The text.
        text: String,
        /// What was written to a file.
        comment: String,
        /// The file.
        file: MessageFile,
        /// A small picture of the file.
        thumbnail: Map<String, Value>,
    }

    /// A file in a message.
    MessageFile {
        /// The id, which downloads it.
        id: FileId,
        /// The name.
        name: String,
        /// The media type.
        file_type = "type": String,
        /// The dimensions of an image.
        dimensions: Map<String, Value>,
    }
}

impl MessageSender {
    /// Returns the id, from whichever member holds it.
    pub fn id(&self) -> Option<&UserId> {
        self.id.as_ref().or(self.sender_id.as_ref())
    }

    /// Returns the name, from whichever member holds it.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref().or(self.sender_name.as_deref())
    }
}

/// The content of a message: text, or more than that.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Content {
    /// Text.
    Text(String),
    /// More than text.
    Other(Box<MessageContent>),
}

impl super::member::Plain for Content {}

impl Content {
    /// Returns the text, or what was written to a file.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Other(content) => content.text.as_deref().or(content.comment.as_deref()),
        }
    }
}

/// A reaction: who, when, and the user's name. The server writes `<user>:<milliseconds>:<name>`.
///
/// ```
/// use cliq_api::cliq::messages::Reaction;
///
/// let reaction = Reaction::from("55743307:1727333520582:Ryan West");
/// assert_eq!(reaction.user_id().unwrap().as_str(), "55743307");
/// assert_eq!(reaction.user_name(), Some("Ryan West"));
/// assert_eq!(reaction.time().unwrap().year(), 2024);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = super::schemas::as_sent)
)]
#[serde(transparent)]
pub struct Reaction(String);

impl Reaction {
    /// Returns the reaction as the server wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns who reacted; `None` for a form that isn't known.
    pub fn user_id(&self) -> Option<UserId> {
        self.parts().map(|(user, ..)| user.into())
    }

    /// Returns when.
    pub fn time(&self) -> Option<time::OffsetDateTime> {
        let (_, millis, _) = self.parts()?;
        super::times::from_millis(millis.parse().ok()?)
    }

    /// Returns the user's name.
    pub fn user_name(&self) -> Option<&str> {
        self.parts().map(|(.., name)| name)
    }

    fn parts(&self) -> Option<(&str, &str, &str)> {
        let (user, rest) = self.0.split_once(':')?;
        let (millis, name) = rest.split_once(':')?;
        Some((user, millis, name))
    }
}

impl From<&str> for Reaction {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl SendChannelMessageRequest {
    /// Posts as a bot: sets `bot_unique_name`, and `appkey` if the bot belongs to an extension.
    pub fn as_bot(self, bot: impl Into<super::threads::Bot>) -> Self {
        let (unique_name, appkey) = bot.into().into_parts();
        self.bot_unique_name(unique_name).with(appkey, Self::appkey)
    }
}

impl SendChannelMessageByNameRequest {
    /// Posts as a bot: sets `bot_unique_name`, and `appkey` if the bot belongs to an extension.
    pub fn as_bot(self, bot: impl Into<super::threads::Bot>) -> Self {
        let (unique_name, appkey) = bot.into().into_parts();
        self.bot_unique_name(unique_name).with(appkey, Self::appkey)
    }
}

impl SendMessageRequest {
    /// Posts as a bot: sets `bot_unique_name`.
    pub fn as_bot(self, bot: impl Into<BotUniqueName>) -> Self {
        self.bot_unique_name(bot)
    }
}
