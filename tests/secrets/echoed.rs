//! A server, a transport or a store repeats a secret of the call: no error shows it in any form.
//! The body and the headers of the response remain unchanged.

use std::collections::HashMap;

use cliq_api::auth::{
    AccessToken, Authorizer, Authorizing, Basic, Bearer, Credentials, HeaderKey, OAuth,
    OAuthClient, OAuthServer, QueryKey, TokenFuture, TokenSource,
};
use cliq_api::http::HeaderValue;
use cliq_api::http::request::Parts;
use cliq_api::prelude::*;
use cliq_api::{Body, ClientBuilder, Exchange, RetryPolicy, Sent, Transport, TransportError, http};
use cliq_tests::server::{Server, Step};

use crate::shown::Shown;

/// Contains characters that are percent-encoded.
const SECRET: &str = "s3cr3t/w1th+4ll";

#[endpoints]
trait Things {
    #[endpoint(GET "/things")]
    fn list_things(&self) -> HashMap<String, Thing>;
}

#[derive(Debug, serde::Deserialize)]
#[expect(dead_code, reason = "what matters is whether it can be read")]
struct Thing {
    id: u32,
}

/// Returns the secret in all forms in which it could be repeated.
fn forms() -> Vec<String> {
    let escaped = SECRET.replace('/', "\\/");
    vec![
        SECRET.to_owned(),
        SECRET.to_uppercase(),
        "s3cr3t%2Fw1th%2B4ll".to_owned(),
        "s3cr3t%2fw1th%2b4ll".to_owned(),
        "s3cr3t%252Fw1th%252B4ll".to_owned(),
        "s3cr3t&#x2F;w1th&#43;4ll".to_owned(),
        escaped,
        "s3cr3t\\u002fw1th\\u002b4ll".to_owned(),
        // The secret alone, and after "sue:".
        "czNjcjN0L3cxdGgrNGxs".to_owned(),
        "c3VlOnMzY3IzdC93MXRoKzRsbA==".to_owned(),
    ]
}

