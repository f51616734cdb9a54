//! The values of keys: strings, times, limits, scopes, each a type.

use std::fmt::Write;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Ident, Lit, LitBool, LitInt, LitStr, Path, Token};

use super::keys::{Key, KeyValue, Value, Word, lone_comma, split, text};
use crate::attrs::Text;
use crate::errors::Sink;
use crate::problem::{On, Problem};
use crate::text::units::Rate;
use crate::text::{path, units};

/// The tokens behind `=`.
fn value<T: KeyValue>(key: &Key, errors: Sink<'_>) -> Option<Word> {
    let problem = match &key.value {
        Value::Equals(value) if !value.is_empty() => return Some(value.clone()),
        Value::List(list) if syn::parse2::<Lit>(list.clone()).is_ok() => {
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
fn string<T: KeyValue>(key: &Key, errors: Sink<'_>) -> Option<Text> {
    let value = value::<T>(key, errors)?;
    if let Some(text) = text(&value) {
        return Some(text);
    }
    // `lock = "5m" page(…)`: a comma is missing.
    let behind = |input: ParseStream<'_>| {
        let _: LitStr = input.parse()?;
        input.parse::<TokenStream>()
    };
    match behind.parse2(value.to_token_stream()) {
        Ok(rest) if !rest.is_empty() => {
            errors.push(
                &rest,
                &Problem::MissingComma {
                    found: rest.to_string(),
                },
            );
        }
        _ => errors.push(
            &value,
            &Problem::NotAString {
                key: key.name(),
                example: T::EXAMPLE,
                found: value.to_string(),
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

/// Whether the value is `none`.
fn is_none(key: &Key) -> bool {
    word(key).is_some_and(|word| word == "none")
}

/// A word behind `=` such as `none`.
fn word(key: &Key) -> Option<&Ident> {
    match &key.value {
        Value::Equals(value) => match &**value {
            [TokenTree::Ident(word)] => Some(word),
            _ => None,
        },
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
        let path = Path::parse_mod_style.parse2(value.to_token_stream());
        path.inspect_err(|_| {
            let found = value.to_string();
            errors.push(&value, &Problem::BadCratePath { found });
        })
        .ok()
        .map(Self)
    }
}

/// `limit = "20/min"`, `limit = ["100/s", "1000/h per app"]`, or `limit = none`, which has none.
pub(crate) struct Limits(pub(crate) Vec<Rate>);

impl KeyValue for Limits {
    const EXAMPLE: &'static str = "\"20/min\"";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        if is_none(key) {
            return Some(Self(Vec::new()));
        }
        let several = |input: ParseStream<'_>| {
            let content;
            let _ = syn::bracketed!(content in input);
            let texts = content.parse_terminated(Text::parse, Token![,])?;
            Ok(texts.into_iter().collect::<Vec<_>>())
        };
        let texts = match &key.value {
            Value::Equals(value) => several.parse2(value.to_token_stream()).ok(),
            Value::None | Value::List(_) => None,
        };
        let texts = match texts {
            Some(texts) if texts.is_empty() => {
                errors.push(&key.whole, &Problem::NoLimits);
                return None;
            }
            Some(texts) => texts,
            None => vec![string::<Self>(key, errors)?],
        };
        let mut limits: Vec<Rate> = Vec::new();
        for text in texts {
            let found = text.value();
            let Some(limit) = units::limit(&found) else {
                errors.push(text, &Problem::BadLimit { found });
                continue;
            };
            let window = |limit: &Rate| (limit.seconds, limit.per_app);
            if limits.iter().any(|other| window(other) == window(&limit)) {
                errors.push(text, &Problem::LimitRepeated { found });
            }
            limits.push(limit);
        }
        (!errors.failed()).then_some(Self(limits))
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

/// `lock = "10m"`, in seconds, or `lock = none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    None,
    Seconds(u64),
}

impl KeyValue for Lock {
    const EXAMPLE: &'static str = "\"10m\"";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        if is_none(key) {
            return Some(Self::None);
        }
        seconds::<Self>(key, errors).map(Self::Seconds)
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

/// `bucket = "messages"`; `None` for `bucket = none`.
pub(crate) struct Bucket(pub(crate) Option<String>);

impl KeyValue for Bucket {
    const EXAMPLE: &'static str = "\"messages\"";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        name_or_none(key, "bucket", Self, errors)
    }
}

/// `server = "uploads"`; `None` for `server = none`.
pub(crate) struct Server(pub(crate) Option<String>);

impl KeyValue for Server {
    const EXAMPLE: &'static str = "\"uploads\"";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        name_or_none(key, "server", Self, errors)
    }
}

/// A name that isn't empty, or `none`.
fn name_or_none<T: KeyValue>(
    key: &Key,
    what: &'static str,
    make: impl Fn(Option<String>) -> T,
    errors: Sink<'_>,
) -> Option<T> {
    if is_none(key) {
        return Some(make(None));
    }
    text_as::<T, _>(key, errors, |text| {
        if text.trim().is_empty() {
            Err(Problem::EmptyKeyName { what })
        } else {
            Ok(make(Some(text.to_owned())))
        }
    })
}

/// `schema`, or `schema(feature = "schema")`: only with this feature of the crate.
#[derive(Clone)]
pub(crate) struct Schema {
    pub(crate) feature: Option<Text>,
}

impl KeyValue for Schema {
    const EXAMPLE: &'static str = "";
    const IS_FLAG: bool = true;

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        let feature = |input: ParseStream<'_>| {
            let name: Ident = input.parse()?;
            let _: Token![=] = input.parse()?;
            let feature: Text = input.parse()?;
            let _: Option<Token![,]> = input.parse()?;
            Ok((name, feature))
        };
        let found = match &key.value {
            Value::None => return Some(Self { feature: None }),
            Value::List(list) => match feature.parse2(list.clone()) {
                Ok((name, feature)) if name == "feature" => {
                    return Some(Self {
                        feature: Some(feature),
                    });
                }
                _ => list.to_string(),
            },
            Value::Equals(value) => value.to_string(),
        };
        errors.push(&key.whole, &Problem::BadSchema { found });
        None
    }
}

