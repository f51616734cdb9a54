//! Paths that several endpoints match.

use cliq_api::prelude::*;
use cliq_sandbox::StubServer;

#[endpoints(base = "/api/v1")]
trait Chats {
    #[endpoint(GET "/chats/<CHAT_ID>")]
    fn get_chat(&self, chat_id: String) -> String;

    #[endpoint(GET "/chats/search")]
    fn search_chats(&self, #[query] title: Option<String>) -> String;

    #[endpoint(GET "/chats/<CHAT_ID>/members")]
    fn list_members(&self, chat_id: String) -> String;

    #[endpoint(GET "/chats/search/<WORD>")]
    fn search_word(&self, word: String) -> String;

    #[endpoint(GET "/chats/export.<FORMAT>")]
    fn export_chats(&self, format: String) -> String;
}

#[tokio::test]
async fn text_comes_before_a_placeholder_whichever_stub_is_newer() -> Result<(), Error> {
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let server = StubServer::new();
        for stub in order {
            match stub {
                0 => drop(server.on::<GetChatRequest>().reply("chat".to_owned())),
                1 => drop(server.on::<SearchChatsRequest>().reply("search".to_owned())),
                _ => drop(server.on::<ExportChatsRequest>().reply("export".to_owned())),
            }
        }
        let client = server.client();
        assert_eq!(client.search_chats().await?, "search");
        assert_eq!(client.search_chats().title("a").await?, "search");
        assert_eq!(client.get_chat("CT_1").await?, "chat");
        assert_eq!(client.export_chats("csv").await?, "export");
        assert_eq!(server.calls::<GetChatRequest>().len(), 1);
        assert_eq!(server.calls::<SearchChatsRequest>().len(), 2);
    }
    Ok(())
}

#[tokio::test]
async fn the_leftmost_text_decides() -> Result<(), Error> {
    let server = StubServer::new();
    server.on::<SearchWordRequest>().reply("word".to_owned());
    server
        .on::<ListMembersRequest>()
        .reply("members".to_owned());
    let client = server.client();
    assert_eq!(client.list_members("CT_1").await?, "members");
    assert_eq!(client.search_word("members").await?, "word");
    assert_eq!(server.calls::<ListMembersRequest>().len(), 1);
    Ok(())
}

/// The server prefers the other endpoint, with or without a stub for it.
#[tokio::test]
async fn an_endpoint_without_a_stub_gets_no_reply_of_another() {
    let server = StubServer::new();
    server
        .on::<GetChatRequest>()
        .optional()
        .reply("chat".to_owned());
    let error = server.client().search_chats().await.unwrap_err();
    assert_eq!(error.code(), Some("no_stub"), "{error}");
    assert!(server.calls::<GetChatRequest>().is_empty());
    let report = crate::report_of(server).unwrap();
    let words = "expected GET /api/v1/chats/<CHAT_ID>, found GET /api/v1/chats/search";
    assert!(report.contains(words), "{report}");
}
