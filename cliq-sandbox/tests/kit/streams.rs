//! The test kit with parts, streams, idempotency keys and pages.

use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use cliq_api::limit::LimitSettings;
use cliq_api::prelude::*;
use cliq_api::{
    Body, Download, ErrorKind, Event, Events, EventsExt, JsonLines, Part, RetryPolicy, Text,
};
use cliq_sandbox::{Reply, StubServer};

#[endpoints(base = "/v1")]
pub trait Files {
    #[endpoint(POST "/files", multipart, idempotency_key = "Idempotency-Key")]
    fn add_file(
        &self,
        #[part] title: String,
        #[part] tag: Option<Vec<String>>,
        #[part] file: Part,
        #[part] previews: Option<Vec<Part>>,
    ) -> Text;

    #[endpoint(PUT "/files/<ID>")]
    fn put_file(&self, id: u32, #[body(stream)] content: Body);

    #[endpoint(GET "/files/<ID>")]
    fn get_file(&self, id: u32) -> Download;

    #[endpoint(GET "/changes")]
    fn watch(&self) -> Events<u32>;

    #[endpoint(GET "/log")]
    fn watch_log(&self) -> Events<Text>;

    #[endpoint(GET "/export")]
    fn export(&self) -> JsonLines<u32>;

    #[endpoint(GET "/linked", page(next = link))]
    fn list_linked(&self, #[query] page: Option<u32>) -> Page<u32>;

    #[endpoint(GET "/numbered", page(items = "data", number = "page", more = "more"))]
    fn list_numbered(&self, #[query] page: Option<u32>) -> Page<u32>;

    #[endpoint(GET "/offset", page(offset = "start"))]
    fn list_by_offset(&self, #[query] start: Option<u32>) -> Page<u32>;
}

#[tokio::test]
async fn parts_are_matched_and_accessed() {
    let server = StubServer::new();
    let client = server.client();
    server
        .on::<AddFileRequest>()
        .part("title", "a\r\n\"b\"")
        .part("tag", ["x", "y"])
        .part("previews", None::<String>)
        .reply("one");
    server
        .on::<AddFileRequest>()
        .part("file", "text")
        .reply("two");
    let image = Part::new(vec![0xff])
        .file_name("\"a\".png")
        .content_type("image/png");
    let first = client.add_file("a\r\n\"b\"", image).tag(["x", "y"]).await;
    assert_eq!(first.unwrap(), "one");
    let second = client
        .add_file("t", "text")
        .previews([Part::new("p"), Part::new("q")]);
    assert_eq!(second.await.unwrap(), "two");

    let calls = server.calls::<AddFileRequest>();
    let file = calls[0].part("file").unwrap();
    assert_eq!(file.file_name.as_deref(), Some("\"a\".png"));
    assert_eq!(file.content_type.as_deref(), Some("image/png"));
    assert_eq!((&file.content[..], file.text()), (&[0xff][..], None));
    assert_eq!(calls[0].parts().len(), 4);
    assert!(calls[0].part("previews").is_none());
    let names: Vec<_> = calls[1]
        .parts()
        .iter()
        .map(|part| part.name.as_str())
        .collect();
    assert_eq!(names, ["title", "file", "previews", "previews"]);
    assert!(calls[0].header("idempotency-key").is_some());
    assert_ne!(
        calls[0].header("idempotency-key"),
        calls[1].header("idempotency-key")
    );
}

#[tokio::test]
async fn a_call_without_a_matching_part_is_reported() {
    let server = StubServer::new();
    let client = server.client();
    server
        .on::<AddFileRequest>()
        .part("title", "a")
        .optional()
        .reply("one");
    let error = client.add_file("b", "text").await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("part title: expected \"a\", found \"b\""),
        "{error}"
    );
    let report = crate::report_of(server).unwrap();
    assert!(report.contains("No stub matches this call"), "{report}");
}

#[tokio::test]
async fn streams_up_and_down() {
    let server = StubServer::new();
    let client = server.client();
    server.on::<PutFileRequest>().body("streamed").reply(());
    client
        .put_file(1, Body::reader(&b"streamed"[..]))
        .await
        .unwrap();

    server
        .on::<GetFileRequest>()
        .reply("small")
        .then(Reply::stream(|| Body::reader(io::repeat(1).take(1 << 20))))
        .then(Reply::stream(|| Body::reader(Broken)).status(206));
    let small = client.get_file(1).await.unwrap();
    assert_eq!(small.collect_up_to(10).await.unwrap(), "small");
    let large = client.get_file(1).await.unwrap();
    assert_eq!(large.collect_up_to(1 << 20).await.unwrap().len(), 1 << 20);
    let mut broken = client.get_file(1).await.unwrap();
    assert_eq!(broken.status(), 206);
    let error = broken.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.to_string().contains("disk failure"), "{error}");
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("disk failure"))
    }
}

