//! Messages and their ids.

use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::{BotKey, UserKey};

#[derive(Debug)]
pub(crate) struct Message {
    /// Contains the time.
    pub(crate) id: MessageId,
    pub(crate) sender: Sender,
    pub(crate) text: String,
    pub(crate) reply_to: Option<MessageId>,
    /// Further content: `card`, `slides`, `buttons` and so on.
    pub(crate) extras: Map<String, Value>,
    /// The id of the attached file.
    pub(crate) file: Option<String>,
    pub(crate) edited: bool,
    /// Reactions in the order in which they were added.
    pub(crate) reactions: Vec<Reaction>,
}

#[derive(Debug, Clone)]
pub(crate) struct Reaction {
    pub(crate) emoji: String,
    pub(crate) user: UserKey,
    pub(crate) at: OffsetDateTime,
}

/// The content of a new message.
#[derive(Debug, Clone, Default)]
pub(crate) struct Content {
    pub(crate) text: String,
    pub(crate) reply_to: Option<MessageId>,
    pub(crate) extras: Map<String, Value>,
    pub(crate) file: Option<String>,
}

impl Content {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}

impl Message {
    pub(crate) fn new(id: MessageId, sender: Sender, content: Content) -> Self {
        let Content {
            text,
            reply_to,
            extras,
            file,
        } = content;
        Self {
            id,
            sender,
            text,
            reply_to,
            extras,
            file,
            edited: false,
            reactions: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    User(UserKey),
    Bot(BotKey),
}

/// The last millisecond of the year 9999: later times can't be formatted.
const LAST_MILLIS: u64 = 253_402_300_799_999;

/// Milliseconds since the Unix epoch, and digits. Cliq separates them in three ways; `_` is used
/// here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct MessageId {
    millis: u64,
    pub(super) serial: u64,
}

impl MessageId {
    /// Times before 1970 count as 1970.
    pub(super) fn new(time: OffsetDateTime, serial: u64) -> Self {
        let millis = u64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
        Self { millis, serial }
    }

    /// Parses an id with any of the separators.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.replace("%20", "_").replace(' ', "_");
        let (millis, serial) = text.split_once('_')?;
        let (millis, serial) = (number(millis)?, number(serial)?);
        (millis <= LAST_MILLIS).then_some(Self { millis, serial })
    }

    /// Formats the id of a thread's first message, like the published responses.
    pub(crate) fn escaped(self) -> String {
        format!("{}%20{}", self.millis, self.serial)
    }

    /// Compares the times, then the digits.
    pub(crate) fn is_at_or_before(self, other: Self) -> bool {
        (self.millis, self.serial) <= (other.millis, other.serial)
    }

    pub(crate) fn millis(self) -> u64 {
        self.millis
    }

    pub(crate) fn time(self) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + Duration::from_millis(self.millis)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.millis, self.serial)
    }
}

/// Parses digits in canonical form, so that two ids are equal if and only if their texts are.
pub(super) fn number(digits: &str) -> Option<u64> {
    digits
        .parse()
        .ok()
        .filter(|number: &u64| number.to_string() == digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_in_all_its_forms() {
        let id = MessageId::parse("1727333520582_47588994306224").unwrap();
        for text in [
            "1727333520582 47588994306224",
            "1727333520582%2047588994306224",
        ] {
            assert_eq!(MessageId::parse(text), Some(id));
        }
        assert_eq!(id.to_string(), "1727333520582_47588994306224");
        assert_eq!(id.escaped(), "1727333520582%2047588994306224");
        assert_eq!(MessageId::new(id.time(), id.serial), id);
    }

    #[test]
    fn other_texts_are_not_ids() {
        for text in [
            "",
            "1",
            "172733352058247588994306224",
            "1_",
            "_1",
            "1_2_3",
            "01_2",
            "1_+2",
            "253402300800000_1",
        ] {
            assert_eq!(MessageId::parse(text), None, "{text}");
        }
    }
}
