//! A response as a stream of bytes.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, Response, StatusCode};

use super::source::Source;
use crate::body::Body;
use crate::error::Error;
use crate::request::Call;
use crate::response::{DecodeError, Delivery, FromResponse, decode};

/// A response whose body is a stream of bytes, as the return type of an endpoint.
///
/// The guide: [streams and files](crate::guide::streams).
///
/// The call succeeds when the head of the response has arrived. The body is read through
/// [`next`](Self::next) or as a [`Stream`]; the server sends no faster than it is read. Its size
/// isn't limited, unless [`Options::max_response_size`](crate::Options::max_response_size) is set
/// for the call, and neither is its time:
/// [`read_timeout`](crate::ClientBuilder::read_timeout) limits how long the server may be silent.
/// Dropping it aborts the response.
///
/// ```
/// # use cliq_api::prelude::*;
/// use cliq_api::Download;
///
/// # #[endpoints]
/// # pub trait Files {
/// #[endpoint(GET "/files/<ID>")]
/// fn download(&self, id: u64) -> Download;
/// # }
/// # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
/// # use std::io::Write;
/// let mut file = std::fs::File::create("report.pdf")?;
/// let mut download = client.download(42_u64).await?;
/// while let Some(piece) = download.next().await {
///     file.write_all(&piece?)?;
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a download is not read until it is polled"]
pub struct Download {
    status: StatusCode,
    headers: HeaderMap,
    source: Source,
}

impl Download {
    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the content type, if the server sent one.
    pub fn content_type(&self) -> Option<&str> {
        self.headers.get(CONTENT_TYPE)?.to_str().ok()
    }

    /// Returns the length of the whole content in bytes, if the server sent it.
    pub fn content_length(&self) -> Option<u64> {
        self.headers
            .get(CONTENT_LENGTH)?
            .to_str()
            .ok()?
            .parse()
            .ok()
    }

    /// Returns the next piece; `None` at the end, and after an error.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Transport`](crate::ErrorKind::Transport) if the response breaks off,
    /// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) after the `read_timeout`, and
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if it is larger than the call allows.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        std::future::poll_fn(|context| self.source.poll(context)).await
    }

    /// Reads the rest into memory.
    ///
    /// # Errors
    ///
    /// Those of [`next`](Self::next), and [`ErrorKind::Decode`](crate::ErrorKind::Decode) if there
    /// are more than `max` bytes.
    pub async fn collect_up_to(self, max: usize) -> Result<Bytes, Error> {
        let endpoint = self.source.endpoint();
        let collected = self.into_body().collect_up_to(max).await;
        collected.map_err(|error| Error::stream(endpoint, error))
    }

    /// Returns the body, for what takes an [`http_body::Body`].
    pub fn into_body(self) -> Body {
        self.source.into_body()
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().source.poll(context)
    }
}

/// Without the headers' values and the content.
impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("endpoint", &format_args!("{}", self.source.endpoint()))
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

#[diagnostic::do_not_recommend]
impl FromResponse<decode::Download> for Download {
    const DELIVERY: Delivery = Delivery::Stream;

    fn from_response(call: &Call, response: &mut Response<Body>) -> Result<Self, DecodeError> {
        Ok(Self {
            status: response.status(),
            headers: response.headers().clone(),
            source: Source::of(call, response),
        })
    }
}
