//! Messages and their ids.

use std::fmt;

use time::OffsetDateTime;

use super::{BotKey, UserKey};

#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) id: MessageId,
    pub(crate) sender: Sender,
    pub(crate) text: String,
    pub(crate) time: OffsetDateTime,
    pub(crate) reply_to: Option<MessageId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    User(UserKey),
    Bot(BotKey),
}

/// Milliseconds of the Unix epoch and digits. Cliq writes what stands between them in three ways; here it is `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MessageId(String);

impl MessageId {
    pub(super) fn new(time: OffsetDateTime, serial: u64) -> Self {
        Self(format!("{}_{serial}", epoch_millis(time)))
    }

    /// From any of the ways in which it is written.
    pub(crate) fn parse(text: &str) -> Self {
        Self(text.replace("%20", "_").replace(' ', "_"))
    }

    /// As the published answers write the message that a thread was started from.
    pub(crate) fn escaped(&self) -> String {
        self.0.replace('_', "%20")
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(crate) fn epoch_millis(time: OffsetDateTime) -> i128 {
    time.unix_timestamp_nanos() / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_in_all_its_forms() {
        let id = MessageId::parse("1727333520582_47588994306224");
        for text in ["1727333520582 47588994306224", "1727333520582%2047588994306224"] {
            assert_eq!(MessageId::parse(text), id);
        }
        assert_eq!(id.to_string(), "1727333520582_47588994306224");
        assert_eq!(id.escaped(), "1727333520582%2047588994306224");
        assert_ne!(MessageId::parse("172733352058247588994306224"), id);
    }
}
