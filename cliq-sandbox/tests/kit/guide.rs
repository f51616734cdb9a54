//! The tests that `docs/testing.md` shows, and a test that its code is all from here.

use std::fs;
use std::path::Path;
use std::time::Duration;

use cliq_api::RequestExt;
use cliq_api::prelude::*;
use cliq_api::threads::{
    FollowThreadRequest, GetThreadRequest, ListThreadsRequest, Thread, Threads,
};
use cliq_sandbox::{Reply, StubServer};
use serde_json::json;

#[tokio::test]
async fn following_a_thread() -> Result<(), Error> {
    let server = StubServer::new();
    let client = server.client();
    server
        .on::<FollowThreadRequest>()
        .path("THREAD_CHAT_ID", "CT_1-T-2")
        .reply(());

    client.follow_thread("CT_1-T-2").await?;

    assert_eq!(server.calls::<FollowThreadRequest>().len(), 1);
    Ok(())
}

mod own {
    use cliq_api::prelude::*;
    use cliq_sandbox::StubServer;
    use serde::Deserialize;
    use serde_json::json;

    #[endpoints(base = "/api/v1")]
    trait Tickets {
        #[endpoint(POST "/tickets", response = "data")]
        fn open_ticket(&self, #[field] subject: String, #[field] priority: Option<u8>) -> Ticket;
    }

    #[derive(Deserialize)]
    struct Ticket {
        id: String,
    }

    #[tokio::test]
    async fn opening_a_ticket() -> Result<(), Error> {
        let server = StubServer::new();
        server
            .on::<OpenTicketRequest>()
            .field("priority", 1)
            .reply_json(json!({ "id": "T-1" }));

        let ticket = server
            .client()
            .open_ticket("Nobody can sign in")
            .priority(1)
            .await?;

        assert_eq!(ticket.id, "T-1");
        assert_eq!(
            server.calls::<OpenTicketRequest>()[0].field("subject"),
            "Nobody can sign in"
        );
        Ok(())
    }
}

#[tokio::test]
async fn all_that_a_stub_can_reply() {
    let server = StubServer::new();
    let optional = || server.on::<GetThreadRequest>().optional();
    optional().reply(Thread::new("CT_1-T-2"));
    optional().reply_json(json!({ "chat_id": "CT_1-T-2", "title": "Release watch" }));
    optional().reply_with(|call| Thread::new(call.path("THREAD_CHAT_ID")));
    optional().fail(404, "chat_not_found", "There is no such chat.");
    optional().throttled().then(Thread::new("CT_1-T-2"));
    optional().disconnect();
    optional().hang();
    optional()
        .reply(Thread::new("CT_1-T-2"))
        .after(Duration::from_secs(3));
    optional().reply(Reply::raw(http::Response::new("<html>")));
    server
        .on::<ListThreadsRequest>()
        .reply_page([Thread::new("CT_1-T-1")], "the next page's token")
        .then([Thread::new("CT_1-T-2")]);
    let first = server.client().list_threads("P1").await.unwrap();
    assert_eq!(first.next_token.as_deref(), Some("the next page's token"));
    let error = server
        .client()
        .get_thread("CT_1-T-2")
        .options(|options| options.timeout(Duration::from_secs(1)))
        .await;
    assert!(error.unwrap_err().is_decode());
}

#[test]
fn the_guide_shows_only_what_is_tested_here() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    // A package doesn't contain the guide.
    let Ok(guide) = fs::read_to_string(root.join("docs/testing.md")) else {
        return;
    };
    let bot = fs::read_to_string(root.join("examples/bot.rs")).unwrap();
    let tested = squeezed(&[include_str!("guide.rs"), &bot].concat());
    let blocks = guide
        .split("```rust\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("```"));
    for (block, _) in blocks {
        for part in block.split("// …\n") {
            assert!(
                tested.contains(&squeezed(part)),
                "this is in no test:\n{part}"
            );
        }
    }
}

/// Removes what depends on the line width: white space, comment markers, and trailing commas.
fn squeezed(text: &str) -> String {
    let words = text.split_whitespace();
    let text: String = words.filter(|word| !word.starts_with("//")).collect();
    text.replace(",)", ")")
        .replace(",}", "}")
        .replace(",]", "]")
}
