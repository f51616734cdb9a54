//! Reads the error responses of Zoho's servers.

use std::borrow::Cow;
use std::time::Duration;

use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use serde_json::Value;

use crate::error::{FailedResponse, Failure};

/// Codes that report an exceeded rate limit with status 400: Cliq's own, and those of sister
/// products.
const THROTTLED: &[&str] = &[
    "request_limit_exceeded",
    "rate_limit_exceeded",
    "too_many_requests",
    "url_rolling_throttles_limit_exceeded",
    "url_fixed_throttles_limit_exceeded",
];

/// The same in messages without a code.
const THROTTLED_WORDS: &[&str] = &[
    "too many requests",
    "throttles limit",
    "rate limit exceeded",
    "request limit exceeded",
    "cannot execute more than",
];

/// Where the products put the code of an error.
const CODES: &[&str] = &[
    "/code",
    "/errorCode",
    "/error",
    "/error/code",
    "/error/title",
    "/response/error",
    "/response/error/code",
    "/data/errorCode",
    "/type",
];

/// The lists in which they put several errors, each with its code.
const LISTS: &[&str] = &["/errors", "/data", "/error", "/response/errors"];

/// Codes of resources that don't exist, or that this user can't access.
const NOT_FOUND: &[&str] = &[
    "chat_not_found",
    "message_not_found",
    "channel_not_exists",
    "thread_chatid_invalid",
];

/// Codes that mean that the token is valid and lacks a scope: a new token would lack it as well.
/// Cliq's own, and those of sister products; the number is that of Zoho Analytics.
const SCOPE: &[&str] = &[
    "oauthtoken_scope_invalid",
    "oauth_scope_mismatch",
    "scope_mismatch",
    "invalid_oauthscope",
    "invalid_oauth_scope",
    "insufficient_scope",
    "8540",
];

const LACKS_SCOPE: &str = "the token lacks a scope that this endpoint needs";

/// Advice for codes whose messages give none.
const ADVICE: &[(&str, &str)] = &[
    ("extra_key_found", "the body has an unknown member"),
    ("param_missing", "a required parameter is missing"),
    ("input_pattern_mismatch", "a value has the wrong format"),
    ("operation_not_allowed", "this user lacks the permission"),
    ("access_denied", "this user lacks the permission"),
    ("chat_access_denied", "this user isn't a member of the chat"),
    (
        "chat_not_found",
        "the chat doesn't exist, or this user can't access it",
    ),
    (
        "channel_not_exists",
        "the channel doesn't exist, or this user can't access it",
    ),
    (
        "message_not_found",
        "the message doesn't exist in this chat",
    ),
    (
        "thread_chatid_invalid",
        "the thread doesn't exist; a thread's chat id ends in `-T-` and digits",
    ),
    ("service_unavailable", "the server failed; retry later"),
];

/// Reads the error formats of Zoho's products, and the common ones.
pub(crate) fn read_failure(response: &FailedResponse<'_>) -> Failure {
    let mut failure = Failure::read(response);
    if failure.code.is_none() {
        failure.code = response.text_at("/error/title");
    }
    let messages = [
        "/error/details/message",
        "/response/error/message",
        "/data/0/message",
    ];
    for pointer in messages {
        failure.message = failure.message.or_else(|| response.text_at(pointer));
    }
    let status = response.status();
    if status == StatusCode::BAD_REQUEST {
        read_throttling(response, &mut failure);
    }
    failure.not_found |= failure.has_code(NOT_FOUND);
    let lacks_scope = lacks_scope(response, &failure);
    failure.token_refused &= !lacks_scope;
    let may_say_when = failure.throttled || status == StatusCode::SERVICE_UNAVAILABLE;
    if may_say_when && failure.retry_after.is_none() {
        failure.retry_after = failure.message.as_deref().and_then(wait_in_words);
    }
    if lacks_scope {
        failure.advice = Some(Cow::Borrowed(LACKS_SCOPE));
    } else if let Some(advice) = advice(status, &failure) {
        failure.advice = Some(Cow::Borrowed(advice));
    }
    failure
}

