//! Blocking calls, for threads without an async runtime. Feature `blocking`.
//!
//! The guide: [calling](crate::guide::calling#without-an-async-runtime).
//!
//! Every builder gets [`wait`](WaitExt::wait) in place of `.await`, pages, items and streams become
//! iterators, a [`Download`] becomes a [`Read`](std::io::Read), and [`block_on`] waits for any
//! other future of this crate, such as a sign-in. [`Body::reader`](crate::Body::reader) and
//! [`Body::file`](crate::Body::file) read what is sent on separate threads.
//!
//! ```no_run
//! use cliq_api::blocking::{WaitExt, WaitPagedExt};
//! use cliq_api::prelude::*;
//!
//! #[endpoints(base = "/api/v1")]
//! pub trait Tickets {
//!     #[endpoint(POST "/tickets/<TICKET_ID>/close")]
//!     fn close_ticket(&self, ticket_id: u64);
//!
//!     #[endpoint(GET "/tickets", page(items = "data", token = "next"))]
//!     fn list_tickets(&self, #[query] next: Option<String>) -> Page<String>;
//! }
//!
//! # fn main() -> Result<(), Error> {
//! let client = Client::builder("https://desk.example.com").bearer("41d9").build()?;
//! client.close_ticket(42).wait()?;
//! for ticket in client.list_tickets().wait_items() {
//!     println!("{}", ticket?);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The calling thread polls the future. One background thread, started by the first wait and shared
//! by all, drives sockets and timers. It also finishes work that outlives a call, such as a token's
//! refresh, or an exchange whose caller has timed out.
//!
//! Blocking a thread of an async runtime would stall that runtime's other tasks. Such a wait
//! returns an error, which names the alternatives.

use std::future::{pending, poll_fn};
use std::io::{self, BufRead};
use std::pin::Pin;
use std::sync::OnceLock;
use std::thread;

use bytes::{Buf as _, Bytes};
use futures_core::Stream;
use http::Response;
use tokio::runtime::{Builder, Handle};

use crate::client::{Endpoint, RequestExt, awaited};
use crate::error::{Error, ErrorKind};
use crate::paging::{Items, PagedExt, Pages};
use crate::response::Page;
use crate::streaming::Download;

/// Blocking calls. Every builder implements it.
pub trait WaitExt: Endpoint {
    /// Sends the call and returns the decoded response, as `.await` does.
    ///
    /// # Errors
    ///
    /// Those of the call; [`ErrorKind::Configuration`] on a thread of an async runtime.
    fn wait(self) -> Result<Self::Response, Error> {
        runtime()
            .map_err(|error| cannot_wait(error, Self::META))?
            .block_on(awaited(self))
    }

    /// Sends the call and returns the whole response, as [`send`](RequestExt::send) does.
    ///
    /// # Errors
    ///
    /// Those of [`wait`](Self::wait).
    fn wait_send(self) -> Result<Response<Self::Response>, Error> {
        runtime()
            .map_err(|error| cannot_wait(error, Self::META))?
            .block_on(self.send())
    }
}

impl<R: Endpoint> WaitExt for R {}

/// Blocking iterators over the pages of an endpoint.
pub trait WaitPagedExt: PagedExt {
    /// Iterates over all pages. Each page is fetched when it is needed.
    fn wait_pages(self) -> WaitPages<Self> {
        WaitPages(self.pages())
    }

    /// Iterates over the items of all pages. Each page is fetched when it is needed.
    fn wait_items(self) -> WaitItems<Self> {
        WaitItems(self.items())
    }
}

impl<R: PagedExt> WaitPagedExt for R {}

/// Iterates over pages. It ends after an error, as [`Pages`] does: [`resume`](Self::resume)
/// continues.
#[derive(Debug)]
#[must_use = "iterators are lazy: nothing is sent until the next page is needed"]
pub struct WaitPages<R: PagedExt>(Pages<R>);

