//! Cards. Each theme is a type, with what the theme can have.

use serde::Serialize;

use super::action::CardAction;
use super::action::sealed::{Action, Place};
use super::check::{At, InvalidMessage};

/// A message's card.
///
/// The themes convert into it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[serde(tag = "theme", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Card {
    /// A poll.
    Poll(Poll),
    /// A title, fields and buttons.
    ModernInline(ModernInline),
    /// A question, answered with a button.
    Prompt(Prompt),
}

impl Card {
    pub(super) fn check(&self, at: At<'_>) -> Result<(), InvalidMessage> {
        match self {
            Self::Poll(card) => card.check(at),
            Self::ModernInline(card) => card.check(at),
            Self::Prompt(card) => card.check(at),
        }
    }
}

impl From<Poll> for Card {
    fn from(card: Poll) -> Self {
        Self::Poll(card)
    }
}

impl From<ModernInline> for Card {
    fn from(card: ModernInline) -> Self {
        Self::ModernInline(card)
    }
}

impl From<Prompt> for Card {
    fn from(card: Prompt) -> Self {
        Self::Prompt(card)
    }
}

/// The longest title of a card, in characters.
const MAX_TITLE: usize = 200;

/// A poll: 2 to 10 options, of up to 100 characters each. Cliq counts and shows the votes.
///
/// ```
/// use cliq_api::cliq::message::{Message, Poll};
///
/// let message = Message::from(Poll::new("Where do we eat?", ["Pizza", "Soup", "Salad"]));
/// assert!(message.check().is_ok());
/// ```
///
/// A list with a length known to the compiler is checked by it:
///
/// ```compile_fail
/// use cliq_api::cliq::message::Poll;
///
/// Poll::new("Where do we eat?", ["Pizza"]);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[must_use]
pub struct Poll {
    title: String,
    options: Vec<PollOption>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct PollOption {
    text: String,
}

impl Poll {
    const MIN: usize = 2;
    const MAX: usize = 10;

    /// Returns a poll with this question, of up to 200 characters, and these options.
    pub fn new<const N: usize>(title: impl Into<String>, options: [impl Into<String>; N]) -> Self {
        const {
            assert!(
                Self::MIN <= N && N <= Self::MAX,
                "a poll has 2 to 10 options"
            );
        }
        Self::of(title, options)
    }

    /// Returns a poll with this question, of up to 200 characters, and options whose number isn't
    /// known before the program runs.
    pub fn of(
        title: impl Into<String>,
        options: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let options = options
            .into_iter()
            .map(|text| PollOption { text: text.into() });
        Self {
            title: title.into(),
            options: options.collect(),
        }
    }

    fn check(&self, at: At<'_>) -> Result<(), InvalidMessage> {
        at.member("title").length(&self.title, MAX_TITLE)?;
        let at = at.member("options");
        at.count(self.options.len(), Self::MIN..=Self::MAX)?;
        self.options
            .iter()
            .enumerate()
            .try_for_each(|(index, option)| at.item(index).member("text").length(&option.text, 100))
    }
}

/// A card with a title, a thumbnail, sections of fields, and up to 5 buttons.
///
/// ```
/// use cliq_api::cliq::message::{InvokeFunction, Message, ModernInline, OpenUrl, Section};
///
/// let card = ModernInline::new("Payments time out")
///     .section(Section::titled("Ticket").field("Priority", "critical"))
///     .button("Assign to me", InvokeFunction::new("assign_ticket"))
///     .button("View", OpenUrl::new("https://desk.example.com/892"));
/// assert!(Message::from(card).check().is_ok());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[must_use]
pub struct ModernInline {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<Section>>"))]
    sections: Vec<Section>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<CardButton>>"))]
    buttons: Vec<CardButton>,
}

impl ModernInline {
    /// Returns a card with this title, of up to 200 characters.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: Some(title.into()),
            ..Self::untitled()
        }
    }

    /// Returns a card without a title.
    pub fn untitled() -> Self {
        Self::default()
    }

    /// Sets the URL of an image beside the title. It must be public.
    pub fn thumbnail(mut self, url: impl Into<String>) -> Self {
        self.thumbnail = Some(url.into());
        self
    }

    /// Adds a section of fields.
    pub fn section(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }

    /// Adds a button, with a label of up to 30 characters. A card has up to 5.
    pub fn button(mut self, label: impl Into<String>, action: impl CardAction) -> Self {
        self.buttons.push(CardButton::new(label, action));
        self
    }

    fn check(&self, at: At<'_>) -> Result<(), InvalidMessage> {
        at.length_of("title", self.title.as_deref(), MAX_TITLE)?;
        CardButton::check_all(&self.buttons, at, 0)
    }
}

/// Fields of a [`ModernInline`] card, with or without a title.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[must_use]
pub struct Section {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<Field>>"))]
    fields: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Field {
    title: String,
    value: String,
}

impl Section {
    /// Returns a section without a title.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a section with this title.
    pub fn titled(title: impl Into<String>) -> Self {
        Self {
            title: Some(title.into()),
            ..Self::new()
        }
    }

    /// Adds a field.
    pub fn field(mut self, title: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.push(Field {
            title: title.into(),
            value: value.into(),
        });
        self
    }
}

/// A question, with 1 to 5 buttons to answer it.
///
/// ```
/// use cliq_api::cliq::message::{InvokeFunction, Message, Prompt};
///
/// let prompt = Prompt::new("Deploy 3.6.1?", "Approve", InvokeFunction::new("approve"))
///     .button("Reject", InvokeFunction::new("reject"));
/// assert!(Message::from(prompt).check().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[must_use]
pub struct Prompt {
    title: String,
    buttons: Vec<CardButton>,
}

impl Prompt {
    /// Returns a prompt with this question, of up to 200 characters, and its first button.
    pub fn new(
        title: impl Into<String>,
        label: impl Into<String>,
        action: impl CardAction,
    ) -> Self {
        Self {
            title: title.into(),
            buttons: vec![CardButton::new(label, action)],
        }
    }

    /// Adds a button, with a label of up to 30 characters.
    pub fn button(mut self, label: impl Into<String>, action: impl CardAction) -> Self {
        self.buttons.push(CardButton::new(label, action));
        self
    }

    fn check(&self, at: At<'_>) -> Result<(), InvalidMessage> {
        at.member("title").length(&self.title, MAX_TITLE)?;
        CardButton::check_all(&self.buttons, at, 1)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct CardButton {
    label: String,
    action: Action,
}

impl CardButton {
    fn new(label: impl Into<String>, action: impl CardAction) -> Self {
        Self {
            label: label.into(),
            action: action.into_action(Place::Card),
        }
    }

    /// Checks the buttons of a card.
    fn check_all(buttons: &[Self], card: At<'_>, min: usize) -> Result<(), InvalidMessage> {
        let at = card.member("buttons");
        at.count(buttons.len(), min..=5)?;
        buttons.iter().enumerate().try_for_each(|(index, button)| {
            let at = at.item(index);
            at.member("label").length(&button.label, 30)?;
            button.action.check(at.member("action"))
        })
    }
}
