//! Newtypes for identifiers and names, so that one can't be passed in place of another.
//!
//! They accept any text: Zoho documents no format, and numeric chat ids occur.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;
use serde::de::MapAccess;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::macros::described;
use super::member::{Member, Plain};
use super::times;

/// Declares identifiers. Each converts from `&str`, `String` and references to itself, and
/// deserializes from a string or a number.
macro_rules! ids {
    ($($(#[doc = $about:literal])* $name:ident)*) => {
        $(
            $(#[doc = $about])*
            #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
            #[serde(transparent)]
            pub struct $name(String);

            impl $name {
                /// Returns the identifier as text.
                pub fn as_str(&self) -> &str {
                    &self.0
                }
            }

            conversions!($name: |text| Self(text));

            impl Plain for $name {}

            described! { text $name [] }

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
                    value.deserialize_any(Text).map(|text| Self(text.into_owned()))
                }
            }
        )*
    };
}

macro_rules! conversions {
    ($name:ident: |$text:ident| $make:expr) => {
        impl From<String> for $name {
            fn from($text: String) -> Self {
                $make
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                text.to_owned().into()
            }
        }

        impl From<&String> for $name {
            fn from(text: &String) -> Self {
                text.as_str().into()
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }
    };
}

macro_rules! shown {
    ($($name:ident)*) => {
        $(
            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(self.as_str())
                }
            }

            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.debug_tuple(stringify!($name)).field(&self.as_str()).finish()
                }
            }
        )*
    };
}

ids! {
    /// A channel's id, such as `P1974166000016769023`.
    ChannelId
    /// A channel's unique name.
    ChannelUniqueName
    /// A chat's id, such as `CT_1608777491574236080_637446511`. Every channel and every thread has
    /// one.
    ChatId
    /// A thread's chat id: that of its parent, followed by `-T-` and digits.
    ThreadChatId
    /// A user's id.
    UserId
    /// A bot's unique name. Cliq assigns it when the bot is created; it never changes.
    BotUniqueName
    /// A bot's id, a number.
    BotId
    /// A bot's id or its unique name.
    BotIdOrName
    /// The id of a handler of a bot's menu.
    HandlerId
    /// A slash command's id.
    CommandId
    /// A function's id.
    FunctionId
    /// A message action's id.
    MessageActionId
    /// A datastore's id, a number.
    DatastoreId
    /// A datastore's unique name.
    DatastoreName
    /// The id of a datastore's field.
    DatastoreFieldId
    /// The id of a datastore's record.
    RecordId
    /// An extension's id.
    ExtensionId
    /// The id of a chat folder.
    ChatFolderId
    /// A reminder's id.
    ReminderId
    /// The id of a message that is sent later.
    ScheduledMessageId
    /// The id of an uploaded file.
    FileId
    /// The secret key of an extension, which authorizes its bots. `Debug` doesn't show it.
    AppKey
    /// The secret key of an extension, which authorizes calls for its bots, its datastores and
    /// itself. `Debug` doesn't show it.
    ExtensionKey
}

shown! {
    ChannelId ChannelUniqueName ChatId ThreadChatId UserId BotUniqueName MessageId
    BotId BotIdOrName HandlerId CommandId FunctionId MessageActionId
    DatastoreId DatastoreName DatastoreFieldId RecordId ExtensionId
    ChatFolderId ReminderId ScheduledMessageId FileId
}

impl fmt::Debug for AppKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppKey(…)")
    }
}

impl fmt::Debug for ExtensionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExtensionKey(…)")
    }
}

impl From<BotId> for BotIdOrName {
    fn from(id: BotId) -> Self {
        Self(id.0)
    }
}

impl From<&BotId> for BotIdOrName {
    fn from(id: &BotId) -> Self {
        Self(id.0.clone())
    }
}

impl From<BotUniqueName> for BotIdOrName {
    fn from(name: BotUniqueName) -> Self {
        Self(name.0)
    }
}

impl From<&BotUniqueName> for BotIdOrName {
    fn from(name: &BotUniqueName) -> Self {
        Self(name.0.clone())
    }
}

/// A thread is a chat.
impl From<ThreadChatId> for ChatId {
    fn from(id: ThreadChatId) -> Self {
        Self(id.0)
    }
}

impl From<&ThreadChatId> for ChatId {
    fn from(id: &ThreadChatId) -> Self {
        Self(id.0.clone())
    }
}

/// A message's id: a time in milliseconds and a number.
///
/// Zoho writes it in several forms: with `_`, with a space, and with a space that is encoded as in
/// a path or a form, once or more often. All compare equal, and are sent with `_`, as documented.
///
/// ```
/// use cliq_api::cliq::MessageId;
///
/// let id = MessageId::from("1727333520582%2047588994306224");
/// assert_eq!(id, MessageId::from("1727333520582 47588994306224"));
/// assert_eq!(id.as_str(), "1727333520582_47588994306224");
/// assert_eq!(id.time().unwrap().year(), 2024);
/// ```
#[derive(Clone)]
pub struct MessageId {
    /// With `_`.
    text: String,
    /// How it was written, if that differs, so that what was received can be returned as it was.
    written: Option<Box<str>>,
}

