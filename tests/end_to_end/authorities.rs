//! Variations of Zoho's accounts servers: the reason for a 401, the lifetime of a token,
//! revocation.

use cliq_api::auth::{Credentials, OAuth, OAuthClient};
use cliq_api::cliq::Cliq;
use cliq_api::limit::LimitSettings;
use cliq_api::prelude::*;
use cliq_api::threads::Threads;
use cliq_api::{ErrorKind, RetryPolicy};
use cliq_tests_provider::{Body, Server, json, whole};
use http::Response;

const THREAD: &str = "CT_1-T-2";
const HOUR: &str = r#"{"access_token": "1000.a", "expires_in": 3600}"#;

/// An accounts server and an API in one.
async fn zoho(token: String, api: impl Fn() -> Response<Body> + Send + Sync + 'static) -> Server {
    Server::start(move |request| {
        if request.uri.path().starts_with("/oauth/") {
            json(200, &token)
        } else {
            api()
        }
    })
    .await
}

fn data_center(server: &Server) -> DataCenter {
    let host = server.url();
    let host = host.strip_prefix("http://").unwrap();
    DataCenter::custom(host, host)
}

fn oauth_client(server: &Server) -> OAuthClient {
    OAuthClient::new(data_center(server), "1000.APP", "s3cret")
}

fn client(server: &Server) -> Client {
    Client::of(Cliq::new(data_center(server)))
        .credentials(Credentials::refresh_token(&oauth_client(server), "1000.r"))
        .limits(LimitSettings::off())
        .retry(RetryPolicy::none())
        .build()
        .unwrap()
}

fn requests(server: &Server) -> (usize, usize) {
    let received = server.received();
    let tokens = received
        .iter()
        .filter(|request| request.uri.path().starts_with("/oauth/"));
    let tokens = tokens.count();
    (tokens, received.len() - tokens)
}

#[tokio::test]
async fn a_missing_scope_causes_no_refresh() {
    let challenge = r#"Bearer realm="cliq", error="insufficient_scope""#;
    for (body, challenge) in [
        (r#"{"code": "oauthtoken_scope_invalid"}"#, ""),
        (
            r#"{"code": "OAUTHTOKEN_SCOPE_INVALID", "message": "No."}"#,
            "",
        ),
        (r#"{"code": "OAUTH_SCOPE_MISMATCH", "message": "No."}"#, ""),
        (r#"{"error": {"code": "INVALID_OAUTHSCOPE"}}"#, ""),
        (r#"{"data": {"errorCode": "INVALID_OAUTHSCOPE"}}"#, ""),
        (r#"{"data": {"errorCode": 8540}}"#, ""),
        ("", challenge),
        (r#"{"code": "unauthorized"}"#, challenge),
    ] {
        let server = zoho(HOUR.to_owned(), move || {
            let mut response = json(401, body);
            if !challenge.is_empty() {
                let challenge = challenge.parse().unwrap();
                response.headers_mut().insert("www-authenticate", challenge);
            }
            response
        })
        .await;
        let client = client(&server);
        for _ in 0..5 {
            let error = client.follow_thread(THREAD).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Status, "{error:?}");
            assert!(error.to_string().contains("lacks a scope"), "{error}");
        }
        assert_eq!(requests(&server), (1, 5), "{body} {challenge}");
    }
    // A token that is rejected itself is refreshed.
    let server = zoho(HOUR.to_owned(), || {
        json(401, r#"{"code": "invalid_oauthtoken"}"#)
    })
    .await;
    client(&server).follow_thread(THREAD).await.unwrap_err();
    assert_eq!(requests(&server), (2, 2));
}

#[tokio::test]
async fn an_invalid_lifetime_causes_no_refreshes() {
    for lifetime in [
        "0",
        "-1",
        "-3600",
        "0.5",
        "3599.5",
        "1e300",
        "18446744073709551615",
        "\"0\"",
        "\"-1\"",
        "\"3599.5\"",
        "\"soon\"",
        "null",
        "[]",
    ] {
        for member in ["expires_in", "expires_in_sec"] {
            let token = format!(r#"{{"access_token": "1000.a", "{member}": {lifetime}}}"#);
            let server = zoho(token, || json(200, "{}")).await;
            let client = client(&server);
            // More than the ten refreshes that Zoho allows in ten minutes.
            for _ in 0..12 {
                client.follow_thread(THREAD).await.unwrap();
            }
            assert_eq!(requests(&server), (1, 12), "{member}: {lifetime}");
        }
    }
}

#[tokio::test]
async fn a_token_is_revoked_if_the_server_confirms() {
    for (body, content_type, is_revoked) in [
        (r#"{"status": "success"}"#, "application/json", true),
        ("", "application/json", true),
        ("<html>Sign in to this network</html>", "text/html", false),
        (r#"{"error": null}"#, "application/json", false),
        (r#"{"error": "invalid_code"}"#, "application/json", false),
    ] {
        let server = Server::start(move |_| {
            let response = Response::builder().header("content-type", content_type);
            response.body(whole(body)).unwrap()
        })
        .await;
        let oauth = OAuth::builder(&oauth_client(&server)).build().unwrap();
        let revoked = oauth.revoke("1000.r", data_center(&server)).await;
        assert_eq!(revoked.is_ok(), is_revoked, "{body}: {revoked:?}");
    }
}
