//! Secrets of a sign-in are never shown: not by `Debug`, not in an error or its causes, not in a
//! log at level TRACE. Over real HTTP, so that the logs of reqwest and hyper are checked as well.

#[path = "../secrets/log.rs"]
mod log;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cliq_api::auth::{Credentials, OAuth, OAuthClient, ScopeSet};
use cliq_api::prelude::*;
use cliq_api::threads::{THREADS, Threads};
use cliq_api::{Body, Exchange, Sent, Transport, TransportError};
use cliq_sandbox::{Demo, Fault, Sandbox, SandboxTransport, oauth};
use http::Request;
use http::header::{AUTHORIZATION, LOCATION};
use secrecy::ExposeSecret;

const CLIENT_ID: &str = "1000.APP";
const SECRET: &str = "canary-client-secret";
const CALLBACK: &str = "http://127.0.0.1:8080/callback";

fn demo() -> Demo {
    let demo = Sandbox::demo();
    let app = oauth::App::new(CLIENT_ID, SECRET).redirect_uri(CALLBACK);
    demo.sandbox.accounts(|accounts, _| accounts.register(app));
    demo
}

/// Everything that a program could print.
#[derive(Default)]
struct Shown(Vec<String>);

impl Shown {
    fn debug(&mut self, value: &impl std::fmt::Debug) {
        self.0.push(format!("{value:?} {value:#?}"));
    }

    fn failure<T>(&mut self, result: Result<T, impl std::error::Error>) {
        let Err(error) = result else { return };
        self.debug(&error);
        self.0.push(error.to_string());
        let mut cause = error.source();
        while let Some(error) = cause {
            self.0.push(format!("{error} {error:?}"));
            cause = error.source();
        }
    }

    #[track_caller]
    fn holds_none_of(&self, secrets: &[String]) {
        let written = log::written();
        let panics = log::panics().concat();
        for secret in secrets {
            assert!(!panics.contains(secret), "{secret} is in a panic: {panics}");
            assert!(
                secret.len() > 10 && !written.contains(secret),
                "{secret} is in the log: {written}"
            );
            for shown in &self.0 {
                assert!(!shown.contains(secret), "{secret} is shown: {shown}");
            }
        }
    }
}

/// Records requests and responses.
struct Recorder(SandboxTransport, Arc<Mutex<Vec<u8>>>);

impl Transport for Recorder {
    fn send(&self, request: Request<Body>) -> Exchange<'_> {
        Box::pin(async move {
            let (head, body) = self.0.send(request).await?.into_parts();
            let body = body.collect_up_to(usize::MAX).await.map_err(broken)?;
            self.1.lock().unwrap().extend_from_slice(&body);
            Ok(http::Response::from_parts(head, body.into()))
        })
    }
}

fn broken(error: cliq_api::BoxError) -> TransportError {
    TransportError::new(Sent::Answered, "the response broke off").caused_by(error)
}

#[tokio::test(start_paused = true)]
async fn no_secret_of_a_device_is_shown() {
    log::listen();
    let demo = demo();
    let recorded = Arc::default();
    let transport = Recorder(demo.sandbox.transport(), Arc::clone(&recorded));
    let oauth = OAuth::builder(&OAuthClient::new(DataCenter::US, CLIENT_ID, SECRET))
        .transport(transport)
        .build()
        .unwrap();
    let device = oauth
        .start_device(&ScopeSet::for_endpoints(THREADS))
        .await
        .unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&recorded.lock().unwrap()).unwrap();
    let device_code = answer["device_code"].as_str().unwrap().to_owned();
    let mut shown = Shown::default();
    shown.debug(&device);
    demo.sandbox
        .faults()
        .accounts()
        .pass(1)
        .next(Fault::NotJson)
        .next(Fault::Truncate);
    tokio::time::timeout(Duration::from_secs(100), device.wait())
        .await
        .unwrap_err();
    shown.failure(oauth.exchange_self_client(device_code.clone()).await);
    let device = oauth
        .start_device(&ScopeSet::for_endpoints(THREADS))
        .await
        .unwrap();
    demo.sandbox
        .accounts(|accounts, _| accounts.deny_device(device.user_code()));
    shown.failure(device.wait().await);
    assert!(shown.0.len() >= 5);
    shown.holds_none_of(&[SECRET.to_owned(), device_code]);
}

