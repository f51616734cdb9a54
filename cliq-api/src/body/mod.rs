//! The body of a request or a response: bytes, or a stream that is sent once or reopened.

mod part;
mod sources;

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;

pub use self::part::Part;
pub(crate) use self::part::{Parts, Payload};
use crate::few::Few;

/// Any error, as bodies and layers report it.
pub type BoxError = Box<dyn StdError + Send + Sync>;

type BoxStream = UnsyncBoxBody<Bytes, BoxError>;

/// The body of a request or a response. It implements [`http_body::Body`].
///
/// The guide: [streams and files](crate::guide::streams).
///
/// ```
/// use cliq_api::Body;
///
/// let whole = Body::from("{}");
/// assert_eq!(whole.as_bytes(), Some(&"{}".into()));
///
/// // A body that can be opened again may be sent again after a failure.
/// let report = || Body::from(std::fs::read("report.csv").unwrap_or_default());
/// let replayable = Body::replayable(report);
/// assert!(replayable.try_clone().is_some());
/// ```
#[derive(Default)]
pub struct Body(Kind);

enum Kind {
    Full(Bytes),
    Replayable(Open),
    /// The mutex is never contended: it makes `Body` `Sync`, which a stream needn't be.
    Stream(Mutex<BoxStream>, Option<Guard>),
}

/// Makes a replayable body.
pub(crate) type Open = Arc<dyn Fn() -> Body + Send + Sync>;

/// Dropped when the body has been read to its end, or is dropped itself.
pub(crate) type Guard = Box<dyn Any + Send + Sync>;

impl Default for Kind {
    fn default() -> Self {
        Self::Full(Bytes::new())
    }
}

impl Body {
    /// Returns a body without content.
    pub const fn empty() -> Self {
        Self(Kind::Full(Bytes::new()))
    }

