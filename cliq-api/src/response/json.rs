//! Decodes a JSON body, or a member of it.
//!
//! A body may hold secrets, and serde's messages repeat values. Errors are therefore composed here:
//! the path to the member, the expected type, and the type that was found.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use http::Response;
use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_path_to_error::{Path, Segment, Track};

use super::error::DecodeError;
use super::lenient::{repaired, without_bom};
use super::nothing::Nothing;
use super::{FromResponse, content, decode};
use crate::body::Body;
use crate::request::Call;

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + Send + 'static> FromResponse<decode::Json> for T {
    fn from_response(call: &Call, response: &mut Response<Body>) -> Result<Self, DecodeError> {
        from_slice(content(response), call.meta().response)
    }
}

/// Parses a whole body. The errors are `serde_json`'s own and may hold values.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    let body = without_bom(body);
    serde_json::from_slice(body).or_else(|error| match repaired(body, &error) {
        Some(body) => serde_json::from_slice(&body),
        None => Err(error),
    })
}

/// Whether the body is empty or `null`.
pub(crate) fn is_nothing(body: &[u8]) -> bool {
    matches!(without_bom(body).trim_ascii(), b"" | b"null")
}

/// Decodes the member at the path `member`.
///
/// An empty body is read as `null`. Where the body, the member or anything on the way to it is
/// `null`, a list is empty and an `Option` is `None`. A member that doesn't exist is an error,
/// unless the type is an `Option`.
pub(crate) fn from_slice<T: DeserializeOwned>(
    body: &[u8],
    member: &[&str],
) -> Result<T, DecodeError> {
    let mut body = Cow::Borrowed(without_bom(body));
    if body.trim_ascii().is_empty() {
        body = Cow::Borrowed(b"null");
    }
    let mut read = read_member(&body, member);
    if let Err(error) = &read
        && let Some(repaired) = repaired(&body, error)
    {
        body = Cow::Owned(repaired);
        read = read_member(&body, member);
    }
    if let Ok(value) = read {
        return Ok(value);
    }
    // Once more, to know where it doesn't fit: tracking the path takes a third of the time.
    let mut track = Track::new();
    let error = match track_member(&body, member, &mut track) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let whole: Option<Value> = error.is_data().then(|| parse(&body).ok()).flatten();
    let is_null = whole
        .as_ref()
        .and_then(|whole| at(whole, member))
        .is_some_and(Value::is_null);
    if is_null && let Ok(empty) = T::deserialize(Nothing::Null) {
        return Ok(empty);
    }
    Err(explained(&error, member, &track.path(), whole.as_ref()))
}

fn read_member<T: DeserializeOwned>(body: &[u8], member: &[&str]) -> serde_json::Result<T> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let member = Member {
        path: member,
        value: PhantomData,
    };
    let value = member.deserialize(&mut json)?;
    json.end().map(|()| value)
}

/// The same, and tracks the path to what it reads.
fn track_member<T: DeserializeOwned>(
    body: &[u8],
    member: &[&str],
    track: &mut Track,
) -> serde_json::Result<T> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let member = Member {
        path: member,
        value: PhantomData,
    };
    let value = member.deserialize(serde_path_to_error::Deserializer::new(&mut json, track))?;
    json.end().map(|()| value)
}

/// Composes an error. `whole` is the body, if it is JSON.
fn explained(
    error: &serde_json::Error,
    member: &[&str],
    path: &Path,
    whole: Option<&Value>,
) -> DecodeError {
    if error.is_data() {
        if error.to_string().starts_with(MISSING) {
            // A missing member has no position in the body. The declaration has its path.
            return DecodeError::new(member.join("."), MISSING);
        }
        let found = whole.and_then(|value| follow(value, path.iter()));
        return DecodeError::new(shown(path), describe(&error.to_string(), found));
    }
    let cut = if error.is_eof() {
        ": unexpected end"
    } else {
        ""
    };
    let (line, column) = (error.line(), error.column());
    DecodeError::not_json(format!("invalid JSON at line {line}, column {column}{cut}"))
}

fn at<'v>(value: &'v Value, member: &[&str]) -> Option<&'v Value> {
    member.iter().try_fold(value, |value, name| value.get(name))
}

