//! The parts of a received multipart body.

use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;

/// A part of a multipart body that a [`StubServer`](crate::StubServer) received.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceivedPart {
    /// The name.
    pub name: String,
    /// The file name, if it has one.
    pub file_name: Option<String>,
    /// The content type, if it has one.
    pub content_type: Option<String>,
    /// The content.
    pub content: Bytes,
}

impl ReceivedPart {
    /// Returns the content as text; `None` if it isn't UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.content).ok()
    }
}

/// Reads the parts of a request's body; none if it isn't multipart.
pub(super) fn parts(request: &Request<Bytes>) -> Vec<ReceivedPart> {
    let content_type = request.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    content_type
        .and_then(|content_type| parts_of(content_type, request.body()))
        .unwrap_or_default()
}

/// Reads the parts of a body; `None` if it isn't multipart.
pub(crate) fn parts_of(content_type: &str, body: &Bytes) -> Option<Vec<ReceivedPart>> {
    let mut parameters = content_type.split(';').map(str::trim);
    let media = parameters.next()?;
    if !media.eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.eq_ignore_ascii_case("boundary")
            .then(|| value.trim_matches('"'))
    })?;
    let mut rest = body.clone();
    let between = format!("\r\n--{boundary}");
    // The first line between parts has nothing before it.
    taken_until(&mut rest, &between.as_bytes()[2..])?;
    let mut parts = Vec::new();
    while let Some(mut part) = taken_until(&mut rest, between.as_bytes()) {
        if let Some(head) = taken_until(&mut part, b"\r\n\r\n") {
            parts.push(read(&String::from_utf8_lossy(&head), part));
        }
    }
    Some(parts)
}

/// Takes what comes before the delimiter, and the delimiter.
fn taken_until(rest: &mut Bytes, delimiter: &[u8]) -> Option<Bytes> {
    let at = rest
        .windows(delimiter.len())
        .position(|window| window == delimiter)?;
    let before = rest.split_to(at);
    drop(rest.split_to(delimiter.len()));
    Some(before)
}

fn read(head: &str, content: Bytes) -> ReceivedPart {
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(header, _)| header.eq_ignore_ascii_case(name))
    };
    let disposition = header("content-disposition").map_or("", |(_, value)| value);
    let named = |name: &str| {
        let (_, rest) = disposition.split_once(&format!("; {name}=\""))?;
        let value = rest.split('"').next()?;
        Some(
            value
                .replace("%22", "\"")
                .replace("%0D", "\r")
                .replace("%0A", "\n"),
        )
    };
    ReceivedPart {
        name: named("name").unwrap_or_default(),
        file_name: named("filename"),
        content_type: header("content-type").map(|(_, value)| value.to_owned()),
        content,
    }
}