/// How often an id may have been encoded.
const MAX_ENCODED: usize = 4;

impl MessageId {
    /// Returns the id as it is sent, with `_`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the id as it was received or created.
    pub fn as_written(&self) -> &str {
        self.written.as_deref().unwrap_or(&self.text)
    }

    /// Returns when the message was posted; `None` for an id of an unknown form.
    pub fn time(&self) -> Option<OffsetDateTime> {
        let (millis, _) = parts(&self.text)?;
        times::from_millis(millis.parse().ok()?)
    }

    fn read(text: String) -> Self {
        let mut decoded = Cow::Borrowed(text.as_str());
        for _ in 0..=MAX_ENCODED {
            if let Some((millis, number)) = parts(&decoded) {
                let sent = format!("{millis}_{number}");
                let written = (sent != text).then(|| text.into_boxed_str());
                return Self {
                    text: sent,
                    written,
                };
            }
            if !decoded.contains('%') {
                break;
            }
            let once = percent_decode_str(&decoded)
                .decode_utf8_lossy()
                .into_owned();
            decoded = Cow::Owned(once);
        }
        // An unknown form is kept unchanged.
        Self {
            text,
            written: None,
        }
    }
}

/// Splits an id at its separator.
fn parts(id: &str) -> Option<(&str, &str)> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // A form encodes a space as `+`.
    let (millis, number) = id.split_once(['_', ' ', '+'])?;
    (digits(millis) && digits(number)).then_some((millis, number))
}

conversions!(MessageId: |text| Self::read(text));

described! { text MessageId [] }

impl PartialEq for MessageId {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for MessageId {}

impl PartialOrd for MessageId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for MessageId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl std::hash::Hash for MessageId {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

/// With `_`, as it is sent.
impl Serialize for MessageId {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for MessageId {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        value
            .deserialize_any(Text)
            .map(|text| Self::read(text.into_owned()))
    }
}

/// Serializes an id as it was received, for `serialize_with` of models.
#[expect(clippy::ref_option, reason = "the form that serde calls")]
pub(super) fn as_received<S: Serializer>(
    id: &Option<MessageId>,
    out: S,
) -> Result<S::Ok, S::Error> {
    id.as_ref().map(MessageId::as_written).serialize(out)
}

/// Accepts a string or a number.
struct Text;

impl<'de> serde::de::Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an identifier (a string or a number)")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(number.to_string()))
    }
}

/// Written as it was received.
impl Member for MessageId {
    fn read<'de, A: MapAccess<'de>>(
        _: &str,
        members: &mut A,
        _: &mut Map<String, Value>,
    ) -> Result<Option<Self>, A::Error> {
        members.next_value()
    }

    fn write<M: SerializeMap>(&self, name: &'static str, members: &mut M) -> Result<(), M::Error> {
        members.serialize_entry(name, self.as_written())
    }

    #[cfg(feature = "schema")]
    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<Self>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_is_one_in_all_its_forms() {
        let forms = [
            "1727333520582_47588994306224",
            "1727333520582 47588994306224",
            "1727333520582%2047588994306224",
            "1727333520582+47588994306224",
            "1727333520582%2B47588994306224",
            "1727333520582%2b47588994306224",
            "1727333520582%5F47588994306224",
            "1727333520582%252047588994306224",
            "1727333520582%252B47588994306224",
            "%31727333520582_47588994306224",
        ];
        for form in forms {
            let id = MessageId::from(form);
            assert_eq!(id, MessageId::from(forms[0]));
            assert_eq!(
                serde_json::to_string(&id).unwrap(),
                format!("\"{}\"", forms[0])
            );
            assert_eq!(id.as_written(), form);
        }
        // An unknown form is kept unchanged.
        for form in [
            "", "abc def", "1_2_3", "1+2+3", "%20", "17%20", "a%20b", "%", "1%2",
        ] {
            let id = MessageId::from(form);
            assert_eq!((id.as_str(), id.as_written()), (form, form));
            assert_eq!(id.time(), None);
        }
        let far = "9".repeat(30) + "_1";
        assert_eq!(MessageId::from(far).time(), None);
        let time = MessageId::from("1727333520582%252B47588994306224").time();
        assert_eq!(
            time.unwrap().unix_timestamp_nanos(),
            1_727_333_520_582_000_000
        );
    }

    #[test]
    fn an_id_reads_from_strings_and_numbers() {
        assert_eq!(
            serde_json::from_str::<UserId>("855727961").unwrap(),
            UserId::from("855727961")
        );
        assert_eq!(
            serde_json::from_str::<UserId>("\"855727961\"").unwrap(),
            UserId::from("855727961")
        );
        assert!(serde_json::from_str::<UserId>("[]").is_err());
        assert!(!format!("{:?}", AppKey::from("canary")).contains("canary"));
    }
}
