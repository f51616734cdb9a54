//! Errors with the server's code and message.

use cliq_api::{ErrorKind, RetryPolicy, Sent};
use cliq_tests_provider::whole;

use super::*;

async fn error_of<F>(respond: F) -> Error
where
    F: Fn(&Received) -> http::Response<cliq_tests_provider::Body> + Send + Sync + 'static,
{
    let server = Server::start(respond).await;
    let provider = DepotProvider {
        base_url: server.url(),
    };
    let client = Client::of(provider)
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = client.create_item("a").await.unwrap_err();
    assert_neutral(&error);
    error
}

#[tokio::test]
async fn errors_in_a_list() {
    #[derive(Deserialize)]
    struct Own {
        errors: Vec<Problem>,
    }
    #[derive(Deserialize)]
    struct Problem {
        field: String,
    }
    let body = r#"{"message": "Validation Failed",
        "errors": [{"resource": "Item", "field": "name", "code": "already_exists"}]}"#;
    let error = error_of(|_| json(422, body)).await;
    assert_eq!(
        error.to_string(),
        "create_item (POST /v1/items): 422 Unprocessable Entity: already_exists: Validation Failed"
    );
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Status, Sent::Answered)
    );
    let own: Own = error.json().unwrap();
    assert_eq!(own.errors[0].field, "name");
}

#[tokio::test]
async fn a_main_that_returns_an_error_prints_one_line() {
    let error = error_of(|_| json(404, r#"{"message": "Not Found"}"#)).await;
    assert!(error.is_not_found());
    let printed = format!("{error:?}");
    assert_eq!(
        printed,
        "create_item (POST /v1/items): 404 Not Found: Not Found"
    );
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let error = error_of(|_| {
        let response = http::Response::builder().status(302);
        response
            .header("location", "/elsewhere")
            .body(whole(""))
            .unwrap()
    })
    .await;
    assert_eq!(
        error.to_string(),
        "create_item (POST /v1/items): 302 Found (redirects are not followed; is the base URL right?)"
    );
}

#[tokio::test]
async fn plain_text_is_shown() {
    let error = error_of(|_| {
        let response = http::Response::builder().status(500);
        let response = response.header("content-type", "text/plain");
        response.body(whole("Down for repair")).unwrap()
    })
    .await;
    assert!(
        error
            .to_string()
            .contains("Down for repair (the server failed"),
        "{error}"
    );
}

#[tokio::test]
async fn a_403_may_mean_too_many_calls() {
    let error = error_of(|_| {
        let mut response = json(403, r#"{"message": "API rate limit exceeded"}"#);
        let headers = response.headers_mut();
        headers.insert("x-ratelimit-remaining", "0".parse().unwrap());
        headers.insert("x-ratelimit-reset", "90".parse().unwrap());
        response
    })
    .await;
    assert!(error.is_throttled());
    // Includes the limiter's margin.
    let wait = error.retry_after().unwrap();
    assert!((90..95).contains(&wait.as_secs()), "{wait:?}");
    assert!(
        error
            .to_string()
            .contains("the hourly limit of this user is used up"),
        "{error}"
    );
    let error = error_of(|_| json(403, r#"{"message": "Resource not accessible"}"#)).await;
    assert!(!error.is_throttled());
}

#[tokio::test]
async fn scopes_are_compared_as_the_provider_does() {
    use cliq_api::auth::{AccessToken, Credentials};
    let server = depot().await;
    let call = async |scopes: &str| {
        let provider = DepotProvider {
            base_url: server.url(),
        };
        let token = AccessToken::new("s3cret").with_scopes(scopes);
        let client = Client::of(provider).credentials(Credentials::access_token(token));
        client.build().unwrap().get_item(1_u32).await
    };
    call("items:read").await.unwrap();
    call("admin").await.unwrap();
    let error = call("items:write").await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Scope, Sent::No));
    assert_neutral(&error);
}

/// A dynamic call is like a typed one: its error has the attempts if the response can't be decoded.
#[tokio::test]
async fn a_response_that_is_no_json_counts_as_an_attempt() {
    let server = Server::start(|_| http::Response::new(whole("<html>"))).await;
    let client = client(&server).build().unwrap();
    let typed = client.get_item(1_u32).await.unwrap_err();
    let get = DEPOT.iter().find(|meta| meta.name() == "get_item").unwrap();
    let dynamic = client.call(get).set("ID", &1).await.unwrap_err();
    for error in [typed, dynamic] {
        assert_eq!(
            (error.kind(), error.attempts().len()),
            (ErrorKind::Decode, 1)
        );
        assert_eq!(error.body().unwrap(), "<html>");
        assert_neutral(&error);
    }
}
