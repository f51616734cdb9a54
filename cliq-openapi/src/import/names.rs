//! Chooses names of methods and traits.

use super::words::{camel, plural, singular, snake};

/// What a method's name is derived from.
pub(super) struct Subject<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) summary: &'a str,
    /// Such as `get` or `post`.
    pub(super) method: &'a str,
    /// With `{placeholders}`.
    pub(super) path: &'a str,
    /// The name of the trait.
    pub(super) group: &'a str,
    /// Whether it returns a list.
    pub(super) is_list: bool,
}

/// Names of methods that all clients and all values have.
const RESERVED: [&str; 19] = [
    "as_user",
    "base_url",
    "call",
    "client",
    "close",
    "forget_user",
    "granted_scopes",
    "has_scopes_for",
    "limits",
    "user",
    "user_count",
    "clone",
    "into",
    "try_into",
    "to_owned",
    "borrow",
    "borrow_mut",
    "as_ref",
    "as_mut",
];

const VERBS: [&str; 64] = [
    "add", "approve", "archive", "assign", "attach", "batch", "block", "cancel", "check", "clear",
    "close", "complete", "confirm", "copy", "count", "create", "delete", "detach", "disable",
    "download", "edit", "enable", "execute", "export", "fetch", "find", "follow", "get", "import",
    "insert", "install", "join", "leave", "list", "lock", "mark", "merge", "move", "mute", "patch",
    "pin", "post", "publish", "put", "query", "read", "refresh", "remove", "rename", "replace",
    "reset", "restore", "retrieve", "run", "search", "send", "set", "share", "start", "stop",
    "unlock", "update", "upload", "validate",
];

const GERUNDS: [(&str, &str); 12] = [
    ("adding", "add"),
    ("creating", "create"),
    ("deleting", "delete"),
    ("editing", "edit"),
    ("fetching", "fetch"),
    ("getting", "get"),
    ("listing", "list"),
    ("mentioning", "mention"),
    ("posting", "post"),
    ("removing", "remove"),
    ("sending", "send"),
    ("updating", "update"),
];

const PREPOSITIONS: [&str; 12] = [
    "and", "at", "by", "for", "from", "in", "into", "of", "on", "or", "to", "with",
];

