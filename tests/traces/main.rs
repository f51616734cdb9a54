//! Spans and events of a call, with OpenTelemetry's names.
//!
//! A single test, alone in its process: `tracing` caches the interest in each callsite, so a thread
//! without a subscriber could disable it for all.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cliq_api::prelude::*;
use cliq_api::threads::Threads;
use cliq_api::{ClientBuilder, RetryPolicy};
use cliq_sandbox::Sandbox;
use cliq_sandbox::limits::Limits;
use cliq_tests::faults::Fault;
use cliq_tests::server::{Server, Step, last_answer};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

#[endpoints]
trait Things {
    #[endpoint(GET "/things/<ID>")]
    fn get_one(&self, id: String) -> Bytes;
    #[endpoint(GET "/count")]
    fn count_things(&self) -> u8;
}

/// Fields as text.
type Fields = BTreeMap<&'static str, String>;

/// A span or an event.
#[derive(Debug, Clone)]
struct Told {
    name: &'static str,
    within: Option<&'static str>,
    fields: Fields,
}

/// Records the spans and events of this library.
#[derive(Debug, Clone, Default)]
struct Book(Arc<Mutex<Entries>>);

impl Book {
    fn spans(&self) -> Vec<Told> {
        let told = self.0.lock().unwrap();
        told.iter()
            .map(|(_, told)| told.clone())
            .filter(|told| told.name.starts_with("http.client"))
            .collect()
    }
}

/// Spans have an id.
type Entries = Vec<(Option<Id>, Told)>;

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Book {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let within = context
            .span(id)
            .and_then(|span| span.parent())
            .map(|parent| parent.name());
        let mut told = Told {
            name: attributes.metadata().name(),
            within,
            fields: Fields::new(),
        };
        attributes.record(&mut Writer(&mut told.fields));
        self.0.lock().unwrap().push((Some(id.clone()), told));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut book = self.0.lock().unwrap();
        let (_, told) = book
            .iter_mut()
            .rev()
            .find(|(known, _)| known.as_ref() == Some(id))
            .unwrap();
        values.record(&mut Writer(&mut told.fields));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if !event.metadata().target().starts_with("cliq_api::") {
            return;
        }
        let within = context.event_span(event).map(|span| span.name());
        let mut told = Told {
            name: "event",
            within,
            fields: Fields::new(),
        };
        event.record(&mut Writer(&mut told.fields));
        self.0.lock().unwrap().push((None, told));
    }
}

struct Writer<'f>(&'f mut Fields);

impl Visit for Writer<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

/// Makes a call, and returns its spans and events.
async fn traced(client: ClientBuilder) -> Vec<Told> {
    let book = Book::default();
    let listening =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(book.clone()));
    let policy = RetryPolicy::new()
        .max_attempts(2)
        .initial_backoff(Duration::from_millis(1));
    let _ = client
        .retry(policy)
        .build()
        .unwrap()
        .get_one("s3cret")
        .await;
    drop(listening);
    let told = book.0.lock().unwrap();
    told.iter()
        .map(|(_, told)| told.clone())
        .filter(|told| told.name.starts_with("http.client") || told.name == "event")
        .collect()
}

fn fields<'f>(pairs: &[(&'static str, &'f str)]) -> Vec<(&'static str, &'f str)> {
    pairs.to_vec()
}

impl Told {
    fn pairs(&self) -> Vec<(&'static str, &str)> {
        self.fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect()
    }
}

#[tokio::test]
async fn calls_are_told_under_opentelemetrys_names() {
    a_call_and_its_attempts().await;
    what_brought_no_answer().await;
    an_answer_that_can_t_be_read().await;
    a_wait_for_the_limit().await;
}