#[tokio::test]
async fn no_secret_of_a_sign_in_is_shown() {
    log::listen();
    let demo = demo();
    let server = demo.sandbox.serve().await.unwrap();
    let host = server.base_url().trim_start_matches("http://").to_owned();
    let here = DataCenter::custom(&host, &host);
    let mut shown = Shown::default();
    // The secrets.
    let mut secrets = vec![SECRET.to_owned()];

    let app = OAuthClient::new(&here, CLIENT_ID, SECRET);
    let builder = OAuth::builder(&app);
    shown.debug(&builder);
    let oauth = builder.build().unwrap();
    shown.debug(&oauth);
    let scopes = ScopeSet::for_endpoints(THREADS);
    let consent = oauth.authorization(CALLBACK, &scopes).unwrap();
    shown.debug(&consent);
    let browser = Request::get(consent.url()).body(Bytes::new()).unwrap();
    let callback = demo.sandbox.handle(browser).headers()[LOCATION]
        .to_str()
        .unwrap()
        .to_owned();
    let code = callback
        .split("code=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap()
        .to_owned();
    secrets.extend([code, consent.state().expose_secret().to_owned()]);

    // Each fault, then success.
    for fault in [
        Fault::ResetAfter,
        Fault::Truncate,
        Fault::NotJson,
        Fault::Fail(http::StatusCode::BAD_GATEWAY),
        Fault::Redirect(server.base_url().clone()),
    ] {
        demo.sandbox.faults().accounts().next(fault);
        let device = oauth.start_device(&scopes).await;
        shown.failure(device);
    }
    shown.failure(oauth.exchange(&consent, "state=no").await);
    let signed_in = oauth.exchange(&consent, &callback).await.unwrap();
    shown.failure(oauth.exchange(&consent, &callback).await);
    shown.debug(&signed_in);
    shown.debug(signed_in.access_token());
    let refresh_token = signed_in
        .refresh_token()
        .unwrap()
        .expose_secret()
        .to_owned();
    secrets.extend([
        refresh_token.clone(),
        signed_in.access_token().expose_secret().to_owned(),
    ]);

    let device = oauth.start_device(&scopes).await.unwrap();
    shown.debug(&device);

    let credentials =
        Credentials::refresh_token(&app, refresh_token.clone()).data_center(here.clone());
    shown.debug(&credentials);
    let client = Client::cliq(here.clone())
        .credentials(credentials)
        .build()
        .unwrap();
    shown.debug(&client);
    let token = client
        .get_thread(&demo.thread_chat_id)
        .prepare_authorized()
        .await
        .unwrap();
    shown.debug(token.headers());
    let text = token.headers()[AUTHORIZATION].to_str().unwrap().to_owned();
    secrets.push(text.split_once(' ').unwrap().1.to_owned());
    client.get_thread(&demo.thread_chat_id).await.unwrap();
    demo.sandbox
        .accounts(|accounts, _| accounts.revoke_access_tokens(&demo.user_id));
    demo.sandbox
        .faults()
        .accounts()
        .next(Fault::Truncate)
        .next(Fault::NotJson);
    shown.failure(client.get_thread(&demo.thread_chat_id).await);
    oauth.revoke(refresh_token.clone(), &here).await.unwrap();
    shown.failure(oauth.revoke(refresh_token, &here).await);
    demo.sandbox
        .accounts(|accounts, _| accounts.revoke_access_tokens(&demo.user_id));
    shown.failure(client.get_thread(&demo.thread_chat_id).await);

    assert!(shown.0.len() > 15);
    // The test isn't vacuous: something was logged.
    let written = log::written();
    assert!(
        written.contains("hyper") && written.contains("cliq_api::auth"),
        "{written}"
    );
    shown.holds_none_of(&secrets);
}
