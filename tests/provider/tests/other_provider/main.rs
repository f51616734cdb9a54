//! The client with a provider that is not Zoho, over real HTTP on loopback.

#![expect(missing_docs, reason = "the declared API is test data")]

mod authorization;
mod errors;
mod headers;
mod layers;
mod oauth;
mod servers;
mod streams;

use cliq_api::prelude::*;
use cliq_api::{FailedResponse, Failure, Provider, Quota, http};
use cliq_tests_provider::{Received, Server, json};
use serde::Deserialize;

#[endpoints(base = "/v1")]
pub trait Depot {
    #[endpoint(GET "/items/<ID>", scope = "items:read")]
    fn get_item(&self, id: u32) -> Item;

    #[endpoint(POST "/items")]
    fn create_item(&self, #[field] name: String) -> Item;

    #[endpoint(PUT "/files/<NAME>")]
    fn put_file(&self, name: String, #[body(bytes)] content: Bytes);

    #[endpoint(GET "/files/<NAME>")]
    fn get_file(&self, name: String) -> Bytes;
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Item {
    id: u32,
}

/// A provider like GitHub: its throttling is a 403, and each response reports the quota.
#[derive(Debug)]
struct DepotProvider {
    base_url: String,
}

impl Provider for DepotProvider {
    fn base_url(&self) -> &str {
        &self.base_url
    }

    fn announce(&self, token: &str) -> (http::HeaderName, String) {
        (http::header::AUTHORIZATION, format!("token {token}"))
    }

    fn read_failure(&self, response: &FailedResponse<'_>) -> Failure {
        let mut failure = Failure::read(response);
        let is_spent = response.header("x-ratelimit-remaining") == Some("0");
        if response.status() == http::StatusCode::FORBIDDEN && is_spent {
            failure.throttled = true;
            failure.advice = Some("the hourly limit of this user is used up".into());
            failure.retry_after = Quota::x_rate_limit(response.headers()).map(|quota| quota.reset);
        }
        failure
    }

    fn includes_scope(&self, granted: &str, needed: &str) -> bool {
        granted == needed || granted == "admin"
    }
}

/// Returns a server with item 1.
async fn depot() -> Server {
    Server::start(item).await
}

fn item(request: &Received) -> http::Response<cliq_tests_provider::Body> {
    match request.uri.path() {
        "/v1/items/1" | "/v1/items" => json(200, r#"{"id": 1}"#),
        _ => json(
            404,
            r#"{"message": "Not Found", "documentation_url": "https://…"}"#,
        ),
    }
}

fn client(server: &Server) -> cliq_api::ClientBuilder {
    Client::builder(server.url())
}

/// Errors don't mention another provider.
#[track_caller]
fn assert_neutral(error: &Error) {
    let shown = format!("{error} {error:?} {error:#?}").to_lowercase();
    for word in ["zoho", "data cent", "cliq:", "cliq's"] {
        assert!(!shown.contains(word), "{word} is in {shown}");
    }
}
