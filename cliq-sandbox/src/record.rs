//! One line of a log for each request.

use std::sync::Arc;

use cliq_api::EndpointMeta;
use http::{Method, StatusCode};
use time::OffsetDateTime;

use crate::faults::Fault;
use crate::limits::Verdict;

pub(crate) type Watcher = Arc<dyn Fn(&Record) + Send + Sync>;

/// One request to a [`Sandbox`](crate::Sandbox), for [`watch`](crate::SandboxBuilder::watch).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Record {
    /// When it arrived or was lost.
    pub at: OffsetDateTime,
    /// The user of its token, if that was valid and the request arrived.
    pub user_id: Option<String>,
    /// That user's name.
    pub user_name: Option<String>,
    /// The endpoint, if it arrived and there is one; of several that the server can't distinguish,
    /// one of them.
    pub endpoint: Option<&'static EndpointMeta>,
    /// Its method.
    pub method: Method,
    /// Its path, without the query, which may hold a secret.
    pub path: String,
    /// The status of the response, before a fault changed it. `None` if the request didn't arrive.
    pub status: Option<StatusCode>,
    /// Why it was refused. This may repeat parts of the body, but never a token.
    pub reason: Option<String>,
    /// The verdict of its limit.
    pub verdict: Verdict,
    /// The fault that was injected.
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
