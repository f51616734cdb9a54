//! Responses that are compressed with gzip (RFC 1952).

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use flate2::{Crc, Decompress, FlushDecompress, Status};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue, RANGE};
use http::{HeaderMap, Response};
use http_body::Frame;

use crate::body::Body;
use crate::transport::{Sent, TransportError};

/// How much is unpacked at once, in bytes. A small body may unpack to a large one, and its size is
/// limited piece by piece.
const PIECE: usize = 16 << 10;
/// How long a member's header may be, in bytes. It can hold a name and a comment.
const MAX_HEADER: usize = 64 << 10;
/// The length of a member's header without what is optional, and of its trailer, in bytes.
const HEADER: usize = 10;
const TRAILER: usize = 8;

/// Tells the server that the response may be compressed. A part of a compressed response couldn't
/// be unpacked.
pub(super) fn accept(headers: &mut HeaderMap) {
    if !headers.contains_key(RANGE) {
        let gzip = HeaderValue::from_static("gzip");
        headers.entry(ACCEPT_ENCODING).or_insert(gzip);
    }
}

pub(super) fn is_compressed(headers: &HeaderMap) -> bool {
    let encoding = headers.get(CONTENT_ENCODING);
    encoding.is_some_and(|encoding| {
        let encoding = encoding.as_bytes();
        encoding.eq_ignore_ascii_case(b"gzip") || encoding.eq_ignore_ascii_case(b"x-gzip")
    })
}

/// Returns the response that was compressed.
pub(super) fn unpacked<B>(mut response: Response<B>) -> Response<Body>
where
    B: http_body::Body<Data = Bytes, Error = TransportError> + Send + Unpin + 'static,
{
    let headers = response.headers_mut();
    headers.remove(CONTENT_ENCODING);
    headers.remove(CONTENT_LENGTH);
    response.map(|body| Body::wrap(Unpacked::new(body)))
}

struct Unpacked<B> {
    body: B,
    /// What arrived and isn't unpacked.
    input: Bytes,
    /// Whether no more arrives.
    is_whole: bool,
    part: Part,
    inflate: Decompress,
    crc: Crc,
}

/// A part of a member, of which there may be several.
enum Part {
    /// A header, or the end where it `may_end`.
    Header {
        may_end: bool,
    },
    Content,
    Trailer,
    End,
}

/// What can be done with the input.
enum Step {
    Frame(Bytes),
    /// It lacks something.
    More,
    Next,
    End,
}

impl<B> Unpacked<B> {
    fn new(body: B) -> Self {
        Self {
            body,
            input: Bytes::new(),
            is_whole: false,
            // A response to `HEAD` has no body, though it may have a `Content-Encoding`.
            part: Part::Header { may_end: true },
            inflate: Decompress::new(false),
            crc: Crc::new(),
        }
    }

    fn step(&mut self) -> Result<Step, TransportError> {
        match self.part {
            Part::Header { may_end } => {
                if self.is_whole && self.input.is_empty() && may_end {
                    self.part = Part::End;
                    return Ok(Step::Next);
                }
                let Some(length) = header_length(&self.input)? else {
                    if self.input.len() > MAX_HEADER {
                        return Err(broken("its header has no end"));
                    }
                    return Ok(Step::More);
                };
                self.input.advance(length);
                self.inflate.reset(false);
                self.crc.reset();
                self.part = Part::Content;
                Ok(Step::Next)
            }
            Part::Content => self.inflate(),
            Part::Trailer => {
                let Some((trailer, _)) = self.input.split_first_chunk::<TRAILER>() else {
                    return Ok(Step::More);
                };
                let trailer = u64::from_le_bytes(*trailer);
                let found = u64::from(self.crc.amount()) << 32 | u64::from(self.crc.sum());
                if trailer != found {
                    return Err(broken("its checksum or its length is another"));
                }
                self.input.advance(TRAILER);
                self.part = Part::Header { may_end: true };
                Ok(Step::Next)
            }
            Part::End => Ok(Step::End),
        }
    }

    fn inflate(&mut self) -> Result<Step, TransportError> {
        let mut piece = Vec::with_capacity(PIECE);
        let before = self.inflate.total_in();
        // Without input too: it may hold back what had no room in the last piece.
        let status = self
            .inflate
            .decompress_vec(&self.input, &mut piece, FlushDecompress::None);
        let status = status.map_err(|error| broken("it is corrupt").caused_by(error))?;
        let used = usize::try_from(self.inflate.total_in() - before).unwrap_or(usize::MAX);
        self.input.advance(used.min(self.input.len()));
        self.crc.update(&piece);
        if status == Status::StreamEnd {
            self.part = Part::Trailer;
        }
        if !piece.is_empty() {
            return Ok(Step::Frame(piece.into()));
        }
        if status == Status::StreamEnd || used > 0 {
            return Ok(Step::Next);
        }
        Ok(Step::More)
    }
}

/// Returns the length of a member's header, once it is there.
fn header_length(input: &[u8]) -> Result<Option<usize>, TransportError> {
    const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
    let begun = input.len().min(MAGIC.len());
    if input[..begun] != MAGIC[..begun] {
        return Err(broken("it doesn't begin like gzip"));
    }
    let Some(&flags) = input.get(3) else {
        return Ok(None);
    };
    let mut length = HEADER;
    // An extra field with its length, a name and a comment that end with 0, and a checksum.
    if flags & 0b100 != 0 {
        let Some(&[low, high]) = input.get(length..length + 2) else {
            return Ok(None);
        };
        length += 2 + usize::from(u16::from_le_bytes([low, high]));
    }
    for text in [0b1000, 0b1_0000] {
        if flags & text != 0 {
            let rest = input.get(length..).unwrap_or_default();
            let Some(end) = rest.iter().position(|&byte| byte == 0) else {
                return Ok(None);
            };
            length += end + 1;
        }
    }
    if flags & 0b10 != 0 {
        length += 2;
    }
    Ok((input.len() >= length).then_some(length))
}

