//! Access control, and the known URLs.

use bytes::Bytes;
use cliq_sandbox::{NewChannel, Sandbox};
use http::{Method, Request};
use serde_json::json;

use super::{Answer, scene};

const UNAUTHORIZED: &str = "Request was rejected because of invalid AuthToken.";
const UNKNOWN_URL: &str = "The URL you've sent is wrong. It's possible that the resource you've requested has been moved to another URL.";
const METHOD_NOT_ALLOWED: &str = "The requested resource does not support the HTTP method used. For example, requesting List of \
                                  all customers API with PUT as the HTTP method.";

#[test]
fn both_schemes_are_taken_and_other_credentials_refused() {
    let mut scene = scene();
    let token = scene.demo.token.clone();
    for (authorization, status) in [
        (format!("Bearer {token}"), 200),
        (format!("Zoho-oauthtoken {token}"), 200),
        (format!("bearer {token}"), 200),
        (format!("Basic {token}"), 401),
        (token.clone(), 401),
        ("Bearer 1000.unknown".to_owned(), 401),
        ("Bearer ".to_owned(), 401),
        (String::new(), 401),
    ] {
        scene.ryan.authorization.clone_from(&authorization);
        let answer = scene.ryan.get(scene.thread_url(""));
        assert_eq!(answer.status, status, "{authorization}");
        if status == 401 {
            let code = authorization
                .contains("unknown")
                .then_some("oauthtoken_invalid");
            let told = (
                answer.body["code"].as_str(),
                answer.body["message"].as_str(),
            );
            assert_eq!(told, (code, Some(UNAUTHORIZED)), "{authorization}");
        }
    }
}

#[test]
fn without_authorization_a_request_is_refused() {
    let scene = scene();
    let request = Request::get(scene.thread_url(""))
        .body(Bytes::new())
        .unwrap();
    assert_eq!(scene.demo.sandbox.handle(request).status(), 401);
}

#[test]
fn a_token_is_its_users_in_its_sandbox_only() {
    let scene = scene();
    let other = Sandbox::builder()
        .user("7", "Ada Obi", "ada.obi@zylker.com")
        .build();
    scene.ryan.post(scene.thread_url("/follow")).is_no_content();
    assert_eq!(
        scene.ryan.thread(&scene.demo.thread_chat_id)["is_follower"],
        true
    );
    assert_eq!(
        scene.tim.thread(&scene.demo.thread_chat_id)["is_follower"],
        false
    );
    let stranger = super::User {
        sandbox: other,
        authorization: scene.ryan.authorization.clone(),
    };
    assert_eq!(stranger.get(scene.thread_url("")).status, 401);
}

#[test]
fn unknown_urls_and_methods_are_refused_as_published() {
    let scene = scene();
    for url in [
        "/",
        "/api/v3/threads",
        "/api/v4/threads/CT_1",
        "/api/v3/threads/CT_1/",
        "/api/v3/threads//follow",
    ] {
        assert_eq!(
            scene.ryan.get(url),
            Answer {
                status: 404,
                body: json!({ "message": UNKNOWN_URL })
            },
            "{url}"
        );
    }
    let patched = scene.ryan.send(Method::PATCH, &scene.thread_url(""), "");
    assert_eq!(
        patched,
        Answer {
            status: 405,
            body: json!({ "message": METHOD_NOT_ALLOWED })
        }
    );

    let request = Request::patch(scene.thread_url(""))
        .body(Bytes::new())
        .unwrap();
    assert_eq!(
        scene.demo.sandbox.handle(request).headers()["allow"],
        "GET, PUT"
    );
}

#[test]
fn users_outside_of_the_channel_are_refused_everywhere() {
    let scene = scene();
    let (olivia, channel) = (&scene.olivia, &scene.demo.channel_id);
    let new = json!({ "text": "Hello.", "thread_message_id": scene.demo.message_id });
    let users = json!({ "user_ids": [scene.demo.user_id] });
    for answer in [
        olivia.post_json(scene.channel_messages_url(), &new),
        olivia.post_json(
            format!("/api/v3/chats/{}/messages", scene.demo.channel_chat_id),
            &new,
        ),
        olivia.post_json(
            format!(
                "/api/v3/channelsbyname/{}/messages",
                scene.demo.channel_unique_name
            ),
            &new,
        ),
        olivia.post_json(scene.chat_url("/messages"), &json!({ "text": "Hello." })),
        olivia.get(scene.thread_url("")),
        olivia.put_json(scene.thread_url(""), &json!({ "action": "close" })),
        olivia.get(scene.thread_url("/messages/main")),
        olivia.get(scene.thread_url("/followers")),
        olivia.post_json(scene.thread_url("/followers"), &users),
        olivia.delete_json(scene.thread_url("/followers"), &users),
        olivia.get(scene.thread_url("/nonfollowers")),
        olivia.post(scene.thread_url("/follow")),
        olivia.post(scene.thread_url("/unfollow")),
        olivia.get(scene.chat_url("/members")),
        olivia.post(scene.chat_url("/leave")),
        olivia.post(scene.chat_url("/mute")),
        olivia.post(scene.chat_url("/unmute")),
        olivia.get(format!("/api/v2/channels/{channel}/threads")),
        olivia.put_json(
            format!("/api/v2/channels/{channel}"),
            &json!({ "auto_follow_threads": "enable" }),
        ),
    ] {
        answer.is_refused(403, "chat_access_denied");
    }
    assert_eq!(
        scene.ryan.followers(&scene.demo.thread_chat_id),
        ["Scott Fisher"]
    );
}

