//! The text of a message: mentions and instant buttons are a part of it.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::button::InstantButton;
use super::check::{At, InvalidMessage};

/// A text, with the buttons that are inside of it.
///
/// A string is a text without buttons.
///
/// ```
/// use cliq_api::cliq::message::{InstantButton, InvokeFunction, Message, Text, mention};
///
/// let text = Text::from("Lunch on Friday, ")
///     .push(mention::all())
///     .push("? ")
///     .button(InstantButton::positive("Yes", InvokeFunction::new("join_lunch")));
/// let message = serde_json::to_value(Message::text(text)).unwrap();
/// assert_eq!(message["text"], "Lunch on Friday, {@all}? [Yes]($1)");
/// assert_eq!(message["references"]["1"]["object"]["label"], "Yes");
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use]
pub struct Text {
    text: String,
    buttons: Vec<InstantButton>,
}

impl Text {
    /// Returns an empty text.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends text, or whatever else is displayed, such as a [mention](super::mention).
    pub fn push(mut self, text: impl fmt::Display) -> Self {
        use fmt::Write as _;

        // Writing to a `String` doesn't fail.
        let _ = write!(self.text, "{text}");
        self
    }

    /// Appends a button.
    pub fn button(self, button: InstantButton) -> Self {
        let key = self.buttons.len() + 1;
        let mut text = self.push(format_args!("[{}](${key})", button.label()));
        text.buttons.push(button);
        text
    }

    pub(super) fn into_parts(self) -> (String, References) {
        (self.text, References(self.buttons))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self {
            text,
            buttons: Vec::new(),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

/// A button of a text, as it is sent.
#[cfg(feature = "schema")]
#[derive(schemars::JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct SentReference {
    /// `button`.
    r#type: String,
    object: InstantButton,
}

/// The buttons of a text, by the number that the text refers to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct References(Vec<InstantButton>);

impl References {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn check(&self, at: At<'_>) -> Result<(), InvalidMessage> {
        self.0.iter().enumerate().try_for_each(|(index, button)| {
            let key = (index + 1).to_string();
            button.check(at.member(&key).member("object"))
        })
    }
}

impl Serialize for References {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Reference<'a> {
            #[serde(rename = "type")]
            kind: &'static str,
            object: &'a InstantButton,
        }

        let mut map = out.serialize_map(Some(self.0.len()))?;
        for (index, object) in self.0.iter().enumerate() {
            let kind = "button";
            map.serialize_entry(&(index + 1).to_string(), &Reference { kind, object })?;
        }
        map.end()
    }
}
