//! `GET /oauth/v2/auth`

use cliq_sandbox::oauth::{Action, App, Decision};

use super::{APP, CALLBACK, RYAN, SECRET, scene};

#[test]
fn a_code_is_sent_immediately() {
    let mut scene = scene();
    let answer = scene.consent(&[]);
    assert!(
        answer
            .location
            .as_deref()
            .unwrap()
            .starts_with(&format!("{CALLBACK}?")),
        "{answer:?}"
    );
    assert_eq!(answer.told("state").as_deref(), Some("xyz"));
    assert_eq!(answer.told("location").as_deref(), Some("us"));
    assert_eq!(
        answer.told("accounts-server").as_deref(),
        Some("https://accounts.zoho.com")
    );
    let tokens = scene.exchange(&answer.told("code").unwrap());
    assert_eq!(scene.user(&tokens.access_token()), Some(RYAN));
    assert!(tokens.text("refresh_token").starts_with("1000."));
}

#[test]
fn without_a_state_none_is_sent_back() {
    let answer = scene().consent(&[("state", "")]);
    assert_eq!(answer.told("state"), None);
}

#[test]
fn a_state_is_returned_unchanged() {
    let state = "a&b=c d+é/%20";
    assert_eq!(
        scene()
            .consent(&[("state", state)])
            .told("state")
            .as_deref(),
        Some(state)
    );
}

#[test]
fn a_callback_keeps_its_own_query() {
    let mut scene = scene();
    let callback = format!("{CALLBACK}?from=zoho");
    scene
        .accounts
        .register(App::new(APP, SECRET).redirect_uri(&callback));
    let answer = scene.consent(&[("redirect_uri", &callback)]);
    assert_eq!(answer.told("from").as_deref(), Some("zoho"));
    assert!(answer.told("code").is_some());
}

#[test]
fn an_invalid_request_is_shown_without_a_redirect() {
    let mut scene = scene();
    for (params, error) in [
        ([("client_id", "1000.OTHER")], "invalid_client"),
        ([("client_id", "")], "invalid_client"),
        (
            [("redirect_uri", "http://127.0.0.1:8080/callback/")],
            "invalid_redirect_uri",
        ),
        ([("redirect_uri", "")], "invalid_redirect_uri"),
        ([("response_type", "token")], "invalid_response_type"),
        ([("response_type", "")], "invalid_response_type"),
        ([("scope", "")], "invalid_scope"),
        (
            [("scope", "ZohoCliq.Chats.READ ZohoCliq.Chats.UPDATE")],
            "invalid_scope",
        ),
    ] {
        let answer = scene.consent(&params);
        assert_eq!(
            (answer.status, answer.body["error"].as_str()),
            (400, Some(error)),
            "{params:?}"
        );
        assert_eq!(answer.location, None, "{params:?}");
    }
    assert_eq!(scene.accounts.book().refused(Action::Consent).count(), 8);
}

#[test]
fn a_refresh_token_needs_both_offline_and_consent() {
    for (access_type, prompt, expected) in [
        ("offline", "consent", true),
        ("offline", "", false),
        ("", "consent", false),
        ("online", "consent", false),
    ] {
        let mut scene = scene();
        let code = scene
            .consent(&[("access_type", access_type), ("prompt", prompt)])
            .told("code")
            .unwrap();
        let tokens = scene.exchange(&code);
        tokens.access_token();
        assert_eq!(
            tokens.body.get("refresh_token").is_some(),
            expected,
            "{access_type:?} {prompt:?}"
        );
    }
}

#[test]
fn a_user_can_refuse() {
    let mut scene = scene();
    scene.accounts.policy_mut().decision = Decision::Deny;
    let answer = scene.consent(&[]);
    assert_eq!(answer.told("error").as_deref(), Some("access_denied"));
    assert_eq!(answer.told("state").as_deref(), Some("xyz"));
    assert_eq!(answer.told("code"), None);
    let refused: Vec<_> = scene.accounts.book().refused(Action::Consent).collect();
    assert_eq!(
        (refused.len(), refused[0].refused),
        (1, Some("access_denied"))
    );
}

#[test]
fn the_user_at_the_browser_consents() {
    let mut scene = scene();
    scene.accounts.add_user("2");
    scene.accounts.add_user("3");
    scene.accounts.sign_in("2");
    for (hint, user) in [("", "2"), ("3", "3")] {
        let code = scene.consent(&[("login_hint", hint)]).told("code").unwrap();
        let token = scene.exchange(&code).access_token();
        assert_eq!(scene.user(&token), Some(user));
    }
    assert_eq!(scene.consent(&[("login_hint", "4")]).status, 400);
}
