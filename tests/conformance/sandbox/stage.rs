//! A world in which each operation can succeed and fail in each way, and functions to call it.

use cliq_api::http::{Method, Request, Response};
use cliq_api::{Body, Bytes, Transport};
use cliq_sandbox::{NewChannel, NewMessage, NewThread, ReplyMode, Sandbox, SandboxBuilder};
use serde_json::{Value, json};

use crate::canned::wait;

pub(super) const CHANNEL: &str = "P1";
pub(super) const CHAT: &str = "CT_1";
pub(super) const NAME: &str = "engineering";
pub(super) const THREAD: &str = "CT_1-T-2";
pub(super) const CLOSED: &str = "CT_1-T-1";
/// A message without a thread.
pub(super) const MESSAGE: &str = "1760000003000_3";

pub(super) struct Stage {
    pub(super) sandbox: Sandbox,
    /// The token of a member of the channel.
    pub(super) token: String,
    /// The token of a user who isn't in the channel.
    pub(super) stranger: String,
    /// The token of a user of another organization.
    pub(super) external: String,
}

impl Stage {
    pub(super) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(super) fn with(settings: impl FnOnce(SandboxBuilder) -> SandboxBuilder) -> Self {
        let first = NewMessage::by("1", "@Scott Fisher is it done?").id("1760000001000_1");
        let second = NewMessage::by_bot("deploybot", "The build is red.").id("1760000002000_2");
        let channel = NewChannel::named(NAME)
            .id(CHANNEL)
            .chat_id(CHAT)
            .members(["1", "2", "3"])
            .bots(["deploybot", "extension"])
            .message(
                first.thread(
                    NewThread::titled("Done?")
                        .chat_id(CLOSED)
                        .message(NewMessage::by("2", "Yes."))
                        .closed(),
                ),
            )
            .message(
                second.thread(
                    NewThread::titled("Red")
                        .chat_id(THREAD)
                        .message(NewMessage::by("1", "I am on it.")),
                ),
            )
            .message(NewMessage::by("2", "Lunch?").id(MESSAGE));
        let quiet = NewChannel::named("quiet")
            .id("P2")
            .chat_id("CT_2")
            .members(["1"])
            .reply_mode(ReplyMode::Reply);
        let quiet = quiet.message(NewMessage::by("1", "Hush.").id("1760000004000_4"));
        let builder = Sandbox::builder()
            .user("1", "Ryan West", "ryan.west@zylker.com")
            .user("2", "Scott Fisher", "scott.fisher@zylker.com")
            .user("3", "Tim Harrison", "tim.harrison@zylker.com")
            .user("4", "Olivia Palmer", "olivia.palmer@zylker.com")
            .external_user("5", "Dana Reyes", "dana.reyes@example.com")
            .bot("deploybot", "Deploy Bot")
            .extension_bot("extension", "Extension", "key")
            .bot("away", "Away")
            .channel(channel)
            .channel(quiet);
        let sandbox = settings(builder).build();
        let [token, stranger, external] = ["1", "4", "5"].map(|id| sandbox.token(id));
        Self {
            sandbox,
            token,
            stranger,
            external,
        }
    }

    /// Calls an operation as the user, with a suffix of its path and a body.
    pub(super) fn call(
        &self,
        operation: &str,
        query: &str,
        body: Option<&Value>,
    ) -> Response<Bytes> {
        let (method, url) = url(operation);
        self.handle(&method, &format!("{url}{query}"), &self.token, body)
    }

    pub(super) fn handle(
        &self,
        method: &Method,
        url: &str,
        token: &str,
        body: Option<&Value>,
    ) -> Response<Bytes> {
        self.sandbox.handle(request(method, url, token, body))
    }

    /// Sends a request through the transport, where faults apply.
    pub(super) fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        let response = wait(self.sandbox.transport().send(request.map(Body::from)));
        let response = response.expect("a response");
        response.map(|body| body.as_bytes().cloned().unwrap_or_default())
    }
}

pub(super) fn request(
    method: &Method,
    url: &str,
    token: &str,
    body: Option<&Value>,
) -> Request<Bytes> {
    let mut request = Request::builder().method(method).uri(url);
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    request
        .body(body.map(Value::to_string).unwrap_or_default().into())
        .expect("a request")
}

/// Returns the method and the URL of an operation such as
/// `POST /api/v3/threads/<THREAD_CHAT_ID>/follow`, with this world's ids.
pub(super) fn url(operation: &str) -> (Method, String) {
    let (method, path) = operation.split_once(' ').expect("a method and a path");
    let ids = [
        ("<CHANNEL_ID>", CHANNEL),
        ("<CHAT_ID>", CHAT),
        ("<CHANNEL_UNIQUE_NAME>", NAME),
        ("<THREAD_CHAT_ID>", THREAD),
    ];
    let url = ids
        .iter()
        .fold(path.to_owned(), |path, (name, id)| path.replace(name, id));
    (method.parse().expect("a method"), url)
}

/// Returns a valid body of the operation, if it takes one.
pub(super) fn body(operation: &str) -> Option<Value> {
    Some(match operation {
        "POST /api/v3/chats/<THREAD_CHAT_ID>/messages" => json!({ "text": "Hello." }),
        _ if operation.ends_with("/messages") => {
            json!({ "text": "Hello.", "thread_message_id": MESSAGE })
        }
        "PUT /api/v3/threads/<THREAD_CHAT_ID>" => json!({ "action": "reopen" }),
        "PUT /api/v2/channels/<CHANNEL_ID>" => json!({ "auto_follow_threads": "enable" }),
        "POST /api/v3/threads/<THREAD_CHAT_ID>/followers"
        | "DELETE /api/v3/threads/<THREAD_CHAT_ID>/followers" => {
            json!({ "user_ids": ["3"] })
        }
        _ => return None,
    })
}
