//! What a failed response means: read once, by the provider, into a [`Failure`].

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;
use std::time::{Duration, SystemTime};

use http::header::{AsHeaderName, CONTENT_TYPE, DATE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::response::json;
use crate::secrets::{CUT, Secrets};
use crate::transport::FOREVER;

/// How much of a response's body is kept, in bytes.
pub(crate) const MAX_KEPT: usize = 64 * 1024;

/// How much plain text of a body is taken for a message, in characters.
const MAX_TEXT: usize = CUT;

/// A response that is no success, as a [`Provider`](crate::Provider) reads it.
pub struct FailedResponse<'r> {
    status: StatusCode,
    headers: &'r HeaderMap,
    body: &'r [u8],
    json: OnceCell<Value>,
}

impl<'r> FailedResponse<'r> {
    /// Makes one from its parts, for tests of a provider.
    pub fn new(status: StatusCode, headers: &'r HeaderMap, body: &'r [u8]) -> Self {
        Self {
            status,
            headers,
            body,
            json: OnceCell::new(),
        }
    }

    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    pub fn headers(&self) -> &'r HeaderMap {
        self.headers
    }

    /// Returns a header's value, if it is text.
    pub fn header(&self, name: impl AsHeaderName) -> Option<&'r str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the body, at most its first 64 KiB.
    pub fn body(&self) -> &'r [u8] {
        self.body
    }

    /// Returns the text or the number at this JSON pointer (RFC 6901), such as `/error/code`.
    pub fn text_at(&self, pointer: &str) -> Option<String> {
        text_of(&[self.json().pointer(pointer)?])
    }

    /// Returns the body as JSON; `null` where it is none.
    pub fn json(&self) -> &Value {
        self.json
            .get_or_init(|| json::parse(self.body).unwrap_or_default())
    }
}

/// Without headers and body, which may hold secrets.
impl fmt::Debug for FailedResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailedResponse")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// What a failed response means, for errors, the limiter and retries.
///
/// The guide: [providers](crate::guide::providers#errors).
///
/// [`Failure::read`] understands what most APIs send; a provider changes what differs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The server's code for what went wrong, such as `not_found`.
    pub code: Option<String>,
    /// The server's message.
    pub message: Option<String>,
    /// What an operator can do about it, without a full stop.
    pub advice: Option<Cow<'static, str>>,
    /// Whether the server refused because there were too many calls. It has not acted on the call.
    pub throttled: bool,
    /// How long to wait before the next attempt.
    pub retry_after: Option<Duration>,
    /// Whether the token was refused, so that another token may help.
    pub token_refused: bool,
    /// Whether the thing that was asked for doesn't exist.
    pub not_found: bool,
}

impl Failure {
    /// Reads what most APIs send: RFC 9457 problem details, `{"message"}`, `{"error": …}` as text
    /// or object, `errors[]`, `WWW-Authenticate`, `Retry-After`, and a short piece of plain text.
    ///
    /// ```
    /// use cliq_api::{FailedResponse, Failure, http};
    ///
    /// let headers = http::HeaderMap::new();
    /// let body = br#"{"type": "https://example.com/out-of-credit", "detail": "No credit."}"#;
    /// let response = FailedResponse::new(http::StatusCode::FORBIDDEN, &headers, body);
    /// let failure = Failure::read(&response);
    /// assert_eq!(failure.code.as_deref(), Some("https://example.com/out-of-credit"));
    /// assert_eq!(failure.message.as_deref(), Some("No credit."));
    /// ```
    pub fn read(response: &FailedResponse<'_>) -> Self {
        let status = response.status;
        let (mut code, mut message) = code_and_message(response.json());
        // Its own word, whatever code the body has.
        let mut lacks_scope = is_insufficient_scope(code.as_deref());
        for challenge in response.headers.get_all(WWW_AUTHENTICATE) {
            let Ok(challenge) = challenge.to_str() else {
                continue;
            };
            let error = parameter(challenge, "error");
            lacks_scope |= is_insufficient_scope(error.as_deref());
            code = code.or(error);
            message = message.or_else(|| parameter(challenge, "error_description"));
        }
        let message = message.or_else(|| plain_text(response));
        let advice = if lacks_scope {
            Some("the token lacks a scope that this endpoint needs")
        } else {
            advice(status)
        };
        Self {
            code,
            message,
            advice: advice.map(Cow::Borrowed),
            throttled: status == StatusCode::TOO_MANY_REQUESTS,
            retry_after: retry_after(response.headers, SystemTime::now()),
            token_refused: status == StatusCode::UNAUTHORIZED && !lacks_scope,
            not_found: status == StatusCode::NOT_FOUND || status == StatusCode::GONE,
        }
    }

