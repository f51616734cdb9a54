//! Many users with one client.

use std::sync::{Arc, Mutex};

use cliq_api::auth::{AuthErrorKind, Credentials};
use cliq_api::limit::LimitSettings;
use cliq_api::prelude::*;
use cliq_api::threads::Threads;
use cliq_api::{Body, Exchange, UserKey};
use cliq_sandbox::oauth::{Action, ScopeSet};
use tokio::runtime::Handle;

use super::*;

fn credentials(demo: &Demo, user_id: &str) -> Credentials {
    let tokens = demo
        .sandbox
        .accounts(|accounts, now| accounts.issue_tokens(CLIENT_ID, user_id, SCOPES, now));
    Credentials::refresh_token(&app(), tokens.refresh_token.unwrap())
}

fn refreshes(demo: &Demo) -> usize {
    demo.sandbox
        .accounts(|accounts, _| accounts.book().granted(Action::Refresh).count())
}

fn service(demo: &Demo) -> Client {
    demo.sandbox
        .client_builder()
        .limits(LimitSettings::off())
        .build()
        .unwrap()
}

#[tokio::test]
async fn each_user_has_a_token_and_one_user_has_one() {
    let demo = demo();
    let service = service(&demo);
    let [ryan, scott] =
        [&demo.user_id, &demo.colleague_ids[0]].map(|id| (id.clone(), credentials(&demo, id)));
    for _ in 0..3 {
        for (id, credentials) in [&ryan, &scott] {
            let user = service
                .as_user(UserKey::new(id), credentials.clone())
                .unwrap();
            user.get_thread(&demo.thread_chat_id).await.unwrap();
            assert_eq!(user.user(), Some(&UserKey::new(id)));
        }
    }
    assert_eq!((refreshes(&demo), service.user_count()), (2, 2));

    // New credentials start a new session.
    let again = service
        .as_user(ryan.0.as_str(), credentials(&demo, &ryan.0))
        .unwrap();
    again.get_thread(&demo.thread_chat_id).await.unwrap();
    assert_eq!((refreshes(&demo), service.user_count()), (3, 2));

    assert!(
        service.forget_user(&UserKey::new(&ryan.0)) && !service.forget_user(&UserKey::new(&ryan.0))
    );
    assert_eq!(service.user_count(), 1);
    // An existing client continues.
    again.get_thread(&demo.thread_chat_id).await.unwrap();
    assert_eq!(refreshes(&demo), 3);
}

#[tokio::test]
async fn a_user_of_another_data_center_is_sent_there() {
    let demo = demo();
    demo.sandbox
        .accounts(|accounts, _| accounts.add_user_in("eu", &demo.user_id));
    let service = Client::cliq(DataCenter::US)
        .transport(demo.sandbox.transport())
        .build()
        .unwrap();
    let refresh_token = credentials(&demo, &demo.user_id);
    let user = service
        .as_user("ryan", refresh_token.clone().data_center(DataCenter::EU))
        .unwrap();
    assert_eq!(user.base_url(), "https://cliq.zoho.eu");
    user.get_thread(&demo.thread_chat_id).await.unwrap();

    let lost = service.as_user("lost", refresh_token).unwrap();
    let error = lost.get_thread(&demo.thread_chat_id).await.unwrap_err();
    assert!(
        error.to_string().contains("another data center than US"),
        "{error}"
    );
}

/// Records where it is called, and returns a token.
#[derive(Clone, Default)]
struct Noting(Arc<Mutex<Vec<String>>>);

impl Transport for Noting {
    fn send(&self, request: Request<Body>) -> Exchange<'_> {
        self.0.lock().unwrap().push(request.uri().to_string());
        let body = Bytes::from_static(
            br#"{"access_token": "1000.a", "api_domain": "https://api.example.com"}"#,
        );
        Box::pin(async move { Ok(http::Response::new(body.into())) })
    }
}

