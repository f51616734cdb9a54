/// Threads of Zoho Cliq.
pub trait Threads: ::cliq_api::Caller {
    /// Follows a thread.
    /**

 `POST /api/v3/threads/<THREAD_CHAT_ID>/follow`

 Scope: `ZohoCliq.Chats.UPDATE`. Limit: 20 calls per minute and user, then locked for 10 minutes.*/
    fn follow_thread(
        &self,
        thread_chat_id: impl ::core::convert::Into<ThreadChatId>,
    ) -> FollowThreadRequest {
        ::cliq_api::__private::built(
            self,
            ::cliq_api::__private::call::<__threads::FollowThread>()
                .path::<ThreadChatId>(0, thread_chat_id),
        )
    }
}
impl<AnyCaller: ::cliq_api::Caller + ?::core::marker::Sized> Threads for AnyCaller {}
/// All endpoints of [`Threads`], in the order in which they are declared.
#[allow(dead_code, deprecated, unreachable_pub)]
pub static THREADS: &::cliq_api::Endpoints = &::cliq_api::Endpoints::new(|| {
    &[<__threads::FollowThread as ::cliq_api::__private::Declaration>::META]
});
/// Follows a thread.
/**

 `POST /api/v3/threads/<THREAD_CHAT_ID>/follow`

 Scope: `ZohoCliq.Chats.UPDATE`. Limit: 20 calls per minute and user, then locked for 10 minutes.*/
#[cfg_attr(
    doc,
    doc = "\n\n The call of [`Threads::follow_thread`](Threads::follow_thread), not sent yet."
)]
#[allow(dead_code, unreachable_pub)]
pub type FollowThreadRequest = ThreadsCall<__threads::FollowThread>;
#[automatically_derived]
impl ::cliq_api::__private::Declaration for __threads::FollowThread {
    type Response = ();
    type Decode = ::cliq_api::decode::Ignored;
    const META: &'static ::cliq_api::EndpointMeta = &ThreadsCall::<()>::SHARED
        .post(
            "follow_thread",
            "Follows a thread.",
            "/threads/<THREAD_CHAT_ID>/follow",
            &["ZohoCliq.Chats.UPDATE"],
            &[::cliq_api::Param::path("THREAD_CHAT_ID", true, "")],
        );
}
#[doc(hidden)]
#[allow(dead_code, missing_docs, missing_debug_implementations, unreachable_pub)]
pub mod __threads {
    pub struct FollowThread {}
}
/// A call of one of the endpoints of [`Threads`], not sent yet.
#[allow(dead_code, non_camel_case_types, unreachable_pub)]
#[must_use = "a call does nothing until it is awaited or sent"]
pub struct ThreadsCall<E>(::cliq_api::__private::Call, ::cliq_api::__private::Of<E>);
impl ThreadsCall<()> {
    const SHARED: ::cliq_api::EndpointMeta = ::cliq_api::EndpointMeta {
        table: || THREADS,
        api: "Threads",
        api_summary: "Threads of Zoho Cliq.",
        base: "/api/v3",
        limits: &[::cliq_api::__private::limit(20, 60)],
        lock: ::cliq_api::__private::lock(600),
        ..::cliq_api::EndpointMeta::DEFAULT
    };
}
#[automatically_derived]
impl<E: 'static> ::cliq_api::__private::Builder for ThreadsCall<E> {
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
impl<E: ::cliq_api::__private::Declaration> ::cliq_api::Endpoint for ThreadsCall<E> {
    type Response = E::Response;
    type Decode = E::Decode;
    const META: &'static ::cliq_api::EndpointMeta = E::META;
}
#[automatically_derived]
impl<E: 'static> ::core::future::IntoFuture for ThreadsCall<E>
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
impl<E> ::core::clone::Clone for ThreadsCall<E> {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0), ::core::clone::Clone::clone(&self.1))
    }
}
#[automatically_derived]
impl<E> ::core::fmt::Debug for ThreadsCall<E> {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
