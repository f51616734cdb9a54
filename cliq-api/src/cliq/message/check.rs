//! The limits that Zoho documents for messages, and the error that names the one that is exceeded.
//!
//! Zoho counts characters and mostly names no unit. A text has at most as many characters as UTF-16
//! code units or bytes, so a text that is rejected here would be rejected by the server too.

use std::fmt;
use std::ops::RangeInclusive;

/// Why a message can't be sent: which part of it exceeds which limit.
///
/// A call with such a message fails before it is sent, with this text in its error.
/// [`Message::check`](super::Message::check) returns it without a call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` {problem}")]
pub struct InvalidMessage {
    path: String,
    problem: String,
    /// Whether `Message::unchecked` sends the message anyway.
    can_be_skipped: bool,
}

impl InvalidMessage {
    /// Returns where the part is in the message's JSON, such as `card.buttons[3].label`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the error of a member that would be sent twice.
    pub(super) fn set_twice(name: &str) -> Self {
        Self {
            path: name.to_owned(),
            problem: "is set by `member` too".to_owned(),
            can_be_skipped: false,
        }
    }

    /// Returns the error of serializing the message.
    pub(super) fn into_error<E: serde::ser::Error>(self) -> E {
        if self.can_be_skipped {
            E::custom(format_args!(
                "{self} (`Message::unchecked` skips this check)"
            ))
        } else {
            E::custom(self)
        }
    }
}

/// A place in a message's JSON. It is rendered only if there is a problem.
#[derive(Debug, Clone, Copy)]
pub(super) enum At<'a> {
    Message,
    Member(&'a At<'a>, &'a str),
    Item(&'a At<'a>, usize),
}

impl At<'_> {
    pub(super) fn member<'a>(&'a self, name: &'a str) -> At<'a> {
        At::Member(self, name)
    }

    pub(super) fn item(&self, index: usize) -> At<'_> {
        At::Item(self, index)
    }

    /// Fails with this problem of the part. The problem never holds a value of the message.
    pub(super) fn problem<T>(&self, problem: impl Into<String>) -> Result<T, InvalidMessage> {
        Err(InvalidMessage {
            path: self.to_string(),
            problem: problem.into(),
            can_be_skipped: true,
        })
    }

    /// Checks the length of a text, in characters.
    pub(super) fn length(&self, text: &str, max: usize) -> Result<(), InvalidMessage> {
        // No text has more characters than bytes.
        if text.len() <= max {
            return Ok(());
        }
        match text.chars().count() {
            count if count > max => {
                self.problem(format!("has {count} characters; Cliq accepts up to {max}"))
            }
            _ => Ok(()),
        }
    }

    /// Checks the length of a text that may be absent.
    pub(super) fn length_of(
        &self,
        name: &str,
        text: Option<&str>,
        max: usize,
    ) -> Result<(), InvalidMessage> {
        text.map_or(Ok(()), |text| self.member(name).length(text, max))
    }

    /// Checks how many items a list has.
    pub(super) fn count(
        &self,
        count: usize,
        allowed: RangeInclusive<usize>,
    ) -> Result<(), InvalidMessage> {
        if allowed.contains(&count) {
            return Ok(());
        }
        let items = counted(count, "item");
        let accepted = match allowed.into_inner() {
            (0, max) => format!("up to {max}"),
            (min, max) => format!("{min} to {max}"),
        };
        self.problem(format!("has {items}; Cliq accepts {accepted}"))
    }
}

/// Returns a number of things, in words: `2 items`.
pub(super) fn counted(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message => f.write_str("message"),
            Self::Member(At::Message, name) => f.write_str(name),
            Self::Member(parent, name) => write!(f, "{parent}.{name}"),
            Self::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}
