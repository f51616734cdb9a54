//! Chats, channels and messages: later calls see the changes of earlier ones.

mod channels;
mod chats;
mod files;
mod later;
mod marks;
mod messages;
mod people;

use serde_json::Value;

use super::{Scene, User};

impl Scene {
    fn channel_chat(&self, rest: &str) -> String {
        format!("/api/v3/chats/{}{rest}", self.demo.channel_chat_id)
    }

    /// Returns the URL in v2 of a message of the channel.
    fn message_url(&self, id: &str, rest: &str) -> String {
        format!(
            "/api/v2/chats/{}/messages/{id}{rest}",
            self.demo.channel_chat_id
        )
    }

    /// Posts into the channel, and returns the id of the message.
    fn post(&self, user: &User, body: &Value) -> String {
        let answer = user.post_json(self.channel_chat("/messages"), body).ok();
        answer["message_id"].as_str().unwrap().to_owned()
    }

    fn texts(&self) -> Vec<String> {
        let messages = self.demo.sandbox.messages(&self.demo.channel_id);
        messages.into_iter().map(|message| message.text).collect()
    }
}

fn texts(messages: &Value) -> Vec<String> {
    let messages = messages.as_array().unwrap().iter();
    messages
        .map(|message| {
            message["content"]["text"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}
