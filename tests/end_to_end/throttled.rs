//! Zoho's servers report throttling in many forms. Each causes a lockout for the reported time,
//! after a single request.

use std::time::Duration;

use cliq_api::prelude::*;
use cliq_api::threads::Threads;
use cliq_tests::server::{Server, Step};

const MINUTE: Duration = Duration::from_mins(1);

/// Calls until a call fails, and returns how long the lockout lasts.
async fn refused(status: &str, headers: &str, body: &[u8]) -> Duration {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n");
    let response = [head.as_bytes(), body].concat();
    let server = Server::doing([Step::Read, Step::Write(response), Step::Again]);
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .access_token("1000.a")
        .build()
        .unwrap();
    // Shorter than every reported time, so no call waits.
    let call = client
        .get_thread("CT_1-T-2")
        .options(|options| options.deadline(MINUTE));
    let error = call.await.unwrap_err();
    assert_eq!(server.requests().len(), 1, "{error}");
    error.retry_after().unwrap_or_else(|| panic!("{error}"))
}

#[tokio::test]
async fn a_throttled_400_is_not_retried_in_any_form() {
    let code = "URL_FIXED_THROTTLES_LIMIT_EXCEEDED";
    // The endpoint declares a lockout of five minutes.
    for (form, wait) in [
        (r#"{"code": "$"}"#, 5),
        (
            r#"{"errors": [{"code": "$", "message": "Try again in 22 minutes, please"}]}"#,
            22,
        ),
        (
            r#"{"data": [{"code": "$", "message": "Try again after 20 minutes 60 seconds"}]}"#,
            21,
        ),
        (r#"{"response": {"error": "$"}}"#, 5),
        (r#"{"message": "Too many requests."}"#, 5),
        (
            r#"{"type": "about:blank", "title": "Too many requests", "status": 400}"#,
            5,
        ),
        ("\u{feff}{\"code\": \"$\"}", 5),
        (r#"{"code": "$", "message": "\ud83d"}"#, 5),
        (r#"{"code": "$", "message": "a", }"#, 5),
        (
            "{\"code\": \"$\", \"message\": \"Wait.\nTry again after 30 minutes.\"}",
            30,
        ),
        (r#"{"code": "$", "mess"#, 5),
    ] {
        let body = form.replace('$', code);
        let told = refused("400 Bad Request", "", body.as_bytes()).await;
        // Includes the limiter's margin.
        let wait = wait * MINUTE;
        assert!(
            (wait..wait + Duration::from_secs(10)).contains(&told),
            "{told:?}: {body}"
        );
    }
    let latin = b"{\"code\": \"TOO_MANY_REQUESTS\", \"message\": \"Zu h\xe4ufig\"}";
    assert!(refused("400 Bad Request", "", latin).await >= 5 * MINUTE);
}

#[tokio::test]
async fn a_503_is_obeyed_as_well() {
    for (header, body, wait) in [
        ("Retry-After: 83.2\r\n", "", Duration::from_millis(83_200)),
        (
            "Date: Sun, 09 Sep 2001 01:46:00 GMT\r\nRetry-After: Sun, 09 Sep 2001 01:48:00 GMT\r\n",
            "",
            2 * MINUTE,
        ),
        (
            "Retry-After: 70\r\nRetry-After: 90\r\n",
            "",
            Duration::from_secs(90),
        ),
        ("", r#"{"message": "Try again in 22 minutes"}"#, 22 * MINUTE),
    ] {
        let told = refused("503 Service Unavailable", header, body.as_bytes()).await;
        assert_eq!(told, wait, "{header}{body}");
    }
}
