//! Converts words of names: cases, plurals, keywords.

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Returns `thread_chat_id` for `threadChatId`, `THREAD_CHAT_ID` and `Thread Chat ID`; empty if no
/// character is valid in a name.
pub(super) fn snake(text: &str) -> String {
    leading(spelled(text).to_snake_case(), 'n')
}

/// Returns `ThreadCreationPayload` for `thread-creation_payload`.
pub(super) fn camel(text: &str) -> String {
    leading(spelled(text).to_upper_camel_case(), 'N')
}

/// Prefixes a letter to a leading digit, which names can't have.
fn leading(name: String, letter: char) -> String {
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("{letter}{name}")
    } else {
        name
    }
}

/// Spells out signs that distinguish the text from others.
fn spelled(text: &str) -> String {
    let word = match text {
        "" => "empty",
        "*" => "any",
        "=" => "equal",
        "!=" | "<>" => "not_equal",
        "<" => "less",
        "<=" => "less_or_equal",
        ">" => "greater",
        ">=" => "greater_or_equal",
        "+" => "plus",
        "-" => "minus",
        _ => "",
    };
    if !word.is_empty() {
        return word.to_owned();
    }
    let signed = |sign, word: &str| {
        let rest = text.strip_prefix(sign)?;
        let first = rest.chars().next()?;
        (first.is_ascii_digit() || word == "not").then(|| format!("{word} {rest}"))
    };
    let text = signed('-', "minus")
        .or_else(|| signed('+', "plus"))
        .or_else(|| signed('!', "not"))
        .unwrap_or_else(|| text.to_owned());
    // Keeps only ASCII letters and digits.
    let plain = text.replace('\'', "");
    plain
        .chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character
            } else {
                ' '
            }
        })
        .collect()
}

/// Returns an identifier; a keyword becomes raw, or gets an underscore if it can't.
pub(super) fn ident(name: &str) -> String {
    match name {
        "" => "value".to_owned(),
        "self" | "super" | "crate" | "Self" => format!("{name}_"),
        _ if syn::parse_str::<syn::Ident>(name).is_err() => format!("r#{name}"),
        _ => name.to_owned(),
    }
}

/// Returns the singular of `tickets`, `categories` or `addresses`.
pub(super) fn singular(word: &str) -> String {
    let irregular = [
        ("data", "data"),
        ("media", "media"),
        ("series", "series"),
        ("news", "news"),
        ("status", "status"),
        ("people", "person"),
        ("children", "child"),
        ("aliases", "alias"),
        ("statuses", "status"),
        ("buses", "bus"),
        ("indices", "index"),
        ("movies", "movie"),
        ("cookies", "cookie"),
    ];
    let (start, last) = word.rsplit_once('_').map_or(("", word), |(_, last)| {
        (&word[..word.len() - last.len()], last)
    });
    let lower = last.to_ascii_lowercase();
    if let Some((_, one)) = irregular.iter().find(|(many, _)| *many == lower) {
        return format!("{start}{one}");
    }
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    let one = if ends(&["ies"]) && last.len() > 4 {
        format!("{}y", &last[..last.len() - 3])
    } else if ends(&["sses", "shes", "ches", "xes", "zes"]) {
        last[..last.len() - 2].to_owned()
    } else if ends(&["s"]) && !ends(&["ss", "us", "is"]) && last.len() > 2 {
        last[..last.len() - 1].to_owned()
    } else {
        last.to_owned()
    };
    format!("{start}{one}")
}

/// Returns the plural of a word.
pub(super) fn plural(word: &str) -> String {
    if singular(word) != word || word.ends_with("data") {
        return word.to_owned();
    }
    let vowel = |letter: Option<char>| letter.is_some_and(|letter| "aeiou".contains(letter));
    if let Some(start) = word.strip_suffix('y')
        && !vowel(start.chars().last())
    {
        return format!("{start}ies");
    }
    let hisses = ["s", "sh", "ch", "x", "z"];
    if hisses.iter().any(|ending| word.ends_with(ending)) {
        return format!("{word}es");
    }
    format!("{word}s")
}

