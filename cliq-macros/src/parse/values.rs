//! The values of keys: strings, times, limits, scopes, each a type.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, LitBool, LitInt, LitStr, Path, Token};

use super::argument::is_transports;
use super::keys::{Key, KeyValue, Value, text};
use crate::errors::Sink;
use crate::problem::Problem;
use crate::text::{path, units};

/// The tokens behind `=`.
fn value<T: KeyValue>(key: &Key, errors: Sink<'_>) -> Option<TokenStream> {
    let problem = match &key.value {
        Value::Equals(value) if !value.is_empty() => return Some(value.clone()),
        Value::List(list) if syn::parse2::<syn::Lit>(list.clone()).is_ok() => {
            Problem::KeyWithParentheses {
                key: key.name(),
                value: list.to_string(),
            }
        }
        _ => Problem::KeyNeedsValue {
            key: key.name(),
            example: T::EXAMPLE,
        },
    };
    errors.push(&key.whole, &problem);
    None
}

/// A string behind `=`.
fn string<T: KeyValue>(key: &Key, errors: Sink<'_>) -> Option<LitStr> {
    let value = value::<T>(key, errors)?;
    if let Some(text) = text(&value) {
        return Some(text);
    }
    // `lock = "5m" page(…)`: a comma is missing.
    let behind = |input: ParseStream<'_>| {
        let _: LitStr = input.parse()?;
        input.parse::<TokenStream>()
    };
    let found = |tokens: &TokenStream| tokens.to_string();
    match behind.parse2(value.clone()) {
        Ok(rest) if !rest.is_empty() => {
            errors.push(
                &rest,
                &Problem::MissingComma {
                    found: found(&rest),
                },
            );
        }
        _ => errors.push(
            &value,
            &Problem::NotAString {
                key: key.name(),
                example: T::EXAMPLE,
                found: found(&value),
            },
        ),
    }
    None
}

/// A string behind `=` that `read` understands; else its problem is reported.
fn text_as<T: KeyValue, V>(
    key: &Key,
    errors: Sink<'_>,
    read: impl FnOnce(&str) -> Result<V, Problem>,
) -> Option<V> {
    let text = string::<T>(key, errors)?;
    read(&text.value())
        .inspect_err(|problem| errors.push(&text, problem))
        .ok()
}

/// A word behind `=` such as `none`.
fn word(key: &Key) -> Option<Ident> {
    match &key.value {
        Value::Equals(value) => Ident::parse_any.parse2(value.clone()).ok(),
        Value::None | Value::List(_) => None,
    }
}

/// `base = "/api/v3"`.
pub(crate) struct Base(pub(crate) String);

impl KeyValue for Base {
    const EXAMPLE: &'static str = "\"/api/v3\"";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        text_as::<Self, _>(key, errors, |text| match path::parse_base(text) {
            Ok(()) => Ok(Self(text.to_owned())),
            Err(malformed) => Err(Problem::BadPath {
                what: "base",
                malformed,
            }),
        })
    }
}

/// `scope_prefix = "ZohoCliq"`.
pub(crate) struct ScopePrefix(pub(crate) String);

impl KeyValue for ScopePrefix {
    const EXAMPLE: &'static str = "\"ZohoCliq\"";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        text_as::<Self, _>(key, errors, |text| {
            if units::is_scope(text) {
                Ok(Self(text.to_owned()))
            } else {
                Err(Problem::BadScopePrefix { found: text.into() })
            }
        })
    }
}

/// `crate = ::cliq_api`.
pub(crate) struct CratePath(pub(crate) Path);

impl KeyValue for CratePath {
    const EXAMPLE: &'static str = "::cliq_api";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        let value = value::<Self>(key, errors)?;
        let path = Path::parse_mod_style.parse2(value.clone());
        path.inspect_err(|_| {
            let found = value.to_string();
            errors.push(&value, &Problem::BadCratePath { found });
        })
        .ok()
        .map(Self)
    }
}

