//! One response, within the bounds of its attempt.
//!
//! The transport ends at the head of a response. How long its body may take and how large it may be
//! is decided here, so that it holds for every transport and every layer.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http::{Response, StatusCode};
use http_body::{Body as _, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep, timeout_at};

use super::in_time::in_time;
use crate::body::{Body, BoxError, Collected, TooLarge};
use crate::error::MAX_KEPT;
use crate::response::Delivery;
use crate::transport::{Exchange, Sent, TransportError};

/// What an attempt's response is bounded by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) timeout: Duration,
    /// When that is over.
    pub(super) end: Instant,
    /// How long the server may be silent.
    pub(super) read_timeout: Option<Duration>,
    /// In bytes. It limits what is received whole, and the values of a stream.
    pub(super) max_response_size: usize,
    /// In bytes, for what the caller reads.
    pub(super) max_stream_size: Option<usize>,
    /// Whether a success ends at its head, and its body is read by the caller.
    pub(super) delivery: Delivery,
}

impl Bounds {
    pub(super) fn is_streamed(&self) -> bool {
        self.delivery != Delivery::Whole
    }
}

/// An exchange without a whole response.
pub(super) struct Incomplete {
    pub(super) why: Why,
    /// What arrived.
    pub(super) response: Option<Response<Bytes>>,
}

pub(super) enum Why {
    Failed(TransportError),
    TooLarge,
}

/// Receives the response: whole, or up to its head if it is a success that is streamed. Of other
/// statuses, at most the first 64 KiB of the body are kept.
pub(super) async fn receive(
    exchange: Exchange<'_>,
    bounds: &Bounds,
) -> Result<Response<Body>, Incomplete> {
    let mut arrived = Arrived::default();
    let result = match timeout_at(bounds.end, arrived.read(exchange, bounds)).await {
        Ok(result) => result,
        Err(_) => Err(Why::Failed(arrived.timed_out(bounds.timeout))),
    };
    match result {
        Ok(stream) => {
            let body = stream.unwrap_or_else(|| arrived.body.into_bytes().into());
            let head = arrived
                .head
                .unwrap_or_else(|| Response::new(()).into_parts().0);
            Ok(Response::from_parts(head, body))
        }
        Err(why) => {
            let body = arrived.body.into_bytes();
            let response = arrived.head.map(|head| Response::from_parts(head, body));
            Err(Incomplete { why, response })
        }
    }
}

/// What has arrived of a response.
#[derive(Default)]
struct Arrived {
    head: Option<Parts>,
    body: Collected,
}

impl Arrived {
    /// Reads the response. Returns the body, if it is left to the caller.
    async fn read(&mut self, exchange: Exchange<'_>, bounds: &Bounds) -> Result<Option<Body>, Why> {
        let response = match bounds.read_timeout {
            None => exchange.await,
            Some(silence) => in_time(Some(Instant::now() + silence), pin!(exchange))
                .await
                .unwrap_or_else(|| Err(silent(Sent::Maybe, silence))),
        };
        let (head, mut body) = response.map_err(Why::Failed)?.into_parts();
        let status = head.status;
        self.head = Some(head);
        if status.is_success() && bounds.is_streamed() {
            return Ok(Some(body));
        }
        while !body.is_end_stream()
            && let Some(piece) = next(&mut body, bounds.read_timeout).await
        {
            self.body.push(piece.map_err(Why::Failed)?);
            if self.is_enough(status, bounds)? {
                break;
            }
        }
        Ok(None)
    }

    fn is_enough(&self, status: StatusCode, bounds: &Bounds) -> Result<bool, Why> {
        let length = self.body.len();
        if !status.is_success() {
            return Ok(length >= MAX_KEPT);
        }
        if length > bounds.max_response_size {
            return Err(Why::TooLarge);
        }
        Ok(false)
    }

    fn timed_out(&self, after: Duration) -> TransportError {
        match self.head {
            None => TransportError::timed_out(Sent::Maybe, format!("no response within {after:?}")),
            Some(_) => TransportError::timed_out(
                Sent::Answered,
                format!("the response was not complete within {after:?}"),
            ),
        }
    }
}

async fn next(
    body: &mut Body,
    read_timeout: Option<Duration>,
) -> Option<Result<Bytes, TransportError>> {
    let piece = match read_timeout {
        None => body.data().await,
        Some(silence) => match in_time(Some(Instant::now() + silence), pin!(body.data())).await {
            Some(piece) => piece,
            None => return Some(Err(silent(Sent::Answered, silence))),
        },
    };
    piece.map(|piece| piece.map_err(TransportError::of_body))
}

fn silent(sent: Sent, silence: Duration) -> TransportError {
    let problem = format!("the server sent nothing for {silence:?}");
    TransportError::timed_out(sent, problem)
}

/// A streamed body that fails when the server is silent for too long, or when it is too large.
pub(super) struct Bounded {
    body: Body,
    read_timeout: Option<Duration>,
    max_size: Option<usize>,
    /// How much was received, in bytes.
    received: usize,
    /// Set while a piece is awaited.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Bounded {
    pub(super) fn new(body: Body, bounds: &Bounds) -> Self {
        Self {
            body,
            read_timeout: bounds.read_timeout,
            max_size: bounds.max_stream_size,
            received: 0,
            sleep: None,
        }
    }

    fn count(&mut self, frame: &Frame<Bytes>) -> Result<(), TooLarge> {
        let length = frame.data_ref().map_or(0, Bytes::len);
        self.received = self.received.saturating_add(length);
        match self.max_size {
            Some(max) if self.received > max => Err(TooLarge { max }),
            _ => Ok(()),
        }
    }
}

impl http_body::Body for Bounded {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.sleep = None;
            return Poll::Ready(frame.map(|frame| {
                let frame = frame?;
                this.count(&frame)?;
                Ok(frame)
            }));
        }
        let Some(silence) = this.read_timeout else {
            return Poll::Pending;
        };
        let sleep = this.sleep.get_or_insert_with(|| Box::pin(sleep(silence)));
        match sleep.as_mut().poll(context) {
            Poll::Ready(()) => {
                let error = silent(Sent::Answered, silence);
                Poll::Ready(Some(Err(error.into())))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
