//! The keys of `#[endpoints(…)]` and `#[endpoint(…)]`.

use std::cell::Cell;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, LitStr, Path, Token};

use super::Scope;
use super::values::{
    Push, Said, base, bucket_name, flag, krate, limit, member, other_method, read_scopes, string,
    time, without_suffix,
};
use crate::errors::Errors;
use crate::model::{Page, Param, Scopes, Wire};
use crate::parse::keys::{Key, Value, inside, key, lone_comma, split};
use crate::parse::mentions;
use crate::problem::{METHODS, Problem};
use crate::text::path::{self, Template};
use crate::text::units;

const ON_TRAIT: &[&str] = &["base", "scope_prefix", "limit", "lock", "crate"];
const ON_METHOD: &[&str] = &[
    "scope",
    "limit",
    "lock",
    "base",
    "shares",
    "bucket",
    "idempotent",
    "response",
    "page",
    "form",
    "timeout",
];
const IN_PAGE: &[&str] = &["items", "token", "param"];

/// What `#[endpoints(…)]` says for all methods.
#[derive(Default)]
pub(crate) struct Defaults {
    base: String,
    scope_prefix: Option<String>,
    /// Calls, seconds.
    limit: Option<(u32, u64)>,
    lock: Option<u64>,
    /// To point at the lock.
    lock_tokens: Option<TokenStream>,
    pub(super) krate: Option<Path>,
    /// Whether `limit` could not be read, so that a lock without one is not wrong by itself.
    unknown_limit: bool,
}

/// What `#[endpoint(…)]` says, and the trait where it says nothing.
pub(super) struct Keys {
    pub(super) method: String,
    /// To point at the path.
    pub(super) path: LitStr,
    pub(super) template: Template,
    pub(super) base: String,
    scopes: Option<Scopes>,
    limit: Option<(u32, u64)>,
    lock: Option<u64>,
    bucket: Option<String>,
    /// The method whose limit counts this one too.
    pub(super) shares: Option<Ident>,
    idempotent: Option<bool>,
    pub(super) form: Option<TokenStream>,
    pub(super) response: Option<(TokenStream, Vec<String>)>,
    pub(super) page: Option<PageKeys>,
    /// Whether `page` stands there but can't be read.
    pub(super) unreadable_page: bool,
    timeout: Option<u64>,
}

pub(super) struct PageKeys {
    pub(super) tokens: TokenStream,
    pub(super) items: Vec<String>,
    pub(super) token: Vec<String>,
    pub(super) param: Option<String>,
}

impl Keys {
    pub(super) fn into_wire(self, params: Vec<Param>, page: Option<Page>) -> Wire {
        // RFC 9110, section 9.2.2.
        let idempotent = self
            .idempotent
            .unwrap_or(!matches!(self.method.as_str(), "POST" | "PATCH"));
        Wire {
            method: self.method,
            base: self.base,
            template: self.template,
            scopes: self.scopes,
            limit: self.limit,
            lock: self.lock,
            bucket: self.bucket,
            idempotent,
            form: self.form.is_some(),
            response: self.response.map(|(_, path)| path).unwrap_or_default(),
            page,
            timeout: self.timeout,
            params,
        }
    }
}

impl Defaults {
    /// Reads `#[endpoints(…)]`.
    pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut this = Self::default();
        let mut push = |at: TokenStream, problem: &Problem| errors.push(None, at, problem);
        for key in each(split(tokens), "endpoints", ON_TRAIT, &mut push) {
            match key.name.unraw().to_string().as_str() {
                "base" => this.base = base(&key, &mut push).unwrap_or_default(),
                "scope_prefix" => {
                    this.scope_prefix = string(&key, "scope_prefix = \"ZohoCliq\"", &mut push)
                        .and_then(|text| {
                            let value = text.value();
                            if units::is_scope(&value) {
                                return Some(value);
                            }
                            push(
                                text.into_token_stream(),
                                &Problem::BadScopePrefix { found: value },
                            );
                            None
                        });
                }
                "limit" => match limit(&key, &mut push) {
                    Some(said) => this.limit = said.limit(),
                    None => this.unknown_limit = true,
                },
                "lock" => {
                    this.lock = time(&key, "lock", &mut push);
                    this.lock_tokens = Some(key.tokens);
                }
                _ => this.krate = krate(&key, &mut push),
            }
        }
        this
    }

    /// The lock, where neither the trait nor any of its endpoints has a limit that it could follow.
    pub(super) fn idle_lock<'w>(
        &self,
        mut wires: impl Iterator<Item = Option<&'w Wire>>,
    ) -> Option<TokenStream> {
        let none = self.limit.is_none()
            && !self.unknown_limit
            && wires.all(|wire| wire.is_some_and(|wire| wire.limit.is_none()));
        self.lock_tokens.clone().filter(|_| none)
    }
}

