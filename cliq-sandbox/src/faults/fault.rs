//! The kinds of faults.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

/// A fault of one call.
///
/// Over HTTP it happens on the connection. In process it is the error that a client's transport
/// would report.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The server can't be reached. Nothing is sent, nothing arrives. Over HTTP, on a connection
    /// that exists already, it is like [`Fault::Reset`].
    Unreachable,
    /// The request is lost without an error: the caller waits until it times out.
    LoseRequest,
    /// The connection is reset before the server has read the request, which doesn't arrive.
    Reset,
    /// The request arrives later, in addition to its latency. It arrives and counts even if the
    /// caller has given up.
    Late(Duration),

    /// The token is rejected once, with 401. The call doesn't count and has no effect.
    Unauthorized,
    /// The server fails with this status. The call counts but has no effect.
    Fail(StatusCode),
    /// The server redirects to this URL. The call counts but has no effect.
    Redirect(String),

    /// The call takes effect, and the response is lost without an error.
    LoseAnswer,
    /// The call takes effect, and the connection is reset before the response.
    ResetAfter,
    /// The call takes effect, and the response has this status, as from a gateway that timed out.
    FailAfter(StatusCode),
    /// The call takes effect, and the connection closes in the middle of the response's body.
    Truncate,
    /// The call takes effect, and the response announces a shorter body than it has.
    WrongLength,
    /// The call takes effect, and the response's body is an HTML page.
    NotJson,
    /// The call takes effect, and the response is padded to this many bytes of valid JSON.
    Oversize(usize),
    /// The call takes effect, and the response's small compressed body decompresses to this many
    /// MiB.
    GzipBomb(usize),
}

impl Fault {
    /// Returns whether the request doesn't reach the server.
    pub(crate) fn is_before_arrival(&self) -> bool {
        matches!(self, Self::Unreachable | Self::LoseRequest | Self::Reset)
    }
}

/// A description for logs.
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
