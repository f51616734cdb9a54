//! What an endpoint sends and expects: its keys, with those of the trait where it has none.

use syn::Path;

use crate::errors::Sink;
use crate::parse::endpoint::{EndpointArgs, EndpointAttr, Head, TraitArgs};
use crate::parse::keys::{Read, Whole};
use crate::parse::values::{Calls, Limit, Scopes as WrittenScopes};
use crate::problem::Problem;
use crate::text::method::HttpMethod;
use crate::text::path::Template;

/// What goes over the wire.
pub(crate) struct Wire {
    pub(crate) method: HttpMethod,
    pub(crate) base: String,
    pub(crate) template: Template,
    pub(crate) scopes: Option<Scopes>,
    pub(crate) limit: Option<Calls>,
    /// Seconds.
    pub(crate) lock: Option<u64>,
    pub(crate) bucket: Option<String>,
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
    /// What the server can tell apart.
    pub(crate) fn shape(&self) -> String {
        format!(
            "{} {}{}",
            self.method.name,
            self.base,
            self.template.shape()
        )
    }

    /// What the keys say, with those of the trait where they say nothing. Between them it checks
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
        let limit = keys.limit.value().or(of_trait.limit.value());
        let limit = limit.and_then(|limit| limit.calls());
        // `limit = none` drops an inherited lock, too.
        let inherited = of_trait.lock.value().filter(|_| limit.is_some());
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
            limit,
            lock: keys.lock.value().or(inherited).map(|lock| lock.0),
            bucket: keys.bucket.value().map(|bucket| bucket.0.clone()),
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
            Some(Limit::Calls(_)) => {}
            _ if keys.limit.is_unreadable() || attr.may_hold("limit") => {}
            _ if keys.limit.is_absent() && defaults.may_have_limit() => {}
            Some(Limit::None) if !keys.limit.is_absent() => {
                errors.push(lock, &Problem::LockWithLimitNone);
            }
            _ => errors.push(lock, &Problem::LockWithoutLimit),
        }
    }
    if let (Some((shares, _)), false) = (keys.shares.given(), keys.bucket.is_absent()) {
        errors.push(&shares.0, &Problem::SharesWithBucket);
    }
}

fn prefixed(scopes: &WrittenScopes, prefix: Option<&str>, errors: Sink<'_>) -> Option<Scopes> {
    let errors = errors.part();
    let name = |name: &syn::LitStr| {
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

    /// The path of the runtime crate: `::cliq_api`, or that of `crate = …`.
    pub(super) fn krate(&self) -> Path {
        match self.args.keys.krate.value() {
            Some(krate) => krate.0.clone(),
            None => syn::parse_quote!(::cliq_api),
        }
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
        let limit = keys.limit.value().and_then(|limit| limit.calls());
        let none = limit.is_none()
            && !self.may_have_limit()
            && wires.all(|wire| wire.is_some_and(|wire| wire.limit.is_none()));
        let (_, lock) = keys.lock.given().filter(|_| none)?;
        Some(lock)
    }
}
