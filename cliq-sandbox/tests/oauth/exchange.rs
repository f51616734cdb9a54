//! `POST /oauth/v2/token` and `POST /oauth/v2/token/revoke`

use std::time::Duration;

use bytes::Bytes;
use cliq_sandbox::oauth::{Action, App, TimeUnit, Unauthorized};
use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::json;

use super::{APP, CALLBACK, FORM, RYAN, SCOPES, SECRET, US, encode, scene};

#[test]
fn an_answer_has_what_zohos_have() {
    let mut scene = scene();
    let code = scene.self_client_code();
    let body = scene.exchange(&code).body;
    assert_eq!(
        body,
        json!({
            "access_token": body["access_token"],
            "refresh_token": body["refresh_token"],
            "scope": "ZohoCliq.Chats.READ ZohoCliq.Chats.UPDATE",
            "api_domain": "https://www.zohoapis.com",
            "token_type": "Bearer",
            "expires_in": 3600,
        })
    );
    let refreshed = scene.refresh(body["refresh_token"].as_str().unwrap()).body;
    assert!(
        refreshed["access_token"].is_string() && refreshed.get("refresh_token").is_none(),
        "{refreshed}"
    );
}

#[test]
fn an_answer_can_be_as_older_ones_were() {
    let mut scene = scene();
    scene.accounts.policy_mut().tells_scopes = false;
    scene.accounts.policy_mut().time_unit = TimeUnit::Milliseconds;
    let code = scene.self_client_code();
    let body = scene.exchange(&code).body;
    assert_eq!(
        (&body["expires_in_sec"], &body["expires_in"]),
        (&json!(3600), &json!(3_600_000))
    );
    assert_eq!(body.get("scope"), None);
}

#[test]
fn parameters_are_taken_from_the_query_too_and_rather_from_the_body() {
    let mut scene = scene();
    let (first, second) = (scene.self_client_code(), scene.self_client_code());
    let all = |code: &str| {
        encode(&[
            ("grant_type", "authorization_code"),
            ("client_id", APP),
            ("client_secret", SECRET),
            ("code", code),
        ])
    };
    let url = |query: &str| format!("{US}/oauth/v2/token?{query}");
    let in_query = Request::post(url(&all(&first))).body(Bytes::new()).unwrap();
    scene.send(&in_query).access_token();
    let wrong = encode(&[("code", "1000.wrong"), ("client_secret", "wrong")]);
    let in_both = Request::post(url(&wrong))
        .header(CONTENT_TYPE, FORM)
        .body(all(&second).into())
        .unwrap();
    scene.send(&in_both).access_token();
    let third = scene.self_client_code();
    scene.exchange(&third).access_token();

    let told: Vec<_> = scene
        .accounts
        .book()
        .entries()
        .iter()
        .map(|entry| entry.secrets_in_query)
        .collect();
    assert_eq!(told, [true, true, false]);
}

#[test]
fn a_body_that_is_no_form_is_not_read() {
    let mut scene = scene();
    let code = scene.self_client_code();
    let body = json!({ "grant_type": "authorization_code", "client_id": APP, "client_secret": SECRET, "code": code });
    let request =
        Request::post(format!("{US}/oauth/v2/token")).header(CONTENT_TYPE, "application/json");
    scene
        .send(&request.body(body.to_string().into()).unwrap())
        .is_refused("unsupported_grant_type");
}

