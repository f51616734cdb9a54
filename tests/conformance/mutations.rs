//! The comparisons detect each of these changes to the document.

use serde_json::Value;

use crate::COMPARISONS;
use crate::document::{Document, published};
use crate::pointer::{put, remove};

/// The place of the change, the new JSON (empty to remove it), and a part of the difference.
const MUTATIONS: &[(&str, &str, &str)] = &[
    // Operations.
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}~1unfollow",
        "",
        "operations: all: ",
    ),
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}~1archive",
        r#"{"post": {}}"#,
        "POST /api/v3/threads/<THREAD_CHAT_ID>/archive",
    ),
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}~1follow/put",
        "{}",
        "PUT /api/v3/threads/<THREAD_CHAT_ID>/follow",
    ),
    (
        "/servers/0/url",
        r#""https://cliq.zoho.com/api/v4""#,
        "GET /api/v4/threads/<THREAD_CHAT_ID>\"",
    ),
    (
        "/servers/0/url",
        r#""https://cliq.example.com/api/v3""#,
        "URL: ",
    ),
    // Parameters.
    (
        "/paths/~1chats~1{THREAD_CHAT_ID}~1members/get/parameters/1/name",
        r#""only""#,
        "parameters: ",
    ),
    (
        "/paths/~1chats~1{THREAD_CHAT_ID}~1members/get/parameters/1/in",
        r#""header""#,
        "parameters: ",
    ),
    (
        "/paths/~1chats~1{THREAD_CHAT_ID}~1members/get/parameters/1/required",
        "true",
        "parameters: ",
    ),
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}/put/parameters/2",
        "",
        "parameters: ",
    ),
    // Scope, limit, lock.
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}/get/security/0/Cliq_Auth/0",
        r#""ZohoCliq.Chats.ALL""#,
        "scopes: ",
    ),
    (
        "/components/securitySchemes/Cliq_Auth/flows/implicit/scopes/ZohoCliq.Chats.READ",
        "",
        "does not list the scope",
    ),
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}/get/description",
        r#""Threshold limit: 21 requests per min per user\nLock period: 5 minutes""#,
        "limit: published [21,60]",
    ),
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}/get/description",
        r#""Threshold limit: 20 requests per min per user\nLock period: 10 minutes""#,
        "lock: published 600",
    ),
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}/get/description",
        r#""Threshold limit: none""#,
        r#"limit: published "none""#,
    ),
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}/get/description",
        r#""No limit is told.""#,
        "limit: published null",
    ),
    // Bodies.
    (
        "/components/schemas/thread-creation-payload/properties/thread_title",
        "",
        "parameters: ",
    ),
    (
        "/components/schemas/thread-creation-payload/properties/colour",
        r#"{"type": "string"}"#,
        "body: ",
    ),
    (
        "/components/schemas/thread-creation-payload/required",
        r#"["text"]"#,
        "parameters: ",
    ),
    (
        "/components/schemas/send-message-in-thread-payload/required/1",
        r#""reply_to""#,
        "parameters: ",
    ),
    (
        "/components/schemas/thread-creation-payload/properties/text/description",
        r#""Maximum length: 4000 characters.""#,
        "`text` may be longer than 4000",
    ),
    (
        "/components/schemas/thread-creation-payload/properties/text/description",
        r#""Maximum length: 6000 characters.""#,
        "no request with ",
    ),
    (
        "/components/schemas/add-followers-payload/properties/user_ids/items/type",
        r#""integer""#,
        r#"body: at "/user_ids/0""#,
    ),
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}~1followers/delete/requestBody",
        "",
        "content type: ",
    ),
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}~1followers/delete/requestBody/content",
        r##"{"text/json": {"schema": {"$ref": "#/components/schemas/remove-followers-payload"}}}"##,
        "content type: ",
    ),
    // Answers.
    (
        "/components/schemas/Members/properties/phone",
        r#"{"type": "string"}"#,
        "/members/0/phone: has its type in the model",
    ),
    (
        "/components/schemas/v3-thread/properties/title/type",
        r#""integer""#,
        "the answer {",
    ),
    (
        "/components/schemas/v3-thread/properties/thread_state/example",
        "true",
        r#"true is not of type "string""#,
    ),
    (
        "/components/schemas/get-main-message-response/properties/time/example",
        r#""2026-05-28T10:36:48.500000+00:00""#,
        "answer: published ",
    ),
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}/get/responses/200/content/application~1json/examples/get_thread/value/\
         data/is_follower",
        r#""yes""#,
        "the answer {",
    ),
    (
        "/components/schemas/get-thread-followers-response/properties/data/example/2/name",
        "false",
        "the answer {",
    ),
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}/get/responses/403/content/application~1json/examples/\
         external_communication_not_supported/value/code",
        r#"["a list"]"#,
        r#"at "/code""#,
    ),
    (
        "/components/schemas/get-main-message-response/required",
        r#"["id"]"#,
        "/id: may be missing",
    ),
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}~1follow/post/responses/200",
        r#"{"content": {"application/json": {"schema": {"type": "object"}}}}"#,
        "an answer is published and not read",
    ),
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}/get/responses/204",
        "{}",
        "an empty answer: ",
    ),
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}/get/responses/400/content/application~1json/schema/properties/hint",
        r#"{"type": "string"}"#,
        "no error has the member /hint",
    ),
    // Names.
    (
        "/components/schemas/get-threads-response/properties/data/items/properties/thread_state/enum/2",
        r#""archived""#,
        r#"`thread_state` may be "archived""#,
    ),
    // Schemas and exceptions.
    (
        "/components/schemas/Bots",
        r#"{"type": "object"}"#,
        "no operation refers to Bots",
    ),
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}~1followers/get/description",
        r#""Threshold limit: 20 requests per min per user\nLock period: 10 minutes""#,
        "the limit of GET followers: not needed",
    ),
    (
        "/paths/~1channels~1{CHANNEL_ID}~1threads",
        r#"{"get": {}}"#,
        "list_threads: not needed",
    ),
    (
        "/paths/~1threads~1{THREAD_CHAT_ID}/get/responses/200/content/application~1json/schema/properties/data/$ref",
        r##""#/components/schemas/get-threads-response""##,
        "list_threads: not needed, an operation of the document refers to get-threads-response",
    ),
    (
        "/components/schemas/v3-thread/required",
        r#"["chat_id"]"#,
        "members of responses that we require: not needed",
    ),
    (
        "/paths/~1chats~1{THREAD_CHAT_ID}~1members/get/parameters/1",
        "",
        "the document has no place",
    ),
];

#[test]
fn every_change_of_the_document_is_detected() {
    let mut untold = Vec::new();
    for (pointer, new, words) in MUTATIONS {
        let mut document = published();
        if new.is_empty() {
            remove(&mut document, pointer)
                .unwrap_or_else(|| panic!("the document has no {pointer}"));
        } else {
            let new: Value = serde_json::from_str(new).expect("JSON");
            put(&mut document, pointer, new)
                .unwrap_or_else(|| panic!("the document has no place {pointer}"));
        }
        let document = Document::with_exceptions(document);
        if !COMPARISONS
            .iter()
            .any(|compare| compare(&document).any_holds(words))
        {
            untold.push(format!("{pointer} = {new}: {words}"));
        }
    }
    assert!(untold.is_empty(), "{}", untold.join("\n"));
}
