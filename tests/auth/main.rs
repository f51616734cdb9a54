//! Signing in, with the sandbox's accounts server.

mod calls;
mod consent;
mod device;
mod flows;
mod oddities;
mod other_servers;
mod users;

use std::time::Duration;

use cliq_api::auth::{OAuth, OAuthBuilder, OAuthClient, SignedIn};
use cliq_api::{Body, DataCenter, Transport};
use cliq_sandbox::oauth::Accounts;
use cliq_sandbox::{Demo, Sandbox, oauth};
use http::Request;
use http::header::LOCATION;

const CLIENT_ID: &str = "1000.APP";
const SECRET: &str = "canary-client-secret";
const CALLBACK: &str = "http://127.0.0.1:8080/callback";
const SCOPES: &str = "ZohoCliq.Chats.READ,ZohoCliq.Chats.UPDATE";

/// Returns a sandbox that knows the app in the United States and in Europe.
fn demo() -> Demo {
    let demo = Sandbox::demo();
    let app = oauth::App::new(CLIENT_ID, SECRET)
        .redirect_uri(CALLBACK)
        .locations(["us", "eu"]);
    demo.sandbox.accounts(|accounts, _| accounts.register(app));
    demo
}

fn app() -> OAuthClient {
    app_at(DataCenter::US)
}

fn app_at(data_center: DataCenter) -> OAuthClient {
    OAuthClient::new(data_center, CLIENT_ID, SECRET)
}

fn oauth_builder(demo: &Demo) -> OAuthBuilder {
    oauth_builder_at(demo, DataCenter::US)
}

fn oauth_builder_at(demo: &Demo, data_center: DataCenter) -> OAuthBuilder {
    OAuth::builder(&app_at(data_center)).transport(demo.sandbox.transport())
}

fn oauth(demo: &Demo) -> OAuth {
    oauth_builder(demo).build().unwrap()
}

fn policy(demo: &Demo, change: impl FnOnce(&mut oauth::Policy)) {
    demo.sandbox
        .accounts(|accounts: &mut Accounts, _| change(accounts.policy_mut()));
}

/// Requests a page as a browser does, and returns the redirect's URL.
async fn browse(demo: &Demo, url: &str) -> String {
    let request = Request::get(url).body(Body::empty()).unwrap();
    let answer = demo.sandbox.transport().send(request).await.unwrap();
    let location = answer
        .headers()
        .get(LOCATION)
        .unwrap_or_else(|| panic!("{url} leads nowhere: {answer:?}"));
    location.to_str().unwrap().to_owned()
}

fn refresh_token(signed_in: &SignedIn) -> String {
    use secrecy::ExposeSecret;
    signed_in
        .refresh_token()
        .unwrap()
        .expose_secret()
        .to_owned()
}

/// Returns the user of an access token in a data center.
fn user(demo: &Demo, place: &DataCenter, token: &str) -> Option<String> {
    demo.sandbox.accounts(|accounts, now| {
        accounts
            .authenticate(place.cliq_host(), token, now)
            .ok()
            .map(|grant| grant.user_id().to_owned())
    })
}

const HALF_A_MINUTE: Duration = Duration::from_secs(30);
