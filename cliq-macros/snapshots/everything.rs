#[cfg(feature = "api")]
pub(crate) trait Api: ::other::path::Caller {
    #[cfg(unix)]
    #[deprecated]
    /// `POST /v2/a/<ID>.json?constant=1`
    ///
    /// Scopes: any of `A`, `B`. Limit: 20 calls per minute and user, then locked for 5 minutes.
    #[allow(deprecated)]
    fn list_it(
        &self,
        id: u32,
        a: impl ::core::iter::IntoIterator<Item = impl ::core::convert::Into<String>>,
        c: impl ::core::convert::Into<Filter>,
    ) -> ListItRequest {
        ListItRequest(
            ::other::path::__private::Call::new(
                    self,
                    <ListItRequest as ::other::path::Endpoint>::META,
                )
                .path::<u32>(0, id)
                .query_repeated::<
                    String,
                >(1, ::other::path::__private::collect::<String>(a))
                .query_flatten::<Filter>(3, ::core::convert::Into::into(c)),
        )
    }
    /// `PUT /b`
    fn put_it(&self, a: impl ::core::convert::Into<String>) -> PutItRequest {
        PutItRequest(
            ::other::path::__private::Call::new(
                    self,
                    <PutItRequest as ::other::path::Endpoint>::META,
                )
                .form::<String>(0, ::core::convert::Into::into(a)),
        )
    }
    /// `PUT /c`
    ///
    /// Limit: 10 calls per 5 minutes and user.
    fn put_bytes(&self, a: impl ::core::convert::Into<Bytes>) -> PutBytesRequest {
        PutBytesRequest(
            ::other::path::__private::Call::new(
                    self,
                    <PutBytesRequest as ::other::path::Endpoint>::META,
                )
                .body_bytes::<Bytes>(0, ::core::convert::Into::into(a)),
        )
    }
    /// `PUT /c`
    ///
    /// Limit: 10 calls per 5 minutes and user.
    fn put_bytes_too(&self) -> PutBytesTooRequest {
        PutBytesTooRequest(
            ::other::path::__private::Call::new(
                self,
                <PutBytesTooRequest as ::other::path::Endpoint>::META,
            ),
        )
    }
    fn both(&self) -> (PutItRequest, PutItRequest) {
        (self.put_it("a"), self.put_it("b"))
    }
}
#[cfg(feature = "api")]
impl<__C: ::other::path::Caller + ?::core::marker::Sized> Api for __C {}
#[cfg(feature = "api")]
/// All endpoints of [`Api`], in the order in which they are declared.
#[allow(dead_code, deprecated)]
pub(crate) static API: &[&::other::path::EndpointMeta] = &[
    #[cfg(unix)]
    <ListItRequest as ::other::path::Endpoint>::META,
    <PutItRequest as ::other::path::Endpoint>::META,
    <PutBytesRequest as ::other::path::Endpoint>::META,
    <PutBytesTooRequest as ::other::path::Endpoint>::META,
];
#[cfg(feature = "api")]
#[cfg(unix)]
#[deprecated]
/// `POST /v2/a/<ID>.json?constant=1`
///
/// Scopes: any of `A`, `B`. Limit: 20 calls per minute and user, then locked for 5 minutes.
///
///The call of [`Api::list_it`](Api::list_it), not sent yet.
#[must_use = "a call does nothing until it is awaited or sent"]
#[allow(dead_code)]
pub(crate) struct ListItRequest(::other::path::__private::Call);
#[cfg(feature = "api")]
#[cfg(unix)]
#[allow(deprecated)]
#[automatically_derived]
impl ::other::path::Endpoint for ListItRequest {
    type Response = Page<Item>;
    type Decode = ::other::path::decode::Paged;
    const META: &'static ::other::path::EndpointMeta = &::other::path::EndpointMeta {
        name: "list_it",
        api: "Api",
        method: &::other::path::http::Method::POST,
        path: "/a/<ID>.json",
        base: "/v2",
        query: "constant=1",
        scopes: ::other::path::Scopes::Any(&["A", "B"]),
        limit: ::core::option::Option::Some(
            ::other::path::Limit::new(20, ::core::time::Duration::from_secs(60)),
        ),
        lock: ::core::option::Option::Some(::core::time::Duration::from_secs(300)),
        bucket: ::core::option::Option::Some("w"),
        page: ::core::option::Option::Some(
            ::other::path::PageMeta::new(&["data", "items"], &["meta", "next"], 6),
        ),
        timeout: ::core::option::Option::Some(::core::time::Duration::from_secs(3)),
        params: &[
            ::other::path::Param::new(
                "ID",
                ::other::path::Place::Path,
                ::other::path::Shape::Plain,
                true,
            ),
            ::other::path::Param::new(
                "a",
                ::other::path::Place::Query,
                ::other::path::Shape::Repeated,
                true,
            ),
            ::other::path::Param::new(
                "b",
                ::other::path::Place::Query,
                ::other::path::Shape::Csv,
                false,
            ),
            ::other::path::Param::new(
                "c",
                ::other::path::Place::Query,
                ::other::path::Shape::Flatten,
                true,
            ),
            ::other::path::Param::new(
                "X-D",
                ::other::path::Place::Header,
                ::other::path::Shape::Plain,
                false,
            ),
            ::other::path::Param::new(
                "e",
                ::other::path::Place::Field,
                ::other::path::Shape::Json,
                false,
            ),
            ::other::path::Param::new(
                "cursor",
                ::other::path::Place::Query,
                ::other::path::Shape::Plain,
                false,
            ),
        ],
        ..::other::path::EndpointMeta::DEFAULT
    };
    fn call(&mut self) -> &mut ::other::path::__private::Call {
        &mut self.0
    }
}
#[cfg(feature = "api")]
#[cfg(unix)]
#[allow(deprecated)]
#[automatically_derived]
impl ::core::future::IntoFuture for ListItRequest {
    type Output = ::core::result::Result<Page<Item>, ::other::path::Error>;
    type IntoFuture = ::other::path::Sending<Page<Item>>;
    fn into_future(self) -> Self::IntoFuture {
        ::other::path::__private::awaited(self)
    }
}
#[cfg(feature = "api")]
#[cfg(unix)]
#[allow(deprecated)]
#[automatically_derived]
impl ::core::clone::Clone for ListItRequest {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
#[cfg(feature = "api")]
#[cfg(unix)]
#[allow(deprecated)]
#[automatically_derived]
impl ::core::fmt::Debug for ListItRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
#[cfg(feature = "api")]
#[cfg(unix)]
#[allow(deprecated)]
#[allow(dead_code)]
impl ListItRequest {
    /// Sets the query parameter `b`.
    pub(crate) fn b(self, b: impl ::core::iter::IntoIterator<Item = u8>) -> Self {
        Self(self.0.query_csv::<u8>(2, ::other::path::__private::collect::<u8>(b)))
    }
    /// Sets the header `X-D`.
    pub(crate) fn d(self, d: bool) -> Self {
        Self(self.0.header::<bool>(4, d))
    }
    /// Its words.
    ///
    /// Sets the field `e` of the body.
    pub(crate) fn r#type(
        self,
        r#type: impl ::core::convert::Into<Option<String>>,
    ) -> Self {
        Self(self.0.field::<Option<String>>(5, ::core::convert::Into::into(r#type)))
    }
    /// Sets the query parameter `cursor`.
    pub(crate) fn cursor(self, cursor: impl ::core::convert::Into<String>) -> Self {
        Self(self.0.query::<String>(6, ::core::convert::Into::into(cursor)))
    }
}
#[cfg(feature = "api")]
/// `PUT /b`
///
///The call of [`Api::put_it`](Api::put_it), not sent yet.
#[must_use = "a call does nothing until it is awaited or sent"]
#[allow(dead_code)]
pub(crate) struct PutItRequest(::other::path::__private::Call);
#[cfg(feature = "api")]
#[automatically_derived]
impl ::other::path::Endpoint for PutItRequest {
    type Response = Option<Item>;
    type Decode = ::other::path::decode::Json;
    const META: &'static ::other::path::EndpointMeta = &::other::path::EndpointMeta {
        name: "put_it",
        api: "Api",
        method: &::other::path::http::Method::PUT,
        path: "/b",
        form: true,
        response: &["x", "y"],
        params: &[
            ::other::path::Param::new(
                "a",
                ::other::path::Place::Field,
                ::other::path::Shape::Plain,
                true,
            ),
            ::other::path::Param::new(
                "b",
                ::other::path::Place::Field,
                ::other::path::Shape::Repeated,
                false,
            ),
        ],
        ..::other::path::EndpointMeta::DEFAULT
    };
    fn call(&mut self) -> &mut ::other::path::__private::Call {
        &mut self.0
    }
}
#[cfg(feature = "api")]
#[automatically_derived]
impl ::core::future::IntoFuture for PutItRequest {
    type Output = ::core::result::Result<Option<Item>, ::other::path::Error>;
    type IntoFuture = ::other::path::Sending<Option<Item>>;
    fn into_future(self) -> Self::IntoFuture {
        ::other::path::__private::awaited(self)
    }
}
#[cfg(feature = "api")]
#[automatically_derived]
impl ::core::clone::Clone for PutItRequest {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
#[cfg(feature = "api")]
#[automatically_derived]
impl ::core::fmt::Debug for PutItRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
#[cfg(feature = "api")]
#[allow(dead_code)]
impl PutItRequest {
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
        )
    }
}
#[cfg(feature = "api")]
/// `PUT /c`
///
/// Limit: 10 calls per 5 minutes and user.
///
///The call of [`Api::put_bytes`](Api::put_bytes), not sent yet.
#[must_use = "a call does nothing until it is awaited or sent"]
#[allow(dead_code)]
pub(crate) struct PutBytesRequest(::other::path::__private::Call);
#[cfg(feature = "api")]
#[automatically_derived]
impl ::other::path::Endpoint for PutBytesRequest {
    type Response = Bytes;
    type Decode = ::other::path::decode::Raw;
    const META: &'static ::other::path::EndpointMeta = &::other::path::EndpointMeta {
        name: "put_bytes",
        api: "Api",
        method: &::other::path::http::Method::PUT,
        path: "/c",
        limit: ::core::option::Option::Some(
            ::other::path::Limit::new(10, ::core::time::Duration::from_secs(300)),
        ),
        params: &[
            ::other::path::Param::new(
                "a",
                ::other::path::Place::Body,
                ::other::path::Shape::Bytes("application/octet-stream"),
                true,
            ),
        ],
        ..::other::path::EndpointMeta::DEFAULT
    };
    fn call(&mut self) -> &mut ::other::path::__private::Call {
        &mut self.0
    }
}
#[cfg(feature = "api")]
#[automatically_derived]
impl ::core::future::IntoFuture for PutBytesRequest {
    type Output = ::core::result::Result<Bytes, ::other::path::Error>;
    type IntoFuture = ::other::path::Sending<Bytes>;
    fn into_future(self) -> Self::IntoFuture {
        ::other::path::__private::awaited(self)
    }
}
#[cfg(feature = "api")]
#[automatically_derived]
impl ::core::clone::Clone for PutBytesRequest {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
#[cfg(feature = "api")]
#[automatically_derived]
impl ::core::fmt::Debug for PutBytesRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
#[cfg(feature = "api")]
/// `PUT /c`
///
/// Limit: 10 calls per 5 minutes and user.
///
///The call of [`Api::put_bytes_too`](Api::put_bytes_too), not sent yet.
#[must_use = "a call does nothing until it is awaited or sent"]
#[allow(dead_code)]
pub(crate) struct PutBytesTooRequest(::other::path::__private::Call);
#[cfg(feature = "api")]
#[automatically_derived]
impl ::other::path::Endpoint for PutBytesTooRequest {
    type Response = ();
    type Decode = ::other::path::decode::Ignored;
    const META: &'static ::other::path::EndpointMeta = &::other::path::EndpointMeta {
        name: "put_bytes_too",
        api: "Api",
        method: &::other::path::http::Method::PUT,
        path: "/c",
        limit: ::core::option::Option::Some(
            ::other::path::Limit::new(10, ::core::time::Duration::from_secs(300)),
        ),
        params: &[
            ::other::path::Param::new(
                "a",
                ::other::path::Place::Body,
                ::other::path::Shape::Json,
                false,
            ),
        ],
        ..::other::path::EndpointMeta::DEFAULT
    };
    fn call(&mut self) -> &mut ::other::path::__private::Call {
        &mut self.0
    }
}
#[cfg(feature = "api")]
#[automatically_derived]
impl ::core::future::IntoFuture for PutBytesTooRequest {
    type Output = ::core::result::Result<(), ::other::path::Error>;
    type IntoFuture = ::other::path::Sending<()>;
    fn into_future(self) -> Self::IntoFuture {
        ::other::path::__private::awaited(self)
    }
}
#[cfg(feature = "api")]
#[automatically_derived]
impl ::core::clone::Clone for PutBytesTooRequest {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
#[cfg(feature = "api")]
#[automatically_derived]
impl ::core::fmt::Debug for PutBytesTooRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
#[cfg(feature = "api")]
#[allow(dead_code)]
impl PutBytesTooRequest {
    /// Sets the whole body.
    pub(crate) fn a(self, a: impl ::core::convert::Into<Item>) -> Self {
        Self(self.0.body::<Item>(0, ::core::convert::Into::into(a)))
    }
}
