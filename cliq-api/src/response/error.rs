//! Errors of decoding a response.

use std::fmt;

/// Where and why a response doesn't match the declared type. Neither `Display` nor `Debug` shows a
/// value of the response, which may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// The member, such as `data[3].title`; empty for the whole body.
    path: String,
    problem: String,
    is_json: bool,
    next_token: Option<String>,
}

impl DecodeError {
    pub(crate) fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            problem: problem.into(),
            is_json: true,
            next_token: None,
        }
    }

    /// The body is not JSON.
    pub(crate) fn not_json(problem: String) -> Self {
        Self {
            is_json: false,
            ..Self::new("", problem)
        }
    }

    /// Prepends `outer` to the path.
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

    /// Adds the token of the page after the one that can't be read.
    pub(crate) fn before(mut self, next_token: Option<String>) -> Self {
        self.next_token = next_token;
        self
    }

    /// Whether the body is JSON, of whatever type.
    pub(crate) fn is_json(&self) -> bool {
        self.is_json
    }

    /// Returns the token of the page after the one that can't be read, where the response has it.
    pub(crate) fn next_token(&self) -> Option<&str> {
        self.next_token.as_deref()
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

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeError")
            .field("path", &self.path)
            .field("problem", &self.problem)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for DecodeError {}
