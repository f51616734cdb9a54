//! The sandbox through its public API.

mod access;
mod client;
mod control;
mod core;
mod examples;
mod followers;
mod guide;
mod listing;
mod over_http;
mod posting;
mod threads;
mod worlds;

use bytes::Bytes;
use cliq_sandbox::{Demo, Sandbox};
use http::header::AUTHORIZATION;
use http::{Method, Request};
use serde_json::{Value, json};

/// A sandbox and one user's token.
struct User {
    sandbox: Sandbox,
    authorization: String,
}

#[derive(Debug, PartialEq)]
struct Answer {
    status: u16,
    /// `null` if there is none.
    body: Value,
}

impl User {
    fn new(sandbox: &Sandbox, id: &str) -> Self {
        Self {
            sandbox: sandbox.clone(),
            authorization: format!("Bearer {}", sandbox.token(id)),
        }
    }

    fn get(&self, url: impl AsRef<str>) -> Answer {
        self.send(Method::GET, url.as_ref(), "")
    }

    fn post(&self, url: impl AsRef<str>) -> Answer {
        self.send(Method::POST, url.as_ref(), "")
    }

    fn post_json(&self, url: impl AsRef<str>, body: &Value) -> Answer {
        self.send(Method::POST, url.as_ref(), &body.to_string())
    }

    fn put_json(&self, url: impl AsRef<str>, body: &Value) -> Answer {
        self.send(Method::PUT, url.as_ref(), &body.to_string())
    }

    fn delete_json(&self, url: impl AsRef<str>, body: &Value) -> Answer {
        self.send(Method::DELETE, url.as_ref(), &body.to_string())
    }

    fn send(&self, method: Method, url: &str, body: &str) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(url)
            .header(AUTHORIZATION, &self.authorization);
        let response = self.sandbox.handle(
            request
                .body(Bytes::copy_from_slice(body.as_bytes()))
                .unwrap(),
        );
        let body = response.body();
        Answer {
            status: response.status().as_u16(),
            body: if body.is_empty() {
                Value::Null
            } else {
                serde_json::from_slice(body).unwrap()
            },
        }
    }

    /// Returns a thread's data from `get_thread`.
    fn thread(&self, chat_id: &str) -> Value {
        self.get(format!("/api/v3/threads/{chat_id}")).ok()["data"].clone()
    }

    fn followers(&self, chat_id: &str) -> Vec<String> {
        names(
            &self
                .get(format!("/api/v3/threads/{chat_id}/followers"))
                .ok()["data"],
        )
    }
}

impl Answer {
    #[track_caller]
    fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    #[track_caller]
    fn is_no_content(&self) {
        assert_eq!((self.status, &self.body), (204, &Value::Null));
    }

    /// Expects the documented response to a post that doesn't ask for the message's id.
    #[track_caller]
    fn is_posted(&self) {
        assert_eq!((self.status, &self.body), (200, &json!({})));
    }

    #[track_caller]
    fn is_no_response(&self) {
        assert_eq!(
            (self.status, &self.body),
            (200, &json!({ "Response Code": "204 No response" }))
        );
    }

    #[track_caller]
    fn is_refused(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status, self.body["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.body
        );
        assert!(
            self.body["message"]
                .as_str()
                .is_some_and(|message| !message.is_empty()),
            "{}",
            self.body
        );
    }
}

fn names(users: &Value) -> Vec<String> {
    users
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["name"].as_str().unwrap().to_owned())
        .collect()
}

/// The demo world and its users.
struct Scene {
    demo: Demo,
    ryan: User,
    scott: User,
    tim: User,
    olivia: User,
}

fn scene() -> Scene {
    let demo = Sandbox::demo();
    let user = |id: &String| User::new(&demo.sandbox, id);
    let [scott, tim] = demo.colleague_ids.each_ref().map(user);
    Scene {
        ryan: user(&demo.user_id),
        scott,
        tim,
        olivia: user(&demo.outsider_id),
        demo,
    }
}

impl Scene {
    /// Returns `/api/v3/threads/<THREAD_CHAT_ID>` for the demo's thread, followed by `rest`.
    fn thread_url(&self, rest: &str) -> String {
        format!("/api/v3/threads/{}{rest}", self.demo.thread_chat_id)
    }

    /// Returns `/api/v3/chats/<THREAD_CHAT_ID>` for the demo's thread, followed by `rest`.
    fn chat_url(&self, rest: &str) -> String {
        format!("/api/v3/chats/{}{rest}", self.demo.thread_chat_id)
    }

    /// Starts another thread in the demo's channel, and returns its chat id.
    fn start_thread(&self, user: &User, title: &str) -> String {
        let message_id =
            self.demo
                .sandbox
                .post_message(&self.demo.channel_id, &self.demo.user_id, title);
        let body =
            json!({ "text": "First.", "thread_message_id": message_id, "thread_title": title });
        user.post_json(self.channel_messages_url(), &body)
            .is_posted();
        let threads = user
            .get(format!(
                "/api/v2/channels/{}/threads?limit=1",
                self.demo.channel_id
            ))
            .ok();
        assert_eq!(threads["data"][0]["title"], title);
        threads["data"][0]["chat_id"].as_str().unwrap().to_owned()
    }

    /// Returns the URL to which messages of the demo's channel are posted.
    fn channel_messages_url(&self) -> String {
        format!("/api/v3/channels/{}/messages", self.demo.channel_id)
    }
}
