//! The stand-in without a socket: a client's transport that ends in this process.

use std::future::pending;

use bytes::Bytes;
use cliq_api::{Exchange, Sent, Transport, TransportError};
use http::Request;

use crate::exchange::{Outcome, carry};
use crate::faults::Damaged;
use crate::sandbox::Sandbox;

/// How large an answer the client's own transport takes.
const LARGEST: usize = 32 * 1024 * 1024;

/// Carries a client's requests to a [`Sandbox`] in this process. [`Sandbox::transport`] makes one,
/// and [`Sandbox::client`] a client that has it.
///
/// Nothing is bound, nothing is waited for but the latencies that were asked for, and time is
/// Tokio's: where a test pauses it, even hours of locks pass at once.
#[derive(Debug, Clone)]
pub struct SandboxTransport(Sandbox);

impl SandboxTransport {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self(sandbox)
    }
}

impl Transport for SandboxTransport {
    fn send(&self, request: Request<Bytes>) -> Exchange<'_> {
        Box::pin(async move {
            match carry(&self.0, request).await {
                Outcome::Unreachable => {
                    Err(TransportError::new(Sent::No, "no connection to the server"))
                }
                Outcome::Sent(Damaged::Silence) => pending().await,
                Outcome::Sent(Damaged::Reset) => Err(TransportError::new(
                    Sent::Maybe,
                    "the connection was reset before an answer came",
                )),
                Outcome::Sent(Damaged::Cut {
                    announced, sent, ..
                }) if sent < announced => {
                    Err(TransportError::new(Sent::Answered, "the answer broke off"))
                }
                Outcome::Sent(Damaged::Cut {
                    response,
                    announced,
                    ..
                }) => Ok(response.map(|body| body.slice(..announced))),
                Outcome::Sent(Damaged::Whole(response)) if response.body().len() > LARGEST => {
                    let problem = format!("the answer is larger than {LARGEST} bytes");
                    Err(TransportError::new(Sent::Answered, problem))
                }
                Outcome::Sent(Damaged::Whole(response)) => Ok(response),
            }
        })
    }
}
