//! How a response is described that is not what was declared.

use std::borrow::Cow;
use std::fmt::Write;

use bytes::Bytes;
use http::Response;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};

use super::failure::{FailedResponse, Failure, MAX_KEPT};
use super::text::{push_escaped, push_start};
use crate::response::DecodeError;
use crate::secrets::Secrets;

/// One line: what doesn't fit, what the body is if it is not JSON, and the server's code and
/// message if it has them.
///
/// `failure` has no secrets any more; the rest of what the server sent is redacted here.
pub(super) fn misfit(
    response: &Response<Bytes>,
    failure: &Failure,
    error: &DecodeError,
    secrets: &Secrets,
) -> String {
    let status = response.status();
    // A path has names of members, which the server chose.
    let error_text = error.to_string();
    let error_text = secrets.redact(&error_text);
    let mut line = format!("the response ({status}) is not what was declared: {error_text}");
    if !error.is_json() {
        push_nature(&mut line, response, secrets);
    }
    if reports_failure(response) {
        for (name, text) in [("code", &failure.code), ("message", &failure.message)] {
            if let Some(text) = text {
                let _ = write!(line, "; the server's {name}: ");
                push_escaped(&mut line, text);
            }
        }
    }
    line
}

/// Appends what a body is that is not JSON. Of what may be damaged JSON nothing is shown, as it may
/// hold a secret.
fn push_nature(line: &mut String, response: &Response<Bytes>, secrets: &Secrets) {
    let header = |name: HeaderName| response.headers().get(name);
    let content_type = header(CONTENT_TYPE).map(|value| value.as_bytes());
    let is_json = content_type.is_some_and(is_json_type);
    for (name, value) in [
        (CONTENT_TYPE, content_type.filter(|_| !is_json)),
        (
            CONTENT_ENCODING,
            header(CONTENT_ENCODING).map(|value| value.as_bytes()),
        ),
    ] {
        if let Some(value) = value {
            let _ = write!(line, "; {name}: ");
            push_escaped(line, &secrets.redact(&String::from_utf8_lossy(value)));
        }
    }
    let text = response.body().trim_ascii_start();
    if !matches!(text.first(), None | Some(b'{' | b'[' | b'"')) {
        line.push_str("; it begins with \"");
        let text = &text[..text.len().min(MAX_KEPT)];
        let whole = String::from_utf8_lossy(text);
        match secrets.redact(&whole) {
            Cow::Owned(redacted) => push_start(line, redacted.as_bytes()),
            Cow::Borrowed(_) => push_start(line, text),
        }
        line.push('"');
    }
}

/// `application/json`, `text/json`, `application/problem+json`.
fn is_json_type(content_type: &[u8]) -> bool {
    let essence = content_type.split(|byte| *byte == b';').next();
    let essence = essence.unwrap_or_default().trim_ascii_end();
    essence.to_ascii_lowercase().ends_with(b"json")
}

/// Whether a success looks like a failure. `type` and `title` mean one only in problem details, and
/// are members of many resources.
fn reports_failure(response: &Response<Bytes>) -> bool {
    let body = response.body();
    let failed = FailedResponse::new(
        response.status(),
        response.headers(),
        &body[..body.len().min(MAX_KEPT)],
    );
    let is_problem = failed
        .header(CONTENT_TYPE)
        .is_some_and(|kind| kind.starts_with("application/problem+json"));
    let json = failed.json();
    let has = |name: &&str| json.get(name).is_some_and(|value| !value.is_null());
    is_problem || ["code", "message", "error", "errors"].iter().any(has)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::json::from_slice;

    fn described(headers: &[(&str, &str)], body: &[u8]) -> String {
        let mut response = Response::builder();
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let response = response.body(Bytes::copy_from_slice(body)).unwrap();
        let failure = Failure::read(&FailedResponse::new(
            response.status(),
            response.headers(),
            response.body(),
        ));
        let error = from_slice::<u8>(body, &["data"]).unwrap_err();
        let line = misfit(&response, &failure, &error, &Secrets::default());
        line.strip_prefix("the response (200 OK) is not what was declared: ")
            .unwrap()
            .to_owned()
    }

    #[test]
    fn a_body_that_is_not_json_is_described() {
        let html = [("content-type", "text/html")];
        assert_eq!(
            described(&html, b" <html>\n<title>Sign \"in\""),
            "invalid JSON at line 1, column 2; content-type: text/html; it begins with \
             \"<html>\\u{a}<title>Sign \\\"in\\\"\""
        );
        assert_eq!(
            described(&[], b"Down for maintenance"),
            "invalid JSON at line 1, column 1; it begins with \"Down for maintenance\""
        );
        let gzip = [
            ("content-type", "application/json;charset=UTF-8"),
            ("content-encoding", "gzip"),
        ];
        assert_eq!(
            described(&gzip, b"\x1f\x8b\x08\x00"),
            "invalid JSON at line 1, column 1; content-encoding: gzip; it begins with \
             \"\\x1f\\x8b\\x08\\x00\""
        );
        let long = described(&[], "x".repeat(1000).as_bytes());
        assert!(long.ends_with("xxx…\"") && long.len() < 200, "{long}");
        // Cut within a character.
        let long = described(&[], "ü".repeat(1000).as_bytes());
        assert!(long.ends_with("üüü…\"") && !long.contains("\\x"), "{long}");
    }

    #[test]
    fn of_damaged_json_nothing_is_shown() {
        let json = [("content-type", "application/json")];
        assert_eq!(
            described(&json, br#"{"token": "canary", }"#),
            "invalid JSON at line 1, column 21"
        );
        assert_eq!(
            described(&[("content-type", "text/plain")], br#"{"token": "canary"#),
            "invalid JSON at line 1, column 17: unexpected end; content-type: text/plain"
        );
    }

    #[test]
    fn the_servers_code_and_message_are_shown_if_it_reports_a_failure() {
        assert_eq!(
            described(&[], br#"{"code": "no_such_chat", "message": "No\nchat"}"#),
            "at `data`: the member is missing; the server's code: no_such_chat; the server's \
             message: No\\u{a}chat"
        );
        assert_eq!(
            described(&[], br#"{"error": {"message": "No."}}"#),
            "at `data`: the member is missing; the server's message: No."
        );
        assert_eq!(
            described(
                &[],
                br#"{"type": "note", "title": "canary", "detail": "canary"}"#
            ),
            "at `data`: the member is missing"
        );
    }
}
