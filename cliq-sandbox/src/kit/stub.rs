//! A stub, typed by its endpoint: conditions, replies, and the expected number of calls.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cliq_api::{Endpoint, PagedExt, Place};
use serde::Serialize;

use super::book::{Book, Planned, Script, open};
use super::matcher::Matcher;
use super::received::ReceivedCall;
use super::reply::{Reply, ReplyTo};
use super::times::Times;

/// A stub of an endpoint, returned by [`StubServer::on`](crate::StubServer::on). Its methods take
/// effect immediately.
///
/// **Conditions.** [`path`](Self::path), [`query`](Self::query), [`header`](Self::header),
/// [`field`](Self::field), [`part`](Self::part) and [`body`](Self::body) accept any `Serialize`
/// value, and compare it as it would be sent. `None` expects that the value isn't sent. A call must
/// meet all conditions; parameters without one may have any value.
///
/// **Replies.** Replies are used in order; the last one is repeated.
///
/// **Number of calls.** Defaults to at least one. It is checked when the server is dropped, and
/// never rejects a call.
pub struct Stub<R> {
    book: Arc<Mutex<Book>>,
    index: usize,
    endpoint: PhantomData<fn() -> R>,
}

/// Conditions.
impl<R: Endpoint> Stub<R> {
    /// Expects this value of a placeholder in the path.
    ///
    /// # Panics
    ///
    /// If the endpoint has no such placeholder, or it can't hold the value.
    #[track_caller]
    pub fn path(self, name: &str, value: impl Serialize) -> Self {
        self.expects(Matcher::of(R::META, Place::Path, name, &value))
    }

    /// Expects this value of a query parameter. A list must be complete; of a flattened struct,
    /// only the given members are compared.
    ///
    /// # Panics
    ///
    /// If the endpoint has no such parameter, or it can't hold the value.
    #[track_caller]
    pub fn query(self, name: &str, value: impl Serialize) -> Self {
        self.expects(Matcher::of(R::META, Place::Query, name, &value))
    }

    /// Expects this value of a header, declared by the endpoint or added by the caller.
    ///
    /// # Panics
    ///
    /// If the header is invalid.
    #[track_caller]
    pub fn header(self, name: &str, value: impl Serialize) -> Self {
        self.expects(vec![Matcher::header(name, &value)])
    }

    /// Expects this value of a member of the body.
    ///
    /// # Panics
    ///
    /// If the endpoint has no such field, or it can't hold the value.
    #[track_caller]
    pub fn field(self, name: &str, value: impl Serialize) -> Self {
        self.expects(Matcher::of(R::META, Place::Field, name, &value))
    }

    /// Expects this content of a part of a multipart body, as text.
    /// [`ReceivedCall::part`](crate::ReceivedCall::part) has its other properties.
    ///
    /// # Panics
    ///
    /// If the endpoint has no such part, or the value isn't a scalar or a list of them.
    #[track_caller]
    pub fn part(self, name: &str, value: impl Serialize) -> Self {
        self.expects(Matcher::of(R::META, Place::Part, name, &value))
    }

    /// Expects exactly this body: JSON, or a string for an endpoint that takes raw bytes.
    ///
    /// # Panics
    ///
    /// If the value can't be serialized.
    #[track_caller]
    pub fn body(self, value: impl Serialize) -> Self {
        self.expects(vec![Matcher::body(&value)])
    }

    /// Expects that `holds` returns `true`. Reports show the description. `holds` must not use the
    /// server: its lock is held meanwhile.
    pub fn matching(
        self,
        description: impl Into<String>,
        holds: impl Fn(&ReceivedCall) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.expects(vec![Matcher::Predicate {
            description: description.into(),
            holds: Arc::new(holds),
        }])
    }
}

/// Replies.
impl<R: Endpoint> Stub<R> {
    /// Adds a reply: a value of the endpoint's return type, or any [`Reply`].
    ///
    /// # Panics
    ///
    /// If the value can't be serialized.
    #[track_caller]
    pub fn reply(self, value: impl ReplyTo<R::Decode, R::Response>) -> Self {
        let reply = value.into_reply();
        self.replies(Arc::new(move |_| reply.clone()))
    }

