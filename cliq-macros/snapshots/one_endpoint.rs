/// Threads of Zoho Cliq.
pub trait Threads: ::cliq_api::Caller {
    /// Follows a thread.
    ///
    /// `POST /api/v3/threads/<THREAD_CHAT_ID>/follow`
    ///
    /// Scope: `ZohoCliq.Chats.UPDATE`. Limit: 20 calls per minute and user, then locked for 10 minutes.
    fn follow_thread(
        &self,
        thread_chat_id: impl ::core::convert::Into<ThreadChatId>,
    ) -> FollowThreadRequest {
        FollowThreadRequest(
            ::cliq_api::__private::Call::new(
                    self,
                    <FollowThreadRequest as ::cliq_api::Endpoint>::META,
                )
                .path::<ThreadChatId>(0, ::core::convert::Into::into(thread_chat_id)),
        )
    }
}
impl<__C: ::cliq_api::Caller + ?::core::marker::Sized> Threads for __C {}
/// All endpoints of [`Threads`], in the order in which they are declared.
#[allow(dead_code, deprecated)]
pub static THREADS: &[&::cliq_api::EndpointMeta] = &[
    <FollowThreadRequest as ::cliq_api::Endpoint>::META,
];
/// Follows a thread.
///
/// `POST /api/v3/threads/<THREAD_CHAT_ID>/follow`
///
/// Scope: `ZohoCliq.Chats.UPDATE`. Limit: 20 calls per minute and user, then locked for 10 minutes.
///
///The call of [`Threads::follow_thread`](Threads::follow_thread), not sent yet.
#[must_use = "a call does nothing until it is awaited or sent"]
#[allow(dead_code)]
pub struct FollowThreadRequest(::cliq_api::__private::Call);
#[automatically_derived]
impl ::cliq_api::Endpoint for FollowThreadRequest {
    type Response = ();
    type Decode = ::cliq_api::decode::Ignored;
    const META: &'static ::cliq_api::EndpointMeta = &::cliq_api::EndpointMeta {
        name: "follow_thread",
        api: "Threads",
        method: &::cliq_api::http::Method::POST,
        path: "/threads/<THREAD_CHAT_ID>/follow",
        base: "/api/v3",
        scopes: ::cliq_api::Scopes::Any(&["ZohoCliq.Chats.UPDATE"]),
        limit: ::core::option::Option::Some(
            ::cliq_api::Limit::new(20, ::core::time::Duration::from_secs(60)),
        ),
        lock: ::core::option::Option::Some(::core::time::Duration::from_secs(600)),
        idempotent: false,
        params: &[
            ::cliq_api::Param::new(
                "THREAD_CHAT_ID",
                ::cliq_api::Place::Path,
                ::cliq_api::Shape::Plain,
                true,
            ),
        ],
        ..::cliq_api::EndpointMeta::DEFAULT
    };
    fn call(&mut self) -> &mut ::cliq_api::__private::Call {
        &mut self.0
    }
}
#[automatically_derived]
impl ::core::future::IntoFuture for FollowThreadRequest {
    type Output = ::core::result::Result<(), ::cliq_api::Error>;
    type IntoFuture = ::cliq_api::Sending<()>;
    fn into_future(self) -> Self::IntoFuture {
        ::cliq_api::__private::awaited(self)
    }
}
#[automatically_derived]
impl ::core::clone::Clone for FollowThreadRequest {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for FollowThreadRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
