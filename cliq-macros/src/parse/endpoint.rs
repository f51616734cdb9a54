//! `#[endpoints(…)]` and `#[endpoint(METHOD "/path", …)]`: their keys, and what comes before them.

use std::slice;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

use super::keys::{
    Flag, Key, KeyInfo, KeyValue, Keys, Read, Value, Word, inside, is_comma, keys, lone_comma,
    read, read_words, split, text,
};
use super::values::{
    Base, Bucket, CratePath, Fields, First, Form, Headers, Idempotent, KeyHeader, Limits, Lock,
    Member, Name, Next, OptionalBody, Schema, ScopePrefix, Scopes, Server, Timeout,
};
use crate::attrs::{Attr, Text};
use crate::errors::Sink;
use crate::problem::{On, Problem};
use crate::text::method::HttpMethod;
use crate::text::path::{self, Template};
use crate::types::mentions;

keys! {
    /// The keys of `#[endpoints(…)]`.
    struct TraitArgs of On::Endpoints, bare("base", |text| text.starts_with('/')) {
        /// A path between the client's base URL and each endpoint's path.
        "base" => base: Base,
        /// Put before each scope, with a dot.
        "scope_prefix" => scope_prefix: ScopePrefix,
        /// The default limit: calls per time and user, such as `"20/min"`.
        "limit" => limit: Limits,
        /// The default lockout after the limit was exceeded, such as `"10m"`.
        "lock" => lock: Lock,
        /// The default bucket: the calls of all endpoints are counted together.
        "bucket" => bucket: Bucket,
        /// Constant headers of all endpoints: `header("X-Version" = "1")`.
        "header" => header: Headers,
        /// Another server of the provider, by the name that the client has for it.
        "server" => server: Server,
        /// Puts JSON schemas of arguments and responses into the metadata; `schema(feature = "…")`
        /// only with this feature of the crate.
        "schema" => schema: Schema,
        /// The path of the runtime crate, for crates that re-export it.
        "crate" => krate: CratePath,
    }
}

keys! {
    /// The keys of `#[endpoint(…)]`.
    struct EndpointArgs of On::Endpoint {
        /// The scope that a token needs: `"Chats.UPDATE"`, `any("…", "…")` or `all("…", "…")`.
        "scope" => scope: Scopes,
        /// Calls per time and user, such as `"20/min"` or `["100/s", "1000/h per app"]`, or `none`.
        "limit" => limit: Limits,
        /// How long a user is locked out who exceeds the limit, such as `"10m"`, or `none`.
        "lock" => lock: Lock,
        /// Another base for this endpoint.
        "base" => base: Base,
        /// The name of a bucket: calls of all endpoints that name it are counted together.
        "bucket" => bucket: Bucket,
        /// Another server of the provider, by the name that the client has for it.
        "server" => server: Server,
        /// Constant headers: `header("X-Version" = "1")`.
        "header" => header: Headers,
        /// Constant members of the body: `field("action" = "close")`.
        "field" => field: Fields,
        /// `body = optional`: sends no body where no field is set.
        "body" => body: OptionalBody,
        /// Whether the call may be sent twice.
        "idempotent" => idempotent: Idempotent,
        /// The header that carries a key of each call, such as `"Idempotency-Key"`. With it, the
        /// call may be sent twice.
        "idempotency_key" => idempotency_key: KeyHeader,
        /// The member of the JSON answer that is the response, such as `"data.item"`.
        "response" => response: Member,
        /// Where a page's items and the next page's token are: `page(items = "…", token = "…")`.
        "page" => page: Read<PageArgs>,
        /// Sends fields as `application/x-www-form-urlencoded`; `form = nested` writes `a[b]=c`.
        "form" => form: Form,
        /// Sends `#[part]` arguments as `multipart/form-data`.
        "multipart" => multipart: Flag,
        /// A timeout for one attempt, such as `"30s"`.
        "timeout" => timeout: Timeout,
    }
}

keys! {
    /// The keys of `page(…)`.
    struct PageArgs of On::Page {
        /// The member of the JSON answer that holds the items; the whole answer if there is none.
        "items" => items: Member,
        /// The member of the JSON answer that holds the next page's token.
        "token" => token: Member,
        /// The query parameter that carries the token, if it is not named like its member.
        "param" => param: Name,
        /// Where the next page's URL is: `link` for the `Link` header, or a member of the JSON
        /// answer.
        "next" => next: Next,
        /// The query parameter that carries the page's number.
        "number" => number: Name,
        /// The number of the first page; 1 by default.
        "first" => first: First,
        /// The query parameter that carries how many items come before the page.
        "offset" => offset: Name,
        /// The member of the JSON answer that tells whether there are more pages.
        "more" => more: Member,
    }
}

impl KeyValue for Read<PageArgs> {
    const EXAMPLE: &'static str = "";

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        if let Value::List(list) = &key.value {
            return Some(read(list.clone(), errors));
        }
        errors.push(&key.whole, &Problem::PageNeedsList);
        None
    }
}

