//! The tests detect leaks that are injected deliberately, wherever they occur.

use cliq_api::auth::{OAuth, OAuthClient};
use cliq_api::prelude::*;
use cliq_api::{Body, Exchange, Sent, Transport, TransportError, http};
use cliq_tests::server::Server;

use crate::shown::{Shown, holds};
use crate::{Hooks, log};

/// Another secret, as all tests share the log.
const BAIT: &str = "b41t";

async fn call(client: Client) -> Shown {
    log::listen();
    let mut shown = Shown::default();
    let call = tokio::spawn(client.call_hook(BAIT, BAIT, BAIT, BAIT).send());
    match call.await {
        Ok(result) => shown.result(result),
        Err(panic) => shown.debug(&panic),
    }
    shown
}

/// A transport that violates its contract.
struct Telltale(fn(http::Request<Body>) -> TransportError);

impl Transport for Telltale {
    fn send(&self, request: http::Request<Body>) -> Exchange<'_> {
        Box::pin(async move { Err(self.0(request)) })
    }
}

async fn told(how: fn(http::Request<Body>) -> TransportError) -> Shown {
    // An error redacts only secrets of the call, in known forms.
    let client = Client::cliq(DataCenter::US)
        .access_token("another")
        .transport(Telltale(how))
        .base_url("http://localhost");
    call(client.build().unwrap()).await
}

#[tokio::test]
async fn in_an_error() {
    let shown = told(|request| {
        let url = request.uri().to_string().into_bytes();
        TransportError::new(Sent::Maybe, format!("no answer from {url:?}"))
    })
    .await;
    assert!(!shown.leaks(BAIT).is_empty(), "{shown:?}");
    let shown = told(|_| TransportError::new(Sent::Maybe, "no answer")).await;
    assert!(shown.leaks(BAIT).is_empty(), "{shown:?}");
}

#[tokio::test]
async fn in_an_error_of_a_sign_in() {
    log::listen();
    for place in ["client_secret", "code"] {
        let value = |name: &str| if name == place { BAIT } else { "other" };
        let app = OAuthClient::new(DataCenter::US, "1000.APP", value("client_secret"));
        let repeating = |request: http::Request<Body>| {
            TransportError::new(
                Sent::Maybe,
                format!("{:?}", request.body().as_bytes().unwrap().to_vec()),
            )
        };
        let oauth = OAuth::builder(&app)
            .transport(Telltale(repeating))
            .build()
            .unwrap();
        let mut shown = Shown::default();
        shown.failure(oauth.exchange_self_client(value("code")).await);
        assert!(!shown.leaks(BAIT).is_empty(), "{shown:?}");
    }
}

#[tokio::test]
async fn in_the_source_of_an_error() {
    let below = |request: http::Request<Body>| {
        let headers = request
            .headers()
            .iter()
            .map(|(_, value)| value.as_bytes().to_vec());
        TransportError::new(Sent::Maybe, "no answer")
            .caused_by(format!("{:?}", headers.collect::<Vec<_>>()))
    };
    let shown = told(below).await;
    assert!(!shown.leaks(BAIT).is_empty(), "{shown:?}");
}

#[tokio::test]
async fn in_a_panic() {
    told(|request| panic!("{}", request.uri())).await;
    assert!(log::panics().iter().any(|panic| holds(panic, BAIT)));
}

#[tokio::test]
async fn in_a_trace() {
    told(|request| {
        tracing::trace!(body = ?request.body().as_bytes(), "lost");
        TransportError::new(Sent::Maybe, "no answer")
    })
    .await;
    assert!(
        log::written()
            .lines()
            .any(|line| line.contains("lost") && holds(line, BAIT))
    );
}

/// reqwest logs the bytes of connections on request.
#[tokio::test]
async fn in_the_log_of_a_library() {
    let server = Server::answering("{}");
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .access_token(BAIT);
    call(
        client
            .reqwest(|builder| builder.connection_verbose(true))
            .build()
            .unwrap(),
    )
    .await;
    let log = log::written();
    assert!(
        log.lines()
            .any(|line| line.contains("reqwest::connect::verbose") && holds(line, BAIT))
    );
}
