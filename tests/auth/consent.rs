//! A user consents in the browser and returns.

use cliq_api::auth::{AuthErrorKind, AuthorizationRequest, ScopeSet};
use cliq_api::threads::THREADS;
use cliq_sandbox::oauth::{Action, Decision};

use super::*;

#[track_caller]
fn begin(demo: &Demo) -> AuthorizationRequest {
    oauth(demo)
        .authorization(CALLBACK, &ScopeSet::for_endpoints(THREADS))
        .unwrap()
}

#[tokio::test]
async fn exactly_the_needed_scopes_are_requested() {
    let demo = demo();
    let consent = begin(&demo);
    let url = consent.url();
    assert!(url.starts_with(
        "https://accounts.zoho.com/oauth/v2/auth?response_type=code&client_id=1000.APP&scope="
    ));
    assert!(url.ends_with("&access_type=offline&prompt=consent"));
    assert!(!url.contains(SECRET));
    let callback = browse(&demo, url).await;
    let signed_in = oauth(&demo).exchange(&consent, &callback).await.unwrap();
    assert_eq!(
        signed_in.access_token().scopes(),
        Some(&ScopeSet::for_endpoints(THREADS))
    );
    let token = signed_in.access_token().expose_secret();
    assert_eq!(
        user(&demo, signed_in.data_center().unwrap(), token),
        Some(demo.user_id.clone())
    );
    assert!(signed_in.into_credentials().is_ok());
    // The next consent has another `state`.
    assert_ne!(begin(&demo).url(), consent.url());
}

#[tokio::test]
async fn a_consent_continues_in_another_process() {
    let demo = demo();
    let consent = begin(&demo);
    let callback = browse(&demo, consent.url()).await;
    let (_, query) = callback.split_once('?').unwrap();
    let resumed = AuthorizationRequest::resume(consent.state().clone(), CALLBACK);
    drop(consent);
    oauth(&demo).exchange(&resumed, query).await.unwrap();
}

#[tokio::test]
async fn the_code_is_exchanged_where_the_user_lives() {
    let demo = demo();
    demo.sandbox
        .accounts(|accounts, _| accounts.add_user_in("eu", &demo.user_id));
    let consent = begin(&demo);
    let callback = browse(&demo, consent.url()).await;
    assert!(callback.contains("accounts.zoho.eu"), "{callback}");
    let signed_in = oauth(&demo).exchange(&consent, &callback).await.unwrap();
    assert_eq!(signed_in.data_center(), Some(&DataCenter::EU));

    // If no server is named, the location suffices.
    let consent = begin(&demo);
    let callback = browse(&demo, consent.url()).await;
    let (without_server, _) = callback.split_once("&accounts-server").unwrap();
    let signed_in = oauth(&demo)
        .exchange(&consent, without_server)
        .await
        .unwrap();
    assert_eq!(signed_in.data_center(), Some(&DataCenter::EU));
}

#[tokio::test]
async fn the_state_is_checked_before_anything_else() {
    let demo = demo();
    let (one, other) = (begin(&demo), begin(&demo));
    let callback = browse(&demo, one.url()).await;
    for callback in [
        callback.as_str(),
        "http://127.0.0.1:8080/callback?code=1000.stolen",
        "state=&code=1000.stolen",
        "state=%00&error=access_denied",
        "",
    ] {
        let error = oauth(&demo).exchange(&other, callback).await.unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Callback);
        assert!(error.to_string().contains("state"), "{error}");
    }
    // A repeated parameter counts as missing.
    let twice = format!("{callback}&state=x");
    assert_eq!(
        oauth(&demo)
            .exchange(&one, &twice)
            .await
            .unwrap_err()
            .kind(),
        AuthErrorKind::Callback
    );
    let book = demo.sandbox.accounts(|accounts, _| accounts.book().clone());
    assert_eq!(
        book.entries()
            .iter()
            .filter(|entry| entry.action == Action::Exchange)
            .count(),
        0
    );
}

#[tokio::test]
async fn no_secret_is_sent_to_an_unknown_server() {
    let demo = demo();
    let place = "https://accounts.zoho.eu.example.net";
    demo.sandbox.accounts(|accounts, _| {
        accounts.place("evil", place);
        accounts.add_user_in("evil", &demo.user_id);
        accounts.register(
            oauth::App::new(CLIENT_ID, SECRET)
                .redirect_uri(CALLBACK)
                .locations(["us", "evil"]),
        );
    });
    let consent = begin(&demo);
    let callback = browse(&demo, consent.url()).await;
    let error = oauth(&demo)
        .exchange(&consent, &callback)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Callback);
    assert!(
        error.to_string().contains("not known") && error.to_string().contains("trust"),
        "{error}"
    );
    let exchanges = |demo: &Demo| {
        demo.sandbox.accounts(|accounts, _| {
            accounts
                .book()
                .entries()
                .iter()
                .filter(|entry| entry.action == Action::Exchange)
                .count()
        })
    };
    assert_eq!(exchanges(&demo), 0);

    // A host that the program names is trusted.
    let host = "accounts.zoho.eu.example.net";
    let trusting = oauth_builder(&demo)
        .trust("evil", DataCenter::custom(host, host))
        .build()
        .unwrap();
    let signed_in = trusting.exchange(&consent, &callback).await.unwrap();
    assert_eq!(signed_in.data_center().unwrap().accounts_host(), host);
    assert_eq!(exchanges(&demo), 1);
}

#[tokio::test]
async fn a_user_can_refuse() {
    let demo = demo();
    policy(&demo, |policy| policy.decision = Decision::Deny);
    let consent = begin(&demo);
    let callback = browse(&demo, consent.url()).await;
    let error = oauth(&demo)
        .exchange(&consent, &callback)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Denied);
}

#[tokio::test]
async fn a_callback_without_a_code_is_rejected() {
    use secrecy::ExposeSecret;
    let demo = demo();
    let consent = begin(&demo);
    let state = consent.state().expose_secret();
    for query in [
        format!("state={state}"),
        format!("state={state}&code="),
        format!("state={state}&error=server%0Aerror"),
    ] {
        let error = oauth(&demo).exchange(&consent, &query).await.unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Callback);
        assert!(
            !error.to_string().contains('\n') && !error.to_string().contains(state),
            "{error}"
        );
    }
}

#[test]
fn invalid_requests_are_rejected_immediately() {
    let demo = demo();
    let oauth = oauth(&demo);
    let scopes = ScopeSet::from(SCOPES);
    for redirect_uri in [
        "",
        "/callback",
        "bot.example.com",
        "https://bot.example.com/#callback",
    ] {
        assert_eq!(
            oauth
                .authorization(redirect_uri, &scopes)
                .unwrap_err()
                .kind(),
            AuthErrorKind::Configuration,
            "{redirect_uri}"
        );
    }
    assert_eq!(
        oauth
            .authorization(CALLBACK, &ScopeSet::from(""))
            .unwrap_err()
            .kind(),
        AuthErrorKind::Configuration
    );
}
