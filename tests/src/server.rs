//! A raw TCP server that follows a script byte by byte, and counts requests.
//!
//! It has a separate runtime, so it works whatever a test does to its clock and its tasks.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::http2;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime can be made")
});

/// The steps on a connection, in order. After the last one, the connection is closed.
#[derive(Debug, Clone)]
pub enum Step {
    /// Reads a whole request, and counts it. Stops if the client closes the connection first.
    Read,
    /// Reads one byte of a request, and counts it: more may have been sent.
    Glimpse,
    /// Writes these bytes.
    Write(Vec<u8>),
    /// Writes these bytes repeatedly until the client closes the connection.
    Flood(Vec<u8>),
    /// Writes these bytes one by one, at this interval.
    Drip(Vec<u8>, Duration),
    /// Writes these bytes at this interval until the client closes the connection.
    Trickle(Vec<u8>, Duration),
    /// Writes nothing until the client closes the connection.
    Silence,
    /// Resets the connection.
    Reset,
    /// Restarts with the first step, on the same connection.
    Again,
    /// Starts a connection with HTTP/2.
    Http2,
    /// Reads a request with HTTP/2, without counting it.
    ReadStream,
    /// Counts the request as processed.
    Process,
    /// Writes frames for the stream of the last request.
    WriteFrames(fn(u32) -> Vec<u8>),
}

/// A server on a loopback port. Dropping it stops it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    scheme: &'static str,
    book: Arc<Mutex<Book>>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Book {
    connections: usize,
    requests: Vec<String>,
    written: usize,
}

impl Server {
    /// Returns a server with the same steps on each connection.
    pub fn doing(steps: impl Into<Vec<Step>>) -> Self {
        Self::doing_in_turn(vec![steps.into()])
    }

    /// Returns a server with the first steps on the first connection, and so on; the last ones are
    /// repeated.
    pub fn doing_in_turn(scripts: Vec<Vec<Step>>) -> Self {
        Self::start("http", scripts, None)
    }

    /// As [`doing`](Self::doing), over TLS.
    pub fn doing_over_tls(steps: impl Into<Vec<Step>>, acceptor: TlsAcceptor) -> Self {
        Self::start("https", vec![steps.into()], Some(acceptor))
    }

    /// Returns a server whose URL is `https`, but which takes these steps instead of a handshake.
    pub fn doing_in_place_of_tls(steps: impl Into<Vec<Step>>) -> Self {
        Self::start("https", vec![steps.into()], None)
    }

    /// Returns a server that responds to each request with this JSON, and keeps connections open.
    pub fn answering(body: &str) -> Self {
        Self::doing([Step::Read, Step::Write(answer("200 OK", body)), Step::Again])
    }

    fn start(scheme: &'static str, scripts: Vec<Vec<Step>>, tls: Option<TlsAcceptor>) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port can be had");
        listener
            .set_nonblocking(true)
            .expect("a socket can be made non-blocking");
        let address = listener.local_addr().expect("a socket has an address");
        let book = Arc::new(Mutex::new(Book::default()));
        let task = RUNTIME.spawn(serve(listener, scripts, tls, Arc::clone(&book)));
        Self {
            address,
            scheme,
            book,
            task,
        }
    }

    /// Returns the base URL for a client.
    pub fn base_url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Returns the number of connections.
    pub fn connections(&self) -> usize {
        self.book(|book| book.connections)
    }

    /// Returns the requests, in order.
    pub fn requests(&self) -> Vec<String> {
        self.book(|book| book.requests.clone())
    }

    /// Returns how many bytes were written.
    pub fn written(&self) -> usize {
        self.book(|book| book.written)
    }

