//! The attribute of an argument: `#[query("name", csv)]` says that it goes into the query, and how.

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, LitStr, Meta, Token};

use super::Scope;
use crate::model::Place;
use crate::problem::Problem;
use crate::text::units;

/// What an argument's attribute says of its place.
pub(super) enum Said {
    /// There is none.
    Nothing,
    /// There is one that can't be read.
    Unreadable,
    Place(Box<Attr>),
}

/// `#[query("name", csv)]`.
pub(super) struct Attr {
    pub(super) place: Place,
    pub(super) name: Option<LitStr>,
    pub(super) csv: bool,
    pub(super) flatten: bool,
    pub(super) bytes: bool,
    pub(super) content_type: Option<LitStr>,
    /// To point at.
    pub(super) whole: Attribute,
}

/// Reads an argument's attributes.
pub(super) fn said(attrs: Vec<Attribute>, scope: &mut Scope<'_>) -> Said {
    let mut said = Said::Nothing;
    let mut first: Option<String> = None;
    for attr in attrs {
        let name = attr.path().to_token_stream().to_string().replace(' ', "");
        let Some(place) = place_named(&name) else {
            if name == "cfg" || name == "cfg_attr" {
                scope.push(&attr, &Problem::ArgCfg);
                // It may have held what says the place.
                if name == "cfg_attr" && matches!(said, Said::Nothing) {
                    said = Said::Unreadable;
                }
            } else if !matches!(
                name.as_str(),
                "allow" | "expect" | "warn" | "deny" | "forbid"
            ) {
                scope.push(&attr, &Problem::ArgAttributeUnknown { name });
                said = Said::Unreadable;
            }
            continue;
        };
        if let Some(first) = &first {
            scope.push(
                &attr,
                &Problem::ArgAttributeTwice {
                    first: first.clone(),
                    second: name,
                },
            );
            continue;
        }
        first = Some(name);
        said = attribute(place, &attr, scope)
            .map_or(Said::Unreadable, |attr| Said::Place(Box::new(attr)));
    }
    said
}

fn place_named(name: &str) -> Option<Place> {
    let all = [
        Place::Path,
        Place::Query,
        Place::Header,
        Place::Field,
        Place::Body,
    ];
    all.into_iter().find(|place| place_name(*place) == name)
}