/// Whether a 401 or 403 is about a scope, in the form of whichever product: as a code at the top,
/// in `error`, `data`, `summary` or a list, or as a message.
fn lacks_scope(response: &FailedResponse<'_>, failure: &Failure) -> bool {
    if !matches!(
        response.status(),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
    ) {
        return false;
    }
    let challenges = response.headers().get_all(WWW_AUTHENTICATE);
    let is_challenge = challenges
        .iter()
        .any(|value| value.to_str().is_ok_and(names_scope));
    let mut codes = [
        "/code",
        "/errorCode",
        "/summary",
        "/error",
        "/error/code",
        "/error/title",
        "/data/errorCode",
        "/errors/0/code",
        "/1/errorCode",
    ]
    .into_iter()
    .filter_map(|pointer| response.text_at(pointer));
    let messages = [failure.code.as_deref(), failure.message.as_deref()];
    is_challenge
        || codes.any(|code| SCOPE.iter().any(|known| code.eq_ignore_ascii_case(known)))
        || messages.into_iter().flatten().any(names_scope)
}

/// Whether a message names one of the codes, or describes it in words.
fn names_scope(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut names = SCOPE.iter().filter(|code| code.contains("scope"));
    names.any(|code| lower.contains(code)) || lower.contains("invalid oauth scope")
}

fn advice(status: StatusCode, failure: &Failure) -> Option<&'static str> {
    if failure.throttled {
        return Some(
            "this user exceeded the rate limit; the server may reject all calls until the lockout \
             ends",
        );
    }
    let known = ADVICE.iter().find(|(code, _)| failure.has_code(&[code]));
    known.map(|(_, advice)| *advice).or_else(|| {
        (status == StatusCode::UNAUTHORIZED).then_some(
            "the access token isn't valid here: it has expired, was revoked, or belongs to another \
             data center",
        )
    })
}

/// Whether a 400 reports too many calls: by its code wherever it is, or by its message. A body
/// that is no JSON is searched as text, as a call that is repeated into a lockout prolongs it.
fn read_throttling(response: &FailedResponse<'_>, failure: &mut Failure) {
    let json = response.json();
    if json.is_null() {
        let text = String::from_utf8_lossy(response.body());
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let code = words.find(|word| is_one_of(THROTTLED, word));
        let says = code.is_some() || says_throttled(&text);
        if says {
            failure.throttled = true;
            failure.code = code.map(ToOwned::to_owned).or(failure.code.take());
            failure.retry_after = failure.retry_after.or_else(|| wait_in_words(&text));
        }
        return;
    }
    let texts = CODES.iter().filter_map(|pointer| json.pointer(pointer));
    let lists = LISTS
        .iter()
        .filter_map(|pointer| json.pointer(pointer)?.as_array());
    let items = lists.flatten().flat_map(|item| [item, &item["code"]]);
    let mut codes = texts.chain(items).filter_map(Value::as_str);
    let code = codes.find(|code| is_one_of(THROTTLED, code));
    failure.throttled |= code.is_some() || failure.message.as_deref().is_some_and(says_throttled);
    if let Some(code) = code {
        failure.code = Some(code.to_owned());
    }
}

fn is_one_of(codes: &[&str], text: &str) -> bool {
    codes.iter().any(|code| code.eq_ignore_ascii_case(text))
}

fn says_throttled(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    THROTTLED_WORDS.iter().any(|words| lower.contains(words))
}

/// Reads "… Try again after 22 minutes.", and "in 1 minute 30 seconds, please".
fn wait_in_words(message: &str) -> Option<Duration> {
    let lower = message.to_ascii_lowercase();
    let asks = ["try again", "retry", "wait", "blocked for", "locked for"];
    let ends = |ask: &&str| {
        let length = ask.len();
        let starts = lower.match_indices(*ask);
        starts.map(|(start, _)| start + length).collect::<Vec<_>>()
    };
    asks.iter()
        .flat_map(ends)
        .find_map(|end| duration(&lower[end..]))
}

