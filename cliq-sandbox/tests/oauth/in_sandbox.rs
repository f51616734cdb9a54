//! The accounts server of a sandbox, and its tokens.

use std::time::Duration;

use bytes::Bytes;
use cliq_api::Transport;
use cliq_api::threads::{THREADS, Threads};
use cliq_sandbox::oauth::{App, ScopeSet};
use cliq_sandbox::{Clock, Demo, Fault, ManualClock, Sandbox};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Method, Request, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{APP, Answer, CALLBACK, FORM, SECRET, encode};

fn demo() -> (Demo, ManualClock) {
    let clock = ManualClock::at(Clock::START);
    let demo = Sandbox::builder().clock(clock.clone()).demo();
    demo.sandbox
        .accounts(|accounts, _| accounts.register(App::new(APP, SECRET).redirect_uri(CALLBACK)));
    (demo, clock)
}

fn send(sandbox: &Sandbox, request: Request<Bytes>) -> Answer {
    Answer::read(&sandbox.handle(request))
}

/// `POST /oauth/v2/token` with the app's credentials.
fn token_request(params: &[(&str, &str)]) -> Request<Bytes> {
    let credentials = [("client_id", APP), ("client_secret", SECRET)];
    let body = encode(&[&credentials, params].concat());
    Request::post("/oauth/v2/token")
        .header(CONTENT_TYPE, FORM)
        .body(body.into())
        .unwrap()
}

fn call(method: &Method, path: &str, token: &str) -> Request<Bytes> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(AUTHORIZATION, format!("Bearer {token}"));
    request.body(Bytes::new()).unwrap()
}

#[test]
fn from_consent_to_a_call_and_the_token_of_the_next_hour() {
    let (demo, clock) = demo();
    let params = [
        ("client_id", APP),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "ZohoCliq.Chats.READ"),
        ("access_type", "offline"),
        ("prompt", "consent"),
    ];
    let url = format!("/oauth/v2/auth?{}", encode(&params));
    let consent = Request::get(url)
        .header(HOST, "127.0.0.1:49152")
        .body(Bytes::new())
        .unwrap();
    let callback = send(&demo.sandbox, consent);
    assert_eq!(
        callback.told("accounts-server").as_deref(),
        Some("http://127.0.0.1:49152")
    );

    let code = callback.told("code").unwrap();
    let by_code = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
    ];
    let tokens = send(&demo.sandbox, token_request(&by_code));
    let path = format!("/api/v3/threads/{}", demo.thread_chat_id);
    let get = |token: &str| send(&demo.sandbox, call(&Method::GET, &path, token));
    assert_eq!(get(&tokens.access_token()).status, 200);

    clock.advance(Duration::from_hours(1));
    let refused = get(&tokens.access_token());
    assert_eq!(
        (refused.status, refused.body["code"].as_str()),
        (401, Some("oauthtoken_invalid"))
    );
    let by_refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &tokens.text("refresh_token")),
    ];
    let next = send(&demo.sandbox, token_request(&by_refresh));
    assert_eq!(get(&next.access_token()).status, 200);
    let times = demo.sandbox.accounts(|accounts, _| {
        accounts
            .book()
            .entries()
            .iter()
            .map(|entry| entry.time)
            .collect::<Vec<_>>()
    });
    assert_eq!(times, [Clock::START, Clock::START, demo.sandbox.now()]);
}

