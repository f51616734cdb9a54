trait Broken: ::cliq_api::Caller {
    #[allow(unused_variables)]
    fn get_it(&self, id: impl ::core::convert::Into<String>) -> GetItRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::call::<__broken::GetIt>(),
        )
    }
    /// `GET /beside`
    fn beside(&self) -> BesideRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::call::<__broken::Beside>(),
        )
    }
}
impl<AnyCaller: ::cliq_api::Caller + ?::core::marker::Sized> Broken for AnyCaller {}
/// All endpoints of [`Broken`], in the order in which they are declared.
#[allow(dead_code, deprecated, unreachable_pub)]
static BROKEN: &::cliq_api::Endpoints = &::cliq_api::Endpoints::new(|| {
    &[
        <__broken::GetIt as ::cliq_api::__private::Declaration>::META,
        <__broken::Beside as ::cliq_api::__private::Declaration>::META,
    ]
});
/// The call of [`Broken::get_it`](Broken::get_it), not sent yet.
#[allow(dead_code, unreachable_pub)]
type GetItRequest = BrokenCall<__broken::GetIt>;
#[automatically_derived]
impl ::cliq_api::__private::JsonDeclaration for __broken::GetIt {
    type Response = Vec<Item>;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        name: "get_it",
        summary: "",
        ..BrokenCall::<()>::SHARED
    };
}
#[allow(dead_code, unreachable_pub)]
impl BrokenCall<__broken::GetIt> {
    #[allow(unused_variables)]
    fn a(self, a: u8) -> Self {
        self
    }
    #[allow(unused_variables)]
    fn b(self, b: impl ::core::convert::Into<String>) -> Self {
        self
    }
}
/// `GET /beside`
#[cfg_attr(
    doc,
    doc = "\n\n The call of [`Broken::beside`](Broken::beside), not sent yet."
)]
#[allow(dead_code, unreachable_pub)]
type BesideRequest = BrokenCall<__broken::Beside>;
#[automatically_derived]
impl ::cliq_api::__private::Declaration for __broken::Beside {
    type Response = ();
    type Decode = ::cliq_api::decode::Ignored;
    const META: &'static ::cliq_api::EndpointMeta = &BrokenCall::<()>::SHARED
        .get("beside", "", "/beside", &[], &[]);
}
#[doc(hidden)]
#[allow(dead_code, missing_docs, missing_debug_implementations, unreachable_pub)]
mod __broken {
    pub(super) struct GetIt {}
    pub(super) struct Beside {}
}
/// A call of one of the endpoints of [`Broken`], not sent yet.
#[allow(dead_code, non_camel_case_types, unreachable_pub)]
#[must_use = "a call does nothing until it is awaited or sent"]
struct BrokenCall<E>(::cliq_api::__private::Call, ::cliq_api::__private::Of<E>);
impl BrokenCall<()> {
    const SHARED: ::cliq_api::EndpointMeta = ::cliq_api::EndpointMeta {
        table: || BROKEN,
        api: "Broken",
        ..::cliq_api::EndpointMeta::DEFAULT
    };
}
#[automatically_derived]
impl<E: 'static> ::cliq_api::__private::Builder for BrokenCall<E> {
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
impl<E: ::cliq_api::__private::Declaration> ::cliq_api::Endpoint for BrokenCall<E> {
    type Response = E::Response;
    type Decode = E::Decode;
    const META: &'static ::cliq_api::EndpointMeta = E::META;
}
#[automatically_derived]
impl<E: 'static> ::core::future::IntoFuture for BrokenCall<E>
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
impl<E> ::core::clone::Clone for BrokenCall<E> {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0), ::core::clone::Clone::clone(&self.1))
    }
}
#[automatically_derived]
impl<E> ::core::fmt::Debug for BrokenCall<E> {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
::core::compile_error! {
    "`get_it`: the path must begin with `/`\nhelp: write it like `\"/threads\"`"
}
::core::compile_error! {
    "`get_it`: invalid limit `\"often\"`\nhelp: write calls per time, such as `\"20/min\"`, `\"10/5min\"` or `\"500/day per app\"`, or `none`"
}
::core::compile_error! {
    "`get_it`: unknown attribute `#[nonsense]` on an argument\nhelp: expected one of `path`, `query`, `header`, `field`, `body`, `part`"
}
::core::compile_error! {
    "`get_it`: endpoints don't return `Result`, awaiting the builder does\nhelp: write `-> Vec<Item>`"
}
::core::compile_error! {
    "`get_it`: arguments must be owned\nhelp: use `String`; callers can still pass a reference"
}
