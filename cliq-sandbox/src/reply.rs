//! Successful responses.

use bytes::Bytes;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Value, json};

use crate::world::File;

#[derive(Debug)]
pub(crate) enum Reply {
    /// 200 with a JSON body.
    Json(Value),
    /// 204.
    NoContent,
    /// 200 with the content of a file.
    File(File),
}

impl Reply {
    /// Returns the body with which some endpoints send an empty result, with status 200.
    pub(crate) fn no_response() -> Self {
        Self::Json(json!({ "Response Code": "204 No response" }))
    }
}

impl From<Reply> for Response<Bytes> {
    fn from(reply: Reply) -> Self {
        match reply {
            Reply::Json(body) => json(StatusCode::OK, &body),
            Reply::File(file) => {
                let mut response = with_status(StatusCode::OK, file.bytes);
                let mut insert = |name, value: String| {
                    if let Ok(value) = HeaderValue::try_from(value) {
                        response.headers_mut().insert(name, value);
                    }
                };
                // Characters that a header can't contain are replaced.
                let name = file.name.replace(['"', '\\', '\r', '\n'], "_");
                insert(CONTENT_TYPE, file.content_type);
                insert(
                    CONTENT_DISPOSITION,
                    format!("attachment; filename=\"{name}\""),
                );
                response
            }
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

/// Returns a response without a body.
pub(crate) fn empty(status: StatusCode) -> Response<Bytes> {
    with_status(status, Bytes::new())
}

fn with_status(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}
