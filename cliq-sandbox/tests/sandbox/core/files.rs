//! Files.

use bytes::Bytes;
use cliq_sandbox::Sandbox;
use http::Request;
use serde_json::{Value, json};

use crate::{User, scene};

/// A form with two files, as curl sends it.
fn multipart() -> (&'static str, &'static str) {
    let body = "--x1\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a \u{e9}.txt\"\r\nContent-Type: text/plain\r\n\r\none\r\n\
                --x1\r\nContent-Disposition: form-data; name=\"files\"; filename=\"b.bin\"\r\n\r\n\0\r\n--x\r\n\
                --x1\r\nContent-Disposition: form-data; name=\"comments\"\r\n\r\n[\"First\", \"Second\"]\r\n--x1--\r\n";
    ("multipart/form-data; boundary=\"x1\"", body)
}

#[test]
fn files_are_uploaded_and_downloaded() {
    let scene = scene();
    let call = |user: &User, method: &str, url: &str, (kind, body): (&str, &str)| {
        let request = Request::builder()
            .method(method)
            .uri(url)
            .header("authorization", &user.authorization)
            .header("content-type", kind);
        user.sandbox.handle(
            request
                .body(Bytes::copy_from_slice(body.as_bytes()))
                .unwrap(),
        )
    };
    let url = format!("/api/v2/chats/{}/files", scene.demo.channel_chat_id);
    assert_eq!(call(&scene.ryan, "POST", &url, multipart()).status(), 200);
    let list = scene
        .scott
        .get(format!(
            "/api/v2/chats/{}/messages?limit=2",
            scene.demo.channel_chat_id
        ))
        .ok();
    let files: Vec<_> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| &message["content"])
        .collect();
    assert_eq!(
        (&files[0]["file"]["name"], &files[0]["comment"]),
        (&json!("a \u{e9}.txt"), &json!("First"))
    );
    assert_eq!(
        (&files[1]["file"]["name"], &files[1]["comment"]),
        (&json!("b.bin"), &json!("Second"))
    );
    let download = |user: &User, file: &Value| {
        let url = format!("/api/v2/files/{}", file["file"]["id"].as_str().unwrap());
        call(user, "GET", &url, ("", ""))
    };
    let first = download(&scene.scott, files[0]);
    assert_eq!(
        (&first.body()[..], &first.headers()["content-type"]),
        (&b"one"[..], &"text/plain".parse().unwrap())
    );
    assert_eq!(&download(&scene.scott, files[1]).body()[..], b"\0\r\n--x");
    assert_eq!(download(&scene.olivia, files[0]).status(), 403);
    scene
        .scott
        .get("/api/v2/files/f-1")
        .is_refused(404, "file_not_found");

    let name = format!(
        "/api/v2/channelsbyname/{}/files",
        scene.demo.channel_unique_name
    );
    assert_eq!(call(&scene.ryan, "POST", &name, multipart()).status(), 200);
    assert_eq!(
        call(
            &scene.ryan,
            "POST",
            "/api/v2/buddies/scott.fisher@zylker.com/files",
            multipart()
        )
        .status(),
        200
    );
    assert_eq!(
        call(
            &scene.ryan,
            "POST",
            "/api/v2/bots/deploybot/files",
            multipart()
        )
        .status(),
        200
    );
    assert_eq!(
        call(&scene.ryan, "POST", &url, ("application/json", "{}")).status(),
        400
    );
    assert_eq!(
        scene.demo.sandbox.messages(&scene.demo.channel_id)[2]
            .file_name
            .as_deref(),
        Some("a \u{e9}.txt")
    );
    // The world's JSON contains them.
    let again = Sandbox::builder()
        .json(&scene.demo.sandbox.to_json())
        .unwrap()
        .build();
    let url = format!("/api/v2/files/{}", files[1]["file"]["id"].as_str().unwrap());
    let scott = User::new(&again, &scene.demo.colleague_ids[0]);
    assert_eq!(
        &call(&scott, "GET", &url, ("", "")).body()[..],
        b"\0\r\n--x"
    );
}