/// `limit = "20/min"` or `limit = none`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    None,
    Calls(Calls),
}

/// So many calls per so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Calls {
    pub(crate) calls: u32,
    pub(crate) seconds: u64,
}

impl Limit {
    pub(crate) fn calls(self) -> Option<Calls> {
        match self {
            Self::None => None,
            Self::Calls(calls) => Some(calls),
        }
    }
}

impl KeyValue for Limit {
    const EXAMPLE: &'static str = "\"20/min\"";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        if word(key).is_some_and(|word| word == "none") {
            return Some(Self::None);
        }
        text_as::<Self, _>(key, errors, |text| match units::limit(text) {
            Some((calls, seconds)) => Ok(Self::Calls(Calls { calls, seconds })),
            None => Err(Problem::BadLimit { found: text.into() }),
        })
    }
}

fn seconds<T: KeyValue>(key: &Key, errors: Sink<'_>) -> Option<u64> {
    text_as::<T, _>(key, errors, |text| {
        units::seconds(text).ok_or_else(|| Problem::BadTime {
            key: key.name(),
            found: text.into(),
        })
    })
}

/// `lock = "10m"`, in seconds.
pub(crate) struct Lock(pub(crate) u64);

impl KeyValue for Lock {
    const EXAMPLE: &'static str = "\"10m\"";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        if word(key).is_some_and(|word| word == "none") {
            errors.push(&key.whole, &Problem::LockNone);
            return None;
        }
        seconds::<Self>(key, errors).map(Self)
    }
}

/// `timeout = "30s"`, in seconds.
pub(crate) struct Timeout(pub(crate) u64);

impl KeyValue for Timeout {
    const EXAMPLE: &'static str = "\"30s\"";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        seconds::<Self>(key, errors).map(Self)
    }
}

/// `bucket = "messages"`.
pub(crate) struct Bucket(pub(crate) String);

impl KeyValue for Bucket {
    const EXAMPLE: &'static str = "\"messages\"";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        text_as::<Self, _>(key, errors, |text| {
            if text.trim().is_empty() {
                Err(Problem::EmptyBucket)
            } else {
                Ok(Self(text.to_owned()))
            }
        })
    }
}

/// `shares = other_method`.
pub(crate) struct Shares(pub(crate) Ident);

impl KeyValue for Shares {
    const EXAMPLE: &'static str = "other_method";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        let value = value::<Self>(key, errors)?;
        if let Some(name) = word(key) {
            return Some(Self(name));
        }
        let found = value.to_string();
        errors.push(&value, &Problem::BadShares { found });
        None
    }
}

/// `idempotent`, `idempotent = false`.
pub(crate) struct Idempotent(pub(crate) bool);

impl KeyValue for Idempotent {
    const EXAMPLE: &'static str = "false";
    const IS_FLAG: bool = true;

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        if let Value::None = key.value {
            return Some(Self(true));
        }
        let value = value::<Self>(key, errors)?;
        if let Ok(flag) = syn::parse2::<LitBool>(value.clone()) {
            return Some(Self(flag.value));
        }
        let found = value.to_string();
        errors.push(
            &value,
            &Problem::NotABool {
                key: key.name(),
                found,
            },
        );
        None
    }
}

/// A path into JSON: `"data.items"`.
pub(crate) struct Member(pub(crate) Vec<String>);

impl KeyValue for Member {
    const EXAMPLE: &'static str = "\"data\"";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        text_as::<Self, _>(key, errors, |text| {
            let path: Vec<String> = text.split('.').map(str::to_owned).collect();
            // A name may hold spaces, as Zoho's `Response Code` does; a pointer or an index is none.
            let is_name = |name: &String| {
                !name.is_empty()
                    && name.trim() == name
                    && !name.contains(['[', ']', '{', '}', '/', '$'])
            };
            if path.iter().all(is_name) {
                Ok(Self(path))
            } else {
                Err(Problem::BadMember { found: text.into() })
            }
        })
    }
}

