pub trait Api: ::cliq_api::Caller {
    /** `OPTIONS /a/<PATH..>`

 Limits: 100 calls per second and user, 10000 calls per day for all users together.*/
    fn inherits(&self, path: impl ::core::convert::Into<String>) -> InheritsRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::call::<__api::Inherits>().path_rest::<String>(0, path),
        )
    }
    /** `POST /b/<IDS>/<PATH..>`

 Limits: 100 calls per second and user, 10000 calls per day for all users together.*/
    fn replaces(
        &self,
        ids: impl ::core::iter::IntoIterator<Item = u32>,
        path: impl ::core::iter::IntoIterator<Item = impl ::core::convert::Into<String>>,
        items: impl ::core::iter::IntoIterator<Item = impl ::core::convert::Into<Item>>,
    ) -> ReplacesRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::call::<__api::Replaces>()
                .path_csv::<u32>(0, ::cliq_api::__private::collect::<u32>(ids))
                .path_segments::<
                    String,
                >(1, ::cliq_api::__private::collect::<String>(path))
                .form_nested::<
                    Vec<Item>,
                >(3, ::cliq_api::__private::collect::<Item>(items)),
        )
    }
    /// Leaves
    /// things out.
    ///
    /// More words.
    /**

 `PUT /c`

 Limit: 5 calls per second and user.*/
    fn optional(&self) -> OptionalRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::call::<__api::Optional>(),
        )
    }
}
impl<AnyCaller: ::cliq_api::Caller + ?::core::marker::Sized> Api for AnyCaller {}
/// All endpoints of [`Api`], in the order in which they are declared.
#[allow(dead_code, deprecated, unreachable_pub)]
pub static API: &::cliq_api::Endpoints = &::cliq_api::Endpoints::new(|| {
    &[
        <__api::Inherits as ::cliq_api::__private::Declaration>::META,
        <__api::Replaces as ::cliq_api::__private::Declaration>::META,
        <__api::Optional as ::cliq_api::__private::Declaration>::META,
    ]
});
/** `OPTIONS /a/<PATH..>`

 Limits: 100 calls per second and user, 10000 calls per day for all users together.*/
#[cfg_attr(
    doc,
    doc = "\n\n The call of [`Api::inherits`](Api::inherits), not sent yet."
)]
#[allow(dead_code, unreachable_pub)]
pub type InheritsRequest = ApiCall<__api::Inherits>;
#[automatically_derived]
impl ::cliq_api::__private::Declaration for __api::Inherits {
    type Response = ();
    type Decode = ::cliq_api::decode::Ignored;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        param_schemas: &[
            ::core::option::Option::Some(::cliq_api::__private::schema::<String>),
        ],
        ..ApiCall::<()>::SHARED
            .options(
                "inherits",
                "",
                "/a/<PATH..>",
                &[],
                &[
                    ::cliq_api::Param::new(
                            "PATH",
                            ::cliq_api::Place::Path,
                            ::cliq_api::Shape::Segments,
                            true,
                            "",
                        )
                        .string(),
                ],
            )
    };
}
/** `POST /b/<IDS>/<PATH..>`

 Limits: 100 calls per second and user, 10000 calls per day for all users together.*/
#[cfg_attr(
    doc,
    doc = "\n\n The call of [`Api::replaces`](Api::replaces), not sent yet."
)]
#[allow(dead_code, unreachable_pub)]
pub type ReplacesRequest = ApiCall<__api::Replaces>;
#[automatically_derived]
impl ::cliq_api::__private::JsonDeclaration for __api::Replaces {
    type Response = Vec<Item>;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        lock: ::cliq_api::Lockout::None,
        bucket: ::core::option::Option::None,
        server: ::core::option::Option::None,
        headers: &[("X-Other", "a"), ("x-version", "2")],
        fields: &[
            ("action", "\"close\""),
            ("depth", "-1"),
            ("share", "1.5"),
            ("loud", "true"),
        ],
        form: true,
        nested: true,
        response_schema: ::core::option::Option::Some(
            ::cliq_api::__private::schema::<Vec<Item>>,
        ),
        param_schemas: &[
            ::core::option::Option::Some(::cliq_api::__private::schema::<Vec<u32>>),
            ::core::option::Option::Some(::cliq_api::__private::schema::<Vec<String>>),
            ::core::option::Option::Some(::cliq_api::__private::schema::<Sort>),
            ::core::option::Option::Some(::cliq_api::__private::schema::<Vec<Item>>),
            ::core::option::Option::Some(::cliq_api::__private::schema::<Map>),
        ],
        ..ApiCall::<()>::SHARED
            .post(
                "replaces",
                "",
                "/b/<IDS>/<PATH..>",
                &[],
                &[
                    ::cliq_api::Param::new(
                            "IDS",
                            ::cliq_api::Place::Path,
                            ::cliq_api::Shape::Csv,
                            true,
                            "",
                        )
                        .integer(),
                    ::cliq_api::Param::new(
                            "PATH",
                            ::cliq_api::Place::Path,
                            ::cliq_api::Shape::Segments,
                            true,
                            "",
                        )
                        .string(),
                    ::cliq_api::Param::new(
                        "sort",
                        ::cliq_api::Place::Query,
                        ::cliq_api::Shape::Deep,
                        false,
                        "How it is sorted.",
                    ),
                    ::cliq_api::Param::new(
                        "items",
                        ::cliq_api::Place::Field,
                        ::cliq_api::Shape::Deep,
                        true,
                        "",
                    ),
                    ::cliq_api::Param::new(
                        "more",
                        ::cliq_api::Place::Field,
                        ::cliq_api::Shape::Flatten,
                        false,
                        "",
                    ),
                ],
            )
    };
}
#[allow(dead_code, unreachable_pub)]
impl ApiCall<__api::Replaces> {
    /// How it is sorted.
    ///
    /// By nothing else.
    /**

 Sets the query parameter `sort`.*/
    pub fn sort(self, sort: impl ::core::convert::Into<Sort>) -> Self {
        Self(self.0.query_deep::<Sort>(2, sort), self.1)
    }
    /// Sets fields of the body, one for each member.
    pub fn more(self, more: impl ::core::convert::Into<Map>) -> Self {
        Self(self.0.field_flatten::<Map>(4, more), self.1)
    }
}
/// Leaves
/// things out.
///
/// More words.
/**

 `PUT /c`

 Limit: 5 calls per second and user.*/
