//! Extreme times, set by a program that means "never", or by a server: they cause no overflow.

use std::time::Duration;

use cliq_api::auth::{AccessToken, Credentials, TokenSettings};
use cliq_api::prelude::*;
use cliq_api::{ErrorKind, RetryPolicy};
use cliq_tests::server::{Server, Step, last_answer};

use crate::Things;

const EVER: Duration = Duration::MAX;

#[tokio::test]
async fn a_program_can_mean_never() {
    let server = Server::answering("{}");
    let source = Credentials::source(|| async {
        Ok::<_, std::io::Error>(AccessToken::new("1000.a").valid_for(EVER))
    });
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .credentials(source)
        .tokens(TokenSettings::new().timeout(EVER).margin(EVER))
        .timeout(EVER)
        .connect_timeout(EVER)
        .read_timeout(EVER)
        .retry(RetryPolicy::new().initial_backoff(EVER).max_backoff(EVER))
        .build()
        .unwrap();
    client.get_thing("1").await.unwrap();
    // A call that waits for its limit.
    client.add_thing("one").await.unwrap();
    client
        .get_thing("1")
        .options(|options| options.deadline(EVER).timeout(EVER))
        .await
        .unwrap();
    assert_eq!(client.close(EVER).await, 0);
}

#[tokio::test]
async fn a_server_can_mean_never() {
    let hour = Duration::from_hours(1);
    for (status, least, most) in [
        ("503 Service Unavailable", 24 * 365 * hour, 24 * 365 * hour),
        // The limiter trusts at most an hour, and adds its margin.
        ("429 Too Many Requests", hour, hour + Duration::from_secs(5)),
    ] {
        let head = format!(
            "HTTP/1.1 {status}\r\nRetry-After: {}\r\nContent-Length: 0\r\n\r\n",
            u64::MAX
        );
        let server = Server::doing([Step::Read, Step::Write(head.into_bytes()), Step::Again]);
        let client = Client::cliq(DataCenter::US)
            .base_url(server.base_url())
            .build()
            .unwrap();
        let error = client.get_thing("1").await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts().len()),
            (ErrorKind::Status, 1),
            "{error:?}"
        );
        let wait = error.retry_after().unwrap();
        assert!((least..=most).contains(&wait), "{wait:?}");
        assert_eq!(server.requests().len(), 1);
    }
}

/// The error has both: the earlier attempts, and the response that couldn't be decoded.
#[tokio::test]
async fn an_undecodable_response_has_the_earlier_attempts() {
    #[endpoints]
    trait Numbers {
        #[endpoint(GET "/number")]
        fn get_number(&self) -> u8;
    }
    let then = |status, body| vec![Step::Read, Step::Write(last_answer(status, body))];
    let server = Server::doing_in_turn(vec![
        then("503 Service Unavailable", ""),
        then("200 OK", "\"one\""),
    ]);
    let policy = RetryPolicy::new().initial_backoff(Duration::from_millis(1));
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .retry(policy)
        .build()
        .unwrap();
    let error = client.get_number().await.unwrap_err();
    let kinds: Vec<_> = error
        .attempts()
        .iter()
        .map(|attempt| attempt.kind())
        .collect();
    assert_eq!(kinds, [ErrorKind::Status, ErrorKind::Decode]);
    assert!(error.to_string().contains("2 attempts"), "{error}");
}
