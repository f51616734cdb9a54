//! Path templates: `/threads/<THREAD_CHAT_ID>/follow?type=open`.

/// A path that can be sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Template {
    /// Without the query.
    pub(crate) path: String,
    /// The placeholders' names, in order.
    pub(crate) placeholders: Vec<String>,
    /// The placeholder that takes several segments: `<PATH..>`.
    pub(crate) rest: Option<usize>,
    /// The constant query without its `?`; empty where there is none.
    pub(crate) query: String,
}

impl Template {
    /// The names in the constant query.
    pub(crate) fn query_names(&self) -> impl Iterator<Item = &str> {
        let pairs = self.query.split('&').filter(|pair| !pair.is_empty());
        pairs.map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name))
    }
}

/// Why a path can't be sent. The segments are those at fault, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Malformed {
    NoLeadingSlash,
    TrailingSlash,
    UnclosedPlaceholder { segment: String },
    StrayBracket { segment: String },
    EmptyPlaceholder,
    BadPlaceholder { name: String },
    AdjacentPlaceholders { segment: String },
    PartialSegments { segment: String, name: String },
    SeveralRests { name: String },
    RepeatedPlaceholder { name: String },
    Braces { segment: String, name: String },
    Colon { segment: String, name: String },
    EmptySegment,
    DotSegment { segment: String },
    Fragment,
    PlaceholderInQuery { name: String },
    EmptyQuery,
    QueryNotAllowed,
    PlaceholderNotAllowed { name: String },
    BadCharacter { segment: String, character: char },
    BadPercent { segment: String },
    Origin,
}

/// Parses an endpoint's path.
pub(crate) fn parse(text: &str) -> Result<Template, Malformed> {
    if text.contains("://") {
        return Err(Malformed::Origin);
    }
    if text.contains('#') {
        return Err(Malformed::Fragment);
    }
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (text, None),
    };
    let mut template = Template {
        path: path.to_owned(),
        ..Template::default()
    };
    parse_path(path, &mut template)?;
    if let Some(query) = query {
        check_query(query)?;
        query.clone_into(&mut template.query);
    }
    Ok(template)
}

/// Parses a base: a path without placeholders and query, and without a slash at its end; or
/// nothing.
pub(crate) fn parse_base(text: &str) -> Result<(), Malformed> {
    if text.is_empty() {
        return Ok(());
    }
    let template = parse(text)?;
    if let Some(name) = template.placeholders.into_iter().next() {
        return Err(Malformed::PlaceholderNotAllowed { name });
    }
    if text.contains('?') {
        return Err(Malformed::QueryNotAllowed);
    }
    if text.ends_with('/') {
        return Err(Malformed::TrailingSlash);
    }
    Ok(())
}

fn parse_path(path: &str, template: &mut Template) -> Result<(), Malformed> {
    let Some(segments) = path.strip_prefix('/') else {
        return Err(Malformed::NoLeadingSlash);
    };
    // Some servers distinguish a path with a slash at its end: `/` alone, `/threads/`.
    let segments = segments.strip_suffix('/').unwrap_or(segments);
    if path == "/" {
        return Ok(());
    }
    for segment in segments.split('/') {
        parse_segment(segment, template)?;
    }
    Ok(())
}

