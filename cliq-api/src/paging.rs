//! Streams of pages and of their items.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use http::Uri;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::client::{self, Builder, Endpoint, ResponseFuture, awaited};
use crate::dynamic::DynamicCall;
use crate::error::Error;
use crate::meta::EndpointMeta;
use crate::request::{Call, link};
use crate::response::{FromResponse, Lenient, Page, decode};

/// How many empty pages in a row are followed.
const MAX_EMPTY_PAGES: u32 = 100;

/// How many equal pages in a row are followed, where nothing but the content tells pages apart.
const MAX_EQUAL_PAGES: u32 = 3;

/// Methods of the builder of a paged endpoint.
///
/// The guide: [paging](crate::guide::paging).
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
            other: Map::new(),
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
    walk: Walk,
    fetching: Option<ResponseFuture<Page<R::Item>>>,
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
            walk: Walk::new(R::META),
            fetching: None,
        }
    }

    /// Starts with the page that this token, number, offset or URL asks for, which is one that
    /// [`token`](Self::token) returned.
    pub fn start_at(mut self, token: impl Into<String>) -> Self {
        self.walk.next = Next::Token(token.into());
        self
    }

    /// Returns the next page; `None` after the last one, and after an error.
    ///
    /// # Errors
    ///
    /// Those of the call. Pages without an end are [`ErrorKind::Decode`](crate::ErrorKind::Decode):
    /// a server that repeats the token of an earlier page, sends a hundred empty pages in a row,
    /// or, where pages have numbers or offsets, the same page three times. A URL of the next page
    /// at another origin is [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest), and
    /// nothing is sent there.
    pub async fn next(&mut self) -> Option<Result<Page<R::Item>, Error>> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// Returns what asks for the next page (its token, number, offset or URL), which after an error
    /// is the one that failed; `None` before the first page and after the last one. Store it to
    /// continue from here in another process, with [`start_at`](Self::start_at).
    pub fn token(&self) -> Option<&str> {
        self.walk.token()
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
    ///             let wait = error.retry_after().unwrap_or(Duration::from_secs(60));
    ///             tokio::time::sleep(wait).await;
    ///             pages.resume();
    ///         }
    ///         Err(error) => return Err(error),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn resume(&mut self) {
        self.walk.resume();
    }

    /// Continues after an error, with the page after the one that failed. Returns whether that is
    /// possible: the failed page's response must hold the token of the next page.
    pub fn skip_page(&mut self) -> bool {
        self.walk.skip_page()
    }

    /// Ends with an error that no response caused; `None` if it has ended already.
    #[cfg(feature = "blocking")]
    pub(crate) fn fail<E>(&mut self, error: E) -> Option<E> {
        let has_ended = self.walk.has_ended();
        self.walk.failed = true;
        (!has_ended).then_some(error)
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<R::Item>, Error>>> {
        let request = &self.request;
        self.walk.poll(&mut self.fetching, context, |walk| {
            let mut request = request.clone();
            let mut call = request.call().take();
            walk.prepare(&mut call, request.context())?;
            *request.call() = call;
            Ok(awaited(request))
        })
    }
}

/// The pages of a call by metadata: [`DynamicCall::pages`](crate::DynamicCall::pages). The items
/// are any JSON.
///
/// The stream ends after an error. [`resume`](Self::resume) continues with the page that failed.
#[must_use = "pages are fetched lazily: nothing is sent until the stream is polled"]
pub struct DynamicPages {
    call: DynamicCall,
    walk: Walk,
    fetching: Option<ResponseFuture<Page<Value>>>,
}

impl DynamicCall {
    /// Returns a stream of all pages of an endpoint that declares them. Each page is fetched when
    /// it is polled for; its items are any JSON.
    ///
    /// ```no_run
    /// # use cliq_api::prelude::*;
    /// # use cliq_api::EndpointMeta;
    /// # async fn example(client: Client, list: &'static EndpointMeta) -> Result<(), Error> {
    /// let mut pages = client.call(list).pages();
    /// while let Some(page) = pages.next().await {
    ///     for item in page?.items {
    ///         println!("{item}");
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn pages(self) -> DynamicPages {
        DynamicPages {
            walk: Walk::new(self.endpoint()),
            call: self,
            fetching: None,
        }
    }
}

impl DynamicPages {
    /// Starts with another page, as [`Pages::start_at`] does.
    pub fn start_at(mut self, token: impl Into<String>) -> Self {
        self.walk.next = Next::Token(token.into());
        self
    }

    /// Returns the next page; `None` after the last one, and after an error.
    ///
    /// # Errors
    ///
    /// Those of [`Pages::next`]; [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) if
    /// the endpoint declares no pages, and nothing is sent.
    pub async fn next(&mut self) -> Option<Result<Page<Value>, Error>> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// Returns what asks for the next page, as [`Pages::token`] does.
    pub fn token(&self) -> Option<&str> {
        self.walk.token()
    }

