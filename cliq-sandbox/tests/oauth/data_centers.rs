//! Several data centers.

use cliq_sandbox::oauth::{App, Unauthorized};

use super::{APP, CALLBACK, EU, RYAN, SCOPES, SECRET, Scene, US, scene};

/// An app in two data centers, and a second user in Europe.
fn both() -> Scene {
    let mut scene = scene();
    scene.accounts.register(
        App::new(APP, SECRET)
            .redirect_uri(CALLBACK)
            .locations(["us", "eu"]),
    );
    scene.accounts.add_user_in("eu", "2");
    scene
}

#[test]
fn an_app_is_unknown_where_it_is_not_registered() {
    let mut scene = scene();
    let (code, refresh_token) = (scene.self_client_code(), scene.refresh_token());
    scene
        .token_at(EU, &[("grant_type", "authorization_code"), ("code", &code)])
        .is_refused("invalid_client");
    scene
        .token_at(
            EU,
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", &refresh_token),
            ],
        )
        .is_refused("invalid_client");
    let request = [
        ("grant_type", "device_request"),
        ("client_id", APP),
        ("scope", SCOPES),
    ];
    scene
        .post(&format!("{EU}/oauth/v3/device/code"), &request)
        .is_refused("invalid_client");
}

#[test]
fn codes_and_tokens_are_invalid_in_other_data_centers() {
    let mut scene = both();
    let (code, refresh_token) = (scene.self_client_code(), scene.refresh_token());
    scene
        .token_at(EU, &[("grant_type", "authorization_code"), ("code", &code)])
        .is_refused("invalid_code");
    scene
        .token_at(
            EU,
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", &refresh_token),
            ],
        )
        .is_refused("invalid_code");
    assert_eq!(
        scene
            .post(
                &format!("{EU}/oauth/v2/token/revoke"),
                &[("token", &refresh_token)]
            )
            .status,
        400
    );

    let token = scene.exchange(&code).access_token();
    let elsewhere = scene
        .accounts
        .authenticate("cliq.zoho.eu", &token, scene.now);
    assert_eq!(elsewhere.unwrap_err(), Unauthorized::Unknown);
    assert_eq!(scene.user(&token), Some(RYAN));
    scene.refresh(&refresh_token).access_token();
}

#[test]
fn consent_leads_to_the_users_data_center() {
    let mut scene = both();
    scene.accounts.sign_in("2");
    let callback = scene.consent(&[]);
    assert_eq!(callback.told("location").as_deref(), Some("eu"));
    assert_eq!(callback.told("accounts-server").as_deref(), Some(EU));
    let code = callback.told("code").unwrap();
    scene.exchange(&code).is_refused("invalid_code");
    let by_code = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
    ];
    let tokens = scene.token_at(EU, &by_code);
    assert_eq!(tokens.text("api_domain"), "https://www.zohoapis.eu");
    assert!(
        scene
            .accounts
            .authenticate("cliq.zoho.eu", &tokens.access_token(), scene.now)
            .is_ok()
    );
    let locations: Vec<_> = scene
        .accounts
        .book()
        .entries()
        .iter()
        .map(|entry| entry.location.as_str())
        .collect();
    assert_eq!(locations, ["us", "us", "eu"]);
}

#[test]
fn a_user_of_a_data_center_that_the_app_is_not_in_can_not_consent() {
    let mut scene = both();
    scene.accounts.add_user_in("in", "3");
    let answer = scene.consent(&[("login_hint", "3")]);
    assert_eq!(
        (answer.status, answer.body["error"].as_str()),
        (400, Some("invalid_client"))
    );
}

/// Such as a loopback port.
#[test]
fn unknown_hosts_are_the_home_data_center() {
    let mut scene = scene();
    let local = "http://127.0.0.1:49152";
    let code = scene.self_client_code();
    let token = scene
        .token_at(
            local,
            &[("grant_type", "authorization_code"), ("code", &code)],
        )
        .access_token();
    assert!(
        scene
            .accounts
            .authenticate("127.0.0.1:49152", &token, scene.now)
            .is_ok()
    );
    let consent = [
        ("client_id", APP),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", SCOPES),
    ];
    let callback = scene.get(&format!("{local}/oauth/v2/auth"), &consent);
    assert_eq!(callback.told("location").as_deref(), Some("us"));
    assert_eq!(callback.told("accounts-server").as_deref(), Some(local));
}

#[test]
fn two_names_of_one_port_can_be_two_data_centers() {
    let mut scene = both();
    let (here, there) = ("http://127.0.0.1:49152", "http://localhost:49152");
    scene.accounts.place("eu", there);
    let consent = [
        ("client_id", APP),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", SCOPES),
        ("login_hint", "2"),
    ];
    let callback = scene.get(&format!("{here}/oauth/v2/auth"), &consent);
    assert_eq!(callback.told("accounts-server").as_deref(), Some(there));
    let code = callback.told("code").unwrap();
    let by_code = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
    ];
    scene.token_at(here, &by_code).is_refused("invalid_code");
    let token = scene.token_at(there, &by_code).access_token();
    assert!(
        scene
            .accounts
            .authenticate("localhost:49152", &token, scene.now)
            .is_ok()
    );
    assert!(
        scene
            .accounts
            .authenticate("127.0.0.1:49152", &token, scene.now)
            .is_err()
    );
}

#[test]
fn the_home_data_center_can_be_set() {
    let mut scene = scene();
    scene.accounts.set_home("jp");
    scene.accounts.add_user("4");
    let token = scene.accounts.issue_access_token("4", SCOPES, None);
    assert!(
        scene
            .accounts
            .authenticate("127.0.0.1:49152", &token, scene.now)
            .is_ok()
    );
    assert!(
        scene
            .accounts
            .authenticate("cliq.zoho.jp", &token, scene.now)
            .is_ok()
    );
    assert_eq!(scene.user(&token), None);
    scene
        .post(&format!("{US}/oauth/v2/token"), &[])
        .is_refused("unsupported_grant_type");
}
