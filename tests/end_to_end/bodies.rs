//! Bodies that differ from the declaration: which are decoded, and how errors describe the others.

use cliq_api::Lenient;
use cliq_api::prelude::*;
use cliq_api::threads::Threads;
use cliq_tests::server::{Server, Step, answer};
use serde::Deserialize;
use serde_json::Value;

use crate::listener::{Listener, json};

#[endpoints]
trait Shelf {
    #[endpoint(GET "/item", response = "data")]
    fn get_item(&self) -> Item;
    #[endpoint(GET "/item", response = "data")]
    fn find_item(&self) -> Option<Item>;
    #[endpoint(GET "/item", response = "data")]
    fn get_anything(&self) -> Value;
    #[endpoint(GET "/item", response = "data")]
    fn get_marker(&self) -> Marker;
    #[endpoint(GET "/items")]
    fn list_items(&self) -> Vec<Item>;
    #[endpoint(GET "/items", response = "data")]
    fn list_member(&self) -> Vec<Item>;
    #[endpoint(GET "/items", response = "data")]
    fn list_leniently(&self) -> Vec<Lenient<Item>>;
    #[endpoint(GET "/pages", page(items = "data.items", token = "data.next", param = "next"))]
    fn list_pages(&self, #[query] next: Option<String>) -> Page<Item>;
    #[endpoint(
        GET "/pages",
        page(items = "data.items", token = "data.next", param = "next")
    )]
    fn list_lenient_pages(&self, #[query] next: Option<String>) -> Page<Lenient<Item>>;
    #[endpoint(GET "/file")]
    fn get_file(&self) -> Bytes;
    #[endpoint(POST "/nothing")]
    fn do_nothing(&self);
}

