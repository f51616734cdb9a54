//! The browser's way back: a listener on this machine, for the redirect of one consent.

use std::net::Ipv4Addr;
use std::process::{Command, Stdio};
use std::time::Duration;

use cliq_api::auth::{OAuth, ScopeSet, SignedIn};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::failure::{Exit, Failure};

/// How long a user may take.
const PATIENCE: Duration = Duration::from_mins(5);
/// How long a browser may take for its request.
const REQUEST: Duration = Duration::from_secs(5);
/// How much of a request is read.
const MAX_HEAD: u64 = 16 * 1024;

/// Sends the user's browser to the consent, and waits for it to come back.
///
/// The browser is sent to this machine first, and from there to the server: the `state` in the URL
/// would otherwise be in the arguments of the browser's process, which others can read.
pub(super) async fn consent(
    oauth: &OAuth,
    scopes: &ScopeSet,
    port: u16,
    open: bool,
) -> Result<SignedIn, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| {
            Failure::io(
                format_args!("can't listen at the port {port} for the browser"),
                &error,
            )
        })?;
    let redirect_uri = format!("http://localhost:{port}/callback");
    let request = oauth.authorization(&redirect_uri, scopes)?;
    let start = format!("http://localhost:{port}/");
    if open && browse(&start) {
        eprintln!("Go on in the browser. If none opened, go to {start}");
    } else {
        eprintln!(
            "Go to {start} or, on another machine, to\n{}",
            request.url()
        );
    }
    let waiting = listen(&listener, request.url());
    let callback = tokio::time::timeout(PATIENCE, waiting)
        .await
        .map_err(|_| Failure::new(Exit::Unauthorized, "nobody consented within five minutes"))?;
    Ok(oauth.exchange(&request, &callback).await?)
}

/// Serves requests until one is the callback, and returns its path and query.
async fn listen(listener: &TcpListener, consent: &str) -> String {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // As when files run out.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let served = tokio::time::timeout(REQUEST, serve(stream, consent)).await;
        if let Ok(Some(callback)) = served {
            return callback;
        }
    }
}

async fn serve(stream: TcpStream, consent: &str) -> Option<String> {
    let mut stream = BufReader::new(stream.take(MAX_HEAD));
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    while !line.trim().is_empty() {
        line.clear();
        if stream.read_line(&mut line).await.ok()? == 0 {
            break;
        }
    }
    let mut stream = stream.into_inner().into_inner();
    let callback = path.starts_with("/callback?");
    let (status, header, text) = match &*path {
        "/" => ("302 Found", format!("Location: {consent}\r\n"), ""),
        _ if callback => ("200 OK", String::new(), "You can close this window.\n"),
        _ => ("404 Not Found", String::new(), "Nothing is here.\n"),
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\n{header}Content-Type: text/plain\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{text}",
        text.len()
    );
    // A callback counts even if its browser is gone.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
    callback.then_some(path)
}

/// Opens the browser of the system. Returns whether one could be started.
fn browse(url: &str) -> bool {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut command = Command::new("cmd");
        command.args(["/C", "start"]);
        command
    } else {
        // Without a display there is no browser that could be seen.
        if std::env::var_os("DISPLAY").is_none() && std::env::var_os("WAYLAND_DISPLAY").is_none() {
            return false;
        }
        Command::new("xdg-open")
    };
    // It inherits none of our secrets.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CLIQ_") {
            command.env_remove(name);
        }
    }
    command
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .is_ok()
}
