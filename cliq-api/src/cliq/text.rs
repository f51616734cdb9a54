//! The text of a message, whose length Zoho limits.

use serde::ser::{Error, Serialize, Serializer};

use super::macros::described;

/// The text of a message: at most [`MessageText::MAX`] characters.
///
/// A call with a longer text fails before it is sent. Zoho documents no unit. A text has at most as
/// many characters as UTF-16 code units or bytes, so one that is rejected here would be rejected by
/// the server too. [`unchecked`](Self::unchecked) leaves the check to the server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageText {
    text: String,
    checked: bool,
}

impl MessageText {
    /// The maximum length, in characters.
    pub const MAX: usize = 5000;

    /// Returns a text whose length isn't checked before it is sent.
    pub fn unchecked(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            checked: false,
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl From<String> for MessageText {
    fn from(text: String) -> Self {
        Self {
            text,
            checked: true,
        }
    }
}

impl From<&str> for MessageText {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for MessageText {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

impl From<&MessageText> for MessageText {
    fn from(text: &MessageText) -> Self {
        text.clone()
    }
}

described! { text MessageText [] }

/// Fails for a text that is too long, so that it isn't sent.
impl Serialize for MessageText {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        // No text has more characters than bytes.
        if self.checked && self.text.len() > Self::MAX {
            let count = self.text.chars().count();
            if count > Self::MAX {
                let max = Self::MAX;
                return Err(S::Error::custom(format!(
                    "the text has {count} characters; Cliq accepts up to {max} \
                     (`MessageText::unchecked` skips this check)"
                )));
            }
        }
        out.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_not_bytes() {
        let json = |text: MessageText| serde_json::to_string(&text);
        assert!(json("ü".repeat(5000).into()).is_ok());
        let refused = json("ü".repeat(5001).into()).unwrap_err().to_string();
        assert!(refused.contains("5001 characters"), "{refused}");
        assert!(json(MessageText::unchecked("ü".repeat(5001))).is_ok());
    }
}