#[test]
fn refusals_are_answered_with_200() {
    let mut scene = scene();
    let code = scene.self_client_code();
    let refresh_token = scene.refresh_token();
    let code = ("code", code.as_str());
    let (by_code, by_refresh) = (
        ("grant_type", "authorization_code"),
        ("grant_type", "refresh_token"),
    );
    let url = format!("{US}/oauth/v2/token");
    let (id, secret) = (("client_id", APP), ("client_secret", SECRET));
    for (params, error) in [
        (vec![], "unsupported_grant_type"),
        (
            vec![id, secret, code, ("grant_type", "password")],
            "unsupported_grant_type",
        ),
        (vec![secret, code, by_code], "invalid_client"),
        (
            vec![("client_id", "1000.OTHER"), secret, code, by_code],
            "invalid_client",
        ),
        (vec![id, code, by_code], "invalid_client_secret"),
        (
            vec![id, ("client_secret", "wrong"), code, by_code],
            "invalid_client_secret",
        ),
        (vec![id, secret, by_code], "invalid_code"),
        (
            vec![id, secret, ("code", "1000.wrong"), by_code],
            "invalid_code",
        ),
        (vec![id, secret, by_refresh], "invalid_code"),
        (
            vec![id, secret, by_refresh, ("refresh_token", "1000.wrong")],
            "invalid_code",
        ),
        (
            vec![id, by_refresh, ("refresh_token", &refresh_token)],
            "invalid_client_secret",
        ),
        (
            vec![id, secret, ("grant_type", "client_credentials")],
            "invalid_scope",
        ),
    ] {
        scene.post(&url, &params).is_refused(error);
    }
    scene.exchange(code.1).access_token();
}

#[test]
fn a_code_is_for_once() {
    let mut scene = scene();
    let code = scene.self_client_code();
    scene.exchange(&code).access_token();
    scene.exchange(&code).is_refused("invalid_code");
}

#[test]
fn a_code_lives_for_two_minutes() {
    let mut scene = scene();
    let (first, second) = (scene.self_client_code(), scene.self_client_code());
    scene.wait(119);
    scene.exchange(&first).access_token();
    scene.wait(1);
    scene.exchange(&second).is_refused("invalid_code");
}

#[test]
fn a_code_is_exchanged_with_the_redirect_uri_that_it_was_sent_to() {
    let mut scene = scene();
    scene.accounts.register(
        App::new(APP, SECRET)
            .redirect_uri(CALLBACK)
            .redirect_uri("http://127.0.0.1:8080/other"),
    );
    let code = scene.consent(&[]).told("code").unwrap();
    let by_code = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
    ];
    scene.token(&by_code).is_refused("invalid_redirect_uri");
    scene
        .token(&[
            by_code[0],
            by_code[1],
            ("redirect_uri", "http://127.0.0.1:8080/other"),
        ])
        .is_refused("invalid_redirect_uri");
    scene.exchange(&code).access_token();
}

#[test]
fn a_self_clients_code_needs_no_redirect_uri() {
    let mut scene = scene();
    let code = scene.self_client_code();
    let tokens = scene.token(&[("grant_type", "authorization_code"), ("code", &code)]);
    assert_eq!(scene.user(&tokens.access_token()), Some(RYAN));
    tokens.text("refresh_token");
}

#[test]
fn codes_and_refresh_tokens_are_their_apps() {
    let mut scene = scene();
    let (code, refresh_token) = (scene.self_client_code(), scene.refresh_token());
    scene
        .accounts
        .register(App::new("1000.OTHER", "other-secret"));
    let other = [
        ("client_id", "1000.OTHER"),
        ("client_secret", "other-secret"),
    ];
    let url = format!("{US}/oauth/v2/token");
    let by_code = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
    ];
    let by_refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.as_str()),
    ];
    scene
        .post(&url, &[other, by_code].concat())
        .is_refused("invalid_code");
    scene
        .post(&url, &[other, by_refresh].concat())
        .is_refused("invalid_code");
    scene.exchange(&code).access_token();
    scene.refresh(&refresh_token).access_token();
}

#[test]
fn an_access_token_ends_after_its_time_and_its_refresh_token_does_not() {
    let mut scene = scene();
    let tokens = scene.accounts.issue_tokens(APP, RYAN, SCOPES, scene.now);
    scene.wait(3599);
    assert_eq!(scene.user(&tokens.access_token), Some(RYAN));
    scene.wait(1);
    let refused = scene
        .accounts
        .authenticate("cliq.zoho.com", &tokens.access_token, scene.now);
    assert_eq!(refused.unwrap_err(), Unauthorized::Expired);

    scene.wait(100 * 86_400);
    let refresh_token = tokens.refresh_token.unwrap();
    let token = scene.refresh(&refresh_token).access_token();
    assert_eq!(scene.user(&token), Some(RYAN));
    let again = scene.refresh(&refresh_token).access_token();
    assert_ne!(token, again);
    assert_eq!(scene.user(&token), Some(RYAN), "the one before lives on");
}

