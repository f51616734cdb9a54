//! Why a response doesn't have the declared type.

use std::fmt;

/// Where and why a response doesn't have the declared type. It never holds a value of the
/// response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// Such as `data[3].title`; empty for the whole body.
    path: String,
    problem: String,
}

impl DecodeError {
    pub(crate) fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            problem: problem.into(),
        }
    }

    /// Puts `outer` before the path.
    pub(crate) fn below(mut self, outer: &[&str]) -> Self {
        let outer = outer.join(".");
        self.path = match (outer.as_str(), self.path.as_str()) {
            (outer, "") => outer.to_owned(),
            ("", inner) => inner.to_owned(),
            (outer, inner) if inner.starts_with('[') => format!("{outer}{inner}"),
            (outer, inner) => format!("{outer}.{inner}"),
        };
        self
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.problem)
        } else {
            write!(f, "at `{}`: {}", self.path, self.problem)
        }
    }
}

impl std::error::Error for DecodeError {}
