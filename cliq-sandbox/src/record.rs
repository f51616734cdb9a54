//! The record of a request, for logs.

use std::sync::Arc;

use cliq_api::EndpointMeta;
use http::{Method, StatusCode};
use time::OffsetDateTime;

use crate::faults::Fault;
use crate::limits::Verdict;

pub(crate) type Watcher = Arc<dyn Fn(&Record) + Send + Sync>;

/// A request to a [`Sandbox`](crate::Sandbox), as passed to
/// [watchers](crate::SandboxBuilder::watch).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Record {
    /// When it arrived, or was lost.
    pub at: OffsetDateTime,
    /// The user of its token, if the token was valid and the request arrived.
    pub user_id: Option<String>,
    /// That user's name.
    pub user_name: Option<String>,
    /// The called endpoint, if the request arrived and there is one. If the server can't
    /// distinguish several, it is one of them.
    pub endpoint: Option<&'static EndpointMeta>,
    /// Its method.
    pub method: Method,
    /// Its path, without the query, which may contain secrets.
    pub path: String,
    /// The status of the response, before any fault. `None` if the request didn't arrive.
    pub status: Option<StatusCode>,
    /// Why it was rejected. May repeat parts of the body, but never a token.
    pub reason: Option<String>,
    /// The limiter's decision.
    pub verdict: Verdict,
    /// The fault that it met.
    pub fault: Option<Fault>,
}

impl Record {
    pub(crate) fn new(
        at: OffsetDateTime,
        method: Method,
        path: &str,
        fault: Option<&Fault>,
    ) -> Self {
        Self {
            at,
            user_id: None,
            user_name: None,
            endpoint: None,
            method,
            path: path.to_owned(),
            status: None,
            reason: None,
            verdict: Verdict::Allowed,
            fault: fault.cloned(),
        }
    }
}