/// Reads numbers with their units, behind words that only lead to them.
fn duration(text: &str) -> Option<Duration> {
    let is_filler =
        |word: &str| matches!(word, "after" | "in" | "for" | "at" | "least" | "another");
    let mut words = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .skip_while(|word| is_filler(word))
        .filter(|word| *word != "and");
    let mut total = None::<u64>;
    while let Some(word) = words.next() {
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let Ok(number) = digits.parse::<u64>() else {
            break;
        };
        let unit = match &word[digits.len()..] {
            "" => words.next().unwrap_or_default(),
            // As in "90s".
            glued => glued,
        };
        let seconds = match unit {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
            "day" | "days" => 24 * 3600,
            _ => break,
        };
        total = Some(
            total
                .unwrap_or(0)
                .checked_add(number.checked_mul(seconds)?)?,
        );
    }
    total.map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http::header::RETRY_AFTER;

    use super::*;

    fn read_with(status: u16, headers: &HeaderMap, body: &str) -> Failure {
        let status = StatusCode::from_u16(status).unwrap();
        read_failure(&FailedResponse::new(status, headers, body.as_bytes()))
    }

    fn read(status: u16, body: &str) -> Failure {
        read_with(status, &HeaderMap::new(), body)
    }

    #[test]
    fn code_and_message_of_each_form() {
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
            let failure = read(400, body);
            assert_eq!(
                (failure.code.as_deref(), failure.message.as_deref()),
                (code, message),
                "{body}"
            );
        }
    }

    #[test]
    fn throttling_is_reported_in_several_ways() {
        assert!(read(429, "").throttled);
        assert!(read(400, r#"{"code": "request_limit_exceeded"}"#).throttled);
        assert!(
            read(
                400,
                r#"{"error": {"title": "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED"}}"#
            )
            .throttled
        );
        for (form, code) in [
            (
                r#"{"errors": [{"code": "OTHER"}, {"code": "$"}]}"#,
                "URL_FIXED_THROTTLES_LIMIT_EXCEEDED",
            ),
            (
                r#"{"data": [{"code": "$", "message": "No."}]}"#,
                "TOO_MANY_REQUESTS",
            ),
            (
                r#"{"response": {"error": {"code": "$"}}}"#,
                "rate_limit_exceeded",
            ),
            (r#"{"error": "$"}"#, "TOO_MANY_REQUESTS"),
            (r#"{"type": "$", "title": "No."}"#, "TOO_MANY_REQUESTS"),
            // Flawed: a raw newline, a trailing comma, cut off, a mark before it.
            (
                "{\"code\": \"$\", \"message\": \"one\ntwo\"}",
                "TOO_MANY_REQUESTS",
            ),
            (
                r#"{"error": {"code": "$",}}"#,
                "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED",
            ),
            (
                r#"{"error": {"code": "$", "mess"#,
                "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED",
            ),
            ("\u{feff}{\"code\": \"$\"}", "request_limit_exceeded"),
            (
                r#"{"code": "$", "message": "\ud83d"}"#,
                "request_limit_exceeded",
            ),
        ] {
            let body = form.replace('$', code);
            let failure = read(400, &body);
            assert_eq!(
                (failure.throttled, failure.code.as_deref()),
                (true, Some(code)),
                "{body}"
            );
            assert!(!read(404, &body).throttled, "{body}");
        }
        // Latin-1.
        let body = b"{\"code\": \"too_many_requests\", \"message\": \"Zu h\xe4ufig\"}";
        let bad = StatusCode::BAD_REQUEST;
        assert!(read_failure(&FailedResponse::new(bad, &HeaderMap::new(), body)).throttled);
        assert!(read(400, r#"{"message": "Too many requests."}"#).throttled);
        assert!(!read(400, r#"{"message": "Too many members."}"#).throttled);
        assert!(!read(400, r#"{"code": "param_missing", "message": "too_many""#).throttled);
        assert!(!read(400, r#"{"code": "param_missing"}"#).throttled);
        assert!(!read(404, r#"{"code": "request_limit_exceeded"}"#).throttled);
    }

    #[test]
    fn a_wait_is_read_from_the_header_or_from_words() {
        let words = r#"{"error": {"title": "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED", "details":
            {"message": "Cannot execute more than 100 requests per API in 2 minutes. Try again
            after 22 minutes."}}}"#
            .replace("\n            ", " ");
        assert_eq!(read(400, &words).retry_after, Some(Duration::from_mins(22)));
        let ignored = r#"{"message": "Try again after 22 minutes."}"#;
        assert_eq!(read(404, ignored).retry_after, None);
        for (words, seconds) in [
            ("Try again after 22 minutes, please.", 22 * 60),
            ("Please try again in 22 minutes", 22 * 60),
            ("Try again after 1 minute 30 seconds.", 90),
            ("Retry after 1 hour, 2 minutes and 3 seconds", 3723),
            ("You are blocked for 90s", 90),
            ("Wait at least 2 mins", 120),
        ] {
            let body = format!(r#"{{"message": "{words}"}}"#);
            for status in [429, 503] {
                let wait = read(status, &body).retry_after;
                assert_eq!(wait, Some(Duration::from_secs(seconds)), "{words}");
            }
        }
        let vague = r#"{"message": "Try again after a while."}"#;
        assert_eq!(read(429, vague).retry_after, None);
        let with = |value: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
            read_with(429, &headers, &words).retry_after
        };
        assert_eq!(with("7"), Some(Duration::from_secs(7)));
        // Without a valid header, the message counts.
        assert_eq!(with("-1"), Some(Duration::from_mins(22)));
    }

    #[test]
    fn a_missing_scope_is_not_about_the_token() {
        for token in [
            r#"{"code": "oauthtoken_invalid"}"#,
            r#"{"code": "INVALID_TOKEN", "message": "invalid oauth token"}"#,
            r#"{"data": {"errorCode": "INVALID_OAUTHTOKEN"}}"#,
            r#"{"data": {"errorCode": 8535}}"#,
            r#"{"code": 18540}"#,
            "",
        ] {
            assert!(read(401, token).token_refused, "{token}");
        }
        for scope in [
            r#"{"code": "oauthtoken_scope_invalid"}"#,
            r#"{"code": "OAuthToken_Scope_Invalid", "message": "No."}"#,
            r#"{"code": "OAUTH_SCOPE_MISMATCH", "details": {}, "message": "Unauthorized"}"#,
            r#"{"message": "invalid oauth scope to access this URL"}"#,
            r#"{"message": "OAUTH_SCOPE_MISMATCH"}"#,
            r#"{"error": "invalid_oauthscope"}"#,
            r#"{"error": {"code": "INVALID_OAUTHSCOPE"}}"#,
            r#"{"error": {"status_code": "401", "title": "INVALID_OAUTHSCOPE"}}"#,
            r#"{"data": {"errorCode": "INVALID_OAUTHSCOPE"}, "status": {"code": 401}}"#,
            r#"{"summary": "INVALID_OAUTHSCOPE", "data": {"errorCode": 8540}}"#,
            r#"{"data": {"errorCode": 8540}}"#,
            r#"[2, {"msg": "No.", "errorCode": "INVALID_OAUTHSCOPE"}]"#,
            r#"{"errorCode": "SCOPE_MISMATCH", "message": "No."}"#,
        ] {
            let failure = read(401, scope);
            assert!(!failure.token_refused, "{scope}");
            assert_eq!(failure.advice.as_deref(), Some(LACKS_SCOPE), "{scope}");
        }
        let challenge = r#"Bearer error="insufficient_scope""#.parse().unwrap();
        let headers = HeaderMap::from_iter([(WWW_AUTHENTICATE, challenge)]);
        let failure = read_with(401, &headers, r#"{"code": "unauthorized"}"#);
        assert!(!failure.token_refused);
        assert_eq!(failure.advice.as_deref(), Some(LACKS_SCOPE));
        // Elsewhere these words don't mean a token.
        let elsewhere = read(400, r#"{"code": "scope_mismatch"}"#);
        assert_ne!(elsewhere.advice.as_deref(), Some(LACKS_SCOPE));
    }
}