/// Reads `#[endpoints(…)]`.
pub(super) fn trait_args(tokens: TokenStream, errors: Sink<'_>) -> Read<TraitArgs> {
    read(tokens, errors)
}

/// `#[endpoint(METHOD "/path", …)]`.
pub(crate) struct EndpointAttr {
    /// `None` after an error; the arguments can't be checked without it.
    pub(crate) head: Option<Head>,
    pub(crate) args: Read<EndpointArgs>,
    /// The first word, where a comma may be missing.
    first: Word,
}

/// `METHOD "/path"`.
pub(crate) struct Head {
    pub(crate) method: HttpMethod,
    /// To point at.
    pub(crate) path: Text,
    pub(crate) template: Template,
}

impl EndpointAttr {
    /// Whether a key that is absent may be hidden in what could not be read.
    pub(crate) fn may_hold(&self, key: &str) -> bool {
        self.args.may_hold(key) || mentions(&self.first, key)
    }

    pub(super) fn read(attr: &Attr, errors: Sink<'_>) -> Self {
        let mut words = split(inside(attr)).into_iter();
        let mut this = Self {
            head: None,
            args: Read::default(),
            first: Word::default(),
        };
        let Some(mut first) = words
            .next()
            .filter(|first| !first.is_empty() && !is_comma(first))
        else {
            errors.push(attr, &Problem::EndpointArgsMissing);
            return this;
        };
        if let Some(path) = comma_behind_method(&first, words.as_slice()) {
            errors.push(&path, &Problem::CommaBehindMethod);
            first.join(path);
            words.next();
        } else if let Some((key, path)) = path_as_key(&first, words.as_slice()) {
            let problem = Problem::PathAsKey {
                method: first.to_string(),
                found: key.to_string(),
                path: text(&path).map(|path| path.value()),
            };
            errors.push(&key, &problem);
            if text(&path).is_none() {
                return this;
            }
            first.join(path);
            words.next();
        }
        if !begins_with_method(&first) {
            // Written in another way altogether: what its other words mean is unknown.
            let found = first.to_string();
            errors.push(&first, &Problem::EndpointNeedsMethod { found });
            return this;
        }
        let head_errors = errors.part();
        this.head = head(&first, head_errors);
        this.first = first;
        let mut words: Vec<_> = words.collect();
        if this.head.is_none() {
            // A consequence of what is missing in the head.
            let _ = lone_comma(&mut words);
        }
        this.args = read_words(words, errors);
        this
    }
}

/// The path of `GET, "/path"`.
fn comma_behind_method(first: &Word, rest: &[Word]) -> Option<Word> {
    let [TokenTree::Ident(_)] = &**first else {
        return None;
    };
    let path = rest.first()?;
    text(path)?;
    Some(path.clone())
}

/// The key and the path of `GET, path = "/path"`.
fn path_as_key(first: &Word, rest: &[Word]) -> Option<(TokenStream, Word)> {
    let [TokenTree::Ident(_)] = &**first else {
        return None;
    };
    let written = Key::parse(rest.first()?.clone()).ok()?;
    let is_path = ["path", "url", "uri"]
        .iter()
        .any(|name| written.name == name);
    match written.value {
        Value::Equals(value) if is_path => Some((written.whole.into_token_stream(), value)),
        _ => None,
    }
}

/// Whether a word comes first that is not the beginning of `key = value`.
fn begins_with_method(word: &Word) -> bool {
    matches!(word.first(), Some(TokenTree::Ident(_)))
        && !matches!(word.get(1), Some(TokenTree::Punct(_)))
}

/// `POST "/path"`.
fn head(word: &Word, errors: Sink<'_>) -> Option<Head> {
    let [TokenTree::Ident(name), rest @ ..] = &**word else {
        return None;
    };
    let method = HttpMethod::named(&name.to_string());
    if method.is_none() {
        let found = name.to_string();
        errors.push(name, &Problem::UnknownHttpMethod { found });
        if rest.is_empty() {
            return None;
        }
    }
    let Some(path) = rest.first().and_then(|path| text(slice::from_ref(path))) else {
        let found = Word::from(rest);
        let problem = Problem::PathMissing {
            found: found.to_string(),
        };
        if found.is_empty() {
            errors.push(name, &problem);
        } else {
            errors.push(&found, &problem);
        }
        return None;
    };
    if rest.len() > 1 {
        let more = Word::from(&rest[1..]);
        let found = more.to_string();
        errors.push(&more, &Problem::MissingComma { found });
    }
    match path::parse(&path.value()) {
        Ok(template) => Some(Head {
            method: method?,
            path,
            template,
        }),
        Err(malformed) => {
            let what = "path";
            errors.push(&path, &Problem::BadPath { what, malformed });
            None
        }
    }
}

/// The keys that are written there.
pub(crate) fn keys_of(on: On) -> &'static [KeyInfo] {
    match on {
        On::Endpoints => TraitArgs::KEYS,
        On::Endpoint => EndpointArgs::KEYS,
        On::Page => PageArgs::KEYS,
        On::Argument | On::Path | On::Query | On::Header | On::Field | On::Body | On::Part => &[],
    }
}
