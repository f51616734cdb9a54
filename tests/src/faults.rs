//! The faults between a client and its server, and how the client handles each, as one table.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use cliq_api::{ClientBuilder, ErrorKind, Sent};
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::net::{TcpListener, TcpSocket};

use crate::over::{Needs, Over};
use crate::server::{Nobody, Server, Step, answer};
use crate::{http2, tls};

/// The client's `max_response_size`. No fault makes it read more.
pub const LARGEST_ANSWER: usize = 64 * 1024;

/// A fault and its expected outcome.
#[derive(Debug, Clone)]
pub struct Case {
    /// What the server does.
    pub name: String,
    /// How the server does it.
    pub fault: Fault,
    /// What the client returns.
    pub outcome: Outcome,
    /// Which calls are retried.
    pub again: Again,
}

/// How a fault is produced.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Nobody listens.
    Refused,
    /// The server listens but accepts no connection.
    NotTakenUp,
    /// The server takes these steps.
    Steps(Vec<Step>),
    /// As `Steps`, behind TLS with a self-signed certificate.
    SelfSigned,
    /// The server takes these steps instead of a TLS handshake.
    NoTls(Vec<Step>),
    /// As `Steps`, for a client that uses HTTP/2.
    Http2(Vec<Step>),
}

/// The expected outcome of a fault.
#[derive(Debug, Clone, Copy)]
pub enum Outcome {
    /// The call succeeds despite the fault.
    Success,
    /// The call fails.
    Failure {
        /// The kind of the error.
        kind: ErrorKind,
        /// Whether the request was sent, according to the error.
        sent: Sent,
        /// The status in the error, if there was one.
        status: Option<u16>,
    },
}

/// Which calls are retried after a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// None: a retry would end the same way.
    Never,
    /// Those that can be sent twice.
    Idempotent,
    /// All: the server certainly hasn't processed the request.
    All,
    /// All, but only after a lockout that lasts longer than a call waits by default.
    AfterLock,
}

/// A server with a fault. Keep it while it is called.
#[derive(Debug)]
pub enum Target {
    /// Nobody listens.
    Nobody(Nobody),
    /// An address where connections are not taken up, and the sockets that keep it so.
    NotTakenUp(SocketAddr, Vec<TcpStream>, TcpListener),
    /// A running server.
    Server(Server),
}

impl Fault {
    /// Starts the server.
    ///
    /// # Panics
    ///
    /// If no port is available, or outside of a Tokio runtime.
    pub fn bring_about(&self) -> Target {
        match self {
            Self::Refused => Target::Nobody(Nobody::bind()),
            Self::NotTakenUp => not_taken_up(),
            Self::Steps(steps) | Self::Http2(steps) => Target::Server(Server::doing(steps.clone())),
            Self::SelfSigned => Target::Server(Server::doing_over_tls(
                [Step::Read],
                tls::self_signed(&[]).0,
            )),
            Self::NoTls(steps) => Target::Server(Server::doing_in_place_of_tls(steps.clone())),
        }
    }
}

/// Returns a listener whose backlog is full, so that the system leaves new connections pending.
fn not_taken_up() -> Target {
    let socket = TcpSocket::new_v4().expect("a socket can be had");
    socket
        .bind(([127, 0, 0, 1], 0).into())
        .expect("a port can be had");
    let listener = socket.listen(1).expect("a socket can listen");
    let address = listener.local_addr().expect("a socket has an address");
    let mut waiting = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(100)) {
        waiting.push(stream);
    }
    Target::NotTakenUp(address, waiting, listener)
}

impl Target {
    /// Returns the base URL for a client.
    pub fn base_url(&self) -> String {
        match self {
            Self::Nobody(nobody) => format!("http://{}", nobody.address()),
            Self::NotTakenUp(address, ..) => format!("http://{address}"),
            Self::Server(server) => server.base_url(),
        }
    }

    /// Returns how many requests arrived and were processed. Bytes instead of a handshake aren't
    /// requests.
    pub fn arrivals(&self) -> usize {
        match self {
            Self::Server(server) if server.base_url().starts_with("http:") => {
                server.requests().len()
            }
            Self::Server(_) | Self::Nobody(_) | Self::NotTakenUp(..) => 0,
        }
    }
}

impl Case {
    /// Returns whether the fault takes as long as the timeouts that [`shape`](Self::shape) sets.
    pub fn is_slow(&self) -> bool {
        matches!(
            self.outcome,
            Outcome::Failure {
                kind: ErrorKind::Timeout,
                ..
            }
        )
    }

