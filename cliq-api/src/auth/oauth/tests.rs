//! Each flow against a server of a few lines that keeps to the RFCs, on paused time.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{Request, Response};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::*;
use crate::transport::Exchange;

/// Answers in turn, and records the requests.
#[derive(Clone, Default)]
struct Server(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    answers: VecDeque<(u16, Value)>,
    asked: Vec<Asked>,
}

#[derive(Debug, Clone)]
struct Asked {
    url: String,
    authorization: Option<String>,
    parameters: HashMap<String, String>,
    at: Instant,
}

impl Server {
    fn answering(answers: impl IntoIterator<Item = (u16, Value)>) -> Self {
        let server = Self::default();
        server.0.lock().unwrap().answers.extend(answers);
        server
    }

    fn asked(&self) -> Vec<Asked> {
        self.0.lock().unwrap().asked.clone()
    }
}

impl Transport for Server {
    fn send(&self, request: Request<crate::Body>) -> Exchange<'_> {
        let authorization = request.headers().get(AUTHORIZATION);
        let asked = Asked {
            url: request.uri().to_string(),
            authorization: authorization.map(|value| value.to_str().unwrap().to_owned()),
            parameters: form_urlencoded::parse(request.body().as_bytes().unwrap())
                .into_owned()
                .collect(),
            at: Instant::now(),
        };
        let mut inner = self.0.lock().unwrap();
        inner.asked.push(asked);
        let answer = inner.answers.pop_front();
        Box::pin(async move {
            let Some((status, body)) = answer else {
                return std::future::pending().await;
            };
            let response = Response::builder().status(status);
            Ok(response.body(body.to_string().into()).unwrap())
        })
    }
}

const CALLBACK: &str = "https://bot.example.com/callback";

fn server() -> OAuthServer {
    OAuthServer::new("https://auth.example.com/token")
        .issuer("https://auth.example.com")
        .authorization_url("https://auth.example.com/authorize?tenant=desk")
        .device_authorization_url("https://auth.example.com/device")
        .revocation_url("https://auth.example.com/revoke")
}

fn oauth(client: &OAuthClient, transport: &Server) -> OAuth {
    let builder = OAuth::builder(client).transport(transport.clone());
    builder.build().unwrap()
}

/// RFC 6749, section 5.1.
fn tokens() -> (u16, Value) {
    let tokens = json!({
        "access_token": "2YotnFZFEjr1zCsicMWpAA",
        "token_type": "Bearer",
        "expires_in": 3600,
        "refresh_token": "tGzv3JOkF0XG5Qx2TlKWIA",
    });
    (200, tokens)
}

fn refused(code: &str) -> (u16, Value) {
    (400, json!({ "error": code }))
}

