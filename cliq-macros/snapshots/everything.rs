#[cfg(feature = "api")]
pub(crate) trait Api: ::other::path::Caller {
    #[cfg(unix)]
    #[deprecated]
    /** `POST /v2/a/<ID>.json?constant=1`

 Scopes: any of `A`, `B`. Limit: 20 calls per minute and user, then locked for 5 minutes.*/
    #[allow(deprecated)]
    fn list_it(
        &self,
        id: u32,
        a: impl ::core::iter::IntoIterator<Item = impl ::core::convert::Into<String>>,
        c: impl ::core::convert::Into<Filter>,
    ) -> ListItRequest {
        ::other::path::__private::built(
            self,
            ::other::path::__private::call::<__api::ListIt>()
                .path::<u32>(0, id)
                .query_repeated::<
                    String,
                >(1, ::other::path::__private::collect::<String>(a))
                .query_flatten::<Filter>(3, c),
        )
    }
    /// `PUT /b`
    fn put_it(&self, a: impl ::core::convert::Into<String>) -> PutItRequest {
        ::other::path::__private::built(
            self,
            ::other::path::__private::call::<__api::PutIt>().form::<String>(0, a),
        )
    }
    /** `PUT /c`

 Limit: 20 calls per minute and user.*/
    fn put_bytes(&self, a: impl ::core::convert::Into<Bytes>) -> PutBytesRequest {
        ::other::path::__private::built(
            self,
            ::other::path::__private::call::<__api::PutBytes>().body_bytes::<Bytes>(0, a),
        )
    }
    /** `PUT /c`

 Limit: 10 calls per 5 minutes and user.*/
    fn put_bytes_too(&self) -> PutBytesTooRequest {
        ::other::path::__private::built(
            self,
            ::other::path::__private::call::<__api::PutBytesToo>(),
        )
    }
    fn both(&self) -> (PutItRequest, PutItRequest) {
        (self.put_it("a"), self.put_it("b"))
    }
}
#[cfg(feature = "api")]
impl<AnyCaller: ::other::path::Caller + ?::core::marker::Sized> Api for AnyCaller {}
#[cfg(feature = "api")]
/// All endpoints of [`Api`], in the order in which they are declared.
#[allow(dead_code, deprecated, unreachable_pub)]
pub(crate) static API: &::other::path::Endpoints = &::other::path::Endpoints::new(|| {
    &[
        #[cfg(unix)]
        <__api::ListIt as ::other::path::__private::Declaration>::META,
        <__api::PutIt as ::other::path::__private::Declaration>::META,
        <__api::PutBytes as ::other::path::__private::Declaration>::META,
        <__api::PutBytesToo as ::other::path::__private::Declaration>::META,
    ]
});
#[cfg(feature = "api")]
#[cfg(unix)]
#[deprecated]
/** `POST /v2/a/<ID>.json?constant=1`

 Scopes: any of `A`, `B`. Limit: 20 calls per minute and user, then locked for 5 minutes.*/
