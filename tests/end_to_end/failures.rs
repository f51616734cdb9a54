//! How calls fail.

use std::time::Duration;

use cliq_api::prelude::*;
use cliq_api::threads::Threads;
use cliq_api::{ErrorKind, RetryPolicy, Sent};
use cliq_sandbox::Sandbox;
use cliq_tests::server::Nobody;
use tokio::net::TcpListener;

use crate::listener::{Listener, json};

#[endpoints]
trait Plain {
    #[endpoint(GET "/a")]
    fn get_a(&self) -> Bytes;
    #[endpoint(GET "/slow", timeout = "1s")]
    fn get_slow(&self) -> Bytes;
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = Client::cliq(DataCenter::US)
        .base_url(format!("http://{address}"))
        .build()
        .unwrap();
    let error = client.get_a().await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Connect, Sent::No));
    assert!(error.is_connect());
    assert_eq!(
        error.to_string(),
        format!(
            "get_a (GET /a): no connection to {address}: Connection refused (os error 111) (3 attempts)"
        )
    );
    assert_eq!(error.attempts().len(), 3);
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn a_proxy_responds() {
    let dead = Nobody::bind();
    let url = format!("http://user:canary@{}", dead.address());
    let client = Client::cliq(DataCenter::US)
        .proxy(url)
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = client.get_a().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "get_a (GET /a): no connection to cliq.zoho.com through the proxy: Connection refused (os error 111)"
    );
}

#[tokio::test]
async fn the_connection_breaks() {
    let closing = Listener::answering([""]).await;
    let error = closing.client().get_a().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Transport, Sent::Maybe)
    );
    // The HTTP library doesn't retry either.
    assert_eq!(closing.asked().len(), 1);

    let cut = Listener::answering(["HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"]).await;
    let error = cut.client().get_a().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Transport, Sent::Answered)
    );
}

#[tokio::test]
async fn no_answer_in_time() {
    // Accepts connections, but sends nothing.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let builder = || {
        Client::cliq(DataCenter::US)
            .base_url(&base_url)
            .retry(RetryPolicy::none())
    };
    let client = builder().build().unwrap();
    let short = Duration::from_millis(50);

    let error = client
        .get_a()
        .options(|options| options.timeout(short))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Timeout, Sent::Maybe)
    );
    assert_eq!(error.to_string(), "get_a (GET /a): no response within 50ms");
    let error = client
        .get_a()
        .options(|options| options.deadline(short))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "get_a (GET /a): no response within the call's deadline of 50ms"
    );
    let error = client
        .get_a()
        .options(|options| options.deadline(Duration::ZERO))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Timeout, Sent::No));
    let error = client.get_slow().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "get_slow (GET /slow): no response within 1s"
    );
    let impatient = builder().timeout(short).build().unwrap();
    assert!(impatient.get_a().await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let target = Listener::answering([json("200 OK", "")]).await;
    let to = format!(
        "HTTP/1.1 302 Found\r\nLocation: {}/b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        target.base_url()
    );
    let listener = Listener::answering([to]).await;
    let error = listener.client().get_a().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status().unwrap().as_u16()),
        (ErrorKind::Status, 302)
    );
    assert!(
        error.to_string().contains("redirects are not followed"),
        "{error}"
    );
    assert!(target.asked().is_empty());
}

#[tokio::test]
async fn the_server_refuses() {
    let body = r#"{"code": "param_missing", "message": "Parameter missing"}"#;
    let listener = Listener::answering([json("400 Bad Request", body)]).await;
    let error = listener.client().get_a().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "get_a (GET /a): 400 Bad Request: param_missing: Parameter missing (a required parameter is missing)"
    );
    assert_eq!(
        (error.code(), error.message()),
        (Some("param_missing"), Some("Parameter missing"))
    );
    assert_eq!(error.body().unwrap(), body);
    assert_eq!(error.headers().unwrap()["content-type"], "application/json");
    assert_eq!(error.endpoint().unwrap().name(), "get_a");
}

#[tokio::test]
async fn a_token_that_is_not_known() {
    let demo = Sandbox::demo();
    let server = demo.sandbox.serve().await.unwrap();
    for (client, advice) in [
        (
            Client::cliq(DataCenter::US),
            "the client has no credentials",
        ),
        (
            Client::cliq(DataCenter::US).access_token("1000.another"),
            "another data center",
        ),
    ] {
        let client = client.base_url(server.base_url()).build().unwrap();
        let error = client.get_thread(&demo.thread_chat_id).await.unwrap_err();
        assert!(error.is_unauthorized());
        assert!(error.to_string().contains(advice), "{error}");
    }
}

#[tokio::test]
async fn a_missing_resource() {
    let demo = Sandbox::demo();
    let server = demo.sandbox.serve().await.unwrap();
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .access_token(demo.token)
        .build()
        .unwrap();
    assert!(
        client
            .get_thread("CT_1-T-2")
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert!(
        client
            .get_thread("nonsense")
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert!(
        client
            .follow_thread("CT_1-T-2")
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert!(client.list_threads("P0").await.unwrap_err().is_not_found());
    assert_eq!(
        client.find_thread(&demo.channel_id, "1_2").await.unwrap(),
        None
    );
}

#[test]
fn invalid_settings_are_rejected() {
    let refused = |builder: cliq_api::ClientBuilder| builder.build().map(|_| ()).unwrap_err();
    let error = refused(Client::cliq(DataCenter::US).base_url("http://cliq.zoho.com"));
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("use `https://…`"), "{error}");
    let error = refused(Client::cliq(DataCenter::US).access_token("1000.canary\n"));
    assert!(
        error.to_string().contains("access token") && !format!("{error:?}").contains("canary"),
        "{error}"
    );
    let error = "mars".parse::<DataCenter>().unwrap_err();
    assert!(error.to_string().contains("one of US, EU, IN"), "{error}");
    let eu: DataCenter = "eu".parse().unwrap();
    let default = Client::cliq(eu).build().unwrap();
    assert_eq!(default.base_url(), "https://cliq.zoho.eu");
}
