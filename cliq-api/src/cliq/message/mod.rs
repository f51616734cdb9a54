//! Messages as they are posted.

use serde::{Serialize, Serializer};

use super::text::MessageText;

/// A message to post.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    text: MessageText,
}

impl Message {
    /// Returns a message of this text.
    pub fn text(text: impl Into<MessageText>) -> Self {
        Self { text: text.into() }
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut members = out.serialize_map(Some(1))?;
        members.serialize_entry("text", &self.text)?;
        members.end()
    }
}