/// `("name", csv)`: a name, then options.
fn attribute(place: Place, attr: &Attribute, scope: &mut Scope<'_>) -> Option<Attr> {
    let (options, example): (&'static [&'static str], &'static str) = match place {
        Place::Path => (&[], "`#[path(\"CHAT_ID\")]`"),
        Place::Query => (
            &["csv", "flatten"],
            "`#[query]`, `#[query(\"name\")]`, `#[query(\"name\", csv)]` or `#[query(flatten)]`",
        ),
        Place::Header => (&[], "`#[header(\"X-Name\")]`"),
        Place::Field => (&[], "`#[field]` or `#[field(\"name\")]`"),
        Place::Body => (
            &["bytes", "content_type"],
            "`#[body]`, `#[body(bytes)]` or `#[body(bytes, content_type = \"image/png\")]`",
        ),
    };
    let name = place_name(place);
    let malformed = Problem::ArgFormAttribute {
        name: name.to_owned(),
        expected: example,
    };
    let mut read = Attr {
        place,
        name: None,
        csv: false,
        flatten: false,
        bytes: false,
        content_type: None,
        whole: attr.clone(),
    };
    match &attr.meta {
        Meta::Path(_) if matches!(place, Place::Path | Place::Header) => {
            scope.push(attr, &malformed);
            return None;
        }
        Meta::Path(_) => return Some(read),
        Meta::NameValue(_) => {
            scope.push(attr, &malformed);
            return None;
        }
        Meta::List(_) => {}
    }
    // `name = "x"`, as other libraries have it.
    let mut named: Option<LitStr> = None;
    let parse = |input: ParseStream<'_>| {
        let name = if input.peek(LitStr) {
            Some(input.parse::<LitStr>()?)
        } else {
            None
        };
        let mut words = Vec::new();
        if name.is_some() && !input.is_empty() {
            let _: Token![,] = input.parse()?;
        }
        while !input.is_empty() {
            let word: Ident = input.call(Ident::parse_any)?;
            let value = match input.parse::<Option<Token![=]>>()? {
                Some(_) => Some(input.parse::<LitStr>()?),
                None => None,
            };
            if (word == "name" || word == "rename") && words.is_empty() && name.is_none() {
                named.clone_from(&value);
            }
            words.push((word, value));
            if !input.is_empty() {
                let _: Token![,] = input.parse()?;
            }
        }
        Ok((name, words))
    };
    let Ok((written, words)) = parse.parse2(crate::parse::keys::inside(attr)) else {
        scope.push(attr, &malformed);
        return None;
    };
    if let Some(named) = named {
        scope.push(
            attr,
            &Problem::ArgNameKey {
                place: name,
                name: named.value(),
            },
        );
        return None;
    }
    for (index, (word, value)) in words.iter().enumerate() {
        if words[..index].iter().any(|(before, _)| before == word) {
            scope.push(attr, &malformed);
            return None;
        }
        match (word.to_string().as_str(), value.clone()) {
            ("csv", None) if place == Place::Query => read.csv = true,
            ("flatten", None) if place == Place::Query => read.flatten = true,
            ("bytes", None) if place == Place::Body => read.bytes = true,
            ("content_type", Some(value)) if place == Place::Body => {
                if !units::is_content_type(&value.value()) {
                    scope.push(
                        &value,
                        &Problem::BadContentType {
                            found: value.value(),
                        },
                    );
                    return None;
                }
                read.content_type = Some(value);
            }
            (other, _) if options.contains(&other) => {
                scope.push(attr, &malformed);
                return None;
            }
            (other, _) => {
                let problem = Problem::ArgOptionUnknown {
                    place: name,
                    found: other.to_owned(),
                    valid: options,
                };
                scope.push(word, &problem);
                return None;
            }
        }
    }
    read.name = written;
    sound(read, &malformed, scope)
}

/// Whether name and options go together.
fn sound(attr: Attr, malformed: &Problem, scope: &mut Scope<'_>) -> Option<Attr> {
    match (&attr.name, attr.place) {
        (Some(name), Place::Body) => {
            scope.push(
                name,
                &Problem::ArgNameNotAllowed {
                    what: "a whole body",
                },
            );
            return None;
        }
        (Some(name), _) if attr.flatten => {
            scope.push(
                name,
                &Problem::ArgNameNotAllowed {
                    what: "what is flattened into the query",
                },
            );
            return None;
        }
        (Some(name), place) if name.value().is_empty() => {
            scope.push(
                name,
                &Problem::EmptyName {
                    place: place_name(place),
                },
            );
            return None;
        }
        (Some(name), Place::Header) if !units::is_header_name(&name.value()) => {
            scope.push(name, &Problem::BadHeaderName { name: name.value() });
            return None;
        }
        (Some(name), Place::Header) if is_transports(&name.value()) => {
            scope.push(name, &Problem::ReservedHeader { name: name.value() });
            return None;
        }
        _ => {}
    }
    let lacks_name = matches!(attr.place, Place::Path | Place::Header) && attr.name.is_none();
    if lacks_name || attr.csv && attr.flatten || attr.content_type.is_some() && !attr.bytes {
        scope.push(&attr.whole, malformed);
        return None;
    }
    Some(attr)
}

/// Headers that follow from the request itself.
fn is_transports(name: &str) -> bool {
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

pub(super) fn place_name(place: Place) -> &'static str {
    match place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        Place::Field => "field",
        Place::Body => "body",
    }
}
