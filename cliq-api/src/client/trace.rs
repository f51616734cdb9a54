//! Spans and events of a call, with OpenTelemetry's attribute names for HTTP clients.
//!
//! A call is a span of level `INFO`; each attempt is a nested span of level `DEBUG`. Spans hold the
//! path's template, but never the path, the query, headers or bodies, which may be secrets. Without
//! a subscriber, a span costs one atomic load.

use std::time::Duration;

use http::StatusCode;
use tracing::field::{Empty, display};
use tracing::{Span, debug, debug_span, info_span};

use crate::error::{Error, ErrorKind};
use crate::meta::EndpointMeta;

/// Returns the span of a call. `server` is its host and port, computed only if somebody listens.
pub(super) fn call<'s>(
    endpoint: &'static EndpointMeta,
    server: impl Fn() -> (&'s str, Option<u16>),
) -> Span {
    info_span!(
        "http.client.call",
        otel.name = %format_args!("{} {}{}", endpoint.method, endpoint.base, endpoint.path),
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = %endpoint.method,
        url.template = %format_args!("{}{}", endpoint.base, endpoint.path),
        server.address = server().0,
        server.port = server().1,
        endpoint = endpoint.name,
        http.request.resend_count = Empty,
        http.response.status_code = Empty,
        error.type = Empty,
    )
}

/// Returns the span of an attempt; the first one has number 0.
pub(super) fn attempt(endpoint: &'static EndpointMeta, number: u32) -> Span {
    debug_span!(
        "http.client.attempt",
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = %endpoint.method,
        http.request.resend_count = (number > 0).then_some(number),
        http.response.status_code = Empty,
        error.type = Empty,
    )
}

/// Records the success of a call or an attempt.
pub(super) fn answered(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
}

/// Records the failure of a call or an attempt.
pub(super) fn failed(span: &Span, error: &Error) {
    if span.is_disabled() {
        return;
    }
    span.record("otel.status_code", "ERROR");
    if let Some(status) = error.status() {
        span.record("http.response.status_code", status.as_u16());
    }
    match error.status().filter(|_| error.kind() == ErrorKind::Status) {
        Some(status) => span.record("error.type", display(status.as_u16())),
        None => span.record("error.type", display(error.kind())),
    };
}

/// Records the `count`th retry in the call's span.
pub(super) fn again(error: &Error, wait: Duration, count: u32) {
    Span::current().record("http.request.resend_count", count);
    debug!(error = error.problem(), wait = ?wait, "the attempt failed and will be retried");
}
