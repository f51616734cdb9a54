//! An in-process transport for clients of the sandbox.

use std::future::pending;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use cliq_api::{Body, Exchange, Sent, Transport, TransportError};
use http::Request;
use http_body::Frame;

use crate::exchange::{Outcome, carry};
use crate::faults::Damaged;
use crate::sandbox::Sandbox;
use crate::whole::whole;

/// A transport that sends a client's requests to a [`Sandbox`] in this process.
/// [`Sandbox::transport`] returns one, and [`Sandbox::client`] a client with one.
///
/// It binds no port and only waits for the configured latencies, in Tokio's time: if a test pauses
/// it, hours of lockouts pass immediately.
#[derive(Debug, Clone)]
pub struct SandboxTransport(Sandbox);

impl SandboxTransport {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self(sandbox)
    }
}

impl Transport for SandboxTransport {
    fn send(&self, request: Request<Body>) -> Exchange<'_> {
        Box::pin(async move {
            let request = whole(request).await?;
            match carry(&self.0, request).await {
                Outcome::Unreachable => {
                    Err(TransportError::new(Sent::No, "no connection to the server"))
                }
                Outcome::Sent(Damaged::Silence) => pending().await,
                Outcome::Sent(Damaged::Reset) => Err(TransportError::new(
                    Sent::Maybe,
                    "the connection was reset before a response arrived",
                )),
                Outcome::Sent(Damaged::Cut {
                    response,
                    announced,
                    sent,
                }) => Ok(response.map(|body| match body {
                    body if sent < announced => Body::wrap(BrokenOff(Some(body.slice(..sent)))),
                    body => body.slice(..announced).into(),
                })),
                Outcome::Sent(Damaged::Whole(response)) => Ok(response.map(Body::from)),
            }
        })
    }
}

/// A body that fails after its first bytes.
struct BrokenOff(Option<Bytes>);

impl http_body::Body for BrokenOff {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        Poll::Ready(Some(match self.0.take() {
            Some(bytes) => Ok(Frame::data(bytes)),
            None => Err(TransportError::new(
                Sent::Answered,
                "the response broke off",
            )),
        }))
    }
}
