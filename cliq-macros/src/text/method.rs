//! HTTP methods.

/// An HTTP method that a declaration may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HttpMethod {
    pub(crate) name: &'static str,
    pub(crate) may_have_body: bool,
    /// By RFC 9110, section 9.2.2.
    pub(crate) is_idempotent: bool,
}

const fn method(name: &'static str, may_have_body: bool, is_idempotent: bool) -> HttpMethod {
    HttpMethod {
        name,
        may_have_body,
        is_idempotent,
    }
}

/// All of them.
pub(crate) const METHODS: &[HttpMethod] = &[
    method("GET", false, true),
    method("POST", true, false),
    method("PUT", true, true),
    method("PATCH", true, false),
    method("DELETE", true, true),
    method("HEAD", false, true),
    method("OPTIONS", false, true),
];

impl HttpMethod {
    pub(crate) fn named(name: &str) -> Option<Self> {
        METHODS.iter().find(|method| method.name == name).copied()
    }
}
