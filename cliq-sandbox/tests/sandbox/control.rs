//! `/_sandbox/`: control requests over HTTP.

use bytes::Bytes;
use cliq_sandbox::limits::Limits;
use cliq_sandbox::{Clock, Fault, ManualClock, Sandbox};
use http::{Request, Response};
use serde_json::Value;

fn call(sandbox: &Sandbox, method: &str, url: &str, origin: Option<&str>) -> Response<Bytes> {
    let mut request = Request::builder().method(method).uri(url);
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    sandbox.handle(request.body(Bytes::new()).unwrap())
}

fn follow(demo: &cliq_sandbox::Demo) -> u16 {
    let url = format!("/api/v3/threads/{}/follow", demo.thread_chat_id);
    let request = Request::post(url).header("authorization", format!("Bearer {}", demo.token));
    demo.sandbox
        .handle(request.body(Bytes::new()).unwrap())
        .status()
        .as_u16()
}

#[test]
fn locks_are_ended_and_time_is_advanced() {
    let demo = Sandbox::builder()
        .clock(ManualClock::at(Clock::START))
        .limits(Limits::published())
        .demo();
    let lock = || {
        while follow(&demo) != 429 {}
    };
    lock();
    assert_eq!(
        call(&demo.sandbox, "DELETE", "/_sandbox/locks", None).status(),
        204
    );
    assert_eq!(follow(&demo), 204);
    lock();
    let moved = call(&demo.sandbox, "POST", "/_sandbox/time?advance=9m", None);
    let body: Value = serde_json::from_slice(moved.body()).unwrap();
    assert_eq!(body["now"], "2025-10-09T09:33:00Z");
    assert_eq!(follow(&demo), 429);
    call(&demo.sandbox, "POST", "/_sandbox/time?advance=61s", None);
    assert_eq!(follow(&demo), 204);
    let now: Value =
        serde_json::from_slice(call(&demo.sandbox, "GET", "/_sandbox/time", None).body()).unwrap();
    assert_eq!(now["now"], "2025-10-09T09:34:01Z");
}

#[test]
fn other_requests_are_refused() {
    let demo = Sandbox::demo();
    for (method, url, status) in [
        ("POST", "/_sandbox/time", 400),
        ("POST", "/_sandbox/time?advance=soon", 400),
        ("POST", "/_sandbox/time?advance=1h&advance=2h", 400),
        ("DELETE", "/_sandbox/time", 405),
        ("GET", "/_sandbox/locks", 405),
        ("GET", "/_sandbox/", 404),
        ("GET", "/_sandbox/world", 404),
    ] {
        assert_eq!(
            call(&demo.sandbox, method, url, None).status(),
            status,
            "{method} {url}"
        );
    }
    // Browsers send the origin of the page.
    for origin in ["https://evil.example", "null", "http://127.0.0.1:8787"] {
        assert_eq!(
            call(
                &demo.sandbox,
                "POST",
                "/_sandbox/time?advance=1h",
                Some(origin)
            )
            .status(),
            403
        );
        assert_eq!(
            call(&demo.sandbox, "DELETE", "/_sandbox/locks", Some(origin)).status(),
            403
        );
    }
}

#[tokio::test]
async fn faults_do_not_apply_to_control_requests() {
    let demo = Sandbox::demo();
    demo.sandbox
        .faults()
        .everywhere()
        .sometimes(1.0, Fault::Reset);
    let client = demo.sandbox.transport();
    let request = Request::get("http://localhost/_sandbox/time")
        .body(Bytes::new().into())
        .unwrap();
    assert_eq!(
        cliq_api::Transport::send(&client, request)
            .await
            .unwrap()
            .status(),
        200
    );
}

/// Advancing the time expires tokens.
#[test]
fn an_app_signs_in_again_when_its_token_expires() {
    let demo = Sandbox::demo();
    let app = demo.sandbox.app(&demo.user_id);
    let shown = format!("{app:?}");
    assert!(
        !shown.contains(&app.client_secret) && !shown.contains(&app.refresh_token),
        "{shown}"
    );
    let renew = || {
        let body = format!(
            "grant_type=refresh_token&client_id={}&client_secret={}&refresh_token={}",
            app.client_id, app.client_secret, app.refresh_token
        );
        let request = Request::post("/oauth/v2/token")
            .header("content-type", "application/x-www-form-urlencoded");
        let response = demo.sandbox.handle(request.body(body.into()).unwrap());
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        body["access_token"].as_str().unwrap().to_owned()
    };
    let get = |token: &str| {
        let request =
            Request::get("/api/v3/datastores").header("authorization", format!("Bearer {token}"));
        demo.sandbox
            .handle(request.body(Bytes::new()).unwrap())
            .status()
            .as_u16()
    };
    let token = renew();
    assert_eq!(get(&token), 200);
    demo.sandbox.advance(std::time::Duration::from_hours(1));
    assert_eq!(get(&token), 401);
    assert_eq!(get(&renew()), 200);
    assert_ne!(demo.sandbox.app(&demo.user_id).client_id, app.client_id);
}
