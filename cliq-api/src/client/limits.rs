//! What is left of a client's limits, by endpoint.

use std::sync::Arc;

use super::buckets::Buckets;
use crate::endpoint::meta::EndpointMeta;
use crate::limit::{Changes, LimitRefusal, LimitState, Limits};

/// One user's limits: what a call would meet, and what happens.
#[derive(Debug, Clone)]
pub struct EndpointLimits {
    pub(super) limits: Limits,
    pub(super) buckets: Arc<Buckets>,
}

impl EndpointLimits {
    /// Returns what a normal call to the endpoint would meet now.
    ///
    /// # Errors
    ///
    /// If a shared store is unavailable.
    pub async fn of(&self, endpoint: &'static EndpointMeta) -> Result<LimitState, LimitRefusal> {
        self.limits.of(&self.buckets.of(endpoint)).await
    }

    /// Subscribes to what happens from now on to the limits of all users of the client.
    pub fn changes(&self) -> Changes {
        self.limits.changes()
    }

    /// Returns how many lockouts, of all users, began although the client had kept the limit.
    pub fn unexpected_locks(&self) -> u64 {
        self.limits.unexpected_locks()
    }
}
