//! A client of an API that is not Zoho's: API keys, and OAuth 2.0 with a server that follows the
//! RFCs.

use std::sync::{Arc, Mutex};

use cliq_api::auth::{
    Authorizer, Authorizing, Basic, Bearer, Credentials, Generation, HeaderKey, Identity, QueryKey,
    TokenSettings,
};
use cliq_api::http::request::Parts;
use cliq_api::prelude::*;
use cliq_api::{Exchange, UserKey};
use cliq_tests::server::{Server, Step, answer};
use http::header::AUTHORIZATION;
use http::{HeaderValue, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};

use super::*;

#[endpoints(base = "/v1")]
trait Tickets {
    #[endpoint(GET "/tickets")]
    fn list_tickets(&self, #[query] state: Option<String>);
}

const API: &str = "https://api.example.com";
const CANARY: &str = "c4n4ry";

/// The API and its authorization server, which accepts each refresh token once.
#[derive(Clone, Default)]
struct Desk(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    /// The URL and the authorization of each call.
    calls: Vec<(String, Option<String>)>,
    renewals: u32,
    /// Earlier tokens are rejected.
    valid: u32,
}

impl Transport for Desk {
    fn send(&self, request: Request<Body>) -> Exchange<'_> {
        let mut inner = self.0.lock().unwrap();
        let header = request.headers().get(AUTHORIZATION);
        let header = header.map(|value| value.to_str().unwrap().to_owned());
        let mut status = StatusCode::OK;
        let mut body = String::new();
        if request.uri() == "https://auth.example.com/token" {
            let sent = String::from_utf8(request.body().as_bytes().unwrap().to_vec()).unwrap();
            let number = inner.renewals + 1;
            assert!(
                sent.contains(&format!("&refresh_token={CANARY}-{number}&")),
                "{sent}"
            );
            inner.renewals = number;
            inner.valid = inner.valid.max(number);
            let next = number + 1;
            body = format!(
                r#"{{"access_token": "token-{number}", "token_type": "Bearer", "refresh_token": "{CANARY}-{next}"}}"#
            );
        } else {
            let token = header.as_deref().unwrap_or_default();
            let number = token.strip_prefix("Bearer token-");
            if number.is_some_and(|number| number.parse::<u32>().unwrap() < inner.valid) {
                status = StatusCode::UNAUTHORIZED;
            }
            inner.calls.push((request.uri().to_string(), header));
        }
        let response = Response::builder().status(status).body(Body::from(body));
        Box::pin(async move { Ok(response.unwrap()) })
    }
}

impl Desk {
    fn client(&self, identity: impl Into<Identity>) -> Client {
        let builder = Client::builder(API).transport(self.clone());
        builder.authorizer(identity).build().unwrap()
    }

    fn last(&self) -> (String, Option<String>) {
        self.0.lock().unwrap().calls.pop().unwrap()
    }
}

#[tokio::test]
async fn keys_are_sent_with_each_call() {
    let desk = Desk::default();
    for (identity, query, header) in [
        (Identity::none(), "", None),
        (Bearer::new(CANARY).into(), "", Some("Bearer c4n4ry")),
        (
            Basic::new("sue", CANARY).into(),
            "",
            Some("Basic c3VlOmM0bjRyeQ=="),
        ),
        (
            HeaderKey::new("Authorization", CANARY)
                .prefix("Token ")
                .into(),
            "",
            Some("Token c4n4ry"),
        ),
        (QueryKey::new("key", CANARY).into(), "&key=c4n4ry", None),
    ] {
        let client = desk.client(identity);
        assert!(!format!("{client:?}").contains(CANARY));
        for _ in 0..2 {
            client.list_tickets().state("open").await.unwrap();
            let url = format!("{API}/v1/tickets?state=open{query}");
            assert_eq!(desk.last(), (url, header.map(str::to_owned)));
        }
    }
    // Requests that a program prepares are authorized as well.
    let client = desk.client(QueryKey::new("key", CANARY));
    let request = client.list_tickets().prepare_authorized().await.unwrap();
    assert_eq!(request.uri().query(), Some("key=c4n4ry"));
    assert_eq!(client.list_tickets().prepare().unwrap().uri().query(), None);
}

