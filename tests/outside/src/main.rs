//! A user's own endpoint on the client, declared, stubbed and called outside the workspace.

use cliq_api::prelude::*;
use serde::Deserialize;

/// A part of Cliq that `cliq-api` declares otherwise: the followers' names alone.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    limit = "20/min",
    lock = "10m"
)]
trait Watchers {
    /// Who watches a thread.
    #[endpoint(GET "/threads/<ID>/followers", scope = "Chats.READ", response = "data")]
    fn list_watchers(&self, id: String) -> Vec<Watcher>;
}

#[derive(Deserialize)]
struct Watcher {
    name: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let demo = cliq_sandbox::Sandbox::demo();
    let server = demo.sandbox.serve().await?;
    let client = Client::builder(server.base_url())
        .access_token(demo.token)
        .build()?;
    let watchers = client.list_watchers(&demo.thread_chat_id).await?;
    let names: Vec<_> = watchers
        .iter()
        .map(|watcher| watcher.name.as_str())
        .collect();
    assert_eq!(names, ["Scott Fisher"]);
    println!("watched by {}", names.join(", "));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn watchers_are_asked_for_by_thread() -> Result<(), Error> {
        let server = cliq_sandbox::StubServer::new();
        server
            .on::<ListWatchersRequest>()
            .reply_json(serde_json::json!([{ "name": "Ryan" }]));
        let watchers = server.client().list_watchers("CT_1-T-2").await?;
        assert_eq!(watchers[0].name, "Ryan");
        assert_eq!(
            server.calls::<ListWatchersRequest>()[0].path("ID"),
            "CT_1-T-2"
        );
        Ok(())
    }
}
