//! `-> Events<T>`, with one connection and with several.

use std::convert::Infallible;
use std::sync::Mutex;

use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use cliq_api::{ErrorKind, EventsExt};

use super::*;

/// Events that are available immediately, and then the end.
struct Ready(std::collections::VecDeque<Event>);

impl futures_core::Stream for Ready {
    type Item = Result<Event, Infallible>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.pop_front().map(Ok))
    }
}

fn sse(events: impl IntoIterator<Item = Event>) -> Response {
    let events = Ready(events.into_iter().collect());
    Sse::new(events)
        .keep_alive(KeepAlive::default())
        .into_response()
}

/// Starts a server whose connections follow `script`; returns the `Last-Event-ID` of each.
async fn source(
    script: impl Fn(usize) -> Response + Send + Sync + Clone + 'static,
) -> (String, Arc<Mutex<Vec<Option<String>>>>) {
    let ids = Arc::<Mutex<Vec<_>>>::default();
    let seen = Arc::clone(&ids);
    let watch = async move |headers: HeaderMap| {
        assert_eq!(headers["accept"], "text/event-stream");
        let id = headers.get("last-event-id");
        let mut seen = seen.lock().unwrap();
        seen.push(id.map(|id| id.to_str().unwrap().to_owned()));
        script(seen.len())
    };
    (
        serve(
            Router::new()
                .route("/events", get(watch.clone()))
                .route("/text-events", get(watch)),
        )
        .await,
        ids,
    )
}

fn change(id: u32) -> Event {
    Event::default()
        .id(id.to_string())
        .json_data(Change { id })
        .unwrap()
}

#[tokio::test]
async fn events_have_names_ids_and_data() {
    let (url, _) = source(|_| {
        sse([
            Event::default().comment("hello"),
            change(1).event("added"),
            Event::default().data("canary"),
            Event::default()
                .retry(Duration::from_millis(1500))
                .data("{\"id\":\n2}"),
        ])
    })
    .await;
    let mut changes = client(&url).watch().await.unwrap();
    let first = changes.next().await.unwrap().unwrap();
    assert_eq!(
        first,
        cliq_api::Event::new(Change { id: 1 }).id("1").name("added")
    );
    let error = changes.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(!error.to_string().contains("canary"), "{error}");
    let last = changes.next().await.unwrap().unwrap();
    assert_eq!(
        (last.data.id, last.id.as_deref(), last.name),
        (2, Some("1"), None)
    );
    assert_eq!(changes.retry(), Some(Duration::from_millis(1500)));
    assert_eq!(changes.last_event_id(), Some("1"));
    assert!(changes.next().await.is_none());

    let meta = DEPOT.iter().find(|meta| meta.name() == "watch").unwrap();
    let mut events = client(&url).call(meta).events().await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().data["id"], 1);

    let mut texts = client(&url).watch_text().from(1).await.unwrap();
    assert_eq!(texts.next().await.unwrap().unwrap().data, "{\"id\":1}");
    assert_eq!(texts.next().await.unwrap().unwrap().data, "canary");
}

#[tokio::test]
async fn another_content_type_is_an_error() {
    let (url, _) = source(|_| axum::Json(Change { id: 1 }).into_response()).await;
    let error = client(&url).watch().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error.to_string().contains("expected server-sent events"),
        "{error}"
    );
}

#[tokio::test]
async fn connections_follow_each_other_until_the_server_has_no_more() {
    let (url, ids) = source(|connection| match connection {
        1 => sse([
            Event::default().retry(Duration::from_millis(1)),
            change(1),
            change(2),
        ]),
        2 => StatusCode::BAD_GATEWAY.into_response(),
        3 => sse([change(3)]),
        _ => StatusCode::NO_CONTENT.into_response(),
    })
    .await;
    let mut changes = Client::builder(url)
        .retry(RetryPolicy::none())
        .build()
        .unwrap()
        .watch()
        .reconnecting()
        .retry(Duration::from_millis(1))
        .start_after("0");
    for id in 1..=3 {
        assert_eq!(changes.next().await.unwrap().unwrap().data.id, id);
    }
    assert!(changes.next().await.is_none());
    assert!(changes.next().await.is_none());
    let text = |id: &str| Some(id.to_owned());
    assert_eq!(
        *ids.lock().unwrap(),
        [text("0"), text("2"), text("2"), text("3")]
    );
    assert_eq!(changes.last_event_id(), Some("3"));
}

#[tokio::test]
async fn a_permanent_error_ends_the_stream_and_it_can_be_resumed() {
    let (url, ids) = source(|connection| match connection {
        1 => StatusCode::NOT_FOUND.into_response(),
        _ => sse([change(1)]),
    })
    .await;
    let mut changes = client(&url).watch().reconnecting();
    let error = changes.next().await.unwrap().unwrap_err();
    assert!(error.is_not_found());
    assert!(changes.next().await.is_none());
    changes.resume();
    assert_eq!(changes.next().await.unwrap().unwrap().data.id, 1);
    changes.resume();
    assert_eq!(
        ids.lock().unwrap().len(),
        2,
        "there was no error to resume after"
    );
}

#[tokio::test]
async fn connections_without_events_are_bounded() {
    let (url, ids) = source(|_| sse([])).await;
    let mut changes = client(&url)
        .watch()
        .reconnecting()
        .retry(Duration::ZERO)
        .max_failures(1);
    let error = changes.next().await.unwrap().unwrap_err();
    assert!(
        error.to_string().contains("2 connections in a row"),
        "{error}"
    );
    assert_eq!(ids.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_stream_that_is_dropped_counts_no_longer() {
    let (url, _) = source(|_| {
        let silent = axum::body::Body::from_stream(Silent);
        ([("content-type", "text/event-stream")], silent).into_response()
    })
    .await;
    let client = client(&url);
    let changes = client.watch().await.unwrap();
    assert_eq!(client.close(Duration::from_millis(20)).await, 1);
    drop(changes);
    assert_eq!(client.close(Duration::from_secs(5)).await, 0);
}

/// A stream that never yields anything.
struct Silent;

impl futures_core::Stream for Silent {
    type Item = std::io::Result<Bytes>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Pending
    }
}