    /// Configures a client so that it waits this long for what a slow fault withholds.
    pub fn shape(&self, client: ClientBuilder, over: Over, timeout: Duration) -> ClientBuilder {
        let mut needs = Needs {
            http2: matches!(self.fault, Fault::Http2(_)),
            ..Needs::default()
        };
        let client = client.max_response_size(LARGEST_ANSWER);
        let client = match self.outcome {
            Outcome::Failure {
                kind: ErrorKind::Timeout,
                sent: Sent::No,
                ..
            } => {
                needs.connect_timeout = Some(timeout);
                client
            }
            Outcome::Failure {
                kind: ErrorKind::Timeout,
                ..
            } => client.timeout(timeout),
            // Too long to matter.
            _ => client,
        };
        over.build(client, needs)
    }
}

/// Returns all cases.
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(connections());
    cases.extend(exchanges());
    cases.extend(bodies());
    cases.extend(statuses());
    cases.extend(given_back());
    cases.extend(streams());
    cases
}

/// HTTP/2: a server reports which requests it hasn't processed.
fn given_back() -> Vec<Case> {
    let given_back = failure(ErrorKind::Connect, Sent::No, None);
    vec![
        case(
            "HTTP/2: the stream is refused",
            open(unprocessed(|id| http2::reset(id, http2::REFUSED_STREAM))),
            given_back,
            Again::All,
        ),
        case(
            "HTTP/2: the server goes away, and doesn't take up the stream",
            open(unprocessed(|_| http2::go_away(0, http2::NO_ERROR))),
            given_back,
            Again::All,
        ),
        case(
            "HTTP/2: the same, then closed",
            closed(unprocessed(|_| http2::go_away(0, http2::NO_ERROR))),
            given_back,
            Again::All,
        ),
        case(
            "HTTP/2: the same for an error",
            open(unprocessed(|_| http2::go_away(0, http2::ENHANCE_YOUR_CALM))),
            given_back,
            Again::All,
        ),
    ]
}

