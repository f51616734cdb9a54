//! The stub server, and the transport of its clients.

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex};

use cliq_api::limit::LimitSettings;
use cliq_api::{Body, Client, ClientBuilder, Endpoint, Exchange, RetryPolicy, Transport};
use http::{Request, StatusCode, Uri};

use super::book::{Book, Planned, Unanswered, open};
use super::received::ReceivedCall;
use super::stub::Stub;
use super::times::Times;
use super::{reply, report};
use crate::whole::whole;

/// A server of stubs for one test: it replies to each endpoint as the test specifies, and records
/// the calls.
///
/// ```
/// use cliq_api::prelude::*;
/// use cliq_sandbox::StubServer;
///
/// #[endpoints(base = "/api/v1")]
/// pub trait Tickets {
///     #[endpoint(POST "/tickets/<TICKET_ID>/close")]
///     fn close_ticket(&self, ticket_id: u64);
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Error> {
/// let server = StubServer::new();
/// let client = server.client();
/// server.on::<CloseTicketRequest>().path("TICKET_ID", 42).reply(());
///
/// client.close_ticket(42).await?;
///
/// assert_eq!(server.calls::<CloseTicketRequest>().len(), 1);
/// # Ok(())
/// # }
/// ```
///
/// It runs in the process, without a socket. Delays use Tokio's time, so tests can pause that.
///
/// The newest stub that matches a call replies to it, so a test can override stubs of a shared
/// setup. A call that no stub matches fails. Dropping the server checks all calls: it panics with a
/// report of unmatched calls, and of stubs that weren't called as often as expected (by default, at
/// least once). If the test is panicking already, it prints only the unmatched calls.
///
/// The server identifies the endpoint of a request by its server, its method, its path, its
/// constants and the names of its parameters. Endpoints with the same ones can't be distinguished.
/// If the paths of several endpoints match, text comes before a placeholder, and `<PATH..>` last: a
/// call of `/chats/search` is never one of `/chats/<CHAT_ID>`, if both are declared in one trait or
/// stubbed.
pub struct StubServer {
    book: Arc<Mutex<Book>>,
    base_url: String,
}

impl StubServer {
    /// Returns a server without stubs.
    pub fn new() -> Self {
        // The URL isn't used. A loopback host keeps requests on this machine in case of a bug.
        Self::at("http://localhost")
    }

    /// Returns a server without stubs with this base URL. Its path is a prefix of all paths.
    ///
    /// # Panics
    ///
    /// If the base URL is invalid.
    #[track_caller]
    pub fn at(base_url: impl Into<String>) -> Self {
        let server = Self {
            book: Arc::default(),
            base_url: base_url.into(),
        };
        let prefix = match server.client_builder().build() {
            Ok(client) => client
                .base_url()
                .parse::<Uri>()
                .map(|uri| uri.path().trim_end_matches('/').to_owned()),
            Err(error) => panic!("{error}"),
        };
        open(&server.book).servers.prefix = prefix.unwrap_or_default();
        server
    }

    /// Adds another server of the provider, for endpoints that declare `server = "…"`. Clients that
    /// are made afterwards know it.
    ///
    /// ```
    /// use cliq_api::prelude::*;
    /// use cliq_sandbox::StubServer;
    ///
    /// #[endpoints]
    /// pub trait Releases {
    ///     #[endpoint(POST "/assets", server = "uploads")]
    ///     fn upload_asset(&self, #[body(bytes)] asset: Bytes);
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Error> {
    /// let server = StubServer::new().server("uploads");
    /// server.on::<UploadAssetRequest>().reply(());
    /// server.client().upload_asset("abc").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn server(self, name: &'static str) -> Self {
        open(&self.book).servers.names.push(name);
        self
    }

    /// Returns a client of this server, without retries and rate limits; see
    /// [`client_builder`](Self::client_builder).
    pub fn client(&self) -> Client {
        match self.client_builder().build() {
            Ok(client) => client,
            Err(error) => unreachable!("the base URL was checked: {error}"),
        }
    }

    /// Returns a builder for a client of this server, to add settings of the program under test,
    /// such as a token or a timeout.
    ///
    /// Retries and rate limits are off, so each call takes one reply, without delay. Turn them on
    /// with `.retry(RetryPolicy::new())` and `.limits(LimitSettings::new())`.
    pub fn client_builder(&self) -> ClientBuilder {
        let transport = StubTransport(self.book.clone());
        let mut builder = Client::builder(&self.base_url);
        for (name, url) in open(&self.book).servers.urls() {
            builder = builder.server(name, url);
        }
        builder
            .transport(transport)
            .retry(RetryPolicy::none())
            .limits(LimitSettings::off())
    }

    /// Adds a stub for an endpoint, identified by its builder's type. Without conditions, the stub
    /// matches all calls of the endpoint.
    #[track_caller]
    pub fn on<R: Endpoint>(&self) -> Stub<R> {
        let mut book = open(&self.book);
        book.stubs.push(Planned {
            endpoint: R::META,
            written_at: Location::caller(),
            matchers: Vec::new(),
            scripts: Vec::new(),
            times: Times::default(),
            called: 0,
            passed_over: 0,
        });
        Stub::new(self.book.clone(), book.stubs.len() - 1)
    }

    /// Returns the received calls of an endpoint in order, including unmatched ones.
    pub fn calls<R: Endpoint>(&self) -> Vec<ReceivedCall> {
        open(&self.book).calls(R::META)
    }

    /// Checks all calls so far, as dropping the server does.
    ///
    /// # Panics
    ///
    /// If a call had no reply, or a stub wasn't called as often as expected.
    #[track_caller]
    pub fn verify(&self) {
        let report = report::whole(&open(&self.book));
        if let Some(report) = report {
            panic!("{report}");
        }
    }
}

impl Default for StubServer {
    fn default() -> Self {
        Self::new()
    }
}

/// Fails the test if the calls don't match its stubs.
impl Drop for StubServer {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.verify();
        } else if let Some(report) = report::unanswered(&open(&self.book)) {
            eprintln!("{report}");
        }
    }
}

impl fmt::Debug for StubServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StubServer").finish_non_exhaustive()
    }
}

struct StubTransport(Arc<Mutex<Book>>);

impl Transport for StubTransport {
    fn send(&self, request: Request<Body>) -> Exchange<'_> {
        Box::pin(async move {
            let request = whole(request).await?;
            let received = open(&self.0).receive(request);
            let response = match received {
                Ok((script, call)) => script(&call).play(call.endpoint()).await?,
                Err(Unanswered { code, why }) => {
                    reply::refusal(StatusCode::BAD_REQUEST, code, &why).map(Body::from)
                }
            };
            Ok(response)
        })
    }
}
