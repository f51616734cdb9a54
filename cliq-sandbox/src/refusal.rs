//! What the server says when it doesn't do what it was asked.
//!
//! Texts of published answers are Zoho's words, as data that a client may go by; the others are our own. The codes are
//! those that Cliq is known to use, each where it most likely does.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};
use serde_json::json;

use crate::oauth::Unauthorized;
use crate::reply;

#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: Option<&'static str>,
    message: Cow<'static, str>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Refusal {
    fn published(status: StatusCode, message: &'static str) -> Self {
        Self { status, code: None, message: message.into(), header: None }
    }

    fn coded(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code: Some(code), message: message.into(), header: None }
    }

    pub(crate) fn unauthorized() -> Self {
        Self::published(StatusCode::UNAUTHORIZED, "Request was rejected because of invalid AuthToken.")
    }

    /// There is a token, but it won't do.
    pub(crate) fn token(reason: Unauthorized) -> Self {
        Self { code: Some(reason.code()), ..Self::unauthorized() }
    }

    pub(crate) fn unknown_url() -> Self {
        Self::published(
            StatusCode::NOT_FOUND,
            "The URL you've sent is wrong. It's possible that the resource you've requested has been moved to another URL.",
        )
    }

    pub(crate) fn method_not_allowed(allowed: &[&Method]) -> Self {
        let allowed = allowed.iter().map(|method| method.as_str()).collect::<Vec<_>>().join(", ");
        let header = HeaderValue::try_from(allowed).ok().map(|allowed| (header::ALLOW, allowed));
        Self {
            header,
            ..Self::published(
                StatusCode::METHOD_NOT_ALLOWED,
                "The requested resource does not support the HTTP method used. For example, requesting List of all \
                 customers API with PUT as the HTTP method.",
            )
        }
    }

    /// The user isn't in the channel.
    pub(crate) fn chat_access_denied() -> Self {
        Self::coded(
            StatusCode::FORBIDDEN,
            "chat_access_denied",
            "The user does not have enough permission or possibly not an user of the respective organization to access \
             the resource.",
        )
    }

    pub(crate) fn access_denied(message: impl Into<Cow<'static, str>>) -> Self {
        Self::coded(StatusCode::FORBIDDEN, "access_denied", message)
    }

    pub(crate) fn invalid_thread_chat_id() -> Self {
        Self::coded(
            StatusCode::BAD_REQUEST,
            "thread_chatid_invalid",
            "The thread chat ID given is not according to the format.",
        )
    }

    pub(crate) fn chat_not_found() -> Self {
        Self::coded(
            StatusCode::NOT_FOUND,
            "chat_not_found",
            "There is no such chat, or it is not of the kind needed here.",
        )
    }

    pub(crate) fn channel_not_found() -> Self {
        Self::coded(StatusCode::NOT_FOUND, "channel_not_exists", "There is no such channel.")
    }

    /// `key` is the member of the body that named it.
    pub(crate) fn message_not_found(key: &str) -> Self {
        Self::coded(StatusCode::NOT_FOUND, "message_not_found", format!("`{key}` names no message of this chat."))
    }

    pub(crate) fn missing_param(key: &str) -> Self {
        Self::coded(StatusCode::BAD_REQUEST, "param_missing", format!("`{key}` is needed."))
    }

    pub(crate) fn extra_key(key: &str) -> Self {
        Self::coded(StatusCode::BAD_REQUEST, "extra_key_found", format!("`{key}` is not a key of this request."))
    }

    pub(crate) fn invalid_input(message: impl fmt::Display) -> Self {
        Self::coded(StatusCode::BAD_REQUEST, "invalid_inputs", message.to_string())
    }

    pub(crate) fn not_allowed(message: &'static str) -> Self {
        Self::coded(StatusCode::BAD_REQUEST, "operation_not_allowed", message)
    }
}

impl From<Refusal> for Response<Bytes> {
    fn from(refusal: Refusal) -> Self {
        let mut body = json!({ "message": refusal.message });
        if let Some(code) = refusal.code {
            body["code"] = code.into();
        }
        let mut response = reply::json(refusal.status, &body);
        response.headers_mut().extend(refusal.header);
        response
    }
}
