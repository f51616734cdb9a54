//! Unusual names, and types that shadow well-known ones.

#![allow(clippy::used_underscore_binding, clippy::used_underscore_items)]

use cliq_api::http::Request;
use cliq_api::prelude::*;

/// Names that are keywords, or short in uppercase.
#[allow(non_camel_case_types, non_snake_case)]
#[endpoints]
pub(crate) trait r#match {
    #[endpoint(GET "/a/<TYPE>")]
    fn r#fn(&self, r#type: u8, #[query] r#in: Option<u8>) -> String;

    #[endpoint(GET "/b")]
    fn __(&self, #[query] _1: Option<u8>) -> String;

    #[endpoint(GET "/c")]
    fn _21(&self) -> String;

    #[endpoint(GET "/d")]
    fn request(&self) -> String;

    #[endpoint(GET "/e")]
    fn r#Self_(&self) -> String;

    #[endpoint(GET "/f")]
    fn größe(&self, #[query] straße: Option<u8>) -> String;
}

#[test]
fn odd_names() {
    let client = Client::builder("http://localhost:1").build().unwrap();
    let uri =
        |request: Request<cliq_api::Body>| request.uri().path_and_query().unwrap().to_string();
    assert_eq!(uri(client.r#fn(1).r#in(2).prepare().unwrap()), "/a/1?in=2");
    assert_eq!(uri(client.__()._1(2).prepare().unwrap()), "/b?_1=2");
    assert_eq!(uri(client._21().prepare().unwrap()), "/c");
    assert_eq!(uri(client.request().prepare().unwrap()), "/d");
    assert_eq!(uri(client.Self_().prepare().unwrap()), "/e");
    assert_eq!(
        uri(client.größe().straße(1).prepare().unwrap()),
        "/f?stra%C3%9Fe=1"
    );
    let builder: FnRequest = client.r#fn(1);
    assert_eq!(
        format!("{builder:?}"),
        "Call { endpoint: GET /a/<TYPE>, set: [\"TYPE\"], .. }"
    );
    assert_eq!(MATCH.len(), 6);
}

/// Expected lints apply to items generated from the method as well, and remain fulfilled.
mod expected {
    use cliq_api::prelude::*;

    #[deprecated]
    pub(crate) type Old = String;

    #[endpoints]
    pub(crate) trait Expected {
        #[expect(deprecated, reason = "it shows")]
        #[endpoint(GET "/a")]
        fn get_old(&self, #[query] old: Option<Old>) -> Old;

        #[expect(deprecated)]
        #[endpoint(GET "/b")]
        fn post_old(&self, #[query] old: Old);

        #[cfg_attr(not(any()), expect(deprecated))]
        #[endpoint(GET "/c")]
        fn put_old(&self) -> Option<Old>;
    }

    #[test]
    fn they_are_there() {
        assert_eq!(EXPECTED.len(), 3);
    }
}
