//! Times as Zoho writes them: in RFC 3339, with or without a colon in the offset, and in
//! milliseconds since 1970, as a number or as text.

use std::fmt;

use serde::de::MapAccess;
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::macros::described;
use super::member::{Member, Plain};

/// Smaller numbers may be seconds: as milliseconds they would be before March 1973.
const MIN_MILLIS: i64 = 100_000_000_000;

#[expect(clippy::ref_option, reason = "the form that serde calls")]
pub(super) fn serialize<S: Serializer>(
    time: &Option<OffsetDateTime>,
    out: S,
) -> Result<S::Ok, S::Error> {
    time.map(DateTime).serialize(out)
}

/// Takes the member's time. One that can't be read stays where it is.
pub(super) fn take(members: &mut Map<String, Value>, name: &str) -> Option<OffsetDateTime> {
    let value = members.get(name)?;
    let time = read(value);
    if time.is_some() || value.is_null() {
        members.remove(name);
    }
    time
}

/// Returns the time that is so many milliseconds after 1970 began, if the calendar reaches that
/// far.
pub(super) fn from_millis(millis: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).ok()
}

/// Reads a time in any of its forms.
pub(super) fn read(value: &Value) -> Option<OffsetDateTime> {
    let millis = |millis: i64| {
        (millis >= MIN_MILLIS)
            .then(|| from_millis(millis))
            .flatten()
    };
    match value {
        Value::Number(number) => millis(number.as_i64()?),
        Value::String(text) => match text.parse() {
            Ok(number) => millis(number),
            Err(_) => OffsetDateTime::parse(&with_colon(text), &Rfc3339).ok(),
        },
        _ => None,
    }
}

/// Puts the colon into an offset that lacks it: `+0530`.
fn with_colon(text: &str) -> String {
    let digits = text
        .len()
        .checked_sub(4)
        .and_then(|start| text.split_at_checked(start))
        .filter(|(start, digits)| {
            start.contains('T')
                && start.ends_with(['+', '-'])
                && digits.bytes().all(|byte| byte.is_ascii_digit())
        });
    match digits {
        Some((start, digits)) => format!("{start}{}:{}", &digits[..2], &digits[2..]),
        None => text.to_owned(),
    }
}

/// A time of a request that is sent in RFC 3339, such as `2026-07-08T09:15:14+00:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(OffsetDateTime);

impl From<OffsetDateTime> for DateTime {
    fn from(time: OffsetDateTime) -> Self {
        Self(time)
    }
}

described! {
    inline DateTime: ::schemars::json_schema!({ "type": "string", "format": "date-time" })
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let text = self.0.format(&Rfc3339).map_err(S::Error::custom)?;
        // Zoho writes UTC as an offset, not as `Z`.
        match text.strip_suffix('Z') {
            Some(time) => out.collect_str(&format_args!("{time}+00:00")),
            None => out.serialize_str(&text),
        }
    }
}

/// A time of a request that is sent in milliseconds since 1970.
///
/// ```
/// use cliq_api::OffsetDateTime;
/// use cliq_api::cliq::Millis;
///
/// assert_eq!(Millis::from(OffsetDateTime::UNIX_EPOCH), Millis::from(0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Millis(i64);

impl Millis {
    /// Returns the milliseconds since 1970.
    pub const fn get(self) -> i64 {
        self.0
    }
}

described! {
    inline Millis: ::schemars::json_schema!({
        "type": "integer",
        "format": "unix-millis",
        "description": "A time in milliseconds since 1970",
    })
}

impl From<i64> for Millis {
    fn from(millis: i64) -> Self {
        Self(millis)
    }
}

impl From<OffsetDateTime> for Millis {
    fn from(time: OffsetDateTime) -> Self {
        // The calendar ends before the milliseconds do.
        let millis = time.unix_timestamp_nanos() / 1_000_000;
        Self(i64::try_from(millis).unwrap_or(i64::MAX))
    }
}

/// When something ends that may last forever: a pinned message.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Expiry {
    /// Never; sent as `-1`.
    Never,
    /// At this time; sent in milliseconds since 1970.
    At(OffsetDateTime),
    /// A value that this version can't read.
    Other(Value),
}

impl From<OffsetDateTime> for Expiry {
    fn from(time: OffsetDateTime) -> Self {
        Self::At(time)
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("never"),
            Self::At(time) => time.fmt(f),
            Self::Other(value) => value.fmt(f),
        }
    }
}

impl Serialize for Expiry {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Never => out.serialize_i64(-1),
            Self::At(time) => Millis::from(*time).serialize(out),
            Self::Other(value) => value.serialize(out),
        }
    }
}

impl<'de> Deserialize<'de> for Expiry {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(value)?;
        if value == -1 || value == "-1" {
            return Ok(Self::Never);
        }
        Ok(read(&value).map_or(Self::Other(value), Self::At))
    }
}

/// A time that can't be read stays among the other members.
impl Member for OffsetDateTime {
    fn read<'de, A: MapAccess<'de>>(
        name: &str,
        members: &mut A,
        other: &mut Map<String, Value>,
    ) -> Result<Option<Self>, A::Error> {
        let value: Value = members.next_value()?;
        let time = read(&value);
        if time.is_none() && !value.is_null() {
            other.insert(name.to_owned(), value);
        }
        Ok(time)
    }

    fn write<M: SerializeMap>(&self, name: &'static str, members: &mut M) -> Result<(), M::Error> {
        members.serialize_entry(name, &DateTime::from(*self))
    }

    #[cfg(feature = "schema")]
    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<DateTime>()
    }
}

impl Plain for Expiry {}

described! {
    inline Expiry: ::schemars::json_schema!({
        "type": "integer",
        "description": "A time in milliseconds since 1970, or -1 for never",
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_form_that_zoho_writes() {
        for (value, expected) in [
            (json!(1_783_502_114_151_u64), "2026-07-08T09:15:14.151Z"),
            (json!("1783502114151"), "2026-07-08T09:15:14.151Z"),
            (
                json!("2026-07-08T14:45:14+05:30"),
                "2026-07-08T14:45:14+05:30",
            ),
            (
                json!("2026-07-08T14:45:14+0530"),
                "2026-07-08T14:45:14+05:30",
            ),
            (
                json!("2026-07-08T01:15:14.151-0800"),
                "2026-07-08T01:15:14.151-08:00",
            ),
            (json!("2026-07-08T09:15:14Z"), "2026-07-08T09:15:14Z"),
        ] {
            let time = read(&value).unwrap_or_else(|| panic!("{value}"));
            assert_eq!(time.format(&Rfc3339).unwrap(), expected);
        }
    }

    #[test]
    fn what_cannot_be_read_is_kept() {
        for value in [
            json!("soon"),
            json!("2026-07-08"),
            json!("2026-0530"),
            json!(1_783_502_114),
            json!("1783502114"),
            json!(u64::MAX),
            json!(i64::MAX),
            json!(1.5),
            json!({ "at": 1 }),
            json!(""),
            json!("Tü+053"),
        ] {
            let mut members = Map::from_iter([("time".to_owned(), value.clone())]);
            assert_eq!(take(&mut members, "time"), None, "{value}");
            assert_eq!(members["time"], value);
        }
        let mut members = Map::from_iter([("time".to_owned(), Value::Null)]);
        assert_eq!(take(&mut members, "time"), None);
        assert!(members.is_empty());
    }
}