#[test]
fn each_operation_needs_its_scope() {
    let (demo, _) = demo();
    let all = [
        "Chats.READ",
        "Chats.UPDATE",
        "Chats.DELETE",
        "Messages.READ",
        "Channels.UPDATE",
        "Webhooks.CREATE",
    ];
    for meta in THREADS {
        let [needed] = meta.scopes().names() else {
            panic!("{meta} has one scope")
        };
        let others = all
            .map(|scope| format!("ZohoCliq.{scope}"))
            .into_iter()
            .filter(|scope| scope != needed);
        let others = others.collect::<Vec<_>>().join(",");
        let [token, other] = [needed, others.as_str()].map(|scopes| {
            demo.sandbox
                .accounts(|accounts, _| accounts.issue_access_token(&demo.user_id, scopes, None))
        });
        let path: Vec<_> = meta
            .path()
            .split('/')
            .map(|part| {
                if part.starts_with('<') {
                    "CT_1-T-2"
                } else {
                    part
                }
            })
            .collect();
        let path = format!("{}{}", meta.base(), path.join("/"));
        let allowed = send(&demo.sandbox, call(meta.method(), &path, &token));
        assert_ne!(allowed.status, 401, "{meta}");
        let refused = send(&demo.sandbox, call(meta.method(), &path, &other));
        assert_eq!(
            (refused.status, refused.body["code"].as_str()),
            (401, Some("oauthtoken_scope_invalid")),
            "{meta}"
        );
        assert!(refused.body["message"].is_string(), "{meta}");
    }
}

#[tokio::test]
async fn a_client_gets_the_missing_scope_error() {
    let (demo, _) = demo();
    let token = demo.sandbox.accounts(|accounts, _| {
        accounts.issue_access_token(&demo.user_id, "ZohoCliq.Chats.READ", None)
    });
    let client = demo.sandbox.client(token);
    client.get_thread(&demo.thread_chat_id).await.unwrap();
    let error = client
        .follow_thread(&demo.thread_chat_id)
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED));
    assert_eq!(error.code(), Some("oauthtoken_scope_invalid"));
}

#[test]
fn a_sandbox_token_has_all_scopes_until_it_is_revoked() {
    let (demo, clock) = demo();
    clock.advance(Duration::from_hours(24 * 365));
    let path = format!("/api/v3/threads/{}", demo.thread_chat_id);
    assert_eq!(
        send(&demo.sandbox, call(&Method::GET, &path, &demo.token)).status,
        200
    );
    demo.sandbox.accounts(|accounts, now| {
        let grant = accounts
            .authenticate("127.0.0.1", &demo.token, now)
            .unwrap();
        assert_eq!(
            (grant.scopes(), grant.expires_at()),
            (&ScopeSet::everything(), None)
        );
    });
    demo.sandbox.revoke_token(&demo.token);
    assert_eq!(
        send(&demo.sandbox, call(&Method::GET, &path, &demo.token)).status,
        401
    );
}

#[tokio::test]
async fn the_accounts_server_can_fail() {
    let (demo, _) = demo();
    demo.sandbox
        .faults()
        .accounts()
        .next(Fault::Fail(StatusCode::SERVICE_UNAVAILABLE));
    demo.client()
        .get_thread(&demo.thread_chat_id)
        .await
        .unwrap();
    let transport = demo.sandbox.transport();
    for expected in [StatusCode::SERVICE_UNAVAILABLE, StatusCode::OK] {
        let request = token_request(&[
            ("grant_type", "client_credentials"),
            ("scope", "ZohoCliq.Chats.READ"),
        ]);
        assert_eq!(
            transport
                .send(request.map(Into::into))
                .await
                .unwrap()
                .status(),
            expected
        );
    }
}

#[tokio::test]
async fn the_accounts_server_is_at_the_port_of_the_api() {
    let (demo, _) = demo();
    let server = demo.sandbox.serve().await.unwrap();
    let base_url = server.base_url();
    let host = base_url.strip_prefix("http://").unwrap();
    let body = encode(&[
        ("grant_type", "device_request"),
        ("client_id", APP),
        ("scope", "ZohoCliq.Chats.READ"),
    ]);
    let mut stream = TcpStream::connect(host).await.unwrap();
    let length = body.len();
    let request = format!(
        "POST /oauth/v3/device/code HTTP/1.1\r\nHost: {host}\r\nContent-Type: {FORM}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.contains(&format!(
            "\"verification_url\":\"{base_url}/oauth/v3/device\""
        )),
        "{answer}"
    );
}