impl Subject<'_> {
    /// Returns names, the best first; the last one is unique.
    pub(super) fn candidates(&self) -> Vec<String> {
        let mut names = Vec::new();
        let words = self.words();
        if words.is_empty() {
            names.push(self.by_path());
        } else {
            names.push(self.finished(&words));
            names.extend(self.with_noun(&words));
            names.extend(self.by_placeholder(&words));
        }
        names.push(self.by_path());
        names.push(snake(&format!("{} {}", self.method, self.path)));
        let finish = |name: String| {
            let first = name.split('_').next().unwrap_or_default().to_owned();
            let is_reserved = RESERVED.contains(&name.as_str());
            if is_reserved || ["from", "into", "new"].contains(&first.as_str()) || name.is_empty() {
                format!("{}_{name}", self.verb())
            } else {
                name
            }
        };
        names.into_iter().map(finish).collect()
    }

    /// Returns the significant words of the id.
    fn words(&self) -> Vec<String> {
        let Some(id) = self.id else {
            return Vec::new();
        };
        // `repos/list-for-org` and `chat.postMessage` have a prefix.
        let rest = id.rsplit(['/', '.']).next().unwrap_or(id);
        let mut name = snake(rest);
        // FastAPI's ids are like `read_item_items__item_id__get`.
        let path = snake(self.path);
        let generated = format!("_{path}_{}", self.method);
        if let Some(start) = name
            .strip_suffix(&generated)
            .filter(|start| !start.is_empty())
        {
            name = start.to_owned();
        }
        let mut words: Vec<String> = name
            .split('_')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        self.complete(&mut words);
        let is_version = |word: &String| {
            word.len() > 1
                && word.starts_with('v')
                && word[1..].bytes().all(|byte| byte.is_ascii_digit())
        };
        if words.len() > 1 && words.last().is_some_and(is_version) {
            words.pop();
        }
        if let Some(first) = words.first_mut()
            && let Some((_, verb)) = GERUNDS.iter().find(|(gerund, _)| gerund == first)
        {
            *first = (*verb).to_owned();
        }
        shortened(&words)
    }

    /// Replaces an id that was cut off within a word by the words of the summary.
    fn complete(&self, words: &mut Vec<String>) {
        let summary = snake(self.summary);
        let full: Vec<_> = summary.split('_').map(str::to_owned).collect();
        let Some((last, before)) = words.split_last() else {
            return;
        };
        let is_cut = full.len() > before.len()
            && full[..before.len()] == *before
            && full[before.len()] != *last
            && full[before.len()].starts_with(last.as_str());
        if is_cut && words.len() > 2 {
            *words = full;
        }
    }

    fn finished(&self, words: &[String]) -> String {
        match words {
            [only] if VERBS.contains(&only.as_str()) => {
                self.with_noun(words).unwrap_or_else(|| only.clone())
            }
            [only] => format!("{}_{only}", self.verb()),
            words => words.join("_"),
        }
    }

    /// Adds the trait's noun after the verb.
    fn with_noun(&self, words: &[String]) -> Option<String> {
        let noun = snake(self.group);
        let (verb, rest) = words.split_first()?;
        let several = verb == "list" || verb == "search" || self.is_list;
        let noun = if several {
            plural(&noun)
        } else {
            singular(&noun)
        };
        if rest.join("_").contains(&singular(&noun)) {
            return None;
        }
        if !VERBS.contains(&verb.as_str()) {
            return Some(format!("{noun}_{}", words.join("_")));
        }
        let mut name = vec![verb.clone(), noun];
        name.extend(rest.iter().cloned());
        Some(name.join("_"))
    }

    /// Returns a name such as `create_thread_by_chat_id`.
    fn by_placeholder(&self, words: &[String]) -> Option<String> {
        let placeholder = self.path.split(['{', '}']).nth(1)?;
        Some(format!("{}_by_{}", words.join("_"), snake(placeholder)))
    }

    fn verb(&self) -> &'static str {
        match self.method {
            "get" if self.is_list => "list",
            "get" => "get",
            "post" => "post",
            "put" => "put",
            "patch" => "patch",
            "delete" => "delete",
            "head" => "head",
            "options" => "options",
            _ => "call",
        }
    }

    /// Returns `list_ticket_comments` for `GET /tickets/{id}/comments`.
    fn by_path(&self) -> String {
        let path = self.path.split(['?', '#']).next().unwrap_or_default();
        let segments: Vec<_> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .collect();
        let is_placeholder = |segment: &str| segment.contains('{');
        let is_version = |segment: &str| {
            segment == "api"
                || segment
                    .strip_prefix('v')
                    .is_some_and(|rest| rest.starts_with(|it: char| it.is_ascii_digit()))
        };
        let ends_in_placeholder = segments.last().is_some_and(|last| is_placeholder(last));
        let mut nouns: Vec<String> = Vec::new();
        for (index, segment) in segments.iter().enumerate() {
            if is_placeholder(segment) || is_version(segment) {
                continue;
            }
            let one = segments
                .get(index + 1)
                .is_some_and(|next| is_placeholder(next));
            let noun = snake(segment);
            nouns.push(if one { singular(&noun) } else { noun });
        }
        if nouns.is_empty() {
            nouns.push(snake(self.group));
        }
        let last = nouns.last().cloned().unwrap_or_default();
        if !ends_in_placeholder && nouns.len() > 1 && VERBS.contains(&last.as_str()) {
            // `POST /tickets/{id}/close` is `close_ticket`.
            nouns.pop();
            return format!("{last}_{}", nouns.join("_"));
        }
        let verb = match (self.method, ends_in_placeholder) {
            ("post", false) => {
                let one = singular(&last);
                nouns.pop();
                nouns.push(one);
                "create"
            }
            ("put" | "patch", _) => "update",
            _ => self.verb(),
        };
        format!("{verb}_{}", nouns.join("_"))
    }
}

/// Removes redundant words.
fn shortened(words: &[String]) -> Vec<String> {
    let has = |word: &str| words.iter().any(|it| it == word);
    let reads = words
        .first()
        .is_some_and(|verb| ["list", "get", "retrieve", "fetch", "find"].contains(&verb.as_str()));
    let mut kept: Vec<String> = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let drop = match word.as_str() {
            "a" | "an" | "the" => words.len() > 2,
            "specific" | "existing" | "particular" | "given" | "single" => index > 0,
            "all" => reads && index == 1 && words.len() > 2,
            "new" => {
                index > 0 && words.first().is_some_and(|verb| verb == "create") && words.len() > 2
            }
            _ => false,
        };
        if !drop {
            kept.push(word.clone());
        }
    }
    // `get_details_of_bot` is `get_bot`, `get_list_of_bots` is `list_bots`.
    if kept.len() > 3 && kept[2] == "of" && has("of") {
        match kept[1].as_str() {
            "details" | "detail" | "information" => {
                kept.drain(1..3);
            }
            "list" => {
                kept.drain(0..1);
                kept.drain(1..2);
            }
            _ => {}
        }
    }
    while kept.len() > 1
        && kept
            .last()
            .is_some_and(|last| PREPOSITIONS.contains(&last.as_str()))
    {
        kept.pop();
    }
    // `list_members_of_chat` is `list_chat_members`.
    let of: Vec<_> = kept
        .iter()
        .enumerate()
        .filter(|(_, word)| *word == "of")
        .map(|(index, _)| index)
        .collect();
    if let [of] = of[..]
        && of > 1
        && of + 1 < kept.len()
        && kept.len() - of <= 3
    {
        let (before, owner) = (kept[1..of].to_vec(), kept[of + 1..].to_vec());
        let simple = |words: &[String]| {
            !words
                .iter()
                .any(|word| PREPOSITIONS.contains(&word.as_str()))
        };
        let is_id = owner.last().is_some_and(|last| last.starts_with("id"));
        if simple(&before) && simple(&owner) && !is_id {
            let mut name = vec![kept[0].clone()];
            let owner = singular(&owner.join("_"));
            name.extend(owner.split('_').map(str::to_owned));
            name.extend(before);
            return name;
        }
    }
    kept
}

