pub trait Api: ::cliq_api::Caller {
    /** `GET /api/v3/first`

 Scopes: all of `Acme.A.READ`, `Acme.B.READ`. Limit: 20 calls per minute and user, then locked for 10 minutes.*/
    fn first(&self) -> FirstRequest {
        ::cliq_api::__private::built(self, ::cliq_api::__private::call::<__api::First>())
    }
    /** `GET /v1/overridden`

 Limit: 5 calls per hour and user, then locked for one hour.*/
    fn overridden(&self) -> OverriddenRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::call::<__api::Overridden>(),
        )
    }
    /// `POST /api/v3/dropped`
    fn dropped(&self) -> DroppedRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::call::<__api::Dropped>(),
        )
    }
    /** `GET /api/v3/shared/<ID>`

 Limit: 10 calls per minute and user, then locked for one hour.*/
    fn shared(&self, id: u32) -> SharedRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::call::<__api::Shared>().path::<u32>(0, id),
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
            ::cliq_api::__private::call::<__api::SharedByName>().path::<String>(0, name),
        )
    }
}
impl<AnyCaller: ::cliq_api::Caller + ?::core::marker::Sized> Api for AnyCaller {}
/// All endpoints of [`Api`], in the order in which they are declared.
#[allow(dead_code, deprecated, unreachable_pub)]
pub static API: &::cliq_api::Endpoints = &::cliq_api::Endpoints::new(|| {
    &[
        <__api::First as ::cliq_api::__private::Declaration>::META,
        <__api::Overridden as ::cliq_api::__private::Declaration>::META,
        <__api::Dropped as ::cliq_api::__private::Declaration>::META,
        <__api::Shared as ::cliq_api::__private::Declaration>::META,
        <__api::SharedByName as ::cliq_api::__private::Declaration>::META,
    ]
});
/** `GET /api/v3/first`

 Scopes: all of `Acme.A.READ`, `Acme.B.READ`. Limit: 20 calls per minute and user, then locked for 10 minutes.*/
#[cfg_attr(doc, doc = "\n\n The call of [`Api::first`](Api::first), not sent yet.")]
#[allow(dead_code, unreachable_pub)]
pub type FirstRequest = ApiCall<__api::First>;
#[automatically_derived]
impl ::cliq_api::__private::Declaration for __api::First {
    type Response = ();
    type Decode = ::cliq_api::decode::Ignored;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        scopes: ::cliq_api::Scopes::All(&["Acme.A.READ", "Acme.B.READ"]),
        ..ApiCall::<()>::SHARED.get("first", "", "/first", &[], &[])
    };
}
/** `GET /v1/overridden`

 Limit: 5 calls per hour and user, then locked for one hour.*/
#[cfg_attr(
    doc,
    doc = "\n\n The call of [`Api::overridden`](Api::overridden), not sent yet."
)]
#[allow(dead_code, unreachable_pub)]
pub type OverriddenRequest = ApiCall<__api::Overridden>;
#[automatically_derived]
impl ::cliq_api::__private::Declaration for __api::Overridden {
    type Response = ();
    type Decode = ::cliq_api::decode::Ignored;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        base: "/v1",
        limits: &[::cliq_api::__private::limit(5, 3600)],
        lock: ::cliq_api::__private::lock(3600),
        timeout: ::cliq_api::__private::seconds(3),
        ..ApiCall::<()>::SHARED.get("overridden", "", "/overridden", &[], &[])
    };
}
/// `POST /api/v3/dropped`
#[cfg_attr(doc, doc = "\n\n The call of [`Api::dropped`](Api::dropped), not sent yet.")]
#[allow(dead_code, unreachable_pub)]
pub type DroppedRequest = ApiCall<__api::Dropped>;
#[automatically_derived]
impl ::cliq_api::__private::Declaration for __api::Dropped {
    type Response = ();
    type Decode = ::cliq_api::decode::Ignored;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        limits: &[],
        lock: ::cliq_api::Lockout::Undeclared,
        idempotent: true,
        ..ApiCall::<()>::SHARED.post("dropped", "", "/dropped", &[], &[])
    };
}
/** `GET /api/v3/shared/<ID>`

 Limit: 10 calls per minute and user, then locked for one hour.*/
#[cfg_attr(doc, doc = "\n\n The call of [`Api::shared`](Api::shared), not sent yet.")]
#[allow(dead_code, unreachable_pub)]
pub type SharedRequest = ApiCall<__api::Shared>;
#[automatically_derived]
impl ::cliq_api::__private::Declaration for __api::Shared {
    type Response = ();
    type Decode = ::cliq_api::decode::Ignored;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        limits: &[::cliq_api::__private::limit(10, 60)],
        lock: ::cliq_api::__private::lock(3600),
        ..ApiCall::<()>::SHARED
            .get(
                "shared",
                "",
                "/shared/<ID>",
                &[],
                &[::cliq_api::Param::path("ID", true, "").integer()],
            )
    };
}
/** `GET /api/v3/shared/<NAME>`

 Limit: 20 calls per minute and user, then locked for 10 minutes.*/
#[cfg_attr(
    doc,
    doc = "\n\n The call of [`Api::shared_by_name`](Api::shared_by_name), not sent yet."
)]
#[allow(dead_code, unreachable_pub)]
pub type SharedByNameRequest = ApiCall<__api::SharedByName>;
#[automatically_derived]
impl ::cliq_api::__private::Declaration for __api::SharedByName {
    type Response = ();
    type Decode = ::cliq_api::decode::Ignored;
    const META: &'static ::cliq_api::EndpointMeta = &ApiCall::<()>::SHARED
        .get(
            "shared_by_name",
            "",
            "/shared/<NAME>",
            &[],
            &[::cliq_api::Param::path("NAME", true, "").string()],
        );
}
#[doc(hidden)]
#[allow(dead_code, missing_docs, missing_debug_implementations, unreachable_pub)]
pub mod __api {
    pub struct First {}
    pub struct Overridden {}
    pub struct Dropped {}
    pub struct Shared {}
    pub struct SharedByName {}
}
/// A call of one of the endpoints of [`Api`], not sent yet.
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
