//! Where streamed bodies come from: readers, files, streams.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::thread;

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Frame, SizeHint};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::{Body, BoxError, Kind};

impl Body {
    /// Returns a body of a stream's pieces. It is sent once.
    pub fn stream<S, E>(pieces: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError> + 'static,
    {
        Self::wrap(Pieces(Box::pin(pieces)))
    }

    /// Returns a body of what a reader reads, on a separate thread. It is sent once. The thread
    /// reads no further ahead than two pieces of 64 KiB.
    pub fn reader(reader: impl Read + Send + 'static) -> Self {
        Self::wrap(Reader::Idle(Some(Box::new(reader))))
    }

    /// Returns a body of what an asynchronous reader reads. It is sent once.
    pub fn async_reader(reader: impl AsyncRead + Send + 'static) -> Self {
        Self::wrap(AsyncReader::new(reader))
    }

    /// Returns a body of a file's content. It is opened for each attempt, so that a call with it
    /// can be retried.
    ///
    /// ```no_run
    /// # fn example() -> std::io::Result<()> {
    /// let report = cliq_api::Body::file("report.pdf")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the file's length can't be read. Later errors, such as that of a file that is gone, are
    /// errors of the call.
    pub fn file(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let length = fs::metadata(&path)?.len();
        let open = move || Self::reader(Lazy::new(path.clone())).with_length(length);
        Ok(Self::replayable(open))
    }

    /// Sets the length of a stream, in bytes, which is then sent as `Content-Length`. A stream of
    /// another length is an error, as of the piece that is too much. It has no effect on what is in
    /// memory.
    #[must_use]
    pub fn with_length(self, length: u64) -> Self {
        match self.0 {
            Kind::Full(_) => self,
            Kind::Replayable(open) => Self::replayable(move || open().with_length(length)),
            Kind::Stream(..) => Self::wrap(WithLength {
                body: self,
                left: length,
            }),
        }
    }
}

/// The size of a piece, in bytes.
const PIECE: usize = 64 << 10;

/// The pieces of a stream.
struct Pieces<S>(Pin<Box<S>>);

impl<S, E> http_body::Body for Pieces<S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let piece = ready!(self.0.as_mut().poll_next(context));
        Poll::Ready(piece.map(|piece| piece.map(Frame::data).map_err(Into::into)))
    }
}

/// What an asynchronous reader reads.
struct AsyncReader<R> {
    reader: Pin<Box<R>>,
    buffer: Box<[u8]>,
}

impl<R> AsyncReader<R> {
    fn new(reader: R) -> Self {
        Self {
            reader: Box::pin(reader),
            buffer: vec![0; PIECE].into(),
        }
    }
}

impl<R: AsyncRead> http_body::Body for AsyncReader<R> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        let mut buffer = ReadBuf::new(&mut this.buffer);
        if let Err(error) = ready!(this.reader.as_mut().poll_read(context, &mut buffer)) {
            return Poll::Ready(Some(Err(error)));
        }
        let piece = Bytes::copy_from_slice(buffer.filled());
        Poll::Ready((!piece.is_empty()).then(|| Ok(Frame::data(piece))))
    }
}

/// What a blocking reader reads, on a thread that is started with the first poll.
enum Reader {
    Idle(Option<Box<dyn Read + Send>>),
    Reading(Receiver<io::Result<Bytes>>),
}

impl http_body::Body for Reader {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        loop {
            match &mut *self {
                Self::Idle(reader) => {
                    let Some(reader) = reader.take() else {
                        return Poll::Ready(None);
                    };
                    // One piece waits while another is sent: the thread is never further ahead.
                    let (sender, receiver) = channel(1);
                    let thread = thread::Builder::new().name("request-body".to_owned());
                    if let Err(error) = thread.spawn(move || feed(reader, &sender)) {
                        return Poll::Ready(Some(Err(error)));
                    }
                    *self = Self::Reading(receiver);
                }
                Self::Reading(receiver) => {
                    let piece = ready!(receiver.poll_recv(context));
                    return Poll::Ready(piece.map(|piece| piece.map(Frame::data)));
                }
            }
        }
    }
}

/// Reads until the end, an error, or nobody receives any more.
fn feed(mut reader: impl Read, sender: &Sender<io::Result<Bytes>>) {
    let mut buffer = vec![0; PIECE];
    loop {
        let piece = match reader.read(&mut buffer) {
            Ok(0) => return,
            Ok(length) => Ok(Bytes::copy_from_slice(&buffer[..length])),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let is_last = piece.is_err();
        if sender.blocking_send(piece).is_err() || is_last {
            return;
        }
    }
}

/// A file that is opened when it is first read, on the thread that reads it.
struct Lazy {
    path: PathBuf,
    file: Option<File>,
}

impl Lazy {
    fn new(path: PathBuf) -> Self {
        Self { path, file: None }
    }
}

impl Read for Lazy {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.file.is_none() {
            self.file = Some(File::open(&self.path)?);
        }
        self.file.as_mut().map_or(Ok(0), |file| file.read(buffer))
    }
}

/// A body of a length that is known beforehand.
struct WithLength {
    body: Body,
    /// How much is still to come, in bytes.
    left: u64,
}

/// A body isn't as long as announced.
#[derive(Debug, thiserror::Error)]
enum OtherLength {
    #[error("the body is longer than the length that was set for it")]
    Longer,
    #[error("the body ended {0} bytes before the length that was set for it")]
    Shorter(u64),
}

impl http_body::Body for WithLength {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        let frame = match ready!(Pin::new(&mut this.body).poll_frame(context)) {
            None if this.left > 0 => {
                Err(OtherLength::Shorter(std::mem::take(&mut this.left)).into())
            }
            None => return Poll::Ready(None),
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                match this.left.checked_sub(length) {
                    Some(left) => {
                        this.left = left;
                        Ok(frame)
                    }
                    None => Err(OtherLength::Longer.into()),
                }
            }
            Some(Err(error)) => Err(error),
        };
        Poll::Ready(Some(frame))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0 && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
