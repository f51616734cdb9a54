//! The words for what is wrong inside a path.

use crate::text::path::Malformed;

/// What is wrong, and how to mend it. `what` is what the path is: a path, or a base.
pub(super) fn words(what: &str, malformed: &Malformed) -> (String, String) {
    match malformed {
        Malformed::NoLeadingSlash => (
            format!("the {what} doesn't begin with `/`"),
            "write it like \"/threads\"".into(),
        ),
        Malformed::TrailingSlash => (
            format!("the {what} ends with `/`, and a path begins with one"),
            "remove it".into(),
        ),
        Malformed::UnclosedPlaceholder { segment } => (
            format!("the placeholder in `{segment}` of the {what} is not closed"),
            "write it like `<THREAD_CHAT_ID>`".into(),
        ),
        Malformed::StrayBracket { segment } => (
            format!("a `>` in `{segment}` of the {what} closes nothing"),
            "a placeholder is written `<NAME>`".into(),
        ),
        Malformed::EmptyPlaceholder => (
            format!("a placeholder `<>` of the {what} has no name"),
            "write it like `<THREAD_CHAT_ID>`".into(),
        ),
        Malformed::BadPlaceholder { name } => (
            format!("`<{name}>` of the {what} is no placeholder"),
            "its name is made of letters, digits, `_` and `-`, and begins with a letter".into(),
        ),
        Malformed::AdjacentPlaceholders { segment } => (
            format!("in `{segment}` of the {what} nothing tells one placeholder from the next"),
            "put a character between them, as in `<NAME>.<FORMAT>`".into(),
        ),
        Malformed::RepeatedPlaceholder { name } => (
            format!("the placeholder `<{name}>` stands twice in the {what}"),
            "give the two different names".into(),
        ),
        Malformed::Braces { segment, name } => (
            format!("`{segment}` of the {what} is written with braces"),
            format!(
                "a placeholder is written `<{}>`",
                if name.is_empty() { "NAME" } else { name }
            ),
        ),
        Malformed::Colon { segment, name } => (
            format!("`{segment}` of the {what} is written with a colon"),
            format!("a placeholder is written `<{name}>`"),
        ),
        Malformed::EmptySegment => (
            format!("the {what} holds `//`"),
            "remove one of the slashes".into(),
        ),
        Malformed::DotSegment { segment } => (
            format!("the {what} holds `{segment}`, which URLs take for a step to another path"),
            "write the path that is meant".into(),
        ),
        Malformed::Fragment => (
            format!("the {what} holds `#`, and what follows it is never sent"),
            "remove it, or write `%23` for the character".into(),
        ),
        Malformed::PlaceholderInQuery { name } => (
            format!("the query of the {what} holds the placeholder `<{name}>`"),
            "only constants go there; mark the argument `#[query]` and remove it from the path"
                .into(),
        ),
        Malformed::EmptyQuery => (
            format!("the query of the {what} holds an empty parameter"),
            "write it like \"/threads?type=open\"".into(),
        ),
        Malformed::QueryNotAllowed => (
            format!("the {what} holds a query"),
            "put it into the paths of the methods".into(),
        ),
        Malformed::PlaceholderNotAllowed { name } => (
            format!("the {what} holds the placeholder `<{name}>`"),
            "put it into the paths of the methods".into(),
        ),
        Malformed::BadCharacter {
            segment,
            character: ' ',
        } => (
            format!("`{segment}` of the {what} holds a space"),
            "remove it, or write `%20` if it is meant".into(),
        ),
        Malformed::BadCharacter { segment, character } => (
            format!(
                "`{segment}` of the {what} holds `{}`, which no URL can hold as it is",
                character.escape_debug()
            ),
            "percent-encode it (constants are sent as they are), or remove it".into(),
        ),
        Malformed::BadPercent { segment } => (
            format!("`{segment}` of the {what} holds a `%` without two hex digits"),
            "write `%25` for the character itself".into(),
        ),
        Malformed::Origin => (
            format!("the {what} holds a whole URL"),
            "write the path alone; the client's `base_url` says which server".into(),
        ),
    }
}
