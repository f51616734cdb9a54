//! The values of keys: strings, times, limits, scopes, each with what is said where it can't be
//! read.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, LitBool, LitStr, Path, Token};

use crate::model::Scopes;
use crate::parse::keys::{Key, Value};
use crate::problem::Problem;
use crate::text::{path, units};

/// A way to tell an error.
pub(super) type Push<'p> = dyn FnMut(TokenStream, &Problem) + 'p;

/// The tokens of a key's value, where it is written `key = value`.
fn value(key: &Key, example: &'static str, push: &mut Push<'_>) -> Option<TokenStream> {
    match &key.value {
        Value::Equals(value) if !value.is_empty() => Some(value.clone()),
        Value::List(list) if syn::parse2::<syn::Lit>(list.clone()).is_ok() => {
            let (key_name, value) = (key.name.unraw().to_string(), list.to_string());
            push(
                key.tokens.clone(),
                &Problem::KeyWithParentheses {
                    key: key_name,
                    value,
                },
            );
            None
        }
        _ => {
            push(
                key.tokens.clone(),
                &Problem::KeyNeedsValue {
                    key: key.name.unraw().to_string(),
                    example,
                },
            );
            None
        }
    }
}

pub(super) fn string(key: &Key, example: &'static str, push: &mut Push<'_>) -> Option<LitStr> {
    let value = value(key, example, push)?;
    // `lock = "5m" page(…)`: a comma is missing.
    let behind = |input: ParseStream<'_>| {
        let _: LitStr = input.parse()?;
        input.parse::<TokenStream>()
    };
    if let Ok(rest) = behind.parse2(value.clone())
        && !rest.is_empty()
    {
        push(
            rest.clone(),
            &Problem::UnexpectedTokens {
                found: rest.to_string(),
            },
        );
        return None;
    }
    let plain = syn::parse2::<LitStr>(value.clone()).and_then(without_suffix);
    plain
        .inspect_err(|_| {
            let found = value.to_string();
            push(
                value,
                &Problem::NotAString {
                    key: key.name.unraw().to_string(),
                    example,
                    found,
                },
            );
        })
        .ok()
}

/// `"text"suffix` is no string that means anything.
pub(super) fn without_suffix(text: LitStr) -> syn::Result<LitStr> {
    if text.suffix().is_empty() {
        Ok(text)
    } else {
        Err(syn::Error::new_spanned(&text, "it has a suffix"))
    }
}

pub(super) fn base(key: &Key, push: &mut Push<'_>) -> Option<String> {
    let text = string(key, "base = \"/api/v3\"", push)?;
    match path::parse_base(&text.value()) {
        Ok(()) => Some(text.value()),
        Err(malformed) => {
            push(
                text.into_token_stream(),
                &Problem::BadPath {
                    what: "base",
                    malformed,
                },
            );
            None
        }
    }
}

pub(super) fn krate(key: &Key, push: &mut Push<'_>) -> Option<Path> {
    let value = value(key, "crate = ::cliq_api", push)?;
    Path::parse_mod_style
        .parse2(value.clone())
        .inspect_err(|_| {
            let found = value.to_string();
            let expected =
                "a path to the runtime crate, such as `::cliq_api` or `::my_crate::cliq_api`";
            push(
                value,
                &Problem::BadValue {
                    key: "crate".to_owned(),
                    expected,
                    found,
                },
            );
        })
        .ok()
}

/// What `limit = …` says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing limits it.
    None,
    /// Calls, seconds.
    Limit((u32, u64)),
}

impl Said {
    pub(super) fn limit(self) -> Option<(u32, u64)> {
        match self {
            Self::None => None,
            Self::Limit(limit) => Some(limit),
        }
    }
}

pub(super) fn limit(key: &Key, push: &mut Push<'_>) -> Option<Said> {
    const EXAMPLE: &str = "limit = \"20/min\"";
    let value = value(key, EXAMPLE, push)?;
    if Ident::parse_any
        .parse2(value)
        .is_ok_and(|ident| ident == "none")
    {
        return Some(Said::None);
    }
    let text = string(key, EXAMPLE, push)?;
    let limit = units::limit(&text.value());
    if limit.is_none() {
        push(
            text.to_token_stream(),
            &Problem::BadLimit {
                found: text.value(),
            },
        );
    }
    limit.map(Said::Limit)
}

pub(super) fn time(key: &Key, name: &'static str, push: &mut Push<'_>) -> Option<u64> {
    let example = if name == "lock" {
        "lock = \"10m\""
    } else {
        "timeout = \"30s\""
    };
    let text = string(key, example, push)?;
    let seconds = units::seconds(&text.value());
    if seconds.is_none() {
        push(
            text.to_token_stream(),
            &Problem::BadTime {
                key: name,
                found: text.value(),
            },
        );
    }
    seconds
}

