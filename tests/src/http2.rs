//! HTTP/2 frames (RFC 9113) for a misbehaving server.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// No error (section 7).
pub const NO_ERROR: u32 = 0;
/// The server failed.
pub const INTERNAL_ERROR: u32 = 2;
/// The stream was not processed.
pub const REFUSED_STREAM: u32 = 7;
/// The stream is no longer needed.
pub const CANCEL: u32 = 8;
/// The client causes excessive load.
pub const ENHANCE_YOUR_CALM: u32 = 11;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

/// The entry of HPACK's static table for status 200 (RFC 7541, appendix A).
const STATUS_200: u8 = 0x88;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short frame");
    let mut frame = length.to_be_bytes()[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// Returns a SETTINGS frame with the defaults.
pub fn settings() -> Vec<u8> {
    frame(SETTINGS, 0, 0, &[])
}

/// Returns the head of a 200.
pub fn head(stream: u32) -> Vec<u8> {
    frame(HEADERS, END_HEADERS, stream, &[STATUS_200])
}

/// Returns a part of a body.
pub fn data(stream: u32, body: &str, is_last: bool) -> Vec<u8> {
    frame(
        DATA,
        u8::from(is_last) * END_STREAM,
        stream,
        body.as_bytes(),
    )
}

/// Returns a whole response.
pub fn answer(stream: u32, body: &str) -> Vec<u8> {
    [head(stream), data(stream, body, true)].concat()
}

/// Returns a frame that resets a stream (section 6.4).
pub fn reset(stream: u32, error: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &error.to_be_bytes())
}

/// Returns a frame that closes the connection for all streams above the last one (section 6.8).
pub fn go_away(last_stream: u32, error: u32) -> Vec<u8> {
    let payload = [last_stream.to_be_bytes(), error.to_be_bytes()].concat();
    frame(GOAWAY, 0, 0, &payload)
}

/// Reads the client's preface (section 3.4).
pub(crate) async fn preface<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<()> {
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await?;
    if preface.starts_with(b"PRI * HTTP/2.0") {
        Ok(())
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}

/// Reads one request to its end, and returns its stream. Acknowledges settings and pings.
pub(crate) async fn request<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> io::Result<u32> {
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let [a, b, c, kind, flags, id @ ..] = head;
        let length = usize::try_from(u32::from_be_bytes([0, a, b, c])).expect("24 bits");
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).await?;
        match kind {
            DATA | HEADERS if flags & END_STREAM != 0 => return Ok(u32::from_be_bytes(id)),
            SETTINGS if flags & ACK == 0 => {
                stream.write_all(&frame(SETTINGS, ACK, 0, &[])).await?;
            }
            PING if flags & ACK == 0 => stream.write_all(&frame(PING, ACK, 0, &payload)).await?,
            _ => {}
        }
    }
}
