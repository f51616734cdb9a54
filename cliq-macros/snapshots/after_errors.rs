trait Broken: ::cliq_api::Caller {
    #[allow(unused_variables)]
    fn get_it(&self, id: impl ::core::convert::Into<String>) -> GetItRequest {
        GetItRequest(
            ::cliq_api::__private::Call::new(
                self,
                <GetItRequest as ::cliq_api::Endpoint>::META,
            ),
        )
    }
    /// `GET /beside`
    fn beside(&self) -> BesideRequest {
        BesideRequest(
            ::cliq_api::__private::Call::new(
                self,
                <BesideRequest as ::cliq_api::Endpoint>::META,
            ),
        )
    }
}
impl<__C: ::cliq_api::Caller + ?::core::marker::Sized> Broken for __C {}
/// All endpoints of [`Broken`], in the order in which they are declared.
#[allow(dead_code, deprecated)]
static BROKEN: &[&::cliq_api::EndpointMeta] = &[
    <GetItRequest as ::cliq_api::Endpoint>::META,
    <BesideRequest as ::cliq_api::Endpoint>::META,
];
///
///The call of [`Broken::get_it`](Broken::get_it), not sent yet.
#[must_use = "a call does nothing until it is awaited or sent"]
#[allow(dead_code)]
struct GetItRequest(::cliq_api::__private::Call);
#[automatically_derived]
impl ::cliq_api::Endpoint for GetItRequest {
    type Response = Vec<Item>;
    type Decode = ::cliq_api::decode::Json;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        name: "get_it",
        api: "Broken",
        ..::cliq_api::EndpointMeta::DEFAULT
    };
    fn call(&mut self) -> &mut ::cliq_api::__private::Call {
        &mut self.0
    }
}
#[automatically_derived]
impl ::core::future::IntoFuture for GetItRequest {
    type Output = ::core::result::Result<Vec<Item>, ::cliq_api::Error>;
    type IntoFuture = ::cliq_api::Sending<Vec<Item>>;
    fn into_future(self) -> Self::IntoFuture {
        ::cliq_api::__private::awaited(self)
    }
}
#[automatically_derived]
impl ::core::clone::Clone for GetItRequest {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for GetItRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
#[allow(dead_code)]
impl GetItRequest {
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
///
///The call of [`Broken::beside`](Broken::beside), not sent yet.
#[must_use = "a call does nothing until it is awaited or sent"]
#[allow(dead_code)]
struct BesideRequest(::cliq_api::__private::Call);
#[automatically_derived]
impl ::cliq_api::Endpoint for BesideRequest {
    type Response = ();
    type Decode = ::cliq_api::decode::Ignored;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        name: "beside",
        api: "Broken",
        method: &::cliq_api::http::Method::GET,
        path: "/beside",
        ..::cliq_api::EndpointMeta::DEFAULT
    };
    fn call(&mut self) -> &mut ::cliq_api::__private::Call {
        &mut self.0
    }
}
#[automatically_derived]
impl ::core::future::IntoFuture for BesideRequest {
    type Output = ::core::result::Result<(), ::cliq_api::Error>;
    type IntoFuture = ::cliq_api::Sending<()>;
    fn into_future(self) -> Self::IntoFuture {
        ::cliq_api::__private::awaited(self)
    }
}
#[automatically_derived]
impl ::core::clone::Clone for BesideRequest {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for BesideRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
::core::compile_error! {
    "`get_it`: an endpoint doesn't return `Result`, the builder gives one\nhelp: write `-> Vec<Item>`"
}
::core::compile_error! {
    "`get_it`: an argument can't be a reference, since a call may outlive it\nhelp: write `String`; callers can still pass a reference"
}
::core::compile_error! {
    "`get_it`: an argument has no attribute `#[nonsense]`\nhelp: where an argument goes is said by `path`, `query`, `header`, `field` and `body`"
}
::core::compile_error! {
    "`get_it`: the path doesn't begin with `/`\nhelp: write it like \"/threads\""
}
::core::compile_error! {
    "`get_it`: `\"often\"` is no limit\nhelp: write calls per time, such as \"20/min\", \"10/5min\" or \"20/2s\", or `limit = none` for no limit"
}
