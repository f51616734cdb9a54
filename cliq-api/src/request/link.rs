//! The URL of the next page: found in a `Link` header (RFC 8288), and resolved.

use http::header::LINK;
use http::{HeaderMap, Uri};

use super::error::RequestError;

/// Returns the target of the link whose relation is `next`. A link that can't be read is skipped.
pub(crate) fn next(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(LINK).iter();
    values
        .filter_map(|value| std::str::from_utf8(value.as_bytes()).ok())
        .find_map(next_in)
}

fn next_in(mut text: &str) -> Option<String> {
    while let Some((_, rest)) = text.split_once('<') {
        let (target, rest) = rest.split_once('>')?;
        let mut parameters = Parameters(rest);
        let mut relation = None;
        let mut is_other_context = false;
        for (name, value) in &mut parameters {
            if name.eq_ignore_ascii_case("rel") {
                // Only the first one counts.
                relation.get_or_insert(value);
            } else if name.eq_ignore_ascii_case("anchor") {
                is_other_context = true;
            }
        }
        let mut relations = relation.as_deref().unwrap_or_default().split_whitespace();
        if !is_other_context && relations.any(|name| name.eq_ignore_ascii_case("next")) {
            return Some(target.trim().to_owned());
        }
        text = parameters.0;
    }
    None
}

/// The parameters of one link, up to the comma behind it.
struct Parameters<'t>(&'t str);

impl Iterator for Parameters<'_> {
    type Item = (String, String);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0.trim_start();
        let rest = rest.strip_prefix(';')?.trim_start();
        let end = rest.find(['=', ';', ',']).unwrap_or(rest.len());
        let (name, rest) = (rest[..end].trim_end(), &rest[end..]);
        let Some(rest) = rest.strip_prefix('=') else {
            self.0 = rest;
            return Some((name.to_owned(), String::new()));
        };
        let rest = rest.trim_start();
        let (value, rest) = match rest.strip_prefix('"') {
            Some(rest) => quoted(rest),
            None => {
                let end = rest.find([';', ',']).unwrap_or(rest.len());
                (rest[..end].trim_end().to_owned(), &rest[end..])
            }
        };
        self.0 = rest;
        Some((name.to_owned(), value))
    }
}

/// Reads up to the closing quote.
fn quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return (value, &text[index + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

/// Resolves a reference against the URL of the response that it is from (RFC 3986, section 5.2).
pub(crate) fn resolve(reference: &str, base: &Uri) -> Result<Uri, RequestError> {
    let reference = reference.split('#').next().unwrap_or_default();
    let (scheme, authority) = (
        base.scheme_str().unwrap_or_default(),
        base.authority().map_or("", |authority| authority.as_str()),
    );
    let path = base.path();
    let text = if has_scheme(reference) {
        reference.to_owned()
    } else if reference.starts_with("//") {
        format!("{scheme}:{reference}")
    } else if reference.starts_with('/') {
        format!("{scheme}://{authority}{reference}")
    } else if reference.starts_with('?') {
        format!("{scheme}://{authority}{path}{reference}")
    } else {
        let folder = path.rfind('/').map_or("/", |end| &path[..=end]);
        format!("{scheme}://{authority}{folder}{reference}")
    };
    text.parse()
        .map_err(|_| RequestError::new("the server's URL of the next page is no URL"))
}

fn has_scheme(reference: &str) -> bool {
    reference.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || "+-.".contains(character))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_link_is_found_among_others() {
        for (header, expected) in [
            (r#"</p?page=2>; rel="next""#, Some("/p?page=2")),
            ("</p?page=2>;REL=Next", Some("/p?page=2")),
            (
                r#"<https://a.b/1>; rel="prev"; title="a, <b>; \"c\"", <https://a.b/3>; rel="last next""#,
                Some("https://a.b/3"),
            ),
            (
                r#"<https://a.b/3>; rel="last", <https://a.b/1>; rel="first""#,
                None,
            ),
            (r#"</x>; rel="prev"; rel="next""#, None),
            (r##"</x>; rel="next"; anchor="#other""##, None),
            (r#"</x>; flag; rel = "next""#, Some("/x")),
            (r#"</x>; rel="nextish""#, None),
            ("no link at all", None),
            ("<unclosed; rel=next", None),
            (r#"</x>; rel="next"#, Some("/x")),
            ("", None),
        ] {
            assert_eq!(next_in(header).as_deref(), expected, "{header}");
        }
        let mut headers = HeaderMap::new();
        headers.append(LINK, "</1>; rel=prev".parse().unwrap());
        headers.append(LINK, "</3>; rel=next".parse().unwrap());
        assert_eq!(next(&headers).as_deref(), Some("/3"));
    }

    #[test]
    fn references_are_resolved() {
        let base: Uri = "https://a.b:1/v1/items?page=1".parse().unwrap();
        for (reference, expected) in [
            ("https://c.d/x?y=%20#z", "https://c.d/x?y=%20"),
            ("//c.d/x", "https://c.d/x"),
            ("/x?y=a:b", "https://a.b:1/x?y=a:b"),
            ("?page=2", "https://a.b:1/v1/items?page=2"),
            ("others?page=2", "https://a.b:1/v1/others?page=2"),
        ] {
            assert_eq!(resolve(reference, &base).unwrap().to_string(), expected);
        }
        assert!(resolve("https://a b", &base).is_err());
    }
}