/// A plain string, such as a parameter's name.
pub(crate) struct Name(pub(crate) String);

impl KeyValue for Name {
    const EXAMPLE: &'static str = "\"next_token\"";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        string::<Self>(key, errors).map(|text| Self(text.value()))
    }
}

/// `next = link`, or the path to a member that holds a URL.
pub(crate) enum Next {
    Link,
    Url(Vec<String>),
}

impl KeyValue for Next {
    const EXAMPLE: &'static str = "link";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        let value = value::<Self>(key, errors)?;
        if word(key).is_some_and(|word| word == "link") {
            return Some(Self::Link);
        }
        if text(&value).is_some() {
            return Member::read(key, errors).map(|member| Self::Url(member.0));
        }
        let found = value.to_string();
        errors.push(&value, &Problem::BadNext { found });
        None
    }
}

/// `first = 0`.
pub(crate) struct First(pub(crate) u64);

impl KeyValue for First {
    const EXAMPLE: &'static str = "0";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        let value = value::<Self>(key, errors)?;
        let number = syn::parse2::<LitInt>(value.clone());
        if let Ok(first) = number.and_then(|number| number.base10_parse()) {
            return Some(Self(first));
        }
        let found = value.to_string();
        errors.push(&value, &Problem::BadFirst { found });
        None
    }
}

/// `idempotency_key = "Idempotency-Key"`.
pub(crate) struct KeyHeader(pub(crate) String);

impl KeyValue for KeyHeader {
    const EXAMPLE: &'static str = "\"Idempotency-Key\"";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        text_as::<Self, _>(key, errors, |text| {
            if is_transports(text) {
                Err(Problem::ReservedKeyHeader { name: text.into() })
            } else if units::is_header_name(text) {
                Ok(Self(text.to_owned()))
            } else {
                Err(Problem::BadKeyHeader { found: text.into() })
            }
        })
    }
}

/// `content_type = "image/png"`.
pub(crate) struct ContentType(pub(crate) String);

impl KeyValue for ContentType {
    const EXAMPLE: &'static str = "\"image/png\"";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        text_as::<Self, _>(key, errors, |text| {
            if units::is_content_type(text) {
                Ok(Self(text.to_owned()))
            } else {
                Err(Problem::BadContentType { found: text.into() })
            }
        })
    }
}

/// `scope = "Chats.UPDATE"`, or `any("…", "…")`, `all("…", "…")` of several. Their prefix is the
/// trait's.
pub(crate) struct Scopes {
    pub(crate) all: bool,
    pub(crate) names: Vec<LitStr>,
}

impl KeyValue for Scopes {
    const EXAMPLE: &'static str = "\"Chats.UPDATE\"";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        let value = value::<Self>(key, errors)?;
        let call = |input: ParseStream<'_>| {
            let rule: Ident = input.parse()?;
            let content;
            let _ = syn::parenthesized!(content in input);
            let names =
                content.parse_terminated(<LitStr as syn::parse::Parse>::parse, Token![,])?;
            Ok((rule, names))
        };
        let scopes = if let Some(name) = text(&value) {
            Self {
                all: false,
                names: vec![name],
            }
        } else if let Ok((rule, names)) = call.parse2(value.clone())
            && (rule == "any" || rule == "all")
        {
            if names.is_empty() {
                let rule = rule.to_string();
                errors.push(value, &Problem::NoScopes { rule });
                return None;
            }
            Self {
                all: rule == "all",
                names: names.into_iter().collect(),
            }
        } else {
            let found = value.to_string();
            errors.push(value, &Problem::BadScopes { found });
            return None;
        };
        for name in &scopes.names {
            if !units::is_scope(&name.value()) {
                let found = name.value();
                errors.push(name, &Problem::BadScope { found });
            }
        }
        (!errors.failed()).then_some(scopes)
    }
}