#[test]
fn what_is_not_there_is_refused() {
    let scene = scene();
    let (ryan, unknown) = (&scene.ryan, "CT_1-T-2");
    let new = json!({ "text": "Hello.", "thread_message_id": scene.demo.message_id });
    let users = json!({ "user_ids": [scene.demo.user_id] });
    // A channel's chat isn't a thread.
    for chat_id in [unknown, &scene.demo.channel_chat_id] {
        let thread = format!("/api/v3/threads/{chat_id}");
        for answer in [
            ryan.put_json(&thread, &json!({ "action": "close" })),
            ryan.get(format!("{thread}/messages/main")),
            ryan.get(format!("{thread}/followers")),
            ryan.post_json(format!("{thread}/followers"), &users),
            ryan.delete_json(format!("{thread}/followers"), &users),
            ryan.get(format!("{thread}/nonfollowers")),
            ryan.post(format!("{thread}/follow")),
            ryan.post(format!("{thread}/unfollow")),
        ] {
            answer.is_refused(404, "chat_not_found");
        }
    }
    let chat = format!("/api/v3/chats/{unknown}");
    for answer in [
        ryan.get(format!("{chat}/members")),
        ryan.post(format!("{chat}/leave")),
        ryan.post(format!("{chat}/mute")),
        ryan.post(format!("{chat}/unmute")),
        ryan.post_json(format!("{chat}/messages"), &new),
    ] {
        answer.is_refused(404, "chat_not_found");
    }
    // The document has no 404 here.
    ryan.get(format!("/api/v3/threads/{unknown}"))
        .is_refused(400, "chat_not_found");
    for answer in [
        ryan.post_json("/api/v3/channels/P1/messages", &new),
        ryan.post_json("/api/v3/channelsbyname/nowhere/messages", &new),
        ryan.get("/api/v2/channels/P1/threads"),
        ryan.put_json(
            "/api/v2/channels/P1",
            &json!({ "auto_follow_threads": "enable" }),
        ),
    ] {
        answer.is_refused(404, "channel_not_exists");
    }
}

#[test]
fn what_is_wrong_is_told_in_a_header() {
    let scene = scene();
    let request = Request::post(scene.chat_url("/messages"))
        .header("authorization", &scene.ryan.authorization);
    let answer = scene.demo.sandbox.handle(
        request
            .body("{\"text\": \"Hi.\", \"\u{e9}\": 1}".into())
            .unwrap(),
    );
    assert_eq!(
        answer.headers()["x-sandbox-reason"],
        "`\\u{e9}` is not a parameter of this operation"
    );
    let granted = scene.demo.sandbox.handle(
        Request::get(scene.thread_url(""))
            .header("authorization", &scene.ryan.authorization)
            .body(Bytes::new())
            .unwrap(),
    );
    assert!(!granted.headers().contains_key("x-sandbox-reason"));
}

#[test]
fn an_answer_that_is_not_wanted_is_not_given() {
    let scene = scene();
    let ask = |url: String, accept: &str| {
        let request = Request::get(url)
            .header("authorization", &scene.ryan.authorization)
            .header("accept", accept);
        scene
            .demo
            .sandbox
            .handle(request.body(Bytes::new()).unwrap())
            .status()
            .as_u16()
    };
    for (accept, status) in [
        ("*/*", 200),
        ("application/json", 200),
        ("text/html, APPLICATION/*;q=0.5", 200),
        ("text/html,application/xml;q=0.9,*/*;q=0.8", 200),
        ("text/html", 406),
        ("application/json;q=0, text/*", 406),
    ] {
        assert_eq!(
            ask(scene.thread_url("/followers"), accept),
            status,
            "{accept}"
        );
        // This operation has no 406.
        assert_eq!(ask(scene.thread_url(""), accept), 200, "{accept}");
    }
}

#[test]
fn a_body_that_says_it_is_no_json_is_refused() {
    let scene = scene();
    for (content_type, status) in [
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("application/x-www-form-urlencoded", 400),
        ("text/plain", 400),
    ] {
        let request = Request::post(scene.chat_url("/messages"))
            .header("authorization", &scene.ryan.authorization);
        let request = request
            .header("content-type", content_type)
            .body("{\"text\": \"Hi.\"}".into())
            .unwrap();
        assert_eq!(
            scene.demo.sandbox.handle(request).status(),
            status,
            "{content_type}"
        );
    }
}