/// HTTP/2: single streams end.
fn streams() -> Vec<Case> {
    let broken = failure(ErrorKind::Transport, Sent::Maybe, None);
    let cut = failure(ErrorKind::Transport, Sent::Answered, Some(200));
    vec![
        case(
            "HTTP/2: the answer",
            open(processed(|id| http2::answer(id, r#"{"name": "a"}"#))),
            Outcome::Success,
            Again::Never,
        ),
        case(
            "HTTP/2: the server goes away after the stream, then closed",
            closed(processed(|id| http2::go_away(id, http2::NO_ERROR))),
            broken,
            Again::Idempotent,
        ),
        case(
            "HTTP/2: the same for an error",
            closed(processed(|id| http2::go_away(id, http2::INTERNAL_ERROR))),
            broken,
            Again::Idempotent,
        ),
        case(
            "HTTP/2: the server goes away after the answer",
            closed(processed(|id| {
                [
                    http2::go_away(id, http2::NO_ERROR),
                    http2::answer(id, r#"{"name": "a"}"#),
                ]
                .concat()
            })),
            Outcome::Success,
            Again::Never,
        ),
        case(
            "HTTP/2: the stream is reset for an error",
            open(processed(|id| http2::reset(id, http2::INTERNAL_ERROR))),
            broken,
            Again::Idempotent,
        ),
        case(
            "HTTP/2: the stream is canceled",
            open(processed(|id| http2::reset(id, http2::CANCEL))),
            broken,
            Again::Idempotent,
        ),
        case(
            "HTTP/2: the stream is reset without an error",
            open(processed(|id| http2::reset(id, http2::NO_ERROR))),
            broken,
            Again::Idempotent,
        ),
        case(
            "HTTP/2: the stream is refused within its answer",
            open(processed(|id| {
                [http2::head(id), http2::reset(id, http2::REFUSED_STREAM)].concat()
            })),
            cut,
            Again::Idempotent,
        ),
        case(
            "HTTP/2: closed before the answer",
            closed(processed(|_| Vec::new())),
            broken,
            Again::Idempotent,
        ),
        case(
            "HTTP/2: closed within the body",
            closed(processed(|id| {
                [http2::head(id), http2::data(id, "{", false)].concat()
            })),
            cut,
            Again::Idempotent,
        ),
        case(
            "HTTP/2: silence in place of the answer",
            open(processed(|_| Vec::new())),
            failure(ErrorKind::Timeout, Sent::Maybe, None),
            Again::Idempotent,
        ),
    ]
}

/// Repeats, for requests of HTTP/2, reading one and writing these frames: retries use the same
/// connection as long as it is open.
fn connection(reads: &[Step], frames: fn(u32) -> Vec<u8>) -> Vec<Step> {
    let exchange = [reads, &[Step::WriteFrames(frames)]].concat();
    let begin = vec![Step::Http2];
    [begin, exchange.clone(), exchange.clone(), exchange].concat()
}

fn unprocessed(frames: fn(u32) -> Vec<u8>) -> Vec<Step> {
    connection(&[Step::ReadStream], frames)
}

fn processed(frames: fn(u32) -> Vec<u8>) -> Vec<Step> {
    connection(&[Step::ReadStream, Step::Process], frames)
}

fn open(mut steps: Vec<Step>) -> Fault {
    steps.push(Step::Silence);
    Fault::Http2(steps)
}

/// Closes the connection after the first exchange.
fn closed(mut steps: Vec<Step>) -> Fault {
    steps.truncate(steps.len() / 3 + 1);
    Fault::Http2(steps)
}

/// Faults before a connection is established.
fn connections() -> Vec<Case> {
    let not_connected = failure(ErrorKind::Connect, Sent::No, None);
    let handshake = |steps: &[Step]| Fault::NoTls(steps.to_vec());
    vec![
        case("nobody listens", Fault::Refused, not_connected, Again::All),
        case(
            "connections are not taken up",
            Fault::NotTakenUp,
            failure(ErrorKind::Timeout, Sent::No, None),
            Again::All,
        ),
        case(
            "TLS: an answer in plain HTTP",
            handshake(&[Step::Glimpse, write("HTTP/1.1 400 Bad Request\r\n\r\n")]),
            not_connected,
            Again::All,
        ),
        case(
            "TLS: closed",
            handshake(&[Step::Glimpse]),
            not_connected,
            Again::All,
        ),
        case(
            "TLS: reset",
            handshake(&[Step::Glimpse, Step::Reset]),
            not_connected,
            Again::All,
        ),
        case(
            "TLS: silence",
            handshake(&[Step::Silence]),
            failure(ErrorKind::Timeout, Sent::No, None),
            Again::All,
        ),
        case(
            "TLS: a certificate that nobody trusts",
            Fault::SelfSigned,
            not_connected,
            Again::All,
        ),
    ]
}

/// Faults around the head of the response.
#[expect(clippy::too_many_lines, reason = "one table")]
fn exchanges() -> Vec<Case> {
    let broken = failure(ErrorKind::Transport, Sent::Maybe, None);
    let silent = failure(ErrorKind::Timeout, Sent::Maybe, None);
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let steps = |steps: &[Step]| Fault::Steps(steps.to_vec());
    vec![
        case(
            "reset within the request",
            steps(&[Step::Glimpse, Step::Reset]),
            broken,
            Again::Idempotent,
        ),
        case(
            "reset before the answer",
            steps(&[Step::Read, Step::Reset]),
            broken,
            Again::Idempotent,
        ),
        case(
            "closed before the answer",
            steps(&[Step::Read]),
            broken,
            Again::Idempotent,
        ),
        case(
            "silence in place of the answer",
            steps(&[Step::Read, Step::Silence]),
            silent,
            Again::Idempotent,
        ),
        case(
            "reset within the head",
            steps(&[Step::Read, write(head), Step::Reset]),
            broken,
            Again::Idempotent,
        ),
        case(
            "closed within the head",
            steps(&[Step::Read, write(head)]),
            broken,
            Again::Idempotent,
        ),
        case(
            "a slow head",
            steps(&[Step::Read, write(head), trickle("X-Filler: a\r\n")]),
            silent,
            Again::Idempotent,
        ),
        case(
            "a head without end",
            steps(&[
                Step::Read,
                write(head),
                Step::Flood(b"X-Filler: aaaaaaaaaaaaaaaa\r\n".to_vec()),
            ]),
            broken,
            Again::Idempotent,
        ),
        case(
            "no HTTP",
            steps(&[Step::Read, write("SSH-2.0-OpenSSH_9.6\r\n\r\n")]),
            broken,
            Again::Idempotent,
        ),
        case(
            "two lengths",
            steps(&[
                Step::Read,
                write(head),
                write("Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
            ]),
            broken,
            Again::Idempotent,
        ),
        case(
            "100, then the answer",
            steps(&[Step::Read, write("HTTP/1.1 100 Continue\r\n\r\n"), good()]),
            Outcome::Success,
            Again::Never,
        ),
        case(
            "103, then the answer",
            steps(&[
                Step::Read,
                write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
                good(),
            ]),
            Outcome::Success,
            Again::Never,
        ),
        case(
            "100, and no answer",
            steps(&[
                Step::Read,
                write("HTTP/1.1 100 Continue\r\n\r\n"),
                Step::Silence,
            ]),
            silent,
            Again::Idempotent,
        ),
        case(
            "100 again and again",
            steps(&[Step::Read, trickle("HTTP/1.1 100 Continue\r\n\r\n")]),
            silent,
            Again::Idempotent,
        ),
        case(
            "101",
            steps(&[
                Step::Read,
                write(
                    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
                ),
                Step::Silence,
            ]),
            failure(ErrorKind::Status, Sent::Answered, Some(101)),
            Again::Never,
        ),
    ]
}

/// Faults within a body, or in its content.
#[expect(clippy::too_many_lines, reason = "one table")]
fn bodies() -> Vec<Case> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let begun = |length: &str, body: &[u8]| {
        let head = format!("{head}{length}\r\n\r\n");
        vec![Step::Read, Step::Write([head.as_bytes(), body].concat())]
    };
    let and = |mut steps: Vec<Step>, step: Step| {
        steps.push(step);
        Fault::Steps(steps)
    };
    let whole = |body: &[u8]| Fault::Steps(begun(&format!("Content-Length: {}", body.len()), body));
    let cut = failure(ErrorKind::Transport, Sent::Answered, Some(200));
    let slow = failure(ErrorKind::Timeout, Sent::Answered, Some(200));
    let misfit = failure(ErrorKind::Decode, Sent::Answered, Some(200));
    let chunk = [b"2000\r\n".as_slice(), &[b' '; 0x2000], b"\r\n"].concat();
    let bomb = gzip(&vec![b' '; 64 * 1024 * 1024]);
    let compressed = |body: &[u8]| {
        begun(
            &format!("Content-Encoding: gzip\r\nContent-Length: {}", body.len()),
            body,
        )
    };
    let mut broken = gzip(br#"{"name": "a"}"#);
    broken[12] ^= 0xff;
    vec![
        case(
            "reset within the body",
            // Waits until the client has read the start, because a reset overtakes written data.
            Fault::Steps(
                [
                    begun("Content-Length: 20", b"{\"na"),
                    vec![Step::Drip(vec![b'm'], PAUSE), Step::Reset],
                ]
                .concat(),
            ),
            cut,
            Again::Idempotent,
        ),
        case(
            "truncated",
            Fault::Steps(begun("Content-Length: 20", b"{\"na")),
            cut,
            Again::Idempotent,
        ),
        case(
            "truncated between chunks",
            Fault::Steps(begun("Transfer-Encoding: chunked", b"1\r\n{\r\n")),
            cut,
            Again::Idempotent,
        ),
        case(
            "a chunk without a length",
            Fault::Steps(begun("Transfer-Encoding: chunked", b"x\r\n{\r\n")),
            cut,
            Again::Idempotent,
        ),
        case(
            "a slow body",
            and(begun("Content-Length: 1000", b"{"), trickle(" ")),
            slow,
            Again::Idempotent,
        ),
        case(
            "silence within the body",
            and(begun("Content-Length: 20", b"{"), Step::Silence),
            slow,
            Again::Idempotent,
        ),
        case(
            "more than announced",
            Fault::Steps(begun("Content-Length: 13", br#"{"name": "a"} and more"#)),
            Outcome::Success,
            Again::Never,
        ),
        case(
            "less taken than sent, so that it breaks",
            Fault::Steps(begun("Content-Length: 5", br#"{"name": "a"}"#)),
            misfit,
            Again::Never,
        ),
        case(
            "huge",
            whole(&vec![b' '; LARGEST_ANSWER + 1]),
            misfit,
            Again::Never,
        ),
        case(
            "without end",
            and(begun("Transfer-Encoding: chunked", b""), Step::Flood(chunk)),
            misfit,
            Again::Never,
        ),
        case(
            "announced as huge",
            and(
                begun("Content-Length: 1000000000000", b""),
                Step::Flood(vec![b' '; 0x2000]),
            ),
            misfit,
            Again::Never,
        ),
        case(
            "a bomb: 64 KiB that unpack to 64 MiB",
            Fault::Steps(compressed(&bomb)),
            misfit,
            Again::Never,
        ),
        case(
            "compressed, and broken",
            Fault::Steps(compressed(&broken)),
            cut,
            Again::Idempotent,
        ),
        case(
            "deep JSON",
            whole("[".repeat(60_000).as_bytes()),
            misfit,
            Again::Never,
        ),
        case(
            "deep JSON where nobody looks",
            whole(format!(r#"{{"x":{}}}"#, "[".repeat(60_000)).as_bytes()),
            misfit,
            Again::Never,
        ),
        case(
            "invalid UTF-8",
            whole(b"{\"name\": \"\xff\xfe\"}"),
            misfit,
            Again::Never,
        ),
        case(
            "not JSON",
            whole(b"<html><title>Maintenance</title></html>"),
            misfit,
            Again::Never,
        ),
        case(
            "other JSON",
            whole(br#"{"name": {"first": "a"}}"#),
            misfit,
            Again::Never,
        ),
        case("nothing", whole(b""), misfit, Again::Never),
        case(
            "204",
            Fault::Steps(vec![Step::Read, write("HTTP/1.1 204 No Content\r\n\r\n")]),
            failure(ErrorKind::Decode, Sent::Answered, Some(204)),
            Again::Never,
        ),
    ]
}

/// Statuses.
fn statuses() -> Vec<Case> {
    let status = |status: u16| {
        let again = match status {
            429 => Again::AfterLock,
            502..=504 => Again::Idempotent,
            _ => Again::Never,
        };
        let location = if (300..400).contains(&status) {
            "Location: /elsewhere\r\n"
        } else {
            ""
        };
        let body = r#"{"message": "No."}"#;
        let length = if status == 304 { 0 } else { body.len() };
        let answer = format!(
            "HTTP/1.1 {status} Said\r\n{location}Content-Length: {length}\r\n\r\n{}",
            &body[..length]
        );
        let outcome = failure(ErrorKind::Status, Sent::Answered, Some(status));
        case(
            &status.to_string(),
            Fault::Steps(vec![Step::Read, write(&answer), Step::Again]),
            outcome,
            again,
        )
    };
    let body = r#"{"code": "request_limit_exceeded", "message": "You have exceeded the URL throttle limits."}"#;
    let throttled = Fault::Steps(vec![
        Step::Read,
        Step::Write(answer("400 Bad Request", body)),
        Step::Again,
    ]);
    let refused = failure(ErrorKind::Status, Sent::Answered, Some(400));
    let mut cases: Vec<_> = (300..=308)
        .chain(400..=451)
        .chain(500..=511)
        .map(status)
        .collect();
    cases.push(case(
        "400 for too many calls",
        throttled,
        refused,
        Again::AfterLock,
    ));
    // The head is enough to know of the lockout.
    let begun = "HTTP/1.1 429 Said\r\nContent-Length: 20\r\n\r\n{";
    let answered = |kind| failure(kind, Sent::Answered, Some(429));
    let silent = Fault::Steps(vec![Step::Read, write(begun), Step::Silence]);
    cases.push(case(
        "429, and silence within its body",
        silent,
        answered(ErrorKind::Timeout),
        Again::AfterLock,
    ));
    let cut = Fault::Steps(vec![Step::Read, write(begun)]);
    cases.push(case(
        "429, truncated",
        cut,
        answered(ErrorKind::Transport),
        Again::AfterLock,
    ));
    cases
}

const PAUSE: Duration = Duration::from_millis(200);

fn case(name: &str, fault: Fault, outcome: Outcome, again: Again) -> Case {
    Case {
        name: name.to_owned(),
        fault,
        outcome,
        again,
    }
}

fn failure(kind: ErrorKind, sent: Sent, status: Option<u16>) -> Outcome {
    Outcome::Failure { kind, sent, status }
}

fn write(text: &str) -> Step {
    Step::Write(text.as_bytes().to_vec())
}

/// Never ends, so the client's timeout comes first.
fn trickle(text: &str) -> Step {
    Step::Trickle(text.as_bytes().to_vec(), PAUSE)
}

fn good() -> Step {
    Step::Write(answer("200 OK", r#"{"name": "a"}"#))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}
