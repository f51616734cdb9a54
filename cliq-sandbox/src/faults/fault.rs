//! The kinds of faults.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

/// A fault of one call.
///
/// Over HTTP it happens as named. In process it is what a client's transport would make of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// There is no way to the server. Nothing was sent, and nothing arrives. Over HTTP, where there
    /// is a connection already, as [`Fault::Reset`].
    Unreachable,
    /// It never arrives, and nobody tells: the caller waits for as long as it cares to.
    LoseRequest,
    /// The connection is reset before the server has read the call, which doesn't arrive.
    Reset,
    /// It arrives that much later, on top of its latency. It does so, and counts, even when its
    /// caller has given up.
    Late(Duration),

    /// The token is refused, this once: 401. It doesn't count, and nothing is done.
    Unauthorized,
    /// The server refuses with this status. The call has arrived and counts, but nothing is done.
    Fail(StatusCode),
    /// The server redirects to this URL. The call has arrived and counts, but nothing is done.
    Redirect(String),

    /// It is done, and the answer is lost; nobody tells.
    LoseAnswer,
    /// It is done, and the connection is reset in place of the answer.
    ResetAfter,
    /// It is done, and the answer is this status, as from a gateway that lost patience.
    FailAfter(StatusCode),
    /// It is done, and the connection closes in the middle of the answer's body.
    Truncate,
    /// It is done, and the answer announces a shorter body than comes.
    WrongLength,
    /// It is done, and the answer's body is a page of HTML.
    NotJson,
    /// It is done, and the answer is blown up to this many bytes. It still is valid JSON.
    Oversize(usize),
    /// It is done, and the answer is a small compressed body that unpacks to this many MiB.
    GzipBomb(usize),
}

impl Fault {
    /// Whether the call doesn't get to the server.
    pub(crate) fn is_before_arrival(&self) -> bool {
        matches!(self, Self::Unreachable | Self::LoseRequest | Self::Reset)
    }
}

/// In words, for a log.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str("unreachable"),
            Self::LoseRequest => f.write_str("request lost"),
            Self::Reset => f.write_str("reset before it arrived"),
            Self::Late(by) => write!(f, "late by {by:?}"),
            Self::Unauthorized => f.write_str("token refused"),
            Self::Fail(status) => write!(f, "failed with {}", status.as_u16()),
            Self::Redirect(_) => f.write_str("redirected"),
            Self::LoseAnswer => f.write_str("answer lost"),
            Self::ResetAfter => f.write_str("reset in place of the answer"),
            Self::FailAfter(status) => write!(f, "done, and answered with {}", status.as_u16()),
            Self::Truncate => f.write_str("answer truncated"),
            Self::WrongLength => f.write_str("answer of wrong length"),
            Self::NotJson => f.write_str("answered with HTML"),
            Self::Oversize(bytes) => write!(f, "answered with {bytes} bytes"),
            Self::GzipBomb(mebibytes) => write!(f, "answered with a bomb of {mebibytes} MiB"),
        }
    }
}
