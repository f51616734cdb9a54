//! Requests as they arrive at a server.

use cliq_api::cliq::Cliq;
use cliq_api::prelude::*;
use cliq_api::threads::{MessageText, Threads};
use cliq_api::zoho::AuthScheme;
use cliq_api::{ErrorKind, Place, Sent};
use cliq_sandbox::{NewChannel, Sandbox};
use percent_encoding::percent_decode_str;

use crate::listener::{Listener, json};

/// Endpoints that send their arguments in all places.
#[endpoints(base = "/base")]
trait Echo {
    #[endpoint(POST "/<ID>/x/<FILE>.json?constant=1")]
    fn echo(
        &self,
        id: String,
        file: String,
        #[query] q: String,
        #[query] n: Option<u32>,
        #[header("X-Note")] note: Option<String>,
        #[field] text: String,
    );
}

const ODD: [&str; 9] = [
    "ops/alerts & more",
    "100%",
    "ü",
    "a%20b",
    "?x=1#y",
    "+",
    "...",
    "\u{1F980}\n\"",
    "%2e%2e",
];

#[tokio::test]
async fn values_arrive_as_themselves() {
    let listener = Listener::answering([json("200 OK", "")]).await;
    let client = listener.client();
    for value in ODD {
        client.echo(value, value, value, value).n(5).await.unwrap();
        let request = listener.asked().pop().unwrap();
        let target = request.split(' ').nth(1).unwrap();
        let (path, query) = target.split_once('?').unwrap();
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
        let segments: Vec<_> = path.split('/').map(decoded).collect();
        assert_eq!(segments, ["", "base", value, "x", &format!("{value}.json")]);
        let pairs: Vec<_> = query.split('&').map(decoded).collect();
        assert_eq!(pairs, ["constant=1", &format!("q={value}"), "n=5"]);
        let body = request.split_once("\r\n\r\n").unwrap().1;
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(body).unwrap(),
            serde_json::json!({ "text": value })
        );
    }
}

#[tokio::test]
async fn a_channels_name_may_hold_anything() {
    for name in ODD {
        let sandbox = Sandbox::builder()
            .user("1", "Ryan West", "ryan.west@zylker.com")
            .channel(NewChannel::named(name).members(["1"]))
            .build();
        let message = sandbox.post_message(name, "1", "Hello");
        let server = sandbox.serve().await.unwrap();
        let client = Client::cliq(DataCenter::US)
            .base_url(server.base_url())
            .access_token(sandbox.token("1"))
            .build()
            .unwrap();
        client
            .create_thread_by_channel_name(name, "First", &message)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_path_that_changes_the_url_is_rejected_before_sending() {
    let listener = Listener::answering([json("200 OK", "")]).await;
    let client = listener.client();
    for value in ["", ".", ".."] {
        let error = client.echo(value, "f", "q", "t").await.unwrap_err();
        assert_eq!(
            (error.kind(), error.sent()),
            (ErrorKind::InvalidRequest, Sent::No)
        );
        assert!(
            error.to_string().contains("invalid path parameter `ID`"),
            "{error}"
        );
    }
    assert!(listener.asked().is_empty());
}

#[tokio::test]
async fn an_invalid_value_is_an_error_unless_replaced() {
    let listener = Listener::answering([json("200 OK", "")]).await;
    let client = listener.client();
    let call = client.echo("a", "f", "q", "t").note("line\nbreak");
    let error = call.clone().await.unwrap_err();
    assert!(
        error.to_string().contains("header parameter `X-Note`"),
        "{error}"
    );
    call.note("first").note("second").await.unwrap();
    assert!(listener.asked()[0].contains("x-note: second\r\n"));
}

#[tokio::test]
async fn a_long_text_is_rejected_unless_unchecked() {
    let demo = Sandbox::demo();
    let server = demo.sandbox.serve().await.unwrap();
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .access_token(demo.token)
        .build()
        .unwrap();
    let id = &demo.thread_chat_id;
    let before = demo.sandbox.messages(id).len();

    let error = client
        .send_thread_message(id, "x".repeat(5001))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::InvalidRequest, Sent::No)
    );
    assert!(error.to_string().contains("5001 characters"), "{error}");
    let error = client
        .send_thread_message(id, MessageText::unchecked("x".repeat(5001)))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Status, Sent::Answered)
    );
    assert_eq!(demo.sandbox.messages(id).len(), before);
    client
        .send_thread_message(id, "ü".repeat(5000))
        .await
        .unwrap();
    assert_eq!(demo.sandbox.messages(id).len(), before + 1);
}