/// Decodes a parsed value.
pub(super) fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, DecodeError> {
    let mut track = Track::new();
    T::deserialize(serde_path_to_error::Deserializer::new(value, &mut track)).map_err(
        |error: serde_json::Error| {
            let path = track.path();
            DecodeError::new(
                shown(&path),
                describe(&error.to_string(), follow(value, path.iter())),
            )
        },
    )
}

fn shown(path: &Path) -> String {
    if path.iter().next().is_none() {
        String::new()
    } else {
        path.to_string()
    }
}

const MISSING: &str = "the member is missing";

/// Rewrites serde's message without values.
fn describe(message: &str, found: Option<&Value>) -> String {
    let message = message
        .rsplit_once(" at line ")
        .map_or(message, |(message, _)| message);
    let found = found.map_or("something else", kind);
    let expected = message
        .rsplit_once(", expected ")
        .map(|(_, expected)| expected);
    if message.starts_with("missing field ") || message.starts_with("duplicate field ") {
        return message.to_owned();
    }
    match expected {
        Some(expected) if message.starts_with("unknown ") => {
            format!("expected {expected}, found an unknown name")
        }
        Some(expected) if message.starts_with("invalid ") => {
            format!("expected {expected}, found {found}")
        }
        _ => format!("the type rejects {found}"),
    }
}