/// Reads `#[endpoint(…)]`. `None` where method or path can't be read, so that nothing can be said
/// of the arguments.
pub(super) fn endpoint(
    attr: &Attribute,
    defaults: &Defaults,
    scope: &mut Scope<'_>,
) -> Option<Keys> {
    let mut chunks = split(inside(attr)).into_iter();
    let is_comma = |tokens: &TokenStream| syn::parse2::<Token![,]>(tokens.clone()).is_ok();
    let Some(mut first) = chunks
        .next()
        .filter(|first| !first.is_empty() && !is_comma(first))
    else {
        scope.push(attr, &Problem::EndpointArgsMissing);
        return None;
    };
    if let Some(path) = comma_behind_method(&first, chunks.as_slice()) {
        scope.push(&path, &Problem::CommaBehindMethod);
        first.extend(chunks.next());
    } else if let Some((key, path)) = path_as_key(&first, chunks.as_slice()) {
        scope.push(
            &key,
            &Problem::PathMissing {
                found: key.to_string(),
            },
        );
        if syn::parse2::<LitStr>(path.clone()).is_err() {
            return None;
        }
        first.extend(path);
        chunks.next();
    }
    if !begins_with_method(first.clone()) {
        // Written in another way altogether: what its other words mean can't be told.
        scope.push(
            &first,
            &Problem::EndpointNeedsMethod {
                found: first.to_string(),
            },
        );
        return None;
    }
    let head_mentions_page = mentions(first.clone(), "page");
    let head = head(first, scope);
    let mut push = |at: TokenStream, problem: &Problem| scope.push(at, problem);
    let mut own_base = None;
    let mut own_limit = None;
    let mut own_lock = None;
    let mut unknown_limit = defaults.unknown_limit;
    let (mut scopes, mut bucket, mut idempotent) = (None, None, None);
    let (mut form, mut response, mut page, mut timeout) = (None, None, None, None);
    let mut shares = None;
    let mut chunks: Vec<_> = chunks.collect();
    if head.is_none() {
        // They come of what is missing in the head.
        let _ = lone_comma(&mut chunks);
    }
    // Where a comma is missing beside it, what `page` says is not known, nor whether it is said.
    let hides_page = |chunk: &TokenStream| {
        mentions(chunk.clone(), "page") && key(chunk.clone()).is_ok_and(|key| key.name != "page")
    };
    let mut unreadable_page = head_mentions_page || chunks.iter().any(hides_page);
    let mut push_key = |at: TokenStream, problem: &Problem| {
        unreadable_page = true;
        push(at, problem);
    };
    for key in each(chunks, "endpoint", ON_METHOD, &mut push_key) {
        match key.name.unraw().to_string().as_str() {
            "scope" => scopes = read_scopes(&key, defaults.scope_prefix.as_deref(), &mut push),
            "limit" => match limit(&key, &mut push) {
                Some(limit) => own_limit = Some(limit),
                None => unknown_limit = true,
            },
            "lock" => own_lock = time(&key, "lock", &mut push).map(|seconds| (key.tokens, seconds)),
            "base" => own_base = base(&key, &mut push),
            "shares" => shares = other_method(&key, &mut push),
            "bucket" => bucket = bucket_name(&key, &mut push).map(|name| (key.tokens, name)),
            "idempotent" => idempotent = flag(&key, &mut push),
            "response" => {
                response = member(&key, "response", &mut push).map(|path| (key.tokens, path))
            }
            "page" => {
                page = read_page(&key, &mut push);
                unreadable_page |= page.is_none();
            }
            "form" => match key.value {
                Value::None => form = Some(key.tokens),
                _ => push(
                    key.tokens,
                    &Problem::KeyTakesNoValue {
                        key: "form".to_owned(),
                    },
                ),
            },
            _ => timeout = time(&key, "timeout", &mut push),
        }
    }

    // `none` also drops an inherited lock.
    let limit = own_limit.map_or(defaults.limit, Said::limit);
    let inherited_lock = defaults.lock.filter(|_| limit.is_some());
    if let (Some((tokens, _)), None, false) = (&own_lock, limit, unknown_limit) {
        let problem = if own_limit == Some(Said::None) {
            Problem::LockWithLimitNone
        } else {
            Problem::LockWithoutLimit
        };
        push(tokens.clone(), &problem);
    }
    if let (Some(other), Some(_)) = (&shares, &bucket) {
        push(other.to_token_stream(), &Problem::SharesWithBucket);
    }
    let (method, path, template) = head?;
    Some(Keys {
        method,
        path,
        template,
        base: own_base.unwrap_or_else(|| defaults.base.clone()),
        scopes,
        limit,
        lock: own_lock.map(|(_, seconds)| seconds).or(inherited_lock),
        bucket: bucket.map(|(_, name)| name),
        shares,
        idempotent,
        form,
        response,
        page,
        unreadable_page,
        timeout,
    })
}

