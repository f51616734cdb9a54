//! What a server counts together, as a limiter is configured with it.

use std::sync::Arc;
use std::time::Duration;

use crate::meta::{Limit, Lockout};

/// A bucket: which calls a server counts together, how many it allows, and how long it locks out
/// whoever exceeds that.
///
/// ```
/// use std::time::Duration;
/// use cliq_api::Limit;
/// use cliq_api::limit::BucketSpec;
///
/// let minute = Duration::from_secs(60);
/// let messages = BucketSpec::new("https://api.example.com", "POST /chats/<>/messages")
///     .limit(Limit::new(20, minute))
///     .lock(10 * minute);
/// let everything = BucketSpec::new("https://api.example.com", "all calls")
///     .limit(Limit::new(1000, 60 * minute))
///     .per_app();
/// ```
///
/// Calls are counted per server, name, limit and, unless it is [per app](Self::per_app), user. The
/// limit is a part of what identifies a bucket: two specs of the same name with different limits
/// are two buckets, and a call that takes a permit from both keeps both limits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[must_use]
pub struct BucketSpec {
    server: Arc<str>,
    name: Arc<str>,
    limit: Option<Limit>,
    lock: Lockout,
    per_app: bool,
}

impl BucketSpec {
    /// Creates a bucket without a limit, which only obeys lockouts.
    ///
    /// `server` is what separates the calls to one server from those to another, such as its base
    /// URL. `name` is anything that is the same in all processes that share a store.
    pub fn new(server: impl AsRef<str>, name: impl AsRef<str>) -> Self {
        Self {
            server: server.as_ref().into(),
            name: name.as_ref().into(),
            limit: None,
            lock: Lockout::Undeclared,
            per_app: false,
        }
    }

    /// Sets how many calls the server allows in which time. A limit per app makes the bucket one.
    pub fn limit(self, limit: Limit) -> Self {
        Self {
            per_app: self.per_app || limit.per_app,
            limit: Some(Limit::new(limit.calls, limit.per)),
            ..self
        }
    }

    /// Sets how long the server locks out whoever exceeds the limit.
    pub fn lock(self, lock: Duration) -> Self {
        Self {
            lock: Lockout::For(lock),
            ..self
        }
    }

    /// Declares that the server doesn't lock users out: only times that a response announces are
    /// obeyed.
    pub fn without_lock(self) -> Self {
        self.lockout(Lockout::None)
    }

    /// Sets what is known of lockouts.
    pub fn lockout(self, lock: Lockout) -> Self {
        Self { lock, ..self }
    }

    /// Counts the calls of all users together.
    pub fn per_app(self) -> Self {
        Self {
            per_app: true,
            ..self
        }
    }

    /// Returns the server.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn declared_limit(&self) -> Option<Limit> {
        self.limit
    }

    pub(super) fn is_per_app(&self) -> bool {
        self.per_app
    }

    pub(super) fn declared_lockout(&self) -> Lockout {
        self.lock
    }

    pub(super) fn shared_server(&self) -> Arc<str> {
        Arc::clone(&self.server)
    }

    pub(super) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }
}
