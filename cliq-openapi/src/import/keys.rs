//! Generates the keys of `#[endpoints(…)]` and `#[endpoint(…)]`.

use super::api::{BodyKind, Method, Place, Scopes};

/// The keys that the trait has, because its methods share them.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) base: String,
    pub(super) scope_prefix: Option<String>,
    pub(super) limits: Vec<String>,
    pub(super) lock: Option<String>,
    pub(super) server: Option<String>,
    pub(super) headers: Vec<(String, String)>,
}

impl Shared {
    pub(super) fn of(methods: &[Method]) -> Self {
        let base = most(methods.iter().map(|method| method.base.clone())).unwrap_or_default();
        let limited = || methods.iter().filter(|method| !method.limits.is_empty());
        // Methods without a limit get `limit = none`.
        let limits = most(limited().map(|method| method.limits.clone()));
        let limits = limits.filter(|limits| {
            let same = limited().filter(|method| method.limits == *limits).count();
            same * 2 > methods.len() && methods.len() > 1
        });
        let lock = if limits.is_some() && limited().all(|method| method.lock.is_some()) {
            most(limited().map(|method| method.lock.clone())).flatten()
        } else {
            None
        };
        let first = methods.first();
        let server = first.and_then(|method| method.server.clone());
        let server =
            server.filter(|server| methods.iter().all(|it| it.server.as_ref() == Some(server)));
        let headers = first
            .map(|method| method.headers.clone())
            .unwrap_or_default();
        let headers = headers.into_iter().filter(|header| {
            methods.len() > 1 && methods.iter().all(|method| method.headers.contains(header))
        });
        Self {
            base,
            scope_prefix: scope_prefix(methods),
            limits: limits.unwrap_or_default(),
            lock,
            server,
            headers: headers.collect(),
        }
    }

    pub(super) fn keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        if !self.base.is_empty() {
            keys.push(format!("base = {:?}", self.base));
        }
        if let Some(server) = &self.server {
            keys.push(format!("server = {server:?}"));
        }
        if let Some(prefix) = &self.scope_prefix {
            keys.push(format!("scope_prefix = {prefix:?}"));
        }
        if !self.limits.is_empty() {
            keys.push(format!("limit = {}", list(&self.limits)));
        }
        if let Some(lock) = &self.lock {
            keys.push(format!("lock = {}", lock_value(lock)));
        }
        keys.extend(pairs("header", &self.headers));
        keys
    }
}

/// Returns the most frequent value, the first of equally frequent ones.
fn most<T: PartialEq>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut counted: Vec<(T, usize)> = Vec::new();
    for value in values {
        match counted.iter_mut().find(|(other, _)| *other == value) {
            Some((_, count)) => *count += 1,
            None => counted.push((value, 1)),
        }
    }
    let most = counted.iter().map(|(_, count)| *count).max()?;
    counted
        .into_iter()
        .find(|(_, count)| *count == most)
        .map(|(value, _)| value)
}

/// Returns the first segment of all scopes, if they share it.
fn scope_prefix(methods: &[Method]) -> Option<String> {
    let mut names = methods.iter().flat_map(|method| method.scopes.names());
    let (prefix, _) = names.next()?.split_once('.')?;
    let fits = |name: &String| {
        let rest = name
            .strip_prefix(prefix)
            .and_then(|rest| rest.strip_prefix('.'));
        rest.is_some_and(|rest| {
            !rest.is_empty() && !rest.starts_with('.') && !rest.starts_with(&format!("{prefix}."))
        })
    };
    let all = methods.iter().flat_map(|method| method.scopes.names());
    let count = all.clone().count();
    let mut all = all;
    (count > 1 && all.all(fits)).then(|| prefix.to_owned())
}

fn list(values: &[String]) -> String {
    match values {
        [one] => format!("{one:?}"),
        several => {
            let several: Vec<_> = several.iter().map(|value| format!("{value:?}")).collect();
            format!("[{}]", several.join(", "))
        }
    }
}

