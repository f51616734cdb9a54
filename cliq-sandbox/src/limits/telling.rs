//! Error responses to calls that exceed a limit.

use std::time::Duration;

use bytes::Bytes;
use cliq_api::Limit;
use http::header::{HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use serde_json::json;

use super::rules::{Limits, Telling};
use crate::reply;

/// Returns the error response. `left` is the time until calls are allowed again.
pub(crate) fn tell(limits: &Limits, limit: Option<Limit>, left: Duration) -> Response<Bytes> {
    let published = "Too many requests within a certain time frame.";
    let (status, body) = match limits.telling {
        Telling::TooManyRequests => (
            StatusCode::TOO_MANY_REQUESTS,
            json!({ "message": published }),
        ),
        Telling::RateLimitExceeded => (
            StatusCode::TOO_MANY_REQUESTS,
            json!({ "error": { "code": "rate_limit_exceeded", "message": published } }),
        ),
        Telling::RequestLimitExceeded => (
            StatusCode::BAD_REQUEST,
            json!({ "code": "request_limit_exceeded", "message": "You have exceeded the URL throttle limits." }),
        ),
        Telling::UrlThrottlesLimitExceeded => (
            StatusCode::BAD_REQUEST,
            json!({ "error": {
                "title": "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED",
                "details": { "message": words(limit, left) },
            } }),
        ),
    };
    let mut response = reply::json(status, &body);
    if limits.retry_after {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(round_up(left, 1)));
    }
    response
}

fn words(limit: Option<Limit>, left: Duration) -> String {
    let again = format!("Try again after {}.", minutes(round_up(left, 60)));
    match limit {
        Some(Limit { calls, per, .. }) => {
            let per = minutes(round_up(per, 60));
            format!("Cannot execute more than {calls} requests per API in {per}. {again}")
        }
        None => again,
    }
}

fn minutes(count: u64) -> String {
    if count == 1 {
        "1 minute".to_owned()
    } else {
        format!("{count} minutes")
    }
}

/// Rounds up to units of this many seconds.
fn round_up(time: Duration, unit: u64) -> u64 {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    seconds.div_ceil(unit)
}
