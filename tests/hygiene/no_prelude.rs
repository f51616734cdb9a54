//! A module without a prelude.

#![no_implicit_prelude]

/// Endpoints without the prelude.
#[::cliq_api::endpoints(base = "/api", limit = "20/min", lock = "10m", scope_prefix = "A")]
pub(crate) trait Plain {
    /// With all common keys.
    #[endpoint(POST "/a/<ID>", scope = "B", timeout = "3s", response = "data")]
    fn post_plain(
        &self,
        id: ::std::string::String,
        #[field] a: ::std::vec::Vec<::std::string::String>,
        #[field] b: ::core::option::Option<u8>,
        #[query] c: ::core::option::Option<::std::vec::Vec<u8>>,
        #[header("X-D")] d: ::core::option::Option<bool>,
    ) -> ::core::option::Option<::std::string::String>;

    /// With rare keys.
    #[endpoint(
        POST "/c/<PATH..>",
        limit = ["5/s", "9/day per app"],
        lock = none,
        header("X-A" = "1"),
        field("b" = 1),
        form = nested
    )]
    fn post_form(
        &self,
        path: ::std::vec::Vec<::std::string::String>,
        #[query(deep)] d: ::core::option::Option<::std::vec::Vec<u8>>,
        #[field] e: ::std::vec::Vec<::std::vec::Vec<::std::string::String>>,
        #[field(csv)] f: ::core::option::Option<::std::vec::Vec<u8>>,
    );

    /// With raw bodies.
    #[endpoint(PUT "/b")]
    fn put_plain(&self, #[body(bytes)] a: ::cliq_api::Bytes) -> ::cliq_api::Bytes;
}

#[::core::prelude::v1::test]
fn it_can_be_called() {
    use ::cliq_api::RequestExt as _;
    let client = ::cliq_api::Client::builder("http://localhost:1")
        .build()
        .unwrap();
    let request = client
        .post_plain("i", ["a"])
        .b(1)
        .c([1, 2])
        .d(true)
        .prepare()
        .unwrap();
    ::std::assert_eq!(request.uri(), "http://localhost:1/api/a/i?c=1&c=2");
    ::std::assert_eq!(request.body().as_bytes().unwrap(), &r#"{"a":["a"],"b":1}"#);
    let request = client.post_form(["p"], [["e"]]).d([1]).f([2, 3]);
    let request = request.prepare().unwrap();
    ::std::assert_eq!(request.uri(), "http://localhost:1/api/c/p?d%5B0%5D=1");
    ::std::assert_eq!(
        request.body().as_bytes().unwrap(),
        &"b=1&e%5B0%5D%5B0%5D=e&f=2,3"
    );
    ::std::assert_eq!(
        client
            .put_plain("x")
            .prepare()
            .unwrap()
            .body()
            .as_bytes()
            .unwrap(),
        &"x"
    );
}
