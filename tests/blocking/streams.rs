//! Streams up and down, from plain threads.

use std::io::{BufRead, Read};

use cliq_api::blocking::{WaitExt, WaitStream, block_on};
use cliq_api::prelude::*;
use cliq_api::{Body, Download, ErrorKind, Events, EventsExt, JsonLines, Part, Text};
use cliq_tests_provider::{Received, Server, whole};
use http::{Method, Response};
use tokio::runtime::Builder;

#[endpoints]
pub trait Files {
    #[endpoint(PUT "/files/<NAME>")]
    fn put_file(&self, name: String, #[body(stream)] content: Body);

    #[endpoint(POST "/files", multipart)]
    fn add_file(&self, #[part] file: Part) -> Text;

    #[endpoint(GET "/files/<NAME>")]
    fn get_file(&self, name: String) -> Download;

    #[endpoint(GET "/events")]
    fn watch(&self) -> Events<u32>;

    #[endpoint(GET "/lines")]
    fn export(&self) -> JsonLines<u32>;
}

fn respond(request: &Received) -> Response<cliq_tests_provider::Body> {
    match (&request.method, request.uri.path()) {
        (&Method::PUT, _) => Response::new(whole("")),
        (&Method::POST, _) => Response::new(whole("stored")),
        (_, "/events") => {
            let mut response = Response::new(whole("retry: 0\nid: 1\ndata: 7\n\n"));
            if request.headers.contains_key("last-event-id") {
                *response.status_mut() = http::StatusCode::NO_CONTENT;
            }
            response
        }
        (_, "/lines") => Response::new(whole("1\n\"canary\"\n3")),
        _ => Response::new(whole(vec![b'x'; 1_000_000])),
    }
}

fn served() -> (Server, Client) {
    let server = block_on(Server::start(respond)).unwrap();
    let client = Client::builder(server.url()).build().unwrap();
    (server, client)
}

#[test]
fn a_download_is_read() {
    let (_server, client) = served();
    let mut reader = client.get_file("a").wait().unwrap().reader();
    assert_eq!(reader.get_ref().content_length(), Some(1_000_000));
    let mut beginning = [0; 3];
    reader.read_exact(&mut beginning).unwrap();
    assert_eq!(&beginning, b"xxx");
    assert!(!reader.fill_buf().unwrap().is_empty());
    let mut rest = Vec::new();
    assert_eq!(reader.read_to_end(&mut rest).unwrap(), 999_997);
    assert_eq!(reader.read(&mut beginning).unwrap(), 0);
}

#[test]
fn readers_are_sent_from_separate_threads() {
    let (server, client) = served();
    let content = std::io::repeat(b'y').take(500_000);
    client.put_file("a", Body::reader(content)).wait().unwrap();
    assert_eq!(server.last().body.len(), 500_000);
    let part = Part::new(Body::reader(&b"text"[..])).file_name("a.txt");
    assert_eq!(client.add_file(part).wait().unwrap(), "stored");
    assert!(server.last().text().contains("filename=\"a.txt\""));
}

#[test]
fn events_and_lines_are_iterated_over() {
    let (_server, client) = served();
    let events: Vec<_> = client.watch().wait().unwrap().wait_iter().collect();
    assert_eq!(events.len(), 1);
    let mut events = client.watch().reconnecting().wait_iter();
    assert_eq!(events.next().unwrap().unwrap().data, 7);
    assert!(events.next().is_none());
    assert_eq!(events.get_ref().last_event_id(), Some("1"));

    let lines = client.export().wait().unwrap().wait_iter();
    let lines: Vec<_> = lines
        .map(|line| line.map_err(|error| error.kind()))
        .collect();
    assert_eq!(lines, [Ok(1), Err(ErrorKind::Decode), Ok(3)]);
}

#[test]
fn within_a_runtime_they_fail() {
    let (_server, client) = served();
    let mut reader = client.get_file("a").wait().unwrap().reader();
    let mut lines = client.export().wait().unwrap().wait_iter();
    let runtime = Builder::new_current_thread().build().unwrap();
    let _guard = runtime.enter();
    let error = reader.read(&mut [0]).unwrap_err();
    assert!(error.to_string().contains("async runtime"), "{error}");
    assert_eq!(
        lines.next().unwrap().unwrap_err().kind(),
        ErrorKind::Configuration
    );
    assert!(lines.next().is_none());
}
