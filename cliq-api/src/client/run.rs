//! The way of one call: validate, authorize, send, classify.

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response};

use crate::endpoint::call::Call;
use crate::endpoint::request;
use crate::error::Error;

/// Makes the call and gives its answer, if that is a success.
pub(crate) async fn run(call: &Call) -> Result<Response<Bytes>, Error> {
    let attempt = attempt(call);
    let Some(deadline) = call.options.deadline else { return attempt.await };
    if deadline.is_zero() {
        return Err(Error::not_sent_in_time(call.meta()));
    }
    match tokio::time::timeout(deadline, attempt).await {
        Ok(answer) => answer,
        Err(_) => Err(Error::timeout(call.meta(), format!("no answer within the call's deadline of {deadline:?}"))),
    }
}

/// The request as it would be sent, but for its authorization.
pub(crate) fn prepare(call: &Call) -> Result<Request<Bytes>, Error> {
    request::build(call)
}

/// The request as it would be sent.
pub(crate) fn prepare_authorized(call: &Call) -> Result<Request<Bytes>, Error> {
    let mut request = prepare(call)?;
    if let Some(authorization) = &call.client().0.authorization {
        // An endpoint that declares the header itself has its way.
        request.headers_mut().entry(AUTHORIZATION).or_insert_with(|| authorization.clone());
    }
    Ok(request)
}

async fn attempt(call: &Call) -> Result<Response<Bytes>, Error> {
    let client = &call.client().0;
    let request = prepare_authorized(call)?;
    let timeout = call.options.timeout.or(call.meta().timeout).unwrap_or(client.timeout);
    let answer = match tokio::time::timeout(timeout, client.transport.send(request)).await {
        Ok(answer) => answer.map_err(|error| Error::transport(call.meta(), error))?,
        Err(_) => return Err(Error::timeout(call.meta(), format!("no answer within {timeout:?}"))),
    };
    if answer.status().is_success() { Ok(answer) } else { Err(Error::refused(call.meta(), answer)) }
}
