//! The default transport: one pooled `reqwest` client.

use ::reqwest::{Client, redirect, retry};
use bytes::{Bytes, BytesMut};
use http::{Request, Response};

use super::{Exchange, Transport, TransportError};
use crate::error::{Error, Sent};

/// How large an answer may be.
const LARGEST: usize = 32 * 1024 * 1024;

pub(crate) struct ReqwestTransport(Client);

impl ReqwestTransport {
    /// `direct` goes past any proxy: what runs on this machine is not to be asked for elsewhere.
    pub(crate) fn new(direct: bool) -> Result<Self, Error> {
        // What it would do unasked goes past the limits of the endpoint, or takes a secret elsewhere.
        let builder = Client::builder().redirect(redirect::Policy::none()).referer(false).retry(retry::never());
        let builder = if direct { builder.no_proxy() } else { builder };
        let client = builder
            .build()
            .map_err(|error| Error::configuration("the HTTP client can't be made").caused_by(error.without_url()))?;
        Ok(Self(client))
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, request: Request<Bytes>) -> Exchange<'_> {
        Box::pin(async move {
            let request = ::reqwest::Request::try_from(request)
                .map_err(|error| TransportError::new(Sent::No, "its URL is no URL").caused_by(error.without_url()))?;
            let mut answer = self.0.execute(request).await.map_err(|error| failed(error, Sent::Maybe))?;
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = answer.status();
            *response.version_mut() = answer.version();
            *response.headers_mut() = std::mem::take(answer.headers_mut());
            *response.body_mut() = read(answer).await?;
            Ok(response)
        })
    }
}

async fn read(mut answer: ::reqwest::Response) -> Result<Bytes, TransportError> {
    let first = chunk(&mut answer).await?.unwrap_or_default();
    let Some(second) = chunk(&mut answer).await? else {
        // The usual case: nothing is copied.
        return checked(first);
    };
    let mut body = BytesMut::from(first);
    body.extend_from_slice(&second);
    while let Some(more) = chunk(&mut answer).await? {
        body.extend_from_slice(&more);
        if body.len() > LARGEST {
            break;
        }
    }
    checked(body.freeze())
}

async fn chunk(answer: &mut ::reqwest::Response) -> Result<Option<Bytes>, TransportError> {
    answer.chunk().await.map_err(|error| failed(error, Sent::Answered))
}

fn checked(body: Bytes) -> Result<Bytes, TransportError> {
    if body.len() > LARGEST {
        return Err(TransportError::new(Sent::Answered, format!("the answer is larger than {LARGEST} bytes")));
    }
    Ok(body)
}

fn failed(error: ::reqwest::Error, at_best: Sent) -> TransportError {
    let sent = if error.is_connect() || error.is_builder() { Sent::No } else { at_best };
    let problem = match sent {
        Sent::No => "no connection to the server",
        Sent::Maybe => "the exchange broke off before an answer came",
        Sent::Answered => "the answer broke off",
    };
    // Its URL may hold a secret.
    let error = error.without_url();
    if error.is_timeout() {
        TransportError::timed_out(sent, format!("{problem}: the time ran out")).caused_by(error)
    } else {
        TransportError::new(sent, problem).caused_by(error)
    }
}
