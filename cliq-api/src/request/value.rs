//! Serializes values: percent-encoded in a path or a query, as text in a header, as JSON in a body.
//!
//! A scalar is whatever serializes to a string, a number or a boolean, such as a newtype or a unit
//! variant. `serde_json` serializes it, with a formatter that omits JSON's quotes and escapes and
//! rejects lists and objects.

use std::collections::BTreeMap;
use std::io::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{CharEscape, Formatter, Serializer};
use serde_json::value::RawValue;

use super::error::RequestError;

/// All characters but the unreserved ones of RFC 3986. It includes `/` and `%`, so the server
/// decodes the same value.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Appends a value in a path.
pub(crate) fn path<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    value: &T,
) -> Result<(), RequestError> {
    let start = out.len();
    encoded(out, value)?;
    match &out[start..] {
        b"" => Err(RequestError::new(
            "expected a value, found an empty string, which would change the path",
        )),
        segment => is_no_dot_segment(segment),
    }
}

/// Appends values in a path, joined with commas.
pub(crate) fn path_csv<T: Serialize>(out: &mut Vec<u8>, values: &[T]) -> Result<(), RequestError> {
    if values.is_empty() {
        return Err(RequestError::new(
            "expected at least one value, found an empty list, which would change the path",
        ));
    }
    let start = out.len();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let start = out.len();
        item(out, value)?;
        if out.len() == start {
            return Err(RequestError::new(
                "an item is empty, which would change the path",
            ));
        }
    }
    is_no_dot_segment(&out[start..])
}

/// Appends the segments of a text with slashes between them.
pub(crate) fn rest<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    value: &T,
) -> Result<(), RequestError> {
    let mut text = Vec::new();
    plain(&mut text, value)?;
    let segments: Vec<_> = text.split(|byte| *byte == b'/').collect();
    each_segment(out, &segments, |out, segment| {
        encode(out, segment);
        Ok(())
    })
}

/// Appends segments, in which a slash is encoded.
pub(crate) fn segments<T: Serialize>(
    out: &mut Vec<u8>,
    segments: &[T],
) -> Result<(), RequestError> {
    if segments.is_empty() {
        return Err(RequestError::new(
            "expected at least one segment, found an empty list, which would change the path",
        ));
    }
    each_segment(out, segments, |out, segment| encoded(out, segment))
}

fn each_segment<T>(
    out: &mut Vec<u8>,
    segments: &[T],
    write: impl Fn(&mut Vec<u8>, &T) -> Result<(), RequestError>,
) -> Result<(), RequestError> {
    for (index, segment) in segments.iter().enumerate() {
        if index > 0 {
            out.push(b'/');
        }
        let start = out.len();
        write(out, segment)?;
        if out.len() == start {
            return Err(RequestError::new(
                "a segment is empty, which would change the path",
            ));
        }
        is_no_dot_segment(&out[start..])?;
    }
    Ok(())
}

/// Encoding doesn't help: URL parsers treat `%2e%2e` as `..`.
fn is_no_dot_segment(segment: &[u8]) -> Result<(), RequestError> {
    match segment {
        b"." | b".." => Err(RequestError::new(
            "`.` and `..` are not allowed, as they would change the path",
        )),
        _ => Ok(()),
    }
}

/// Appends `name=value`, for a query or a form.
pub(crate) fn pair<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    name: &str,
    value: &T,
) -> Result<(), RequestError> {
    key(out, name);
    encoded(out, value)
}

/// Appends `name=value` for each value.
pub(crate) fn repeated<T: Serialize>(
    out: &mut Vec<u8>,
    name: &str,
    values: &[T],
) -> Result<(), RequestError> {
    joined(out, values, |out, value| pair(out, name, value))
}

/// Appends `name=value,value`, or nothing if there are no values.
pub(crate) fn csv<T: Serialize>(
    out: &mut Vec<u8>,
    name: &str,
    values: &[T],
) -> Result<(), RequestError> {
    if values.is_empty() {
        return Ok(());
    }
    key(out, name);
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        item(out, value)?;
    }
    Ok(())
}

/// Appends an item of a list that is joined with commas.
fn item<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) -> Result<(), RequestError> {
    let start = out.len();
    encoded(out, value)?;
    if out[start..].windows(3).any(|window| window == b"%2C") {
        return Err(comma_in_item());
    }
    Ok(())
}

