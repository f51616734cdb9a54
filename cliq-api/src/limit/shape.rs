//! What a server can tell apart, and which rules hold for it.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::rules::Rules;
use super::settings::LimitSettings;
use crate::endpoint::meta::{EndpointMeta, Limit};

/// What endpoints that a server can't tell apart have in common.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) id: u32,
    pub(super) rules: Rules,
    /// Method and path with placeholders erased, or the declared bucket.
    pub(super) name: Arc<str>,
    /// Whether the server ever told of a lock here. Where there is no limit either, nothing has to
    /// be looked up before.
    locked_once: Arc<AtomicBool>,
    limit: Option<Limit>,
    lock: Option<std::time::Duration>,
}

impl Shape {
    /// Whether there is something to ask a bucket about.
    pub(super) fn is_counted(&self) -> bool {
        self.rules.slots().is_some() || self.locked_once.load(Ordering::Relaxed)
    }

    pub(super) fn was_locked(&self) {
        self.locked_once.store(true, Ordering::Relaxed);
    }
}

/// The shapes of the endpoints that were seen.
#[derive(Debug, Default)]
pub(super) struct Shapes(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    /// By the address of an endpoint's metadata, which is quicker than by what it says.
    endpoints: HashMap<usize, u32>,
    names: HashMap<Arc<str>, u32>,
    shapes: Vec<Arc<Shape>>,
}

impl Shapes {
    pub(super) fn of(
        &self,
        endpoint: &'static EndpointMeta,
        settings: &LimitSettings,
    ) -> Arc<Shape> {
        let address = std::ptr::from_ref(endpoint).addr();
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(&id) = known.endpoints.get(&address) {
            return Arc::clone(&known.shapes[id as usize]);
        }
        drop(known);
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .learn(address, endpoint, settings)
    }
}

impl Known {
    fn learn(
        &mut self,
        address: usize,
        endpoint: &'static EndpointMeta,
        settings: &LimitSettings,
    ) -> Arc<Shape> {
        let name: Arc<str> = name(endpoint).into();
        let next = u32::try_from(self.shapes.len()).unwrap_or(u32::MAX);
        let id = *self.names.entry(Arc::clone(&name)).or_insert(next);
        self.endpoints.insert(address, id);
        let known = self.shapes.get(id as usize);
        let limit = stricter(known.and_then(|shape| shape.limit), endpoint.limit());
        let lock = known.and_then(|shape| shape.lock).max(endpoint.lock());
        let shape = Arc::new(Shape {
            id,
            rules: Rules::new(limit, lock, settings),
            name,
            locked_once: known
                .map(|shape| Arc::clone(&shape.locked_once))
                .unwrap_or_default(),
            limit,
            lock,
        });
        match self.shapes.get_mut(id as usize) {
            Some(known) => *known = Arc::clone(&shape),
            None => self.shapes.push(Arc::clone(&shape)),
        }
        shape
    }
}

/// Fewer calls in the same time.
fn stricter(one: Option<Limit>, other: Option<Limit>) -> Option<Limit> {
    let (Some(one), Some(other)) = (one, other) else {
        return one.or(other);
    };
    let rate = |limit: Limit, per: std::time::Duration| u128::from(limit.calls) * per.as_nanos();
    let keeps = (rate(one, other.per), one.calls) <= (rate(other, one.per), other.calls);
    Some(if keeps { one } else { other })
}

fn name(endpoint: &EndpointMeta) -> String {
    if let Some(bucket) = endpoint.bucket() {
        return format!("bucket {bucket}");
    }
    let mut name = format!("{} {}", endpoint.method(), endpoint.base());
    let mut pieces = endpoint.path().split('<');
    name.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let behind = piece.split_once('>').map_or("", |(_, behind)| behind);
        let _ = write!(name, "<>{behind}");
    }
    name
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    static SEND: EndpointMeta = EndpointMeta {
        base: "/api/v3",
        path: "/chats/<CHAT_ID>/messages",
        limit: Some(Limit::new(20, MINUTE)),
        lock: Some(Duration::from_mins(5)),
        ..EndpointMeta::DEFAULT
    };
    static CREATE: EndpointMeta = EndpointMeta {
        base: "/api",
        path: "/v3/chats/<ID>/messages",
        limit: Some(Limit::new(10, MINUTE)),
        lock: Some(Duration::from_mins(10)),
        ..EndpointMeta::DEFAULT
    };
    static OTHER: EndpointMeta = EndpointMeta {
        path: "/chats",
        ..EndpointMeta::DEFAULT
    };
    static NAMED: EndpointMeta = EndpointMeta {
        path: "/chats",
        bucket: Some("all"),
        ..EndpointMeta::DEFAULT
    };

    #[test]
    fn one_shape_has_the_stricter_limit_and_the_longer_lock() {
        for order in [[&SEND, &CREATE], [&CREATE, &SEND]] {
            let shapes = Shapes::default();
            let settings = LimitSettings::new();
            let ids = order.map(|endpoint| shapes.of(endpoint, &settings).id);
            assert_eq!(ids[0], ids[1]);
            for endpoint in order {
                let shape = shapes.of(endpoint, &settings);
                assert_eq!(&*shape.name, "GET /api/v3/chats/<>/messages");
                assert_eq!(shape.rules.slots(), Some(9));
                assert_eq!(shape.rules.lock_for(None), 600_000);
            }
            assert_ne!(shapes.of(&OTHER, &settings).id, ids[0]);
            assert_ne!(
                shapes.of(&NAMED, &settings).id,
                shapes.of(&OTHER, &settings).id
            );
        }
    }

    #[test]
    fn a_limit_over_a_longer_time_can_be_the_stricter_one() {
        let slow = Limit::new(30, 5 * MINUTE);
        let fast = Limit::new(20, MINUTE);
        assert_eq!(stricter(Some(fast), Some(slow)), Some(slow));
        assert_eq!(stricter(None, Some(slow)), Some(slow));
    }
}
