//! A response of JSON values, one on each line.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use http::Response;
use serde::de::DeserializeOwned;

use super::source::{Source, max_value_size};
use crate::body::Body;
use crate::error::Error;
use crate::request::Call;
use crate::response::{DecodeError, Delivery, FromResponse, Lines, decode, json};

/// A response with a JSON value on each line (NDJSON), as the return type of an endpoint.
///
/// The guide: [streams and files](crate::guide::streams).
///
/// The call succeeds when the head of the response has arrived. The values are read through
/// [`next`](Self::next) or as a [`Stream`]. Empty lines are skipped. A value that doesn't have the
/// declared type is an error, and the stream continues with the next line; after any other error it
/// ends. The client's [`max_response_size`](crate::ClientBuilder::max_response_size) limits each
/// line; [`read_timeout`](crate::ClientBuilder::read_timeout) limits how long the server may be
/// silent.
///
/// ```
/// # use cliq_api::prelude::*;
/// use cliq_api::JsonLines;
/// # #[derive(serde::Deserialize)]
/// # pub struct Record { id: u64 }
///
/// # #[endpoints]
/// # pub trait Exports {
/// #[endpoint(GET "/export")]
/// fn export(&self) -> JsonLines<Record>;
/// # }
/// # async fn example(client: Client) -> Result<(), Error> {
/// let mut records = client.export().await?;
/// while let Some(record) = records.next().await {
///     println!("{}", record?.id);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "values are not read until the stream is polled"]
pub struct JsonLines<T> {
    source: Source,
    lines: Lines,
    value: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> JsonLines<T> {
    /// Returns the next value; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if a value doesn't have the declared type or
    /// is too large, [`ErrorKind::Transport`](crate::ErrorKind::Transport) if the response breaks
    /// off, [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) after the `read_timeout`.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        loop {
            match self.lines.next(b"\n") {
                Err(error) => {
                    self.lines.rest();
                    return Poll::Ready(Some(Err(self.source.too_large(error))));
                }
                Ok(Some((line, _))) if line.trim_ascii().is_empty() => {}
                Ok(Some((line, _))) => return Poll::Ready(Some(self.decode(&line))),
                Ok(None) => match ready!(self.source.poll(context)) {
                    Some(Ok(piece)) => self.lines.push(&piece),
                    Some(Err(error)) => {
                        // What is left was cut off.
                        self.lines.rest();
                        return Poll::Ready(Some(Err(error)));
                    }
                    None => {
                        let line = self.lines.rest();
                        let is_empty = line.trim_ascii().is_empty();
                        return Poll::Ready((!is_empty).then(|| self.decode(&line)));
                    }
                },
            }
        }
    }

    fn decode(&self, line: &[u8]) -> Result<T, Error> {
        json::from_slice(line, &[]).map_err(|error| self.source.misfit(&error))
    }
}

impl<T: DeserializeOwned> Stream for JsonLines<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

impl<T> fmt::Debug for JsonLines<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines")
            .field("endpoint", &format_args!("{}", self.source.endpoint()))
            .finish_non_exhaustive()
    }
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + Send + 'static> FromResponse<decode::JsonLines> for JsonLines<T> {
    const DELIVERY: Delivery = Delivery::Values;

    fn from_response(call: &Call, response: &mut Response<Body>) -> Result<Self, DecodeError> {
        Ok(Self {
            lines: Lines::new(max_value_size(response)),
            source: Source::of(call, response),
            value: PhantomData,
        })
    }
}