#[tokio::test]
async fn each_data_center_has_its_own_two_hosts() {
    let own = (
        "own",
        DataCenter::custom("cliq.example.com", "accounts.example.com"),
    );
    let ends = [
        "zoho.com",
        "zoho.eu",
        "zoho.in",
        "zoho.com.au",
        "zoho.jp",
        "zoho.com.cn",
        "zoho.sa",
        "zoho.uk",
    ];
    let ends = ends.into_iter().chain(["zohocloud.ca", "example.com"]);
    let places: Vec<_> = DataCenter::KNOWN.iter().cloned().chain([own]).collect();
    assert_eq!(places.len(), 10);
    for ((_, place), end) in places.into_iter().zip(ends) {
        let noting = Noting::default();
        let credentials = Credentials::refresh_token(&app_at(place.clone()), "1000.refresh");
        let builder = Client::cliq(place.clone()).transport(noting.clone());
        builder
            .credentials(credentials)
            .build()
            .unwrap()
            .follow_thread("CT_1")
            .await
            .unwrap();
        // Also for a user of another data center than the client's.
        let service = Client::cliq(DataCenter::US)
            .transport(noting.clone())
            .build()
            .unwrap();
        let user = service
            .as_user(
                "ryan",
                Credentials::refresh_token(&app(), "1000.refresh").data_center(place.clone()),
            )
            .unwrap();
        user.follow_thread("CT_1").await.unwrap();
        let token = format!("https://accounts.{end}/oauth/v2/token");
        let call = format!("https://cliq.{end}/api/v3/threads/CT_1/follow");
        assert_eq!(
            *noting.0.lock().unwrap(),
            [&token, &call, &token, &call].map(String::clone)
        );
        let oauth = OAuth::builder(&app_at(place))
            .transport(noting)
            .build()
            .unwrap();
        let url = oauth
            .authorization(CALLBACK, &SCOPES.into())
            .unwrap()
            .url()
            .to_owned();
        assert!(
            url.starts_with(&format!("https://accounts.{end}/oauth/v2/auth?")),
            "{url}"
        );
    }
}

#[tokio::test]
async fn a_network_has_its_own_path() {
    let client = Client::cliq(DataCenter::IN.network("acme corp"))
        .build()
        .unwrap();
    let request = client.follow_thread("CT_1-T-2").prepare().unwrap();
    assert_eq!(
        request.uri(),
        "https://cliq.zoho.in/network/acme%20corp/api/v3/threads/CT_1-T-2/follow"
    );
}

#[tokio::test]
async fn invalid_credentials_are_rejected_immediately() {
    let demo = demo();
    let elsewhere = credentials(&demo, &demo.user_id)
        .data_center(DataCenter::custom("cliq.example.com", "a@b"));
    assert!(service(&demo).as_user("ryan", elsewhere).is_err());
    let error = Client::cliq(DataCenter::US)
        .credentials(Credentials::access_token("two words"))
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), cliq_api::ErrorKind::Configuration);
}

#[tokio::test]
async fn an_own_source_of_tokens_is_a_closure() {
    let demo = demo();
    let (sandbox, user_id) = (demo.sandbox.clone(), demo.user_id.clone());
    let source = Credentials::source(move || {
        let token = sandbox.accounts(|accounts, _| {
            accounts.issue_access_token(&user_id, ScopeSet::everything(), None)
        });
        async move { Ok::<_, std::io::Error>(token.into()) }
    });
    let user = service(&demo).as_user("ryan", source).unwrap();
    user.get_thread(&demo.thread_chat_id).await.unwrap();
    demo.sandbox
        .accounts(|accounts, _| accounts.revoke_access_tokens(&demo.user_id));
    user.get_thread(&demo.thread_chat_id).await.unwrap();

    let sealed =
        Credentials::source(|| async { Err(std::io::Error::other("the vault is sealed")) });
    let error = service(&demo)
        .as_user("scott", sealed)
        .unwrap()
        .get_thread(&demo.thread_chat_id)
        .await
        .unwrap_err();
    let cause = std::error::Error::source(&error).unwrap();
    assert_eq!(
        cause
            .downcast_ref::<cliq_api::auth::AuthError>()
            .unwrap()
            .kind(),
        AuthErrorKind::Source
    );
    assert_eq!(cause.source().unwrap().to_string(), "the vault is sealed");
}

/// An idle user takes some bytes, and no task; `benches/runtime` measures how many bytes.
#[tokio::test]
async fn a_hundred_thousand_users_are_no_tasks() {
    let demo = demo();
    let service = service(&demo);
    let app = app();
    let tasks = Handle::current().metrics().num_alive_tasks();
    for number in 0..100_000 {
        let credentials =
            Credentials::refresh_token(&app, format!("1000.{number:032x}.{number:032x}"));
        service.as_user(number.to_string(), credentials).unwrap();
    }
    assert_eq!(service.user_count(), 100_000);
    assert_eq!(Handle::current().metrics().num_alive_tasks(), tasks);
    // An active user has a task during a refresh.
    let user = service
        .as_user("ryan", credentials(&demo, &demo.user_id))
        .unwrap();
    user.get_thread(&demo.thread_chat_id).await.unwrap();
    tokio::task::yield_now().await;
    assert_eq!(Handle::current().metrics().num_alive_tasks(), tasks);
}
