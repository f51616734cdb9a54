//! The sandbox over HTTP.

use std::error::Error as StdError;
use std::future::{pending, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::exchange::{Outcome, carry};
use crate::faults::Damaged;
use crate::sandbox::Sandbox;
use crate::serving::ServeOptions;
use crate::wire::LastWords;

/// How long exchanges in flight can continue after the server was dropped.
const GRACE: Duration = Duration::from_secs(1);
/// The maximum size of a request's body, in bytes. Only files come close.
const LARGEST: usize = 16 * 1024 * 1024;
/// The delay after a failure to accept a connection, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// A [`Sandbox`] served over HTTP/1.1. Dropping it closes the port, and each connection after its
/// current response.
#[derive(Debug)]
pub struct Server {
    sandbox: Sandbox,
    address: SocketAddr,
    /// All tasks of the server end when it changes or is dropped.
    running: watch::Sender<()>,
}

impl Server {
    pub(crate) async fn start(sandbox: Sandbox, options: ServeOptions) -> io::Result<Self> {
        let listener = TcpListener::bind(options.address).await?;
        let address = listener.local_addr()?;
        let (running, ended) = watch::channel(());
        tokio::spawn(accept(listener, sandbox.clone(), options.into(), ended));
        Ok(Self {
            sandbox,
            address,
            running,
        })
    }

    /// Returns the URL, such as `http://127.0.0.1:49152`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Shuts down as dropping does, and waits until all connections are closed.
    pub async fn close(self) {
        self.running.send_replace(());
        self.running.closed().await;
    }

    /// Returns the served sandbox.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }
}

async fn accept(
    listener: TcpListener,
    sandbox: Sandbox,
    options: Arc<ServeOptions>,
    mut ended: watch::Receiver<()>,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = ended.changed() => return,
        };
        match accepted {
            Ok((stream, _)) => drop(tokio::spawn(converse(
                stream,
                sandbox.clone(),
                Arc::clone(&options),
                ended.clone(),
            ))),
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// Ignores errors of the connection, which its client notices.
async fn converse(
    stream: TcpStream,
    sandbox: Sandbox,
    options: Arc<ServeOptions>,
    mut ended: watch::Receiver<()>,
) {
    // Without Nagle's algorithm, which would delay small responses.
    let _ = stream.set_nodelay(true);
    let last_words = Mutex::new(None);
    let service = service_fn(|request| Box::pin(answer(&sandbox, &options, request, &last_words)));
    let mut builder = http1::Builder::new();
    if let Some(timeout) = options.read_timeout {
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(timeout);
    }
    let mut connection = builder.serve_connection(TokioIo::new(stream), service);
    let is_over = tokio::select! {
        _ = poll_fn(|cx| connection.poll_without_shutdown(cx)) => true,
        _ = ended.changed() => false,
    };
    if !is_over {
        Pin::new(&mut connection).graceful_shutdown();
        let _ =
            tokio::time::timeout(GRACE, poll_fn(|cx| connection.poll_without_shutdown(cx))).await;
    }
    let mut stream = connection.into_parts().io.into_inner();
    let last_words = last_words
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    match last_words {
        Some(last_words) => last_words.speak(stream).await,
        None => drop(stream.shutdown().await),
    }
}

/// Responds to a request. An error closes the connection, after sending `last_words` if there are
/// any.
async fn answer(
    sandbox: &Sandbox,
    options: &ServeOptions,
    request: Request<Incoming>,
    last_words: &Mutex<Option<LastWords>>,
) -> Result<Response<Full<Bytes>>, Box<dyn StdError + Send + Sync>> {
    let (head, body) = request.into_parts();
    if let Some(reason) = options.misdirected(&head) {
        let mut response = closing(StatusCode::MISDIRECTED_REQUEST);
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, text);
        *response.body_mut() = Full::new(reason.into());
        return Ok(response);
    }
    let body = match collect(body, options.read_timeout).await {
        Ok(body) => body,
        Err(status) => return Ok(closing(status)),
    };
    let last = match carry(sandbox, Request::from_parts(head, body)).await {
        Outcome::Sent(Damaged::Whole(response)) => return Ok(response.map(Full::new)),
        Outcome::Sent(Damaged::Silence) => pending().await,
        Outcome::Sent(Damaged::Reset) | Outcome::Unreachable => LastWords::Reset,
        Outcome::Sent(Damaged::Cut {
            response,
            announced,
            sent,
        }) => LastWords::cut(&response, announced, sent),
    };
    *last_words.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
    Err("the connection is to end here".into())
}

/// Reads the body. Returns the status of the response if it can't be read.
async fn collect(body: Incoming, read_timeout: Option<Duration>) -> Result<Bytes, StatusCode> {
    let whole = Limited::new(body, LARGEST).collect();
    let read = match read_timeout {
        None => whole.await,
        Some(time) => match tokio::time::timeout(time, whole).await {
            Ok(read) => read,
            Err(_) => return Err(StatusCode::REQUEST_TIMEOUT),
        },
    };
    match read {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        // Such as malformed chunks.
        Err(_) => Err(StatusCode::BAD_REQUEST),
    }
}

/// Returns a response to a request that wasn't read completely, so the connection closes.
fn closing(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
    response
}