fn lock_value(lock: &str) -> String {
    if lock == "none" {
        lock.to_owned()
    } else {
        format!("{lock:?}")
    }
}

fn pairs(key: &str, pairs: &[(String, String)]) -> Option<String> {
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(name, value)| format!("{name:?} = {value:?}"))
        .collect();
    (!pairs.is_empty()).then(|| format!("{key}({})", pairs.join(", ")))
}

/// Returns the keys of `#[endpoint(…)]` after the path.
pub(super) fn keys(method: &Method, shared: &Shared) -> Vec<String> {
    let mut keys = Vec::new();
    if method.base != shared.base {
        keys.push(format!("base = {:?}", method.base));
    }
    match &method.server {
        Some(server) if shared.server.as_ref() != Some(server) => {
            keys.push(format!("server = {server:?}"));
        }
        _ => {}
    }
    let short = |name: &String| {
        let prefix = shared.scope_prefix.as_deref();
        let rest = prefix.and_then(|prefix| name.strip_prefix(prefix)?.strip_prefix('.'));
        format!("{:?}", rest.unwrap_or(name))
    };
    let names: Vec<_> = method.scopes.names().iter().map(short).collect();
    match (&method.scopes, names.as_slice()) {
        (Scopes::None, _) | (_, []) => {}
        (Scopes::Any(_), [one]) => keys.push(format!("scope = {one}")),
        (Scopes::Any(_), _) => keys.push(format!("scope = any({})", names.join(", "))),
        (Scopes::All(_), _) => keys.push(format!("scope = all({})", names.join(", "))),
    }
    if method.limits != shared.limits {
        keys.push(match method.limits.as_slice() {
            [] => "limit = none".to_owned(),
            limits => format!("limit = {}", list(limits)),
        });
    }
    if let Some(lock) = method
        .lock
        .as_ref()
        .filter(|lock| shared.lock.as_ref() != Some(lock))
    {
        keys.push(format!("lock = {}", lock_value(lock)));
    }
    if let Some(bucket) = &method.bucket {
        keys.push(format!("bucket = {bucket:?}"));
    }
    let own: Vec<_> = method
        .headers
        .iter()
        .filter(|it| !shared.headers.contains(it))
        .cloned()
        .collect();
    keys.extend(pairs("header", &own));
    if !method.fields.is_empty() {
        let fields: Vec<_> = method
            .fields
            .iter()
            .map(|(name, value)| format!("{name:?} = {value}"))
            .collect();
        keys.push(format!("field({})", fields.join(", ")));
    }
    let has_fields = method.args.iter().any(|arg| arg.place == Place::Field);
    let is_form = has_fields || !method.fields.is_empty();
    match method.body {
        BodyKind::Form if is_form => keys.push("form".to_owned()),
        BodyKind::Nested if is_form => keys.push("form = nested".to_owned()),
        BodyKind::Multipart => keys.push("multipart".to_owned()),
        BodyKind::Json | BodyKind::Form | BodyKind::Nested => {}
    }
    if method.body_optional && has_fields {
        keys.push("body = optional".to_owned());
    }
    let follows =
        !matches!(method.verb.as_str(), "POST" | "PATCH") || method.idempotency_key.is_some();
    match method.idempotent {
        Some(idempotent) if idempotent != follows => keys.push(if idempotent {
            "idempotent".to_owned()
        } else {
            "idempotent = false".to_owned()
        }),
        _ => {}
    }
    if let Some(header) = &method.idempotency_key {
        keys.push(format!("idempotency_key = {header:?}"));
    }
    if let Some(response) = &method.response {
        keys.push(format!("response = {response:?}"));
    }
    if !method.page.is_empty() {
        let page: Vec<_> = method
            .page
            .iter()
            .map(|(key, value)| format!("{key} = {value}"))
            .collect();
        keys.push(format!("page({})", page.join(", ")));
    }
    if let Some(timeout) = &method.timeout {
        keys.push(format!("timeout = {timeout:?}"));
    }
    keys
}
