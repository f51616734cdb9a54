trait Files: ::cliq_api::Caller {
    /// `POST /a`
    fn post(&self, a: impl ::core::convert::Into<String>) -> PostRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::call::<__files::Post>().part::<String>(0, a),
        )
    }
    /// `PUT /b`
    fn put(&self, content: impl ::core::convert::Into<Body>) -> PutRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::call::<__files::Put>().body_stream::<Body>(0, content),
        )
    }
    /// `GET /c`
    fn list(&self) -> ListRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::call::<__files::List>(),
        )
    }
    /// `GET /d`
    fn list_linked(&self) -> ListLinkedRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::call::<__files::ListLinked>(),
        )
    }
    /// `GET /e`
    fn watch(&self) -> WatchRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::call::<__files::Watch>(),
        )
    }
}
impl<AnyCaller: ::cliq_api::Caller + ?::core::marker::Sized> Files for AnyCaller {}
/// All endpoints of [`Files`], in the order in which they are declared.
#[allow(dead_code, deprecated, unreachable_pub)]
static FILES: &::cliq_api::Endpoints = &::cliq_api::Endpoints::new(|| {
    &[
        <__files::Post as ::cliq_api::__private::Declaration>::META,
        <__files::Put as ::cliq_api::__private::Declaration>::META,
        <__files::List as ::cliq_api::__private::Declaration>::META,
        <__files::ListLinked as ::cliq_api::__private::Declaration>::META,
        <__files::Watch as ::cliq_api::__private::Declaration>::META,
    ]
});
/// `POST /a`
#[cfg_attr(doc, doc = "\n\n The call of [`Files::post`](Files::post), not sent yet.")]
#[allow(dead_code, unreachable_pub)]
type PostRequest = FilesCall<__files::Post>;
#[automatically_derived]
impl ::cliq_api::__private::Declaration for __files::Post {
    type Response = Text;
    type Decode = ::cliq_api::decode::Text;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        idempotent: true,
        kind: ::cliq_api::ResponseKind::Text,
        idempotency_key: ::core::option::Option::Some("Idempotency-Key"),
        ..FilesCall::<()>::SHARED
            .post(
                "post",
                "",
                "/a",
                &[],
                &[
                    ::cliq_api::Param::new(
                            "a",
                            ::cliq_api::Place::Part,
                            ::cliq_api::Shape::Plain,
                            true,
                            "",
                        )
                        .string(),
                    ::cliq_api::Param::new(
                        "b",
                        ::cliq_api::Place::Part,
                        ::cliq_api::Shape::Files,
                        false,
                        "",
                    ),
                ],
            )
    };
}
#[allow(dead_code, unreachable_pub)]
impl FilesCall<__files::Post> {
    /// Sets the part `b` of the body.
    fn files(
        self,
        files: impl ::core::iter::IntoIterator<Item = impl ::core::convert::Into<Part>>,
    ) -> Self {
        Self(
            self.0.part_files::<Part>(1, ::cliq_api::__private::collect::<Part>(files)),
            self.1,
        )
    }
}
/// `PUT /b`
#[cfg_attr(doc, doc = "\n\n The call of [`Files::put`](Files::put), not sent yet.")]
#[allow(dead_code, unreachable_pub)]
type PutRequest = FilesCall<__files::Put>;
#[automatically_derived]
impl ::cliq_api::__private::Declaration for __files::Put {
    type Response = Download;
    type Decode = ::cliq_api::decode::Download;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        kind: ::cliq_api::ResponseKind::Download,
        ..FilesCall::<()>::SHARED
            .put(
                "put",
                "",
                "/b",
                &[],
                &[
                    ::cliq_api::Param::new(
                        "content",
                        ::cliq_api::Place::Body,
                        ::cliq_api::Shape::Bytes("image/png"),
                        true,
                        "",
                    ),
                ],
            )
    };
}
/// `GET /c`
#[cfg_attr(doc, doc = "\n\n The call of [`Files::list`](Files::list), not sent yet.")]
#[allow(dead_code, unreachable_pub)]
type ListRequest = FilesCall<__files::List>;
#[automatically_derived]
impl ::cliq_api::__private::Declaration for __files::List {
    type Response = Page<Item>;
    type Decode = ::cliq_api::decode::Paged;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        page: ::core::option::Option::Some(
            ::cliq_api::PageMeta::number(&["data"], 0, 0).with_more(&["more"]),
        ),
        ..FilesCall::<()>::SHARED
            .get(
                "list",
                "",
                "/c",
                &[],
                &[::cliq_api::Param::query("p", false, "").integer()],
            )
    };
}
#[allow(dead_code, unreachable_pub)]
impl FilesCall<__files::List> {
    /// Sets the query parameter `p`.
    fn page(self, page: u32) -> Self {
        Self(self.0.query::<u32>(0, page), self.1)
    }
}
/// `GET /d`
#[cfg_attr(
    doc,
    doc = "\n\n The call of [`Files::list_linked`](Files::list_linked), not sent yet."
)]
#[allow(dead_code, unreachable_pub)]
type ListLinkedRequest = FilesCall<__files::ListLinked>;
#[automatically_derived]
impl ::cliq_api::__private::Declaration for __files::ListLinked {
    type Response = Page<Item>;
    type Decode = ::cliq_api::decode::Paged;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        page: ::core::option::Option::Some(::cliq_api::PageMeta::link(&[])),
        ..FilesCall::<()>::SHARED.get("list_linked", "", "/d", &[], &[])
    };
}
/// `GET /e`
#[cfg_attr(doc, doc = "\n\n The call of [`Files::watch`](Files::watch), not sent yet.")]
#[allow(dead_code, unreachable_pub)]
type WatchRequest = FilesCall<__files::Watch>;
#[automatically_derived]
impl ::cliq_api::__private::Declaration for __files::Watch {
    type Response = Events<Item>;
    type Decode = ::cliq_api::decode::Events;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        kind: ::cliq_api::ResponseKind::Events,
        ..FilesCall::<()>::SHARED.get("watch", "", "/e", &[], &[])
    };
}
#[doc(hidden)]
#[allow(dead_code, missing_docs, missing_debug_implementations, unreachable_pub)]
mod __files {
    pub(super) struct Post {}
    pub(super) struct Put {}
    pub(super) struct List {}
    pub(super) struct ListLinked {}
    pub(super) struct Watch {}
}
/// A call of one of the endpoints of [`Files`], not sent yet.
#[allow(dead_code, non_camel_case_types, unreachable_pub)]
#[must_use = "a call does nothing until it is awaited or sent"]
struct FilesCall<E>(::cliq_api::__private::Call, ::cliq_api::__private::Of<E>);
impl FilesCall<()> {
    const SHARED: ::cliq_api::EndpointMeta = ::cliq_api::EndpointMeta {
        table: || FILES,
        api: "Files",
        ..::cliq_api::EndpointMeta::DEFAULT
    };
}
#[automatically_derived]
impl<E: 'static> ::cliq_api::__private::Builder for FilesCall<E> {
    fn new(
        call: ::cliq_api::__private::Call,
        context: ::cliq_api::__private::Context,
    ) -> Self {
        Self(call, ::cliq_api::__private::Of::new(context))
    }
    fn call(&mut self) -> &mut ::cliq_api::__private::Call {
        &mut self.0
    }
    fn context(&mut self) -> &mut ::cliq_api::__private::Context {
        self.1.context()
    }
}
#[automatically_derived]
impl<E: ::cliq_api::__private::Declaration> ::cliq_api::Endpoint for FilesCall<E> {
    type Response = E::Response;
    type Decode = E::Decode;
    const META: &'static ::cliq_api::EndpointMeta = E::META;
}
#[automatically_derived]
impl<E: 'static> ::core::future::IntoFuture for FilesCall<E>
where
    Self: ::cliq_api::Endpoint,
{
    type Output = ::core::result::Result<
        <Self as ::cliq_api::Endpoint>::Response,
        ::cliq_api::Error,
    >;
    type IntoFuture = ::cliq_api::ResponseFuture<
        <Self as ::cliq_api::Endpoint>::Response,
    >;
    fn into_future(self) -> Self::IntoFuture {
        ::cliq_api::__private::awaited(self)
    }
}
#[automatically_derived]
impl<E> ::core::clone::Clone for FilesCall<E> {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0), ::core::clone::Clone::clone(&self.1))
    }
}
#[automatically_derived]
impl<E> ::core::fmt::Debug for FilesCall<E> {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
