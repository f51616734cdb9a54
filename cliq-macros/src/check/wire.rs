//! What an endpoint sends and expects: its keys, with those of the trait where it has none.

use syn::Path;

use crate::attrs::Text;
use crate::errors::Sink;
use crate::parse::endpoint::{EndpointArgs, EndpointAttr, Head, TraitArgs};
use crate::parse::keys::{Read, Whole};
use crate::parse::values::{Bucket, Headers, Lock, Schema, Scopes as WrittenScopes, Server};
use crate::problem::{On, Problem};
use crate::text::method::HttpMethod;
use crate::text::path::Template;
use crate::text::units::Rate;

/// What goes over the wire.
pub(crate) struct Wire {
    pub(crate) method: HttpMethod,
    pub(crate) base: String,
    pub(crate) template: Template,
    pub(crate) scopes: Option<Scopes>,
    /// All of which apply.
    pub(crate) limits: Vec<Rate>,
    pub(crate) lock: Option<Lock>,
    pub(crate) bucket: Option<String>,
    pub(crate) server: Option<String>,
    /// Names and values.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) idempotent: bool,
    pub(crate) page: Option<Page>,
    /// The keys as they were written; those that need no more than to be read are taken from here.
    pub(crate) keys: EndpointArgs,
}

#[derive(Clone)]
pub(crate) struct Scopes {
    pub(crate) all: bool,
    /// In full, with their prefix.
    pub(crate) names: Vec<String>,
}

pub(crate) struct Page {
    /// Empty if the answer is the list.
    pub(crate) items: Vec<String>,
    pub(crate) way: Way,
    pub(crate) more: Option<Vec<String>>,
}

/// How the next page is found. `param` is the position of the argument that asks for it.
pub(crate) enum Way {
    Token { member: Vec<String>, param: usize },
    Link,
    Url { member: Vec<String> },
    Number { param: usize, first: u64 },
    Offset { param: usize },
}

impl Wire {
    /// What the keys set, with the trait's where they are absent. Between them it checks
    /// that they agree.
    pub(super) fn new(
        head: Head,
        keys: EndpointArgs,
        defaults: &Defaults,
        page: Option<Page>,
        errors: Sink<'_>,
    ) -> Self {
        let of_trait = &defaults.args.keys;
        let base = keys.base.value().or(of_trait.base.value());
        let limits = keys.limit.value().or(of_trait.limit.value());
        let limits = limits.map(|limits| limits.0.clone()).unwrap_or_default();
        // `limit = none` drops an inherited lock, too.
        let inherited = of_trait.lock.value().filter(|_| !limits.is_empty());
        // A limit of the method's own is not one of the trait's bucket.
        let bucket = keys
            .bucket
            .value()
            .or(of_trait.bucket.value().filter(|_| keys.limit.is_absent()));
        let server = keys.server.value().or(of_trait.server.value());
        let prefix = of_trait
            .scope_prefix
            .value()
            .map(|prefix| prefix.0.as_str());
        Self {
            method: head.method,
            base: base.map(|base| base.0.clone()).unwrap_or_default(),
            template: head.template,
            scopes: keys
                .scope
                .value()
                .and_then(|scopes| prefixed(scopes, prefix, errors)),
            limits,
            lock: keys.lock.value().or(inherited).copied(),
            bucket: bucket.and_then(|Bucket(name)| name.clone()),
            server: server.and_then(|Server(name)| name.clone()),
            headers: headers(&keys, of_trait),
            idempotent: keys.idempotent.value().map_or(
                // With a key, the server knows a call that it has seen before.
                head.method.is_idempotent || keys.idempotency_key.value().is_some(),
                |idempotent| idempotent.0,
            ),
            page,
            keys,
        }
    }
}

/// Whether the keys agree with each other, whatever the path and the arguments are.
pub(super) fn check_keys(attr: &EndpointAttr, defaults: &Defaults, errors: Sink<'_>) {
    let keys = &attr.args.keys;
    if let Some((_, lock)) = keys.lock.given() {
        let inherited = defaults.args.keys.limit.value();
        match keys.limit.value().or(inherited) {
            Some(limits) if !limits.0.is_empty() => {}
            _ if keys.limit.is_unreadable() || attr.may_hold("limit") => {}
            _ if keys.limit.is_absent() && defaults.may_have_limit() => {}
            Some(_) if !keys.limit.is_absent() => {
                errors.push(lock, &Problem::LockWithLimitNone);
            }
            _ => errors.push(lock, &Problem::LockWithoutLimit),
        }
    }
    let headers = keys.header.value();
    let names = headers.iter().flat_map(|headers| &headers.0);
    repeated(On::Header, names.map(|(name, _)| name), errors);
    let fields = keys.field.value();
    let names = fields.iter().flat_map(|fields| &fields.0);
    repeated(On::Field, names.map(|(name, _)| name), errors);
}