#[test]
fn a_key_that_can_t_be_sent_is_an_error_when_the_client_is_built() {
    let builder = || Client::builder(API);
    for builder in [
        builder().bearer(format!("{CANARY}\n")),
        builder().basic("a:b", CANARY),
        builder().authorizer(HeaderKey::new("X-Api-Key", format!("{CANARY}\r"))),
        builder().authorizer(HeaderKey::new("two words", CANARY)),
        builder().authorizer(QueryKey::new("key", "")),
        builder().credentials(Credentials::refresh_token(
            &OAuthClient::public("http://auth.example.com/token", "desk"),
            CANARY,
        )),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), cliq_api::ErrorKind::Configuration);
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(CANARY), "{shown}");
        for word in ["zoho", "cliq", "data cent"] {
            assert!(!error.to_string().to_lowercase().contains(word), "{error}");
        }
    }
}

/// RFC 6749, section 6: the server replaces the refresh token with each refresh.
#[tokio::test]
async fn a_refused_token_is_replaced_and_so_is_the_refresh_token() {
    let desk = Desk::default();
    let server = OAuthClient::public("https://auth.example.com/token", "desk");
    let received = Arc::new(Mutex::new(Vec::new()));
    let hook = {
        let received = Arc::clone(&received);
        move |user: Option<UserKey>, token: SecretString| {
            received
                .lock()
                .unwrap()
                .push((user, token.expose_secret().to_owned()));
            async { Ok::<_, std::io::Error>(()) }
        }
    };
    let service = Client::builder(API)
        .transport(desk.clone())
        .tokens(TokenSettings::new().on_new_refresh_token(hook))
        .build()
        .unwrap();
    let credentials = || Credentials::refresh_token(&server, format!("{CANARY}-1"));
    for number in 1..4 {
        // The program still passes the first refresh token; the client keeps the newest.
        let sue = service.as_user("sue", credentials()).unwrap();
        sue.list_tickets().await.unwrap();
        assert_eq!(desk.last().1, Some(format!("Bearer token-{number}")));
        desk.0.lock().unwrap().valid += 1;
    }
    let sue = || Some(UserKey::new("sue"));
    let expected = [2, 3, 4].map(|number| (sue(), format!("{CANARY}-{number}")));
    assert_eq!(*received.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_user_is_served_elsewhere() {
    let desk = Desk::default();
    let service = desk.client(Identity::none());
    let identity = Identity::from(Bearer::new(CANARY)).at("https://eu.example.com");
    let sue = service.as_user("sue", identity).unwrap();
    sue.list_tickets().await.unwrap();
    assert_eq!(desk.last().0, "https://eu.example.com/v1/tickets");
    // An explicit base URL applies to all users.
    let fixed = Client::builder(API).base_url(API).transport(desk.clone());
    let fixed = fixed.build().unwrap();
    let identity = Identity::from(Bearer::new(CANARY)).at("https://eu.example.com");
    fixed
        .as_user("sue", identity)
        .unwrap()
        .list_tickets()
        .await
        .unwrap();
    assert_eq!(desk.last().0, format!("{API}/v1/tickets"));
}

/// Counts its attempts, and asks for another one after the first.
#[derive(Debug, Default)]
struct Signed(Mutex<u64>);

impl Authorizer for Signed {
    fn authorize<'a>(&'a self, request: &'a mut Parts) -> Authorizing<'a> {
        Authorizing::wait(async move {
            tokio::task::yield_now().await;
            let mut count = self.0.lock().unwrap();
            *count += 1;
            assert!(
                !request.headers.contains_key(AUTHORIZATION),
                "it is a new head"
            );
            let value = HeaderValue::try_from(format!("Bearer token-{count}")).unwrap();
            request.headers.insert(AUTHORIZATION, value);
            Ok(Some(Generation::new(*count)))
        })
    }

    fn refused(&self, generation: Generation) -> bool {
        generation.get() == 1
    }
}

#[tokio::test]
async fn an_own_authorizer_may_have_another_attempt() {
    let desk = Desk::default();
    desk.0.lock().unwrap().valid = 2;
    let client = desk.client(Signed::default());
    client.list_tickets().await.unwrap();
    assert_eq!(desk.last().1.as_deref(), Some("Bearer token-2"));
    assert_eq!(desk.last().1.as_deref(), Some("Bearer token-1"));
}

/// As for a client's own server: the API's is none of this machine.
#[tokio::test]
async fn a_token_of_a_server_on_this_machine_needs_no_tls() {
    let refusal = answer("400 Bad Request", r#"{"error": "invalid_grant"}"#);
    let server = Server::doing([Step::Read, Step::Write(refusal)]);
    let token_url = format!("{}/token", server.base_url());
    let client = OAuthClient::new(token_url.as_str(), "desk", "secret");
    let client = Client::builder(API).credentials(Credentials::refresh_token(&client, CANARY));
    let error = client.build().unwrap().list_tickets().await.unwrap_err();
    assert!(error.to_string().contains("invalid_grant"), "{error}");
}
