//! Following pages to their end.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::client::Endpoint;
use crate::error::Error;
use crate::request_ext::{ResponseFuture, awaited};
use crate::response::{FromResponse, Page, decode};

/// What the builder of a paged endpoint can do besides.
pub trait PagedExt: Endpoint<Response = Page<Self::Item>, Decode = decode::Paged> + Clone {
    /// What its pages hold.
    type Item: Send + 'static;

    /// All pages, each fetched when it is asked for.
    fn pages(self) -> Pages<Self> {
        Pages::new(self)
    }

    /// All items of all pages, each page fetched when it is needed.
    ///
    /// ```no_run
    /// # use cliq_api::prelude::*;
    /// # #[endpoints]
    /// # pub trait Tickets {
    /// #     #[endpoint(GET "/tickets", page(items = "data", token = "next"))]
    /// #     fn list_tickets(&self, #[query] next: Option<String>) -> Page<String>;
    /// # }
    /// # async fn example(client: Client) -> Result<(), Error> {
    /// let mut tickets = client.list_tickets().items();
    /// while let Some(ticket) = tickets.next().await {
    ///     println!("{}", ticket?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    fn items(self) -> Items<Self> {
        Items {
            pages: self.pages(),
            buffered: VecDeque::new(),
        }
    }
}

impl<R, T> PagedExt for R
where
    R: Endpoint<Response = Page<T>, Decode = decode::Paged> + Clone,
    Page<T>: FromResponse<decode::Paged>,
    T: Send + 'static,
{
    type Item = T;
}

/// The pages of an endpoint, one after the other: a [`Stream`], and without it
/// [`next`](Self::next).
///
/// After an error it stands where it stood: [`token`](Self::token) names the page that failed, and
/// asking again asks for that page again. So a caller can wait and go on, and a loop must end at an
/// error or count its tries.
#[must_use = "no page is fetched until it is asked for"]
pub struct Pages<R: PagedExt> {
    request: R,
    next: Next,
    fetching: Option<ResponseFuture<Page<R::Item>>>,
    seen: HashSet<String>,
}

#[derive(Debug, Clone)]
enum Next {
    /// As the caller's request has it.
    First,
    Token(String),
    End,
}

impl<R: PagedExt> Pages<R> {
    fn new(request: R) -> Self {
        Self {
            request,
            next: Next::First,
            fetching: None,
            seen: HashSet::new(),
        }
    }

    /// The next page; `None` behind the last.
    pub async fn next(&mut self) -> Option<Result<Page<R::Item>, Error>> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// The token of the page that comes next; `None` before the first and behind the last. Kept
    /// somewhere, it lets another process go on from here.
    pub fn token(&self) -> Option<&str> {
        match &self.next {
            Next::Token(token) => Some(token),
            Next::First | Next::End => None,
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<R::Item>, Error>>> {
        if matches!(self.next, Next::End) {
            return Poll::Ready(None);
        }
        let fetching = self
            .fetching
            .get_or_insert_with(|| fetch(&self.request, &self.next));
        let page = ready!(fetching.as_mut().poll(context));
        self.fetching = None;
        Poll::Ready(Some(page.and_then(|page| self.arrived(page))))
    }

    fn arrived(&mut self, page: Page<R::Item>) -> Result<Page<R::Item>, Error> {
        self.next = match page.next_token.clone() {
            None => Next::End,
            Some(token) if self.seen.insert(token.clone()) => Next::Token(token),
            Some(_) => {
                self.next = Next::End;
                return Err(Error::repeated_token(R::META));
            }
        };
        Ok(page)
    }
}

fn fetch<R: PagedExt>(request: &R, next: &Next) -> ResponseFuture<Page<R::Item>> {
    let mut request = request.clone();
    if let (Next::Token(token), Some(page)) = (next, R::META.page()) {
        let call = request.call();
        *call = call.take().set_by_meta(page.param, token);
    }
    awaited(request)
}

impl<R: PagedExt + Unpin> Stream for Pages<R> {
    type Item = Result<Page<R::Item>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

impl<R: PagedExt> fmt::Debug for Pages<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("endpoint", &format_args!("{}", R::META))
            .finish_non_exhaustive()
    }
}

/// The items of all pages, one after the other: a [`Stream`], and without it [`next`](Self::next).
///
/// After an error it stands where it stood, as [`Pages`] does.
#[must_use = "nothing is fetched until it is asked for"]
pub struct Items<R: PagedExt> {
    pages: Pages<R>,
    buffered: VecDeque<R::Item>,
}

impl<R: PagedExt> Items<R> {
    /// The next item; `None` behind the last.
    pub async fn next(&mut self) -> Option<Result<R::Item, Error>> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// The token of the page that will be fetched next; items of the present page that were not
    /// taken yet come before it and are [`buffered`](Self::buffered).
    pub fn token(&self) -> Option<&str> {
        self.pages.token()
    }

    /// The items of the present page that were not taken yet.
    pub fn buffered(&self) -> impl ExactSizeIterator<Item = &R::Item> {
        self.buffered.iter()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<R::Item, Error>>> {
        loop {
            if let Some(item) = self.buffered.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(page)) => self.buffered = page.items.into(),
            }
        }
    }
}

impl<R: PagedExt + Unpin> Stream for Items<R>
where
    R::Item: Unpin,
{
    type Item = Result<R::Item, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

impl<R: PagedExt> fmt::Debug for Items<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pages.fmt(f)
    }
}