/// Iterates over items. It ends after an error, as [`Items`] does: [`resume`](Self::resume)
/// continues.
#[derive(Debug)]
#[must_use = "iterators are lazy: nothing is sent until the next page is needed"]
pub struct WaitItems<R: PagedExt>(Items<R>);

impl<R: PagedExt> WaitPages<R> {
    /// Returns the underlying [`Pages`], which hold the token of the next page.
    pub fn get_ref(&self) -> &Pages<R> {
        &self.0
    }

    /// Continues after an error, with the page that failed, as [`Pages::resume`].
    pub fn resume(&mut self) {
        self.0.resume();
    }

    /// Continues after an error, with the page after the one that failed, as
    /// [`Pages::skip_page`].
    pub fn skip_page(&mut self) -> bool {
        self.0.skip_page()
    }
}

impl<R: PagedExt> WaitItems<R> {
    /// Returns the underlying [`Items`], which hold the token of the next page.
    pub fn get_ref(&self) -> &Items<R> {
        &self.0
    }

    /// Continues after an error, with the page that failed, as [`Items::resume`].
    pub fn resume(&mut self) {
        self.0.resume();
    }

    /// Continues after an error, with the page after the one that failed, as
    /// [`Items::skip_page`].
    pub fn skip_page(&mut self) -> bool {
        self.0.skip_page()
    }
}

impl<R: PagedExt> Iterator for WaitPages<R> {
    type Item = Result<Page<R::Item>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match runtime() {
            Ok(runtime) => runtime.block_on(self.0.next()),
            Err(error) => self.0.fail(Err(cannot_wait(error, R::META))),
        }
    }
}

impl<R: PagedExt> Iterator for WaitItems<R> {
    type Item = Result<R::Item, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match runtime() {
            Ok(runtime) => runtime.block_on(self.0.next()),
            Err(error) => self.0.fail(Err(cannot_wait(error, R::META))),
        }
    }
}

/// Blocking iterators over the streams that a call returns: [`Events`](crate::Events),
/// [`JsonLines`](crate::JsonLines), [`Reconnecting`](crate::Reconnecting) and [`Download`].
///
/// ```no_run
/// use cliq_api::JsonLines;
/// use cliq_api::blocking::{WaitExt, WaitStream};
/// use cliq_api::prelude::*;
///
/// #[endpoints]
/// pub trait Exports {
///     #[endpoint(GET "/export")]
///     fn export(&self) -> JsonLines<u64>;
/// }
///
/// # fn example(client: Client) -> Result<(), Error> {
/// for record in client.export().wait()?.wait_iter() {
///     println!("{}", record?);
/// }
/// # Ok(())
/// # }
/// ```
pub trait WaitStream: Stream + Unpin + Sized {
    /// Iterates over the stream. Each value is awaited when it is needed.
    fn wait_iter(self) -> WaitIter<Self> {
        WaitIter {
            stream: self,
            has_ended: false,
        }
    }
}

impl<S: Stream<Item = Result<T, Error>> + Unpin, T> WaitStream for S {}

/// Iterates over a stream.
#[derive(Debug)]
#[must_use = "iterators are lazy: nothing is read until the next value is needed"]
pub struct WaitIter<S> {
    stream: S,
    has_ended: bool,
}

impl<S> WaitIter<S> {
    /// Returns the stream.
    pub fn get_ref(&self) -> &S {
        &self.stream
    }

    /// Returns the stream, to be changed.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.stream
    }
}

impl<S: Stream<Item = Result<T, Error>> + Unpin, T> Iterator for WaitIter<S> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_ended {
            return None;
        }
        let stream = &mut self.stream;
        let next = poll_fn(|context| Pin::new(&mut *stream).poll_next(context));
        match block_on(next) {
            Ok(next) => next,
            Err(error) => {
                self.has_ended = true;
                Some(Err(error))
            }
        }
    }
}

