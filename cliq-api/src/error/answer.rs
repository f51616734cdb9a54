//! An answer that was no success, or that could not be read: what it says, in which of Zoho's
//! forms, and what to do about it.

use std::fmt::{self, Write};
use std::time::Duration;

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderMap, Response, StatusCode};
use serde_json::Value;

/// How much of a server's text is shown, in characters.
const SHOWN: usize = 300;
/// How much of a body is kept, in bytes.
const KEPT: usize = 64 * 1024;

#[derive(Clone)]
pub(crate) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
}

/// Headers and body stay out of `Debug`, as they may hold what nobody should log.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("code", &self.code)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

impl Answer {
    pub(crate) fn new(response: Response<Bytes>) -> Self {
        let (parts, body) = response.into_parts();
        // What says why is small. A large body, parsed, would take many times its size.
        let parsed = if body.len() > KEPT {
            Value::Null
        } else {
            serde_json::from_slice(&body).unwrap_or_default()
        };
        let (code, message) = code_and_message(&parsed);
        // A copy where it is cut, so that a large answer isn't kept alive by its beginning.
        let body = if body.len() > KEPT {
            Bytes::copy_from_slice(&body[..KEPT])
        } else {
            body
        };
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
            code,
            message,
        }
    }

    /// Whether the server counted too many calls: 429, or 400 with one of the codes that Zoho uses
    /// for it.
    pub(crate) fn is_throttled(&self) -> bool {
        const CODES: [&str; 3] = [
            "request_limit_exceeded",
            "rate_limit_exceeded",
            "url_rolling_throttles_limit_exceeded",
        ];
        self.status == StatusCode::TOO_MANY_REQUESTS
            || self.status == StatusCode::BAD_REQUEST
                && self
                    .code
                    .as_ref()
                    .is_some_and(|code| CODES.iter().any(|known| code.eq_ignore_ascii_case(known)))
    }

    /// How long the server wants to be left alone: its `Retry-After`, or "Try again after 22
    /// minutes" in its words.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let header = self
            .headers
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(seconds);
        header.or_else(|| {
            if self.is_throttled() {
                told_in_words(self.message.as_deref()?)
            } else {
                None
            }
        })
    }

    /// One line: status, code, message, and what an operator can do.
    pub(super) fn describe(&self, authorized: bool) -> String {
        let mut line = self.status.to_string();
        for text in [&self.code, &self.message].into_iter().flatten() {
            line.push_str(": ");
            push_escaped(&mut line, text);
        }
        if let Some(advice) = self.advice(authorized) {
            line.push_str(" (");
            line.push_str(advice);
            line.push(')');
        }
        line
    }

    fn advice(&self, authorized: bool) -> Option<&'static str> {
        if self.is_throttled() {
            return Some(
                "the server counts too many calls of this user, and may refuse all further ones for its lock period",
            );
        }
        if self.status == StatusCode::UNAUTHORIZED && !authorized {
            return Some(
                "the call went without an access token: the client was given no credentials",
            );
        }
        let by_code = self.code.as_deref().and_then(|code| {
            ADVICE
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(code))
                .map(|(_, advice)| *advice)
        });
        by_code.or(match self.status {
            StatusCode::UNAUTHORIZED => Some(
                "the access token is not valid here: it ran out after an hour, was revoked, or belongs to another data centre",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => Some("what was sent is too large for the server"),
            status if status.is_redirection() => Some("redirects are not followed; is the base URL right?"),
            status if status.is_server_error() => Some("the fault is the server's; try again later"),
            _ => None,
        })
    }
}

/// What Zoho's codes ask for, where its own words don't say it.
const ADVICE: [(&str, &str); 12] = [
    (
        "oauthtoken_scope_invalid",
        "the token lacks a scope that this endpoint needs",
    ),
    (
        "extra_key_found",
        "the body has a member that the server doesn't know",
    ),
    (
        "param_missing",
        "the server needs a parameter that was not set",
    ),
    (
        "input_pattern_mismatch",
        "a value doesn't have the form that the server wants",
    ),
    ("operation_not_allowed", "this user may not do that here"),
    ("access_denied", "this user may not do that here"),
    ("chat_access_denied", "this user is no member of that chat"),
    (
        "chat_not_found",
        "there is no such chat, or not for this user",
    ),
    (
        "channel_not_exists",
        "there is no such channel, or not for this user",
    ),
    ("message_not_found", "there is no such message in that chat"),
    (
        "thread_chatid_invalid",
        "there is no such thread; a thread's chat id ends in `-T-` and digits",
    ),
    (
        "service_unavailable",
        "the fault is the server's; try again later",
    ),
];

