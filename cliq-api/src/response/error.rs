//! Errors of decoding a response.

use std::fmt;

/// Where and why a response doesn't match the declared type. Neither `Display` nor `Debug` shows a
/// value of the response, which may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError(Box<Inner>);

/// Boxed, so that a call's future stays small.
#[derive(Clone, PartialEq, Eq)]
struct Inner {
    /// The member, such as `data[3].title`; empty for the whole body.
    path: String,
    problem: String,
    is_json: bool,
    next_token: Option<String>,
}

impl DecodeError {
    pub(crate) fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            path: path.into(),
            problem: problem.into(),
            is_json: true,
            next_token: None,
        }))
    }

    /// The body is not JSON.
    pub(crate) fn not_json(problem: String) -> Self {
        let mut this = Self::new("", problem);
        this.0.is_json = false;
        this
    }

    /// Puts `outer` before the path.
    pub(crate) fn below(mut self, outer: &[&str]) -> Self {
        let outer = outer.join(".");
        self.0.path = match (outer.as_str(), self.0.path.as_str()) {
            (outer, "") => outer.to_owned(),
            ("", inner) => inner.to_owned(),
            (outer, inner) if inner.starts_with('[') => format!("{outer}{inner}"),
            (outer, inner) => format!("{outer}.{inner}"),
        };
        self
    }

    /// Adds the token of the page after the one that can't be read.
    pub(crate) fn before(mut self, next_token: Option<String>) -> Self {
        self.0.next_token = next_token;
        self
    }

    /// Whether the body is JSON, of whatever type.
    pub(crate) fn is_json(&self) -> bool {
        self.0.is_json
    }

    /// Returns the token of the page after the one that can't be read, where the response has it.
    pub(crate) fn next_token(&self) -> Option<&str> {
        self.0.next_token.as_deref()
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.path.is_empty() {
            f.write_str(&self.0.problem)
        } else {
            write!(f, "at `{}`: {}", self.0.path, self.0.problem)
        }
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeError")
            .field("path", &self.0.path)
            .field("problem", &self.0.problem)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for DecodeError {}
