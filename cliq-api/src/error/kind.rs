//! The kinds of errors.

use std::fmt;

/// What went wrong, in kinds that a program can tell apart.
///
/// The guide: [kinds](crate::guide::errors#kinds).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client can't be built from what it was given.
    Configuration,
    /// A value of the call can't be sent, or a required one is missing.
    InvalidRequest,
    /// The client was closed.
    Closed,
    /// The token lacks a scope. Nothing was sent.
    Scope,
    /// The endpoint's rate limit or a lockout delays the call too long. Nothing was sent.
    Limited,
    /// There is no access token. Nothing was sent.
    Auth,
    /// There is no connection to the server, or none on which it took up the request.
    Connect,
    /// The attempt or the call timed out.
    Timeout,
    /// The exchange broke off.
    Transport,
    /// The server responded with a status that is no success.
    Status,
    /// The response is not what the endpoint declares, or is too large.
    Decode,
}

/// One word, as in traces: `invalid_request`, `timeout`.
impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Configuration => "configuration",
            Self::InvalidRequest => "invalid_request",
            Self::Closed => "closed",
            Self::Scope => "scope",
            Self::Limited => "limited",
            Self::Auth => "auth",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
            Self::Status => "status",
            Self::Decode => "decode",
        })
    }
}
