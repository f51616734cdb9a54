//! One stub, by the type of its endpoint: what it wants, what it answers, how often it is to be
//! called.

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

/// A stub of an endpoint, made by [`StubServer::on`](crate::StubServer::on). It holds from there
/// on, as far as it is told.
///
/// **What it wants.** [`path`](Self::path), [`query`](Self::query), [`header`](Self::header),
/// [`field`](Self::field) and [`body`](Self::body) take a value of any type that is `Serialize`,
/// and compare it as it would be sent; a `None` wants that there is none. All of them have to
/// match, and what they don't name may be anything.
///
/// **What it answers.** Each reply is one more in a sequence, of which the last is repeated for all
/// calls that follow.
///
/// **How often.** At least once, where nothing else is said. It is checked in the end, and turns no
/// call away.
pub struct Stub<R> {
    book: Arc<Mutex<Book>>,
    index: usize,
    endpoint: PhantomData<fn() -> R>,
}

/// What it wants.
impl<R: Endpoint> Stub<R> {
    /// Wants that value in the path's placeholder.
    ///
    /// # Panics
    ///
    /// If the endpoint has no such placeholder, or a path can't hold that value.
    #[track_caller]
    pub fn path(self, name: &str, value: impl Serialize) -> Self {
        self.wants(Matcher::of(R::META, Place::Path, name, &value))
    }

    /// Wants that value of the query parameter. For a list it is the whole list; for one that is
    /// flattened, the members that it has.
    ///
    /// # Panics
    ///
    /// If the endpoint has no such parameter, or a query can't hold that value.
    #[track_caller]
    pub fn query(self, name: &str, value: impl Serialize) -> Self {
        self.wants(Matcher::of(R::META, Place::Query, name, &value))
    }

    /// Wants that header, be it of the endpoint or added by the caller.
    ///
    /// # Panics
    ///
    /// If that can't be a header.
    #[track_caller]
    pub fn header(self, name: &str, value: impl Serialize) -> Self {
        self.wants(vec![Matcher::header(name, &value)])
    }

    /// Wants that value of the body's member.
    ///
    /// # Panics
    ///
    /// If the endpoint has no such field, or it can't hold that value.
    #[track_caller]
    pub fn field(self, name: &str, value: impl Serialize) -> Self {
        self.wants(Matcher::of(R::META, Place::Field, name, &value))
    }

    /// Wants that body and nothing besides: as JSON, or as a string where the endpoint takes raw
    /// bytes.
    ///
    /// # Panics
    ///
    /// If it can't be JSON.
    #[track_caller]
    pub fn body(self, value: impl Serialize) -> Self {
        self.wants(vec![Matcher::body(&value)])
    }

    /// Wants whatever can be said in code. The words stand in reports, behind "so that". The code
    /// may not use the server, which waits for it.
    pub fn matching(
        self,
        words: impl Into<String>,
        holds: impl Fn(&ReceivedCall) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.wants(vec![Matcher::Predicate {
            words: words.into(),
            holds: Arc::new(holds),
        }])
    }
}

/// What it answers.
impl<R: Endpoint> Stub<R> {
    /// Answers with what the endpoint returns, or with any [`Reply`].
    ///
    /// # Panics
    ///
    /// If it can't be JSON.
    #[track_caller]
    pub fn reply(self, value: impl ReplyTo<R::Decode, R::Response>) -> Self {
        let reply = value.into_reply();
        self.answers(Arc::new(move |_| reply.clone()))
    }

    /// The same, as it reads better behind another reply.
    ///
    /// # Panics
    ///
    /// If it can't be JSON.
    #[track_caller]
    pub fn then(self, value: impl ReplyTo<R::Decode, R::Response>) -> Self {
        self.reply(value)
    }

    /// Answers with what the endpoint returns, as JSON: for types that are not `Serialize`. See
    /// [`Reply::json`].
    ///
    /// # Panics
    ///
    /// If it can't be JSON.
    #[track_caller]
    pub fn reply_json(self, value: impl Serialize) -> Self {
        self.reply(Reply::json(value))
    }

    /// Answers with a page that is not the last, and the token of the next.
    ///
    /// # Panics
    ///
    /// If an item can't be JSON.
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

    /// Answers with what is made of the call.
    pub fn reply_with<V, F>(self, make: F) -> Self
    where
        V: ReplyTo<R::Decode, R::Response>,
        F: Fn(&ReceivedCall) -> V + Send + Sync + 'static,
    {
        self.answers(Arc::new(move |call| make(call).into_reply()))
    }

    /// Refuses. See [`Reply::error`].
    ///
    /// # Panics
    ///
    /// If there can be no such status.
    #[track_caller]
    pub fn fail(self, status: u16, code: &str, message: &str) -> Self {
        self.reply(Reply::error(status, code, message))
    }

    /// Says that there were too many calls. See [`Reply::throttled`].
    pub fn throttled(self) -> Self {
        self.reply(Reply::throttled())
    }

    /// Breaks the connection. See [`Reply::disconnect`].
    pub fn disconnect(self) -> Self {
        self.reply(Reply::disconnect())
    }

    /// Never answers. See [`Reply::hang`].
    pub fn hang(self) -> Self {
        self.reply(Reply::hang())
    }

    /// Gives the reply before it only after that time, in Tokio's time.
    ///
    /// # Panics
    ///
    /// If there is no reply before it.
    #[track_caller]
    pub fn after(self, delay: Duration) -> Self {
        let last = self.with(|stub| stub.scripts.pop());
        let Some(last) = last else {
            panic!("`after` delays the reply before it, and there is none")
        };
        self.answers(Arc::new(move |call| last(call).after(delay)))
    }
}

/// How often it is to be called.
impl<R: Endpoint> Stub<R> {
    /// Is to be called that often: a number, or a range such as `2..` or `1..=3`.
    pub fn times(self, times: impl Into<Times>) -> Self {
        let times = times.into();
        self.with(|stub| stub.times = times);
        self
    }

    /// Is to be called once, and not again.
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// Is not to be called. It needs no reply: a call of it fails.
    pub fn never(self) -> Self {
        self.times(0)
    }

    /// May be called or not: for what many tests share.
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

    fn wants(self, matchers: Vec<Matcher>) -> Self {
        self.with(|stub| stub.matchers.extend(matchers));
        self
    }

    fn answers(self, script: Script) -> Self {
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
