//! A failed attempt of a call, as the call's error reports it.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use super::kind::ErrorKind;
use crate::transport::Sent;

/// One attempt of a call that failed. Its `Display` is one line.
#[derive(Clone)]
pub struct Attempt {
    pub(super) kind: ErrorKind,
    pub(super) sent: Sent,
    pub(super) status: Option<StatusCode>,
    pub(super) problem: String,
    pub(super) ended: Duration,
}

impl Attempt {
    /// Returns what went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns whether it reached the server.
    pub fn sent(&self) -> Sent {
        self.sent
    }

    /// Returns the response's status.
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// Returns when it ended, counted from the beginning of the call.
    pub fn ended(&self) -> Duration {
        self.ended
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} after {:?}", self.problem, self.ended)
    }
}
