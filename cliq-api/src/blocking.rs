//! Calls from plain threads, which have no async runtime: feature `blocking`.
//!
//! Every builder gets [`wait`](WaitExt::wait) in place of `.await`, pages and items become
//! iterators, and [`block_on`] waits for whatever else is asynchronous here, such as signing a user
//! in.
//!
//! ```no_run
//! use cliq_api::blocking::{WaitExt, WaitPagedExt};
//! use cliq_api::prelude::*;
//! use cliq_api::threads::Threads;
//!
//! # fn example(token: String) -> Result<(), Error> {
//! let client = Client::cliq(DataCenter::US).access_token(token).build()?;
//! client.follow_thread("CT_1207124526552602256_60002085329-T-1291567019566818579").wait()?;
//! for thread in client.list_threads("P1974166000016769023").wait_items() {
//!     println!("{}", thread?.chat_id);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Waiting is the calling thread's own work. One thread in the background, begun by the first wait
//! and shared by all, watches sockets and clocks, and finishes what goes on behind a call: a
//! token's renewal, an exchange whose caller's time ran out.
//!
//! A thread of an async runtime that waited would keep that runtime's other tasks from running, so
//! it is refused with an error that says what to do instead.

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

/// Sends a call, and waits for its answer. Every builder has it.
pub trait WaitExt: Endpoint {
    /// Sends it and gives the body of the answer: what `.await` does elsewhere.
    ///
    /// # Errors
    ///
    /// Those of the call; [`ErrorKind::Configuration`] on a thread of an async runtime.
    fn wait(self) -> Result<Self::Response, Error> {
        runtime()
            .map_err(|error| told(error, Self::META))?
            .block_on(awaited(self))
    }

    /// Sends it and gives the whole response: what [`send`](RequestExt::send) does elsewhere.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    fn wait_send(self) -> Result<Response<Self::Response>, Error> {
        runtime()
            .map_err(|error| told(error, Self::META))?
            .block_on(self.send())
    }
}

impl<R: Endpoint> WaitExt for R {}

/// The pages of a paged endpoint, for plain threads.
pub trait WaitPagedExt: PagedExt {
    /// All pages, each fetched when it is asked for.
    fn wait_pages(self) -> WaitPages<Self> {
        WaitPages(self.pages())
    }

    /// All items of all pages, each page fetched when it is needed.
    fn wait_items(self) -> WaitItems<Self> {
        WaitItems(self.items())
    }
}

impl<R: PagedExt> WaitPagedExt for R {}

/// Iterates over pages. It ends after an error, as [`Pages`] does: [`resume`](Self::resume)
/// continues.
#[derive(Debug)]
#[must_use = "no page is fetched until it is asked for"]
pub struct WaitPages<R: PagedExt>(Pages<R>);

/// Iterates over items. It ends after an error, as [`Items`] does: [`resume`](Self::resume)
/// continues.
#[derive(Debug)]
#[must_use = "nothing is fetched until it is asked for"]
pub struct WaitItems<R: PagedExt>(Items<R>);

impl<R: PagedExt> WaitPages<R> {
    /// What is iterated over, with the token of the page that comes next.
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
    /// What is iterated over, with the token of the page that comes next.
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
            Err(error) => self.0.fail(Err(told(error, R::META))),
        }
    }
}

impl<R: PagedExt> Iterator for WaitItems<R> {
    type Item = Result<R::Item, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match runtime() {
            Ok(runtime) => runtime.block_on(self.0.next()),
            Err(error) => self.0.fail(Err(told(error, R::META))),
        }
    }
}

/// Waits for anything asynchronous: signing a user in, [`Client::close`](crate::Client::close).
///
/// ```no_run
/// use cliq_api::auth::{OAuth, SignedIn};
/// use cliq_api::blocking::block_on;
///
/// # fn example(oauth: OAuth, code: String) -> Result<SignedIn, Box<dyn std::error::Error>> {
/// let signed_in = block_on(oauth.exchange_self_client(code))??;
/// # Ok(signed_in)
/// # }
/// ```
///
/// # Errors
///
/// [`ErrorKind::Configuration`] on a thread of an async runtime, where nothing is begun.
pub fn block_on<F: Future>(future: F) -> Result<F::Output, Error> {
    match runtime() {
        Ok(runtime) => Ok(runtime.block_on(future)),
        Err(error) => Err(Error::configuration(error.to_string()).caused_by(error)),
    }
}

/// Why there can be no waiting.
#[derive(Debug, Clone, Copy, thiserror::Error)]
enum CannotWait {
    #[error(
        "this thread belongs to an async runtime, which waiting would stall: `.await` it instead, or in `spawn_blocking` pass what you would await to \
         `Handle::current().block_on(…)`"
    )]
    InRuntime,
    #[error("the background thread for waiting can't be started: {0}")]
    NoThread(io::ErrorKind),
}

fn told(error: CannotWait, endpoint: &'static crate::EndpointMeta) -> Error {
    Error::unsent(ErrorKind::Configuration, endpoint, error.to_string()).caused_by(error)
}

/// The runtime behind all waiting, unless this thread has one of its own.
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

/// It runs until the process ends: whatever is left to it is finished, as long as there is a
/// process to finish it in.
fn start() -> io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name("blocking-calls".to_owned())
        .spawn(move || runtime.block_on(pending::<()>()))?;
    Ok(handle)
}