#[derive(Debug, PartialEq, Deserialize)]
struct Item {
    id: String,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Marker;

fn item(id: &str) -> Item {
    Item { id: id.to_owned() }
}

async fn server(body: &str) -> Listener {
    Listener::answering([json("200 OK", body)]).await
}

fn queries(listener: &Listener) -> Vec<String> {
    let target = |request: &String| request.split(' ').nth(1).unwrap().to_owned();
    listener.asked().iter().map(target).collect()
}

#[tokio::test]
async fn a_byte_order_mark_and_half_a_surrogate_pair_are_read() {
    for body in [
        "\u{feff}{\"data\": {\"id\": \"a\\ud83d\", \"other\": \"\\ude00\", \"\\ud83d\": 1}}",
        "\u{feff} {\"other\": [\"\\ud83d\"], \"data\": {\"id\": \"a\\ud83d\"}}",
    ] {
        let server = server(body).await;
        let client = server.client();
        assert_eq!(client.get_item().await.unwrap(), item("a\u{fffd}"));
        let value = client.get_anything().await.unwrap();
        assert_eq!(value["id"], "a\u{fffd}");
        let whole = client.call(meta("get_anything")).await.unwrap();
        assert_eq!(whole["id"], "a\u{fffd}");
        // Raw bytes are returned unchanged.
        assert_eq!(client.get_file().await.unwrap(), body);
    }

    // One invalid title doesn't make a list unreadable, wherever it is.
    let threads = server(
        "\u{feff}{\"data\": [{\"chat_id\": \"1\", \"title\": \"a\\ud83d\"}, \
         {\"chat_id\": \"2\", \"unknown\": {\"deep\": \"\\udc00\"}}], \"x\": \"\\ud83d\"}",
    )
    .await;
    let page = threads.client().list_threads("P1").await.unwrap();
    assert_eq!(page.items[0].title.as_deref(), Some("a\u{fffd}"));
    assert_eq!(page.items[1].other["unknown"]["deep"], "\u{fffd}");
    assert_eq!(page.other["x"], "\u{fffd}");
}

/// The client and the caller decode error responses alike.
#[tokio::test]
async fn a_failure_with_a_byte_order_mark_is_read() {
    #[derive(Deserialize)]
    struct Own {
        message: String,
    }
    let body = "\u{feff}{\"code\": \"chat_not_found\", \"message\": \"No \\ud83d\"}";
    let refusing = Listener::answering([json("400 Bad Request", body)]).await;
    let error = refusing.client().get_item().await.unwrap_err();
    assert_eq!(error.code(), Some("chat_not_found"));
    assert_eq!(error.message(), Some("No \u{fffd}"));
    assert!(error.is_not_found());
    assert_eq!(error.json::<Own>().unwrap().message, "No \u{fffd}");

    let throttling = "\u{feff}{\"code\": \"request_limit_exceeded\", \"message\": \"\\ud83d\"}";
    let throttling = Listener::answering([json("400 Bad Request", throttling)]).await;
    assert!(
        throttling
            .client()
            .get_item()
            .await
            .unwrap_err()
            .is_throttled()
    );
}

#[tokio::test]
async fn ambiguous_values_are_not_repaired() {
    for body in [
        &b"{\"data\": {\"id\": \"\xe9\"}}"[..],
        b"{\"data\": {\"id\": \"a\nb\"}}",
        b"{\"data\": {\"id\": \"a\",}}",
        b"{\"data\": {\"id\": \"a\"}",
        b"{'data': {'id': 'a'}}",
    ] {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        let server = Server::doing([Step::Read, Step::Write([head.as_bytes(), body].concat())]);
        let client = Client::builder(server.base_url()).build().unwrap();
        let error = client.get_item().await.unwrap_err();
        assert!(error.to_string().contains("invalid JSON"), "{error}");
    }
}

#[tokio::test]
async fn nothing_is_an_empty_list_and_a_last_page() {
    for (status, body) in [
        ("204 No Content", ""),
        ("200 OK", ""),
        ("200 OK", "  \r\n"),
        ("200 OK", "null"),
        ("200 OK", "\u{feff}null"),
        ("200 OK", r#"{"data": null}"#),
        ("200 OK", r#"{"data": {"items": null}}"#),
    ] {
        let server = Listener::answering([json(status, body)]).await;
        let client = server.client();
        let page = client.list_pages().await.unwrap();
        assert_eq!((page.items.len(), page.next_token), (0, None), "{body}");
        let mut items = client.list_pages().items();
        assert!(items.next().await.is_none(), "{body}");
        assert!(client.list_lenient_pages().await.unwrap().items.is_empty());
        if !body.contains("items") {
            assert_eq!(client.list_member().await.unwrap(), []);
            assert_eq!(client.list_leniently().await.unwrap(), []);
            assert_eq!(client.find_item().await.unwrap(), None);
            assert!(client.get_item().await.unwrap_err().is_decode());
        }
        if !body.contains("data") {
            assert_eq!(client.list_items().await.unwrap(), []);
        }
    }
    // A page whose items are `null` may have a next page.
    let server = server(r#"{"data": {"items": null, "next": "t"}}"#).await;
    let page = server.client().list_pages().await.unwrap();
    assert_eq!(
        (page.items.len(), page.next_token.as_deref()),
        (0, Some("t"))
    );
    let empty = Listener::answering([json("204 No Content", "")]).await;
    let page = empty.client().list_threads("P1").await.unwrap();
    assert_eq!((page.items.len(), page.next_token), (0, None));
    let members = empty.client().list_thread_members("CT_1-T-2").await;
    assert_eq!(members.unwrap(), []);
}

#[tokio::test]
async fn an_object_without_the_declared_member_is_an_error() {
    for body in ["{}", r#"{"date": [{"id": "1"}]}"#] {
        let server = server(body).await;
        let client = server.client();
        for error in [
            client.get_item().await.unwrap_err(),
            client.get_anything().await.unwrap_err(),
            client.get_marker().await.unwrap_err(),
            client.list_member().await.unwrap_err(),
            client.list_leniently().await.unwrap_err(),
            client.call(meta("get_anything")).await.unwrap_err(),
        ] {
            let line = error.to_string();
            assert!(
                line.ends_with("at `data`: the member is missing"),
                "{error}"
            );
        }
        let error = client.list_pages().await.unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("at `data.items`: the member is missing"),
            "{error}"
        );
        // An optional result that is missing is `None`, for typed and dynamic calls.
        assert_eq!(client.find_item().await.unwrap(), None);
        let dynamic = client.call(meta("find_item")).await.unwrap();
        assert_eq!(dynamic, Value::Null);
    }
    let null = server(r#"{"data": null}"#).await;
    assert_eq!(null.client().get_anything().await.unwrap(), Value::Null);
    assert_eq!(null.client().get_marker().await.unwrap(), Marker);
}

fn meta(name: &str) -> &'static cliq_api::EndpointMeta {
    SHELF.iter().find(|meta| meta.name() == name).unwrap()
}

#[tokio::test]
async fn an_invalid_item_fails_alone_or_is_skipped() {
    let bodies = [
        r#"{"data": {"items": [{"id": "1"}], "next": "t1"}}"#,
        r#"{"data": {"items": [{"id": "2"}, {"id": 3}], "next": "t2"}}"#,
        r#"{"data": {"items": [{"id": "4"}], "next": ""}}"#,
    ];
    let pages = || Listener::answering(bodies.map(|body| json("200 OK", body)));

    // Item by item: the valid ones of each page.
    let listener = pages().await;
    let mut items = listener.client().list_pages().lenient().items();
    let (mut read, mut failed) = (Vec::new(), Vec::new());
    while let Some(item) = items.next().await {
        match item.unwrap().into_result() {
            Ok(item) => read.push(item.id),
            Err(error) => failed.push((error.to_string(), error.into_value())),
        }
    }
    assert_eq!(read, ["1", "2", "4"]);
    assert_eq!(
        failed,
        [(
            "at `id`: expected a string, found a number".to_owned(),
            serde_json::json!({ "id": 3 })
        )]
    );
    // Also if the endpoint is declared lenient.
    let listener = Listener::answering([json("200 OK", bodies[1])]).await;
    let page = listener.client().list_lenient_pages().await.unwrap();
    assert_eq!(page.items[0], item("2").into());
    assert!(page.items[1].as_result().is_err());

    // Page by page: the error has the token of the next page.
    let listener = pages().await;
    let mut items = listener.client().list_pages().items();
    assert_eq!(items.next().await.unwrap().unwrap(), item("1"));
    let error = items.next().await.unwrap().unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("at `data.items[1].id`: expected a string, found a number"),
        "{error}"
    );
    assert_eq!(error.next_page_token(), Some("t2"));
    assert!(items.next().await.is_none());
    assert!(items.skip_page());
    assert_eq!(items.next().await.unwrap().unwrap(), item("4"));
    assert!(items.next().await.is_none());
    assert!(!items.skip_page());
    assert_eq!(
        queries(&listener),
        ["/pages", "/pages?next=t1", "/pages?next=t2"]
    );

    // If the items are missing, the error has the token as well, if there is one.
    let missing = server(r#"{"data": {"next": "t"}}"#).await;
    let error = missing.client().list_pages().await.unwrap_err();
    assert_eq!(error.next_page_token(), Some("t"));
    let last = server(r#"{"data": {"items": 5}}"#).await;
    let mut pages = last.client().list_pages().pages();
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(error.next_page_token(), None);
    assert!(!pages.skip_page());
    let broken = server("<html>").await;
    let error = broken.client().list_pages().await.unwrap_err();
    assert_eq!(error.next_page_token(), None);
}

#[tokio::test]
async fn a_token_keeps_its_digits() {
    for (token, sent) in [
        (
            "123456789012345678901234567890",
            "123456789012345678901234567890",
        ),
        ("18446744073709551616", "18446744073709551616"),
        ("-9223372036854775809", "-9223372036854775809"),
        ("1.50", "1.50"),
        ("18446744073709551615", "18446744073709551615"),
    ] {
        let first = format!(
            "\u{feff}{{\"x\": \"\\ud83d\", \"data\": {{\"items\": [], \"next\": {token}}}}}"
        );
        let listener = Listener::answering([json("200 OK", &first), json("200 OK", "")]).await;
        let mut pages = listener.client().list_pages().pages();
        let page = pages.next().await.unwrap().unwrap();
        assert_eq!(page.next_token.as_deref(), Some(sent));
        assert!(pages.next().await.unwrap().is_ok());
        assert_eq!(queries(&listener)[1], format!("/pages?next={sent}"));
    }
}

#[tokio::test]
async fn pages_of_times_in_each_form_are_read() {
    let thread = |id: u32, time: &str| {
        format!(r#"{{"chat_id": "{id}", "last_message_information": {{"time": {time}}}}}"#)
    };
    let body = [
        "1783502114151",
        r#""1783502114151""#,
        r#""2026-07-08T14:45:14+0530""#,
        r#""2026-07-08T14:45:14+05:30""#,
        r#""yesterday""#,
        "{}",
    ];
    let items: Vec<_> = (1..).zip(body).map(|(id, time)| thread(id, time)).collect();
    let server = server(&format!(r#"{{"data": [{}]}}"#, items.join(","))).await;
    let page = server.client().list_threads("P1").await.unwrap();
    let last = |index: usize| page.items[index].last_message_information.as_ref().unwrap();
    for index in 0..4 {
        let time = last(index).time.unwrap();
        assert_eq!(time.unix_timestamp(), 1_783_502_114, "{index}");
    }
    assert_eq!(last(4).time, None);
    assert_eq!(last(4).other["time"], "yesterday");
    assert_eq!(last(5).other["time"], serde_json::json!({}));
}

#[tokio::test]
async fn a_body_that_is_not_json_is_described() {
    let describe = async |head: &str, body: &[u8]| {
        let head = format!(
            "HTTP/1.1 200 OK\r\n{head}Content-Length: {}\r\n\r\n",
            body.len()
        );
        let server = Server::doing([Step::Read, Step::Write([head.as_bytes(), body].concat())]);
        let client = Client::builder(server.base_url()).build().unwrap();
        let error = client.list_pages().await.unwrap_err();
        assert_eq!(error.body().unwrap(), body);
        error.to_string()
    };
    let line = describe(
        "Content-Type: text/html; charset=utf-8\r\n",
        b"<html>\r\n<title>Sign in</title>",
    )
    .await;
    assert_eq!(
        line,
        "list_pages (GET /pages): the response (200 OK) is not what was declared: invalid JSON at line \
         1, column 1; content-type: text/html; charset=utf-8; it begins with \
         \"<html>\\u{d}\\u{a}<title>Sign in</title>\""
    );
    let line = describe("Content-Type: text/plain\r\n", b"Down for repair").await;
    assert!(
        line.ends_with("content-type: text/plain; it begins with \"Down for repair\""),
        "{line}"
    );
    // An encoding that wasn't requested and can't be decoded here.
    let line = describe(
        "Content-Type: application/json\r\nContent-Encoding: zstd\r\n",
        b"\x28\xb5\x2f\xfd\x04",
    )
    .await;
    assert!(
        line.ends_with("content-encoding: zstd; it begins with \"(\\xb5/\\xfd\\x04\""),
        "{line}"
    );
    let line = describe("", b"\x1f\x8b\x08\x00").await;
    assert!(
        line.ends_with("it begins with \"\\x1f\\x8b\\x08\\x00\""),
        "{line}"
    );
}

#[tokio::test]
async fn the_servers_message_in_a_success_is_shown() {
    let body = r#"{"code": "chat_not_found", "message": "No such chat"}"#;
    let server = server(body).await;
    let error = server.client().list_pages().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "list_pages (GET /pages): the response (200 OK) is not what was declared: at \
         `data.items`: the member is missing; the server's code: chat_not_found; the server's \
         message: No such chat"
    );
    assert_eq!(
        (error.code(), error.message()),
        (Some("chat_not_found"), Some("No such chat"))
    );
    // Also in the provider's own forms.
    let body = r#"{"error": {"title": "URL_X", "details": {"message": "Too many"}}}"#;
    let server = Server::doing([Step::Read, Step::Write(answer("200 OK", body))]);
    let client = Client::cliq(DataCenter::US).base_url(server.base_url());
    let error = client.build().unwrap().get_item().await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("the server's code: URL_X; the server's message: Too many"),
        "{error}"
    );
    assert!(!error.is_throttled() && error.attempts().len() == 1);
}

#[tokio::test]
async fn accept_follows_from_the_return_type() {
    let server = server("{\"data\": {\"id\": \"1\"}}").await;
    let client = server.client();
    client.get_file().await.unwrap();
    client.call(meta("get_file")).send().await.unwrap();
    client.get_item().await.unwrap();
    client.do_nothing().await.unwrap();
    client
        .get_file()
        .options(|options| options.header("accept", "image/png"))
        .await
        .unwrap();
    let accepts: Vec<_> = server
        .asked()
        .iter()
        .map(|request| {
            let mut lines = request.lines();
            let line = lines.find_map(|line| line.strip_prefix("accept: "));
            line.unwrap().to_owned()
        })
        .collect();
    assert_eq!(
        accepts,
        [
            "*/*",
            "*/*",
            "application/json",
            "application/json",
            "image/png"
        ]
    );
}

#[tokio::test]
async fn endless_empty_pages_are_an_error() {
    // A new token on each page, and no items.
    let pages = (1..=250).map(|number| {
        let body = format!(r#"{{"data": {{"items": [], "next": "t{number}"}}}}"#);
        json("200 OK", &body)
    });
    let listener = Listener::answering(pages).await;
    let mut items = listener.client().list_pages().items();
    let error = items.next().await.unwrap().unwrap_err();
    assert!(
        error.to_string().contains("100 empty pages in a row"),
        "{error}"
    );
    assert!(error.is_decode());
    assert_eq!(listener.asked().len(), 100);
    assert!(items.next().await.is_none());
    assert_eq!(listener.asked().len(), 100);
    // A caller can resume after them.
    assert_eq!(items.token(), Some("t100"));
    items.resume();
    assert!(items.next().await.unwrap().is_err());
    assert_eq!(listener.asked().len(), 200);
    assert_eq!(queries(&listener)[100], "/pages?next=t100");
}
