//! One line of a log for each request.

use std::sync::Arc;

use cliq_api::EndpointMeta;
use http::{Method, StatusCode};
use time::OffsetDateTime;

use crate::faults::Fault;
use crate::limits::Verdict;

pub(crate) type Watcher = Arc<dyn Fn(&Record) + Send + Sync>;

/// One request that a [`Sandbox`](crate::Sandbox) was sent, for those that
/// [watch](crate::SandboxBuilder::watch).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Record {
    /// When it arrived, or got lost.
    pub at: OffsetDateTime,
    /// Whose token came with it, if it was a good one and the request arrived.
    pub user_id: Option<String>,
    /// That user's name.
    pub user_name: Option<String>,
    /// What was called, if it arrived and there is such an endpoint. Of those that the server
    /// can't tell apart it is one.
    pub endpoint: Option<&'static EndpointMeta>,
    /// Its method.
    pub method: Method,
    /// Its path, without the query, which may hold a secret.
    pub path: String,
    /// Of the answer, before anything happened to that. `None` where it didn't arrive.
    pub status: Option<StatusCode>,
    /// What exactly was wrong with it, where it was refused for that. It may repeat what the body
    /// has, and never a token.
    pub reason: Option<String>,
    /// What its limit had to say.
    pub verdict: Verdict,
    /// What went wrong with it.
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