    /// Wraps any other body, such as a stream of a file. It is sent once: a call with it is not
    /// retried after anything was sent.
    pub fn wrap<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        // A `Body` stays what it is: layers that leave it alone cost no second box.
        let mut body = Some(body);
        match (&mut body as &mut dyn Any).downcast_mut::<Option<Self>>() {
            Some(same) => same.take().unwrap_or_default(),
            None => body.map_or_else(Self::empty, |body| {
                let stream = body.map_err(Into::into).boxed_unsync();
                Self(Kind::Stream(Mutex::new(stream), None))
            }),
        }
    }

    /// Returns a body that `open` makes for each attempt, so that a call with it can be retried.
    pub fn replayable(open: impl Fn() -> Self + Send + Sync + 'static) -> Self {
        Self(Kind::Replayable(Arc::new(open)))
    }

    /// Returns the content, if it is in memory.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Kind::Full(bytes) => Some(bytes),
            Kind::Replayable(_) | Kind::Stream(..) => None,
        }
    }

    /// Returns the same body once more, unless it is a stream that can be read only once.
    pub fn try_clone(&self) -> Option<Self> {
        match &self.0 {
            Kind::Full(bytes) => Some(Self(Kind::Full(bytes.clone()))),
            Kind::Replayable(open) => Some(Self(Kind::Replayable(Arc::clone(open)))),
            Kind::Stream(..) => None,
        }
    }

    /// Reads the whole body.
    ///
    /// # Errors
    ///
    /// The stream's own error, or [`TooLarge`] as soon as there are more than `max` bytes.
    pub async fn collect_up_to(mut self, max: usize) -> Result<Bytes, BoxError> {
        let mut collected = Collected::default();
        while let Some(data) = self.data().await {
            collected.push(data?);
            if collected.len() > max {
                return Err(Box::new(TooLarge { max }));
            }
        }
        Ok(collected.into_bytes())
    }

    /// Returns the next piece of content, and `None` at the end. Trailers are skipped.
    pub async fn data(&mut self) -> Option<Result<Bytes, BoxError>> {
        std::future::poll_fn(|context| self.poll_data(context)).await
    }

    pub(crate) fn poll_data(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BoxError>>> {
        loop {
            match ready!(http_body::Body::poll_frame(Pin::new(self), context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
            }
        }
    }

    /// Keeps the guard until the body has been read to its end, or is dropped.
    pub(crate) fn guarded(mut self, guard: Guard) -> Self {
        if let Kind::Stream(_, kept) = &mut self.0 {
            *kept = Some(guard);
        }
        self
    }

    /// Splits into what is kept until it is sent: bytes, a way to open it, or the stream.
    pub(crate) fn into_content(self) -> Content {
        match self.0 {
            Kind::Full(bytes) => Content::Full(bytes),
            Kind::Replayable(open) => Content::Replayable(open),
            kind @ Kind::Stream(..) => Content::Once(Arc::new(Mutex::new(Some(Self(kind))))),
        }
    }
}

/// A body that isn't sent yet, and may be cloned. Clones share a stream.
#[derive(Clone)]
pub(crate) enum Content {
    Full(Bytes),
    Replayable(Open),
    Once(Arc<Mutex<Option<Body>>>),
}

impl Content {
    /// Whether it can be sent more than once.
    pub(crate) fn is_replayable(&self) -> bool {
        !matches!(self, Self::Once(_))
    }

    /// Returns the body for one attempt; `None` where the stream was sent already.
    pub(crate) fn open(&self) -> Option<Body> {
        match self {
            Self::Full(bytes) => Some(bytes.clone().into()),
            Self::Replayable(open) => Some(open()),
            Self::Once(body) => body.lock().unwrap_or_else(PoisonError::into_inner).take(),
        }
    }
}

/// Pieces of a body. The usual one comes in one piece, and is not copied.
///
/// Others are joined at the end, just before they are read: pieces that are copied as they arrive
/// have left the processor's cache by then, if more responses arrive at once.
#[derive(Default)]
pub(crate) struct Collected {
    pieces: Few<Bytes>,
    /// Small pieces behind those, which would take more memory than their content.
    small: Vec<u8>,
    length: usize,
}

/// From how many bytes on a piece is kept as it is.
const LARGE: usize = 4 << 10;

impl Collected {
    pub(crate) fn push(&mut self, piece: Bytes) {
        let is_first = self.length == 0;
        self.length += piece.len();
        if is_first {
            self.pieces = Few::One(piece);
        } else if piece.len() < LARGE {
            self.small.extend_from_slice(&piece);
        } else {
            self.flush();
            self.pieces.push(piece);
        }
    }

    fn flush(&mut self) {
        if !self.small.is_empty() {
            self.pieces.push(std::mem::take(&mut self.small).into());
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.length
    }

    pub(crate) fn into_bytes(mut self) -> Bytes {
        self.flush();
        match self.pieces {
            Few::None => Bytes::new(),
            Few::One(piece) => piece,
            pieces => pieces.concat().into(),
        }
    }
}

/// A body holds more than was allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body is larger than {max} bytes")]
#[non_exhaustive]
pub struct TooLarge {
    /// How many bytes were allowed.
    pub max: usize,
}

impl<T> From<T> for Body
where
    Bytes: From<T>,
{
    fn from(content: T) -> Self {
        Self(Kind::Full(content.into()))
    }
}

/// Without the content, which may hold secrets.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Full(bytes) => write!(f, "Body({} bytes)", bytes.len()),
            Kind::Replayable(_) => f.write_str("Body(replayable)"),
            Kind::Stream(..) => f.write_str("Body(stream)"),
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        loop {
            match &mut this.0 {
                Kind::Full(bytes) if bytes.is_empty() => return Poll::Ready(None),
                Kind::Full(bytes) => {
                    return Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes)))));
                }
                Kind::Replayable(open) => {
                    let opened = open();
                    *this = opened;
                }
                Kind::Stream(stream, guard) => {
                    let stream = stream.get_mut().unwrap_or_else(PoisonError::into_inner);
                    let frame = ready!(Pin::new(stream).poll_frame(context));
                    if frame.is_none() {
                        *guard = None;
                    }
                    return Poll::Ready(frame);
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Full(bytes) => bytes.is_empty(),
            Kind::Replayable(_) | Kind::Stream(..) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Replayable(_) => SizeHint::default(),
            Kind::Stream(stream, _) => {
                let stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
                stream.size_hint()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_any_size_are_joined_in_their_order() {
        for lengths in [
            &[][..],
            &[0, 0],
            &[1],
            &[LARGE + 1],
            &[0, 5],
            &[1, 2, 3],
            &[LARGE, LARGE, LARGE],
            &[1, LARGE, 2, 3, LARGE, LARGE, 4, 0],
            &[LARGE, 1, 1],
        ] {
            let (mut collected, mut whole) = (Collected::default(), Vec::new());
            for (&length, byte) in lengths.iter().zip(b'a'..) {
                let piece = vec![byte; length];
                whole.extend_from_slice(&piece);
                collected.push(piece.into());
                assert_eq!(collected.len(), whole.len());
            }
            assert_eq!(collected.into_bytes(), whole, "{lengths:?}");
        }
    }

    #[test]
    fn a_single_piece_is_not_copied() {
        let piece = Bytes::from(vec![b'a'; 10]);
        let mut collected = Collected::default();
        collected.push(piece.clone());
        assert_eq!(collected.into_bytes().as_ptr(), piece.as_ptr());
    }
}
