//! Reports of failing tests. They contain no secrets.

use std::panic::Location;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderName, PROXY_AUTHORIZATION, USER_AGENT,
};
use serde_json::Value;

use super::book::{Book, Planned};
use super::received::ReceivedCall;

/// Headers that reports omit, because most requests have them.
const ORDINARY: [HeaderName; 3] = [ACCEPT, CONTENT_TYPE, USER_AGENT];
const SECRET: [HeaderName; 3] = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION];
/// The maximum length of a value in a report, in characters.
const MAX_SHOWN: usize = 300;

/// Reports all differences from the stubs.
pub(super) fn whole(book: &Book) -> Option<String> {
    let unexpected = book
        .stubs
        .iter()
        .filter(|stub| !stub.times.allow(stub.called))
        .map(expectation);
    numbered(repeated(book).chain(unexpected))
}

/// Reports only calls without a reply, for a test that ended early.
pub(super) fn unanswered(book: &Book) -> Option<String> {
    numbered(repeated(book))
}

fn repeated(book: &Book) -> impl Iterator<Item = String> {
    book.unanswered().iter().map(|(report, count)| match count {
        1 => report.clone(),
        count => format!("{report}\n   Received {count} times."),
    })
}

/// Describes a call that no stub matches: in one line for the caller's error, and in full for the
/// report.
pub(super) fn unmatched(book: &Book, request: &Arc<Request<Bytes>>) -> (String, String) {
    let title = format!(
        "No stub matches this call:\n{}",
        indented(self::request(request))
    );
    let stubs = book.stubs.iter().rev();
    let Some((_, stub, differences)) = stubs
        .map(|stub| distance(book, stub, request))
        .min_by_key(|(distance, ..)| *distance)
    else {
        return (
            "this test has no stubs".to_owned(),
            format!("{title}\n   This test has no stubs."),
        );
    };
    let closest = format!("{} at {}", stub.endpoint.name(), place(stub.written_at));
    let line = format!(
        "no stub matches; the closest is {closest}: {}",
        differences.join("; ")
    );
    (
        line,
        format!(
            "{title}\n   The closest stub is {closest}:\n{}",
            indented(differences)
        ),
    )
}

pub(super) fn without_reply(request: &Request<Bytes>, stub: &Planned) -> String {
    let (name, place) = (stub.endpoint.name(), place(stub.written_at));
    format!(
        "The stub {name} at {place} has no reply to this call:\n{}",
        indented(self::request(request))
    )
}

/// Shows the request in a few lines, without its authorization.
pub(super) fn request(request: &Request<Bytes>) -> Vec<String> {
    let url = request
        .uri()
        .path_and_query()
        .map_or("/", |url| url.as_str());
    let mut lines = vec![format!("{} {url}", request.method())];
    for (name, value) in request.headers() {
        if !ORDINARY.contains(name) && !SECRET.contains(name) {
            lines.push(format!(
                "{name}: {}",
                shortened(&String::from_utf8_lossy(value.as_bytes()))
            ));
        }
    }
    match request.body() {
        body if body.is_empty() => {}
        body => lines.push(match std::str::from_utf8(body) {
            Ok(text) => shortened(text),
            Err(_) => format!("({} bytes)", body.len()),
        }),
    }
    lines
}

/// Shows the value of the header or parameter with this name.
pub(super) fn value(name: &str, value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        _ if SECRET
            .iter()
            .any(|secret| name.eq_ignore_ascii_case(secret.as_str())) =>
        {
            "[REDACTED]".to_owned()
        }
        value => shortened(&value.to_string()),
    }
}

pub(super) fn place(location: &Location<'_>) -> String {
    format!("{}:{}", location.file(), location.line())
}

/// Returns how much a request differs from a stub, and the differences.
fn distance<'b>(
    book: &'b Book,
    stub: &'b Planned,
    request: &Arc<Request<Bytes>>,
) -> (usize, &'b Planned, Vec<String>) {
    /// More than any difference of values: a stub of another endpoint is less similar.
    const OTHER: usize = 1000;
    if let Some(closer) = book.closer(stub.endpoint, request) {
        let why = format!("expected {}, found {closer}", stub.endpoint);
        return (OTHER + 1, stub, vec![why]);
    }
    match ReceivedCall::read(stub.endpoint, &book.servers, request) {
        Ok(call) => {
            let differences = stub.differences(&call);
            (differences.len(), stub, differences)
        }
        Err(misfit) => (OTHER + misfit.distance, stub, vec![misfit.why]),
    }
}

fn expectation(stub: &Planned) -> String {
    let count = if stub.called == 0 {
        "none".to_owned()
    } else {
        stub.called.to_string()
    };
    let newer = match stub.passed_over {
        0 => String::new(),
        count => format!(" (newer stubs took {count} of its calls)"),
    };
    let (name, place) = (stub.endpoint.name(), place(stub.written_at));
    let title = format!(
        "{name} at {place}: expected {}, found {count}{newer}",
        stub.times
    );
    let matchers: Vec<_> = stub.matchers.iter().map(ToString::to_string).collect();
    if matchers.is_empty() {
        title
    } else {
        format!("{title}\n{}", indented(matchers))
    }
}

fn numbered(problems: impl Iterator<Item = String>) -> Option<String> {
    let problems: Vec<_> = problems
        .enumerate()
        .map(|(index, problem)| format!("{}. {problem}", index + 1))
        .collect();
    let title = match problems.len() {
        0 => return None,
        1 => "the calls don't match this test's stubs:".to_owned(),
        count => format!("the calls don't match this test's stubs ({count} problems):"),
    };
    Some(format!("{title}\n\n{}\n", problems.join("\n\n")))
}

fn indented(lines: impl IntoIterator<Item = String>) -> String {
    let lines: Vec<_> = lines
        .into_iter()
        .map(|line| format!("     {}", line.replace('\n', "\n     ")))
        .collect();
    lines.join("\n")
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}
