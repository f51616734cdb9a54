//! The accounts server, compared with what is known of Zoho's.

mod consent;
mod data_centers;
mod device;
mod exchange;
mod in_sandbox;
mod limits;
mod scopes;

use std::time::Duration;

use bytes::Bytes;
use cliq_sandbox::oauth::{Accounts, App};
use form_urlencoded::Serializer;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{Method, Request, Response};
use serde_json::Value;
use time::OffsetDateTime;

const US: &str = "https://accounts.zoho.com";
const EU: &str = "https://accounts.zoho.eu";
const FORM: &str = "application/x-www-form-urlencoded";

const APP: &str = "1000.APP";
const SECRET: &str = "app-secret";
const CALLBACK: &str = "http://127.0.0.1:8080/callback";
const RYAN: &str = "855727961";
const SCOPES: &str = "ZohoCliq.Chats.READ,ZohoCliq.Chats.UPDATE";

/// Accounts and their time.
struct Scene {
    accounts: Accounts,
    now: OffsetDateTime,
}

/// A response: the status, and the body if it is JSON.
#[derive(Debug)]
struct Answer {
    status: u16,
    body: Value,
    location: Option<String>,
}

fn scene() -> Scene {
    let mut accounts = Accounts::new();
    accounts.add_user(RYAN);
    accounts.register(App::new(APP, SECRET).redirect_uri(CALLBACK));
    Scene {
        accounts,
        now: OffsetDateTime::UNIX_EPOCH,
    }
}

impl Scene {
    fn wait(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }

    fn send(&mut self, request: &Request<Bytes>) -> Answer {
        Answer::read(&self.accounts.handle(request, self.now))
    }

    fn get(&mut self, url: &str, params: &[(&str, &str)]) -> Answer {
        self.send(
            &Request::get(format!("{url}?{}", encode(params)))
                .body(Bytes::new())
                .unwrap(),
        )
    }

    fn post(&mut self, url: &str, params: &[(&str, &str)]) -> Answer {
        self.send(
            &Request::post(url)
                .header(CONTENT_TYPE, FORM)
                .body(encode(params).into())
                .unwrap(),
        )
    }

    /// `POST /oauth/v2/token` in the United States, with the app's credentials.
    fn token(&mut self, params: &[(&str, &str)]) -> Answer {
        self.token_at(US, params)
    }

    fn token_at(&mut self, accounts: &str, params: &[(&str, &str)]) -> Answer {
        let credentials = [("client_id", APP), ("client_secret", SECRET)];
        self.post(
            &format!("{accounts}/oauth/v2/token"),
            &[&credentials, params].concat(),
        )
    }

    fn exchange(&mut self, code: &str) -> Answer {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
        ])
    }

    fn refresh(&mut self, refresh_token: &str) -> Answer {
        self.token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ])
    }

    /// Requests the consent page, with defaults for missing parameters.
    fn consent(&mut self, params: &[(&str, &str)]) -> Answer {
        let mut all = vec![
            ("client_id", APP),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", SCOPES),
            ("access_type", "offline"),
            ("prompt", "consent"),
            ("state", "xyz"),
        ];
        all.retain(|(name, _)| params.iter().all(|(other, _)| other != name));
        all.extend(params);
        self.get(&format!("{US}/oauth/v2/auth"), &all)
    }

    fn self_client_code(&mut self) -> String {
        self.accounts.self_client_code(APP, RYAN, SCOPES, self.now)
    }

    /// Issues a refresh token for Ryan.
    fn refresh_token(&mut self) -> String {
        self.accounts
            .issue_tokens(APP, RYAN, SCOPES, self.now)
            .refresh_token
            .unwrap()
    }

    /// Returns the user of an access token in the United States, if it is valid there.
    fn user(&self, token: &str) -> Option<&str> {
        self.accounts
            .authenticate("cliq.zoho.com", token, self.now)
            .ok()
            .map(|grant| grant.user_id())
    }
}

impl Answer {
    fn read(response: &Response<Bytes>) -> Self {
        Self {
            status: response.status().as_u16(),
            body: serde_json::from_slice(response.body()).unwrap_or_default(),
            location: response
                .headers()
                .get(LOCATION)
                .map(|location| location.to_str().unwrap().to_owned()),
        }
    }

    /// Returns a member of a successful response.
    #[track_caller]
    fn text(&self, member: &str) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        let Some(text) = self.body[member].as_str() else {
            panic!("no `{member}` in {self:?}")
        };
        text.to_owned()
    }

    #[track_caller]
    fn access_token(&self) -> String {
        self.text("access_token")
    }

    #[track_caller]
    fn is_refused(&self, error: &str) {
        assert_eq!(
            (self.status, self.body["error"].as_str()),
            (200, Some(error)),
            "{self:?}"
        );
        assert!(self.body.get("access_token").is_none(), "{self:?}");
    }

    /// Returns a parameter of the redirect's URL.
    #[track_caller]
    fn told(&self, name: &str) -> Option<String> {
        assert_eq!(self.status, 302, "{self:?}");
        let (_, query) = self.location.as_deref().unwrap().split_once('?').unwrap();
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

fn encode(params: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(params).finish()
}

#[test]
fn other_paths_and_methods_are_refused() {
    let mut scene = scene();
    for (method, path, status) in [
        (Method::GET, "/oauth/v2/token", 405),
        (Method::POST, "/oauth/v2/auth", 405),
        (Method::POST, "/oauth/v9/token", 404),
        (Method::POST, "/oauth/v2/token/", 404),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(format!("{US}{path}"))
            .body(Bytes::new())
            .unwrap();
        assert_eq!(scene.send(&request).status, status, "{path}");
    }
    assert!(Accounts::serves("/oauth/v2/token") && !Accounts::serves("/api/v3/threads/CT_1"));
}

#[test]
fn the_same_calls_make_the_same_tokens() {
    let tokens = || {
        let mut scene = scene();
        let code = scene.self_client_code();
        scene.exchange(&code).body
    };
    assert_eq!(tokens(), tokens());
    let token = |seed| {
        let mut accounts = Accounts::seeded(seed);
        accounts.add_user(RYAN);
        accounts.issue_access_token(RYAN, SCOPES, None)
    };
    assert_ne!(token(1), token(2));
}

#[test]
fn secrets_stay_out_of_debug() {
    let mut scene = scene();
    let tokens = scene.accounts.issue_tokens(APP, RYAN, SCOPES, scene.now);
    let shown = format!(
        "{:?} {:?} {tokens:?}",
        scene.accounts,
        App::new(APP, SECRET)
    );
    for secret in [
        SECRET,
        &tokens.access_token,
        tokens.refresh_token.as_deref().unwrap(),
    ] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
#[should_panic(expected = "there is no user `1`")]
fn a_token_of_nobody_is_a_mistake() {
    scene().accounts.issue_access_token("1", SCOPES, None);
}

#[test]
#[should_panic(expected = "there is no app `1000.OTHER`")]
fn a_code_of_no_app_is_a_mistake() {
    let mut scene = scene();
    scene
        .accounts
        .self_client_code("1000.OTHER", RYAN, SCOPES, scene.now);
}

#[test]
#[should_panic(expected = "there is no data center `mars`")]
fn an_app_in_no_data_center_is_a_mistake() {
    scene()
        .accounts
        .register(App::new("1000.OTHER", SECRET).locations(["mars"]));
}