    /// Adds the next reply. An alias of [`reply`](Self::reply).
    ///
    /// # Panics
    ///
    /// If the value can't be serialized.
    #[track_caller]
    pub fn then(self, value: impl ReplyTo<R::Decode, R::Response>) -> Self {
        self.reply(value)
    }

    /// Adds a reply in JSON, for return types that aren't `Serialize`. See [`Reply::json`].
    ///
    /// # Panics
    ///
    /// If the value can't be serialized.
    #[track_caller]
    pub fn reply_json(self, value: impl Serialize) -> Self {
        self.reply(Reply::json(value))
    }

    /// Adds a reply with a page that isn't the last, and the token of the next. See
    /// [`Reply::page`].
    ///
    /// # Panics
    ///
    /// If an item can't be serialized.
    #[track_caller]
    pub fn reply_page<T: Serialize>(
        self,
        items: impl IntoIterator<Item = T>,
        next_token: impl Into<String>,
    ) -> Self
    where
        R: PagedExt<Item = T>,
    {
        self.reply(Reply::page(items, next_token))
    }

    /// Adds a reply that `make` computes from the call.
    pub fn reply_with<V, F>(self, make: F) -> Self
    where
        V: ReplyTo<R::Decode, R::Response>,
        F: Fn(&ReceivedCall) -> V + Send + Sync + 'static,
    {
        self.replies(Arc::new(move |call| make(call).into_reply()))
    }

    /// Adds an error response. See [`Reply::error`].
    ///
    /// # Panics
    ///
    /// If the status is invalid.
    #[track_caller]
    pub fn fail(self, status: u16, code: &str, message: &str) -> Self {
        self.reply(Reply::error(status, code, message))
    }

    /// Adds a response with status 429. See [`Reply::throttled`].
    pub fn throttled(self) -> Self {
        self.reply(Reply::throttled())
    }

    /// Adds a broken connection. See [`Reply::disconnect`].
    pub fn disconnect(self) -> Self {
        self.reply(Reply::disconnect())
    }

    /// Adds a reply that never arrives. See [`Reply::hang`].
    pub fn hang(self) -> Self {
        self.reply(Reply::hang())
    }

    /// Delays the previous reply, in Tokio's time.
    ///
    /// # Panics
    ///
    /// If there is no previous reply.
    #[track_caller]
    pub fn after(self, delay: Duration) -> Self {
        let last = self.with(|stub| stub.scripts.pop());
        let Some(last) = last else {
            panic!("`after` delays the previous reply, but there is none")
        };
        self.replies(Arc::new(move |call| last(call).after(delay)))
    }
}

/// Expected number of calls.
impl<R: Endpoint> Stub<R> {
    /// Sets the expected number of calls: a number, or a range such as `2..` or `1..=3`.
    pub fn times(self, times: impl Into<Times>) -> Self {
        let times = times.into();
        self.with(|stub| stub.times = times);
        self
    }

    /// Expects exactly one call.
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// Expects no call. The stub needs no reply: a call fails.
    pub fn never(self) -> Self {
        self.times(0)
    }

    /// Accepts any number of calls, for setups that many tests share.
    pub fn optional(self) -> Self {
        self.times(..)
    }
}

impl<R> Stub<R> {
    pub(super) fn new(book: Arc<Mutex<Book>>, index: usize) -> Self {
        Self {
            book,
            index,
            endpoint: PhantomData,
        }
    }

    fn expects(self, matchers: Vec<Matcher>) -> Self {
        self.with(|stub| stub.matchers.extend(matchers));
        self
    }

    fn replies(self, script: Script) -> Self {
        self.with(|stub| stub.scripts.push(script));
        self
    }

    fn with<T>(&self, change: impl FnOnce(&mut Planned) -> T) -> T {
        change(&mut open(&self.book).stubs[self.index])
    }
}

impl<R: Endpoint> fmt::Debug for Stub<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stub")
            .field("endpoint", &format_args!("{}", R::META))
            .finish_non_exhaustive()
    }
}