async fn a_call_and_its_attempts() {
    let then = |status| vec![Step::Read, Step::Write(last_answer(status, "{}"))];
    let server = Server::doing_in_turn(vec![then("503 Service Unavailable"), then("200 OK")]);
    let base_url = server.base_url();
    let (_, port) = base_url.rsplit_once(':').unwrap();
    let told = traced(Client::cliq(DataCenter::US).base_url(format!("{base_url}/base"))).await;
    let [call, first, again, second] = &told[..] else {
        panic!("{told:#?}")
    };

    assert_eq!((call.name, call.within), ("http.client.call", None));
    assert_eq!(
        call.pairs(),
        fields(&[
            ("endpoint", "get_one"),
            ("http.request.method", "GET"),
            ("http.request.resend_count", "1"),
            ("http.response.status_code", "200"),
            ("otel.kind", "client"),
            ("otel.name", "GET /things/<ID>"),
            ("server.address", "127.0.0.1"),
            ("server.port", port),
            ("url.template", "/things/<ID>"),
        ])
    );
    assert_eq!(
        (first.name, first.within),
        ("http.client.attempt", Some("http.client.call"))
    );
    assert_eq!(
        first.pairs(),
        fields(&[
            ("error.type", "503"),
            ("http.request.method", "GET"),
            ("http.response.status_code", "503"),
            ("otel.kind", "client"),
            ("otel.status_code", "ERROR"),
        ])
    );
    assert_eq!(
        (again.name, again.within),
        ("event", Some("http.client.call"))
    );
    assert_eq!(
        again.fields["message"],
        "the attempt failed and will be retried"
    );
    assert_eq!(
        again.fields["error"],
        "503 Service Unavailable (the server failed; retry later)"
    );
    assert!(again.fields.contains_key("wait"));
    assert_eq!(
        (second.name, second.within),
        ("http.client.attempt", Some("http.client.call"))
    );
    assert_eq!(
        second.pairs(),
        fields(&[
            ("http.request.method", "GET"),
            ("http.request.resend_count", "1"),
            ("http.response.status_code", "200"),
            ("otel.kind", "client"),
        ])
    );
}

/// Both the attempt and the call failed, with the error's kind.
async fn an_answer_that_can_t_be_read() {
    let server = Server::answering("[]");
    let book = Book::default();
    let listening =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(book.clone()));
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .build()
        .unwrap();
    client.count_things().await.unwrap_err();
    drop(listening);
    let [call, attempt] = &book.spans()[..] else {
        panic!("{book:?}")
    };
    assert_eq!(
        (
            &*call.fields["error.type"],
            &*call.fields["http.response.status_code"]
        ),
        ("decode", "200")
    );
    assert_eq!(attempt.fields["error.type"], "decode", "{attempt:?}");
}

/// A long wait is a separate event within the call.
async fn a_wait_for_the_limit() {
    tokio::time::pause();
    let demo = Sandbox::builder().limits(Limits::published()).demo();
    let client = demo.client();
    let book = Book::default();
    let listening =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(book.clone()));
    for _ in 0..20 {
        client.get_thread(&demo.thread_chat_id).await.unwrap();
    }
    drop(listening);
    tokio::time::resume();
    let told = book.0.lock().unwrap();
    let is_wait = |told: &&(Option<Id>, Told)| {
        told.1
            .fields
            .get("message")
            .is_some_and(|text| text.contains("waits for a slot"))
    };
    let waits: Vec<_> = told.iter().filter(is_wait).collect();
    assert!(!waits.is_empty(), "{told:?}");
    for (_, wait) in waits {
        assert_eq!(wait.within, Some("http.client.call"));
        assert!(
            wait.fields["wait_ms"].parse::<u64>().unwrap() > 1000,
            "{wait:?}"
        );
    }
}

/// The kind of the error is recorded.
async fn what_brought_no_answer() {
    let refused = Fault::Refused.bring_about();
    let told = traced(Client::cliq(DataCenter::US).base_url(refused.base_url())).await;
    let spans: Vec<_> = told.iter().filter(|told| told.name != "event").collect();
    assert_eq!(spans.len(), 3, "{told:#?}");
    for span in spans {
        assert_eq!(
            (
                &*span.fields["error.type"],
                &*span.fields["otel.status_code"]
            ),
            ("connect", "ERROR"),
            "{span:?}"
        );
        assert!(!span.fields.contains_key("http.response.status_code"));
    }
    assert!(!format!("{told:?}").contains("s3cret"));
}
