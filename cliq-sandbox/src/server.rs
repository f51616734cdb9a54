//! The stand-in over HTTP.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::time::Duration;

use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::sandbox::Sandbox;

/// For how long an exchange that is under way may go on after the end.
const GRACE: Duration = Duration::from_secs(1);
/// Before the next attempt when a connection can't be accepted, as when files run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// A [`Sandbox`] served over HTTP/1.1 on a loopback port. Dropping it ends that: the port is closed, and so are
/// connections, each after the answer that it is at.
#[derive(Debug)]
pub struct Server {
    sandbox: Sandbox,
    address: SocketAddr,
    /// Dropped with the server, which all of its tasks wait for.
    _running: watch::Sender<()>,
}

impl Server {
    pub(crate) async fn start(sandbox: Sandbox) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (running, ended) = watch::channel(());
        tokio::spawn(accept(listener, sandbox.clone(), ended));
        Ok(Self { sandbox, address, _running: running })
    }

    /// Where it is, for instance `http://127.0.0.1:49152`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
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
            Ok((stream, _)) => drop(tokio::spawn(converse(stream, sandbox.clone(), ended.clone()))),
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// What goes wrong on a connection is its client's to see.
async fn converse(stream: TcpStream, sandbox: Sandbox, mut ended: watch::Receiver<()>) {
    // Answers are small: one that waits for more to come, as Nagle's algorithm has it, only comes late.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let sandbox = sandbox.clone();
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, hyper::Error>(sandbox.handle(Request::from_parts(head, body)).map(Full::new))
        }
    });
    let mut connection = pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = ended.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = tokio::time::timeout(GRACE, connection).await;
}