/// A case of `serde(rename_all)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    pub(super) const ALL: [Self; 8] = [
        Self::Snake,
        Self::Camel,
        Self::Kebab,
        Self::ScreamingSnake,
        Self::Pascal,
        Self::Lower,
        Self::Upper,
        Self::ScreamingKebab,
    ];

    /// Returns the name in `rename_all`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Lower => "lowercase",
            Self::Upper => "UPPERCASE",
            Self::Pascal => "PascalCase",
            Self::Camel => "camelCase",
            Self::Snake => "snake_case",
            Self::ScreamingSnake => "SCREAMING_SNAKE_CASE",
            Self::Kebab => "kebab-case",
            Self::ScreamingKebab => "SCREAMING-KEBAB-CASE",
        }
    }

    /// Returns the name of a variant, as `serde` converts it.
    pub(super) fn of_variant(self, variant: &str) -> String {
        let snake = || {
            let mut snake = String::new();
            for (index, character) in variant.char_indices() {
                if index > 0 && character.is_uppercase() {
                    snake.push('_');
                }
                snake.push(character.to_ascii_lowercase());
            }
            snake
        };
        match self {
            Self::Pascal => variant.to_owned(),
            Self::Lower => variant.to_ascii_lowercase(),
            Self::Upper => variant.to_ascii_uppercase(),
            Self::Camel => {
                let (first, rest) = variant.split_at(1.min(variant.len()));
                format!("{}{rest}", first.to_ascii_lowercase())
            }
            Self::Snake => snake(),
            Self::ScreamingSnake => snake().to_ascii_uppercase(),
            Self::Kebab => snake().replace('_', "-"),
            Self::ScreamingKebab => snake().to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// Returns the name of a field, as `serde` converts it.
    pub(super) fn of_field(self, field: &str) -> String {
        let pascal = || {
            let mut pascal = String::new();
            let mut capital = true;
            for character in field.chars() {
                if character == '_' {
                    capital = true;
                } else if capital {
                    pascal.push(character.to_ascii_uppercase());
                    capital = false;
                } else {
                    pascal.push(character);
                }
            }
            pascal
        };
        match self {
            Self::Lower | Self::Snake => field.to_owned(),
            Self::Upper | Self::ScreamingSnake => field.to_ascii_uppercase(),
            Self::Pascal => pascal(),
            Self::Camel => {
                let pascal = pascal();
                let (first, rest) = pascal.split_at(1.min(pascal.len()));
                format!("{}{rest}", first.to_ascii_lowercase())
            }
            Self::Kebab => field.replace('_', "-"),
            Self::ScreamingKebab => field.to_ascii_uppercase().replace('_', "-"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_case_style() {
        for (text, expected) in [
            ("THREAD_CHAT_ID", "thread_chat_id"),
            ("threadChatId", "thread_chat_id"),
            ("X-Api-Version", "x_api_version"),
            ("getDNDPreferences", "get_dnd_preferences"),
            ("1st", "n1st"),
            ("filter[name]", "filter_name"),
            ("user's name", "users_name"),
        ] {
            assert_eq!(snake(text), expected);
        }
        for (text, expected) in [
            ("thread-creation_payload", "ThreadCreationPayload"),
            ("+1", "Plus1"),
            ("-1", "Minus1"),
            ("", "Empty"),
            ("*", "Any"),
            ("2fa", "N2fa"),
        ] {
            assert_eq!(camel(text), expected);
        }
        assert_eq!(ident("type"), "r#type");
        assert_eq!(ident("self"), "self_");
    }

    #[test]
    fn one_and_several() {
        for (many, one) in [
            ("tickets", "ticket"),
            ("categories", "category"),
            ("addresses", "address"),
            ("boxes", "box"),
            ("user_ids", "user_id"),
            ("chat_statuses", "chat_status"),
        ] {
            assert_eq!(singular(many), one);
            assert_eq!(plural(one), many);
            assert_eq!(plural(many), many);
        }
        for same in ["status", "data", "address", "analysis"] {
            assert_eq!(singular(same), same);
        }
    }
}
