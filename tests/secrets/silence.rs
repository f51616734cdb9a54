//! With all faults, and with responses that repeat secrets, nothing is shown.

use std::time::Duration;

use cliq_api::{Client, ClientBuilder, DataCenter, RetryPolicy};
use cliq_tests::faults;
use cliq_tests::over::{Needs, Over};
use cliq_tests::server::{Server, Step, answer};
use cliq_tests::tls;
use tokio::task::JoinSet;

use crate::shown::{Shown, holds};
use crate::{CANARY, call_all, log, secret};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_shows_a_secret_whatever_goes_wrong() {
    log::listen();
    // Concurrently, as some are slow.
    let mut met = JoinSet::new();
    let over_each = |case: faults::Case| Over::ALL.map(|over| (case.clone(), over));
    for (case, over) in faults::all().into_iter().flat_map(over_each) {
        met.spawn(async move {
            let target = case.fault.bring_about();
            let client = case
                .shape(client(), over, Duration::from_millis(700))
                .base_url(target.base_url())
                .build()
                .unwrap();
            (case.name, call_all(&client).await)
        });
    }
    for (fault, shown) in met.join_all().await {
        silent(&fault, &shown);
    }
    for (number, answer) in telling().into_iter().enumerate() {
        let server = Server::doing([Step::Read, Step::Write(answer)]);
        let client = client().base_url(server.base_url()).build().unwrap();
        silent(
            &format!("telling answer {number}"),
            &call_all(&client).await,
        );
    }
    for over in Over::ALL {
        over_tls(over).await;
        through_a_proxy(over).await;
    }
    client_that_cannot_be();

    let log = log::written();
    if holds(&log, CANARY) {
        let lines: Vec<_> = log.lines().filter(|line| holds(line, CANARY)).collect();
        panic!(
            "{} lines of the log tell, such as\n{}",
            lines.len(),
            lines[0]
        );
    }
    let panics = log::panics();
    assert!(
        !panics.is_empty() && !panics.iter().any(|panic| holds(panic, CANARY)),
        "a panic tells"
    );
    // The test isn't vacuous: these targets have logged something.
    for speaker in [
        "cliq_api::",
        "reqwest::",
        "hyper_util::",
        "rustls::",
        "http.client.attempt",
    ] {
        assert!(log.contains(speaker), "{speaker} was not heard");
    }
}

fn client() -> ClientBuilder {
    let policy = RetryPolicy::new()
        .max_attempts(2)
        .initial_backoff(Duration::from_millis(1));
    Client::cliq(DataCenter::US)
        .access_token(secret("token"))
        .retry(policy)
        // Some servers never respond after their fault.
        .timeout(Duration::from_secs(2))
}

#[track_caller]
fn silent(what: &str, shown: &Shown) {
    let leaks = shown.leaks(CANARY);
    assert!(leaks.is_empty(), "{what}: {}", leaks[0]);
}

/// Returns responses that repeat secrets: in headers, in a body that isn't JSON, in one of the
/// wrong type.
fn telling() -> Vec<Vec<u8>> {
    let secret = secret("answer");
    let body = |body: &str| answer("200 OK", body);
    let head = |status: &str| {
        format!("HTTP/1.1 {status}\r\nLocation: /{secret}?zapikey={secret}\r\nSet-Cookie: a={secret}\r\nContent-Length: 0\r\n\r\n")
            .into_bytes()
    };
    vec![
        head("302 Found"),
        head("200 OK"),
        head("401 Unauthorized"),
        answer("500 Internal Server Error", &secret),
        answer("400 Bad Request", &format!(r#"{{"data": "{secret}"}}"#)),
        body(&format!(r#""{secret}""#)),
        body(&format!(r#"{{"name": {{"first": "{secret}"}}}}"#)),
        body(&format!(r#"{{"items": "{secret}"}}"#)),
        body(&format!(
            r#"{{"items": [{{"name": ["{secret}"]}}], "next": "{secret}"}}"#
        )),
        body(&format!(r#"{{"items": [], "next": "{CANARY}-query"}}"#)),
        // The error shows the start of a page that isn't JSON, so that it can be recognized.
        body(&format!("<html>{}{secret}</html>", "-".repeat(80))),
        format!("{secret} {secret}\r\n\r\n").into_bytes(),
        format!("HTTP/1.1 200 OK\r\n{secret}\r\n\r\n").into_bytes(),
        format!("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{secret}").into_bytes(),
    ]
}

/// With a TLS connection, so that the TLS library logs as well.
async fn over_tls(over: Over) {
    for steps in [
        vec![
            Step::Read,
            Step::Write(answer("200 OK", r#"{"name": "a"}"#)),
            Step::Again,
        ],
        vec![
            Step::Read,
            Step::Write(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{".to_vec()),
        ],
        vec![Step::Read],
    ] {
        let (acceptor, certificate) = tls::self_signed(&[]);
        let server = Server::doing_over_tls(steps, acceptor);
        let needs = Needs {
            root: Some(certificate),
            ..Needs::default()
        };
        let client = over.build(client().base_url(server.base_url()), needs);
        silent("over TLS", &call_all(&client.build().unwrap()).await);
        assert!(!server.requests().is_empty());
    }
}

/// The proxy's password is a secret as well. The client only connects to the proxy.
async fn through_a_proxy(over: Over) {
    let answers = [
        "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
        "",
    ];
    for answer in answers {
        let proxy = Server::doing([Step::Read, Step::Write(answer.as_bytes().to_vec())]);
        let url = proxy
            .base_url()
            .replace("http://", &format!("http://user:{}@", secret("proxy")));
        let client = client().base_url(DataCenter::EU.cliq_url());
        let needs = Needs {
            proxy: Some(url),
            ..Needs::default()
        };
        let client = over.build(client, needs).build().unwrap();
        silent("through a proxy", &call_all(&client).await);
        assert!(
            proxy
                .requests()
                .iter()
                .all(|request| request.starts_with("CONNECT cliq.zoho.eu:443 "))
        );
        assert!(
            proxy
                .requests()
                .iter()
                .any(|request| holds(request, CANARY)),
            "the password is not even used"
        );
    }
}

fn client_that_cannot_be() {
    let mut shown = Shown::default();
    for builder in [
        Client::cliq(DataCenter::US).access_token(format!("{}\n", secret("token"))),
        Client::cliq(DataCenter::US)
            .base_url(format!("https://user:{}@cliq.zoho.com", secret("base"))),
        Client::cliq(DataCenter::US)
            .base_url(format!("https://cliq.zoho.com?zapikey={}", secret("base"))),
        Client::cliq(DataCenter::US).base_url(format!("//{}\n", secret("base"))),
        Client::cliq(DataCenter::US).proxy(format!("no proxy {}", secret("proxy"))),
        Client::cliq(DataCenter::US).proxy(format!("http://user:{}@[::", secret("proxy"))),
    ] {
        shown.debug(&builder);
        let result = builder.build();
        assert!(result.is_err());
        shown.result(result);
    }
    silent("a client that can't be", &shown);
}