#[tokio::test]
async fn events_and_lines() {
    let server = StubServer::new();
    let client = server.client();
    server
        .on::<WatchRequest>()
        .reply([Event::new(1).id("a").name("n"), Event::new(2)]);
    let mut events = client.watch().await.unwrap();
    assert_eq!(
        events.next().await.unwrap().unwrap(),
        Event::new(1).id("a").name("n")
    );
    assert_eq!(events.next().await.unwrap().unwrap().data, 2);
    assert!(events.next().await.is_none());

    server
        .on::<WatchLogRequest>()
        .reply(Reply::events([Event::new("a\nb")]));
    let mut log = client.watch_log().await.unwrap();
    assert_eq!(log.next().await.unwrap().unwrap().data, "a\nb");

    server.on::<ExportRequest>().reply([1, 2]);
    let mut lines = client.export().await.unwrap();
    assert_eq!(lines.next().await.unwrap().unwrap(), 1);
    assert_eq!(lines.next().await.unwrap().unwrap(), 2);
    assert!(lines.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn events_reconnect_in_paused_time() {
    let server = StubServer::new();
    let client = server
        .client_builder()
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    server
        .on::<WatchRequest>()
        .reply([Event::new(1).id("a")])
        .then(Reply::unreachable())
        .fail(503, "", "")
        .reply([Event::new(2).id("b")])
        .then(Reply::empty());
    let begun = tokio::time::Instant::now();
    let mut events = client.watch().reconnecting();
    assert_eq!(events.next().await.unwrap().unwrap().data, 1);
    assert_eq!(events.next().await.unwrap().unwrap().data, 2);
    // Three delays of three seconds, and the backoff of consecutive failures.
    let waited = begun.elapsed();
    let expected = Duration::from_secs(9)..=Duration::from_secs(9 + 3 + 6);
    assert!(expected.contains(&waited), "{waited:?}");
    assert!(events.next().await.is_none());
    let ids: Vec<_> = server
        .calls::<WatchRequest>()
        .iter()
        .map(|call| call.header("last-event-id").map(str::to_owned))
        .collect();
    let (a, b) = (Some("a".to_owned()), Some("b".to_owned()));
    assert_eq!(ids, [None, a.clone(), a.clone(), a, b]);
}

/// A download from a server that allows one call per minute.
#[endpoints(limit = "1/min")]
pub trait Scarce {
    #[endpoint(GET "/scarce")]
    fn get_scarce(&self) -> Download;
}

#[tokio::test(start_paused = true)]
async fn an_open_stream_holds_no_slot() {
    let server = StubServer::new();
    let builder = server.client_builder().limits(LimitSettings::new());
    let client = builder.build().unwrap();
    server
        .on::<GetScarceRequest>()
        .reply(Reply::stream(|| Body::wrap(Endless)));
    let patient = || {
        client
            .get_scarce()
            .options(|options| options.deadline(Duration::from_mins(5)))
    };
    let begun = tokio::time::Instant::now();
    let open = patient().await.unwrap();
    let second = patient().await.unwrap();
    // The slot is held from the head of the first response, whether its body is read or not.
    let waited = begun.elapsed();
    assert!(waited >= Duration::from_mins(1), "{waited:?}");
    assert!(waited < Duration::from_secs(70), "{waited:?}");
    drop((open, second));
    assert_eq!(client.close(Duration::from_secs(5)).await, 0);
}

/// A body that never ends and never yields a chunk.
struct Endless;

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<http_body::Frame<Bytes>>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn pages_of_all_kinds() {
    let server = StubServer::new();
    let client = server.client();
    let linked = server.on::<ListLinkedRequest>();
    linked.reply_page([1], "/v1/linked?page=2").reply([2]);
    let numbered = server.on::<ListNumberedRequest>();
    numbered.reply_page([3], "").reply([4]);
    let by_offset = server.on::<ListByOffsetRequest>();
    by_offset.reply([5, 6]).then([7]).then([]);
    let mut found = Vec::new();
    let mut items = client.list_linked().items();
    while let Some(item) = items.next().await {
        found.push(item.unwrap());
    }
    let mut items = client.list_numbered().items();
    while let Some(item) = items.next().await {
        found.push(item.unwrap());
    }
    let mut items = client.list_by_offset().items();
    while let Some(item) = items.next().await {
        found.push(item.unwrap());
    }
    assert_eq!(found, [1, 2, 3, 4, 5, 6, 7]);
    let starts = server.calls::<ListByOffsetRequest>();
    let starts: Vec<_> = starts
        .iter()
        .map(|call| call.query("start").map(str::to_owned))
        .collect();
    assert_eq!(starts, [None, Some("2".to_owned()), Some("3".to_owned())]);
    assert_eq!(
        server.calls::<ListNumberedRequest>()[1].query("page"),
        Some("2")
    );
}
