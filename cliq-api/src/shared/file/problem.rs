//! Errors of shared files, with advice for an operator.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
#[cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "some errors occur only on Linux")
)]
pub(super) enum Problem {
    #[error("can't {what} {}", path.display())]
    Io {
        what: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("{} is a symbolic link; links are not followed: use the path of its target", .0.display())]
    Link(PathBuf),
    #[error("{} is not a {expected}", path.display())]
    Kind {
        path: PathBuf,
        expected: &'static str,
    },
    #[error(
        "{} has mode {mode:o}, which gives other users access: run `chmod {private:o} {}`, or use \
         another path",
        path.display(),
        path.display()
    )]
    Open {
        path: PathBuf,
        mode: u32,
        private: u32,
    },
    #[error("{} belongs to user {owner}, but this process runs as user {me}: run it as user {owner}, or use another path", path.display())]
    Owner { path: PathBuf, owner: u32, me: u32 },
    #[error("{} can't be locked: its file system doesn't support locks; use a local one", .0.display())]
    NoLocks(PathBuf),
    #[error("timed out after {seconds} seconds waiting for the lock of {}, which another process holds: is one suspended?", path.display())]
    Busy { path: PathBuf, seconds: u64 },
    #[error("{} was written by a newer version of this program (format {version}; this one reads up to {known}): update this one", path.display())]
    Newer {
        path: PathBuf,
        version: u8,
        known: u8,
    },
    #[error("{} holds the token of another user or client: it was renamed, or copied to this name; remove it, and a new token is requested", .0.display())]
    Misplaced(PathBuf),
    #[error("the boot id has an unknown format")]
    NoBootId,
    #[error("a thread panicked, or the runtime shut down, during work on {}", .0.display())]
    Aborted(PathBuf),
}

impl Problem {
    pub(super) fn io(what: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            what,
            path: path.to_owned(),
            source,
        }
    }
}

impl Problem {
    /// Returns the message, with the source's.
    fn message(&self) -> String {
        match self {
            Self::Io { source, .. } => format!("{self}: {source}"),
            _ => self.to_string(),
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        let error = Self::configuration(problem.message());
        match problem {
            Problem::Io { source, .. } => error.caused_by(source),
            _ => error,
        }
    }
}

impl From<Problem> for StoreError {
    fn from(problem: Problem) -> Self {
        let error = Self::new(problem.message());
        match problem {
            Problem::Io { source, .. } => error.caused_by(source),
            _ => error,
        }
    }
}
