//! Pages by link, URL, number and offset, and with a `more` flag.

use std::sync::Mutex;

use cliq_api::{ErrorKind, NextPage};
use cliq_tests_provider::{Received, Server, json};

use super::*;

#[endpoints(base = "/v1")]
pub trait Issues {
    /// Like GitHub's.
    #[endpoint(GET "/repos/<REPO>/issues", page(next = link))]
    fn list_issues(
        &self,
        repo: String,
        #[query] state: Option<String>,
        #[header("X-Version")] version: String,
    ) -> Page<Change>;

    #[endpoint(GET "/linked", page(items = "values", next = "links.next"))]
    fn list_linked(&self) -> Page<Change>;

    #[endpoint(GET "/numbered", page(number = "page"))]
    fn list_numbered(&self, #[query] page: Option<u32>) -> Page<Change>;

    #[endpoint(GET "/from-zero", page(items = "data", number = "p", first = 0, more = "has_more"))]
    fn list_from_zero(&self, #[query("p")] page: Option<u32>) -> Page<Change>;

    #[endpoint(GET "/offset", page(items = "data", offset = "start"))]
    fn list_by_offset(&self, #[query] start: Option<u64>) -> Page<Change>;

    #[endpoint(GET "/flagged", page(items = "data", token = "meta.next", more = "meta.more"))]
    fn list_flagged(&self, #[query("next")] cursor: Option<String>) -> Page<Change>;
}

/// Starts a server that responds by path and query.
async fn serve(respond: impl Fn(&str) -> (u16, String) + Send + Sync + 'static) -> Server {
    Server::start(move |request: &Received| {
        let (status, body) = respond(&request.uri.to_string());
        json(status, &body)
    })
    .await
}

fn client(server: &Server) -> Client {
    Client::builder(server.url()).bearer("t").build().unwrap()
}

fn paths(server: &Server) -> Vec<String> {
    let received = server.received();
    received
        .iter()
        .map(|request| request.uri.to_string())
        .collect()
}

async fn ids(mut items: cliq_api::Items<impl PagedExt<Item = Change>>) -> Vec<u32> {
    let mut ids = Vec::new();
    while let Some(change) = items.next().await {
        ids.push(change.unwrap().id);
    }
    ids
}

/// Starts a server whose first page links to `link`, as GitHub does.
async fn linking(link: impl Fn(&str) -> String + Send + Sync + 'static) -> Server {
    let link = Mutex::new(link);
    Server::start(move |request: &Received| {
        let host = request.headers["host"].to_str().unwrap();
        let is_first = !request.uri.to_string().contains("after=");
        let mut response = json(
            200,
            if is_first {
                r#"[{"id": 1}]"#
            } else {
                r#"[{"id": 2}]"#
            },
        );
        if is_first {
            let link = (link.lock().unwrap())(host);
            let header = format!(r#"<{link}>; rel="next", <{link}>; rel="last""#);
            response
                .headers_mut()
                .insert("link", header.parse().unwrap());
        }
        response
    })
    .await
}

#[tokio::test]
async fn a_link_is_followed_as_it_is() {
    let server =
        linking(|host| format!("http://{host}/repositories/7/issues?state=%6fpen&after=a%2Fb"))
            .await;
    let client = client(&server);
    let call = client.list_issues("acme/depot", "2022-11-28").state("open");
    assert_eq!(ids(call.items()).await, [1, 2]);
    let received = server.received();
    assert_eq!(
        paths(&server),
        [
            "/v1/repos/acme%2Fdepot/issues?state=open",
            "/repositories/7/issues?state=%6fpen&after=a%2Fb"
        ]
    );
    for request in &received {
        assert_eq!(request.values("x-version"), ["2022-11-28"]);
        assert_eq!(request.values("authorization"), ["Bearer t"]);
    }
    let meta = ISSUES[0].page().unwrap();
    assert!(matches!(meta.next(), NextPage::Link) && meta.items().is_empty());
}

#[tokio::test]
async fn a_relative_link_is_resolved() {
    for (link, expected) in [
        ("?after=1", "/v1/repos/r/issues?after=1"),
        ("/x?after=1", "/x?after=1"),
        ("issues2?after=1", "/v1/repos/r/issues2?after=1"),
    ] {
        let server = linking(move |_| link.to_owned()).await;
        let call = client(&server).list_issues("r", "1");
        assert_eq!(ids(call.items()).await, [1, 2]);
        assert_eq!(paths(&server)[1], expected);
    }
}

#[tokio::test]
async fn a_link_to_another_origin_is_an_error_and_not_followed() {
    let other = linking(|_| String::new()).await;
    let elsewhere = other.url();
    for link in [
        elsewhere.clone(),
        elsewhere.replace("http://", "//"),
        elsewhere.replace("http://", "http://user:secret@"),
        "https://127.0.0.1/x".to_owned(),
        "ftp://127.0.0.1/x".to_owned(),
        "mailto:a@b.c".to_owned(),
    ] {
        let server = linking(move |_| link.clone()).await;
        let mut pages = client(&server).list_issues("r", "1").pages();
        assert!(pages.next().await.unwrap().is_ok());
        let error = pages.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(!error.to_string().contains("secret"), "{error}");
        assert!(pages.next().await.is_none());
        assert_eq!(server.received().len(), 1);
    }
    assert!(other.received().is_empty());
}

#[tokio::test]
async fn a_link_to_itself_ends_the_pages() {
    let server = Server::start(|_| {
        let mut response = json(200, r#"[{"id": 1}]"#);
        response
            .headers_mut()
            .insert("link", "</v1/x>; rel=next".parse().unwrap());
        response
    })
    .await;
    let mut items = client(&server).list_issues("r", "1").items();
    items.next().await.unwrap().unwrap();
    let error = items.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("repeated"), "{error}");
}

#[tokio::test]
async fn a_url_in_the_response_is_followed() {
    let server = serve(|uri| match uri {
        "/v1/linked" => (
            200,
            r#"{"values": [{"id": 1}], "links": {"next": "/v1/linked?p=2", "self": "x"}, "size": 2}"#.into(),
        ),
        "/v1/linked?p=2" => (200, r#"{"values": [{"id": 2}], "links": {"next": null}}"#.into()),
        _ => (404, "{}".into()),
    })
    .await;
    let client = client(&server);
    let mut items = client.list_linked().items();
    assert!(items.other().is_empty());
    assert_eq!(items.next().await.unwrap().unwrap().id, 1);
    assert_eq!(items.other()["size"], 2);
    assert_eq!(items.other()["links"]["self"], "x");
    let url = items.token().unwrap().to_owned();
    assert_eq!(items.next().await.unwrap().unwrap().id, 2);
    assert!(items.next().await.is_none());
    // Another process continues with the stored URL.
    assert_eq!(ids(client.list_linked().items().start_at(url)).await, [2]);
}

#[tokio::test]
async fn numbers_go_on_until_a_page_is_empty() {
    let server = serve(|uri| match uri {
        "/v1/numbered" => (200, r#"[{"id": 1}]"#.into()),
        "/v1/numbered?page=2" => (200, r#"[{"id": 2}]"#.into()),
        "/v1/numbered?page=3" => (200, "[]".into()),
        _ => (404, "{}".into()),
    })
    .await;
    let client = client(&server);
    assert_eq!(ids(client.list_numbered().items()).await, [1, 2]);
    assert_eq!(ids(client.list_numbered().page(2).items()).await, [2]);
    assert_eq!(server.received().len(), 5);
    assert_eq!(
        client
            .list_numbered()
            .page(2)
            .await
            .unwrap()
            .next_token
            .unwrap(),
        "3"
    );
}

#[tokio::test]
async fn a_server_that_ignores_the_number_is_noticed() {
    let server = serve(|_| (200, r#"[{"id": 1}]"#.into())).await;
    let mut items = client(&server).list_numbered().items();
    let error = loop {
        if let Err(error) = items.next().await.unwrap() {
            break error;
        }
    };
    assert!(
        error.to_string().contains("the same page 3 times"),
        "{error}"
    );
    assert_eq!(server.received().len(), 3);
    assert!(items.next().await.is_none());
}

#[tokio::test]
async fn a_flag_reports_more_pages() {
    let server = serve(|uri| match uri {
        "/v1/from-zero" => (200, r#"{"data": [], "has_more": true, "total": 1}"#.into()),
        "/v1/from-zero?p=1" => (200, r#"{"data": [{"id": 1}], "has_more": false}"#.into()),
        "/v1/flagged" => (
            200,
            r#"{"data": [{"id": 1}], "meta": {"next": "a", "more": true}}"#.into(),
        ),
        "/v1/flagged?next=a" => (
            200,
            r#"{"data": [{"id": 2}], "meta": {"next": "b", "more": false}}"#.into(),
        ),
        "/v1/flagged?next=c" => (200, r#"{"data": [], "meta": {"more": true}}"#.into()),
        "/v1/flagged?next=d" => (200, r#"{"data": [], "meta": {"more": "canary"}}"#.into()),
        _ => (404, "{}".into()),
    })
    .await;
    let client = client(&server);
    assert_eq!(ids(client.list_from_zero().items()).await, [1]);
    assert_eq!(ids(client.list_flagged().items()).await, [1, 2]);
    assert_eq!(server.received().len(), 4);
    for (cursor, problem) in [
        ("c", "no token"),
        ("d", "at `meta.more`: expected a boolean"),
    ] {
        let error = client.list_flagged().cursor(cursor).await.unwrap_err();
        assert!(error.to_string().contains(problem), "{error}");
    }
}

#[tokio::test]
async fn offsets_count_items() {
    let server = serve(|uri| match uri {
        "/v1/offset" => (200, r#"{"data": [{"id": 1}, {"id": 2}]}"#.into()),
        "/v1/offset?start=2" => (
            200,
            r#"{"data": [{"id": "canary"}, {"id": 4}, {"id": 5}]}"#.into(),
        ),
        "/v1/offset?start=5" => (200, r#"{"data": [{"id": 6}]}"#.into()),
        "/v1/offset?start=6" => (200, r#"{"data": []}"#.into()),
        _ => (404, "{}".into()),
    })
    .await;
    let client = client(&server);
    let mut items = client.list_by_offset().items();
    let mut found = Vec::new();
    loop {
        match items.next().await {
            Some(Ok(change)) => found.push(change.id),
            Some(Err(error)) => {
                assert_eq!(error.kind(), ErrorKind::Decode);
                assert!(items.skip_page());
            }
            None => break,
        }
    }
    assert_eq!(found, [1, 2, 6]);
}

#[tokio::test]
async fn a_page_that_is_no_list_is_an_error() {
    let server = serve(|_| (200, r#"{"id": 1}"#.into())).await;
    let error = client(&server).list_numbered().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error
            .to_string()
            .contains("expected a sequence, found an object"),
        "{error}"
    );
}
