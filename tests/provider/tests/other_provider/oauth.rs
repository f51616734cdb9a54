//! OAuth 2.0 with the test's own token URL.

use std::sync::atomic::{AtomicU32, Ordering};

use cliq_api::SecretString;
use cliq_api::auth::{Credentials, OAuth, OAuthClient, OAuthServer, ScopeSet};

use super::*;

const CALLBACK: &str = "https://bot.example.com/callback";

/// Returns an API with its authorization server, which issues a new token each time, and accepts
/// the newest.
async fn server() -> Server {
    let granted = AtomicU32::new(0);
    Server::start(move |request| match request.uri.path() {
        "/token" => {
            let number = granted.fetch_add(1, Ordering::Relaxed) + 1;
            json(
                200,
                &format!(
                    r#"{{"access_token": "access-{number}", "token_type": "Bearer",
                        "expires_in": 3600, "refresh_token": "refresh-{number}"}}"#
                ),
            )
        }
        "/device" => json(
            200,
            r#"{"device_code": "s3cret", "user_code": "WDJB-MJHT", "expires_in": 1800,
                "verification_uri": "https://example.com/device"}"#,
        ),
        _ => {
            let newest = format!("Bearer access-{}", granted.load(Ordering::Relaxed));
            if request.values("authorization") == [newest] {
                item(request)
            } else {
                json(401, r#"{"error": "invalid_token"}"#)
            }
        }
    })
    .await
}

fn oauth_client(server: &Server) -> OAuthClient {
    let url = server.url();
    let server = OAuthServer::new(format!("{url}/token"))
        .authorization_url(format!("{url}/authorize"))
        .device_authorization_url(format!("{url}/device"));
    OAuthClient::new(server, "depot-bot", "s3cret")
}

fn parameters(received: &Received) -> Vec<(String, String)> {
    let pairs = received.text().split('&').map(|pair| {
        let (name, value) = pair.split_once('=').expect("a pair");
        (name.to_owned(), value.to_owned())
    });
    pairs.collect()
}

fn parameter(received: &Received, name: &str) -> Option<String> {
    let mut pairs = parameters(received).into_iter();
    pairs
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
}

#[tokio::test]
async fn client_credentials() {
    let server = server().await;
    let credentials =
        Credentials::client_credentials(&oauth_client(&server), ScopeSet::from("items:read"));
    let client = client(&server).credentials(credentials).build().unwrap();
    client.get_item(1_u32).await.unwrap();
    client.get_item(1_u32).await.unwrap();
    let received = server.received();
    let paths: Vec<_> = received.iter().map(|request| request.uri.path()).collect();
    assert_eq!(paths, ["/token", "/v1/items/1", "/v1/items/1"]);
    let grant = parameter(&received[0], "grant_type");
    assert_eq!(grant.as_deref(), Some("client_credentials"));
}

#[tokio::test]
async fn a_refused_token_is_replaced_and_a_rotated_refresh_token_is_used() {
    let server = server().await;
    let credentials = Credentials::refresh_token(&oauth_client(&server), "refresh-0");
    let client = client(&server).credentials(credentials).build().unwrap();
    client.get_item(1_u32).await.unwrap();
    // Another program gets a token, which invalidates ours.
    let other = OAuth::builder(&oauth_client(&server)).build().unwrap();
    other
        .client_credentials(&ScopeSet::from("items:read"))
        .await
        .unwrap();
    client.get_item(1_u32).await.unwrap();
    let refreshes: Vec<_> = server
        .received()
        .iter()
        .filter_map(parameter_of_refresh)
        .collect();
    assert_eq!(refreshes, ["refresh-0", "refresh-1"]);
}

fn parameter_of_refresh(received: &Received) -> Option<String> {
    (received.uri.path() == "/token").then(|| parameter(received, "refresh_token"))?
}

#[tokio::test]
async fn an_authorization_code_with_pkce() {
    let server = server().await;
    let oauth = OAuth::builder(&oauth_client(&server)).build().unwrap();
    let request = oauth
        .authorization(CALLBACK, &ScopeSet::from("items:read"))
        .unwrap();
    assert!(
        request.url().contains("code_challenge_method=S256"),
        "{}",
        request.url()
    );
    let state = request.url().split("state=").nth(1).unwrap();
    let state = state.split('&').next().unwrap();
    let forged = format!("{CALLBACK}?code=abc&state=other");
    oauth.exchange(&request, &forged).await.unwrap_err();
    assert!(server.received().is_empty());
    let callback = format!("{CALLBACK}?code=abc&state={state}");
    let signed_in = oauth.exchange(&request, &callback).await.unwrap();
    assert_eq!(signed_in.access_token().expose_secret(), "access-1");
    let received = server.last();
    assert_eq!(parameter(&received, "code").as_deref(), Some("abc"));
    assert!(parameter(&received, "code_verifier").is_some_and(|code| code.len() >= 43));

    let credentials = signed_in.into_credentials().unwrap();
    let client = client(&server).credentials(credentials).build().unwrap();
    client.get_item(1_u32).await.unwrap();
}

#[tokio::test]
async fn a_device() {
    let server = server().await;
    let oauth = OAuth::builder(&oauth_client(&server)).build().unwrap();
    let device = oauth
        .start_device(&ScopeSet::from("items:read"))
        .await
        .unwrap();
    assert_eq!(device.user_code(), "WDJB-MJHT");
    assert_eq!(device.verification_uri(), "https://example.com/device");
    assert!(!format!("{device:?}").contains("s3cret"));
}

#[tokio::test]
async fn rejections_are_reported_without_secrets() {
    let server = Server::start(|_| json(400, r#"{"error": "invalid_grant"}"#)).await;
    let refresh_token = SecretString::from("s3cret-refresh");
    let credentials = Credentials::refresh_token(&oauth_client(&server), refresh_token);
    let client = client(&server).credentials(credentials).build().unwrap();
    let error = client.get_item(1_u32).await.unwrap_err();
    assert!(error.auth().unwrap().needs_sign_in(), "{error}");
    assert!(
        !format!("{error} {error:?} {error:#?}").contains("s3cret"),
        "{error:?}"
    );
    assert_neutral(&error);
}
