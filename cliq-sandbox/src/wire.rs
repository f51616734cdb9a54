//! Violations of HTTP on a connection.

use bytes::{BufMut, Bytes, BytesMut};
use http::Response;
use http::header::CONTENT_LENGTH;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// How a connection ends.
#[derive(Debug)]
pub(crate) enum LastWords {
    /// With a reset.
    Reset,
    /// With these bytes; then it is closed.
    Bytes(Bytes),
}

impl LastWords {
    /// Returns a response whose head announces `announced` bytes, followed by the first `sent`
    /// bytes of its body, or by more than were announced.
    pub(crate) fn cut(response: &Response<Bytes>, announced: usize, sent: usize) -> Self {
        let mut bytes = BytesMut::new();
        let (status, body) = (response.status(), response.body());
        let reason = status.canonical_reason().unwrap_or_default();
        bytes.put_slice(format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).as_bytes());
        for (name, value) in response
            .headers()
            .iter()
            .filter(|(name, _)| **name != CONTENT_LENGTH)
        {
            for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
                bytes.put_slice(part);
            }
        }
        bytes.put_slice(format!("content-length: {announced}\r\n\r\n").as_bytes());
        bytes.put_slice(&body[..sent.min(body.len())]);
        Self::Bytes(bytes.freeze())
    }

    /// Ignores errors, which equal the intended fault.
    pub(crate) async fn speak(self, mut stream: TcpStream) {
        match self {
            Self::Reset => {
                let _ = stream.set_zero_linger();
            }
            Self::Bytes(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
            }
        }
    }
}
