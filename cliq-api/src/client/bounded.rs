//! The body of a streamed response, within bounds.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::body::{Body, BoxError, TooLarge};
use crate::transport::{Sent, TransportError};

/// A streamed body that fails when the server is silent for too long, or when it is too large.
pub(super) struct Bounded {
    body: Body,
    /// How long the server may be silent.
    read_timeout: Option<Duration>,
    /// In bytes.
    max_size: Option<usize>,
    /// How much was received, in bytes.
    received: usize,
    /// Set while a piece is awaited.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Bounded {
    pub(super) fn new(body: Body, read_timeout: Option<Duration>, max_size: Option<usize>) -> Self {
        Self {
            body,
            read_timeout,
            max_size,
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
                let error = TransportError::silent(Sent::Answered, silence);
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
