//! What a failing test shows. Secrets stay out of it.

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

/// What is the same in all requests.
const ORDINARY: [HeaderName; 3] = [ACCEPT, CONTENT_TYPE, USER_AGENT];
const SECRET: [HeaderName; 3] = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION];
/// How much of a value is shown, in characters.
const SHOWN: usize = 300;

/// All that is not as the stubs say.
pub(super) fn whole(book: &Book) -> Option<String> {
    let unexpected = book
        .stubs
        .iter()
        .filter(|stub| !stub.times.allow(stub.called))
        .map(expectation);
    numbered(repeated(book).chain(unexpected))
}

/// The calls that nothing answered, and no expectations: for a test that has ended early.
pub(super) fn unanswered(book: &Book) -> Option<String> {
    numbered(repeated(book))
}

fn repeated(book: &Book) -> impl Iterator<Item = String> {
    book.unanswered().iter().map(|(report, count)| match count {
        1 => report.clone(),
        count => format!("{report}\n   It came {count} times."),
    })
}

/// A call that no stub matches, in one line for the caller's error and in full for the report.
pub(super) fn unmatched(book: &Book, request: &Arc<Request<Bytes>>) -> (String, String) {
    let title = format!(
        "No stub answers this call:\n{}",
        indented(self::request(request))
    );
    let stubs = book.stubs.iter().rev();
    let Some((_, stub, differences)) = stubs
        .map(|stub| distance(book, stub, request))
        .min_by_key(|(distance, ..)| *distance)
    else {
        return (
            "this test has no stub".to_owned(),
            format!("{title}\n   This test has no stub."),
        );
    };
    let nearest = format!("{} at {}", stub.endpoint.name(), place(stub.written_at));
    let told = format!(
        "no stub answers it; the nearest is {nearest}, {}",
        differences.join("; ")
    );
    (
        told,
        format!(
            "{title}\n   The nearest is {nearest}:\n{}",
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

/// The request in a few lines, without its authorization.
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

/// A value of the header or parameter of that name.
pub(super) fn value(name: &str, value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        _ if SECRET
            .iter()
            .any(|secret| name.eq_ignore_ascii_case(secret.as_str())) =>
        {
            "a value not shown".to_owned()
        }
        value => shortened(&value.to_string()),
    }
}

pub(super) fn place(location: &Location<'_>) -> String {
    format!("{}:{}", location.file(), location.line())
}

/// How far a stub is from answering the request, and what is in the way.
fn distance<'b>(
    book: &'b Book,
    stub: &'b Planned,
    request: &Arc<Request<Bytes>>,
) -> (usize, &'b Planned, Vec<String>) {
    /// One of another endpoint is further than any difference of values.
    const OTHER: usize = 1000;
    match ReceivedCall::read(stub.endpoint, &book.prefix, request) {
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
        count => format!(" ({count} that it matches went to newer stubs)"),
    };
    let (name, place) = (stub.endpoint.name(), place(stub.written_at));
    let title = format!(
        "{name} at {place}: {} expected, {count} came{newer}",
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
        1 => "what was called is not what this test's stubs say:".to_owned(),
        count => format!("what was called is not what this test's stubs say, in {count} points:"),
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
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}
