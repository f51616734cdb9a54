//! One user's rate limits, by endpoint.

use super::Client;
use crate::error::Error;
use crate::limit::{Changes, LimitState, Limits};
use crate::meta::EndpointMeta;

/// One user's rate limits: what a call would meet, and what happens to them.
///
/// The guide: [limits](crate::guide::limits#ask-and-watch).
#[derive(Debug, Clone)]
pub struct EndpointLimits(Client);

impl Client {
    /// Returns the rate limits of this user: what is left of each, and which lockouts are in force.
    pub fn limits(&self) -> EndpointLimits {
        EndpointLimits(self.clone())
    }
}

impl EndpointLimits {
    /// Returns what a normal call to the endpoint would meet now.
    ///
    /// # Errors
    ///
    /// If a shared store is unavailable.
    pub async fn of(&self, endpoint: &'static EndpointMeta) -> Result<LimitState, Error> {
        let buckets = self.0.server(endpoint)?.buckets(endpoint);
        let state = self.limits().of(&buckets).await;
        state.map_err(|refusal| Error::limited(endpoint, refusal))
    }

    /// Subscribes to what happens from now on to the limits of all users of the client.
    pub fn changes(&self) -> Changes {
        self.limits().changes()
    }

    /// Returns how many lockouts, of all users, began although the client had kept the limit:
    /// something else calls for the same user, or the server's rules are not the declared ones.
    pub fn unexpected_locks(&self) -> u64 {
        self.limits().unexpected_locks()
    }

    fn limits(&self) -> Limits {
        self.0.0.core.limiter.limits(self.0.0.user.clone())
    }
}