/// Joins values with commas, without encoding them.
pub(crate) fn comma_joined<T: Serialize>(values: &[T]) -> Result<String, RequestError> {
    let mut text = Vec::new();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            text.push(b',');
        }
        let start = text.len();
        plain(&mut text, value)?;
        if text[start..].contains(&b',') {
            return Err(comma_in_item());
        }
    }
    String::from_utf8(text).map_err(|_| RequestError::new("an item isn't text"))
}

fn comma_in_item() -> RequestError {
    RequestError::new("an item contains a comma, which would split it in two")
}

/// Appends the members of a struct or map as pairs, and returns their names. A `null` is omitted, a
/// list repeats the name.
pub(crate) fn flattened<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    value: &T,
) -> Result<Vec<String>, RequestError> {
    let mut members = members(value)?;
    members.retain(|(_, value)| !is_empty(value));
    joined(out, &members, |out, (name, value)| match value {
        Value::Array(values) => repeated(out, name, values),
        value => pair(out, name, value),
    })?;
    Ok(members.into_iter().map(|(name, _)| name).collect())
}

/// Appends the members of a struct or map, each with brackets, and returns their names.
pub(crate) fn deep_members<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    value: &T,
) -> Result<Vec<String>, RequestError> {
    let members = members(value)?;
    let start = out.len();
    for (name, value) in &members {
        nested(out, start, name, value)?;
    }
    Ok(members.into_iter().map(|(name, _)| name).collect())
}

/// Appends a value with brackets: `name[member]=value&name[list][0]=value`. A `null` is omitted. A
/// list that is required must not be empty, as nothing of it would be sent.
pub(crate) fn deep<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    name: &str,
    value: &T,
    is_required: bool,
) -> Result<(), RequestError> {
    let value = serde_json::to_value(value).map_err(|error| invalid(&error))?;
    if is_required && value.as_array().is_some_and(Vec::is_empty) {
        return Err(RequestError::new("it is required, and its list is empty"));
    }
    let start = out.len();
    nested(out, start, name, &value)
}

fn nested(out: &mut Vec<u8>, start: usize, name: &str, value: &Value) -> Result<(), RequestError> {
    match value {
        Value::Null => Ok(()),
        Value::Array(values) => values
            .iter()
            .enumerate()
            .try_for_each(|(index, value)| nested(out, start, &format!("{name}[{index}]"), value)),
        Value::Object(members) => members.iter().try_for_each(|(member, value)| {
            nested(out, start, &format!("{name}[{member}]"), value)
        }),
        value => {
            if out.len() > start {
                out.push(b'&');
            }
            pair(out, name, value)
        }
    }
}

/// The members of a struct or map.
fn members<T: Serialize + ?Sized>(value: &T) -> Result<Vec<(String, Value)>, RequestError> {
    match serde_json::to_value(value).map_err(|error| invalid(&error))? {
        Value::Null => Ok(Vec::new()),
        Value::Object(members) => Ok(members.into_iter().collect()),
        _ => Err(not_members()),
    }
}

fn not_members() -> RequestError {
    RequestError::new("expected a struct or a map to flatten")
}

/// Appends the members of a struct or map as those of a JSON object, and returns their names.
pub(crate) fn json_members<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    value: &T,
) -> Result<Vec<String>, RequestError> {
    // As text, so that numbers keep their digits and members their order.
    let mut text = Vec::new();
    json(&mut text, value)?;
    match text.as_slice() {
        b"null" => Ok(Vec::new()),
        [b'{', members @ .., b'}'] => {
            out.extend_from_slice(members);
            let names: BTreeMap<String, &RawValue> =
                serde_json::from_slice(&text).map_err(|error| invalid(&error))?;
            Ok(names.into_keys().collect())
        }
        _ => Err(not_members()),
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// Appends a scalar as it is.
pub(crate) fn text<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    value: &T,
) -> Result<(), RequestError> {
    plain(out, value)
}

/// Appends a header's text.
pub(crate) fn header<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    value: &T,
) -> Result<(), RequestError> {
    let start = out.len();
    plain(&mut *out, value)?;
    if http::HeaderValue::from_bytes(&out[start..]).is_ok_and(|value| value.to_str().is_ok()) {
        return Ok(());
    }
    Err(RequestError::new(
        "invalid character in a header; expected visible ASCII and spaces",
    ))
}

/// Appends JSON.
pub(crate) fn json<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    value: &T,
) -> Result<(), RequestError> {
    serde_json::to_writer(out, value).map_err(|error| invalid(&error))
}