#[cfg_attr(
    doc,
    doc = "\n\n The call of [`Api::optional`](Api::optional), not sent yet."
)]
#[allow(dead_code, unreachable_pub)]
pub type OptionalRequest = ApiCall<__api::Optional>;
#[automatically_derived]
impl ::cliq_api::__private::JsonDeclaration for __api::Optional {
    type Response = Item;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        limits: &[::cliq_api::__private::limit(5, 1)],
        bucket: ::core::option::Option::None,
        body_optional: true,
        response_schema: ::core::option::Option::Some(
            ::cliq_api::__private::schema::<Item>,
        ),
        param_schemas: &[
            ::core::option::Option::Some(::cliq_api::__private::schema::<Vec<String>>),
            ::core::option::Option::Some(
                ::cliq_api::__private::schema::<Vec<Vec<String>>>,
            ),
        ],
        ..ApiCall::<()>::SHARED
            .put(
                "optional",
                "Leaves things out.",
                "/c",
                &[],
                &[
                    ::cliq_api::Param::new(
                            "ids",
                            ::cliq_api::Place::Field,
                            ::cliq_api::Shape::Csv,
                            false,
                            "",
                        )
                        .string(),
                    ::cliq_api::Param::field("rows", false, "").list(),
                ],
            )
    };
}
#[allow(dead_code, unreachable_pub)]
impl ApiCall<__api::Optional> {
    /// Sets the field `ids` of the body.
    pub fn ids(
        self,
        ids: impl ::core::iter::IntoIterator<Item = impl ::core::convert::Into<String>>,
    ) -> Self {
        Self(
            self.0.field_csv::<String>(0, ::cliq_api::__private::collect::<String>(ids)),
            self.1,
        )
    }
    /// Sets the field `rows` of the body.
    pub fn rows(
        self,
        rows: impl ::core::iter::IntoIterator<
            Item = impl ::core::iter::IntoIterator<
                Item = impl ::core::convert::Into<String>,
            >,
        >,
    ) -> Self {
        Self(
            self
                .0
                .field::<
                    Vec<Vec<String>>,
                >(1, ::cliq_api::__private::collect_lists::<String>(rows)),
            self.1,
        )
    }
}
#[doc(hidden)]
#[allow(dead_code, missing_docs, missing_debug_implementations, unreachable_pub)]
pub mod __api {
    pub struct Inherits {}
    pub struct Replaces {}
    pub struct Optional {}
}
/// A call of one of the endpoints of [`Api`], not sent yet.
#[allow(dead_code, non_camel_case_types, unreachable_pub)]
#[must_use = "a call does nothing until it is awaited or sent"]
pub struct ApiCall<E>(::cliq_api::__private::Call, ::cliq_api::__private::Of<E>);
impl ApiCall<()> {
    const SHARED: ::cliq_api::EndpointMeta = ::cliq_api::EndpointMeta {
        table: || API,
        api: "Api",
        limits: &[
            ::cliq_api::__private::limit(100, 1),
            ::cliq_api::__private::limit(10000, 86400).per_app(),
        ],
        bucket: ::core::option::Option::Some("all"),
        server: ::core::option::Option::Some("uploads"),
        headers: &[("X-Version", "1"), ("X-Other", "a")],
        ..::cliq_api::EndpointMeta::DEFAULT
    };
}
#[automatically_derived]
impl<E: 'static> ::cliq_api::__private::Builder for ApiCall<E> {
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
impl<E: ::cliq_api::__private::Declaration> ::cliq_api::Endpoint for ApiCall<E> {
    type Response = E::Response;
    type Decode = E::Decode;
    const META: &'static ::cliq_api::EndpointMeta = E::META;
}
#[automatically_derived]
impl<E: 'static> ::core::future::IntoFuture for ApiCall<E>
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
impl<E> ::core::clone::Clone for ApiCall<E> {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0), ::core::clone::Clone::clone(&self.1))
    }
}
#[automatically_derived]
impl<E> ::core::fmt::Debug for ApiCall<E> {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
