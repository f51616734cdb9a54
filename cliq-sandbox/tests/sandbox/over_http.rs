//! The same over a socket, with `cliq_api`'s client.

use std::time::Duration;

use cliq_api::prelude::*;
use cliq_api::threads::{AutoFollow, AutoFollowStatus, Threads, UserField};
use cliq_sandbox::{Sandbox, ServeOptions, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

fn address(server: &Server) -> String {
    server
        .base_url()
        .strip_prefix("http://")
        .unwrap()
        .to_owned()
}

/// Calls all declared endpoints, and decodes each response into its type.
#[tokio::test]
async fn every_operation_works_through_the_client() -> Result<(), Error> {
    let demo = Sandbox::demo();
    let server = demo.sandbox.serve().await.unwrap();
    assert!(server.base_url().starts_with("http://127.0.0.1:"));
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .access_token(demo.token)
        .build()?;
    let [scott, tim] = &demo.colleague_ids;

    let status = client
        .set_thread_auto_follow(&demo.channel_id, AutoFollow::Enable)
        .await?;
    assert_eq!(status, AutoFollowStatus::Enabled);
    let posted = client
        .create_thread_by_channel_id(&demo.channel_id, "One.", &demo.message_id)
        .thread_title("Release")
        .sync_message(true)
        .await?;
    assert!(posted.message_id.is_some());
    client
        .create_thread_by_chat_id(&demo.channel_chat_id, "Two.", &demo.message_id)
        .await?;
    let posted = client
        .create_thread_by_channel_name(&demo.channel_unique_name, "Three.", &demo.message_id)
        .await?;
    assert!(posted.message_id.is_none());

    let found = client
        .find_thread(&demo.channel_id, &demo.message_id)
        .await?
        .unwrap();
    let thread = &found.chat_id;
    let mut threads = client.list_threads(&demo.channel_id).limit(1).items();
    for title in ["Release", "Slow sign-in"] {
        assert_eq!(threads.next().await.unwrap()?.title.as_deref(), Some(title));
    }
    assert!(threads.next().await.is_none());
    client
        .send_thread_message(thread, "Four.")
        .as_bot(&demo.bot_unique_name)
        .await?;
    assert_eq!(demo.sandbox.messages(thread.as_ref()).len(), 4);

    assert_eq!(client.get_thread(thread).await?.follower_count, Some(3));
    assert_eq!(
        client
            .get_thread_main_message(thread)
            .await?
            .thread_information
            .unwrap()
            .message_count,
        Some(4)
    );
    client.remove_thread_followers(thread, [scott, tim]).await?;
    client.add_thread_followers(thread, [tim]).await?;
    client.unfollow_thread(thread).await?;
    assert_eq!(client.list_thread_followers(thread).await?.len(), 1);
    assert_eq!(client.list_thread_non_followers(thread).await?.len(), 2);
    client.follow_thread(thread).await?;
    let members = client
        .list_thread_members(thread)
        .fields([UserField::Name])
        .await?;
    assert_eq!(members.len(), 2);
    client.mute_thread(thread).await?;
    assert!(demo.sandbox.is_muted(thread.as_ref(), &demo.user_id));
    client.unmute_thread(thread).await?;
    client.leave_thread(thread).await?;
    client.close_thread(thread).await?;

    let error = client
        .send_thread_message(thread, "Five.")
        .await
        .unwrap_err();
    assert_eq!(
        (error.status().map(|status| status.as_u16()), error.code()),
        (Some(400), Some("operation_not_allowed"))
    );
    assert_eq!(server.sandbox().messages(thread.as_ref()).len(), 4);
    Ok(())
}

#[tokio::test]
async fn several_connections_are_served_at_once() {
    let server = Sandbox::demo().sandbox.serve().await.unwrap();
    // The first connection sends nothing, and delays no other.
    let _silent = TcpStream::connect(address(&server)).await.unwrap();
    let mut stream = TcpStream::connect(address(&server)).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    timeout(Duration::from_secs(5), stream.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    assert!(answer.ends_with("moved to another URL.\"}"), "{answer}");
}

#[tokio::test]
async fn dropping_the_server_closes_port_and_connections_but_not_the_world() {
    let demo = Sandbox::demo();
    let server = demo.sandbox.serve().await.unwrap();
    let address = address(&server);
    let mut idle = TcpStream::connect(&address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let read = timeout(Duration::from_secs(5), idle.read(&mut [0; 4096]))
        .await
        .unwrap()
        .unwrap();
    assert!(read > 0);

    drop(server);
    let read = timeout(Duration::from_secs(5), idle.read(&mut [0; 4096]))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read, 0);
    assert!(TcpStream::connect(&address).await.is_err());
    let tasks = tokio::runtime::Handle::current().metrics();
    timeout(Duration::from_secs(5), async {
        while tasks.num_alive_tasks() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("no task is left");
    assert_eq!(demo.sandbox.messages(&demo.thread_chat_id).len(), 1);
}

/// Sends these bytes, and returns everything until the connection is closed.
async fn told(server: &Server, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address(server)).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    let closed = timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    closed.expect("it is closed").unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_body_that_can_t_be_read_is_a_bad_request() {
    let server = Sandbox::demo().sandbox.serve().await.unwrap();
    let head = "POST /api/v3/threads/CT_1/follow HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    for body in [
        "no length\r\n",
        "-1\r\n",
        "2\r\n{}no end",
        "fffffffffffffffff\r\n",
    ] {
        let answer = told(&server, format!("{head}{body}").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{body}: {answer}");
    }
    // One byte too large. The request ends where the server stops reading, because closing a
    // connection with unread bytes resets it.
    let large = format!("{head}1000001\r\n{}", "x".repeat(0x100_0001));
    let answer = told(&server, large.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn a_slow_connection_is_closed() {
    let options = ServeOptions::at(([127, 0, 0, 1], 0).into());
    let options = options.read_timeout(Duration::from_millis(200));
    let server = Sandbox::demo().sandbox.serve_with(options).await.unwrap();
    assert_eq!(told(&server, b"").await, "");
    let answer = told(&server, b"POST / HTTP/1.1\r\nhost: x\r\ncontent-le").await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 408 "),
        "{answer}"
    );
    let head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{";
    let answer = told(&server, head).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    // A connection that is idle after its response.
    let answer = told(&server, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
}