#[cfg_attr(doc, doc = "\n\n The call of [`Api::list_it`](Api::list_it), not sent yet.")]
#[allow(dead_code, unreachable_pub)]
pub(crate) type ListItRequest = ApiCall<__api::ListIt>;
#[cfg(feature = "api")]
#[cfg(unix)]
#[allow(deprecated)]
#[automatically_derived]
impl ::other::path::__private::Declaration for __api::ListIt {
    type Response = Page<Item>;
    type Decode = ::other::path::decode::Paged;
    const META: &'static ::other::path::EndpointMeta = &::other::path::EndpointMeta {
        deprecated: true,
        query: "constant=1",
        idempotent: true,
        page: ::core::option::Option::Some(
            ::other::path::PageMeta::new(&["data", "items"], &["meta", "next"], 6),
        ),
        timeout: ::other::path::__private::seconds(3),
        ..ApiCall::<()>::SHARED
            .post(
                "list_it",
                "",
                "/a/<ID>.json",
                &["A", "B"],
                &[
                    ::other::path::Param::path("ID", true, "").integer(),
                    ::other::path::Param::new(
                            "a",
                            ::other::path::Place::Query,
                            ::other::path::Shape::Repeated,
                            true,
                            "",
                        )
                        .string(),
                    ::other::path::Param::new(
                            "b",
                            ::other::path::Place::Query,
                            ::other::path::Shape::Csv,
                            false,
                            "",
                        )
                        .integer(),
                    ::other::path::Param::new(
                        "c",
                        ::other::path::Place::Query,
                        ::other::path::Shape::Flatten,
                        true,
                        "",
                    ),
                    ::other::path::Param::header("X-D", false, "").boolean(),
                    ::other::path::Param::field("e", false, "Its words."),
                    ::other::path::Param::query("cursor", false, "").string(),
                ],
            )
    };
}
#[cfg(feature = "api")]
#[cfg(unix)]
#[allow(deprecated)]
#[allow(dead_code, unreachable_pub)]
impl ApiCall<__api::ListIt> {
    /// Sets the query parameter `b`.
    pub(crate) fn b(self, b: impl ::core::iter::IntoIterator<Item = u8>) -> Self {
        Self(
            self.0.query_csv::<u8>(2, ::other::path::__private::collect::<u8>(b)),
            self.1,
        )
    }
    /// Sets the header `X-D`.
    pub(crate) fn d(self, d: bool) -> Self {
        Self(self.0.header::<bool>(4, d), self.1)
    }
    /// Its words.
    /**

 Sets the field `e` of the body.*/
    pub(crate) fn r#type(
        self,
        r#type: impl ::core::convert::Into<Option<String>>,
    ) -> Self {
        Self(self.0.field::<Option<String>>(5, r#type), self.1)
    }
    /// Sets the query parameter `cursor`.
    pub(crate) fn cursor(self, cursor: impl ::core::convert::Into<String>) -> Self {
        Self(self.0.query::<String>(6, cursor), self.1)
    }
}
#[cfg(feature = "api")]
/// `PUT /b`
#[cfg_attr(doc, doc = "\n\n The call of [`Api::put_it`](Api::put_it), not sent yet.")]
#[allow(dead_code, unreachable_pub)]
pub(crate) type PutItRequest = ApiCall<__api::PutIt>;
#[cfg(feature = "api")]
#[automatically_derived]
impl ::other::path::__private::JsonDeclaration for __api::PutIt {
    type Response = Option<Item>;
    const META: &'static ::other::path::EndpointMeta = &::other::path::EndpointMeta {
        base: "",
        limits: &[],
        lock: ::other::path::Lockout::Undeclared,
        bucket: ::core::option::Option::None,
        form: true,
        response: &["x", "y"],
        optional: true,
        ..ApiCall::<()>::SHARED
            .put(
                "put_it",
                "",
                "/b",
                &[],
                &[
                    ::other::path::Param::new(
                            "a",
                            ::other::path::Place::Field,
                            ::other::path::Shape::Plain,
                            true,
                            "",
                        )
                        .string(),
                    ::other::path::Param::new(
                            "b",
                            ::other::path::Place::Field,
                            ::other::path::Shape::Repeated,
                            false,
                            "",
                        )
                        .string(),
                ],
            )
    };
}
#[cfg(feature = "api")]
#[allow(dead_code, unreachable_pub)]
impl ApiCall<__api::PutIt> {
    /// Sets the field `b` of the body.
    pub(crate) fn b(
        self,
        b: impl ::core::iter::IntoIterator<Item = impl ::core::convert::Into<String>>,
    ) -> Self {
        Self(
            self
                .0
                .form_repeated::<
                    String,
                >(1, ::other::path::__private::collect::<String>(b)),
            self.1,
        )
    }
}
#[cfg(feature = "api")]
/** `PUT /c`

 Limit: 20 calls per minute and user.*/
#[cfg_attr(
    doc,
    doc = "\n\n The call of [`Api::put_bytes`](Api::put_bytes), not sent yet."
)]
#[allow(dead_code, unreachable_pub)]
pub(crate) type PutBytesRequest = ApiCall<__api::PutBytes>;
#[cfg(feature = "api")]
#[automatically_derived]
impl ::other::path::__private::Declaration for __api::PutBytes {
    type Response = Bytes;
    type Decode = ::other::path::decode::Raw;
    const META: &'static ::other::path::EndpointMeta = &::other::path::EndpointMeta {
        base: "",
        lock: ::other::path::Lockout::Undeclared,
        bucket: ::core::option::Option::None,
        kind: ::other::path::ResponseKind::Bytes,
        ..ApiCall::<()>::SHARED
            .put(
                "put_bytes",
                "",
                "/c",
                &[],
                &[
                    ::other::path::Param::new(
                        "a",
                        ::other::path::Place::Body,
                        ::other::path::Shape::Bytes("application/octet-stream"),
                        true,
                        "",
                    ),
                ],
            )
    };
}
#[cfg(feature = "api")]
/** `PUT /c`

 Limit: 10 calls per 5 minutes and user.*/
