trait Api: ::cliq_api::Caller {
    #[allow(unused_variables)]
    fn get(&self, id: impl ::core::convert::Into<String>) -> GetRequest {
        ::cliq_api::__private::built(self, ::cliq_api::__private::call::<__api::Get>())
    }
    /// `GET /beside`
    fn beside(&self) -> BesideRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::call::<__api::Beside>(),
        )
    }
    fn both(&self) -> (GetRequest, BesideRequest) {
        (self.get("a"), self.beside())
    }
}
impl<AnyCaller: ::cliq_api::Caller + ?::core::marker::Sized> Api for AnyCaller {}
/// All endpoints of [`Api`], in the order in which they are declared.
#[allow(dead_code, deprecated, unreachable_pub)]
static API: &::cliq_api::Endpoints = &::cliq_api::Endpoints::new(|| {
    &[
        <__api::Get as ::cliq_api::__private::Declaration>::META,
        <__api::Beside as ::cliq_api::__private::Declaration>::META,
    ]
});
/// The call of [`Api::get`](Api::get), not sent yet.
#[allow(dead_code, unreachable_pub)]
type GetRequest = ApiCall<__api::Get>;
#[automatically_derived]
impl ::cliq_api::__private::JsonDeclaration for __api::Get {
    type Response = ::cliq_api::__private::Unknown;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        name: "get",
        summary: "",
        ..ApiCall::<()>::SHARED
    };
}
#[allow(dead_code, unreachable_pub)]
impl ApiCall<__api::Get> {
    #[allow(unused_variables)]
    fn a(self, a: u8) -> Self {
        self
    }
}
/// `GET /beside`
#[cfg_attr(doc, doc = "\n\n The call of [`Api::beside`](Api::beside), not sent yet.")]
#[allow(dead_code, unreachable_pub)]
type BesideRequest = ApiCall<__api::Beside>;
#[automatically_derived]
impl ::cliq_api::__private::Declaration for __api::Beside {
    type Response = ();
    type Decode = ::cliq_api::decode::Ignored;
    const META: &'static ::cliq_api::EndpointMeta = &ApiCall::<()>::SHARED
        .get("beside", "", "/beside", &[], &[]);
}
#[doc(hidden)]
#[allow(dead_code, missing_docs, missing_debug_implementations, unreachable_pub)]
mod __api {
    pub(super) struct Get {}
    pub(super) struct Beside {}
}
/// A call of one of the endpoints of [`Api`], not sent yet.
#[allow(dead_code, non_camel_case_types, unreachable_pub)]
#[must_use = "a call does nothing until it is awaited or sent"]
struct ApiCall<E>(::cliq_api::__private::Call, ::cliq_api::__private::Of<E>);
impl ApiCall<()> {
    const SHARED: ::cliq_api::EndpointMeta = ::cliq_api::EndpointMeta {
        table: || API,
        api: "Api",
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
::core::compile_error! {
    "`get`: incomplete or invalid method\nhelp: write it like `fn name(&self, argument: Type) -> Type;`"
}
