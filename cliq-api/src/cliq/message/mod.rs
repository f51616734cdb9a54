//! Messages as people compose them: a text with mentions and buttons, a card, slides, replies.
//!
//! [`Message`] is what endpoints that post take. A string converts into it, and so does a card.
//!
//! ```
//! use cliq_api::cliq::message::{Button, InvokeFunction, Message, ModernInline, Table, mention};
//!
//! let message = Message::text(format!("main is red, {}", mention::user("873421")))
//!     .card(ModernInline::new("Build 4711"))
//!     .button(Button::positive("Retry", InvokeFunction::new("retry_build")))
//!     .slide(Table::new(["Check", "Result"]).row(["Tests", "3 failed"]));
//! # assert!(message.check().is_ok());
//! ```
//!
//! # Parts
//!
//! | part | types |
//! |---|---|
//! | text | [`Text`]; [`mention`]; [`InstantButton`] for buttons inside of it |
//! | card, one of three themes | [`ModernInline`] with [`Section`]s, [`Poll`], [`Prompt`] |
//! | buttons below the message | [`Button`], with a [`Confirmation`] |
//! | what a button does | [`OpenUrl`], [`InvokeFunction`], [`SystemApi`], [`PreviewUrl`], [`CopyText`], [`InvokeBot`] |
//! | slides | [`Table`], [`List`], [`Labels`], [`Images`], [`Paragraph`], [`Chart`], [`Graph`] |
//! | messages of a bot to its users | [`BotMessage`] |
//! | buttons of a bot's call | [`CallButton`] |
//!
//! # Replies, threads, and whose message it is
//!
//! ```
//! use cliq_api::cliq::message::{Background, Message};
//!
//! let reply = Message::text("Fixed in 3.6.2.").reply_to("1727333520582_47588994306224");
//! let first_of_thread = Message::text("What happened?")
//!     .thread_message_id("1727333520582_47588994306224")
//!     .thread_title("Outage of Monday")
//!     .post_in_parent(true);
//! let alert = Message::text("*main* is red")
//!     .sender_name("Builds")
//!     .sender_image("https://example.com/builds.png")
//!     .background(Background::Red)
//!     .markdown(true)
//!     .sync_message(true);
//! # for message in [reply, first_of_thread, alert] {
//! #     assert!(message.check().is_ok());
//! # }
//! ```
//!
//! # Limits
//!
//! What a part can't have doesn't compile: a poll takes no buttons, a row of a table has as many
//! cells as the table has columns, an instant button can't open a URL. Lengths, in characters, and
//! counts are checked before a call is sent, and the error names the part and the limit that it
//! exceeds:
//!
//! ```
//! use cliq_api::cliq::message::{Button, CopyText, Message};
//!
//! let message = Message::text("Deployed")
//!     .button(Button::new("Copy the version of the release", CopyText::new("3.6.1")));
//! let error = message.check().unwrap_err();
//! assert_eq!(error.path(), "buttons[0].label");
//! assert_eq!(
//!     error.to_string(),
//!     "`buttons[0].label` has 31 characters; Cliq accepts up to 20"
//! );
//! ```
//!
//! The limits are those of Zoho's documents. Where these contradict each other, the larger limit
//! applies, and the server decides about the rest. [`Message::unchecked`] leaves all of them to the
//! server.

mod action;
mod bot;
mod button;
mod card;
mod check;
pub mod mention;
mod plot;
mod slide;
mod table;
mod text;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

#[cfg(feature = "schema")]
use super::schemas::as_sent;
use super::threads::MessageId;
use check::At;
use text::References;

pub use action::{
    ButtonAction, CardAction, CopyText, InvokeBot, InvokeFunction, OpenUrl, PreviewUrl, SystemApi,
    TextAction,
};
pub use bot::BotMessage;
pub use button::{Button, CallButton, Confirmation, Emotion, InstantButton};
pub use card::{Card, ModernInline, Poll, Prompt, Section};
pub use check::InvalidMessage;
pub use plot::{Chart, Graph};
pub use slide::{Bullet, Images, Labels, List, Paragraph, Slide};
pub use table::{AnyTable, Table};
pub use text::Text;

