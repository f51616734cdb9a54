//! Error responses.
//!
//! The message is the published one of the status, the same for all operations. The code describes
//! the problem; it is one that Cliq is known to use, chosen where Cliq most likely uses it.
//! `docs/sandbox.md` lists them all. Cliq doesn't report the details; the sandbox does, in a header
//! and in its log.

use std::fmt;

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::oauth::Unauthorized;
use crate::reply;

/// The header with the details of an error.
pub(crate) const REASON: HeaderName = HeaderName::from_static("x-sandbox-reason");

const BAD_REQUEST: &str =
    "The request cannot be performed. Usually because of malformed parameter or missing parameter.";
const UNAUTHORIZED: &str = "Request was rejected because of invalid AuthToken.";
const FORBIDDEN: &str = "The user does not have enough permission or possibly not an user of the respective organization to access the resource.";
const NOT_FOUND: &str = "The URL you've sent is wrong. It's possible that the resource you've requested has been moved to another URL.";
const METHOD_NOT_ALLOWED: &str = "The requested resource does not support the HTTP method used. For example, requesting List of \
                                  all customers API with PUT as the HTTP method.";
const NOT_ACCEPTABLE: &str = "The response has been received but the requested response type is not supported by the browser.";
pub(crate) const INTERNAL: &str =
    "Cliq server encountered an error which prevents it from fulfilling the request.";

#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: Option<&'static str>,
    message: &'static str,
    /// The details of the error.
    reason: Option<String>,
    /// The methods of the URL; boxed, because it is rare and large.
    allow: Option<Box<HeaderValue>>,
}

impl Refusal {
    fn new(
        status: StatusCode,
        code: impl Into<Option<&'static str>>,
        message: &'static str,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            message,
            reason: None,
            allow: None,
        }
    }

    fn because(self, reason: impl Into<String>) -> Self {
        Self {
            reason: Some(reason.into()),
            ..self
        }
    }

    /// Returns the code and the message as JSON.
    pub(crate) fn to_json(&self) -> Value {
        let mut body = json!({ "message": self.message });
        if let Some(code) = self.code {
            body["code"] = code.into();
        }
        body
    }

    pub(crate) fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, None, UNAUTHORIZED)
            .because("there is no token: `authorization: Bearer <token>` is needed")
    }

    /// The access token is invalid.
    pub(crate) fn token(reason: Unauthorized) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, reason.code(), UNAUTHORIZED).because(match reason {
            Unauthorized::Unknown => "unknown or revoked token",
            Unauthorized::Expired => "the token has run out",
            Unauthorized::MissingScope => "the token lacks the scope of this operation",
        })
    }

    pub(crate) fn unknown_url() -> Self {
        Self::new(StatusCode::NOT_FOUND, None, NOT_FOUND).because("no operation has this URL")
    }

    pub(crate) fn method_not_allowed(allowed: &[&Method]) -> Self {
        let allowed = allowed
            .iter()
            .map(|method| method.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let allow = HeaderValue::try_from(allowed).ok().map(Box::new);
        Self {
            allow,
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, None, METHOD_NOT_ALLOWED)
        }
    }

    pub(crate) fn not_acceptable() -> Self {
        Self::new(StatusCode::NOT_ACCEPTABLE, None, NOT_ACCEPTABLE)
            .because("the header `accept` doesn't allow `application/json`")
    }

    /// The user isn't in the channel.
    pub(crate) fn chat_access_denied() -> Self {
        Self::new(StatusCode::FORBIDDEN, "chat_access_denied", FORBIDDEN)
            .because("the token's user is not in the channel")
    }

    pub(crate) fn access_denied(reason: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "access_denied", FORBIDDEN).because(reason)
    }

    /// The only documented response of an operation to a user of another organization.
    pub(crate) fn external() -> Self {
        let message =
            "Sorry, external communication is not supported as per the organization policy.";
        Self::new(
            StatusCode::FORBIDDEN,
            "external_communication_not_supported",
            message,
        )
        .because("the token's user is of another organization")
    }

    pub(crate) fn invalid_thread_chat_id() -> Self {
        let message = "The thread chat ID given is not according to the format.";
        Self::new(StatusCode::BAD_REQUEST, "thread_chatid_invalid", message)
            .because("a thread's chat id is that of its channel, `-T-` and digits")
    }

    /// For the operation whose documents have no 404.
    pub(crate) fn thread_not_found() -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            message: BAD_REQUEST,
            ..Self::chat_not_found()
        }
    }

    pub(crate) fn chat_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "chat_not_found", NOT_FOUND)
            .because("there is no such chat, or it is not of the kind that is needed here")
    }

    pub(crate) fn channel_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "channel_not_exists", NOT_FOUND)
            .because("there is no such channel")
    }

    /// A code that the documents have for the operation.
    pub(crate) fn coded(status: StatusCode, code: &'static str, reason: impl fmt::Display) -> Self {
        let message = match status {
            StatusCode::FORBIDDEN => FORBIDDEN,
            StatusCode::NOT_FOUND => NOT_FOUND,
            _ => BAD_REQUEST,
        };
        Self::new(status, code, message).because(format!("{reason}"))
    }

    pub(crate) fn not_found(code: &'static str, reason: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, NOT_FOUND).because(reason)
    }

    /// `key` is the member of the body with the message's id.
    pub(crate) fn message_not_found(key: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "message_not_found", NOT_FOUND)
            .because(format!("`{key}` names no message of this chat"))
    }

    pub(crate) fn missing_param(key: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "param_missing", BAD_REQUEST)
            .because(format!("`{key}` is needed"))
    }

    pub(crate) fn extra_key(key: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "extra_key_found", BAD_REQUEST)
            .because(format!("`{key}` is not a parameter of this operation"))
    }

    pub(crate) fn invalid_input(reason: impl fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_inputs", BAD_REQUEST)
            .because(format!("{reason}"))
    }

    pub(crate) fn not_allowed(reason: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "operation_not_allowed",
            BAD_REQUEST,
        )
        .because(reason)
    }
}

/// Escapes everything but visible ASCII, for a header.
fn in_ascii(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ' '..='~' => ascii.push(character),
            _ => ascii.extend(character.escape_default()),
        }
    }
    ascii
}

impl From<Refusal> for Response<Bytes> {
    fn from(refusal: Refusal) -> Self {
        let body = refusal.to_json();
        let mut response = reply::json(refusal.status, &body);
        let reason = refusal
            .reason
            .and_then(|reason| HeaderValue::try_from(in_ascii(&reason)).ok());
        response
            .headers_mut()
            .extend(reason.map(|reason| (REASON, reason)));
        response
            .headers_mut()
            .extend(refusal.allow.map(|allow| (header::ALLOW, *allow)));
        response
    }
}
