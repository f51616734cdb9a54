//! What is read although JSON forbids it.
//!
//! Only what can't change a value: a byte order mark before the text, and half of a surrogate pair,
//! which no Unicode string can hold. Anything else stays an error.

/// What a byte order mark is in UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// An escape and U+FFFD, written as one: both are of the same length, so that the positions in
/// errors stay right.
const ESCAPE: usize = br"\ud83d".len();
const REPLACEMENT: &[u8; ESCAPE] = br"\ufffd";

/// Skips a byte order mark, which RFC 8259, section 8.1, lets a parser do.
pub(crate) fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(BOM).unwrap_or(body)
}

/// Returns the body with U+FFFD for each half of a surrogate pair; `None` if it has none, or if
/// `error` has another cause. Only called after an error, so that other bodies cost nothing.
pub(crate) fn repaired(body: &[u8], error: &serde_json::Error) -> Option<Vec<u8>> {
    if error.is_data() || error.is_io() {
        return None;
    }
    let mut repaired = None;
    let mut index = 0;
    // JSON has backslashes only within strings, so strings need no special case.
    while let Some(offset) = body.get(index..).and_then(next_escape) {
        index += offset;
        let is_pair = is_high(unit(body, index)) && is_low(unit(body, index + ESCAPE));
        index += match unit(body, index) {
            // Of another escape, such as `\\`, the character after it is no escape.
            None => 2,
            Some(_) if is_pair => 2 * ESCAPE,
            Some(0xd800..=0xdfff) => {
                let repaired = repaired.get_or_insert_with(|| body.to_vec());
                repaired[index..index + ESCAPE].copy_from_slice(REPLACEMENT);
                ESCAPE
            }
            Some(_) => ESCAPE,
        };
    }
    repaired
}

fn next_escape(text: &[u8]) -> Option<usize> {
    text.iter().position(|byte| *byte == b'\\')
}

fn is_high(unit: Option<u16>) -> bool {
    matches!(unit, Some(0xd800..=0xdbff))
}

fn is_low(unit: Option<u16>) -> bool {
    matches!(unit, Some(0xdc00..=0xdfff))
}

/// Returns the UTF-16 code unit that the escape at `index` stands for.
fn unit(body: &[u8], index: usize) -> Option<u16> {
    let digits = body.get(index..index + ESCAPE)?.strip_prefix(br"\u")?;
    let digits = std::str::from_utf8(digits).ok()?;
    // Parsing would accept a sign.
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use crate::response::json::parse;

    #[test]
    fn a_half_is_replaced_and_nothing_else() {
        for (text, expected) in [
            (r#""a\ud83d""#, "a\u{fffd}"),
            (r#""\uDE00b""#, "\u{fffd}b"),
            (r#""\ud83d\n""#, "\u{fffd}\n"),
            (r#""\ud83dx\ude00""#, "\u{fffd}x\u{fffd}"),
            (r#""\ud83d\u0041""#, "\u{fffd}A"),
            // A pair after a half, and a backslash before what only looks like one.
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
            (r#""\\ud83d \ud83d""#, "\\ud83d \u{fffd}"),
            (r#""\ud83d\\ude00""#, "\u{fffd}\\ude00"),
        ] {
            let read: String = parse(text.as_bytes()).unwrap();
            assert_eq!(read, expected, "{text}");
        }
        // Names of members are strings, too.
        let read: serde_json::Value = parse(br#"{"\ud83d": ["\ude00"]}"#).unwrap();
        assert_eq!(read, serde_json::json!({ "\u{fffd}": ["\u{fffd}"] }));
    }

    #[test]
    fn a_byte_order_mark_is_skipped_once_and_at_the_start() {
        assert_eq!(parse::<u8>(b"\xef\xbb\xbf 7").unwrap(), 7);
        assert!(parse::<u8>(b"7\xef\xbb\xbf").is_err());
        let inside: String = parse("\"\u{feff}\"".as_bytes()).unwrap();
        assert_eq!(inside, "\u{feff}");
    }

    #[test]
    fn what_could_change_a_value_stays_an_error() {
        for text in [
            &b"\"\xe9\""[..],
            b"\"a\nb\"",
            b"[1,]",
            b"{a: 1}",
            b"\"\\ud83",
            b"\"\\ud83d",
            b"\"\\u+d83\"",
            b"NaN",
        ] {
            let text_shown = text.escape_ascii();
            assert!(parse::<serde_json::Value>(text).is_err(), "{text_shown}");
        }
    }
}