/// A message to post.
///
/// See the [module](self) for its parts. `Message::default()` has no text: add a card or slides.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = as_sent, rename = "Message")
)]
#[serde(remote = "Self")]
#[must_use]
#[expect(clippy::struct_field_names, reason = "`sync_message` is Zoho's name")]
pub struct Message {
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// A card.
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<Card>,
    /// Buttons below the message: up to 5.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<Button>>"))]
    buttons: Vec<Button>,
    /// Slides below the text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<Slide>>"))]
    slides: Vec<Slide>,
    /// The buttons that are in the text, by the numbers that the text refers to.
    #[serde(skip_serializing_if = "References::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<std::collections::BTreeMap<String, text::SentReference>>")
    )]
    references: References,
    /// How a bot appears as the sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    bot: Option<Profile>,
    /// How the message looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    styles: Option<Styles>,
    /// The message that this one replies to.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<MessageId>,
    /// The message whose thread this one is posted to; it is started if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_message_id: Option<MessageId>,
    /// The title of the thread that is started: up to 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_title: Option<String>,
    /// Whether a message to a thread is posted in its channel as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    post_in_parent: Option<bool>,
    /// Whether the server waits until the message is posted, and returns its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    sync_message: Option<bool>,
    /// Whether the chat counts as read.
    #[serde(skip_serializing_if = "Option::is_none")]
    mark_as_read: Option<bool>,
    #[serde(flatten)]
    other: Map<String, Value>,
    #[serde(skip)]
    is_unchecked: bool,
}

/// How a bot appears as a message's sender.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = as_sent))]
struct Profile {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = as_sent))]
struct Styles {
    #[serde(skip_serializing_if = "Option::is_none")]
    background: Option<Background>,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<bool>,
}

/// The background of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Background {
    /// Red.
    Red,
    /// Yellow.
    Yellow,
    /// Green.
    Green,
    /// Blue.
    Blue,
    /// Grey.
    Grey,
}

impl Message {
    /// The maximum length of a message's text, in characters.
    ///
    /// Zoho documents 10,000 for the content of messages, and 5000 for plain texts and messages of
    /// bots at the same URL. [`BotMessage`] checks the smaller one.
    pub const MAX_TEXT: usize = 10_000;

    /// Returns a message with this text.
    pub fn text(text: impl Into<Text>) -> Self {
        let (text, references) = text.into().into_parts();
        Self {
            text: Some(text),
            references,
            ..Self::default()
        }
    }

    /// Sets the card.
    pub fn card(mut self, card: impl Into<Card>) -> Self {
        self.card = Some(card.into());
        self
    }

    /// Adds a button below the message. It can have up to 5.
    pub fn button(mut self, button: Button) -> Self {
        self.buttons.push(button);
        self
    }

    /// Adds buttons below the message. It can have up to 5.
    pub fn buttons(mut self, buttons: impl IntoIterator<Item = Button>) -> Self {
        self.buttons.extend(buttons);
        self
    }

    /// Adds a slide.
    pub fn slide(mut self, slide: impl Into<Slide>) -> Self {
        self.slides.push(slide.into());
        self
    }

    /// Adds slides.
    pub fn slides(mut self, slides: impl IntoIterator<Item = impl Into<Slide>>) -> Self {
        self.slides.extend(slides.into_iter().map(Into::into));
        self
    }

    /// Sets the name that is shown as that of the sender, a bot.
    pub fn sender_name(mut self, name: impl Into<String>) -> Self {
        self.bot.get_or_insert_default().name = Some(name.into());
        self
    }

    /// Sets the URL of the image that is shown as that of the sender, a bot. It must be public, and
    /// `https`.
    pub fn sender_image(mut self, url: impl Into<String>) -> Self {
        self.bot.get_or_insert_default().image = Some(url.into());
        self
    }

    /// Sets the message's background.
    pub fn background(mut self, background: Background) -> Self {
        self.styles.get_or_insert_default().background = Some(background);
        self
    }

    /// Sets whether the text is Markdown.
    pub fn markdown(mut self, markdown: bool) -> Self {
        self.styles.get_or_insert_default().markdown = Some(markdown);
        self
    }

    /// Posts the message as a reply to this one.
    pub fn reply_to(mut self, message: impl Into<MessageId>) -> Self {
        self.reply_to = Some(message.into());
        self
    }

    /// Posts the message to the thread of this message, and starts it if there is none.
    pub fn thread_message_id(mut self, message: impl Into<MessageId>) -> Self {
        self.thread_message_id = Some(message.into());
        self
    }

    /// Sets the title of the thread that [`thread_message_id`](Self::thread_message_id) starts: up
    /// to 100 characters.
    pub fn thread_title(mut self, title: impl Into<String>) -> Self {
        self.thread_title = Some(title.into());
        self
    }

