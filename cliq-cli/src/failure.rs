//! Why a command failed: one line for people, members for programs, and an exit code.

use std::fmt;
use std::io;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use cliq_api::auth::{AuthError, AuthErrorKind};
use cliq_api::limit::LimitRefusal;
use cliq_api::{Error, ErrorKind};
use serde_json::{Map, Value};

use crate::text;

/// How a command ended. The numbers are documented, and stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Something else failed: a file, the output, a response that is not what was declared.
    Other = 1,
    /// The command line, a value or a setting can't be used. Nothing was sent.
    Usage = 2,
    /// The server refused.
    Refused = 3,
    /// A rate limit or a lockout.
    Limited = 4,
    /// No connection, a timeout, or the exchange broke off.
    Network = 5,
    /// There is no token, the server refused it, or it lacks a scope.
    Unauthorized = 6,
    /// Ctrl-C.
    Interrupted = 130,
    /// Nobody reads the output any more.
    ClosedPipe = 141,
    /// A supervisor asked for the end.
    Terminated = 143,
}

impl Exit {
    /// Their part of `--help`.
    pub(crate) const HELP: &'static str = "\
Exit codes:
  0  done
  1  something else failed: a file, the output, an unexpected response
  2  the command line, a value or a setting can't be used; nothing was sent
  3  the server refused
  4  a rate limit or a lockout; with --output json the error has the time
  5  no connection, a timeout, or the exchange broke off
  6  no token, a token that is refused, or a missing scope
  130, 141, 143  Ctrl-C, a closed pipe, a request to end";

    /// One word, as in errors with `--output json`.
    fn word(self) -> &'static str {
        match self {
            Self::Other => "failed",
            Self::Usage => "usage",
            Self::Refused => "refused",
            Self::Limited => "limited",
            Self::Network => "network",
            Self::Unauthorized => "unauthorized",
            Self::Interrupted => "interrupted",
            Self::ClosedPipe => "closed_pipe",
            Self::Terminated => "terminated",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    message: String,
    retry_after: Option<Duration>,
    locked_until: Option<SystemTime>,
    status: Option<u16>,
    code: Option<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            retry_after: None,
            locked_until: None,
            status: None,
            code: None,
        }
    }

    /// An error of usage, found without a request.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// A file, or another part of the machine.
    pub(crate) fn io(what: impl fmt::Display, error: &io::Error) -> Self {
        Self::new(Exit::Other, format!("{what}: {error}"))
    }

    /// Adds what to do about it.
    pub(crate) fn advice(mut self, advice: &str) -> Self {
        self.message.push_str("; ");
        self.message.push_str(advice);
        self
    }

    /// Whether the server doesn't know what was named.
    #[cfg(feature = "zoho")]
    pub(crate) fn is_not_found(&self) -> bool {
        self.status == Some(404)
    }

    /// Returns how long to wait before another attempt.
    #[cfg(feature = "mcp")]
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// What `--output json` prints on standard error, and what a tool returns.
    pub(crate) fn to_json(&self) -> Value {
        let mut members = Map::new();
        members.insert("kind".into(), self.exit.word().into());
        members.insert("message".into(), self.message.clone().into());
        if let Some(status) = self.status {
            members.insert("status".into(), status.into());
        }
        if let Some(code) = &self.code {
            members.insert("code".into(), code.clone().into());
        }
        if let Some(wait) = self.retry_after {
            members.insert(
                "retry_after_seconds".into(),
                text::whole_seconds(wait).into(),
            );
        }
        if let Some(until) = self.locked_until {
            members.insert("locked_until".into(), text::utc(until).into());
        }
        Value::Object(members)
    }
}

/// One line, in which nothing moves the cursor.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::one_line(&self.message))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = match error.kind() {
            ErrorKind::Configuration | ErrorKind::InvalidRequest => Exit::Usage,
            ErrorKind::Scope => Exit::Unauthorized,
            ErrorKind::Auth => error.auth().map_or(Exit::Unauthorized, exit_of),
            ErrorKind::Limited if is_of_the_store(&error) => Exit::Other,
            ErrorKind::Limited => Exit::Limited,
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport => Exit::Network,
            ErrorKind::Status if error.is_throttled() => Exit::Limited,
            ErrorKind::Status if error.is_unauthorized() => Exit::Unauthorized,
            ErrorKind::Status => Exit::Refused,
            _ => Exit::Other,
        };
        Self {
            exit,
            message: error.to_string(),
            retry_after: error.retry_after(),
            locked_until: error.locked_until(),
            status: error.status().map(|status| status.as_u16()),
            code: error.code().map(str::to_owned),
        }
    }
}

/// Whether limits can't be counted, as on a full disk: waiting doesn't help.
fn is_of_the_store(error: &Error) -> bool {
    let refusal = std::error::Error::source(error);
    let refusal = refusal.and_then(|source| source.downcast_ref::<LimitRefusal>());
    matches!(refusal, Some(LimitRefusal::Store(_)))
}

impl From<AuthError> for Failure {
    fn from(error: AuthError) -> Self {
        let wait = error.retry_at();
        let wait = wait.and_then(|at| at.duration_since(SystemTime::now()).ok());
        Self {
            retry_after: wait,
            code: error.code().map(str::to_owned),
            ..Self::new(exit_of(&error), error.to_string())
        }
    }
}

fn exit_of(error: &AuthError) -> Exit {
    match error.kind() {
        AuthErrorKind::Unreachable => Exit::Network,
        AuthErrorKind::TooMany => Exit::Limited,
        AuthErrorKind::Configuration => Exit::Usage,
        AuthErrorKind::Store => Exit::Other,
        _ => Exit::Unauthorized,
    }
}
