//! Streams of pages and of their items.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::client::Endpoint;
use crate::error::Error;
use crate::request_ext::{ResponseFuture, awaited};
use crate::response::{FromResponse, Page, decode};

/// Methods of the builder of a paged endpoint.
pub trait PagedExt: Endpoint<Response = Page<Self::Item>, Decode = decode::Paged> + Clone {
    /// The type of the items.
    type Item: Send + 'static;

    /// Returns a stream of all pages. Each page is fetched when it is polled for.
    fn pages(self) -> Pages<Self> {
        Pages::new(self)
    }

    /// Returns a stream of the items of all pages. Each page is fetched when it is needed.
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

/// The pages of an endpoint, as a [`Stream`] or through [`next`](Self::next).
///
/// An error doesn't end the stream: [`token`](Self::token) still names the failed page, and the
/// next poll fetches it again. A loop over pages must therefore stop at an error, or limit its
/// attempts.
#[must_use = "pages are fetched lazily: nothing is sent until the stream is polled"]
pub struct Pages<R: PagedExt> {
    request: R,
    next: Next,
    fetching: Option<ResponseFuture<Page<R::Item>>>,
    seen: HashSet<String>,
}

#[derive(Debug, Clone)]
enum Next {
    /// The page that the caller's request asks for.
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

    /// Returns the next page; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Those of the call. A server that repeats the token of an earlier page ends the stream with
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode).
    pub async fn next(&mut self) -> Option<Result<Page<R::Item>, Error>> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// Returns the token of the next page; `None` before the first page and after the last one.
    /// Store it to continue from here in another process.
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
        Poll::Ready(Some(page.and_then(|page| self.advance(page))))
    }

    fn advance(&mut self, page: Page<R::Item>) -> Result<Page<R::Item>, Error> {
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

/// The items of all pages, as a [`Stream`] or through [`next`](Self::next).
///
/// An error doesn't end the stream; see [`Pages`].
#[must_use = "pages are fetched lazily: nothing is sent until the stream is polled"]
pub struct Items<R: PagedExt> {
    pages: Pages<R>,
    buffered: VecDeque<R::Item>,
}

impl<R: PagedExt> Items<R> {
    /// Returns the next item; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Those of [`Pages::next`].
    pub async fn next(&mut self) -> Option<Result<R::Item, Error>> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// Returns the token of the next page to fetch. The remaining items of the current page are
    /// [`buffered`](Self::buffered).
    pub fn token(&self) -> Option<&str> {
        self.pages.token()
    }

    /// Returns the items of the current page that were not returned yet.
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