fn broken(why: &str) -> TransportError {
    let problem = format!("the response can't be decompressed: {why}");
    TransportError::new(Sent::Answered, problem)
}

impl<B> http_body::Body for Unpacked<B>
where
    B: http_body::Body<Data = Bytes, Error = TransportError> + Unpin,
{
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let this = &mut *self;
        loop {
            match this.step() {
                Ok(Step::Frame(piece)) => return Poll::Ready(Some(Ok(Frame::data(piece)))),
                Ok(Step::End) => return Poll::Ready(None),
                Ok(Step::Next) => continue,
                Ok(Step::More) if this.is_whole => {
                    this.part = Part::End;
                    return Poll::Ready(Some(Err(broken("it ends too early"))));
                }
                Ok(Step::More) => {}
                Err(error) => {
                    this.part = Part::End;
                    return Poll::Ready(Some(Err(error)));
                }
            }
            match ready!(Pin::new(&mut this.body).poll_frame(context)) {
                None => this.is_whole = true,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        this.input = if this.input.is_empty() {
                            data
                        } else {
                            [&this.input[..], &data].concat().into()
                        };
                    }
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.part, Part::End)
    }
}

impl<B> std::fmt::Debug for Unpacked<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unpacked").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::io::Write;

    use flate2::write::GzEncoder;
    use flate2::{Compression, GzBuilder};

    use super::*;

    struct InPieces(VecDeque<Bytes>);

    impl http_body::Body for InPieces {
        type Data = Bytes;
        type Error = TransportError;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
            Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
        }
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn text(length: usize) -> Vec<u8> {
        let words = (0_u64..).flat_map(|number| number.pow(2).to_string().into_bytes());
        words.take(length).collect()
    }

    async fn unpack(pieces: impl IntoIterator<Item = &[u8]>) -> Result<Vec<u8>, String> {
        let pieces = pieces.into_iter().map(Bytes::copy_from_slice).collect();
        let mut body = Body::wrap(Unpacked::new(InPieces(pieces)));
        let mut content = Vec::new();
        while let Some(piece) = body.data().await {
            let piece = piece.map_err(|error| error.to_string())?;
            assert!(piece.len() <= PIECE, "{}", piece.len());
            content.extend_from_slice(&piece);
        }
        Ok(content)
    }

    #[tokio::test]
    async fn it_may_be_cut_anywhere() {
        let full = GzBuilder::new()
            .filename("report.json")
            .comment("quarterly")
            .extra(b"extra".to_vec());
        let mut full = full.write(Vec::new(), Compression::best());
        full.write_all(b"and more").unwrap();
        let packed = [gzip(&text(300)), full.finish().unwrap(), gzip(b"")].concat();
        let expected = [&text(300)[..], b"and more"].concat();
        for at in 0..packed.len() {
            let (one, other) = packed.split_at(at);
            assert_eq!(unpack([one, other]).await.unwrap(), expected, "{at}");
        }
        assert_eq!(unpack(packed.chunks(1)).await.unwrap(), expected);
        for at in 1..gzip(&text(300)).len() {
            let error = unpack([&packed[..at]]).await.unwrap_err();
            assert!(error.ends_with("it ends too early"), "{at}: {error}");
        }
    }

    #[tokio::test]
    async fn what_is_large_comes_in_small_pieces() {
        for length in [PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 1 << 20] {
            for content in [text(length), vec![b' '; length]] {
                assert_eq!(unpack([&gzip(&content)[..]]).await.unwrap(), content);
            }
        }
    }

    /// The end of a member, or an event of a stream, isn't held back until more arrives.
    #[tokio::test]
    async fn what_can_be_unpacked_is_there_at_once() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&vec![b' '; 5 * PIECE]).unwrap();
        encoder.flush().unwrap();
        let begun = encoder.get_ref().clone();
        let mut body = Unpacked::new(InPieces([begun.into()].into()));
        let mut length = 0;
        while length < 5 * PIECE {
            let Step::Frame(piece) = (match body.step().unwrap() {
                Step::More if length == 0 => {
                    body.input = body.body.0.pop_front().unwrap();
                    continue;
                }
                Step::Next => continue,
                step => step,
            }) else {
                panic!("only {length} bytes came of what had arrived");
            };
            length += piece.len();
        }
    }

    #[tokio::test]
    async fn what_is_broken_is_an_error() {
        assert_eq!(unpack([&b""[..]]).await.unwrap(), b"");
        let packed = gzip(&text(300));
        for (at, why) in [
            (0, "doesn't begin like gzip"),
            (2, "doesn't begin like gzip"),
            (packed.len() - 1, "checksum or its length"),
            (packed.len() - 8, "checksum or its length"),
        ] {
            let mut packed = packed.clone();
            packed[at] ^= 0x40;
            let error = unpack([&packed[..]]).await.unwrap_err();
            assert!(error.contains(why), "{at}: {error}");
        }
        let error = unpack([&packed[..], b"{}"]).await.unwrap_err();
        assert!(error.contains("doesn't begin like gzip"), "{error}");
        let header = [
            &[0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0][..],
            &vec![b'a'; MAX_HEADER],
        ]
        .concat();
        let error = unpack([&header[..]]).await.unwrap_err();
        assert!(error.contains("no end"), "{error}");
    }
}
