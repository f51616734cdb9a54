//! From endpoints to what the server can tell apart.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::bucket::Rule;
use super::settings::LimitSettings;
use crate::endpoint::meta::{EndpointMeta, Limit};

/// What one bucket of each user is called, and what holds for it.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) name: Arc<str>,
    pub(super) rule: Rule,
    /// Whether there is a limit, not only perhaps a lock.
    pub(super) limited: bool,
}

/// The shapes of the endpoints that were called so far.
#[derive(Default)]
pub(super) struct Shapes(RwLock<Known>);

#[derive(Default)]
struct Known {
    /// By the address of the table.
    by_endpoint: HashMap<usize, Arc<str>>,
    by_name: HashMap<Arc<str>, (Shape, Published)>,
}

/// What the endpoints of one shape publish: the stricter limit, the longer lock.
#[derive(Default, Clone, Copy)]
struct Published {
    limit: Option<Limit>,
    lock: Option<std::time::Duration>,
}

impl Shapes {
    pub(super) fn of(&self, endpoint: &'static EndpointMeta, settings: &LimitSettings) -> Shape {
        let address = std::ptr::from_ref(endpoint).addr();
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((shape, _)) = known.by_endpoint.get(&address).and_then(|name| known.by_name.get(name)) {
            return shape.clone();
        }
        drop(known);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let name: Arc<str> = name(endpoint).into();
        known.by_endpoint.insert(address, Arc::clone(&name));
        let published = known.by_name.get(&name).map_or_else(Published::default, |(_, published)| *published);
        let published =
            Published { limit: stricter(published.limit, endpoint.limit), lock: published.lock.max(endpoint.lock) };
        let rule = settings.rule(published.limit, published.lock);
        let shape = Shape { name: Arc::clone(&name), rule, limited: published.limit.is_some() };
        known.by_name.insert(name, (shape.clone(), published));
        shape
    }
}

fn name(endpoint: &EndpointMeta) -> String {
    if let Some(bucket) = endpoint.bucket {
        return format!("#{bucket}");
    }
    let mut name = format!("{} {}", endpoint.method, endpoint.base);
    let mut rest = endpoint.path;
    while let Some((before, placeholder)) = rest.split_once('<') {
        name.push_str(before);
        name.push_str("<>");
        rest = placeholder.split_once('>').map_or("", |(_, after)| after);
    }
    name.push_str(rest);
    name
}

/// Fewer calls in the same time.
fn stricter(one: Option<Limit>, other: Option<Limit>) -> Option<Limit> {
    match (one, other) {
        (Some(one), Some(other)) => {
            let rate = |limit: Limit, per: std::time::Duration| u128::from(limit.calls) * per.as_nanos();
            Some(if rate(one, other.per) <= rate(other, one.per) { one } else { other })
        }
        (one, other) => one.or(other),
    }
}
