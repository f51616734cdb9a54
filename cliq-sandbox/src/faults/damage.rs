//! Applies a fault to a response.

use bytes::{BufMut, Bytes, BytesMut};
use cliq_api::threads::GetThreadRequest;
use cliq_api::{Endpoint, EndpointMeta};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde_json::json;

use super::bomb;
use super::fault::Fault;
use crate::refusal::INTERNAL;
use crate::reply::{self, Reply};

const HTML: &[u8] =
    b"<!DOCTYPE html><html><head><title>One moment</title></head><body>We'll be back soon.</body></html>";

/// What the client receives.
#[derive(Debug)]
pub(crate) enum Damaged {
    /// The whole response.
    Whole(Response<Bytes>),
    /// A head that announces `announced` bytes, and the first `sent` bytes of the body.
    Cut {
        response: Response<Bytes>,
        announced: usize,
        sent: usize,
    },
    /// Nothing.
    Silence,
    /// A reset connection.
    Reset,
}

pub(crate) fn damage(fault: Option<&Fault>, response: Response<Bytes>) -> Damaged {
    match fault {
        Some(Fault::LoseAnswer) => Damaged::Silence,
        Some(Fault::ResetAfter) => Damaged::Reset,
        Some(Fault::FailAfter(status)) => Damaged::Whole(failure(*status, None)),
        Some(Fault::Truncate) => {
            let response = with_body(response);
            let announced = response.body().len();
            Damaged::Cut {
                response,
                announced,
                sent: announced / 2,
            }
        }
        Some(Fault::WrongLength) => {
            let response = with_body(response);
            let sent = response.body().len();
            Damaged::Cut {
                response,
                announced: sent / 2,
                sent,
            }
        }
        Some(Fault::NotJson) => {
            let mut response = response.map(|_| Bytes::from_static(HTML));
            *response.status_mut() = StatusCode::OK;
            response.headers_mut().insert(
                CONTENT_TYPE,
                HeaderValue::from_static("text/html;charset=UTF-8"),
            );
            Damaged::Whole(response)
        }
        Some(Fault::Oversize(bytes)) => {
            Damaged::Whole(with_body(response).map(|body| padded(&body, *bytes)))
        }
        Some(Fault::GzipBomb(mebibytes)) => {
            let mut response = with_body(response).map(|_| bomb::gzip(*mebibytes));
            response
                .headers_mut()
                .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Damaged::Whole(response)
        }
        _ => Damaged::Whole(response),
    }
}

/// Returns an endpoint's error response for a server's failure, or that of a gateway, which doesn't
/// know endpoints.
pub(crate) fn failure(status: StatusCode, endpoint: Option<&EndpointMeta>) -> Response<Bytes> {
    if status == StatusCode::INTERNAL_SERVER_ERROR
        && endpoint.is_some_and(|meta| meta.name() == GetThreadRequest::META.name())
    {
        // The one endpoint with a published code for this failure.
        let message = "Sorry, we couldn't process your request due to a technical error. Please try again later.";
        return reply::json(
            status,
            &json!({ "code": "operation_failed", "message": message }),
        );
    }
    let message = match status {
        StatusCode::INTERNAL_SERVER_ERROR => INTERNAL,
        other => other.canonical_reason().unwrap_or("Something went wrong."),
    };
    reply::json(status, &json!({ "message": message }))
}

/// Adds the body `{"Response Code": …}` to a response without one, as some endpoints of Cliq do.
fn with_body(response: Response<Bytes>) -> Response<Bytes> {
    if response.body().is_empty() {
        Reply::no_response().into()
    } else {
        response
    }
}

/// Appends spaces, which JSON ignores.
fn padded(body: &[u8], to: usize) -> Bytes {
    let mut padded = BytesMut::with_capacity(to.max(body.len()));
    padded.put_slice(body);
    padded.put_bytes(b' ', to.saturating_sub(body.len()));
    padded.freeze()
}
