//! What can be wrong with a shared file, in words for an operator.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::store_error::StoreError;

#[derive(Debug, thiserror::Error)]
#[cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "elsewhere not all of it can happen")
)]
pub(super) enum Problem {
    #[error("can't {what} {}", path.display())]
    Io {
        what: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("{} is a symbolic link, and links are not followed: give the place that it leads to", .0.display())]
    Link(PathBuf),
    #[error("{} is no {expected}", path.display())]
    Kind {
        path: PathBuf,
        expected: &'static str,
    },
    #[error(
        "{} has mode {mode:o}, so that others can use it: make it private with `chmod {private:o} {}`, or choose another place",
        path.display(),
        path.display()
    )]
    Open {
        path: PathBuf,
        mode: u32,
        private: u32,
    },
    #[error("{} belongs to user {owner}, and this process runs as user {me}: run it as that one, or choose another place", path.display())]
    Owner { path: PathBuf, owner: u32, me: u32 },
    #[error("{} can't be locked, as its file system has no locks: choose a place on a local one", .0.display())]
    NoLocks(PathBuf),
    #[error("{} was locked by another process for more than {seconds} seconds: is one stopped?", path.display())]
    Busy { path: PathBuf, seconds: u64 },
    #[error("{} was written by a later version of this program (its format is {version}, and this one reads up to {known}): update this one", path.display())]
    Newer {
        path: PathBuf,
        version: u8,
        known: u8,
    },
    #[error("the boot's id is none that this program knows")]
    NoBootId,
    #[error("a thread of this process panicked or its runtime ended in the midst of work on {}", .0.display())]
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
    /// In one line, with the reason.
    fn words(&self) -> String {
        match self {
            Self::Io { source, .. } => format!("{self}: {source}"),
            _ => self.to_string(),
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        let error = Self::configuration(problem.words());
        match problem {
            Problem::Io { source, .. } => error.caused_by(source),
            _ => error,
        }
    }
}

impl From<Problem> for StoreError {
    fn from(problem: Problem) -> Self {
        let error = Self::new(problem.words());
        match problem {
            Problem::Io { source, .. } => error.caused_by(source),
            _ => error,
        }
    }
}
