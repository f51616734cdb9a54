//! Buttons: below a message, and inside of a text.

use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::action::sealed::{Action, Place};
use super::action::{ButtonAction, TextAction};
use super::check::{At, InvalidMessage};

/// The longest label of a button outside of a card, in characters.
const MAX_LABEL: usize = 20;

/// A button below a message. A message has up to 5.
///
/// Its label has up to 20 characters.
///
/// ```
/// use cliq_api::cliq::message::{Button, Confirmation, InvokeFunction, Message, OpenUrl};
///
/// let confirmation = Confirmation::new("Roll back?", "The reason", "Roll back");
/// let message = Message::text("Release 3.6.1 is out.")
///     .button(Button::new("Changes", OpenUrl::new("https://example.com/3.6.1")))
///     .button(
///         Button::negative("Roll back", InvokeFunction::new("roll_back")).confirm(confirmation),
///     );
/// assert!(message.check().is_ok());
/// ```
///
/// A button of a message can't do what only a card's button can:
///
/// ```compile_fail,E0277
/// use cliq_api::cliq::message::{Button, InvokeBot};
///
/// Button::new("Ask", InvokeBot::new("helpdesk", "status"));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[must_use]
pub struct Button {
    label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    tone: Option<Tone>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    action: Confirmed,
}

/// The color of a button's outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
enum Tone {
    #[serde(rename = "+")]
    Positive,
    #[serde(rename = "-")]
    Negative,
}

/// An action, and the dialog before it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
struct Confirmed {
    #[serde(flatten)]
    action: Action,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirm: Option<Confirmation>,
}

impl Button {
    /// Returns a button with this label and action, in the default color.
    pub fn new(label: impl Into<String>, action: impl ButtonAction) -> Self {
        Self {
            label: label.into(),
            hint: None,
            tone: None,
            key: None,
            action: Confirmed {
                action: action.into_action(Place::Message),
                confirm: None,
            },
        }
    }

    /// Returns a green button.
    pub fn positive(label: impl Into<String>, action: impl ButtonAction) -> Self {
        Self {
            tone: Some(Tone::Positive),
            ..Self::new(label, action)
        }
    }

    /// Returns a red button.
    pub fn negative(label: impl Into<String>, action: impl ButtonAction) -> Self {
        Self {
            tone: Some(Tone::Negative),
            ..Self::new(label, action)
        }
    }

    /// Sets the text that is shown when the pointer is over the button: up to 100 characters.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sets the key by which a function recognizes the button: up to 100 characters, and no two
    /// buttons of a message have the same.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Asks for a confirmation before the action is executed.
    pub fn confirm(mut self, confirmation: Confirmation) -> Self {
        self.action.confirm = Some(confirmation);
        self
    }

    pub(super) fn check(&self, at: At<'_>) -> Result<(), InvalidMessage> {
        at.member("label").length(&self.label, MAX_LABEL)?;
        at.length_of("hint", self.hint.as_deref(), 100)?;
        at.length_of("key", self.key.as_deref(), 100)?;
        let at = at.member("action");
        self.action.action.check(at)?;
        match &self.action.confirm {
            Some(confirmation) => confirmation.check(at.member("confirm")),
            None => Ok(()),
        }
    }

    /// Checks the buttons of a message.
    pub(super) fn check_all(buttons: &[Self], at: At<'_>) -> Result<(), InvalidMessage> {
        at.count(buttons.len(), 0..=5)?;
        for (index, button) in buttons.iter().enumerate() {
            let at = at.item(index);
            button.check(at)?;
            let has_its_key = |other: &Self| other.key.is_some() && other.key == button.key;
            if buttons[..index].iter().any(has_its_key) {
                let at = at.member("key");
                return at.problem("repeats the key of another button");
            }
        }
        Ok(())
    }
}

/// The dialog that asks before a button's action is executed.
///
/// It has a title, a field for an input, and a button that confirms.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[must_use]
pub struct Confirmation {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    input: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    emotion: Option<Emotion>,
    button_label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_button_label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mandatory: Option<Mandatory>,
}

/// How a [`Confirmation`] looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Emotion {
    /// The default.
    Positive,
    /// Neither.
    Neutral,
    /// For what can't be undone.
    Negative,
}

/// A boolean that is sent as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
enum Mandatory {
    #[serde(rename = "true")]
    Yes,
    #[serde(rename = "false")]
    No,
}

impl Confirmation {
    /// Returns a dialog with this title (up to 100 characters), the prompt of its input field (up
    /// to 300), and the label of the button that confirms (up to 100).
    pub fn new(
        title: impl Into<String>,
        input: impl Into<String>,
        button_label: impl Into<String>,
    ) -> Self {
        Self {
            title: title.into(),
            description: None,
            input: input.into(),
            emotion: None,
            button_label: button_label.into(),
            cancel_button_label: None,
            mandatory: None,
        }
    }

