//! Buffers requests, as a server does before it responds.

use bytes::Bytes;
use cliq_api::{Body, Sent, TransportError};
use http::Request;

/// The maximum size of a body, in bytes.
const MAX_REQUEST: usize = 64 << 20;

/// Reads the request's body to its end.
pub(crate) async fn whole(request: Request<Body>) -> Result<Request<Bytes>, TransportError> {
    let (head, body) = request.into_parts();
    let body = body.collect_up_to(MAX_REQUEST).await.map_err(|error| {
        TransportError::new(Sent::Maybe, "the request's body broke off").caused_by(error)
    })?;
    Ok(Request::from_parts(head, body))
}
