//! Times as Zoho writes them: in RFC 3339, with or without a colon in the offset, and in
//! milliseconds since 1970, as a number or as text.

use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Smaller numbers may be seconds: as milliseconds they would be before March 1973.
const MIN_MILLIS: i64 = 100_000_000_000;

#[expect(clippy::ref_option, reason = "the form that serde calls")]
pub(super) fn serialize<S: Serializer>(
    time: &Option<OffsetDateTime>,
    out: S,
) -> Result<S::Ok, S::Error> {
    let text = time
        .map(|time| time.format(&Rfc3339))
        .transpose()
        .map_err(S::Error::custom)?;
    // Zoho writes UTC as an offset, not as `Z`.
    text.map(|text| {
        text.strip_suffix('Z')
            .map_or_else(|| text.clone(), |time| format!("{time}+00:00"))
    })
    .serialize(out)
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

fn read(value: &Value) -> Option<OffsetDateTime> {
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