fn parse_segment(segment: &str, template: &mut Template) -> Result<(), Malformed> {
    let of = || segment.to_owned();
    if segment.is_empty() {
        return Err(Malformed::EmptySegment);
    }
    if is_dots(segment) {
        return Err(Malformed::DotSegment { segment: of() });
    }
    if segment.contains(['{', '}']) {
        let name: String = segment
            .chars()
            .filter(|character| !matches!(character, '{' | '}'))
            .collect();
        return Err(Malformed::Braces {
            segment: of(),
            name,
        });
    }
    if let Some(name) = segment.strip_prefix(':').filter(|name| is_name(name)) {
        return Err(Malformed::Colon {
            segment: of(),
            name: name.to_owned(),
        });
    }
    let mut rest = segment;
    let mut behind_placeholder = false;
    while let Some(start) = rest.find(['<', '>']) {
        let (text, bracket) = rest.split_at(start);
        check_text(segment, text)?;
        let Some(bracket) = bracket.strip_prefix('<') else {
            return Err(Malformed::StrayBracket { segment: of() });
        };
        let Some((name, after)) = bracket.split_once('>') else {
            return Err(Malformed::UnclosedPlaceholder { segment: of() });
        };
        if behind_placeholder && text.is_empty() {
            return Err(Malformed::AdjacentPlaceholders { segment: of() });
        }
        let (name, is_rest) = match name.strip_suffix("..") {
            Some(name) => (name, true),
            None => (name, false),
        };
        if name.is_empty() {
            return Err(Malformed::EmptyPlaceholder);
        }
        if !is_name(name) {
            return Err(Malformed::BadPlaceholder {
                name: name.to_owned(),
            });
        }
        let is_same = |other: &String| same_name(other, name);
        if template.placeholders.iter().any(is_same) {
            return Err(Malformed::RepeatedPlaceholder {
                name: name.to_owned(),
            });
        }
        if is_rest {
            let name = name.to_owned();
            if text.len() + name.len() + "<..>".len() != segment.len() || !text.is_empty() {
                let segment = of();
                return Err(Malformed::PartialSegments { segment, name });
            }
            if template.rest.is_some() {
                return Err(Malformed::SeveralRests { name });
            }
            template.rest = Some(template.placeholders.len());
        }
        template.placeholders.push(name.to_owned());
        behind_placeholder = true;
        rest = after;
    }
    check_text(segment, rest)
}

fn check_query(query: &str) -> Result<(), Malformed> {
    if query
        .split('&')
        .any(|pair| pair.is_empty() || pair.starts_with('='))
    {
        return Err(Malformed::EmptyQuery);
    }
    if let Some((_, behind)) = query.split_once('<') {
        let name = behind.split_once('>').map_or(behind, |(name, _)| name);
        return Err(Malformed::PlaceholderInQuery {
            name: name.to_owned(),
        });
    }
    query
        .split('&')
        .try_for_each(|pair| check_text(pair, &pair.replace(['/', '?'], "")))
}

/// Constants are sent as they are, so they can hold only what a URL can.
fn check_text(segment: &str, text: &str) -> Result<(), Malformed> {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(());
    }
    let of = || segment.to_owned();
    let mut bytes = text.bytes();
    for character in text.chars() {
        let allowed = character.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@%".contains(character);
        if !allowed {
            return Err(Malformed::BadCharacter {
                segment: of(),
                character,
            });
        }
    }
    while let Some(byte) = bytes.next() {
        let mut hex = || bytes.next().is_some_and(|byte| byte.is_ascii_hexdigit());
        if byte == b'%' && !(hex() && hex()) {
            return Err(Malformed::BadPercent { segment: of() });
        }
    }
    Ok(())
}

/// `.`, `..`, and what URL parsers take for them.
fn is_dots(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}

fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters
            .all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'))
}

/// Whether two names are one in any case style: `THREAD_CHAT_ID`, `threadChatId`, `thread-chat-id`.
pub(crate) fn same_name(one: &str, other: &str) -> bool {
    letters(one) == letters(other)
}

/// Whether one name holds another, as `THREAD_CHAT_ID` does `chat_id`.
pub(crate) fn has_name(long: &str, short: &str) -> bool {
    letters(long).contains(&letters(short))
}