    /// Takes secrets out of what is shown.
    pub(crate) fn redact(&mut self, secrets: &Secrets) {
        for text in self.code.iter_mut().chain(&mut self.message) {
            secrets.redact_in(text);
        }
        if let Some(Cow::Owned(advice)) = &mut self.advice {
            secrets.redact_in(advice);
        }
    }

    /// Returns whether the code is one of these, in any case.
    pub fn has_code(&self, codes: &[&str]) -> bool {
        self.code
            .as_ref()
            .is_some_and(|code| codes.iter().any(|known| code.eq_ignore_ascii_case(known)))
    }
}

/// RFC 6750, section 3.1: the token is valid, and another one of the same scopes is no better.
fn is_insufficient_scope(code: Option<&str>) -> bool {
    code.is_some_and(|code| code.eq_ignore_ascii_case("insufficient_scope"))
}

fn advice(status: StatusCode) -> Option<&'static str> {
    match status {
        StatusCode::UNAUTHORIZED => {
            Some("the server rejected the credentials: they are wrong, expired or revoked")
        }
        StatusCode::PAYLOAD_TOO_LARGE => Some("the request is larger than the server accepts"),
        StatusCode::TOO_MANY_REQUESTS => Some("the server limits how often this may be called"),
        StatusCode::NOT_MODIFIED => {
            Some("the request carried a condition, such as `If-None-Match`, and nothing changed")
        }
        status if status.is_redirection() => {
            Some("redirects are not followed; is the base URL right?")
        }
        status if status.is_server_error() => Some("the server failed; retry later"),
        _ => None,
    }
}

