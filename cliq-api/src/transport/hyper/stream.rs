//! A connection's stream of bytes: TCP, or TLS over any such stream.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A stream, and whether a proxy reads the requests on it.
pub(super) struct Stream {
    bytes: Bytes,
    is_proxied: bool,
}

enum Bytes {
    Tcp(TcpStream),
    #[cfg(feature = "rustls")]
    Tls(Box<tokio_rustls::client::TlsStream<Stream>>),
}

impl Stream {
    pub(super) fn tcp(stream: TcpStream) -> Self {
        Self {
            bytes: Bytes::Tcp(stream),
            is_proxied: false,
        }
    }

    #[cfg(feature = "rustls")]
    pub(super) fn tls(stream: tokio_rustls::client::TlsStream<Self>) -> Self {
        Self {
            bytes: Bytes::Tls(Box::new(stream)),
            is_proxied: false,
        }
    }

    /// Marks it as one on which a proxy reads the requests.
    pub(super) fn proxied(self) -> Self {
        Self {
            is_proxied: true,
            ..self
        }
    }

    fn is_http2(&self) -> bool {
        match &self.bytes {
            Bytes::Tcp(_) => false,
            #[cfg(feature = "rustls")]
            Bytes::Tls(stream) => stream.get_ref().1.alpn_protocol() == Some(b"h2"),
        }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        let connected = Connected::new().proxy(self.is_proxied);
        if self.is_http2() {
            connected.negotiated_h2()
        } else {
            connected
        }
    }
}

/// Calls the same function of the stream within.
macro_rules! forward {
    ($self:ident.$function:ident($($argument:expr),*)) => {
        match &mut $self.get_mut().bytes {
            Bytes::Tcp(stream) => Pin::new(stream).$function($($argument),*),
            #[cfg(feature = "rustls")]
            Bytes::Tls(stream) => Pin::new(stream).$function($($argument),*),
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        forward!(self.poll_read(context, buffer))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        forward!(self.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        forward!(self.poll_write_vectored(context, slices))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.bytes {
            Bytes::Tcp(stream) => stream.is_write_vectored(),
            #[cfg(feature = "rustls")]
            Bytes::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        forward!(self.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        forward!(self.poll_shutdown(context))
    }
}
