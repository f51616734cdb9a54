//! A module whose items have the names of the standard library's, of the runtime's, and of
//! generated ones.

#![allow(dead_code, unused_macros)]

use cliq_api::prelude::endpoints;

mod std {}
mod core {}
mod alloc {}
mod cliq_api_ {}
struct Result;
struct Ok;
struct Err;
struct Some;
struct None;
struct Box;
struct Clone;
struct Debug;
struct Into;
struct IntoIterator;
struct IntoFuture;
struct Sized;
struct Self_;
struct Call;
struct Endpoint;
struct EndpointMeta;
struct Caller;
struct AnyCaller;
struct Send;

macro_rules! vec {
    () => {};
}
macro_rules! quote {
    () => {};
}

/// Endpoints among them.
#[endpoints(limit = "20/min", lock = "10m")]
pub(crate) trait Shadowed {
    /// Arguments bear the names of what generated code is made of.
    #[endpoint(POST "/a/<CALL>/<META>")]
    fn post_shadowed(
        &self,
        call: String,
        meta: String,
        #[field] client: String,
        #[field] builder: Option<String>,
        #[field] value: Option<String>,
        #[field] values: Option<Vec<String>>,
        #[query] f: Option<bool>,
        #[query] caller: Option<bool>,
        #[query] r#type: Option<String>,
        #[query] r#async: String,
    ) -> Option<String>;
}

#[test]
fn it_can_be_called() {
    use cliq_api::RequestExt as _;
    let client = cliq_api::Client::builder("http://localhost:1")
        .build()
        .unwrap();
    let request = client
        .post_shadowed("c", "m", "x", "a")
        .builder("b")
        .value("v")
        .values(["w"])
        .f(true)
        .caller(true)
        .r#type("t")
        .prepare()
        .unwrap();
    assert_eq!(
        request.uri(),
        "http://localhost:1/a/c/m?f=true&caller=true&type=t&async=a"
    );
    assert_eq!(
        request.body().as_bytes().unwrap(),
        &r#"{"client":"x","builder":"b","value":"v","values":["w"]}"#
    );
}