/// Converts an error of the formatter or of a `Serialize` implementation.
fn invalid(error: &serde_json::Error) -> RequestError {
    RequestError::new(error.to_string())
}

fn joined<T>(
    out: &mut Vec<u8>,
    values: &[T],
    mut write: impl FnMut(&mut Vec<u8>, &T) -> Result<(), RequestError>,
) -> Result<(), RequestError> {
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(b'&');
        }
        write(out, value)?;
    }
    Ok(())
}

fn key(out: &mut Vec<u8>, name: &str) {
    encode(out, name.as_bytes());
    out.push(b'=');
}

fn encoded<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) -> Result<(), RequestError> {
    plain(Encoder(out), value)
}

fn plain<T: Serialize + ?Sized>(out: impl Write, value: &T) -> Result<(), RequestError> {
    value
        .serialize(&mut Serializer::with_formatter(out, Plain))
        .map_err(|error| invalid(&error))
}

/// Appends, percent-encoded.
fn encode(out: &mut Vec<u8>, bytes: &[u8]) {
    // Most values have nothing to encode: without branches, it takes half the time to see that.
    let is_unreserved = |all, &byte: &u8| all & UNRESERVED[usize::from(byte)];
    if bytes.iter().fold(true, is_unreserved) {
        out.extend_from_slice(bytes);
        return;
    }
    percent_encode(bytes, ENCODED).for_each(|chunk| out.extend_from_slice(chunk.as_bytes()));
}

/// What [`ENCODED`] leaves as it is, to look it up.
#[expect(clippy::cast_possible_truncation, reason = "there are 256")]
static UNRESERVED: [bool; 256] = {
    let mut unreserved = [false; 256];
    let mut byte = 0;
    while byte < unreserved.len() {
        unreserved[byte] = matches!(
            byte as u8,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~'
        );
        byte += 1;
    }
    unreserved
};

/// Percent-encodes and appends.
struct Encoder<'a>(&'a mut Vec<u8>);