/// The path of `GET, "/path"`.
fn comma_behind_method(first: &TokenStream, rest: &[TokenStream]) -> Option<TokenStream> {
    Ident::parse_any.parse2(first.clone()).ok()?;
    let path = rest.first()?;
    syn::parse2::<LitStr>(path.clone()).ok()?;
    Some(path.clone())
}

/// The key and the path of `GET, path = "/path"`.
fn path_as_key(first: &TokenStream, rest: &[TokenStream]) -> Option<(TokenStream, TokenStream)> {
    Ident::parse_any.parse2(first.clone()).ok()?;
    let written = key(rest.first()?.clone()).ok()?;
    match written.value {
        Value::Equals(value)
            if ["path", "url", "uri"]
                .iter()
                .any(|name| written.name == name) =>
        {
            Some((written.tokens, value))
        }
        _ => None,
    }
}

/// Whether a word comes first, and not the beginning of `key = value`.
fn begins_with_method(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter();
    let word = matches!(tokens.next(), Some(TokenTree::Ident(_)));
    word && !matches!(tokens.next(), Some(TokenTree::Punct(_)))
}

/// `POST "/path"`.
fn head(tokens: TokenStream, scope: &mut Scope<'_>) -> Option<(String, LitStr, Template)> {
    let first =
        |input: ParseStream<'_>| Ok((input.call(Ident::parse_any)?, input.parse::<TokenStream>()?));
    let (method, rest) = first.parse2(tokens).ok()?;
    let written = method.to_string();
    let known = METHODS.contains(&written.as_str());
    if !known {
        scope.push(
            &method,
            &Problem::UnknownHttpMethod {
                found: written.clone(),
            },
        );
        if rest.is_empty() {
            return None;
        }
    }
    let path = |input: ParseStream<'_>| {
        Ok((
            without_suffix(input.parse()?)?,
            input.parse::<TokenStream>()?,
        ))
    };
    let Ok((path, more)) = path.parse2(rest.clone()) else {
        let at = if rest.is_empty() {
            method.into_token_stream()
        } else {
            rest.clone()
        };
        scope.push(
            at,
            &Problem::PathMissing {
                found: rest.to_string(),
            },
        );
        return None;
    };
    if !more.is_empty() {
        scope.push(
            &more,
            &Problem::UnexpectedTokens {
                found: more.to_string(),
            },
        );
    }
    match path::parse(&path.value()) {
        Ok(template) if known => Some((written, path, template)),
        Ok(_) => None,
        Err(malformed) => {
            scope.push(
                &path,
                &Problem::BadPath {
                    what: "path",
                    malformed,
                },
            );
            None
        }
    }
}