#[cfg_attr(
    doc,
    doc = "\n\n The call of [`Api::put_bytes_too`](Api::put_bytes_too), not sent yet."
)]
#[allow(dead_code, unreachable_pub)]
pub(crate) type PutBytesTooRequest = ApiCall<__api::PutBytesToo>;
#[cfg(feature = "api")]
#[automatically_derived]
impl ::other::path::__private::Declaration for __api::PutBytesToo {
    type Response = ();
    type Decode = ::other::path::decode::Ignored;
    const META: &'static ::other::path::EndpointMeta = &::other::path::EndpointMeta {
        base: "",
        limits: &[::other::path::__private::limit(10, 300)],
        lock: ::other::path::Lockout::Undeclared,
        bucket: ::core::option::Option::None,
        ..ApiCall::<()>::SHARED
            .put(
                "put_bytes_too",
                "",
                "/c",
                &[],
                &[
                    ::other::path::Param::new(
                        "a",
                        ::other::path::Place::Body,
                        ::other::path::Shape::Json,
                        false,
                        "",
                    ),
                ],
            )
    };
}
#[cfg(feature = "api")]
#[allow(dead_code, unreachable_pub)]
impl ApiCall<__api::PutBytesToo> {
    /// Sets the whole body.
    pub(crate) fn a(self, a: impl ::core::convert::Into<Item>) -> Self {
        Self(self.0.body::<Item>(0, a), self.1)
    }
}
#[cfg(feature = "api")]
#[doc(hidden)]
#[allow(dead_code, missing_docs, missing_debug_implementations, unreachable_pub)]
pub(crate) mod __api {
    #[cfg(unix)]
    pub(crate) struct ListIt {}
    pub(crate) struct PutIt {}
    pub(crate) struct PutBytes {}
    pub(crate) struct PutBytesToo {}
}
#[cfg(feature = "api")]
/// A call of one of the endpoints of [`Api`], not sent yet.
#[allow(dead_code, non_camel_case_types, unreachable_pub)]
#[must_use = "a call does nothing until it is awaited or sent"]
pub(crate) struct ApiCall<E>(
    ::other::path::__private::Call,
    ::other::path::__private::Of<E>,
);
#[cfg(feature = "api")]
impl ApiCall<()> {
    const SHARED: ::other::path::EndpointMeta = ::other::path::EndpointMeta {
        table: || API,
        api: "Api",
        base: "/v2",
        limits: &[::other::path::__private::limit(20, 60)],
        lock: ::other::path::__private::lock(300),
        bucket: ::core::option::Option::Some("w"),
        ..::other::path::EndpointMeta::DEFAULT
    };
}
#[cfg(feature = "api")]
#[automatically_derived]
impl<E: 'static> ::other::path::__private::Builder for ApiCall<E> {
    fn new(
        call: ::other::path::__private::Call,
        context: ::other::path::__private::Context,
    ) -> Self {
        Self(call, ::other::path::__private::Of::new(context))
    }
    fn call(&mut self) -> &mut ::other::path::__private::Call {
        &mut self.0
    }
    fn context(&mut self) -> &mut ::other::path::__private::Context {
        self.1.context()
    }
}
#[cfg(feature = "api")]
#[automatically_derived]
impl<E: ::other::path::__private::Declaration> ::other::path::Endpoint for ApiCall<E> {
    type Response = E::Response;
    type Decode = E::Decode;
    const META: &'static ::other::path::EndpointMeta = E::META;
}
#[cfg(feature = "api")]
#[automatically_derived]
impl<E: 'static> ::core::future::IntoFuture for ApiCall<E>
where
    Self: ::other::path::Endpoint,
{
    type Output = ::core::result::Result<
        <Self as ::other::path::Endpoint>::Response,
        ::other::path::Error,
    >;
    type IntoFuture = ::other::path::ResponseFuture<
        <Self as ::other::path::Endpoint>::Response,
    >;
    fn into_future(self) -> Self::IntoFuture {
        ::other::path::__private::awaited(self)
    }
}
#[cfg(feature = "api")]
#[automatically_derived]
impl<E> ::core::clone::Clone for ApiCall<E> {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0), ::core::clone::Clone::clone(&self.1))
    }
}
#[cfg(feature = "api")]
#[automatically_derived]
impl<E> ::core::fmt::Debug for ApiCall<E> {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