#[tokio::test]
async fn options_add_headers_and_authorization_goes_along() {
    let listener = Listener::answering([json("200 OK", "")]).await;
    let client = listener.client();
    client
        .echo("a", "f", "q", "t")
        .options(|options| options.header("X-Request-Id", "7"))
        .await
        .unwrap();
    let request = listener.asked().pop().unwrap();
    for line in [
        "authorization: Bearer 1000.canary-token",
        "x-request-id: 7",
        "content-type: application/json",
    ] {
        assert!(
            request.contains(&format!("{line}\r\n")),
            "{line} is not in {request}"
        );
    }
    let error = client
        .echo("a", "f", "q", "t")
        .options(|options| options.header("X Bad", "7"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);

    let prepared = client.echo("a", "f", "q", "t").prepare().unwrap();
    assert!(!prepared.headers().contains_key("authorization"));
    let prepared = client
        .echo("a", "f", "q", "t")
        .prepare_authorized()
        .await
        .unwrap();
    assert_eq!(
        prepared.headers()["authorization"],
        "Bearer 1000.canary-token"
    );
}

#[tokio::test]
async fn the_other_scheme_of_authorization() {
    let listener = Listener::answering([json("200 OK", "")]).await;
    let provider = Cliq::new(DataCenter::US).auth_scheme(AuthScheme::ZohoOauthtoken);
    let client = Client::of(provider)
        .base_url(listener.base_url())
        .access_token("1000.t")
        .build()
        .unwrap();
    client.echo("a", "f", "q", "t").await.unwrap();
    assert!(listener.asked()[0].contains("authorization: Zoho-oauthtoken 1000.t\r\n"));
}

#[tokio::test]
async fn a_call_without_a_type_sends_the_same() {
    let listener = Listener::answering([json("200 OK", r#"{"x": 1}"#)]).await;
    let client = listener.client();
    client
        .echo("a b", "f", "q&", "t")
        .n(5)
        .note("n")
        .await
        .unwrap();
    let dynamic = client
        .call(ECHO[0])
        .set("ID", "a b")
        .set("FILE", "f")
        .set("q", "q&")
        .set("n", &5)
        .set("text", "t");
    let answer = dynamic.clone().set("X-Note", "n").await.unwrap();
    assert_eq!(answer, serde_json::json!({ "x": 1 }));
    let asked = listener.asked();
    assert_eq!(asked[0], asked[1]);

    let error = dynamic.clone().set("nn", &5).await.unwrap_err();
    assert!(
        error.to_string().contains(
            r#"it has no parameter "nn"; it has ["ID", "FILE", "q", "n", "X-Note", "text"]"#
        ),
        "{error}"
    );
    let error = client.call(ECHO[0]).set("ID", "a").await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("missing required path parameter `FILE`"),
        "{error}"
    );
    let error = dynamic.set("ID", &serde_json::json!({})).await.unwrap_err();
    assert!(error.to_string().contains("expected a scalar"), "{error}");
}

#[endpoints]
trait Lists {
    #[endpoint(DELETE "/pins")]
    fn delete_by_csv(&self, #[query(csv)] ids: Vec<String>);
    #[endpoint(DELETE "/pins/all")]
    fn delete_by_ids(&self, #[query] ids: Vec<String>);
    #[endpoint(POST "/pins", form)]
    fn pin_by_form(&self, #[field] ids: Vec<String>);
    #[endpoint(POST "/pins/all/json")]
    fn pin_by_json(&self, #[field] ids: Vec<String>);
    #[endpoint(GET "/pins")]
    fn list_pins(&self, #[query(csv)] ids: Option<Vec<String>>);
    #[endpoint(POST "/pins/<ID>")]
    fn twice(&self, id: String, #[query("ID")] other: Option<String>);
}

/// Without its list, a request that deletes some would delete all.
#[tokio::test]
async fn a_required_list_that_is_empty_is_refused_before_sending() {
    let listener = Listener::answering([json("200 OK", "")]).await;
    let client = listener.client();
    let none: [&str; 0] = [];
    let dynamic = |name| {
        let endpoint = LISTS.iter().find(|endpoint| endpoint.name() == name);
        client.call(endpoint.unwrap()).set("ids", &none)
    };
    for error in [
        client.delete_by_csv(none).await.unwrap_err(),
        client.delete_by_ids(none).await.unwrap_err(),
        client.pin_by_form(none).await.unwrap_err(),
        dynamic("delete_by_csv").await.unwrap_err(),
        dynamic("delete_by_ids").await.unwrap_err(),
        dynamic("pin_by_form").await.unwrap_err(),
    ] {
        assert_eq!(
            (error.kind(), error.sent()),
            (ErrorKind::InvalidRequest, Sent::No)
        );
        let line = error.to_string();
        assert!(line.contains("`ids`") && line.contains("empty"), "{line}");
    }
    assert!(listener.asked().is_empty());

    client.pin_by_json(none).await.unwrap();
    assert!(listener.asked()[0].ends_with(r#"{"ids":[]}"#));
    client.list_pins().ids(none).await.unwrap();
    assert!(listener.asked()[1].starts_with("GET /pins HTTP"));
    client.delete_by_csv(["1", "2"]).await.unwrap();
    assert!(listener.asked()[2].starts_with("DELETE /pins?ids=1,2 "));
}

#[tokio::test]
async fn a_name_in_two_places_needs_its_place() {
    let listener = Listener::answering([json("200 OK", "{}")]).await;
    let client = listener.client();
    let call = || {
        let twice = LISTS.iter().find(|endpoint| endpoint.name() == "twice");
        client.call(twice.unwrap())
    };
    let error = call().set("ID", "1").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::InvalidRequest, Sent::No)
    );
    assert!(error.to_string().contains("`set_in`"), "{error}");
    let set = call()
        .set_in(Place::Path, "ID", "1")
        .set_in(Place::Query, "ID", "2");
    set.await.unwrap();
    client.twice("1").other("2").await.unwrap();
    for request in listener.asked() {
        assert!(request.starts_with("POST /pins/1?ID=2 "), "{request}");
    }
    let error = call().set_in(Place::Header, "ID", "1").await.unwrap_err();
    assert!(error.to_string().contains("it has no parameter"), "{error}");
}

#[tokio::test]
async fn a_304_has_its_own_advice() {
    let listener = Listener::answering(["HTTP/1.1 304 Not Modified\r\n\r\n"]).await;
    let call = listener.client().list_pins();
    let call = call.options(|options| options.header("If-None-Match", "\"1\""));
    let error = call.await.unwrap_err();
    assert_eq!(error.status().unwrap(), 304);
    let line = error.to_string();
    assert!(
        line.contains("`If-None-Match`") && !line.contains("redirect"),
        "{line}"
    );
}
