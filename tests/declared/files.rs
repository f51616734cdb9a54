//! Uploads and downloads over HTTP, and webhook tokens, which they often use.

use cliq_api::cliq::files::Files;
use cliq_api::cliq::messages::Messages;
use cliq_api::prelude::*;
use cliq_api::{ErrorKind, Part};
use cliq_tests::server::{Server, Step, answer};

fn client(server: &Server) -> Client {
    Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .access_token("1000.41d9")
        .build()
        .expect("a client")
}

#[tokio::test]
async fn an_upload_is_a_form_of_files_and_comments() {
    let server = Server::answering("{}");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let from_disk = Part::file(path).expect("a file").content_type("text/plain");
    let from_memory = Part::new("a,b\n1,2\n")
        .file_name("numbers.csv")
        .content_type("text/csv");
    client(&server)
        .upload_to_chat("CT_1_2", [from_disk, from_memory])
        .comments(["The manifest", "Numbers"])
        .bot_unique_name("ticketbot")
        .await
        .expect("an upload");
    let requests = server.requests();
    let [request] = &*requests else {
        panic!("{requests:?}")
    };
    let (head, body) = request.split_once("\r\n\r\n").expect("a head");
    assert!(
        head.starts_with("POST /api/v2/chats/CT_1_2/files HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(
        head.to_ascii_lowercase()
            .contains("content-type: multipart/form-data; boundary=")
    );
    let boundary = body.lines().next().expect("a boundary");
    let parts: Vec<_> = body
        .split(boundary)
        .filter(|part| part.contains("form-data"))
        .collect();
    for (part, expected) in parts.iter().zip([
        "name=\"files\"; filename=\"Cargo.toml\"",
        "name=\"files\"; filename=\"numbers.csv\"",
        "name=\"comments\"",
        "name=\"comments\"",
        "name=\"bot_unique_name\"",
    ]) {
        assert!(part.contains(expected), "{part}");
    }
    assert_eq!(parts.len(), 5);
    assert!(parts[0].contains("name = \"cliq-tests\"") && parts[1].contains("a,b\n1,2\n"));
    assert!(parts[2].contains("The manifest") && parts[3].contains("Numbers"));
}

#[tokio::test]
async fn a_download_arrives_piece_by_piece() {
    let head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: 10\r\n\r\nfirst";
    // The rest never arrives.
    let server = Server::doing([Step::Read, Step::Write(head.into()), Step::Silence]);
    let mut file = client(&server)
        .download_file("6c8c2ae9")
        .await
        .expect("a file");
    assert_eq!(file.content_type(), Some("application/pdf"));
    let mut read = Vec::new();
    while read.len() < 5 {
        read.extend(file.next().await.expect("more").expect("bytes"));
    }
    assert_eq!(read, b"first");
    assert!(server.requests()[0].starts_with("GET /api/v2/files/6c8c2ae9 HTTP/1.1\r\n"));
}

#[tokio::test]
async fn a_webhook_token_is_sent_in_the_query_and_not_shown() {
    let body = r#"{"code": "invalid_token", "message": "zapikey 1001.c4n4ry is unknown"}"#;
    let server = Server::doing([Step::Read, Step::Write(answer("401 Unauthorized", body))]);
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .webhook_token("1001.c4n4ry")
        .build()
        .expect("a client");
    let error = client
        .send_channel_message_by_name("launch", "Hello")
        .mark_as_read(true)
        .await
        .expect_err("a refusal");
    assert_eq!(error.kind(), ErrorKind::Status);
    let request = &server.requests()[0];
    assert!(request.starts_with(
        "POST /api/v3/channelsbyname/launch/messages?mark_as_read=true&zapikey=1001.c4n4ry "
    ));
    assert!(
        !request.to_ascii_lowercase().contains("authorization"),
        "{request}"
    );
    for shown in [
        format!("{client:?}"),
        format!("{error} {error:?} {error:#?}"),
    ] {
        assert!(!shown.contains("c4n4ry"), "{shown}");
    }
    assert_eq!(error.message(), Some("zapikey [redacted] is unknown"));
}
