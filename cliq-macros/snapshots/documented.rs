/// An API.
#[cfg_attr(docsrs, doc(cfg(feature = "api")))]
pub trait Api: ::cliq_api::Caller {
    /// Finds things.
    ///
    /// ```
    /// let code = 1;
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "find")))]
    #[cfg_attr(feature = "old", deprecated)]
    #[allow(clippy::too_many_arguments)]
    /**

 `GET /find/<ID>`

 Limit: 1 call per second and user.

 - `id`: Which.*/
    #[allow(deprecated)]
    fn find(&self, id: u32) -> FindRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::call::<__api::Find>().path::<u32>(0, id),
        )
    }
}
impl<AnyCaller: ::cliq_api::Caller + ?::core::marker::Sized> Api for AnyCaller {}
/// All endpoints of [`Api`], in the order in which they are declared.
#[allow(dead_code, deprecated, unreachable_pub)]
pub static API: &::cliq_api::Endpoints = &::cliq_api::Endpoints::new(|| {
    &[<__api::Find as ::cliq_api::__private::Declaration>::META]
});
#[cfg_attr(not(doctest), doc = r" Finds things.")]
#[cfg_attr(not(doctest), doc = r"")]
#[cfg_attr(not(doctest), doc = r" ```")]
#[cfg_attr(not(doctest), doc = r" let code = 1;")]
#[cfg_attr(not(doctest), doc = r" ```")]
#[cfg_attr(docsrs, doc(cfg(feature = "find")))]
#[cfg_attr(feature = "old", deprecated)]
#[allow(clippy::too_many_arguments)]
#[cfg_attr(
    not(doctest),
    doc = "\n\n `GET /find/<ID>`\n\n Limit: 1 call per second and user.\n\n - `id`: Which."
)]
#[cfg_attr(doc, doc = "\n\n The call of [`Api::find`](Api::find), not sent yet.")]
#[allow(dead_code, unreachable_pub)]
pub type FindRequest = ApiCall<__api::Find>;
#[allow(clippy::too_many_arguments)]
#[allow(deprecated)]
#[automatically_derived]
impl ::cliq_api::__private::JsonDeclaration for __api::Find {
    type Response = Vec<Item>;
    const META: &'static ::cliq_api::EndpointMeta = &ApiCall::<()>::SHARED
        .get(
            "find",
            "Finds things.",
            "/find/<ID>",
            &[],
            &[
                ::cliq_api::Param::path("ID", true, "Which.").integer(),
                ::cliq_api::Param::query("n", false, "How many.").integer(),
            ],
        );
}
#[allow(clippy::too_many_arguments)]
#[allow(deprecated)]
#[allow(dead_code, unreachable_pub)]
impl ApiCall<__api::Find> {
    /// How many.
    /**

 Sets the query parameter `n`.*/
    pub fn n(self, n: u8) -> Self {
        Self(self.0.query::<u8>(1, n), self.1)
    }
}
#[doc(hidden)]
#[allow(dead_code, missing_docs, missing_debug_implementations, unreachable_pub)]
pub mod __api {
    pub struct Find {}
}
/// A call of one of the endpoints of [`Api`], not sent yet.
#[allow(dead_code, non_camel_case_types, unreachable_pub)]
#[must_use = "a call does nothing until it is awaited or sent"]
pub struct ApiCall<E>(::cliq_api::__private::Call, ::cliq_api::__private::Of<E>);
impl ApiCall<()> {
    const SHARED: ::cliq_api::EndpointMeta = ::cliq_api::EndpointMeta {
        table: || API,
        api: "Api",
        api_summary: "An API.",
        limits: &[::cliq_api::__private::limit(1, 1)],
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