/// Reports constants of one name.
fn repeated<'n>(on: On, names: impl Iterator<Item = &'n Text>, errors: Sink<'_>) {
    let mut seen: Vec<String> = Vec::new();
    for name in names {
        let text = name.value();
        if seen.iter().any(|other| is_same(on, other, &text)) {
            let problem = Problem::ConstantRepeated {
                on,
                name: text.clone(),
            };
            errors.push(name, &problem);
        }
        seen.push(text);
    }
}

/// Whether two names are one: of headers, in any case.
pub(super) fn is_same(on: On, one: &str, other: &str) -> bool {
    one == other || on == On::Header && one.eq_ignore_ascii_case(other)
}

/// The constant headers: those of the trait that the method doesn't replace, then its own.
fn headers(keys: &EndpointArgs, of_trait: &TraitArgs) -> Vec<(String, String)> {
    let pairs = |headers: Option<&Headers>| -> Vec<(String, String)> {
        let headers = headers.iter().flat_map(|headers| &headers.0);
        headers
            .map(|(name, value)| (name.value(), value.value()))
            .collect()
    };
    let own = pairs(keys.header.value());
    let mut headers = pairs(of_trait.header.value());
    headers.retain(|(name, _)| {
        !own.iter()
            .any(|(other, _)| is_same(On::Header, name, other))
    });
    headers.extend(own);
    headers
}

fn prefixed(scopes: &WrittenScopes, prefix: Option<&str>, errors: Sink<'_>) -> Option<Scopes> {
    let errors = errors.part();
    let name = |name: &Text| {
        let found = name.value();
        let Some(prefix) = prefix else { return found };
        let repeats = found
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.starts_with('.'));
        if repeats {
            let (found, prefix) = (found.clone(), prefix.to_owned());
            errors.push(name, &Problem::ScopeHasPrefix { found, prefix });
        }
        format!("{prefix}.{found}")
    };
    let names = scopes.names.iter().map(name).collect();
    (!errors.failed()).then_some(Scopes {
        all: scopes.all,
        names,
    })
}

/// The keys of `#[endpoints(…)]`, which hold for all methods.
pub(super) struct Defaults {
    args: Read<TraitArgs>,
}

impl Defaults {
    pub(super) fn new(args: Read<TraitArgs>) -> Self {
        Self { args }
    }

    /// The path of `crate = …`.
    pub(super) fn krate(&self) -> Option<&Path> {
        self.args.keys.krate.value().map(|krate| &krate.0)
    }

    /// Reports what is wrong with the trait's keys.
    pub(super) fn check(&self, errors: Sink<'_>) {
        let headers = self.args.keys.header.value();
        let names = headers.iter().flat_map(|headers| &headers.0);
        repeated(On::Header, names.map(|(name, _)| name), errors);
    }

    /// Whether, and with which feature, the metadata has schemas.
    pub(super) fn schema(&self) -> Option<&Schema> {
        self.args.keys.schema.value()
    }

    /// Unknown keys, as editors complete them.
    pub(super) fn unknown(&self) -> &[syn::Ident] {
        &self.args.unknown
    }

    fn may_have_limit(&self) -> bool {
        self.args.keys.limit.is_unreadable() || self.args.may_hold("limit")
    }

    /// The lock, where neither the trait nor any of its endpoints has a limit.
    pub(super) fn idle_lock<'w>(
        &self,
        mut wires: impl Iterator<Item = Option<&'w Wire>>,
    ) -> Option<&Whole> {
        let keys = &self.args.keys;
        let limits = keys.limit.value().map_or(0, |limits| limits.0.len());
        let none = limits == 0
            && !self.may_have_limit()
            && wires.all(|wire| wire.is_some_and(|wire| wire.limits.is_empty()));
        let (_, lock) = keys.lock.given().filter(|_| none)?;
        Some(lock)
    }
}
