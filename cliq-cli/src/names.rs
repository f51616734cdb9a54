//! What groups, commands and options are called: made from the names in declarations.

use std::collections::HashSet;

use cliq_api::EndpointMeta;

/// The words of a name in any case style: `follow_thread`, `X-Request-Id`, `MessageActions`.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_lower = false;
    let mut is_new = true;
    for char in name.chars() {
        if !char.is_alphanumeric() {
            is_new = true;
            continue;
        }
        if is_new || (char.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        is_new = false;
        was_lower = char.is_lowercase() || char.is_numeric();
        if let Some(word) = words.last_mut() {
            word.extend(char.to_lowercase());
        }
    }
    words
}

/// `follow-thread`.
pub(crate) fn kebab(name: &str) -> String {
    words(name).join("-")
}

/// The name of the endpoints of a trait: `threads`.
pub(crate) fn group(api: &str) -> String {
    kebab(api)
}

/// The names of a table's commands. What a trait is about is left out of them: `follow_thread` of
/// `Threads` is `follow`. Where that leaves nothing, or a name that is taken, the whole name stays.
pub(crate) fn commands(table: &[&'static EndpointMeta]) -> Vec<String> {
    let mut taken: HashSet<String> = table.iter().map(|meta| kebab(meta.name())).collect();
    table
        .iter()
        .map(|meta| {
            let whole = kebab(meta.name());
            let short = without(&words(meta.name()), &words(meta.api()));
            // `help` is clap's own.
            if short.is_empty() || short == "help" || !taken.insert(short.clone()) {
                return whole;
            }
            short
        })
        .collect()
}

/// Leaves the subject out, once.
fn without(name: &[String], subject: &[String]) -> String {
    let is_subject = |words: &[String]| {
        words
            .iter()
            .zip(subject)
            .all(|(word, subject)| singular(word) == singular(subject))
    };
    let at = (!subject.is_empty())
        .then(|| name.windows(subject.len()).position(is_subject))
        .flatten();
    match at {
        Some(at) => [&name[..at], &name[at + subject.len()..]]
            .concat()
            .join("-"),
        None => name.join("-"),
    }
}

/// The singular of an English noun, nearly: only compared with others.
fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y");
    }
    for ending in ["ses", "xes", "ches", "shes"] {
        if word.ends_with(ending) {
            return word[..word.len() - 2].to_owned();
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') => stem.to_owned(),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_words() {
        for (name, expected) in [
            ("follow_thread", "follow-thread"),
            ("THREAD_CHAT_ID", "thread-chat-id"),
            ("X-Request-Id", "x-request-id"),
            ("MessageActions", "message-actions"),
            ("page2", "page2"),
            ("createdAt", "created-at"),
            ("a[b]", "a-b"),
            ("", ""),
        ] {
            assert_eq!(kebab(name), expected);
        }
    }

    #[test]
    fn commands_leave_out_what_the_group_says() {
        let short = |api: &str, name: &str| without(&words(name), &words(api));
        for (api, name, expected) in [
            ("Threads", "follow_thread", "follow"),
            ("Threads", "list_threads", "list"),
            ("Threads", "get_thread_main_message", "get-main-message"),
            ("Messages", "post_message_to_channel", "post-to-channel"),
            ("MessageActions", "add_message_action", "add"),
            ("MessageActions", "react_to_message", "react-to-message"),
            ("Replies", "get_reply", "get"),
            ("Threads", "threads", ""),
        ] {
            assert_eq!(short(api, name), expected, "{api}: {name}");
        }
    }

    #[test]
    fn names_stay_apart() {
        static LIST: EndpointMeta = EndpointMeta {
            name: "list",
            api: "Bots",
            ..EndpointMeta::DEFAULT
        };
        static LIST_BOTS: EndpointMeta = EndpointMeta {
            name: "list_bots",
            ..LIST
        };
        static BOTS: EndpointMeta = EndpointMeta {
            name: "bots",
            ..LIST
        };
        assert_eq!(
            commands(&[&LIST_BOTS, &LIST, &BOTS]),
            ["list-bots", "list", "bots"]
        );
    }
}
