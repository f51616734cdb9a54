//! What the stores of limits and of tokens, which several processes share, have in common.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

/// An operation of a store.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A store of limits or tokens failed.
///
/// `Display` is one line for an operator: what failed, and what to do about it. Cloning it is
/// cheap, so that every call that met the same failure can report it.
#[derive(Clone)]
pub struct StoreError {
    problem: Arc<str>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl StoreError {
    /// Creates an error from one line: what failed and what to do about it.
    pub fn new(problem: impl AsRef<str>) -> Self {
        Self {
            problem: problem.as_ref().into(),
            source: None,
        }
    }

    /// Sets the underlying error.
    #[must_use]
    pub fn caused_by(self, source: impl StdError + Send + Sync + 'static) -> Self {
        Self {
            source: Some(Arc::new(source)),
            ..self
        }
    }
}

impl From<&str> for StoreError {
    fn from(problem: &str) -> Self {
        Self::new(problem)
    }
}

impl From<String> for StoreError {
    fn from(problem: String) -> Self {
        Self::new(problem)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreError")
            .field("problem", &self.problem)
            .field("source", &self.source)
            .finish()
    }
}

impl StdError for StoreError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}