fn letters(name: &str) -> String {
    name.chars()
        .filter(|character| !matches!(character, '_' | '-'))
        .collect::<String>()
        .to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Malformed {
        parse(text).unwrap_err()
    }

    #[test]
    fn well_formed_paths() {
        let template =
            parse("/threads/<THREAD_CHAT_ID>/<file-name>.json/x%20y?type=open&q=a/b?c").unwrap();
        assert_eq!(
            template.path,
            "/threads/<THREAD_CHAT_ID>/<file-name>.json/x%20y"
        );
        assert_eq!(template.placeholders, ["THREAD_CHAT_ID", "file-name"]);
        assert_eq!(template.query, "type=open&q=a/b?c");
        assert_eq!(template.query_names().collect::<Vec<_>>(), ["type", "q"]);
        let template = parse("/<OWNER>/contents/<PATH..>").unwrap();
        assert_eq!(template.placeholders, ["OWNER", "PATH"]);
        assert_eq!(template.rest, Some(1));
        for path in [
            "/", "/a/", "/<A..>/b", "/<A>-<B>", "/a:b", "/a@b", "/a.b", "/...", "/x?flag",
        ] {
            parse(path).unwrap();
        }
        parse_base("").unwrap();
        parse_base("/api/v3").unwrap();
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "one list")]
    fn malformed_paths_are_refused_for_what_is_wrong() {
        assert_eq!(refused(""), Malformed::NoLeadingSlash);
        assert_eq!(refused("a"), Malformed::NoLeadingSlash);
        assert_eq!(refused("https://x/y"), Malformed::Origin);
        assert_eq!(
            refused("/a/<B"),
            Malformed::UnclosedPlaceholder {
                segment: "<B".into()
            }
        );
        assert_eq!(
            refused("/a/B>"),
            Malformed::StrayBracket {
                segment: "B>".into()
            }
        );
        assert_eq!(
            refused("/<A>>"),
            Malformed::StrayBracket {
                segment: "<A>>".into()
            }
        );
        assert_eq!(
            refused("/<<A>>"),
            Malformed::BadPlaceholder { name: "<A".into() }
        );
        assert_eq!(refused("/<>"), Malformed::EmptyPlaceholder);
        assert_eq!(
            refused("/<1a>"),
            Malformed::BadPlaceholder { name: "1a".into() }
        );
        assert_eq!(
            refused("/<A><B>"),
            Malformed::AdjacentPlaceholders {
                segment: "<A><B>".into()
            }
        );
        for path in ["/a<B..>", "/<B..>.json", "/<A>-<B..>"] {
            assert!(
                matches!(refused(path), Malformed::PartialSegments { name, .. } if name == "B"),
                "{path}"
            );
        }
        assert_eq!(
            refused("/<A..>/<B..>"),
            Malformed::SeveralRests { name: "B".into() }
        );
        assert_eq!(refused("/<..>"), Malformed::EmptyPlaceholder);
        assert_eq!(
            refused("/<A_B>/<aB>"),
            Malformed::RepeatedPlaceholder { name: "aB".into() }
        );
        assert_eq!(
            refused("/{id}"),
            Malformed::Braces {
                segment: "{id}".into(),
                name: "id".into()
            }
        );
        assert_eq!(
            refused("/:id"),
            Malformed::Colon {
                segment: ":id".into(),
                name: "id".into()
            }
        );
        assert_eq!(refused("/a//b"), Malformed::EmptySegment);
        assert_eq!(refused("//"), Malformed::EmptySegment);
        assert_eq!(
            refused("/a/../b"),
            Malformed::DotSegment {
                segment: "..".into()
            }
        );
        assert_eq!(
            refused("/%2e%2E"),
            Malformed::DotSegment {
                segment: "%2e%2E".into()
            }
        );
        assert_eq!(refused("/a#b"), Malformed::Fragment);
        assert_eq!(
            refused("/a b"),
            Malformed::BadCharacter {
                segment: "a b".into(),
                character: ' '
            }
        );
        assert_eq!(
            refused("/ü"),
            Malformed::BadCharacter {
                segment: "ü".into(),
                character: 'ü'
            }
        );
        assert_eq!(
            refused("/a%2"),
            Malformed::BadPercent {
                segment: "a%2".into()
            }
        );
        assert_eq!(refused("/a?"), Malformed::EmptyQuery);
        assert_eq!(refused("/a?b=1&"), Malformed::EmptyQuery);
        assert_eq!(
            refused("/a?b=<C>"),
            Malformed::PlaceholderInQuery { name: "C".into() }
        );
        assert_eq!(parse_base("/a/"), Err(Malformed::TrailingSlash));
        assert_eq!(parse_base("/"), Err(Malformed::TrailingSlash));
        assert_eq!(
            parse_base("/<A>"),
            Err(Malformed::PlaceholderNotAllowed { name: "A".into() })
        );
        assert_eq!(parse_base("/a?b=c"), Err(Malformed::QueryNotAllowed));
    }
}
