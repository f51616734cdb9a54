//! Each fault on a real socket: the bytes that a plain client reads.

use std::io::ErrorKind::ConnectionReset;
use std::time::Duration;

use cliq_api::threads::{FollowThreadRequest, Threads};
use cliq_api::{Client, DataCenter, ErrorKind, RequestExt, Sent};
use cliq_sandbox::{Demo, Fault, Sandbox, Server};
use http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(10);

fn address(server: &Server) -> String {
    server
        .base_url()
        .strip_prefix("http://")
        .unwrap()
        .to_owned()
}

fn request(demo: &Demo) -> String {
    let url = format!("/api/v3/threads/{}/follow", demo.thread_chat_id);
    format!(
        "POST {url} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        demo.token
    )
}

/// Returns the lines of the head and the body of one response, or how the connection broke.
async fn exchange(
    demo: &Demo,
    server: &Server,
    fault: Fault,
) -> std::io::Result<(String, Vec<u8>)> {
    demo.sandbox
        .faults()
        .on::<FollowThreadRequest>()
        .next(fault);
    let mut stream = TcpStream::connect(address(server)).await.unwrap();
    stream.write_all(request(demo).as_bytes()).await?;
    let mut answer = Vec::new();
    timeout(SOON, stream.read_to_end(&mut answer))
        .await
        .unwrap()?;
    let end = answer
        .windows(4)
        .position(|bytes| bytes == b"\r\n\r\n")
        .unwrap();
    let body = answer.split_off(end + 4);
    Ok((String::from_utf8(answer).unwrap(), body))
}

fn announced(head: &str) -> usize {
    head.lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap()
        .parse()
        .unwrap()
}

#[tokio::test]
async fn resets_are_resets() {
    let demo = Sandbox::demo();
    let server = demo.sandbox.serve().await.unwrap();
    for (fault, arrived) in [
        (Fault::Reset, 0),
        (Fault::Unreachable, 0),
        (Fault::ResetAfter, 1),
    ] {
        let error = exchange(&demo, &server, fault).await.unwrap_err();
        assert_eq!(error.kind(), ConnectionReset);
        assert_eq!(demo.sandbox.totals().arrivals, arrived);
    }
}

#[tokio::test]
async fn bodies_are_cut_and_lengths_are_wrong() {
    let demo = Sandbox::demo();
    let server = demo.sandbox.serve().await.unwrap();
    let whole = r#"{"Response Code":"204 No response"}"#;

    let (head, body) = exchange(&demo, &server, Fault::Truncate).await.unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert_eq!(
        (announced(&head), &body[..]),
        (whole.len(), &whole.as_bytes()[..whole.len() / 2])
    );

    let (head, body) = exchange(&demo, &server, Fault::WrongLength).await.unwrap();
    assert_eq!(
        (announced(&head), &body[..]),
        (whole.len() / 2, whole.as_bytes())
    );
}

#[tokio::test]
async fn other_answers_are_proper_http() {
    let demo = Sandbox::demo();
    let server = demo.sandbox.serve().await.unwrap();
    for (fault, start, body_starts, length) in [
        (
            Fault::Unauthorized,
            "HTTP/1.1 401 ",
            "{\"code\":\"oauthtoken_invalid\"",
            None,
        ),
        (
            Fault::Fail(StatusCode::SERVICE_UNAVAILABLE),
            "HTTP/1.1 503 ",
            "{\"message\":",
            None,
        ),
        (
            Fault::FailAfter(StatusCode::GATEWAY_TIMEOUT),
            "HTTP/1.1 504 ",
            "{\"message\":",
            None,
        ),
        (
            Fault::Redirect("/elsewhere".into()),
            "HTTP/1.1 302 ",
            "",
            Some(0),
        ),
        (Fault::NotJson, "HTTP/1.1 200 ", "<!DOCTYPE html>", None),
        (
            Fault::Oversize(3_000_000),
            "HTTP/1.1 200 ",
            "{\"Response",
            Some(3_000_000),
        ),
    ] {
        let (head, body) = exchange(&demo, &server, fault.clone()).await.unwrap();
        assert!(head.starts_with(start), "{fault}: {head}");
        assert!(body.starts_with(body_starts.as_bytes()), "{fault}");
        assert_eq!(announced(&head), length.unwrap_or(body.len()), "{fault}");
        assert_eq!(
            head.contains("location: /elsewhere\r\n"),
            matches!(fault, Fault::Redirect(_))
        );
    }
    let (head, body) = exchange(&demo, &server, Fault::GzipBomb(64)).await.unwrap();
    assert!(
        head.contains("content-encoding: gzip\r\n") && body.starts_with(&[0x1f, 0x8b]),
        "{head}"
    );
    assert!(body.len() < 1024 * 1024, "{}", body.len());
}

/// With `cliq_api`'s client.
#[tokio::test]
async fn a_client_sees_what_it_sees_in_process() {
    let demo = Sandbox::demo();
    let server = demo.sandbox.serve().await.unwrap();
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .access_token(demo.token.clone())
        .build()
        .unwrap();
    for (fault, kind, sent, arrived) in [
        (Fault::Reset, ErrorKind::Transport, Sent::Maybe, 0),
        (Fault::ResetAfter, ErrorKind::Transport, Sent::Maybe, 1),
        (Fault::Truncate, ErrorKind::Transport, Sent::Answered, 1),
        (
            Fault::Fail(StatusCode::BAD_GATEWAY),
            ErrorKind::Status,
            Sent::Answered,
            1,
        ),
    ] {
        demo.sandbox
            .faults()
            .on::<FollowThreadRequest>()
            .next(fault.clone());
        let before = demo.sandbox.totals().arrivals;
        let error = client
            .follow_thread(&demo.thread_chat_id)
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.sent()),
            (kind, sent),
            "{fault}: {error:?}"
        );
        assert_eq!(demo.sandbox.totals().arrivals - before, arrived, "{fault}");
    }
    for fault in [Fault::LoseRequest, Fault::LoseAnswer] {
        demo.sandbox
            .faults()
            .on::<FollowThreadRequest>()
            .next(fault);
        let hasty = client.follow_thread(&demo.thread_chat_id);
        let error = hasty
            .options(|options| options.timeout(Duration::from_millis(300)))
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.sent()),
            (ErrorKind::Timeout, Sent::Maybe)
        );
    }
    client.follow_thread(&demo.thread_chat_id).await.unwrap();
}

/// It is in flight, and arrives although the connection is closed.
#[tokio::test]
async fn a_late_call_arrives_after_its_connection() {
    let (sent, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let demo = Sandbox::builder()
        .watch(move |record| drop(sent.send(record.path.clone())))
        .demo();
    let server = demo.sandbox.serve().await.unwrap();
    demo.sandbox
        .faults()
        .on::<FollowThreadRequest>()
        .next(Fault::Late(Duration::from_millis(200)));
    let mut stream = TcpStream::connect(address(&server)).await.unwrap();
    stream.write_all(request(&demo).as_bytes()).await.unwrap();
    drop(stream);
    let path = timeout(SOON, seen.recv()).await.unwrap().unwrap();
    assert!(path.ends_with("/follow"), "{path}");
    assert_eq!(demo.sandbox.totals().arrivals, 1);
}
