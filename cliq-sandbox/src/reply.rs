//! What the server says when it did what it was asked.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Value, json};

#[derive(Debug)]
pub(crate) enum Reply {
    /// 200, with a body.
    Json(Value),
    /// 204.
    NoContent,
}

impl Reply {
    /// The body by which some endpoints say that they have nothing to say, with a 200.
    pub(crate) fn no_response() -> Self {
        Self::Json(json!({ "Response Code": "204 No response" }))
    }
}

impl From<Reply> for Response<Bytes> {
    fn from(reply: Reply) -> Self {
        match reply {
            Reply::Json(body) => json(StatusCode::OK, &body),
            Reply::NoContent => empty(StatusCode::NO_CONTENT),
        }
    }
}

pub(crate) fn json(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = with_status(status, Bytes::from(body.to_string()));
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json;charset=UTF-8"),
    );
    response
}

/// Without a body.
pub(crate) fn empty(status: StatusCode) -> Response<Bytes> {
    with_status(status, Bytes::new())
}

fn with_status(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}
