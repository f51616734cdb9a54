//! Secrets in requests to an accounts server and in its responses: client secret, refresh token,
//! code, state and device code, with all faults and with responses that repeat them.

use std::time::Duration;

use cliq_api::auth::{
    AuthorizationRequest, Credentials, OAuth, OAuthClient, ScopeSet, TokenSettings,
};
use cliq_api::{Client, DataCenter, RetryPolicy};
use cliq_tests::faults::{self, Case, Fault};
use cliq_tests::server::{Server, Step, last_answer};
use tokio::task::JoinSet;

use crate::shown::{Shown, holds};
use crate::{CANARY, Hooks, log, secret};

/// The timeout of a request, which cuts slow faults short.
const TIMEOUT: Duration = Duration::from_millis(400);
/// The timeout if the response comes immediately, even on a busy machine.
const LONG: Duration = Duration::from_secs(30);

fn app(base_url: &str) -> OAuthClient {
    OAuthClient::new(place(base_url), "1000.APP", secret("client-secret"))
}

/// Returns a data center at a base URL, over plain HTTP.
fn place(base_url: &str) -> DataCenter {
    let (_, host) = base_url.split_once("://").unwrap();
    DataCenter::custom(host, host)
}

fn oauth(base_url: &str, timeout: Duration) -> OAuth {
    // Loading the platform's certificates takes longer than everything else.
    let builder = OAuth::builder(&app(base_url)).reqwest(|builder| builder.tls_certs_only([]));
    builder.timeout(timeout).build().unwrap()
}

/// Signs in in every way, and makes a call that needs a token.
async fn sign_in(base_url: &str, timeout: Duration) -> Shown {
    let mut shown = Shown::default();
    let oauth = oauth(base_url, timeout);
    let scopes = ScopeSet::from("ZohoCliq.Chats.READ");
    shown.debug(&oauth);
    shown.failure(oauth.exchange_self_client(secret("code")).await);
    let callback = "http://127.0.0.1/callback";
    let consent = AuthorizationRequest::resume(secret("state"), callback);
    shown.debug(&consent);
    let back = format!(
        "{callback}?state={}&code={}",
        secret("state"),
        secret("code")
    );
    shown.failure(oauth.exchange(&consent, &back).await);
    shown.failure(
        oauth
            .exchange(&consent, &back.replace("state=", "state=not"))
            .await,
    );
    shown.failure(oauth.client_credentials(&scopes).await);
    shown.failure(
        oauth
            .revoke(secret("refresh-token"), &place(base_url))
            .await,
    );
    match oauth.start_device(&scopes).await {
        Ok(device) => shown.debug(&device),
        Err(error) => shown.failure(Err::<(), _>(error)),
    }
    let credentials = Credentials::refresh_token(&app(base_url), secret("refresh-token"))
        .data_center(place(base_url));
    shown.debug(&credentials);
    let client = Client::cliq(DataCenter::US)
        .credentials(credentials)
        .tokens(TokenSettings::new().timeout(timeout));
    let client = client
        .timeout(timeout)
        .retry(RetryPolicy::none())
        .reqwest(|builder| builder.tls_certs_only([]));
    let client = client.build().unwrap();
    shown.result(client.post_form("1", "text").await);
    // A second call, which gets the first one's outcome.
    shown.result(client.post_form("1", "text").await);
    shown
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_shows_a_secret_of_a_sign_in_whatever_goes_wrong() {
    log::listen();
    let mut met = JoinSet::new();
    for Case { name, fault, .. } in faults::all() {
        met.spawn(async move {
            let target = fault.bring_about();
            (name, sign_in(&target.base_url(), TIMEOUT).await)
        });
    }
    for body in telling() {
        met.spawn(async move {
            let server = Server::answering(&body);
            let shown = sign_in(&server.base_url(), LONG).await;
            assert!(
                server
                    .requests()
                    .iter()
                    .any(|request| request.contains("grant_type=refresh_token")),
                "{shown:?}"
            );
            (body, shown)
        });
    }
    let mut failed = 0;
    for (fault, shown) in met.join_all().await {
        let leaks = shown.leaks(CANARY);
        assert!(leaks.is_empty(), "{fault}: {}", leaks[0]);
        failed += usize::from(shown.leaks("AuthError").len() > 3);
    }
    assert!(failed > 80, "only {failed} faults were met");
    silent_log();
}

/// Returns responses of accounts servers that repeat parts of the request, or contain secrets in
/// the wrong places.
fn telling() -> Vec<String> {
    let secret = secret("answer");
    vec![
        format!(r#"{{"error": "{secret}"}}"#),
        format!(r#"{{"error": "{CANARY}-code"}}"#),
        format!(r#"{{"error": "invalid_code", "error_description": "{secret}"}}"#),
        format!(r#"{{"error": {{"code": "{secret}"}}}}"#),
        format!(r#"{{"access_token": ["{secret}"]}}"#),
        format!(r#"{{"access_token": "{secret}\n"}}"#),
        format!(
            r#"{{"access_token": "{secret}", "refresh_token": "{secret}", "scope": "", "api_domain": "{secret}"}}"#
        ),
        format!(r#"{{"device_code": "{secret}", "user_code": "1", "verification_url": 5}}"#),
        format!("<html>{secret}</html>"),
    ]
}

/// It waits for half a minute before it polls: this is skipped, and then time is real.
#[tokio::test]
async fn nothing_shows_a_device_s_code_whatever_goes_wrong() {
    log::listen();
    let code = format!(
        r#"{{"device_code": "{}", "user_code": "1", "expires_in": 60}}"#,
        secret("device-code")
    );
    let mut devices = Vec::new();
    for case in faults::all() {
        let Fault::Steps(steps) = case.fault else {
            continue;
        };
        let then = vec![Step::Read, Step::Write(last_answer("200 OK", &code))];
        let server = Server::doing_in_turn(vec![then, steps]);
        let device = oauth(&server.base_url(), LONG)
            .start_device(&"ZohoCliq.Chats.READ".into())
            .await
            .unwrap();
        devices.push((case.name, server, device));
    }
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(31)).await;
    tokio::time::resume();
    let mut waiting = JoinSet::new();
    for (fault, server, device) in devices {
        waiting.spawn(async move {
            let mut shown = Shown::default();
            shown.debug(&device);
            let is_sent = || {
                server
                    .requests()
                    .iter()
                    .any(|request| holds(request, CANARY) || request.is_empty())
            };
            // It polls once. It would wait out a temporary error until its deadline.
            let mut wait = Box::pin(device.wait());
            for _ in 0..30 {
                match tokio::time::timeout(3 * TIMEOUT, &mut wait).await {
                    Ok(result) => {
                        shown.failure(result);
                        break;
                    }
                    Err(_) if is_sent() => break,
                    Err(_) => {}
                }
            }
            (fault, shown, is_sent())
        });
    }
    for (fault, shown, sent) in waiting.join_all().await {
        let leaks = shown.leaks(CANARY);
        assert!(leaks.is_empty() && sent, "{fault}, {sent}: {leaks:?}");
    }
    silent_log();
}

fn silent_log() {
    let log = log::written();
    let line = log.lines().find(|line| holds(line, CANARY));
    assert!(
        line.is_none(),
        "the log tells: {}",
        line.unwrap_or_default()
    );
    assert!(
        !log::panics().iter().any(|panic| holds(panic, CANARY)),
        "a panic tells"
    );
}