/// Returns responses that repeat a text wherever an error could show it.
fn responses(echo: &str) -> Vec<http::Response<Bytes>> {
    let response = |status: u16, headers: &[(&str, &str)], body: String| {
        let mut response = http::Response::builder()
            .status(status)
            .header("x-echo", echo);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        response.body(Bytes::from(body)).unwrap()
    };
    let (json, text) = (
        [("content-type", "application/json")],
        [("content-type", "text/plain")],
    );
    let challenge = format!("Bearer error=\"x\", error_description=\"{echo}\"");
    let named = format!("text/{echo}");
    vec![
        response(
            401,
            &json,
            format!(r#"{{"code": "invalid_{echo}", "message": "The token {echo} is invalid."}}"#),
        ),
        response(400, &json, format!(r#"{{"error": "{echo}"}}"#)),
        response(403, &[("www-authenticate", &challenge)], String::new()),
        response(500, &text, format!("no such token: {echo}")),
        // Truncated within the secret.
        response(500, &text, format!("{}{echo}", "x".repeat(190))),
        response(200, &[], format!("Hello {echo}")),
        response(200, &[("content-type", &named)], "<html>".to_owned()),
        response(200, &json, format!(r#"{{"message": "{echo}"}}"#)),
        response(200, &json, format!(r#"{{"{echo}": {{"id": "no"}}}}"#)),
    ]
}

/// Always sends this response.
struct Responding(http::Response<Bytes>);

impl Transport for Responding {
    fn send(&self, _: http::Request<Body>) -> Exchange<'_> {
        let response = self.0.clone().map(Body::from);
        Box::pin(async move { Ok(response) })
    }
}

/// Signs requests, and marks nothing as sensitive.
#[derive(Debug)]
struct Own;

impl Authorizer for Own {
    fn authorize<'a>(&'a self, request: &'a mut Parts) -> Authorizing<'a> {
        let value = format!("Own id=\"sue\", proof=\"{SECRET}\"");
        let value = HeaderValue::try_from(value).unwrap();
        request.headers.insert("x-proof", value);
        Authorizing::ready(Ok(None))
    }
}

/// A function that gives a client a secret.
type Giving = fn(ClientBuilder) -> ClientBuilder;

fn clients() -> Vec<(&'static str, Giving)> {
    vec![
        ("access token", |builder| builder.access_token(SECRET)),
        ("bearer", |builder| builder.authorizer(Bearer::new(SECRET))),
        ("basic", |builder| {
            builder.authorizer(Basic::new("sue", SECRET))
        }),
        ("basic without a password", |builder| {
            builder.authorizer(Basic::new(SECRET, ""))
        }),
        ("header", |builder| {
            builder.authorizer(HeaderKey::new("X-Thing", SECRET).prefix("Token "))
        }),
        ("query", |builder| {
            builder.authorizer(QueryKey::new("thing", SECRET))
        }),
        ("webhook token", |builder| builder.webhook_token(SECRET)),
        ("own", |builder| builder.authorizer(Own)),
        ("default header", |builder| {
            builder.default_header("X-Api-Key", SECRET)
        }),
    ]
}

#[tokio::test]
async fn a_server_that_repeats_a_secret_is_not_repeated() {
    for (name, build) in clients() {
        for form in forms() {
            // The pair is only known with basic authentication.
            if form.starts_with("c3Vl") && name != "basic" {
                continue;
            }
            for response in responses(&form) {
                let builder = Client::builder("http://localhost")
                    .transport(Responding(response.clone()))
                    .retry(RetryPolicy::none());
                let client = build(builder).build().unwrap();
                let error = client.list_things().await.unwrap_err();
                assert_eq!(error.headers().unwrap()["x-echo"], form.as_str());
                assert_eq!(error.body(), Some(response.body()));
                let mut shown = Shown::default();
                shown.text(error.code().unwrap_or_default());
                shown.text(error.message().unwrap_or_default());
                shown.result::<()>(Err(error));
                for text in ["s3cr3t", &form] {
                    let leaks = shown.leaks(text);
                    assert!(leaks.is_empty(), "{name}, {response:?}: {leaks:?}");
                }
            }
        }
    }
}

#[derive(serde::Deserialize)]
struct Message {
    message: String,
}

/// The other words of a message remain.
#[tokio::test]
async fn the_rest_of_a_message_stays() {
    let body = format!(r#"{{"code": "no_{SECRET}", "message": "no {SECRET}, sorry"}}"#);
    let head = "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n";
    let response = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    let server = Server::doing([Step::Read, Step::Write(response.into_bytes())]);
    let client = Client::builder(server.base_url()).access_token(SECRET);
    let error = client.build().unwrap().list_things().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "list_things (GET /things): 404 Not Found: no_[redacted]: no [redacted], sorry"
    );
    assert_eq!(error.message(), Some("no [redacted], sorry"));
    assert_eq!(
        error.json::<Message>().unwrap().message,
        format!("no {SECRET}, sorry")
    );
}

/// A transport whose errors and their sources repeat what it sent.
struct Telltale;

impl Transport for Telltale {
    fn send(&self, request: http::Request<Body>) -> Exchange<'_> {
        let mut sent = format!("{} ", request.uri());
        for value in request.headers().values() {
            sent.push_str(value.to_str().unwrap());
        }
        let body = request.body().as_bytes().cloned().unwrap_or_default();
        sent.push_str(std::str::from_utf8(&body).unwrap());
        let error = TransportError::new(Sent::Maybe, format!("no answer to {sent}"));
        Box::pin(async move { Err(error.caused_by(sent)) })
    }
}

#[tokio::test]
async fn a_transport_that_repeats_a_secret_is_not_repeated() {
    for (name, build) in clients() {
        let builder = Client::builder("http://localhost").transport(Telltale);
        let client = build(builder.retry(RetryPolicy::none())).build().unwrap();
        let mut shown = Shown::default();
        shown.result(client.list_things().await);
        assert!(shown.leaks("s3cr3t").is_empty(), "{name}: {shown:?}");
        assert!(format!("{shown:?}").contains("no answer to http://localhost/things"));
    }
    let server = OAuthServer::new("https://auth.example.com/token");
    let basic = server
        .clone()
        .client_authentication(cliq_api::auth::ClientAuthentication::Basic);
    for server in [server, basic] {
        for (client_secret, code) in [(SECRET, "other"), ("other", SECRET)] {
            let client = OAuthClient::new(server.clone(), "desk", client_secret);
            let oauth = OAuth::builder(&client).transport(Telltale).build().unwrap();
            let mut shown = Shown::default();
            shown.failure(oauth.exchange_code(code).await);
            assert!(shown.leaks("s3cr3t").is_empty(), "{shown:?}");
        }
    }
}

#[tokio::test]
async fn an_authorization_server_that_repeats_a_secret_is_not_repeated() {
    for form in forms() {
        for members in [
            r#""error": "invalid_grant", "error_description": "ECHO""#,
            r#""error": "ECHO""#,
        ] {
            let body = format!("{{{members}}}").replace("ECHO", &form);
            let head = "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n";
            let response = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
            let server = Server::doing([Step::Read, Step::Write(response.into_bytes())]);
            let url = format!("{}/token", server.base_url());
            let client = OAuthClient::new(OAuthServer::new(url), "sue", SECRET);
            let oauth = OAuth::builder(&client).build().unwrap();
            let error = oauth.exchange_code("code").await.unwrap_err();
            let mut shown = Shown::default();
            shown.text(error.description().unwrap_or_default());
            shown.text(error.code().unwrap_or_default());
            shown.failure::<(), _>(Err(error));
            assert!(shown.leaks("s3cr3t").is_empty(), "{form}: {shown:?}");
            assert!(shown.leaks(&form).is_empty(), "{form}: {shown:?}");
        }
    }
}

/// Repeats the token that the API rejected.
struct Repeating;

impl TokenSource for Repeating {
    fn token<'a>(&'a self, refused: Option<&'a AccessToken>) -> TokenFuture<'a> {
        Box::pin(async move {
            let Some(refused) = refused else {
                return Ok(AccessToken::new(SECRET));
            };
            Err(format!("{} is the only one", refused.expose_secret()).into())
        })
    }
}

#[tokio::test]
async fn a_source_that_repeats_a_token_is_not_repeated() {
    let refusal = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
    let server = Server::doing([Step::Read, Step::Write(refusal.into())]);
    let client = Client::builder(server.base_url())
        .credentials(Credentials::source(Repeating))
        .build()
        .unwrap();
    let error = client.list_things().await.unwrap_err();
    assert!(error.auth().is_some(), "{error}");
    let mut shown = Shown::default();
    shown.result::<()>(Err(error));
    assert!(shown.leaks("s3cr3t").is_empty(), "{shown:?}");
    assert!(format!("{shown:?}").contains("is the only one"));
}
