//! Spans and events of a call, under OpenTelemetry's names for HTTP clients.
//!
//! A span for the call at level `INFO`, one in it for each attempt at `DEBUG`. They hold the path's
//! template, never the path: what fills it, the query, headers and bodies may be secrets. Where
//! nobody listens, a span costs the look at one flag.

use std::time::Duration;

use http::StatusCode;
use tracing::field::{Empty, display};
use tracing::{Span, debug, debug_span, info_span};

use super::Client;
use crate::error::{Error, ErrorKind};
use crate::meta::EndpointMeta;

/// The call as a whole.
pub(super) fn call(client: &Client, endpoint: &'static EndpointMeta) -> Span {
    let (host, port) = client
        .server(endpoint)
        .map_or(("", None), |server| server.base_url.server());
    info_span!(
        "http.client.call",
        otel.name = %format_args!("{} {}{}", endpoint.method, endpoint.base, endpoint.path),
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = %endpoint.method,
        url.template = %format_args!("{}{}", endpoint.base, endpoint.path),
        server.address = host,
        server.port = port,
        endpoint = endpoint.name,
        http.request.resend_count = Empty,
        http.response.status_code = Empty,
        error.type = Empty,
    )
}

/// One attempt, the first being number 0.
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

/// The call, or the attempt, ended with a success.
pub(super) fn answered(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
}

/// The call, or the attempt, failed.
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

/// Within the call's span: it will be tried again, for the `count`th time.
pub(super) fn again(error: &Error, wait: Duration, count: u32) {
    Span::current().record("http.request.resend_count", count);
    debug!(error = error.problem(), wait = ?wait, "the attempt failed and is made again");
}