/// `form`, `form = nested`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Flat,
    Nested,
}

impl KeyValue for Form {
    const EXAMPLE: &'static str = "nested";
    const IS_FLAG: bool = true;

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        if let Value::None = key.value {
            return Some(Self::Flat);
        }
        only_word::<Self>(key, "nested", "write `form`, or `form = nested`", errors)?;
        Some(Self::Nested)
    }
}

/// `body = optional`.
pub(crate) struct OptionalBody;

impl KeyValue for OptionalBody {
    const EXAMPLE: &'static str = "optional";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        only_word::<Self>(key, "optional", "write `body = optional`", errors)?;
        Some(Self)
    }
}

/// The one word that may be behind `=`.
fn only_word<T: KeyValue>(
    key: &Key,
    expected: &'static str,
    help: &'static str,
    errors: Sink<'_>,
) -> Option<()> {
    if word(key).is_some_and(|word| word == expected) {
        return Some(());
    }
    let value = value::<T>(key, errors)?;
    let problem = Problem::NotTheWord {
        key: key.name(),
        found: value.to_string(),
        expected,
        help,
    };
    errors.push(&value, &problem);
    None
}

/// `header("X-Version" = "1", "X-Other" = "2")`.
pub(crate) struct Headers(pub(crate) Vec<(Text, Text)>);

impl KeyValue for Headers {
    const EXAMPLE: &'static str = "";
    const IS_REPEATABLE: bool = true;

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        let mut headers = Vec::new();
        for (name, value) in constants(key, errors)? {
            let problem = match (name.value(), text(&value)) {
                (name, _) if !units::is_header_name(&name) => Problem::BadHeaderName { name },
                (name, _) if units::is_transports(&name) => Problem::ReservedHeader { name },
                (_, None) => {
                    let found = value.to_string();
                    errors.push(&value, &Problem::BadConstantHeader { found });
                    continue;
                }
                (_, Some(text)) if !units::is_header_value(&text.value()) => {
                    let found = value.to_string();
                    errors.push(&value, &Problem::BadConstantHeader { found });
                    continue;
                }
                (_, Some(text)) => {
                    headers.push((name, text));
                    continue;
                }
            };
            errors.push(&name, &problem);
        }
        (!errors.failed()).then_some(Self(headers))
    }

    fn join(&mut self, more: Self) {
        self.0.extend(more.0);
    }
}

/// `field("action" = "close", "depth" = 1)`: names, and values as JSON.
pub(crate) struct Fields(pub(crate) Vec<(Text, String)>);

