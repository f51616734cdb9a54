//! The words for what is wrong inside a path.

use crate::text::path::Malformed;

/// What is wrong, and how to mend it. `what` is what the path is: a path, or a base.
#[expect(
    clippy::too_many_lines,
    reason = "one table of messages, each read by itself"
)]
pub(super) fn words(what: &str, malformed: &Malformed) -> (String, String) {
    match malformed {
        Malformed::NoLeadingSlash => (
            format!("the {what} must begin with `/`"),
            "write it like `\"/threads\"`".into(),
        ),
        Malformed::TrailingSlash => (
            format!("the {what} can't end with `/`"),
            "remove it: each path begins with one".into(),
        ),
        Malformed::UnclosedPlaceholder { segment } => (
            format!("unclosed placeholder in `{segment}` of the {what}"),
            "write it like `<THREAD_CHAT_ID>`".into(),
        ),
        Malformed::StrayBracket { segment } => (
            format!("unexpected `>` in `{segment}` of the {what}"),
            "a placeholder is written `<NAME>`".into(),
        ),
        Malformed::EmptyPlaceholder => (
            format!("placeholder without a name in the {what}"),
            "write it like `<THREAD_CHAT_ID>`".into(),
        ),
        Malformed::BadPlaceholder { name } => (
            format!("invalid placeholder `<{name}>` in the {what}"),
            "use letters, digits, `_` and `-`, with a letter first".into(),
        ),
        Malformed::AdjacentPlaceholders { segment } => (
            format!("adjacent placeholders in `{segment}` of the {what}"),
            "put a character between them, as in `<NAME>.<FORMAT>`".into(),
        ),
        Malformed::PartialSegments { segment, name } => (
            format!("`<{name}..>` is only a part of `{segment}` in the {what}"),
            format!(
                "it takes whole segments: write `/<{name}..>`, or `<{name}>` for a part of one"
            ),
        ),
        Malformed::SeveralRests { name } => (
            format!("a second placeholder of several segments, `<{name}..>`, in the {what}"),
            format!("write `<{name}>`: nobody could tell where the first one ends"),
        ),
        Malformed::RepeatedPlaceholder { name } => (
            format!("duplicate placeholder `<{name}>` in the {what}"),
            "rename one".into(),
        ),
        Malformed::Braces { segment, name } => (
            format!("unexpected braces in `{segment}` of the {what}"),
            format!(
                "a placeholder is written `<{}>`",
                if name.is_empty() { "NAME" } else { name }
            ),
        ),
        Malformed::Colon { segment, name } => (
            format!("unexpected colon in `{segment}` of the {what}"),
            format!("a placeholder is written `<{name}>`"),
        ),
        Malformed::EmptySegment => (
            format!("empty segment `//` in the {what}"),
            "remove one of the slashes".into(),
        ),
        Malformed::DotSegment { segment } => (
            format!("relative segment `{segment}` in the {what}"),
            "write the path that it resolves to".into(),
        ),
        Malformed::Fragment => (
            format!("fragment `#…` in the {what} is never sent"),
            "remove it, or write `%23` for the character".into(),
        ),
        Malformed::PlaceholderInQuery { name } => (
            format!("placeholder `<{name}>` in the query of the {what}"),
            "only constants go there: remove it, and mark the argument `#[query]`".into(),
        ),
        Malformed::EmptyQuery => (
            format!("empty parameter in the query of the {what}"),
            "write it like `\"/threads?type=open\"`".into(),
        ),
        Malformed::QueryNotAllowed => (
            format!("query in the {what}"),
            "move it to the paths of the methods".into(),
        ),
        Malformed::PlaceholderNotAllowed { name } => (
            format!("placeholder `<{name}>` in the {what}"),
            "move it to the paths of the methods".into(),
        ),
        Malformed::BadCharacter {
            segment,
            character: ' ',
        } => (
            format!("space in `{segment}` of the {what}"),
            "remove it, or write `%20`".into(),
        ),
        Malformed::BadCharacter { segment, character } => (
            format!(
                "invalid character `{}` in `{segment}` of the {what}",
                character.escape_debug()
            ),
            "remove it, or percent-encode it: constants are sent as they are".into(),
        ),
        Malformed::BadPercent { segment } => (
            format!("`%` without two hex digits in `{segment}` of the {what}"),
            "write `%25` for the character itself".into(),
        ),
        Malformed::Origin => (
            format!("whole URL in the {what}"),
            "write the path alone; the client's `base_url` has the server".into(),
        ),
    }
}