/// Names the type of a value.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn follow<'v, 'p>(value: &'v Value, path: impl Iterator<Item = &'p Segment>) -> Option<&'v Value> {
    path.into_iter()
        .try_fold(value, |value, segment| match segment {
            Segment::Seq { index } => value.get(index),
            Segment::Map { key } => value.get(key),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
}

/// Decodes the member at `path` and skips all others.
struct Member<'p, T> {
    path: &'p [&'p str],
    value: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Member<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<T, D::Error> {
        if self.path.is_empty() {
            T::deserialize(json)
        } else {
            json.deserialize_any(self)
        }
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Member<'_, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with the member `{}`", self.path[0])
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<T, A::Error> {
        let mut found = None;
        while let Some(is_it) = members.next_key_seed(KeyIs(self.path[0]))? {
            if is_it {
                found = Some(members.next_value_seed(Member {
                    path: &self.path[1..],
                    value: PhantomData,
                })?);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        found.map_or_else(|| absent(Nothing::Missing), Ok)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<T, E> {
        absent(Nothing::Unreachable)
    }
}

/// Decodes a member that isn't there.
fn absent<'de, T: Deserialize<'de>, E: serde::de::Error>(nothing: Nothing) -> Result<T, E> {
    T::deserialize(nothing).map_err(|_| E::custom(MISSING))
}

struct KeyIs<'p>(&'p str);

impl<'de> DeserializeSeed<'de> for KeyIs<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, key: D) -> Result<bool, D::Error> {
        key.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyIs<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Item {
        id: u32,
        state: State,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum State {
        Open,
    }

    fn problem<T: DeserializeOwned + fmt::Debug>(body: &str, member: &[&str]) -> String {
        from_slice::<T>(body.as_bytes(), member)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_member_is_decoded_at_any_depth() {
        let body = br#"{"x": [1, {"data": 2}], "data": {"list": [{"id": 1, "state": "open"}], "y": null}}"#;
        assert_eq!(
            from_slice::<Vec<Item>>(body, &["data", "list"]).unwrap(),
            [Item {
                id: 1,
                state: State::Open
            }]
        );
        assert_eq!(
            from_slice::<Option<u8>>(body, &["data", "y"]).unwrap(),
            None
        );
        assert_eq!(
            from_slice::<Option<u8>>(body, &["data", "z"]).unwrap(),
            None
        );
        assert_eq!(
            from_slice::<Option<u8>>(body, &["nothing", "z"]).unwrap(),
            None
        );
        assert_eq!(from_slice::<Option<u8>>(b"", &["data"]).unwrap(), None);
        assert_eq!(from_slice::<Option<u8>>(b"", &[]).unwrap(), None);
    }

    #[test]
    fn nothing_is_an_empty_list_or_none_or_an_error() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct List(Vec<Item>);
        #[derive(Debug, PartialEq, Deserialize)]
        struct Perhaps(Option<Item>);
        #[derive(Debug, PartialEq, Default, Deserialize)]
        #[serde(default)]
        struct Defaults {
            list: Vec<u8>,
        }
        #[derive(Debug, PartialEq, Deserialize)]
        struct Unit;

        for (body, member) in [
            ("", &[][..]),
            ("null", &[]),
            ("\u{feff}", &[]),
            ("\u{feff} null", &[]),
            ("", &["data", "list"]),
            ("null", &["data", "list"]),
            (r#"{"data": null}"#, &["data", "list"]),
            (r#"{"data": {"list": null}}"#, &["data", "list"]),
        ] {
            let body = body.as_bytes();
            assert_eq!(from_slice::<List>(body, member), Ok(List(Vec::new())));
            assert_eq!(from_slice::<Perhaps>(body, member), Ok(Perhaps(None)));
            assert_eq!(from_slice::<Option<List>>(body, member), Ok(None));
            // Only what is declared as a list is one.
            assert!(from_slice::<Item>(body, member).is_err());
            assert!(from_slice::<Defaults>(body, member).is_err());
            assert!(from_slice::<[u8; 0]>(body, member).is_err());
        }
        // A value that is `null` is one; a member that isn't there is none.
        assert_eq!(from_slice::<Value>(b"", &[]), Ok(Value::Null));
        assert_eq!(from_slice::<Unit>(b"", &[]), Ok(Unit));
        assert_eq!(
            from_slice::<Value>(br#"{"data": null}"#, &["data"]),
            Ok(Value::Null)
        );
        for body in ["{}", r#"{"date": []}"#] {
            assert_eq!(
                problem::<Value>(body, &["data"]),
                "at `data`: the member is missing"
            );
            assert_eq!(
                problem::<Unit>(body, &["data"]),
                "at `data`: the member is missing"
            );
            assert_eq!(
                problem::<List>(body, &["data"]),
                "at `data`: the member is missing"
            );
            assert_eq!(
                from_slice::<Perhaps>(body.as_bytes(), &["data"]),
                Ok(Perhaps(None))
            );
        }
        for body in ["", "null"] {
            assert_eq!(
                problem::<Value>(body, &["data"]),
                "at `data`: the member is missing"
            );
        }
    }

    #[test]
    fn an_error_beside_half_a_pair_is_still_explained() {
        assert_eq!(
            problem::<Item>(r#"{"x": "\ud83d", "id": "canary", "y": "\ud83d"}"#, &[]),
            "at `id`: expected u32, found a string"
        );
        assert_eq!(
            problem::<Item>(r#"{"id": "canary", "y": "\ud83d"}"#, &[]),
            "at `id`: expected u32, found a string"
        );
    }

    #[test]
    fn an_error_names_the_path_and_both_types_but_no_value() {
        assert_eq!(
            problem::<Item>(r#"{"id": "canary"}"#, &[]),
            "at `id`: expected u32, found a string"
        );
        assert_eq!(
            problem::<Vec<Item>>(r#"{"data": [{"id": 1, "state": "canary"}]}"#, &["data"]),
            "at `data[0].state`: expected `open`, found an unknown name"
        );
        assert_eq!(
            problem::<Item>(r#"{"data": {"id": 1}}"#, &["data"]),
            "at `data`: missing field `state`"
        );
        assert_eq!(
            problem::<Item>("{}", &["data"]),
            "at `data`: the member is missing"
        );
        assert_eq!(
            problem::<Item>(r#"{"data": {}}"#, &["data", "item"]),
            "at `data.item`: the member is missing"
        );
        assert_eq!(
            problem::<Item>("[]", &["data"]),
            "expected an object with the member `data`, found a list"
        );
        assert_eq!(problem::<Item>("", &[]), "expected struct Item, found null");
        assert_eq!(
            problem::<Item>("<html>", &[]),
            "invalid JSON at line 1, column 1"
        );
        assert_eq!(
            problem::<Item>(r#"{"id":"#, &[]),
            "invalid JSON at line 1, column 6: unexpected end"
        );
        assert_eq!(
            problem::<u8>("1 2", &[]),
            "invalid JSON at line 1, column 3"
        );
    }
}
