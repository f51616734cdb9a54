//! The stand-in over HTTP.

use std::error::Error as StdError;
use std::future::{pending, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::exchange::{Outcome, carry};
use crate::faults::Damaged;
use crate::sandbox::Sandbox;
use crate::wire::LastWords;

/// For how long an exchange that is under way may go on after the end.
const GRACE: Duration = Duration::from_secs(1);
/// Of a request's body, in bytes. What the operations take is much smaller.
const LARGEST: usize = 4 * 1024 * 1024;
/// Before the next attempt when a connection can't be accepted, as when files run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// A [`Sandbox`] served over HTTP/1.1. Dropping it ends that: the port is closed, and so are
/// connections, each after the answer that it is at.
#[derive(Debug)]
pub struct Server {
    sandbox: Sandbox,
    address: SocketAddr,
    /// All of the server's tasks wait for it to change or to go.
    running: watch::Sender<()>,
}

impl Server {
    pub(crate) async fn start(sandbox: Sandbox, address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (running, ended) = watch::channel(());
        tokio::spawn(accept(listener, sandbox.clone(), ended));
        Ok(Self {
            sandbox,
            address,
            running,
        })
    }

    /// Where it is, for instance `http://127.0.0.1:49152`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends it as dropping it does, and waits until all connections are closed.
    pub async fn close(self) {
        self.running.send_replace(());
        self.running.closed().await;
    }

    /// What it serves.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }
}

async fn accept(listener: TcpListener, sandbox: Sandbox, mut ended: watch::Receiver<()>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = ended.changed() => return,
        };
        match accepted {
            Ok((stream, _)) => drop(tokio::spawn(converse(
                stream,
                sandbox.clone(),
                ended.clone(),
            ))),
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// What goes wrong on a connection is its client's to see.
async fn converse(stream: TcpStream, sandbox: Sandbox, mut ended: watch::Receiver<()>) {
    // Answers are small: one that waits for more to come, as Nagle's algorithm has it, only comes
    // late.
    let _ = stream.set_nodelay(true);
    let last_words = Mutex::new(None);
    let service = service_fn(|request| Box::pin(answer(&sandbox, request, &last_words)));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
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

/// An error ends the connection; there may be last words then.
async fn answer(
    sandbox: &Sandbox,
    request: Request<Incoming>,
    last_words: &Mutex<Option<LastWords>>,
) -> Result<Response<Full<Bytes>>, Box<dyn StdError + Send + Sync>> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LARGEST).collect().await else {
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return Ok(response);
    };
    let body = body.to_bytes();
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
