//! Control requests below `/_sandbox/`, for what the API can't do: advancing time and resetting
//! limits. For tests in any language.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, HeaderValue, ORIGIN};
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use crate::reply;
use crate::sandbox::Sandbox;

const PREFIX: &str = "/_sandbox/";

/// Returns whether the path is a control request's.
pub(crate) fn serves(path: &str) -> bool {
    path.starts_with(PREFIX)
}

pub(crate) fn answer(sandbox: &Sandbox, request: &Request<Bytes>) -> Response<Bytes> {
    // Control requests need no token, so a web page could send them. Browsers add `Origin`.
    if request.headers().contains_key(ORIGIN) {
        return error(
            StatusCode::FORBIDDEN,
            "requests of pages in a browser are not served here",
        );
    }
    let path = request
        .uri()
        .path()
        .strip_prefix(PREFIX)
        .unwrap_or_default();
    match (path, request.method()) {
        ("time", &Method::GET) => time(sandbox),
        ("time", &Method::POST) => match advance(request.uri().query().unwrap_or_default()) {
            Ok(by) => {
                sandbox.advance(by);
                time(sandbox)
            }
            Err(problem) => error(StatusCode::BAD_REQUEST, &problem),
        },
        ("time", _) => not_allowed("GET, POST"),
        ("locks", &Method::DELETE) => {
            sandbox.forgive();
            reply::empty(StatusCode::NO_CONTENT)
        }
        ("locks", _) => not_allowed("DELETE"),
        _ => error(
            StatusCode::NOT_FOUND,
            "there are `GET` and `POST /_sandbox/time`, and `DELETE /_sandbox/locks`",
        ),
    }
}

fn time(sandbox: &Sandbox) -> Response<Bytes> {
    let now = sandbox
        .now()
        .format(&Rfc3339)
        .map_or(Value::Null, Value::from);
    reply::json(StatusCode::OK, &json!({ "now": now }))
}

/// Parses `advance=10m`.
fn advance(query: &str) -> Result<Duration, String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    match (pairs.next(), pairs.next()) {
        (Some((name, value)), None) if name == "advance" => duration(&value).ok_or_else(|| {
            format!("expected a time such as `90s`, `10m` or `2h`, found `{value}`")
        }),
        _ => Err("expected the query `advance=10m`".to_owned()),
    }
}

/// Parses a duration of at most a hundred years.
fn duration(text: &str) -> Option<Duration> {
    const MAX_SECONDS: u64 = 100 * 366 * 86_400;
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = text.split_at(digits);
    let count: u64 = count.parse().ok()?;
    let seconds = match unit {
        "ms" => return (count / 1000 <= MAX_SECONDS).then(|| Duration::from_millis(count)),
        "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    let seconds = count.checked_mul(seconds)?;
    (seconds <= MAX_SECONDS).then(|| Duration::from_secs(seconds))
}

fn error(status: StatusCode, message: &str) -> Response<Bytes> {
    reply::json(status, &json!({ "message": message }))
}

fn not_allowed(allowed: &'static str) -> Response<Bytes> {
    let mut response = error(
        StatusCode::METHOD_NOT_ALLOWED,
        &format!("expected {allowed}"),
    );
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        assert_eq!(duration("1500ms"), Some(Duration::from_millis(1500)));
        assert_eq!(duration("90s"), Some(Duration::from_secs(90)));
        assert_eq!(duration("10m"), Some(Duration::from_mins(10)));
        assert_eq!(duration("10min"), Some(Duration::from_mins(10)));
        assert_eq!(duration("2h"), Some(Duration::from_hours(2)));
        assert_eq!(duration("1d"), Some(Duration::from_hours(24)));
        for text in [
            "",
            "10",
            "m",
            "-1s",
            "1.5h",
            "1w",
            "18446744073709551615d",
            "99999999999999s",
        ] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