    /// Waits until that many requests were received.
    ///
    /// # Panics
    ///
    /// After ten seconds of real time.
    pub fn wait_for_requests(&self, count: usize) {
        for _ in 0..2000 {
            if self.book(|book| book.requests.len() >= count) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!(
            "there were {} requests in ten seconds, not {count}",
            self.requests().len()
        );
    }

    fn book<T>(&self, look: impl FnOnce(&Book) -> T) -> T {
        look(
            &self
                .book
                .lock()
                .expect("nobody panics with the book in hand"),
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A loopback port at which nobody listens, and nobody else can: a port that was free a moment ago
/// may be another test's server by now.
#[derive(Debug)]
pub struct Nobody(TcpSocket);

impl Nobody {
    /// Takes a port.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn bind() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket can be had");
        socket
            .bind(([127, 0, 0, 1], 0).into())
            .expect("a port can be had");
        Self(socket)
    }

    /// Returns its address.
    ///
    /// # Panics
    ///
    /// If the system doesn't know it.
    pub fn address(&self) -> SocketAddr {
        self.0.local_addr().expect("a socket has an address")
    }
}

/// Returns a response with a JSON body.
pub fn answer(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

/// As [`answer`], where the connection is closed afterwards. Without the header, a client might
/// send its next request on it.
pub fn last_answer(status: &str, body: &str) -> Vec<u8> {
    answer(&format!("{status}\r\nConnection: close"), body)
}

async fn serve(
    listener: std::net::TcpListener,
    scripts: Vec<Vec<Step>>,
    tls: Option<TlsAcceptor>,
    book: Arc<Mutex<Book>>,
) {
    let listener = TcpListener::from_std(listener).expect("there is a runtime");
    // Aborts all connections when dropped.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let count = {
            let mut book = book.lock().expect("nobody panics with the book in hand");
            book.connections += 1;
            book.connections
        };
        let steps = scripts[(count - 1).min(scripts.len() - 1)].clone();
        connections.spawn(connection(stream, steps, tls.clone(), Arc::clone(&book)));
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(
    mut stream: TcpStream,
    steps: Vec<Step>,
    tls: Option<TlsAcceptor>,
    book: Arc<Mutex<Book>>,
) {
    let _ = stream.set_nodelay(true);
    // A client may close its connection.
    let _ = match tls {
        None => {
            let played = play(&mut stream, &steps, &book).await;
            if let Ok(End::Reset) = played {
                let _ = stream.set_zero_linger();
            }
            played
        }
        Some(tls) => match tls.accept(stream).await {
            Ok(mut stream) => play(&mut stream, &steps, &book).await,
            Err(error) => Err(error),
        },
    };
}

enum End {
    Close,
    Reset,
}

async fn play<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    steps: &[Step],
    book: &Mutex<Book>,
) -> io::Result<End> {
    let count = |request: String| {
        book.lock()
            .expect("nobody panics with the book in hand")
            .requests
            .push(request);
    };
    let mut received = Vec::new();
    let mut last_stream = 0;
    let mut next = 0;
    while let Some(step) = steps.get(next) {
        next += 1;
        match step {
            Step::Read => match request(stream, &mut received).await? {
                Some(request) => count(request),
                None => return Ok(End::Close),
            },
            Step::Glimpse => {
                stream.read_u8().await?;
                count(String::new());
            }
            Step::Write(bytes) => {
                stream.write_all(bytes).await?;
                stream.flush().await?;
            }
            Step::Flood(bytes) => loop {
                // In full, so that the next bytes start at the right place.
                stream.write_all(bytes).await?;
                book.lock()
                    .expect("nobody panics with the book in hand")
                    .written += bytes.len();
            },
            Step::Drip(bytes, pause) => {
                for byte in bytes {
                    stream.write_all(&[*byte]).await?;
                    stream.flush().await?;
                    tokio::time::sleep(*pause).await;
                }
            }
            Step::Trickle(bytes, pause) => loop {
                stream.write_all(bytes).await?;
                stream.flush().await?;
                tokio::time::sleep(*pause).await;
            },
            Step::Silence => while stream.read(&mut [0; 1024]).await? > 0 {},
            Step::Reset => return Ok(End::Reset),
            Step::Again => next = 0,
            Step::Http2 => {
                http2::preface(stream).await?;
                stream.write_all(&http2::settings()).await?;
            }
            Step::ReadStream => last_stream = http2::request(stream).await?,
            Step::Process => count(format!("stream {last_stream}")),
            Step::WriteFrames(frames) => stream.write_all(&frames(last_stream)).await?,
        }
    }
    stream.shutdown().await?;
    Ok(End::Close)
}

/// Returns the next request; `None` if the client closed the connection.
async fn request<S: AsyncRead + Unpin>(
    stream: &mut S,
    received: &mut Vec<u8>,
) -> io::Result<Option<String>> {
    loop {
        if let Some(length) = length(received) {
            let rest = received.split_off(length);
            let request = std::mem::replace(received, rest);
            return Ok(Some(String::from_utf8_lossy(&request).into_owned()));
        }
        if stream.read_buf(received).await? == 0 {
            return Ok(None);
        }
    }
}

/// Returns the length of the whole request, once its head and its body have arrived.
fn length(received: &[u8]) -> Option<usize> {
    let head = received
        .windows(4)
        .position(|window| window == b"\r\n\r\n")?
        + 4;
    let text = String::from_utf8_lossy(&received[..head]).to_ascii_lowercase();
    let body = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
        .unwrap_or(0);
    (received.len() >= head + body).then_some(head + body)
}
