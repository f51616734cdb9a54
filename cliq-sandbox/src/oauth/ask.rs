//! A request to the accounts server.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, Request, Uri};
use time::OffsetDateTime;

use super::center::{CenterKey, Centers};

/// Parameters that must not be in a URL, which logs and proxies store.
const SECRETS: [&str; 4] = ["client_secret", "code", "refresh_token", "token"];
const FORM: &str = "application/x-www-form-urlencoded";

#[derive(Debug)]
pub(super) struct Ask<'r> {
    pub(super) now: OffsetDateTime,
    /// The data center that received it.
    pub(super) center: CenterKey,
    /// The host and port that it was sent to.
    pub(super) host: Option<&'r str>,
    body: Vec<(String, String)>,
    query: Vec<(String, String)>,
}

impl<'r> Ask<'r> {
    pub(super) fn read(
        request: &'r Request<Bytes>,
        centers: &Centers,
        now: OffsetDateTime,
    ) -> Self {
        let host = host(request.uri(), request.headers());
        let body: &[u8] = if is_form(request) {
            request.body()
        } else {
            b""
        };
        Self {
            now,
            center: centers.at(host),
            host,
            body: pairs(body),
            query: pairs(request.uri().query().unwrap_or_default().as_bytes()),
        }
    }

    /// Returns a parameter: from the body, else from the query, like Zoho. Treats an empty one as
    /// missing.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.body.iter().chain(&self.query);
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == Some(value)
    }

    pub(super) fn secrets_in_query(&self) -> bool {
        self.query
            .iter()
            .any(|(key, _)| SECRETS.contains(&key.as_str()))
    }
}

/// Returns the host and port that a request was sent to.
pub(crate) fn host<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> Option<&'r str> {
    let header = || headers.get(HOST).and_then(|host| host.to_str().ok());
    uri.authority()
        .map(|authority| authority.as_str())
        .or_else(header)
}

fn is_form(request: &Request<Bytes>) -> bool {
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    content_type
        .split(';')
        .next()
        .is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case(FORM))
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}