/// Returns the text of the first value that has one.
fn text_of(values: &[&Value]) -> Option<String> {
    values.iter().find_map(|value| match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

fn code_and_message(body: &Value) -> (Option<String>, Option<String>) {
    let (error, first) = (&body["error"], &body["errors"][0]);
    let code = text_of(&[
        &body["code"],
        &error["code"],
        &first["code"],
        &error["type"],
    ]);
    let message = text_of(&[
        &body["message"],
        &error["message"],
        &body["error_description"],
        &body["detail"],
        &first["message"],
        &first["detail"],
        &body["title"],
        first,
    ]);
    match error {
        // `{"error": "invalid_grant"}` is a code, `{"error": "No such user"}` a message.
        Value::String(error) if message.is_none() && error.contains(' ') => {
            (code, Some(error.clone()))
        }
        Value::String(error) => (code.or_else(|| text_of(&[&error.clone().into()])), message),
        _ => {
            let kind = text_of(&[&body["type"]]).filter(|kind| kind != "about:blank");
            (code.or(kind), message)
        }
    }
}

/// Returns a parameter of a challenge (RFC 9110, section 11.6.1): `Bearer error="invalid_token"`.
/// Its name is in any case, and there may be spaces around `=`.
fn parameter(challenge: &str, name: &str) -> Option<String> {
    let lower = challenge.to_ascii_lowercase();
    let starts = lower.match_indices(name).map(|(start, _)| start);
    for start in starts {
        let (before, after) = (&challenge[..start], &challenge[start + name.len()..]);
        let is_whole = before.is_empty() || before.ends_with([' ', ',', '\t']);
        let Some(value) = after.trim_start().strip_prefix('=').filter(|_| is_whole) else {
            continue;
        };
        let value = value.trim_start();
        let value = match value.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next()?,
            None => value.split([',', ' ']).next()?,
        };
        return Some(value.to_owned()).filter(|value| !value.is_empty());
    }
    None
}

fn plain_text(response: &FailedResponse<'_>) -> Option<String> {
    if !response.header(CONTENT_TYPE)?.starts_with("text/plain") {
        return None;
    }
    let text = std::str::from_utf8(response.body).ok()?.trim();
    Some(text.chars().take(MAX_TEXT).collect()).filter(|text: &String| !text.is_empty())
}

/// Reads `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date, which is compared with the
/// response's own `Date` so that no clock of this machine matters. The latest of several counts.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let date = |value: &HeaderValue| httpdate::parse_http_date(value.to_str().ok()?.trim()).ok();
    let now = headers.get(DATE).and_then(date).unwrap_or(now);
    let wait = |value: &HeaderValue| {
        let seconds: Option<f64> = value.to_str().ok()?.trim().parse().ok();
        match seconds {
            Some(seconds) if seconds.is_nan() || seconds < 0.0 => None,
            Some(seconds) => Some(Duration::try_from_secs_f64(seconds).unwrap_or(FOREVER)),
            None => Some(date(value)?.duration_since(now).unwrap_or_default()),
        }
    };
    let waits = headers.get_all(RETRY_AFTER).iter().filter_map(wait);
    waits.max().map(|wait| wait.min(FOREVER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, headers: &[(&'static str, &str)], body: &str) -> Failure {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        let status = StatusCode::from_u16(status).unwrap();
        Failure::read(&FailedResponse::new(status, &headers, body.as_bytes()))
    }

    #[test]
    fn code_and_message_of_each_form() {
        for (body, code, message) in [
            (r#"{"message": "No."}"#, None, Some("No.")),
            (
                r#"{"code": "not_found", "message": "No."}"#,
                Some("not_found"),
                Some("No."),
            ),
            (r#"{"code": 1002}"#, Some("1002"), None),
            (
                r#"{"error": {"code": "limit", "type": "card_error", "message": "No."}}"#,
                Some("limit"),
                Some("No."),
            ),
            (
                r#"{"error": {"type": "card_error"}}"#,
                Some("card_error"),
                None,
            ),
            (
                r#"{"error": "invalid_grant", "error_description": "No."}"#,
                Some("invalid_grant"),
                Some("No."),
            ),
            (r#"{"error": "No such user"}"#, None, Some("No such user")),
            (
                r#"{"message": "Validation Failed", "errors": [{"code": "missing_field"}]}"#,
                Some("missing_field"),
                Some("Validation Failed"),
            ),
            (r#"{"errors": ["No.", "Nor."]}"#, None, Some("No.")),
            (
                r#"{"type": "about:blank", "title": "Forbidden", "detail": "No."}"#,
                None,
                Some("No."),
            ),
            (
                r#"{"type": "/out-of-credit", "title": "No credit"}"#,
                Some("/out-of-credit"),
                Some("No credit"),
            ),
            ("", None, None),
            ("<html>", None, None),
            ("[1]", None, None),
        ] {
            let failure = read(400, &[], body);
            assert_eq!(
                (failure.code.as_deref(), failure.message.as_deref()),
                (code, message),
                "{body}"
            );
        }
    }

    #[test]
    fn a_challenge_and_plain_text_are_read() {
        let challenge = r#"Bearer realm="a", error="insufficient_scope", error_description="No.""#;
        let failure = read(401, &[("www-authenticate", challenge)], "");
        assert_eq!(failure.code.as_deref(), Some("insufficient_scope"));
        assert_eq!(failure.message.as_deref(), Some("No."));
        assert!(!failure.token_refused);
        assert!(read(401, &[("www-authenticate", "Bearer")], "").token_refused);
        for (challenge, body) in [
            (
                r#"Bearer error="insufficient_scope", scope="a b""#,
                r#"{"code": "E1"}"#,
            ),
            ("Bearer Error = insufficient_scope", ""),
            (r#"Bearer realm="error=1",error="INSUFFICIENT_SCOPE""#, ""),
            ("", r#"{"error": "Insufficient_Scope"}"#),
        ] {
            let failure = read(401, &[("www-authenticate", challenge)], body);
            assert!(!failure.token_refused, "{challenge} {body}");
            assert!(failure.advice.unwrap().contains("lacks a scope"));
        }

        let plain = [("content-type", "text/plain; charset=utf-8")];
        assert_eq!(
            read(500, &plain, " Down for repair\n").message.as_deref(),
            Some("Down for repair")
        );
        assert_eq!(
            read(500, &plain, &"x".repeat(1000)).message.unwrap().len(),
            200
        );
        assert_eq!(read(500, &[], "Down").message, None);
    }

    #[test]
    fn retry_after_in_each_form() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let wait = |values: &[(&'static str, &str)]| {
            let headers = values
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .fold(
                    HeaderMap::new(),
                    |mut headers, (name, value): (http::HeaderName, _)| {
                        headers.append(name, value);
                        headers
                    },
                );
            retry_after(&headers, now)
        };
        let after = |value: &str| wait(&[("retry-after", value)]);
        assert_eq!(after("7"), Some(Duration::from_secs(7)));
        assert_eq!(after("83.2"), Some(Duration::from_millis(83_200)));
        assert_eq!(after("99999999999999999999999"), Some(FOREVER));
        assert_eq!(
            after("Sun, 09 Sep 2001 01:47:00 GMT"),
            Some(Duration::from_secs(20))
        );
        assert_eq!(after("Sun, 09 Sep 2001 01:46:00 GMT"), Some(Duration::ZERO));
        for unreadable in ["-1", "soon", "", "NaN"] {
            assert_eq!(after(unreadable), None, "{unreadable}");
        }
        assert_eq!(
            wait(&[
                ("date", "Sun, 09 Sep 2001 01:46:50 GMT"),
                ("retry-after", "Sun, 09 Sep 2001 01:47:00 GMT"),
            ]),
            Some(Duration::from_secs(10))
        );
        assert_eq!(
            wait(&[("retry-after", "3"), ("retry-after", "5")]),
            Some(Duration::from_secs(5))
        );
    }
}