/// The keys that can be read and are known, each once.
fn each(
    mut chunks: Vec<TokenStream>,
    on: &'static str,
    valid: &'static [&'static str],
    push: &mut Push<'_>,
) -> Vec<Key> {
    let lone = lone_comma(&mut chunks);
    let mut keys: Vec<Key> = Vec::new();
    let sound = Cell::new(true);
    let mut push = |at: TokenStream, problem: &Problem| {
        sound.set(false);
        push(at, problem);
    };
    for chunk in chunks {
        let key = match key(chunk) {
            Ok(key) => key,
            Err(tokens) => {
                let found = tokens.to_string();
                let is_text = syn::parse2::<LitStr>(tokens.clone()).is_ok();
                let problem = match (
                    missing_key(&tokens, on),
                    keys.pop_if(|before| is_text && needs_value(before)),
                ) {
                    (Some(key), _) => Problem::KeyMissing { key, found },
                    (None, Some(key)) => Problem::CommaForEquals {
                        key: key.name.unraw().to_string(),
                        value: found,
                    },
                    (None, None) if found.starts_with(':') => Problem::ColonForEquals,
                    (None, None) => Problem::UnexpectedTokens { found },
                };
                push(tokens, &problem);
                continue;
            }
        };
        let name = key.name.unraw().to_string();
        if !valid.contains(&name.as_str()) {
            push(
                key.name.into_token_stream(),
                &Problem::UnknownKey {
                    key: name,
                    on,
                    valid,
                },
            );
        } else if keys.iter().any(|other| other.name.unraw() == name) {
            push(
                key.name.into_token_stream(),
                &Problem::RepeatedKey { key: name },
            );
        } else {
            keys.push(key);
        }
    }
    // One where a value is missing comes of that, which is told.
    let lacks_value = |key: &Key| matches!(&key.value, Value::Equals(value) if value.is_empty());
    if let Some(comma) = lone.filter(|_| sound.get() && !keys.iter().any(lacks_value)) {
        push(
            comma,
            &Problem::UnexpectedTokens {
                found: ",".to_owned(),
            },
        );
    }
    keys
}

/// Whether it is the beginning of `key = "value"`.
fn needs_value(key: &Key) -> bool {
    matches!(key.value, Value::None) && !["form", "idempotent"].iter().any(|flag| key.name == flag)
}

/// The key that a string without one is probably for.
fn missing_key(tokens: &TokenStream, on: &str) -> Option<&'static str> {
    let text = syn::parse2::<LitStr>(tokens.clone()).ok()?.value();
    (on == "endpoints" && text.starts_with('/')).then_some("base")
}

fn read_page(key: &Key, push: &mut Push<'_>) -> Option<PageKeys> {
    let Value::List(list) = &key.value else {
        let example = "page(items = \"data\", token = \"next_token\")";
        push(
            key.tokens.clone(),
            &Problem::KeyNeedsValue {
                key: "page".to_owned(),
                example,
            },
        );
        return None;
    };
    let (mut items, mut token, mut param) = (None, None, None);
    let mut sound = true;
    let mut tell = |at: TokenStream, problem: &Problem| {
        sound = false;
        push(at, problem);
    };
    for inner in each(
        split(list.clone()),
        "endpoint(… page(…))",
        IN_PAGE,
        &mut tell,
    ) {
        match inner.name.to_string().as_str() {
            "items" => items = member(&inner, "items", &mut tell),
            "token" => token = member(&inner, "token", &mut tell),
            _ => {
                param = string(&inner, "param = \"next_token\"", &mut tell).map(|text| text.value())
            }
        }
    }
    for (name, value) in [("items", &items), ("token", &token)] {
        if value.is_none() && sound {
            push(key.tokens.clone(), &Problem::PageMissing { key: name });
            return None;
        }
    }
    let (items, token) = (items?, token?);
    if token.starts_with(&items) {
        push(key.tokens.clone(), &Problem::TokenInItems);
        return None;
    }
    Some(PageKeys {
        tokens: key.tokens.clone(),
        items,
        token,
        param,
    })
}
