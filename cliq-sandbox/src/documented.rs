//! The operations that Zoho documents: scopes and limits for those that aren't declared, and the
//! published example for those that the sandbox doesn't simulate.
//!
//! `data/documented.py` generates the data from the facts of the documents.

use std::sync::LazyLock;
use std::time::Duration;

use bytes::Bytes;
use cliq_api::{EndpointMeta, Limit, Lockout, Param, ResponseKind, Scopes};
use http::header::{HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use crate::reply;

/// Marks a response that is the published example, regardless of the request.
pub(crate) const EXAMPLE: HeaderName = HeaderName::from_static("x-sandbox-example");

static DATA: &str = include_str!("../data/documented.jsonl");

static OPERATIONS: LazyLock<Vec<Documented>> = LazyLock::new(|| {
    DATA.lines()
        .map(|line| serde_json::from_str(line).expect("each line is an operation"))
        .collect()
});

/// Returns all documented operations, one per method and URL.
pub(crate) fn operations() -> &'static [Documented] {
    &OPERATIONS
}

/// A documented method and URL.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Documented {
    /// Such as `GET /api/v3/chats/<CHAT_ID>`.
    operation: String,
    /// Alternatives, each of which may need several scopes.
    #[serde(default)]
    scopes: Vec<Vec<String>>,
    #[serde(default)]
    limits: Vec<String>,
    lock: Option<String>,
    #[serde(default)]
    query: Vec<String>,
    /// Whether the response is not JSON.
    #[serde(default)]
    binary: bool,
    status: u16,
    example: Option<Value>,
}

impl Documented {
    pub(crate) fn method(&self) -> Method {
        let method = self.operation.split(' ').next().unwrap_or_default();
        method.parse().expect("a documented method")
    }

    /// Returns a path such as `/api/v3/chats/<CHAT_ID>`.
    pub(crate) fn path(&self) -> &str {
        self.operation.split(' ').nth(1).unwrap_or_default()
    }

    /// Returns the names of the query parameters.
    pub(crate) fn query(&self) -> impl Iterator<Item = &str> {
        self.query.iter().map(String::as_str)
    }

    /// Returns the published response, marked as an example. A request for a next page gets the
    /// last one, so that paging ends.
    pub(crate) fn example(&self, is_next_page: bool) -> Response<Bytes> {
        let status = StatusCode::from_u16(self.status).expect("a documented status");
        let mut response = match &self.example {
            None => reply::empty(status),
            Some(example) => {
                let mut example = example.clone();
                if let (true, Value::Object(members)) = (is_next_page, &mut example) {
                    members.remove("next_token");
                }
                reply::json(status, &example)
            }
        };
        let mark = HeaderValue::from_static("true");
        response.headers_mut().insert(EXAMPLE, mark);
        response
    }

    /// Returns the endpoints that would be declared, one per alternative of scopes. They live as
    /// long as the program.
    pub(crate) fn declared(&self) -> Vec<&'static EndpointMeta> {
        let scopes: Vec<_> = self
            .scopes
            .iter()
            .map(|scopes| Scopes::All(texts(scopes)))
            .collect();
        let scopes = if scopes.is_empty() {
            vec![Scopes::None]
        } else {
            scopes
        };
        let limits: Vec<_> = self.limits.iter().map(|limit| parse_limit(limit)).collect();
        let placeholders = self.path().split('/').filter_map(|segment| {
            let name = segment.strip_prefix('<')?.strip_suffix('>')?;
            Some(Param::path(leaked(name), true, ""))
        });
        let query = self
            .query()
            .map(|name| Param::query(leaked(name), false, ""));
        let meta = EndpointMeta {
            name: leaked(&self.operation),
            api: "Documented",
            method: Box::leak(Box::new(self.method())),
            path: leaked(self.path()),
            limits: limits.leak(),
            lock: self
                .lock
                .as_deref()
                .map_or(Lockout::Undeclared, |lock| Lockout::For(parse_time(lock))),
            kind: if self.binary {
                ResponseKind::Bytes
            } else {
                ResponseKind::Json
            },
            params: placeholders.chain(query).collect::<Vec<_>>().leak(),
            ..EndpointMeta::DEFAULT
        };
        scopes
            .into_iter()
            .map(|scopes| &*Box::leak(Box::new(EndpointMeta { scopes, ..meta })))
            .collect()
    }
}

fn leaked(text: &str) -> &'static str {
    text.to_owned().leak()
}

fn texts(texts: &[String]) -> &'static [&'static str] {
    texts
        .iter()
        .map(|text| leaked(text))
        .collect::<Vec<_>>()
        .leak()
}

/// Parses `20/min` or `10/5min`.
fn parse_limit(limit: &str) -> Limit {
    let parsed = limit.split_once('/').and_then(|(calls, per)| {
        let minutes = match per.strip_suffix("min")? {
            "" => 1,
            minutes => minutes.parse().ok()?,
        };
        Some(Limit::new(
            calls.parse().ok()?,
            Duration::from_mins(minutes),
        ))
    });
    parsed.expect("a documented limit")
}

/// Parses `10s` or `10m`.
fn parse_time(time: &str) -> Duration {
    let seconds = time.strip_suffix('s').and_then(|count| count.parse().ok());
    let minutes = time.strip_suffix('m').and_then(|count| count.parse().ok());
    let time = seconds
        .map(Duration::from_secs)
        .or(minutes.map(Duration::from_mins));
    time.expect("a documented time")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lines_are_parsed() {
        let (v2, v3): (Vec<_>, Vec<_>) = operations()
            .iter()
            .partition(|operation| operation.path().starts_with("/api/v2/"));
        assert_eq!((v2.len(), v3.len()), (46, 126));
        for operation in operations() {
            let declared = operation.declared();
            assert_eq!(declared[0].to_string(), operation.operation);
            assert!(operation.example(false).status().is_success());
        }
    }

    #[test]
    fn documented_operations_match_their_declarations() {
        const NAMES: &[&str] = &["ZohoCliq.Webhooks.CREATE", "ZohoCliq.BotMessages.CREATE"];
        let find = |text: &str| {
            operations()
                .iter()
                .find(|one| one.operation == text)
                .unwrap()
                .declared()
        };
        let [calls] = find("POST /api/v3/bots/<BOT_UNIQUE_NAME>/calls")[..] else {
            panic!()
        };
        assert_eq!(calls.limits()[0].to_string(), "10/5min");
        assert_eq!(calls.lock(), Some(Duration::from_mins(30)));
        assert_eq!(calls.scopes(), Scopes::All(NAMES));
        assert_eq!(find("PUT /api/v3/chats/<CHAT_ID>").len(), 2);
        let [stores] = find("GET /api/v3/datastores")[..] else {
            panic!()
        };
        assert_eq!(stores.scopes().names(), ["ZohoCliq.Datastores.READ"]);
    }

    #[test]
    fn a_next_page_is_the_last() {
        let bots = operations()
            .iter()
            .find(|one| one.operation == "GET /api/v3/bots")
            .unwrap();
        let has_next = |response: Response<Bytes>| {
            let body: Value = serde_json::from_slice(response.body()).unwrap();
            body.get("next_token").is_some()
        };
        assert!(has_next(bots.example(false)) && !has_next(bots.example(true)));
    }
}