#[test]
fn a_query_has_what_the_operation_has_and_once() {
    let scene = scene();
    scene
        .ryan
        .post(scene.thread_url("/follow?bot_unique_name=deploybot"))
        .is_refused(400, "extra_key_found");
    scene
        .ryan
        .get(scene.chat_url("/members?fields=name&fields=name"))
        .is_refused(400, "invalid_inputs");
    assert_eq!(
        scene.ryan.followers(&scene.demo.thread_chat_id),
        ["Scott Fisher"]
    );
}

#[test]
fn who_is_of_another_organisation_is_told_so_as_published() {
    let scene = scene();
    let dana = super::User::new(&scene.demo.sandbox, &scene.demo.external_id);
    dana.get(scene.thread_url(""))
        .is_refused(403, "external_communication_not_supported");
    dana.get(scene.thread_url("/followers"))
        .is_refused(403, "chat_access_denied");
}

#[test]
fn get_thread_refuses_what_is_no_thread_chat_id_as_published() {
    let scene = scene();
    for chat_id in [
        "CT_1",
        "CT_1-T-",
        "CT_1-T-x",
        "-T-1",
        &scene.demo.channel_chat_id,
    ] {
        let answer = scene.ryan.get(format!("/api/v3/threads/{chat_id}"));
        let body = json!({
            "code": "thread_chatid_invalid",
            "message": "The thread chat ID given is not according to the format.",
        });
        assert_eq!(answer, Answer { status: 400, body }, "{chat_id}");
    }
}

#[test]
fn a_path_is_decoded_exactly_once() {
    let name = "50%25 a/b+c é";
    let sandbox = Sandbox::builder()
        .user("1", "Ryan West", "ryan.west@zylker.com")
        .channel(NewChannel::named(name).members(["1"]))
        .build();
    let ryan = super::User::new(&sandbox, "1");
    let body =
        json!({ "text": "Hello.", "thread_message_id": sandbox.post_message(name, "1", "Plans") });
    let encoded = "50%2525%20a%2Fb+c%20%C3%A9";
    ryan.post_json(format!("/api/v3/channelsbyname/{encoded}/messages"), &body)
        .is_posted();
    let twice = encoded.replace('%', "%25");
    ryan.post_json(format!("/api/v3/channelsbyname/{twice}/messages"), &body)
        .is_refused(404, "channel_not_exists");
    assert_eq!(ryan.get("/api/v3/threads/%FF").status, 404);
}

#[test]
#[should_panic(expected = "there is no user `2` yet")]
fn a_channel_of_users_who_are_not_there_is_a_mistake() {
    let _ = Sandbox::builder().channel(NewChannel::named("news").members(["2"]));
}

#[test]
#[should_panic(expected = "there is a user `1` already")]
fn an_id_that_is_taken_is_a_mistake() {
    let builder = Sandbox::builder().user("1", "Ryan West", "ryan.west@zylker.com");
    let _ = builder.user("1", "Scott Fisher", "scott.fisher@zylker.com");
}

#[test]
#[should_panic(expected = "the user `431930546` is not in the channel")]
fn a_message_of_somebody_from_outside_is_a_mistake() {
    let demo = Sandbox::demo();
    demo.sandbox
        .post_message(&demo.channel_id, &demo.outsider_id, "Hello.");
}

#[test]
fn a_webhook_token_posts_and_does_nothing_else() {
    let scene = scene();
    let sandbox = &scene.demo.sandbox;
    let call = |method: &str, url: &str, token: &str| {
        let request = Request::builder()
            .method(method)
            .uri(format!("{url}?zapikey={token}"));
        let body = if method == "POST" {
            r#"{"text": "Hi."}"#
        } else {
            ""
        };
        sandbox.handle(request.body(body.into()).unwrap()).status()
    };
    let token = sandbox.webhook_token(&scene.demo.user_id);
    let name = &scene.demo.channel_unique_name;
    let by_name = format!("/api/v2/channelsbyname/{name}/message");
    assert_eq!(call("POST", &by_name, &token), 200);
    assert_eq!(call("POST", "/api/v3/bots/deploybot/messages", &token), 200);
    assert_eq!(call("GET", &scene.thread_url(""), &token), 401);
    assert_eq!(call("POST", &by_name, "1001.unknown"), 401);
    let posted = sandbox.messages(&scene.demo.channel_id).pop().unwrap();
    assert_eq!(
        (posted.sender_name.as_str(), posted.text.as_str()),
        ("Ryan West", "Hi.")
    );
    // With an access token, it is an unknown parameter.
    let url = format!("{by_name}?zapikey={token}");
    scene
        .ryan
        .post_json(url, &json!({ "text": "Hi." }))
        .is_refused(400, "extra_key_found");
    // A sixth token revokes the first.
    let others = [(); 5].map(|()| sandbox.webhook_token(&scene.demo.user_id));
    assert_eq!(call("POST", &by_name, &token), 401);
    assert!(
        others
            .iter()
            .all(|token| call("POST", &by_name, token) == 200)
    );
}