    /// Sets the text below the title: up to 100 characters.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Sets how the dialog looks. Defaults to [`Emotion::Positive`].
    pub fn emotion(mut self, emotion: Emotion) -> Self {
        self.emotion = Some(emotion);
        self
    }

    /// Sets the label of the button that cancels: up to 100 characters.
    pub fn cancel_button_label(mut self, label: impl Into<String>) -> Self {
        self.cancel_button_label = Some(label.into());
        self
    }

    /// Sets whether the input must not be empty.
    pub fn mandatory(mut self, mandatory: bool) -> Self {
        self.mandatory = Some(if mandatory {
            Mandatory::Yes
        } else {
            Mandatory::No
        });
        self
    }

    fn check(&self, at: At<'_>) -> Result<(), InvalidMessage> {
        at.member("title").length(&self.title, 100)?;
        at.length_of("description", self.description.as_deref(), 100)?;
        at.member("input").length(&self.input, 300)?;
        at.member("button_label").length(&self.button_label, 100)?;
        at.length_of(
            "cancel_button_label",
            self.cancel_button_label.as_deref(),
            100,
        )
    }
}

/// A button inside of a text. See [`Text::button`](super::Text::button).
///
/// Its label has up to 20 characters, none of them a bracket.
///
/// An instant button can't open a URL:
///
/// ```compile_fail,E0277
/// use cliq_api::cliq::message::{InstantButton, OpenUrl};
///
/// InstantButton::new("Open", OpenUrl::new("https://example.com"));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[must_use]
pub struct InstantButton {
    label: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    tone: Option<Tone>,
    action: Action,
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Map<String, Value>>"))]
    arguments: Map<String, Value>,
}

impl InstantButton {
    /// Returns a button with this label and action, in the default color.
    pub fn new(label: impl Into<String>, action: impl TextAction) -> Self {
        Self {
            label: label.into(),
            tone: None,
            action: action.into_action(Place::Message),
            arguments: Map::new(),
        }
    }

    /// Returns a green button.
    pub fn positive(label: impl Into<String>, action: impl TextAction) -> Self {
        Self {
            tone: Some(Tone::Positive),
            ..Self::new(label, action)
        }
    }

    /// Returns a red button.
    pub fn negative(label: impl Into<String>, action: impl TextAction) -> Self {
        Self {
            tone: Some(Tone::Negative),
            ..Self::new(label, action)
        }
    }

    /// Adds an argument, which the invoked function receives.
    pub fn argument(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.arguments.insert(name.into(), value.into());
        self
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    pub(super) fn check(&self, at: At<'_>) -> Result<(), InvalidMessage> {
        let label = at.member("label");
        label.length(&self.label, MAX_LABEL)?;
        if self.label.contains(['[', ']']) {
            return label.problem("has a bracket, which ends a button's label in a text");
        }
        self.action.check(at.member("action"))
    }
}

/// A button that a bot's call shows.
///
/// Its label has up to 20 characters. It does what a message's [`Button`] does.
///
/// ```
/// use cliq_api::cliq::message::{CallButton, InvokeFunction};
///
/// let button = CallButton::new("Acknowledge", InvokeFunction::new("acknowledge")).icon("tick");
/// assert!(serde_json::to_value(button).is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = super::as_sent, rename = "CallButton")
)]
#[serde(remote = "Self")]
#[must_use]
pub struct CallButton {
    label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    action: Action,
}

impl CallButton {
    /// Returns a button with this label and action.
    pub fn new(label: impl Into<String>, action: impl ButtonAction) -> Self {
        Self {
            label: label.into(),
            icon: None,
            hint: None,
            key: None,
            action: action.into_action(Place::Message),
        }
    }

    /// Sets the icon: a URL, or the name of one of Cliq's.
    pub fn icon(mut self, icon: impl Into<String>) -> Self {
        self.icon = Some(icon.into());
        self
    }

    /// Sets the text that is shown beside the button: up to 100 characters.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sets the key by which the bot's handler recognizes the button: up to 100 characters.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    fn check(&self) -> Result<(), InvalidMessage> {
        let at = At::Message;
        at.member("label").length(&self.label, MAX_LABEL)?;
        at.length_of("hint", self.hint.as_deref(), 100)?;
        at.length_of("key", self.key.as_deref(), 100)?;
        self.action.check(at.member("action"))
    }
}

/// Fails for a button that Cliq would reject, so that the call isn't made.
impl Serialize for CallButton {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        self.check().map_err(S::Error::custom)?;
        Self::serialize(self, out)
    }
}