    /// Sets whether a message to a thread is posted in the thread's channel as well.
    pub fn post_in_parent(mut self, post_in_parent: bool) -> Self {
        self.post_in_parent = Some(post_in_parent);
        self
    }

    /// Sets whether the server waits until the message is posted, and returns its id.
    pub fn sync_message(mut self, sync_message: bool) -> Self {
        self.sync_message = Some(sync_message);
        self
    }

    /// Sets whether the chat counts as read.
    pub fn mark_as_read(mut self, mark_as_read: bool) -> Self {
        self.mark_as_read = Some(mark_as_read);
        self
    }

    /// Sets a member of the message's JSON that this version doesn't know. Nothing checks it.
    ///
    /// A member that is set by another method too is an error before the message is sent.
    pub fn member(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.other.insert(name.into(), value.into());
        self
    }

    /// Leaves all lengths and counts to the server.
    pub fn unchecked(mut self) -> Self {
        self.is_unchecked = true;
        self
    }

    /// Checks the message, as a call does before it is sent.
    ///
    /// # Errors
    ///
    /// The error names the part that exceeds a limit, and the limit.
    pub fn check(&self) -> Result<(), InvalidMessage> {
        self.check_with(Self::MAX_TEXT)
    }

    fn check_with(&self, max_text: usize) -> Result<(), InvalidMessage> {
        self.check_members()?;
        if self.is_unchecked {
            return Ok(());
        }
        let at = At::Message;
        if self.text.as_deref() == Some("") {
            return at.member("text").problem("is empty");
        }
        if self.text.is_none()
            && self.card.is_none()
            && self.slides.is_empty()
            && self.other.is_empty()
        {
            return at.problem("is empty; Cliq accepts a text, a card or slides");
        }
        at.length_of("text", self.text.as_deref(), max_text)?;
        if let Some(card) = &self.card {
            card.check(at.member("card"))?;
        }
        Button::check_all(&self.buttons, at.member("buttons"))?;
        let slides = at.member("slides");
        for (index, slide) in self.slides.iter().enumerate() {
            slide.check(slides.item(index))?;
        }
        self.references.check(at.member("references"))?;
        if self.thread_title.is_some() && self.thread_message_id.is_none() {
            let title = at.member("thread_title");
            return title
                .problem("requires `thread_message_id`, the message that starts the thread");
        }
        at.length_of("thread_title", self.thread_title.as_deref(), 100)
    }

    /// Checks that no member is sent twice, which isn't left to the server.
    fn check_members(&self) -> Result<(), InvalidMessage> {
        let set = [
            ("text", self.text.is_some()),
            ("card", self.card.is_some()),
            ("buttons", !self.buttons.is_empty()),
            ("slides", !self.slides.is_empty()),
            ("references", !self.references.is_empty()),
            ("bot", self.bot.is_some()),
            ("styles", self.styles.is_some()),
            ("reply_to", self.reply_to.is_some()),
            ("thread_message_id", self.thread_message_id.is_some()),
            ("thread_title", self.thread_title.is_some()),
            ("post_in_parent", self.post_in_parent.is_some()),
            ("sync_message", self.sync_message.is_some()),
            ("mark_as_read", self.mark_as_read.is_some()),
        ];
        self.set_once(&set)
    }

    /// Checks that no member is set by [`member`](Self::member) and by another method too.
    fn set_once(&self, members: &[(&str, bool)]) -> Result<(), InvalidMessage> {
        for (name, is_set) in members {
            if *is_set && self.other.contains_key(*name) {
                return Err(InvalidMessage::set_twice(name));
            }
        }
        Ok(())
    }
}

/// Fails for a message that Cliq would reject, so that it isn't sent.
impl Serialize for Message {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        self.check().map_err(InvalidMessage::into_error)?;
        Self::serialize(self, out)
    }
}

macro_rules! converts {
    ($($from:ty => |$value:ident| $message:expr,)*) => {
        $(impl From<$from> for Message {
            fn from($value: $from) -> Self {
                $message
            }
        })*
    };
}

converts! {
    &str => |text| Self::text(text),
    &String => |text| Self::text(text),
    String => |text| Self::text(text),
    Text => |text| Self::text(text),
    Card => |card| Self::default().card(card),
    ModernInline => |card| Self::default().card(card),
    Poll => |card| Self::default().card(card),
    Prompt => |card| Self::default().card(card),
    &Message => |message| message.clone(),
}
