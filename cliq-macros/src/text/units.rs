//! Times, limits, scopes, headers and content types.

/// So many calls per so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) calls: u32,
    pub(crate) seconds: u64,
    /// Of all users together.
    pub(crate) per_app: bool,
}

/// Seconds of `10s`, `5m`, `5min` or `1h`.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let (number, unit) = number_and_rest(text)?;
    let seconds = number.checked_mul(unit_seconds(unit)?)?;
    // What a `Duration` in nanoseconds and a deadline reckoned from it can bear; longer than a
    // century is a slip anyway.
    (1..=100 * 366 * 86_400)
        .contains(&seconds)
        .then_some(seconds)
}

/// `20/min`, `10/5min`, `20/2s` or `1000/h per app`.
pub(crate) fn limit(text: &str) -> Option<Rate> {
    let (calls, time) = text.split_once('/')?;
    let (time, per_app) = match time.strip_suffix(" per app") {
        Some(time) => (time, true),
        None => (time, false),
    };
    let (calls, "") = number_and_rest(calls)? else {
        return None;
    };
    let time = if time.starts_with(|first: char| first.is_ascii_digit()) {
        seconds(time)?
    } else {
        unit_seconds(time)?
    };
    Some(Rate {
        calls: u32::try_from(calls).ok().filter(|calls| *calls > 0)?,
        seconds: time,
        per_app,
    })
}

/// Whether `text` may be one scope: RFC 6749's characters, less the comma that Zoho joins scopes
/// with.
pub(crate) fn is_scope(text: &str) -> bool {
    let inner = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E) && byte != b',';
    !text.is_empty()
        && text.bytes().all(inner)
        && !text.starts_with('.')
        && !text.ends_with('.')
        && !text.contains("..")
}

/// Whether `text` may be a header's name: a token of RFC 9110.
pub(crate) fn is_header_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Whether `text` may be a header's value: visible ASCII and spaces, none of them at an end.
pub(crate) fn is_header_value(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && text.trim() == text
}

/// Headers that follow from the request itself.
pub(crate) fn is_transports(name: &str) -> bool {
    [
        "content-length",
        "transfer-encoding",
        "host",
        "connection",
        "upgrade",
        "te",
        "trailer",
    ]
    .iter()
    .any(|header| header.eq_ignore_ascii_case(name))
}

/// Whether `text` looks like `type/subtype`, perhaps with parameters.
pub(crate) fn is_content_type(text: &str) -> bool {
    let (essence, _) = text.split_once(';').unwrap_or((text, ""));
    let visible = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    visible
        && essence
            .trim_end()
            .split_once('/')
            .is_some_and(|(kind, sub)| is_header_name(kind) && is_header_name(sub))
}

/// `10min` for 600: the largest unit that divides it.
pub(crate) fn in_words(seconds: u64) -> String {
    let (count, unit) = match seconds {
        s if s.is_multiple_of(86_400) => (s / 86_400, "day"),
        s if s.is_multiple_of(3600) => (s / 3600, "hour"),
        s if s.is_multiple_of(60) => (s / 60, "minute"),
        s => (s, "second"),
    };
    if count == 1 {
        unit.to_owned()
    } else {
        format!("{count} {unit}s")
    }
}

fn number_and_rest(text: &str) -> Option<(u64, &str)> {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    Some((number.parse().ok()?, rest))
}

fn unit_seconds(unit: &str) -> Option<u64> {
    match unit {
        "s" => Some(1),
        "m" | "min" => Some(60),
        "h" => Some(3600),
        "day" => Some(86_400),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, expected) in [
            ("10s", 10),
            ("5m", 300),
            ("5min", 300),
            ("1h", 3600),
            ("2day", 172_800),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "s",
            "10",
            "0s",
            "-1s",
            "10 s",
            "1d",
            "10S",
            "1.5m",
            "99999999999999999999s",
            "9999999999h",
            "10min ",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn limits() {
        for (text, expected) in [
            ("20/min", (20, 60, false)),
            ("10/5min", (10, 300, false)),
            ("20/2s", (20, 2, false)),
            ("1/h", (1, 3600, false)),
            ("10000/day", (10_000, 86_400, false)),
            ("1000/h per app", (1000, 3600, true)),
        ] {
            let limit = limit(text).map(|it| (it.calls, it.seconds, it.per_app));
            assert_eq!(limit, Some(expected), "{text}");
        }
        for text in [
            "",
            "20",
            "/min",
            "20/",
            "0/min",
            "20/0s",
            "20/d",
            "20/min per user",
            "20/min  per app",
            "20 / min",
            "20/min/min",
            "x/min",
            "5000000000/s",
        ] {
            assert_eq!(limit(text), None, "{text}");
        }
    }

    #[test]
    fn scopes_headers_and_content_types() {
        for text in [
            "Chats.UPDATE",
            "repo:status",
            "https://www.example.com/auth/drive",
        ] {
            assert!(is_scope(text), "{text}");
        }
        for text in [
            "",
            "a b",
            "a,b",
            "a\"b",
            "ü",
            "Chats.",
            ".UPDATE",
            "Chats..UPDATE",
        ] {
            assert!(!is_scope(text), "{text}");
        }
        assert!(
            is_header_name("X-Name")
                && !is_header_name("X Name")
                && !is_header_name("")
                && !is_header_name("X:")
        );
        assert!(is_content_type("image/png") && is_content_type("text/plain; charset=utf-8"));
        assert!(!is_content_type("png") && !is_content_type("image/") && !is_content_type("a b/c"));
    }
}