pub(super) fn bucket_name(key: &Key, push: &mut Push<'_>) -> Option<String> {
    let text = string(key, "bucket = \"messages\"", push)?;
    if text.value().trim().is_empty() {
        push(
            text.into_token_stream(),
            &Problem::EmptyName { place: "bucket" },
        );
        return None;
    }
    Some(text.value())
}

pub(super) fn other_method(key: &Key, push: &mut Push<'_>) -> Option<Ident> {
    let value = value(key, "shares = other_method", push)?;
    Ident::parse_any
        .parse2(value.clone())
        .inspect_err(|_| {
            let found = value.to_string();
            push(
                value,
                &Problem::BadValue {
                    key: "shares".to_owned(),
                    expected: "the name of another method",
                    found,
                },
            );
        })
        .ok()
}

pub(super) fn flag(key: &Key, push: &mut Push<'_>) -> Option<bool> {
    let Value::Equals(value) = &key.value else {
        return match key.value {
            Value::None => Some(true),
            _ => {
                push(
                    key.tokens.clone(),
                    &Problem::KeyNeedsValue {
                        key: key.name.to_string(),
                        example: "idempotent = false",
                    },
                );
                None
            }
        };
    };
    let problem = Problem::BadValue {
        key: key.name.to_string(),
        expected: "`true` or `false`",
        found: value.to_string(),
    };
    let flag = syn::parse2::<LitBool>(value.clone())
        .inspect_err(|_| push(key.tokens.clone(), &problem))
        .ok()?;
    Some(flag.value)
}

/// The names of a path into JSON.
pub(super) fn member(key: &Key, name: &'static str, push: &mut Push<'_>) -> Option<Vec<String>> {
    let example = if name == "response" {
        "response = \"data\""
    } else {
        "page(items = \"data\", token = \"next_token\")"
    };
    let text = string(key, example, push)?;
    let path: Vec<String> = text.value().split('.').map(str::to_owned).collect();
    // A name may hold spaces, as Zoho's `Response Code` does; a pointer or an index is none.
    let is_name = |name: &String| {
        !name.is_empty() && name.trim() == name && !name.contains(['[', ']', '{', '}', '/', '$'])
    };
    if !path.iter().all(is_name) {
        push(
            text.to_token_stream(),
            &Problem::BadResponse {
                key: name,
                found: text.value(),
            },
        );
        return None;
    }
    Some(path)
}

pub(super) fn read_scopes(key: &Key, prefix: Option<&str>, push: &mut Push<'_>) -> Option<Scopes> {
    let value = value(key, "scope = \"Chats.UPDATE\"", push)?;
    let call = |input: ParseStream<'_>| {
        let rule: Ident = input.parse()?;
        let content;
        let _ = syn::parenthesized!(content in input);
        Ok((
            rule,
            content.parse_terminated(<LitStr as syn::parse::Parse>::parse, Token![,])?,
        ))
    };
    let (all, literals) = if let Ok(text) = syn::parse2::<LitStr>(value.clone()) {
        (false, vec![text])
    } else if let Ok((rule, literals)) = call.parse2(value.clone())
        && (rule == "any" || rule == "all")
    {
        if literals.is_empty() {
            push(
                value,
                &Problem::NoScopes {
                    rule: rule.to_string(),
                },
            );
            return None;
        }
        (rule == "all", literals.into_iter().collect())
    } else {
        let expected = "a scope, `any(\"…\", \"…\")` or `all(\"…\", \"…\")`";
        let found = value.to_string();
        push(
            value,
            &Problem::BadValue {
                key: "scope".to_owned(),
                expected,
                found,
            },
        );
        return None;
    };
    let mut names = Vec::new();
    for text in literals {
        let written = text.value();
        if !units::is_scope(&written) {
            push(
                text.into_token_stream(),
                &Problem::BadScope { found: written },
            );
            return None;
        }
        match prefix {
            Some(prefix)
                if written
                    .strip_prefix(prefix)
                    .is_some_and(|rest| rest.starts_with('.')) =>
            {
                push(
                    text.into_token_stream(),
                    &Problem::ScopeHasPrefix {
                        found: written,
                        prefix: prefix.to_owned(),
                    },
                );
                return None;
            }
            Some(prefix) => names.push(format!("{prefix}.{written}")),
            None => names.push(written),
        }
    }
    Some(Scopes { all, names })
}