/// The forms in which Zoho's servers tell what went wrong.
fn code_and_message(body: &Value) -> (Option<String>, Option<String>) {
    let error = &body["error"];
    let text = |values: &[&Value]| {
        values.iter().find_map(|value| match value {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    };
    let code = text(&[&body["code"], &error["code"], &error["title"], error]);
    let message = text(&[
        &body["message"],
        &error["message"],
        &error["details"]["message"],
        &body["error_description"],
    ]);
    (code, message)
}

/// `Retry-After` in seconds. As a date it was never seen here, and would trust two clocks.
fn seconds(value: &str) -> Option<Duration> {
    value.trim().parse().ok().map(Duration::from_secs)
}

/// "… Try again after 22 minutes."
fn told_in_words(message: &str) -> Option<Duration> {
    let lower = message.to_ascii_lowercase();
    let (_, rest) = lower.split_once("try again after ")?;
    let mut words = rest.split_ascii_whitespace();
    let number: u64 = words.next()?.parse().ok()?;
    let unit = words.next()?.trim_end_matches('.');
    let seconds = match unit.strip_suffix('s').unwrap_or(unit) {
        "second" | "sec" => 1,
        "minute" | "min" => 60,
        "hour" => 3600,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}

/// On one line, whatever a server puts into its text, and not too long.
fn push_escaped(line: &mut String, text: &str) {
    for (index, character) in text.chars().enumerate() {
        if index == SHOWN {
            line.push('…');
            break;
        }
        // Marks that turn the direction of writing hide what stands behind them, as control
        // characters do.
        if character.is_control()
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            let _ = write!(line, "{}", character.escape_unicode());
        } else {
            line.push(character);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &'static str) -> Answer {
        Answer::new(
            Response::builder()
                .status(status)
                .body(Bytes::from_static(body.as_bytes()))
                .unwrap(),
        )
    }

    #[test]
    fn every_form_of_body_gives_its_code_and_words() {
        for (body, code, message) in [
            (r#"{"message": "No."}"#, None, Some("No.")),
            (
                r#"{"code": "chat_not_found", "message": "No."}"#,
                Some("chat_not_found"),
                Some("No."),
            ),
            (r#"{"code": "ACCESS_DENIED"}"#, Some("ACCESS_DENIED"), None),
            (
                r#"{"code": "oauth.token.invalid"}"#,
                Some("oauth.token.invalid"),
                None,
            ),
            (r#"{"code": 1002}"#, Some("1002"), None),
            (
                r#"{"error": {"code": "rate_limit_exceeded", "message": "No."}}"#,
                Some("rate_limit_exceeded"),
                Some("No."),
            ),
            (
                r#"{"error": {"title": "URL_X", "details": {"message": "No."}}}"#,
                Some("URL_X"),
                Some("No."),
            ),
            (
                r#"{"error": "Access Denied", "error_description": "No."}"#,
                Some("Access Denied"),
                Some("No."),
            ),
            ("", None, None),
            ("<html>", None, None),
            ("[1]", None, None),
        ] {
            let answer = answer(400, body);
            assert_eq!(
                (answer.code.as_deref(), answer.message.as_deref()),
                (code, message),
                "{body}"
            );
            assert_eq!(answer.body, body);
        }
    }

    #[test]
    fn each_way_of_being_limited_is_known() {
        assert!(answer(429, "").is_throttled());
        assert!(answer(400, r#"{"code": "request_limit_exceeded"}"#).is_throttled());
        assert!(
            answer(
                400,
                r#"{"error": {"title": "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED"}}"#
            )
            .is_throttled()
        );
        assert!(!answer(400, r#"{"code": "param_missing"}"#).is_throttled());
        assert!(!answer(404, r#"{"code": "request_limit_exceeded"}"#).is_throttled());
    }

    #[test]
    fn how_long_is_read_from_the_header_and_from_words() {
        let words = r#"{"error": {"title": "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED", "details": {"message":
            "Cannot execute more than 100 requests per API in 2 minutes. Try again after 22 minutes."}}}"#;
        assert_eq!(
            answer(400, words).retry_after(),
            Some(Duration::from_mins(22))
        );
        assert_eq!(
            answer(404, r#"{"message": "Try again after 22 minutes."}"#).retry_after(),
            None
        );
        assert_eq!(
            answer(429, r#"{"message": "Try again after a while."}"#).retry_after(),
            None
        );
        let with = |value: &str| {
            let mut answer = answer(429, words);
            answer.headers.insert(RETRY_AFTER, value.parse().unwrap());
            answer.retry_after()
        };
        assert_eq!(with("7"), Some(Duration::from_secs(7)));
        // What can't be read leaves the words.
        for unread in [
            "Wed, 21 Oct 2015 07:28:00 GMT",
            "99999999999999999999999",
            "-1",
        ] {
            assert_eq!(with(unread), Some(Duration::from_mins(22)), "{unread}");
        }
    }

    #[test]
    fn a_large_body_is_cut() {
        let response = Response::new(Bytes::from(vec![b'x'; KEPT + 1]));
        assert_eq!(Answer::new(response).body.len(), KEPT);
    }
}
