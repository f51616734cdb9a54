//! Blocking calls, for threads without an async runtime. Feature `blocking`.
//!
//! Every builder gets [`wait`](WaitExt::wait) in place of `.await`, pages and items become
//! iterators, and [`block_on`] waits for any other future of this crate, such as a sign-in.
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
//! let client = Client::builder("https://desk.example.com").bearer("41d9…").build()?;
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

use std::future::pending;
use std::io;
use std::sync::OnceLock;
use std::thread;

use http::Response;
use tokio::runtime::{Builder, Handle};

use crate::client::Endpoint;
use crate::error::{Error, ErrorKind};
use crate::paging::{Items, PagedExt, Pages};
use crate::request_ext::{RequestExt, awaited};
use crate::response::Page;

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
