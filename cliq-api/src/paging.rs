//! Streams of pages and of their items.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use crate::client::{self, Builder, Endpoint};
use crate::error::Error;
use crate::meta::EndpointMeta;
use crate::request::Call;
use crate::request_ext::{ResponseFuture, awaited};
use crate::response::{FromResponse, Lenient, Page, decode};

/// How many empty pages in a row are followed.
const MAX_EMPTY_PAGES: u32 = 100;

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

    /// Decodes each item for itself, so that one that doesn't have the declared type doesn't fail
    /// its page. Call it after all setters.
    ///
    /// ```no_run
    /// # use cliq_api::prelude::*;
    /// # #[endpoints]
    /// # pub trait Tickets {
    /// #     #[endpoint(GET "/tickets", page(items = "data", token = "next"))]
    /// #     fn list_tickets(&self, #[query] next: Option<String>) -> Page<String>;
    /// # }
    /// # async fn example(client: Client) -> Result<(), Error> {
    /// let mut tickets = client.list_tickets().lenient().items();
    /// while let Some(ticket) = tickets.next().await {
    ///     match ticket?.into_result() {
    ///         Ok(ticket) => println!("{ticket}"),
    ///         Err(error) => eprintln!("skipped: {error}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    fn lenient(self) -> LenientRequest<Self>
    where
        Self::Item: DeserializeOwned,
    {
        LenientRequest(self)
    }
}

/// A call whose page's items are decoded one by one. See [`PagedExt::lenient`].
#[derive(Debug, Clone)]
#[must_use = "a call does nothing until it is awaited or sent"]
pub struct LenientRequest<R>(R);

impl<R: Builder> Builder for LenientRequest<R> {
    fn new(call: Call, context: client::Context) -> Self {
        Self(R::new(call, context))
    }

    fn call(&mut self) -> &mut Call {
        self.0.call()
    }

    fn context(&mut self) -> &mut client::Context {
        self.0.context()
    }
}

impl<R: PagedExt> Endpoint for LenientRequest<R>
where
    R::Item: DeserializeOwned,
{
    type Response = Page<Lenient<R::Item>>;
    type Decode = decode::Paged;
    const META: &'static EndpointMeta = R::META;
}

