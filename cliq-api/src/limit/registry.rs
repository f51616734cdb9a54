//! The buckets that a limiter knows, by number: a call names them without hashing a string.

use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::rules::Rules;
use super::settings::LimitSettings;
use super::spec::BucketSpec;
use crate::meta::Limit;
use crate::user_key::UserKey;

/// A bucket of a [`Limiter`](super::Limiter), as [`Limiter::bucket`](super::Limiter::bucket)
/// returns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BucketId {
    pub(super) index: u32,
    pub(super) per_app: bool,
    /// Whether it has a limit.
    pub(super) counted: bool,
}

/// A spec with all that follows from it.
#[derive(Debug)]
pub(super) struct Registered {
    pub(super) id: BucketId,
    pub(super) spec: BucketSpec,
    pub(super) rules: Rules,
    /// Whether the server ever reported a lockout or a quota. A bucket without a limit needs no
    /// look-up before.
    watched: AtomicBool,
}

impl Registered {
    fn new(index: u32, spec: BucketSpec, settings: &LimitSettings) -> Self {
        let rules = Rules::new(&spec, settings);
        Self {
            id: BucketId {
                index,
                per_app: spec.is_per_app(),
                counted: spec.declared_limit().is_some(),
            },
            spec,
            rules,
            watched: AtomicBool::new(false),
        }
    }

    pub(super) fn is_watched(&self) -> bool {
        self.watched.load(Ordering::Relaxed)
    }

    pub(super) fn watch(&self) {
        self.watched.store(true, Ordering::Relaxed);
    }
}

/// One user's bucket, as a [`LimitStore`](super::LimitStore) keeps it.
#[derive(Clone)]
pub struct UserBucket {
    registered: Arc<Registered>,
    user: Option<UserKey>,
}

impl UserBucket {
    /// Creates the bucket of a user, as a limiter with these settings does. The user is ignored if
    /// the spec is [per app](BucketSpec::per_app).
    pub fn new(spec: BucketSpec, user: Option<UserKey>, settings: &LimitSettings) -> Self {
        // Of no registry, which has numbered no bucket like that.
        let registered = Registered::new(u32::MAX, spec, settings);
        Self::of(Arc::new(registered), user)
    }

    pub(super) fn of(registered: Arc<Registered>, user: Option<UserKey>) -> Self {
        let user = user.filter(|_| !registered.spec.is_per_app());
        Self { registered, user }
    }

    /// Returns the server that the calls go to.
    pub fn server(&self) -> &str {
        self.registered.spec.server()
    }

    /// Returns the name that the calls have in common.
    pub fn name(&self) -> &str {
        self.registered.spec.name()
    }

    /// Returns how many calls the server allows in which time.
    pub fn limit(&self) -> Option<Limit> {
        self.registered.spec.declared_limit()
    }

    /// Returns whether the calls of all users are counted together.
    pub fn is_per_app(&self) -> bool {
        self.registered.spec.is_per_app()
    }

    /// Returns the user. It may be personal data: a store that others can read should keep a keyed
    /// hash of it.
    pub fn user(&self) -> Option<&UserKey> {
        self.user.as_ref()
    }

    /// Returns the numbers that the bucket works with.
    pub fn rules(&self) -> &Rules {
        &self.registered.rules
    }

    /// Returns what identifies the bucket among those of one user, or among those per app: the
    /// server, the name and the limit.
    pub fn label(&self) -> String {
        let (server, name) = (self.server(), self.name());
        let app = if self.is_per_app() { " per app" } else { "" };
        match self.limit() {
            Some(limit) => format!(
                "{server} {name} {}/{}ms{app}",
                limit.calls,
                limit.per.as_millis()
            ),
            None => format!("{server} {name}{app}"),
        }
    }

    pub(super) fn registered(&self) -> &Registered {
        &self.registered
    }
}

impl PartialEq for UserBucket {
    fn eq(&self, other: &Self) -> bool {
        (self.server(), self.name(), self.limit(), self.is_per_app())
            == (
                other.server(),
                other.name(),
                other.limit(),
                other.is_per_app(),
            )
            && self.user == other.user
    }
}

impl Eq for UserBucket {}

impl Hash for UserBucket {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.server(), self.name(), self.limit()).hash(state);
        (self.is_per_app(), &self.user).hash(state);
    }
}

impl fmt::Debug for UserBucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserBucket")
            .field("bucket", &self.label())
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// All specs that were ever registered.
#[derive(Debug, Default)]
pub(super) struct Registry(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    ids: HashMap<BucketSpec, BucketId>,
    buckets: Vec<Arc<Registered>>,
}

impl Registry {
    /// The number of the spec: the same one for an equal spec.
    pub(super) fn register(&self, spec: BucketSpec, settings: &LimitSettings) -> BucketId {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(&id) = known.ids.get(&spec) {
            return id;
        }
        let index = u32::try_from(known.buckets.len()).unwrap_or(u32::MAX);
        let registered = Registered::new(index, spec.clone(), settings);
        let id = registered.id;
        known.buckets.push(Arc::new(registered));
        known.ids.insert(spec, id);
        id
    }

    /// Whether a bucket without a limit has to be asked.
    pub(super) fn is_watched(&self, id: BucketId) -> bool {
        self.get(id)
            .is_some_and(|registered| registered.is_watched())
    }

    /// `None` for a bucket of another limiter.
    pub(super) fn get(&self, id: BucketId) -> Option<Arc<Registered>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.buckets.get(id.index as usize).map(Arc::clone)
    }
}
