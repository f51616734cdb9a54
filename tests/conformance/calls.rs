//! The typed builders, called with values by their names on the server.

use cliq_api::http::Request;
use cliq_api::threads::{Threads, UserField};
use cliq_api::{
    Body, Bytes, Client, Endpoint, EndpointMeta, Error, Page, Place, RequestExt, ResponseFuture,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// The values of a call.
#[derive(Debug, Clone)]
pub(crate) struct Given(pub(crate) Vec<(Place, String, Value)>);

impl Given {
    /// Returns the values of one place.
    pub(crate) fn at(&self, place: Place) -> Map<String, Value> {
        self.0
            .iter()
            .filter(|(at, ..)| *at == place)
            .map(|(_, name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// Also returns `None` if the value has another type than the method takes; the request shows
    /// the difference.
    fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let (.., value) = self.0.iter().find(|(_, given, _)| given == name)?;
        serde_json::from_value(value.clone()).ok()
    }

    fn text(&self, name: &str) -> Option<String> {
        self.get(name)
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)
    }

    /// Returns a value that the method requires, even if it isn't given; the request shows the
    /// difference.
    fn needed<T: DeserializeOwned + Default>(&self, name: &str) -> T {
        self.get(name).unwrap_or_default()
    }

    fn id(&self, name: &str) -> String {
        self.needed(name)
    }
}

/// A call to make.
pub(crate) struct Call {
    pub(crate) meta: &'static EndpointMeta,
    pub(crate) request: Result<Request<Bytes>, Error>,
    /// The response as JSON; `None` if it isn't compared.
    pub(crate) answer: ResponseFuture<Option<Value>>,
}

pub(crate) type Driver = fn(&Client, &Given) -> Call;

/// A function for each endpoint that calls it.
macro_rules! drivers {
    ($($name:ident)*) => {
        pub(crate) const DRIVERS: &[(&str, Driver)] = &[$((stringify!($name), $name)),*];
    };
}

drivers! {
    create_thread_by_channel_id create_thread_by_chat_id create_thread_by_channel_name
    send_thread_message get_thread update_thread get_thread_main_message
    list_thread_followers add_thread_followers remove_thread_followers list_thread_non_followers
    follow_thread unfollow_thread list_thread_members leave_thread mute_thread unmute_thread
    list_threads set_thread_auto_follow
}

/// Calls each setter that has a value of the same name.
macro_rules! set {
    ($call:expr, $given:ident: $($get:ident $name:ident),*) => {
        $call$(.with($given.$get(stringify!($name)), |call, value| call.$name(value)))*
    };
}

fn create_thread_by_channel_id(client: &Client, given: &Given) -> Call {
    let call = client.create_thread_by_channel_id(
        given.id("CHANNEL_ID"),
        given.id("text"),
        given.id("thread_message_id"),
    );
    let call =
        set!(call, given: text reply_to, flag post_in_parent, text thread_title, flag sync_message);
    read(set!(call, given: text bot_unique_name))
}

fn create_thread_by_chat_id(client: &Client, given: &Given) -> Call {
    let call = client.create_thread_by_chat_id(
        given.id("CHAT_ID"),
        given.id("text"),
        given.id("thread_message_id"),
    );
    let call =
        set!(call, given: text reply_to, flag post_in_parent, text thread_title, flag sync_message);
    read(set!(call, given: text bot_unique_name))
}

fn create_thread_by_channel_name(client: &Client, given: &Given) -> Call {
    let channel = given.id("CHANNEL_UNIQUE_NAME");
    let call = client.create_thread_by_channel_name(
        channel,
        given.id("text"),
        given.id("thread_message_id"),
    );
    let call =
        set!(call, given: text reply_to, flag post_in_parent, text thread_title, flag sync_message);
    read(set!(call, given: text bot_unique_name))
}

fn send_thread_message(client: &Client, given: &Given) -> Call {
    let call = client.send_thread_message(given.id("THREAD_CHAT_ID"), given.id("text"));
    read(set!(
        call,
        given: text reply_to, flag post_in_parent, flag sync_message, text bot_unique_name
    ))
}

fn get_thread(client: &Client, given: &Given) -> Call {
    read(client.get_thread(given.id("THREAD_CHAT_ID")))
}

fn update_thread(client: &Client, given: &Given) -> Call {
    let call = client.update_thread(given.id("THREAD_CHAT_ID"), given.id("action"));
    unread(set!(call, given: text bot_unique_name, text appkey))
}

fn get_thread_main_message(client: &Client, given: &Given) -> Call {
    read(client.get_thread_main_message(given.id("THREAD_CHAT_ID")))
}

fn list_thread_followers(client: &Client, given: &Given) -> Call {
    read(client.list_thread_followers(given.id("THREAD_CHAT_ID")))
}

fn add_thread_followers(client: &Client, given: &Given) -> Call {
    unread(client.add_thread_followers(
        given.id("THREAD_CHAT_ID"),
        given.needed::<Vec<String>>("user_ids"),
    ))
}

fn remove_thread_followers(client: &Client, given: &Given) -> Call {
    unread(client.remove_thread_followers(
        given.id("THREAD_CHAT_ID"),
        given.needed::<Vec<String>>("user_ids"),
    ))
}

fn list_thread_non_followers(client: &Client, given: &Given) -> Call {
    read(client.list_thread_non_followers(given.id("THREAD_CHAT_ID")))
}

fn follow_thread(client: &Client, given: &Given) -> Call {
    unread(client.follow_thread(given.id("THREAD_CHAT_ID")))
}

fn unfollow_thread(client: &Client, given: &Given) -> Call {
    unread(client.unfollow_thread(given.id("THREAD_CHAT_ID")))
}

fn list_thread_members(client: &Client, given: &Given) -> Call {
    let call = client.list_thread_members(given.id("THREAD_CHAT_ID"));
    read(call.with(given.text("fields"), |call, names| {
        call.fields(names.split(',').map(UserField::from))
    }))
}

fn leave_thread(client: &Client, given: &Given) -> Call {
    unread(client.leave_thread(given.id("THREAD_CHAT_ID")))
}

fn mute_thread(client: &Client, given: &Given) -> Call {
    unread(client.mute_thread(given.id("THREAD_CHAT_ID")))
}

fn unmute_thread(client: &Client, given: &Given) -> Call {
    unread(client.unmute_thread(given.id("THREAD_CHAT_ID")))
}

fn list_threads(client: &Client, given: &Given) -> Call {
    // Documented as text, but a number.
    let limit = given.text("limit").and_then(|limit| limit.parse().ok());
    let call = client.list_threads(given.id("CHANNEL_ID"));
    let call = call.with(given.text("state"), |call, state| call.follow_state(state));
    let call = call.with(given.text("type"), |call, state| call.thread_state(state));
    let call = call.with(limit, |call, limit| call.limit(limit));
    sent(
        set!(call, given: text next_token),
        |Page {
             items,
             next_token,
             mut other,
             ..
         }| {
            other.insert("data".to_owned(), json!(items));
            other.extend(next_token.map(|token| ("next_token".to_owned(), json!(token))));
            Some(other.into())
        },
    )
}

fn set_thread_auto_follow(client: &Client, given: &Given) -> Call {
    read(client.set_thread_auto_follow(given.id("CHANNEL_ID"), given.id("auto_follow_threads")))
}

fn read<R>(request: R) -> Call
where
    R: Awaited<Response: Serialize>,
{
    sent(request, |answer| {
        Some(serde_json::to_value(answer).expect("a model can be serialized"))
    })
}

fn unread(request: impl Awaited<Response = ()>) -> Call {
    sent(request, |()| None)
}

fn sent<R: Awaited>(request: R, json: fn(R::Response) -> Option<Value>) -> Call {
    Call {
        meta: R::META,
        request: request.clone().prepare().map(whole),
        answer: Box::pin(async move { request.await.map(json) }),
    }
}

type Returned<E> = Result<<E as Endpoint>::Response, Error>;
type Returning<E> = ResponseFuture<<E as Endpoint>::Response>;

/// The bounds of all builders.
trait Awaited:
    Endpoint + Clone + IntoFuture<Output = Returned<Self>, IntoFuture = Returning<Self>>
{
}

impl<R> Awaited for R where
    R: Endpoint + Clone + IntoFuture<Output = Returned<R>, IntoFuture = Returning<R>>
{
}

fn whole(request: Request<Body>) -> Request<Bytes> {
    request.map(|body| body.as_bytes().cloned().unwrap_or_default())
}
