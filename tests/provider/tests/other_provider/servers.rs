//! Where calls go: a second server, users with a home server, plain HTTP.

use cliq_api::EndpointMeta;
use cliq_api::auth::{Bearer, Identity};

use super::*;

static UPLOAD: EndpointMeta = EndpointMeta {
    name: "upload",
    server: Some("uploads"),
    path: "/v1/items",
    ..EndpointMeta::DEFAULT
};

#[tokio::test]
async fn an_endpoint_may_be_on_another_server() {
    let (api, uploads) = (depot().await, depot().await);
    let client = client(&api)
        .server("uploads", uploads.url())
        .bearer("s3cret")
        .build()
        .unwrap();
    client.call(&UPLOAD).await.unwrap();
    assert_eq!((api.received().len(), uploads.received().len()), (0, 1));
    assert_eq!(uploads.last().values("authorization"), ["Bearer s3cret"]);

    let without = Client::builder(api.url()).build().unwrap();
    let error = without.call(&UPLOAD).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the client has no server `uploads`"),
        "{error}"
    );
    assert_neutral(&error);
}

#[tokio::test]
async fn a_user_may_have_a_home() {
    let (api, home) = (depot().await, depot().await);
    let provider = DepotProvider {
        base_url: api.url(),
    };
    let service = Client::of(provider).build().unwrap();
    let at_home = || Identity::from(Bearer::new("r1")).at(home.url());
    let ryan = service.as_user("ryan", at_home()).unwrap();
    ryan.get_item(1_u32).await.unwrap();
    assert_eq!((api.received().len(), home.received().len()), (0, 1));

    // An explicit base URL takes precedence.
    let service = client(&api).base_url(api.url()).build().unwrap();
    let ryan = service.as_user("ryan", at_home()).unwrap();
    ryan.get_item(1_u32).await.unwrap();
    assert_eq!((api.received().len(), home.received().len()), (1, 1));
}

#[test]
fn plain_http_beyond_this_machine_is_explicit() {
    let builder = || Client::builder("http://api.internal");
    let error = builder().build().unwrap_err();
    assert!(error.to_string().contains("allow_plain_http"), "{error}");
    builder().allow_plain_http().build().unwrap();
}