    /// Continues after an error, as [`Pages::resume`] does.
    pub fn resume(&mut self) {
        self.walk.resume();
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<Value>, Error>>> {
        let call = &self.call;
        self.walk.poll(&mut self.fetching, context, |walk| {
            call.clone()
                .page(|call, context| walk.prepare(call, context))
        })
    }
}

impl Stream for DynamicPages {
    type Item = Result<Page<Value>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

impl fmt::Debug for DynamicPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamicPages")
            .field("endpoint", &format_args!("{}", self.walk.endpoint))
            .finish_non_exhaustive()
    }
}

/// Where a walk through pages is, whatever is called and whatever the items are.
struct Walk {
    endpoint: &'static EndpointMeta,
    next: Next,
    /// Whether it ended with an error. `next` is the page that failed.
    failed: bool,
    /// The page after the one that failed, if its response could be read that far.
    after_failed: Option<String>,
    /// The URL of the last page that was fetched by its URL.
    url: Option<Uri>,
    seen: HashSet<String>,
    empty: u32,
    /// The digest of the last page, and how many pages in a row had it.
    digest: Option<u64>,
    equal: u32,
}

impl Walk {
    fn new(endpoint: &'static EndpointMeta) -> Self {
        Self {
            endpoint,
            next: Next::First,
            failed: false,
            after_failed: None,
            url: None,
            seen: HashSet::new(),
            empty: 0,
            digest: None,
            equal: 0,
        }
    }

    fn has_ended(&self) -> bool {
        self.failed || matches!(self.next, Next::End)
    }

    fn token(&self) -> Option<&str> {
        match &self.next {
            Next::Token(token) => Some(token),
            Next::First | Next::End => None,
        }
    }

    fn resume(&mut self) {
        self.failed = false;
        self.after_failed = None;
    }

    fn skip_page(&mut self) -> bool {
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

    /// Polls the page that is being fetched, or the one that `fetch` asks for.
    fn poll<T>(
        &mut self,
        fetching: &mut Option<ResponseFuture<Page<T>>>,
        context: &mut Context<'_>,
        fetch: impl FnOnce(&mut Self) -> Result<ResponseFuture<Page<T>>, Error>,
    ) -> Poll<Option<Result<Page<T>, Error>>> {
        if self.has_ended() {
            return Poll::Ready(None);
        }
        if fetching.is_none() {
            match fetch(self) {
                Ok(future) => *fetching = Some(future),
                Err(error) => {
                    self.failed = true;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
        let Some(future) = fetching else {
            return Poll::Ready(None);
        };
        let page = ready!(future.as_mut().poll(context));
        *fetching = None;
        let page = page.and_then(|page| self.advance(page));
        if let Err(error) = &page {
            self.failed = true;
            self.after_failed = error.next_page_token().map(str::to_owned);
        }
        Poll::Ready(Some(page))
    }

    /// Makes a call of the first page one of the next page.
    fn prepare(&mut self, call: &mut Call, context: &mut client::Context) -> Result<(), Error> {
        let (Next::Token(token), Some(page)) = (&self.next, self.endpoint.page()) else {
            return Ok(());
        };
        match page.param() {
            Some(param) => *call = call.take().set_by_meta(param, token),
            None => {
                let url = self.resolved(token, call, context)?;
                context.set_options(|options| options.page(url.clone()));
                self.url = Some(url);
            }
        }
        Ok(())
    }

    /// Resolves the URL of a page against that of the page before it.
    fn resolved(
        &self,
        reference: &str,
        call: &Call,
        context: &client::Context,
    ) -> Result<Uri, Error> {
        let base = match &self.url {
            Some(url) => url.clone(),
            None => client::url(call, context)?,
        };
        link::resolve(reference, &base)
            .map_err(|problem| Error::invalid_request(self.endpoint, &problem))
    }

    fn advance<T>(&mut self, page: Page<T>) -> Result<Page<T>, Error> {
        self.next = match page.next_token.clone() {
            None => Next::End,
            Some(token) if self.seen.insert(token.clone()) => Next::Token(token),
            Some(_) => {
                self.next = Next::End;
                return Err(Error::endless_pages(
                    self.endpoint,
                    "the server repeated the token of a page, so that its pages would never end",
                ));
            }
        };
        self.equal = match page.digest {
            Some(_) if page.digest == self.digest => self.equal + 1,
            _ => 1,
        };
        self.digest = page.digest;
        if self.equal >= MAX_EQUAL_PAGES && !page.items.is_empty() {
            self.next = Next::End;
            let problem = format!(
                "the server sent the same page {MAX_EQUAL_PAGES} times in a row, so that its pages \
                 would never end"
            );
            return Err(Error::endless_pages(self.endpoint, problem));
        }
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
                return Err(Error::endless_pages(self.endpoint, problem));
            }
        }
        Ok(page)
    }
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
    other: Map<String, Value>,
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

    /// Starts with another page, as [`Pages::start_at`] does.
    pub fn start_at(self, token: impl Into<String>) -> Self {
        Self {
            pages: self.pages.start_at(token),
            ..self
        }
    }

    /// Returns the members of the current page's response besides the items, as
    /// [`Page::other`]; none before the first page.
    pub fn other(&self) -> &Map<String, Value> {
        &self.other
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
                Some(Ok(page)) => {
                    self.buffered = page.items.into();
                    self.other = page.other;
                }
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
