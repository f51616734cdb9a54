//! Authorization other than OAuth.

use cliq_api::Provider;
use cliq_api::auth::{Basic, Bearer, HeaderKey};

use super::*;

#[tokio::test]
async fn bearer_basic_and_keys() {
    let server = depot().await;
    let send = async |builder: cliq_api::ClientBuilder| {
        builder.build().unwrap().get_item(1_u32).await.unwrap();
        server.last()
    };
    let received = send(client(&server).bearer("s3cret")).await;
    assert_eq!(received.values("authorization"), ["Bearer s3cret"]);
    let received = send(client(&server).basic("ryan", "s3cret")).await;
    assert_eq!(received.values("authorization"), ["Basic cnlhbjpzM2NyZXQ="]);
    let received = send(client(&server).header_key("X-Api-Key", "s3cret")).await;
    assert_eq!(received.values("x-api-key"), ["s3cret"]);
    assert!(received.values("authorization").is_empty());
    let key = HeaderKey::new("Authorization", "s3cret").prefix("Token ");
    let received = send(client(&server).authorizer(key)).await;
    assert_eq!(received.values("authorization"), ["Token s3cret"]);
    let received = send(client(&server).query_key("api_key", "s3cret&more")).await;
    assert_eq!(received.uri.query(), Some("api_key=s3cret%26more"));
    let received = send(client(&server)).await;
    assert!(received.values("authorization").is_empty());
}

#[tokio::test]
async fn a_token_is_announced_as_the_provider_does() {
    let server = depot().await;
    let provider = DepotProvider {
        base_url: server.url(),
    };
    assert_eq!(provider.announce("a").1, "token a");
    let client = Client::of(provider).access_token("s3cret").build().unwrap();
    client.get_item(1_u32).await.unwrap();
    assert_eq!(server.last().values("authorization"), ["token s3cret"]);
}

#[tokio::test]
async fn each_user_has_an_authorization() {
    let server = depot().await;
    let service = client(&server).build().unwrap();
    let ryan = service.as_user("ryan", Bearer::new("r1")).unwrap();
    let maria = service.as_user("maria", Basic::new("maria", "m1")).unwrap();
    for (user, sent) in [(&ryan, "Bearer r1"), (&maria, "Basic bWFyaWE6bTE=")] {
        user.get_item(1_u32).await.unwrap();
        assert_eq!(server.last().values("authorization"), [sent]);
    }
    assert_eq!(service.user_count(), 2);
}

#[tokio::test]
async fn secrets_stay_out_of_errors() {
    let server = Server::start(|_| json(401, r#"{"message": "Bad credentials"}"#)).await;
    for builder in [
        client(&server).bearer("s3cret"),
        client(&server).basic("ryan", "s3cret"),
        client(&server).header_key("X-Api-Key", "s3cret"),
        client(&server).query_key("api_key", "s3cret"),
    ] {
        let client = builder.build().unwrap();
        let error = client.get_item(1_u32).await.unwrap_err();
        let shown = format!("{error} {error:?} {error:#?} {client:?}");
        assert!(
            !shown.contains("s3cret") && !shown.contains("czNjcmV0"),
            "{shown}"
        );
        assert!(error.is_unauthorized());
        assert_eq!(
            error.to_string(),
            "get_item (GET /v1/items/<ID>): 401 Unauthorized: Bad credentials (the server rejected \
             the credentials: they are wrong, expired or revoked)"
        );
        assert_neutral(&error);
    }
    let error = client(&server)
        .build()
        .unwrap()
        .get_item(1_u32)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("the client has no credentials"),
        "{error}"
    );
}

#[test]
fn an_invalid_key_fails_to_build() {
    for builder in [
        Client::builder("https://api.example.com").bearer("two\nlines"),
        Client::builder("https://api.example.com").header_key("no header", "key"),
        Client::builder("https://api.example.com").default_header("X-A", "two\nlines"),
        Client::builder("https://api.example.com").default_header("no header", "a"),
        Client::builder("http://api.example.com"),
        Client::builder("api.example.com"),
    ] {
        assert_neutral(&builder.build().unwrap_err());
    }
}
