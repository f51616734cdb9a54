//! Texts for a terminal: one line, as wide as it looks, and without control characters.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Whether a character moves the cursor, changes colours, or reverses the text after it.
fn is_control(char: char) -> bool {
    char.is_control()
        || matches!(
            char,
            '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}' | '\u{2029}'
        )
        || ('\u{202a}'..='\u{202e}').contains(&char)
        || ('\u{2066}'..='\u{2069}').contains(&char)
}

/// Escapes what a terminal would obey, and line breaks.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// Escapes what a terminal would obey, but for line breaks and tabs.
pub(crate) fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, |char| matches!(char, '\n' | '\t'))
}

fn escaped(text: &str, allowed: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_escaped = |char: char| is_control(char) && !allowed(char);
    if !text.chars().any(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        match char {
            '\n' if is_escaped(char) => out.push('⏎'),
            '\t' if is_escaped(char) => out.push(' '),
            _ if is_escaped(char) => out.extend(char.escape_unicode()),
            _ => out.push(char),
        }
    }
    Cow::Owned(out)
}

/// Takes the markup of documentation out of a text: `[`name`](target)` is `name`.
pub(crate) fn plain(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some(at) = rest.find(['[', '`']) {
        out.push_str(&rest[..at]);
        let found = &rest[at..];
        rest = &found[1..];
        if found.starts_with('`') {
            continue;
        }
        let Some((label, after)) = rest.split_once(']') else {
            out.push('[');
            continue;
        };
        let target = after
            .strip_prefix('(')
            .and_then(|after| after.split_once(')'));
        match target {
            Some((_, after)) => {
                out.push_str(&label.replace('`', ""));
                rest = after;
            }
            // A link to an item is the name of code; other brackets are brackets.
            None if label.starts_with('`') => {
                out.push_str(&label.replace('`', ""));
                rest = after;
            }
            None => out.push('['),
        }
    }
    out.push_str(rest);
    out
}

/// The same for a list: a single sentence has no full stop there.
pub(crate) fn title(markdown: &str) -> String {
    let mut text = plain(markdown);
    if !text.contains(". ") && text.ends_with('.') {
        text.pop();
    }
    text
}

/// Adds a sentence.
pub(crate) fn add(help: &mut String, sentence: &str) {
    if !help.is_empty() {
        if !help.ends_with('.') {
            help.push('.');
        }
        help.push(' ');
    }
    help.push_str(sentence);
}

/// Returns how many columns the text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// Cuts a text to a number of columns, and marks that it was cut.
pub(crate) fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if text.width() <= columns {
        return Cow::Borrowed(text);
    }
    let mut left = columns.saturating_sub(1);
    let mut out = String::new();
    for char in text.chars() {
        let wide = char.width().unwrap_or_default();
        if wide > left {
            break;
        }
        left -= wide;
        out.push(char);
    }
    out.push('…');
    Cow::Owned(out)
}

/// Seconds, rounded up: a shorter wait than needed would fail.
pub(crate) fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

/// `1m 5s`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = whole_seconds(time);
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, 0) => format!("{minutes}m"),
        (0, minutes, seconds) => format!("{minutes}m {seconds}s"),
        (hours, 0, _) => format!("{hours}h"),
        (hours, minutes, _) => format!("{hours}h {minutes}m"),
    }
}

/// `2026-01-31T09:24:00Z`, in whole seconds, rounded up: the end of a wait.
pub(crate) fn utc(time: SystemTime) -> String {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, whole_seconds);
    let since = i64::try_from(since).unwrap_or(i64::MAX);
    OffsetDateTime::from_unix_timestamp(since).map_or_else(|_| String::new(), seconds)
}

/// The same for a time that has passed.
pub(crate) fn seconds(time: OffsetDateTime) -> String {
    let time = time.to_offset(UtcOffset::UTC).replace_nanosecond(0);
    let text = time.ok().and_then(|time| time.format(&Rfc3339).ok());
    text.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_moves_the_cursor() {
        assert_eq!(one_line("a\nb\tc"), "a⏎b c");
        assert_eq!(one_line("\u{1b}[2J\u{202e}x"), "\\u{1b}[2J\\u{202e}x");
        assert_eq!(lines("a\n\tb\r"), "a\n\tb\\u{d}");
        assert!(matches!(one_line("plain"), Cow::Borrowed(_)));
    }

    #[test]
    fn documentation_loses_its_markup() {
        for (markdown, expected) in [
            (
                "Closes it: [`update`](Self::update) with `close`.",
                "Closes it: update with close.",
            ),
            (
                "The [`next_token`] of the [last](x) page [1].",
                "The next_token of the last page [1].",
            ),
            ("a [b", "a [b"),
        ] {
            assert_eq!(plain(markdown), expected);
        }
    }

    #[test]
    fn texts_are_cut_by_columns() {
        assert_eq!(cut("日本語", 6), "日本語");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("abcdef", 4), "abc…");
    }

    #[test]
    fn times_are_rounded_up() {
        assert_eq!(duration(Duration::from_millis(64_001)), "1m 5s");
        assert_eq!(duration(Duration::from_mins(10)), "10m");
        assert_eq!(
            utc(SystemTime::UNIX_EPOCH + Duration::from_millis(1)),
            "1970-01-01T00:00:01Z"
        );
    }
}
