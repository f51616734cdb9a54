pub trait Api: ::cliq_api::Caller {
    /** `GET /api/v3/first`

 Scopes: all of `Acme.A.READ`, `Acme.B.READ`. Limit: 20 calls per minute and user, then locked for 10 minutes.*/
    fn first(&self) -> FirstRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::Call::new(
                <ApiCall<__api::First> as ::cliq_api::Endpoint>::META,
            ),
        )
    }
    /** `GET /v1/overridden`

 Limit: 5 calls per hour and user, then locked for one hour.*/
    fn overridden(&self) -> OverriddenRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::Call::new(
                <ApiCall<__api::Overridden> as ::cliq_api::Endpoint>::META,
            ),
        )
    }
    /// `POST /api/v3/dropped`
    fn dropped(&self) -> DroppedRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::Call::new(
                <ApiCall<__api::Dropped> as ::cliq_api::Endpoint>::META,
            ),
        )
    }
    /** `GET /api/v3/shared/<ID>`

 Limit: 10 calls per minute and user, then locked for one hour.*/
    fn shared(&self, id: u32) -> SharedRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::Call::new(
                    <ApiCall<__api::Shared> as ::cliq_api::Endpoint>::META,
                )
                .path::<u32>(0, id),
        )
    }
    /** `GET /api/v3/shared/<NAME>`

 Limit: 20 calls per minute and user, then locked for 10 minutes.*/
    fn shared_by_name(
        &self,
        name: impl ::core::convert::Into<String>,
    ) -> SharedByNameRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::Call::new(
                    <ApiCall<__api::SharedByName> as ::cliq_api::Endpoint>::META,
                )
                .path::<String>(0, ::core::convert::Into::into(name)),
        )
    }
}
impl<AnyCaller: ::cliq_api::Caller + ?::core::marker::Sized> Api for AnyCaller {}
/// All endpoints of [`Api`], in the order in which they are declared.
#[allow(dead_code, deprecated, unreachable_pub)]
pub static API: &[&::cliq_api::EndpointMeta] = &[
    <ApiCall<__api::First> as ::cliq_api::Endpoint>::META,
    <ApiCall<__api::Overridden> as ::cliq_api::Endpoint>::META,
    <ApiCall<__api::Dropped> as ::cliq_api::Endpoint>::META,
    <ApiCall<__api::Shared> as ::cliq_api::Endpoint>::META,
    <ApiCall<__api::SharedByName> as ::cliq_api::Endpoint>::META,
];
/** `GET /api/v3/first`

 Scopes: all of `Acme.A.READ`, `Acme.B.READ`. Limit: 20 calls per minute and user, then locked for 10 minutes.

 The call of [`Api::first`](Api::first), not sent yet.*/
#[allow(dead_code, unreachable_pub)]
pub type FirstRequest = ApiCall<__api::First>;
#[automatically_derived]
impl ::cliq_api::Endpoint for ApiCall<__api::First> {
    type Response = ();
    type Decode = ::cliq_api::decode::Ignored;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        name: "first",
        method: &::cliq_api::http::Method::GET,
        path: "/first",
        scopes: ::cliq_api::Scopes::All(&["Acme.A.READ", "Acme.B.READ"]),
        ..ApiCall::<()>::SHARED
    };
}
/** `GET /v1/overridden`

 Limit: 5 calls per hour and user, then locked for one hour.

 The call of [`Api::overridden`](Api::overridden), not sent yet.*/
#[allow(dead_code, unreachable_pub)]
pub type OverriddenRequest = ApiCall<__api::Overridden>;
#[automatically_derived]
impl ::cliq_api::Endpoint for ApiCall<__api::Overridden> {
    type Response = ();
    type Decode = ::cliq_api::decode::Ignored;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        name: "overridden",
        method: &::cliq_api::http::Method::GET,
        path: "/overridden",
        base: "/v1",
        limits: &[::cliq_api::__private::limit(5, 3600)],
        lock: ::cliq_api::__private::lock(3600),
        timeout: ::cliq_api::__private::seconds(3),
        ..ApiCall::<()>::SHARED
    };
}
/** `POST /api/v3/dropped`

 The call of [`Api::dropped`](Api::dropped), not sent yet.*/
#[allow(dead_code, unreachable_pub)]
pub type DroppedRequest = ApiCall<__api::Dropped>;
#[automatically_derived]
impl ::cliq_api::Endpoint for ApiCall<__api::Dropped> {
    type Response = ();
    type Decode = ::cliq_api::decode::Ignored;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        name: "dropped",
        method: &::cliq_api::http::Method::POST,
        path: "/dropped",
        limits: &[],
        lock: ::cliq_api::Lockout::Undeclared,
        ..ApiCall::<()>::SHARED
    };
}
/** `GET /api/v3/shared/<ID>`

 Limit: 10 calls per minute and user, then locked for one hour.

 The call of [`Api::shared`](Api::shared), not sent yet.*/
#[allow(dead_code, unreachable_pub)]
pub type SharedRequest = ApiCall<__api::Shared>;
#[automatically_derived]
impl ::cliq_api::Endpoint for ApiCall<__api::Shared> {
    type Response = ();
    type Decode = ::cliq_api::decode::Ignored;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        name: "shared",
        method: &::cliq_api::http::Method::GET,
        path: "/shared/<ID>",
        limits: &[::cliq_api::__private::limit(10, 60)],
        lock: ::cliq_api::__private::lock(3600),
        params: &[::cliq_api::Param::path("ID", true).integer()],
        ..ApiCall::<()>::SHARED
    };
}
/** `GET /api/v3/shared/<NAME>`

 Limit: 20 calls per minute and user, then locked for 10 minutes.

 The call of [`Api::shared_by_name`](Api::shared_by_name), not sent yet.*/
#[allow(dead_code, unreachable_pub)]
pub type SharedByNameRequest = ApiCall<__api::SharedByName>;
#[automatically_derived]
impl ::cliq_api::Endpoint for ApiCall<__api::SharedByName> {
    type Response = ();
    type Decode = ::cliq_api::decode::Ignored;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        name: "shared_by_name",
        method: &::cliq_api::http::Method::GET,
        path: "/shared/<NAME>",
        params: &[::cliq_api::Param::path("NAME", true).string()],
        ..ApiCall::<()>::SHARED
    };
}
#[doc(hidden)]
#[allow(dead_code, missing_docs, missing_debug_implementations, unreachable_pub)]
pub mod __api {
    pub struct First;
    pub struct Overridden;
    pub struct Dropped;
    pub struct Shared;
    pub struct SharedByName;
}
/// A call of one of the endpoints of [`Api`], not sent yet. Each has a name of its own.
#[allow(dead_code, non_camel_case_types, unreachable_pub)]
#[must_use = "a call does nothing until it is awaited or sent"]
pub struct ApiCall<E>(::cliq_api::__private::Call, ::cliq_api::__private::Of<E>);
impl ApiCall<()> {
    const SHARED: ::cliq_api::EndpointMeta = ::cliq_api::EndpointMeta {
        table: || API,
        api: "Api",
        base: "/api/v3",
        limits: &[::cliq_api::__private::limit(20, 60)],
        lock: ::cliq_api::__private::lock(600),
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