impl<R: PagedExt> IntoFuture for LenientRequest<R>
where
    R::Item: DeserializeOwned,
{
    type Output = Result<Page<Lenient<R::Item>>, Error>;
    type IntoFuture = ResponseFuture<Page<Lenient<R::Item>>>;

    fn into_future(self) -> Self::IntoFuture {
        awaited(self)
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
/// The stream ends after an error. [`resume`](Self::resume) continues with the page that failed,
/// [`skip_page`](Self::skip_page) with the one after it.
#[must_use = "pages are fetched lazily: nothing is sent until the stream is polled"]
pub struct Pages<R: PagedExt> {
    request: R,
    next: Next,
    /// Whether it ended with an error. `next` is the page that failed.
    failed: bool,
    /// The page after the one that failed, if its response could be read that far.
    after_failed: Option<String>,
    fetching: Option<ResponseFuture<Page<R::Item>>>,
    seen: HashSet<String>,
    empty: u32,
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
            failed: false,
            after_failed: None,
            fetching: None,
            seen: HashSet::new(),
            empty: 0,
        }
    }

    /// Returns the next page; `None` after the last one, and after an error.
    ///
    /// # Errors
    ///
    /// Those of the call. Pages without an end are [`ErrorKind::Decode`](crate::ErrorKind::Decode):
    /// a server that repeats the token of an earlier page, or sends a hundred empty pages in a row.
    pub async fn next(&mut self) -> Option<Result<Page<R::Item>, Error>> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// Returns the token of the next page, which after an error is the one that failed; `None`
    /// before the first page and after the last one. Store it to continue from here in another
    /// process.
    pub fn token(&self) -> Option<&str> {
        match &self.next {
            Next::Token(token) => Some(token),
            Next::First | Next::End => None,
        }
    }

    /// Continues after an error, with the page that failed. Does nothing if there was no error.
    ///
    /// ```no_run
    /// # use cliq_api::prelude::*;
    /// # use std::time::Duration;
    /// # #[endpoints]
    /// # pub trait Tickets {
    /// #     #[endpoint(GET "/tickets", page(items = "data", token = "next"))]
    /// #     fn list_tickets(&self, #[query] next: Option<String>) -> Page<String>;
    /// # }
    /// # async fn example(client: Client) -> Result<(), Error> {
    /// let mut pages = client.list_tickets().pages();
    /// while let Some(page) = pages.next().await {
    ///     match page {
    ///         Ok(page) => println!("{} tickets", page.items.len()),
    ///         Err(error) if error.is_throttled() => {
    ///             tokio::time::sleep(error.retry_after().unwrap_or(Duration::from_secs(60))).await;
    ///             pages.resume();
    ///         }
    ///         Err(error) => return Err(error),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn resume(&mut self) {
        self.failed = false;
        self.after_failed = None;
    }

    /// Continues after an error, with the page after the one that failed. Returns whether that is
    /// possible: the failed page's response must hold the token of the next page.
    pub fn skip_page(&mut self) -> bool {
        let Some(token) = self.after_failed.take() else {
            return false;
        };
        if !self.seen.insert(token.clone()) {
            return false;
        }
        self.failed = false;
        self.next = Next::Token(token);
        true
    }

    /// Ends with an error that no response caused; `None` if it has ended already.
    #[cfg(feature = "blocking")]
    pub(crate) fn fail<E>(&mut self, error: E) -> Option<E> {
        let has_ended = self.failed || matches!(self.next, Next::End);
        self.failed = true;
        (!has_ended).then_some(error)
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<R::Item>, Error>>> {
        if self.failed || matches!(self.next, Next::End) {
            return Poll::Ready(None);
        }
        let fetching = self
            .fetching
            .get_or_insert_with(|| fetch(&self.request, &self.next));
        let page = ready!(fetching.as_mut().poll(context));
        self.fetching = None;
        let page = page.and_then(|page| self.advance(page));
        if let Err(error) = &page {
            self.failed = true;
            self.after_failed = error.next_page_token().map(str::to_owned);
        }
        Poll::Ready(Some(page))
    }

    fn advance(&mut self, page: Page<R::Item>) -> Result<Page<R::Item>, Error> {
        self.next = match page.next_token.clone() {
            None => Next::End,
            Some(token) if self.seen.insert(token.clone()) => Next::Token(token),
            Some(_) => {
                self.next = Next::End;
                return Err(Error::endless_pages(
                    R::META,
                    "the server repeated the token of a page, so that its pages would never end",
                ));
            }
        };
        if !page.items.is_empty() {
            self.empty = 0;
        } else if matches!(self.next, Next::Token(_)) {
            self.empty += 1;
            if self.empty == MAX_EMPTY_PAGES {
                self.empty = 0;
                let problem = format!(
                    "the server sent {MAX_EMPTY_PAGES} empty pages in a row, each with the token \
                     of a further page"
                );
                return Err(Error::endless_pages(R::META, problem));
            }
        }
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
/// The stream ends after an error; see [`Pages`].
#[must_use = "pages are fetched lazily: nothing is sent until the stream is polled"]
pub struct Items<R: PagedExt> {
    pages: Pages<R>,
    buffered: VecDeque<R::Item>,
}

impl<R: PagedExt> Items<R> {
    /// Returns the next item; `None` after the last one, and after an error.
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

    /// Continues after an error, as [`Pages::resume`] does.
    pub fn resume(&mut self) {
        self.pages.resume();
    }

    /// Continues after an error, as [`Pages::skip_page`] does.
    pub fn skip_page(&mut self) -> bool {
        self.pages.skip_page()
    }

    /// Ends with an error that no response caused; `None` if it has ended already.
    #[cfg(feature = "blocking")]
    pub(crate) fn fail<E>(&mut self, error: E) -> Option<E> {
        self.pages.fail(error)
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
