//! Requests without a body have `Content-Length: 0` if their method defines one (RFC 9110, section
//! 8.6): strict servers respond with 411 otherwise.

use std::sync::{Arc, Mutex};

use cliq_api::auth::{OAuth, OAuthClient, OAuthServer, ScopeSet};
use cliq_api::prelude::*;
use cliq_tests::over::{Needs, Over};
use cliq_tests::server::{Server, Step, answer};
use http::{HeaderMap, Method};
use tokio::net::TcpListener;

#[endpoints]
trait Empty {
    #[endpoint(POST "/")]
    fn post(&self);
    #[endpoint(PUT "/")]
    fn put(&self);
    #[endpoint(PATCH "/")]
    fn patch(&self);
    #[endpoint(PUT "/bytes")]
    fn put_bytes(&self, #[body(bytes)] content: Bytes);
    #[endpoint(GET "/")]
    fn get(&self);
    #[endpoint(DELETE "/")]
    fn delete(&self);
    #[endpoint(HEAD "/")]
    fn head(&self);
    #[endpoint(POST "/field")]
    fn post_field(&self, #[field] name: String);
}

async fn call_all(client: &Client) {
    client.post().await.unwrap();
    client.put().await.unwrap();
    client.patch().await.unwrap();
    client.put_bytes(Bytes::new()).await.unwrap();
    client.get().await.unwrap();
    client.delete().await.unwrap();
    client.head().await.unwrap();
    client.post_field("a").await.unwrap();
    // A header that the call sets is kept.
    let same = client.post();
    same.options(|options| options.header("Content-Length", "0"))
        .await
        .unwrap();
}

const EXPECTED: [(Method, Option<&str>); 9] = [
    (Method::POST, Some("0")),
    (Method::PUT, Some("0")),
    (Method::PATCH, Some("0")),
    (Method::PUT, Some("0")),
    (Method::GET, None),
    (Method::DELETE, None),
    (Method::HEAD, None),
    (Method::POST, Some("12")),
    (Method::POST, Some("0")),
];

#[tokio::test]
async fn over_http_1() {
    for over in Over::ALL {
        let nothing = b"HTTP/1.1 204 No Content\r\n\r\n".to_vec();
        let server = Server::doing([Step::Read, Step::Write(nothing), Step::Again]);
        let client = over.build(Client::builder(server.base_url()), Needs::default());
        call_all(&client.build().unwrap()).await;
        let requests = server.requests();
        assert_eq!(requests.len(), EXPECTED.len());
        for (request, (method, length)) in requests.iter().zip(EXPECTED) {
            assert!(request.starts_with(method.as_str()), "{request}");
            let lengths: Vec<_> = request
                .lines()
                .filter_map(|line| line.strip_prefix("content-length: "))
                .collect();
            assert_eq!(lengths, Vec::from_iter(length), "{over:?}: {request}");
            assert!(!request.contains("transfer-encoding"), "{request}");
        }
    }
}

#[tokio::test]
async fn over_http_2() {
    for over in Over::ALL {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::<Mutex<Vec<(Method, HeaderMap)>>>::default();
        let book = Arc::clone(&received);
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut connection = h2::server::handshake(stream).await.unwrap();
            while let Some(Ok((request, mut respond))) = connection.accept().await {
                let (head, _) = request.into_parts();
                book.lock().unwrap().push((head.method, head.headers));
                respond
                    .send_response(http::Response::new(()), true)
                    .unwrap();
            }
        });
        let needs = Needs {
            http2: true,
            ..Needs::default()
        };
        let client = Client::builder(format!("http://{address}"));
        call_all(&over.build(client, needs).build().unwrap()).await;
        let received = received.lock().unwrap();
        assert_eq!(received.len(), EXPECTED.len());
        for ((method, headers), (expected, length)) in received.iter().zip(EXPECTED) {
            let lengths: Vec<_> = headers.get_all("content-length").iter().collect();
            assert_eq!(method, expected);
            assert_eq!(lengths, Vec::from_iter(length), "{over:?}: {method}");
        }
    }
}

#[tokio::test]
async fn requests_to_an_authorization_server_have_a_length() {
    let token = answer("200 OK", r#"{"access_token": "a", "expires_in": 3600}"#);
    let server = Server::doing([Step::Read, Step::Write(token), Step::Again]);
    let url = server.base_url();
    let authority = OAuthServer::new(format!("{url}/token")).revocation_url(format!("{url}/gone"));
    let oauth = OAuth::builder(&OAuthClient::new(authority.clone(), "bot", "s3cret"))
        .build()
        .unwrap();
    oauth
        .client_credentials(&ScopeSet::from("a"))
        .await
        .unwrap();
    oauth.revoke("a", authority).await.unwrap();
    for request in server.requests() {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let line = format!("content-length: {}", body.len());
        assert!(head.lines().any(|found| found == line), "{request}");
    }
}