fn query(url: &str) -> HashMap<String, String> {
    let (_, query) = url.split_once('?').unwrap();
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

fn sent(asked: &Asked) -> Vec<(&str, &str)> {
    let mut sent: Vec<_> = asked
        .parameters
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    sent.sort_unstable();
    sent
}

/// RFC 6749, section 4.1, and RFC 7636.
#[tokio::test(start_paused = true)]
async fn a_user_consents_with_pkce() {
    let transport = Server::answering([tokens(), tokens()]);
    let client = OAuthClient::public(server(), "desk");
    let oauth = oauth(&client, &transport);
    let scopes = ScopeSet::from("tickets.read tickets.write");
    let request = oauth.authorization(CALLBACK, &scopes).unwrap();
    let url = query(request.url());
    let verifier = request.code_verifier().unwrap();
    assert!(request.url().starts_with("https://auth.example.com/authorize?tenant=desk&response_type=code&client_id=desk&scope=tickets.read+tickets.write&"));
    assert_eq!(url["redirect_uri"], CALLBACK);
    assert_eq!(url["state"], request.state().expose_secret());
    assert_eq!(url["code_challenge_method"], "S256");
    assert_eq!(url["code_challenge"], pkce::challenge(verifier));
    assert!(!request.url().contains(verifier.expose_secret()));

    let callback = format!("{CALLBACK}?code=abc&state={}", url["state"]);
    let signed_in = oauth.exchange(&request, &callback).await.unwrap();
    let asked = transport.asked().pop().unwrap();
    assert_eq!(asked.url, "https://auth.example.com/token");
    assert_eq!(
        sent(&asked),
        [
            ("client_id", "desk"),
            ("code", "abc"),
            ("code_verifier", verifier.expose_secret()),
            ("grant_type", "authorization_code"),
            ("redirect_uri", CALLBACK),
        ]
    );
    // An answer without `scope` grants what was requested (section 5.1).
    assert_eq!(signed_in.access_token().scopes(), Some(&scopes));
    assert_eq!(
        signed_in.refresh_token().unwrap().expose_secret(),
        "tGzv3JOkF0XG5Qx2TlKWIA"
    );
    assert!(signed_in.into_credentials().is_ok());

    // In another process.
    let resumed = AuthorizationRequest::resume(request.state().clone(), CALLBACK)
        .with_code_verifier(verifier.clone());
    oauth.exchange(&resumed, &callback).await.unwrap();
    let asked = transport.asked().pop().unwrap();
    assert_eq!(asked.parameters["code_verifier"], verifier.expose_secret());
}

/// RFC 9207, and RFC 6749, section 4.1.2.1.
#[tokio::test(start_paused = true)]
async fn a_callback_of_another_server_or_with_an_error_is_rejected() {
    let transport = Server::answering([tokens()]);
    let oauth = oauth(&OAuthClient::new(server(), "desk", "secret"), &transport);
    let request = oauth.authorization(CALLBACK, &"".into()).unwrap();
    assert!(!query(request.url()).contains_key("scope"));
    let state = request.state().expose_secret();
    for (rest, kind, words) in [
        (
            "code=abc&iss=https%3A%2F%2Fevil.example.com",
            AuthErrorKind::Callback,
            "`iss`",
        ),
        ("error=access_denied", AuthErrorKind::Denied, "denied"),
        (
            "error=invalid_scope",
            AuthErrorKind::Callback,
            "`invalid_scope`",
        ),
        ("error=c4n4ry", AuthErrorKind::Callback, "an error instead"),
    ] {
        let error = oauth
            .exchange(&request, &format!("state={state}&{rest}"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(!error.to_string().contains("c4n4ry"), "{error}");
    }
    assert!(transport.asked().is_empty());
    let callback = format!("state={state}&code=abc&iss=https%3A%2F%2Fauth.example.com");
    oauth.exchange(&request, &callback).await.unwrap();
}

/// RFC 6749, section 4.4, with the client authenticated by a header (section 2.3.1).
#[tokio::test(start_paused = true)]
async fn a_client_gets_a_token_for_itself() {
    let transport = Server::answering([tokens()]);
    let server = server()
        .client_authentication(ClientAuthentication::Basic)
        .parameter(OAuthRequest::ClientCredentials, "audience", "tickets")
        .parameter(OAuthRequest::Revocation, "audience", "other");
    let client = OAuthClient::new(server, "desk", "7Fjfp0Z BnbfV");
    let oauth = oauth(&client, &transport);
    let signed_in = oauth.client_credentials(&"a b".into()).await.unwrap();
    let asked = transport.asked().pop().unwrap();
    assert_eq!(
        sent(&asked),
        [
            ("audience", "tickets"),
            ("grant_type", "client_credentials"),
            ("scope", "a b")
        ]
    );
    // `desk:7Fjfp0Z+BnbfV`
    assert_eq!(
        asked.authorization.as_deref(),
        Some("Basic ZGVzazo3RmpmcDBaK0JuYmZW")
    );
    let lives = signed_in.access_token().expires_at().unwrap();
    let lives = lives.duration_since(SystemTime::now()).unwrap();
    assert!(lives.as_secs().abs_diff(3600) < 60, "{lives:?}");
}

/// RFC 7009, section 2.
#[tokio::test(start_paused = true)]
async fn without_a_refresh_token_it_is_said_what_to_ask_for() {
    let answer = json!({ "access_token": "token", "expires_in": 3600 });
    let transport = Server::answering([(200, answer)]);
    let oauth = oauth(&OAuthClient::new(server(), "desk", "secret"), &transport);
    let signed_in = oauth.exchange_code("code").await.unwrap();
    for error in [
        signed_in.refresh_token().err().unwrap(),
        signed_in.into_credentials().err().unwrap(),
    ] {
        assert_eq!(
            error.to_string(),
            "no refresh token came: the server gives one only if it was asked to, by a scope such \
             as `offline_access` or a parameter, and none for client credentials"
        );
        assert!(error.needs_sign_in());
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_revoked() {
    let transport = Server::answering([(200, Value::Null), refused("unsupported_token_type")]);
    let oauth = oauth(&OAuthClient::new(server(), "desk", "secret"), &transport);
    oauth
        .revoke("45ghiukldjahdnhzdauz", &server())
        .await
        .unwrap();
    let asked = transport.asked().pop().unwrap();
    assert_eq!(asked.url, "https://auth.example.com/revoke");
    assert_eq!(
        sent(&asked),
        [
            ("client_id", "desk"),
            ("client_secret", "secret"),
            ("token", "45ghiukldjahdnhzdauz")
        ]
    );
    let error = oauth.revoke("45ghi", &server()).await.unwrap_err();
    assert_eq!(error.code(), Some("unsupported_token_type"));
}

/// RFC 8628, section 3.2.
fn device_codes(interval: Option<u64>) -> (u16, Value) {
    let mut answer = json!({
        "device_code": "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS",
        "user_code": "WDJB-MJHT",
        "verification_uri": "https://example.com/device",
        "verification_uri_complete": "https://example.com/device?user_code=WDJB-MJHT",
        "expires_in": 1800,
    });
    if let Some(interval) = interval {
        answer["interval"] = interval.into();
    }
    (200, answer)
}

/// RFC 8628, sections 3.4 and 3.5.
#[tokio::test(start_paused = true)]
async fn a_device_polls_as_often_as_the_server_allows() {
    let transport = Server::answering([
        device_codes(None),
        refused("authorization_pending"),
        refused("slow_down"),
        refused("authorization_pending"),
        (503, json!({})),
        tokens(),
    ]);
    let oauth = oauth(&OAuthClient::public(server(), "desk"), &transport);
    let begun = Instant::now();
    let device = oauth.start_device(&"tickets.read".into()).await.unwrap();
    assert_eq!(device.user_code(), "WDJB-MJHT");
    assert_eq!(device.verification_uri(), "https://example.com/device");
    assert!(
        device
            .verification_uri_complete()
            .unwrap()
            .ends_with("WDJB-MJHT")
    );
    let signed_in = device.wait().await.unwrap();
    assert_eq!(
        signed_in.access_token().scopes().unwrap().to_string(),
        "tickets.read"
    );
    let asked = transport.asked();
    assert_eq!(asked[0].url, "https://auth.example.com/device");
    assert_eq!(
        sent(&asked[0]),
        [("client_id", "desk"), ("scope", "tickets.read")]
    );
    assert_eq!(asked[1].url, "https://auth.example.com/token");
    assert_eq!(
        sent(&asked[1]),
        [
            ("client_id", "desk"),
            ("device_code", "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS"),
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ]
    );
    let times: Vec<_> = asked
        .iter()
        .map(|asked| (asked.at - begun).as_secs())
        .collect();
    assert_eq!(times, [0, 5, 10, 20, 30, 40]);
}

#[tokio::test(start_paused = true)]
async fn a_device_polls_less_often_after_a_timeout_and_gives_up() {
    // After the first poll nothing answers any more.
    let transport = Server::answering([device_codes(Some(60)), refused("authorization_pending")]);
    let oauth = oauth(&OAuthClient::public(server(), "desk"), &transport);
    let begun = Instant::now();
    let device = oauth.start_device(&"".into()).await.unwrap();
    let error = device.wait().await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Expired);
    assert!(error.needs_sign_in());
    assert!(begun.elapsed() <= Duration::from_mins(31));
    let asked = transport.asked();
    let waits: Vec<_> = asked
        .windows(2)
        .map(|pair| (pair[1].at - pair[0].at).as_secs())
        .collect();
    // The timeout of 30 seconds, and an interval that grows.
    assert_eq!(waits[..4], [60, 60, 95, 100]);
}

#[tokio::test(start_paused = true)]
async fn a_device_is_refused() {
    for (code, kind) in [
        ("access_denied", AuthErrorKind::Denied),
        ("expired_token", AuthErrorKind::Expired),
        ("invalid_client", AuthErrorKind::Refused),
    ] {
        let transport = Server::answering([device_codes(Some(1)), refused(code)]);
        let oauth = oauth(&OAuthClient::public(server(), "desk"), &transport);
        let device = oauth.start_device(&"".into()).await.unwrap();
        let error = device.wait().await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, Some(code)));
    }
    let transport = Server::answering([(200, json!({ "user_code": "a", "device_code": "b" }))]);
    let oauth = oauth(&OAuthClient::public(server(), "desk"), &transport);
    let error = oauth.start_device(&"".into()).await.unwrap_err();
    assert!(error.to_string().contains("verification_uri"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_flow_without_its_url_says_which_one_is_missing() {
    let client = OAuthClient::public("https://auth.example.com/token", "desk");
    let oauth = oauth(&client, &Server::default());
    let scopes = ScopeSet::from("");
    let errors = [
        oauth.authorization(CALLBACK, &scopes).err(),
        oauth.start_device(&scopes).await.err(),
        oauth.revoke("token", client.server()).await.err(),
    ];
    for (error, name) in errors.into_iter().zip([
        "authorization_url",
        "device_authorization_url",
        "revocation_url",
    ]) {
        let error = error.unwrap();
        assert_eq!(error.kind(), AuthErrorKind::Configuration);
        assert!(
            error.to_string().contains(&format!("OAuthServer::{name}`")),
            "{error}"
        );
    }
}

/// Whatever is printed.
#[tokio::test(start_paused = true)]
async fn no_secret_is_shown() {
    let canary = "c4n4ry-secret";
    let transport = Server::answering([
        (
            200,
            json!({ "access_token": canary, "refresh_token": canary }),
        ),
        (400, json!({ "error": canary, "error_description": canary })),
        (
            400,
            json!({ "error": "invalid_grant", "error_description": "c4n4ry" }),
        ),
        (500, json!({ "access_token": canary })),
        (200, json!({ "access_token": [canary] })),
        (200, json!(canary)),
        device_codes(None),
    ]);
    for authentication in [ClientAuthentication::Body, ClientAuthentication::Basic] {
        let client = OAuthClient::new(
            server().client_authentication(authentication),
            "desk",
            canary,
        );
        let oauth = oauth(&client, &transport);
        let request = oauth.authorization(CALLBACK, &"".into()).unwrap();
        let mut shown = vec![
            format!("{client:?} {oauth:?} {request:?}"),
            format!("{:?}", OAuth::builder(&client)),
        ];
        assert!(shown[1].starts_with("OAuthBuilder {") && shown[1].contains("desk"));
        let state = request.state().expose_secret();
        assert!(!shown[0].contains(state));
        for _ in 0..3 {
            match oauth.exchange_code(canary).await {
                Ok(signed_in) => {
                    shown.push(format!("{signed_in:?}"));
                    shown.push(format!("{:?}", signed_in.into_credentials()));
                }
                Err(error) => shown.push(format!("{error} {error:?}")),
            }
        }
        assert!(!shown.concat().contains("c4n4ry"), "{shown:?}");
    }
    let oauth = oauth(&OAuthClient::public(server(), "desk"), &transport);
    let device = oauth.start_device(&"".into()).await.unwrap();
    assert!(!format!("{device:?}").contains("GmRh"));
    let parameters = Parameters::default().with_secret("code", &canary.into());
    assert_eq!(format!("{parameters:?}"), r#"["code"]"#);
}