impl KeyValue for Fields {
    const EXAMPLE: &'static str = "";
    const IS_REPEATABLE: bool = true;

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        let mut fields = Vec::new();
        for (name, value) in constants(key, errors)? {
            if name.value().is_empty() {
                errors.push(&name, &Problem::EmptyName { on: On::Field });
                continue;
            }
            match json(&value) {
                Some(json) => fields.push((name, json)),
                None => {
                    let found = value.to_string();
                    errors.push(&value, &Problem::BadConstantField { found });
                }
            }
        }
        (!errors.failed()).then_some(Self(fields))
    }

    fn join(&mut self, more: Self) {
        self.0.extend(more.0);
    }
}

/// The pairs of `key("name" = value, …)`.
fn constants(key: &Key, errors: Sink<'_>) -> Option<Vec<(Text, Word)>> {
    let pair = |input: ParseStream<'_>| {
        let name: Text = input.parse()?;
        let _: Token![=] = input.parse()?;
        Ok((name, Word::of(input.parse()?)))
    };
    let key_name = key.name();
    let Value::List(list) = &key.value else {
        errors.push(&key.whole, &Problem::ConstantsNeedList { key: key_name });
        return None;
    };
    let mut words = split(list.clone());
    let lone = lone_comma(&mut words);
    if let Some(comma) = lone {
        errors.push(comma, &Problem::ExtraComma);
    }
    if words.is_empty() && !errors.failed() {
        errors.push(&key.whole, &Problem::ConstantsNeedList { key: key_name });
        return None;
    }
    let mut pairs = Vec::new();
    for word in words {
        match pair.parse2(word.to_token_stream()) {
            Ok((name, value)) if !value.is_empty() => {
                pairs.push((name, value));
            }
            _ => {
                let problem = Problem::BadConstant {
                    key: key.name(),
                    found: word.to_string(),
                };
                errors.push(&word, &problem);
            }
        }
    }
    Some(pairs)
}

/// A literal as JSON: a string, a number without a suffix, or a boolean.
fn json(value: &Word) -> Option<String> {
    let literal = |input: ParseStream<'_>| {
        let minus = input.parse::<Option<Token![-]>>()?.is_some();
        Ok((minus, input.parse::<Lit>()?))
    };
    let (minus, literal) = literal.parse2(value.to_token_stream()).ok()?;
    let sign = if minus { "-" } else { "" };
    match literal {
        Lit::Str(text) if !minus && text.suffix().is_empty() => Some(quoted(&text.value())),
        Lit::Bool(flag) if !minus => Some(flag.value.to_string()),
        Lit::Int(number) if number.suffix().is_empty() => {
            Some(format!("{sign}{}", number.base10_digits()))
        }
        Lit::Float(number) if number.suffix().is_empty() => {
            // `1.` and `01.5` are numbers in Rust and not in JSON.
            let digits = number.base10_digits().trim_start_matches('0');
            let digits = digits.strip_suffix('.').unwrap_or(digits);
            let zero = if digits.starts_with(|first: char| first.is_ascii_digit()) {
                ""
            } else {
                "0"
            };
            Some(format!("{sign}{zero}{digits}"))
        }
        _ => None,
    }
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut json = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            control if control < ' ' => {
                let _ = write!(json, "\\u{:04x}", u32::from(control));
            }
            character => json.push(character),
        }
    }
    json.push('"');
    json
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
        if let Ok(flag) = syn::parse2::<LitBool>(value.to_token_stream()) {
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
            // A name may hold spaces, as Zoho's `Response Code` does; a pointer or an index is
            // none.
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
        let number = syn::parse2::<LitInt>(value.to_token_stream());
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
            if units::is_transports(text) {
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
    pub(crate) names: Vec<Text>,
}

impl KeyValue for Scopes {
    const EXAMPLE: &'static str = "\"Chats.UPDATE\"";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        let value = value::<Self>(key, errors)?;
        let call = |input: ParseStream<'_>| {
            let rule: Ident = input.parse()?;
            let content;
            let _ = syn::parenthesized!(content in input);
            let names = content.parse_terminated(Text::parse, Token![,])?;
            Ok((rule, names))
        };
        let scopes = if let Some(name) = text(&value) {
            Self {
                all: false,
                names: vec![name],
            }
        } else if let Ok((rule, names)) = call.parse2(value.to_token_stream())
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
