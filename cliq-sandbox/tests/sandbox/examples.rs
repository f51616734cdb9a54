//! Operations that the sandbox doesn't simulate.

use bytes::Bytes;
use cliq_api::cliq::APIS;
use cliq_sandbox::limits::Limits;
use cliq_sandbox::oauth::ScopeSet;
use cliq_sandbox::{Sandbox, SandboxBuilder};
use http::{Request, Response};

use super::scene;

fn call(sandbox: &Sandbox, token: &str, method: &str, url: &str, body: &str) -> Response<Bytes> {
    let request = Request::builder()
        .method(method)
        .uri(url)
        .header("authorization", format!("Bearer {token}"));
    sandbox.handle(
        request
            .body(Bytes::copy_from_slice(body.as_bytes()))
            .unwrap(),
    )
}

fn is_example(response: &Response<Bytes>) -> bool {
    response
        .headers()
        .get("x-sandbox-example")
        .is_some_and(|mark| mark == "true")
}

#[test]
fn no_declared_endpoint_is_unknown() {
    let scene = scene();
    for meta in APIS.iter().copied().flatten() {
        let path = format!("{}{}", meta.base(), meta.path()).replace(['<', '>'], "");
        let response = call(
            &scene.demo.sandbox,
            &scene.demo.token,
            meta.method().as_str(),
            &path,
            "",
        );
        let reason = response.headers().get("x-sandbox-reason");
        let is_unknown = reason.is_some_and(|reason| reason == "no operation has this URL");
        assert!(!is_unknown && response.status() != 405, "{meta}");
    }
}

#[test]
fn an_operation_that_is_not_played_answers_its_published_example() {
    let scene = scene();
    let answer =
        |method: &str, url: &str| call(&scene.demo.sandbox, &scene.demo.token, method, url, "");
    let preferences = answer("GET", "/api/v3/settings/user-preferences");
    assert!(preferences.status() == 200 && is_example(&preferences));
    let deleted = answer("DELETE", "/api/v3/commands/1");
    assert!(deleted.status() == 204 && is_example(&deleted) && deleted.body().is_empty());
    // Neither simulated responses nor errors are marked as examples.
    let thread = answer("GET", &scene.thread_url(""));
    assert!(thread.status() == 200 && !is_example(&thread));
    let unknown = answer("GET", "/api/v3/settings/user-preferences?colour=red");
    assert!(unknown.status() == 400 && !is_example(&unknown));
}

/// An example has two pages.
#[test]
fn reading_all_pages_ends() {
    let scene = scene();
    let page = |query: &str| {
        let url = format!("/api/v3/functions{query}");
        let response = call(&scene.demo.sandbox, &scene.demo.token, "GET", &url, "");
        let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        body["next_token"].as_str().map(str::to_owned)
    };
    let token = page("").unwrap();
    assert_eq!(
        page(&format!("?next_token={}", token.replace('=', "%3D"))),
        None
    );
}

#[test]
fn limits_and_scopes_hold_for_examples_too() {
    let demo = SandboxBuilder::default().limits(Limits::published()).demo();
    let narrow = demo.sandbox.accounts(|accounts, _| {
        let scopes = ScopeSet::from("ZohoCliq.Chats.ALL");
        accounts.issue_access_token(&demo.user_id, scopes, None)
    });
    let scoped = call(&demo.sandbox, &narrow, "GET", "/api/v3/datastores", "");
    assert_eq!(scoped.status(), 401);
    let answers = |count: u32| {
        (0..count)
            .map(|_| {
                call(&demo.sandbox, &demo.token, "GET", "/api/v3/datastores", "")
                    .status()
                    .as_u16()
            })
            .collect::<Vec<_>>()
    };
    assert!(answers(30).iter().all(|status| *status == 200));
    assert_eq!(answers(2), [429, 429]);
}