/// Returns the name of a trait: the tag, whose words are split as in these texts.
pub(super) fn group(tag: &str, texts: &[&str]) -> String {
    let name = camel(tag);
    let is_one_word = !tag.contains(|character: char| !character.is_ascii_lowercase());
    if !is_one_word || tag.len() < 6 {
        return name;
    }
    for text in texts {
        let words = snake(text);
        let words: Vec<_> = words.split('_').collect();
        for count in 2..=4 {
            let found = words.windows(count).find(|words| words.concat() == tag);
            if let Some(words) = found {
                return camel(&words.join(" "));
            }
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(id: &str, summary: &str, request: &str, group: &str) -> String {
        let (method, path) = request.split_once(' ').unwrap();
        let subject = Subject {
            id: (!id.is_empty()).then_some(id),
            summary,
            method,
            path,
            group,
            is_list: false,
        };
        subject.candidates().swap_remove(0)
    }

    /// The macro crate can't export its list, so the test reads its source.
    #[test]
    fn what_the_macros_reserve_is_reserved() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../cliq-macros/src/check/reserved.rs"
        );
        let source = std::fs::read_to_string(path).unwrap();
        let list = |name: &str| {
            let (_, rest) = source
                .split_once(&format!("const {name}: &[&str] = &["))
                .unwrap();
            let (items, _) = rest.split_once("];").unwrap();
            let names = items.split(',').map(|name| name.trim().trim_matches('"'));
            let names = names.filter(|name| !name.is_empty());
            names.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!([list("CLIENT"), list("EVERY_VALUE")].concat(), RESERVED);
        assert_eq!(list("SETTER"), super::super::operations::RESERVED_SETTERS);
    }

    #[test]
    fn ids_that_are_sentences_cut_off_or_versioned() {
        for (id, summary, expected) in [
            ("createChatV3", "Create chat", "create_chat"),
            ("getDNDPreferences", "", "get_dnd_preferences"),
            ("Retrieve members of a chat", "", "retrieve_chat_members"),
            (
                "Get main message of a thread",
                "",
                "get_thread_main_message",
            ),
            ("Update the state of a thread", "", "update_thread_state"),
            (
                "Send a message to an existing thread",
                "",
                "send_message_to_thread",
            ),
            ("create_a_new_bot", "Create a bot", "create_bot"),
            ("list_all_subscribers_of_a_bot", "", "list_bot_subscribers"),
            ("get_details_of_a_specific_bot", "", "get_bot"),
            ("get_list_of_commands", "", "list_commands"),
            ("creating_extension_command", "", "create_extension_command"),
            (
                "get_details_of_a_specific_mess",
                "Get details of a specific message action",
                "get_message_action",
            ),
            (
                "delete_records_of_given_ids_in",
                "Delete records from a datastore",
                "delete_records_of_ids",
            ),
            ("Join-follow a thread", "", "join_follow_thread"),
        ] {
            assert_eq!(name(id, summary, "get /x", "Bots"), expected, "{id}");
        }
    }

    #[test]
    fn namespaces_and_generated_ids() {
        assert_eq!(
            name("repos/list-for-org", "", "get /x", "Repos"),
            "list_for_org"
        );
        assert_eq!(name("repos/get", "", "get /x", "Repos"), "get_repo");
        assert_eq!(name("issues/list", "", "get /x", "Issues"), "list_issues");
        assert_eq!(name("table", "", "post /x", "Messages"), "post_table");
        let fast = "read_item_items__item_id__get";
        assert_eq!(name(fast, "", "get /items/{item_id}", "Items"), "read_item");
    }

    #[test]
    fn names_by_path() {
        for (request, expected) in [
            ("get /tickets/{id}", "get_ticket"),
            ("post /tickets", "create_ticket"),
            (
                "delete /tickets/{id}/comments/{no}",
                "delete_ticket_comment",
            ),
            ("post /api/v1/tickets/{id}/close", "close_ticket"),
            ("put /tickets/{id}", "update_ticket"),
        ] {
            assert_eq!(name("", "", request, "Tickets"), expected);
        }
    }

    #[test]
    fn a_trait_has_the_words_of_its_tag() {
        assert_eq!(
            group("userpreferences", &["User Preferences"]),
            "UserPreferences"
        );
        assert_eq!(
            group("scheduledmessages", &["List all scheduled messages"]),
            "ScheduledMessages"
        );
        assert_eq!(group("Platform_storage", &[]), "PlatformStorage");
        assert_eq!(group("bots", &["Bots"]), "Bots");
    }
}