impl Write for Encoder<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        encode(self.0, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes strings without quotes and escapes, numbers and booleans as JSON does, and rejects
/// everything else.
struct Plain;

impl Plain {
    fn reject(found: &str) -> io::Result<()> {
        Err(io::Error::other(format!(
            "expected a scalar (a string, a number, a boolean or a unit variant), found {found}"
        )))
    }
}

impl Formatter for Plain {
    fn begin_string<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        Ok(())
    }

    fn end_string<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        Ok(())
    }

    fn write_char_escape<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        let byte = match escape {
            CharEscape::Quote => b'"',
            CharEscape::ReverseSolidus => b'\\',
            CharEscape::Solidus => b'/',
            CharEscape::Backspace => 8,
            CharEscape::FormFeed => 12,
            CharEscape::LineFeed => b'\n',
            CharEscape::CarriageReturn => b'\r',
            CharEscape::Tab => b'\t',
            CharEscape::AsciiControl(byte) => byte,
        };
        writer.write_all(&[byte])
    }

    fn write_null<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        Self::reject("null")
    }

    fn begin_array<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        Self::reject("a list")
    }

    fn begin_object<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        Self::reject("an object")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), RequestError>,
    ) -> Result<String, String> {
        let mut out = Vec::new();
        write(&mut out)
            .map(|()| String::from_utf8(out).unwrap())
            .map_err(|error| error.to_string())
    }

    #[derive(Serialize)]
    enum Kind {
        #[serde(rename = "not followed")]
        NotFollowed,
        With(u8),
    }

    #[test]
    fn scalars_are_written_and_everything_else_is_rejected() {
        assert_eq!(written(|out| pair(out, "n", &-5)).unwrap(), "n=-5");
        assert_eq!(written(|out| pair(out, "n", &1.5)).unwrap(), "n=1.5");
        assert_eq!(written(|out| pair(out, "n", &true)).unwrap(), "n=true");
        assert_eq!(written(|out| pair(out, "n", &'ü')).unwrap(), "n=%C3%BC");
        assert_eq!(
            written(|out| pair(out, "n", &Kind::NotFollowed)).unwrap(),
            "n=not%20followed"
        );
        assert_eq!(written(|out| pair(out, "n", &Some("x"))).unwrap(), "n=x");
        assert_eq!(
            written(|out| pair(out, "a b", "\"\\/\u{8}\u{c}\n\r\t\u{1}")).unwrap(),
            "a%20b=%22%5C%2F%08%0C%0A%0D%09%01"
        );
        for rejected in [
            written(|out| pair(out, "n", &Kind::With(1))),
            written(|out| pair(out, "n", &[1])),
            written(|out| pair(out, "n", &())),
            written(|out| pair(out, "n", &f64::NAN)),
            written(|out| pair(out, "n", &BTreeMap::from([("a", 1)]))),
        ] {
            assert!(rejected.unwrap_err().contains("expected a scalar"));
        }
    }

    #[test]
    fn lists_and_members() {
        assert_eq!(
            written(|out| repeated(out, "n", &["a", "b&c"])).unwrap(),
            "n=a&n=b%26c"
        );
        assert_eq!(written(|out| csv(out, "n", &["a", "b"])).unwrap(), "n=a,b");
        assert_eq!(written(|out| csv::<&str>(out, "n", &[])).unwrap(), "");
        assert!(
            written(|out| csv(out, "n", &["a,b"]))
                .unwrap_err()
                .contains("comma")
        );
        let members = json!({ "a": 1, "b": null, "c": ["x", "y"], "d": [], "e": "ü" });
        assert_eq!(
            written(|out| flattened(out, &members).map(drop)).unwrap(),
            "a=1&c=x&c=y&e=%C3%BC"
        );
        assert!(
            written(|out| flattened(out, &json!({ "a": { "b": 1 } })).map(drop))
                .unwrap_err()
                .contains("an object")
        );
        assert!(
            written(|out| flattened(out, &1).map(drop))
                .unwrap_err()
                .contains("struct or a map")
        );
    }

    #[test]
    fn brackets() {
        let value = json!({ "gte": 1, "none": null, "of": [{ "price": "a b" }, []], "x": {} });
        assert_eq!(
            written(|out| deep(out, "created", &value, true)).unwrap(),
            "created%5Bgte%5D=1&created%5Bof%5D%5B0%5D%5Bprice%5D=a%20b"
        );
        assert_eq!(written(|out| deep(out, "n", &5, true)).unwrap(), "n=5");
        assert_eq!(
            written(|out| deep(out, "n", &json!([]), false)).unwrap(),
            ""
        );
        assert!(written(|out| deep(out, "n", &json!([]), true)).is_err());
        assert_eq!(
            written(|out| deep_members(out, &value).map(drop)).unwrap(),
            "gte=1&of%5B0%5D%5Bprice%5D=a%20b"
        );
    }

    #[test]
    fn several_segments_and_lists_in_a_path() {
        assert_eq!(written(|out| rest(out, "a b/c")).unwrap(), "a%20b/c");
        assert_eq!(written(|out| rest(out, &5)).unwrap(), "5");
        assert_eq!(
            written(|out| segments(out, &["a/b", "c"])).unwrap(),
            "a%2Fb/c"
        );
        assert_eq!(written(|out| path_csv(out, &["a", "b"])).unwrap(), "a,b");
        for text in ["", "/a", "a/", "a//b", ".", "a/../b", "./a"] {
            let error = written(|out| rest(out, text)).unwrap_err();
            assert!(error.contains("change the path"), "{text}: {error}");
        }
        for list in [&[][..], &[""], &["a", ".."]] {
            let error = written(|out| segments(out, list)).unwrap_err();
            assert!(error.contains("change the path"), "{list:?}: {error}");
        }
        assert!(written(|out| path_csv(out, &["a,b"])).is_err());
        assert!(written(|out| path_csv::<&str>(out, &[])).is_err());
        assert!(written(|out| path_csv(out, &[".."])).is_err());
        assert!(written(|out| path_csv(out, &[""])).is_err());
        assert!(written(|out| path_csv(out, &["a", ""])).is_err());
    }

    #[test]
    fn members_of_json_keep_their_digits_and_order() {
        let text = r#"{"z":123456789012345678901234567890,"a":null}"#;
        let raw: Box<RawValue> = serde_json::from_str(text).unwrap();
        assert_eq!(
            written(|out| json_members(out, &raw).map(drop)).unwrap(),
            &text[1..text.len() - 1]
        );
        assert_eq!(written(|out| json_members(out, &()).map(drop)).unwrap(), "");
        assert!(written(|out| json_members(out, &[1]).map(drop)).is_err());
    }

    #[test]
    fn a_header_holds_ascii_only() {
        assert_eq!(written(|out| header(out, "a b\"c\"")).unwrap(), "a b\"c\"");
        assert!(written(|out| header(out, "ü")).is_err());
        assert!(written(|out| header(out, "a\r\nX-Injected: b")).is_err());
    }
}
