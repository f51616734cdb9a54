//! The sandbox accepts the published examples for chats.

use cliq_api::cliq::messages::{Content, Messages};
use cliq_api::prelude::*;
use cliq_sandbox::Sandbox;
use serde_json::Value;

use crate::payloads::{self, Published};

#[endpoints]
trait Posting {
    #[endpoint(POST "/api/v3/chats/<CHAT_ID>/messages", scope = "ZohoCliq.Webhooks.CREATE")]
    fn post(&self, chat_id: String, #[body] message: Value);
}

/// Members that no schema of a message to a chat has.
const REFUSED: [&str; 2] = ["hint", "user_ids"];

#[tokio::test]
async fn the_sandbox_takes_the_published_examples() {
    for Published {
        document,
        example,
        payload,
        ..
    } in payloads::published()
    {
        let name = format!("{document}: {example}");
        // A new world for each, as the number of posts per minute is limited.
        let demo = Sandbox::demo();
        let (client, chat) = (demo.client(), &demo.channel_chat_id);
        let text = payload["text"].as_str().map(ToOwned::to_owned);
        let is_refused = REFUSED.iter().any(|member| payload.get(member).is_some());
        let posted = client.post(chat, payload).await;
        if is_refused {
            assert_eq!(
                posted.unwrap_err().code(),
                Some("extra_key_found"),
                "{name}"
            );
            continue;
        }
        posted.unwrap_or_else(|error| panic!("{name}: {error}"));
        let messages = client.list_messages(chat).await.unwrap();
        let last = messages.last().and_then(|message| message.content.as_ref());
        assert_eq!(last.and_then(Content::text), text.as_deref(), "{name}");
    }
}
