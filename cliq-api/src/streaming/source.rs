//! A streamed response, and how its errors are reported.

use std::task::{Context, Poll};

use bytes::Bytes;
use http::Response;

use crate::body::{Body, TooLarge};
use crate::error::Error;
use crate::meta::EndpointMeta;
use crate::request::Call;
use crate::response::{DecodeError, MaxValueSize};

/// A body that ends after an error.
pub(super) struct Source {
    endpoint: &'static EndpointMeta,
    /// `None` after its end.
    body: Option<Body>,
}

impl Source {
    pub(super) fn of(call: &Call, response: &mut Response<Body>) -> Self {
        Self {
            endpoint: call.meta(),
            body: Some(std::mem::take(response.body_mut())),
        }
    }

    pub(super) fn endpoint(&self) -> &'static EndpointMeta {
        self.endpoint
    }

    pub(super) fn into_body(self) -> Body {
        self.body.unwrap_or_default()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.body.is_none()
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        body.poll_data(context).map(|piece| match piece {
            Some(Ok(piece)) => Some(Ok(piece)),
            Some(Err(error)) => {
                self.body = None;
                Some(Err(Error::stream(self.endpoint, error)))
            }
            None => {
                self.body = None;
                None
            }
        })
    }

    /// Ends the stream because of a value that is too large.
    pub(super) fn too_large(&mut self, error: TooLarge) -> Error {
        self.body = None;
        Error::stream(self.endpoint, Box::new(error))
    }

    pub(super) fn misfit(&self, error: &DecodeError) -> Error {
        Error::value(self.endpoint, error)
    }
}

/// Returns how large a value may be, in bytes.
pub(super) fn max_value_size(response: &Response<Body>) -> usize {
    let max = response.extensions().get::<MaxValueSize>();
    max.map_or(usize::MAX, |max| max.0)
}
