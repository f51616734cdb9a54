//! One of the times that a call was tried, as its error tells of it.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use super::{Error, ErrorKind, Sent};

/// One try of a call that failed.
#[derive(Clone)]
pub struct Attempt {
    kind: ErrorKind,
    sent: Sent,
    status: Option<StatusCode>,
    problem: String,
    ended: Duration,
}

impl Attempt {
    pub(crate) fn new(error: &Error, ended: Duration) -> Self {
        let status = error.status();
        Self {
            kind: error.kind(),
            sent: error.sent(),
            status,
            problem: error.problem().to_owned(),
            ended,
        }
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether it reached the server.
    pub fn sent(&self) -> Sent {
        self.sent
    }

    /// The status of its answer.
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// How long after the call's beginning it ended.
    pub fn ended(&self) -> Duration {
        self.ended
    }
}

/// What went wrong, on one line.
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