impl Download {
    /// Returns a blocking reader of the content. Feature `blocking`.
    ///
    /// ```no_run
    /// # use cliq_api::prelude::*;
    /// use cliq_api::blocking::WaitExt;
    /// # use cliq_api::Download;
    /// # #[endpoints]
    /// # pub trait Files {
    /// #     #[endpoint(GET "/files/<ID>")] fn download(&self, id: u64) -> Download;
    /// # }
    /// # fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut file = std::fs::File::create("report.pdf")?;
    /// std::io::copy(&mut client.download(42_u64).wait()?.reader(), &mut file)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn reader(self) -> WaitReader {
        WaitReader {
            download: self,
            piece: Bytes::new(),
        }
    }
}

/// Reads a [`Download`]. The error of a read holds the [`Error`].
#[derive(Debug)]
pub struct WaitReader {
    download: Download,
    /// What was received and not read yet.
    piece: Bytes,
}

impl WaitReader {
    /// Returns the download, for its status and headers.
    pub fn get_ref(&self) -> &Download {
        &self.download
    }
}

impl io::Read for WaitReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = {
            let piece = self.fill_buf()?;
            let length = piece.len().min(buffer.len());
            buffer[..length].copy_from_slice(&piece[..length]);
            length
        };
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for WaitReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.piece.is_empty() {
            let next = block_on(self.download.next()).map_err(io::Error::other)?;
            match next {
                Some(Ok(piece)) => self.piece = piece,
                Some(Err(error)) => return Err(io::Error::other(error)),
                None => break,
            }
        }
        Ok(&self.piece)
    }

    fn consume(&mut self, length: usize) {
        self.piece.advance(length);
    }
}

/// Waits for any future, such as a sign-in or [`Client::close`](crate::Client::close).
///
/// ```no_run
/// use cliq_api::auth::{OAuth, SignedIn};
/// use cliq_api::blocking::block_on;
///
/// # fn example(oauth: OAuth, code: String) -> Result<SignedIn, Box<dyn std::error::Error>> {
/// let signed_in = block_on(oauth.exchange_code(code))??;
/// # Ok(signed_in)
/// # }
/// ```
///
/// # Errors
///
/// [`ErrorKind::Configuration`] on a thread of an async runtime; the future is not polled then.
pub fn block_on<F: Future>(future: F) -> Result<F::Output, Error> {
    match runtime() {
        Ok(runtime) => Ok(runtime.block_on(future)),
        Err(error) => Err(Error::configuration(error.to_string()).caused_by(error)),
    }
}

/// Why this thread can't wait.
#[derive(Debug, Clone, Copy, thiserror::Error)]
enum CannotWait {
    #[error(
        "can't block a thread of an async runtime: `.await` the call instead, or, in \
         `spawn_blocking`, pass its future to `Handle::current().block_on(…)`"
    )]
    InRuntime,
    #[error("can't start the background thread for blocking calls: {0}")]
    NoThread(io::ErrorKind),
}

fn cannot_wait(error: CannotWait, endpoint: &'static crate::EndpointMeta) -> Error {
    Error::unsent(ErrorKind::Configuration, endpoint, error.to_string()).caused_by(error)
}

/// Returns the runtime that all waits share, unless this thread belongs to another one.
fn runtime() -> Result<&'static Handle, CannotWait> {
    static SHARED: OnceLock<Result<Handle, io::ErrorKind>> = OnceLock::new();
    if Handle::try_current().is_ok() {
        return Err(CannotWait::InRuntime);
    }
    SHARED
        .get_or_init(|| start().map_err(|error| error.kind()))
        .as_ref()
        .map_err(|kind| CannotWait::NoThread(*kind))
}

/// Starts the background thread. It runs until the process ends, to finish work that outlives a
/// call.
fn start() -> io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name("blocking-calls".to_owned())
        .spawn(move || runtime.block_on(pending::<()>()))?;
    Ok(handle)
}
