//! Flows without a browser, and their errors.

use std::time::SystemTime;

use cliq_api::DataCenter;
use cliq_api::auth::{AuthErrorKind, ScopeSet};
use cliq_api::threads::THREADS;
use cliq_sandbox::Fault;
use cliq_sandbox::oauth::{Action, TimeUnit};
use http::StatusCode;

use super::*;

fn self_client_code(demo: &Demo) -> String {
    demo.sandbox
        .accounts(|accounts, now| accounts.self_client_code(CLIENT_ID, &demo.user_id, SCOPES, now))
}

#[tokio::test]
async fn a_self_client_s_code_is_exchanged_once() {
    let demo = demo();
    let code = self_client_code(&demo);
    let signed_in = oauth(&demo)
        .exchange_self_client(code.clone())
        .await
        .unwrap();
    let token = signed_in.access_token();
    assert_eq!(
        user(&demo, &DataCenter::US, token.expose_secret()),
        Some(demo.user_id.clone())
    );
    assert_eq!(token.scopes().unwrap().to_string(), SCOPES);
    let lives = token
        .expires_at()
        .unwrap()
        .duration_since(SystemTime::now())
        .unwrap();
    assert!(lives.as_secs().abs_diff(3600) < 60, "{lives:?}");
    assert_eq!(signed_in.data_center(), Some(&DataCenter::US));

    let error = oauth(&demo).exchange_self_client(code).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (AuthErrorKind::Refused, Some("invalid_code"))
    );
    assert!(
        error.needs_sign_in() && error.to_string().contains("used already"),
        "{error}"
    );
}

#[tokio::test]
async fn an_app_speaks_for_itself() {
    let demo = demo();
    let scopes = ScopeSet::for_endpoints(THREADS);
    let signed_in = oauth(&demo).client_credentials(&scopes).await.unwrap();
    assert!(THREADS.iter().all(|meta| {
        signed_in
            .access_token()
            .scopes()
            .unwrap()
            .covers(meta.scopes())
    }));
    let error = signed_in.refresh_token().unwrap_err();
    assert!(
        error.to_string().contains("access_type=offline")
            && error.to_string().contains("prompt=consent"),
        "{error}"
    );
}

#[tokio::test]
async fn a_token_is_revoked() {
    let demo = demo();
    let signed_in = oauth(&demo)
        .exchange_self_client(self_client_code(&demo))
        .await
        .unwrap();
    let refresh_token = refresh_token(&signed_in);
    oauth(&demo)
        .revoke(refresh_token.clone(), &DataCenter::US)
        .await
        .unwrap();
    assert_eq!(
        user(
            &demo,
            &DataCenter::US,
            signed_in.access_token().expose_secret()
        ),
        None
    );
    let error = oauth(&demo)
        .revoke(refresh_token, &DataCenter::US)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("no longer valid"), "{error}");
}

#[tokio::test]
async fn a_wrong_data_center_is_named_as_the_likely_cause() {
    let demo = demo();
    // The app is registered in Europe; the user belongs to the United States.
    let europe = oauth_builder_at(&demo, DataCenter::EU).build().unwrap();
    let error = europe
        .exchange_self_client(self_client_code(&demo))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("invalid_code"));
    assert!(
        error.to_string().contains("another data center than EU"),
        "{error}"
    );
    // The app is unknown in India.
    let india = oauth_builder_at(&demo, DataCenter::IN).build().unwrap();
    let error = india
        .exchange_self_client(self_client_code(&demo))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("invalid_client"));
    assert!(
        error.to_string().contains("another data center than IN"),
        "{error}"
    );
}

#[tokio::test]
async fn secrets_travel_in_bodies() {
    let demo = demo();
    let signed_in = oauth(&demo)
        .exchange_self_client(self_client_code(&demo))
        .await
        .unwrap();
    oauth(&demo)
        .client_credentials(&SCOPES.into())
        .await
        .unwrap();
    oauth(&demo)
        .revoke(refresh_token(&signed_in), &DataCenter::US)
        .await
        .unwrap();
    let book = demo.sandbox.accounts(|accounts, _| accounts.book().clone());
    assert_eq!(book.entries().len(), 3);
    assert!(book.entries().iter().all(|entry| !entry.secrets_in_query));
    assert_eq!(book.granted(Action::Exchange).count(), 1);
}

#[tokio::test]
async fn older_answers_tell_milliseconds() {
    let demo = demo();
    policy(&demo, |policy| {
        policy.time_unit = TimeUnit::Milliseconds;
        policy.tells_scopes = false;
    });
    let signed_in = oauth(&demo)
        .exchange_self_client(self_client_code(&demo))
        .await
        .unwrap();
    let lives = signed_in
        .access_token()
        .expires_at()
        .unwrap()
        .duration_since(SystemTime::now())
        .unwrap();
    assert!(lives.as_secs() <= 3600, "{lives:?}");
    assert_eq!(signed_in.access_token().scopes(), None);
}

#[tokio::test(start_paused = true)]
async fn an_accounts_server_that_fails_is_told_in_one_line() {
    let demo = demo();
    for (fault, kind, words) in [
        (
            Fault::Unreachable,
            AuthErrorKind::Unreachable,
            "accounts.zoho.com can't be reached to exchange the code",
        ),
        (
            Fault::LoseRequest,
            AuthErrorKind::Unreachable,
            "accounts.zoho.com gave no answer within 30s",
        ),
        (
            Fault::ResetAfter,
            AuthErrorKind::Unreachable,
            "the connection was reset",
        ),
        (
            Fault::Truncate,
            AuthErrorKind::Unreachable,
            "the response broke off",
        ),
        (Fault::NotJson, AuthErrorKind::Unreadable, "no JSON object"),
        (
            Fault::Fail(StatusCode::BAD_GATEWAY),
            AuthErrorKind::Refused,
            "status 502",
        ),
        (
            Fault::Redirect("https://example.com".to_owned()),
            AuthErrorKind::Refused,
            "status 302",
        ),
    ] {
        demo.sandbox.faults().accounts().next(fault);
        let error = oauth(&demo)
            .exchange_self_client(self_client_code(&demo))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(
            error.to_string().contains(words) && !error.to_string().contains('\n'),
            "{error}"
        );
    }
}

#[test]
fn hosts_that_are_none_are_refused() {
    for host in [
        "",
        "accounts.example.com/evil",
        "user@example.com",
        "https://example.com",
        "two words",
    ] {
        let center = DataCenter::custom("cliq.example.com", host);
        let error = OAuth::builder(&app_at(center)).build().unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Configuration, "{host}");
    }
}