#[test]
fn a_lifetime_can_be_set() {
    let mut scene = scene();
    scene.accounts.policy_mut().access_token_lifetime = Duration::from_mins(1);
    let code = scene.self_client_code();
    let tokens = scene.exchange(&code);
    assert_eq!(tokens.body["expires_in"], 60);
    scene.wait(60);
    assert_eq!(scene.user(&tokens.access_token()), None);
}

#[test]
fn an_app_can_speak_for_itself() {
    let mut scene = scene();
    scene.accounts.add_user("2");
    scene.accounts.register(App::new(APP, SECRET).owner("2"));
    let answer = scene.token(&[
        ("grant_type", "client_credentials"),
        ("scope", "ZohoCliq.Webhooks.CREATE"),
    ]);
    assert_eq!(scene.user(&answer.access_token()), Some("2"));
    assert_eq!(answer.text("scope"), "ZohoCliq.Webhooks.CREATE");
    assert!(answer.body.get("refresh_token").is_none());
}

#[test]
fn a_refresh_token_ends_with_all_that_came_from_it() {
    let mut scene = scene();
    let first = scene.accounts.issue_tokens(APP, RYAN, SCOPES, scene.now);
    let other = scene.accounts.issue_tokens(APP, RYAN, SCOPES, scene.now);
    let refresh_token = first.refresh_token.unwrap();
    let second = scene.refresh(&refresh_token).access_token();

    let revoke = format!("{US}/oauth/v2/token/revoke");
    assert_eq!(
        scene
            .post(&revoke, &[("token", &refresh_token)])
            .text("status"),
        "success"
    );
    scene.refresh(&refresh_token).is_refused("invalid_code");
    assert_eq!(
        [scene.user(&first.access_token), scene.user(&second)],
        [None, None]
    );
    assert_eq!(scene.user(&other.access_token), Some(RYAN));
    for token in [&refresh_token, "1000.wrong", ""] {
        let again = scene.post(&revoke, &[("token", token)]);
        assert_eq!(
            (again.status, again.body["error"].as_str()),
            (400, Some("invalid_code"))
        );
    }
}

#[test]
fn an_access_token_can_be_ended_alone() {
    let mut scene = scene();
    let tokens = scene.accounts.issue_tokens(APP, RYAN, SCOPES, scene.now);
    scene
        .post(
            &format!("{US}/oauth/v2/token/revoke"),
            &[("token", &tokens.access_token)],
        )
        .text("status");
    assert_eq!(scene.user(&tokens.access_token), None);
    let next = scene.refresh(&tokens.refresh_token.unwrap()).access_token();
    assert_eq!(scene.user(&next), Some(RYAN));
    assert_eq!(scene.accounts.revoke_access_tokens(RYAN), 1);
    assert_eq!(scene.user(&next), None);
    assert!(!scene.accounts.revoke(&next));
}

#[test]
fn the_book_has_every_request_in_order() {
    let mut scene = scene();
    let code = scene.consent(&[]).told("code").unwrap();
    let refresh_token = scene.exchange(&code).text("refresh_token");
    scene.wait(1800);
    scene.refresh(&refresh_token).access_token();
    scene.refresh("1000.wrong").is_refused("invalid_code");

    let book = scene.accounts.book();
    let actions: Vec<_> = book.entries().iter().map(|entry| entry.action).collect();
    assert_eq!(
        actions,
        [
            Action::Consent,
            Action::Exchange,
            Action::Refresh,
            Action::Refresh
        ]
    );
    let refresh = book.granted(Action::Refresh).next().unwrap();
    assert_eq!((refresh.time, refresh.location.as_str()), (scene.now, "us"));
    assert_eq!(
        (refresh.client_id.as_deref(), refresh.user_id.as_deref()),
        (Some(APP), Some(RYAN))
    );
    assert_eq!(
        book.refreshes(&refresh_token).collect::<Vec<_>>(),
        [scene.now]
    );
    assert_eq!(
        book.granted(Action::Exchange).next().unwrap().refresh_token,
        Some(refresh_token)
    );
    assert_eq!(
        book.refused(Action::Refresh).next().unwrap().refused,
        Some("invalid_code")
    );
}
