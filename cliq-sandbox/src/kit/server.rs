//! The server of stubs as a test holds it, and the transport through which its clients reach it.

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

/// A server of stubs for one test: it answers each endpoint as the test says, and shows what was
/// called.
///
/// ```
/// use cliq_api::threads::{FollowThreadRequest, Threads};
/// use cliq_sandbox::StubServer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), cliq_api::Error> {
/// let server = StubServer::new();
/// let client = server.client();
/// server.on::<FollowThreadRequest>().path("THREAD_CHAT_ID", "CT_1-T-2").reply(());
///
/// client.follow_thread("CT_1-T-2").await?;
///
/// assert_eq!(server.calls::<FollowThreadRequest>().len(), 1);
/// # Ok(())
/// # }
/// ```
///
/// Nothing is bound and nothing sleeps but in Tokio's time, so that it works where that is paused.
///
/// A call is answered by the newest stub that matches it, so that a test can say otherwise than
/// what it starts with. A call that none matches fails, and so does the test: when the server is
/// dropped, it panics with a report of such calls and of each stub that was not called as often as
/// was expected (at least once, where nothing is said). In a test that panics already it prints the
/// former, and leaves the latter out.
///
/// Which endpoint a request is for goes by its method, its path, and the names of its parameters.
/// Two endpoints that even the names don't tell apart are one to the server, and so they are here.
pub struct StubServer {
    book: Arc<Mutex<Book>>,
    base_url: String,
}

impl StubServer {
    /// A server without stubs.
    pub fn new() -> Self {
        // The URL names nothing, but with a mistake in the transport nothing leaves this machine.
        Self::at("http://localhost")
    }

    /// A server without stubs at a base URL of its own. A prefix in it is part of each path then.
    ///
    /// # Panics
    ///
    /// If no client can have that base URL.
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
        open(&server.book).prefix = prefix.unwrap_or_default();
        server
    }

    /// A client of this server. It can be cloned and sent anywhere.
    pub fn client(&self) -> Client {
        match self.client_builder().build() {
            Ok(client) => client,
            Err(error) => unreachable!("the base URL was checked: {error}"),
        }
    }

    /// The same, to be shaped further: a token, a time limit, whatever the program under test has.
    ///
    /// It tries nothing again by itself and keeps no limits, so that each call asks for one reply,
    /// at once. Who wants to see what a program does otherwise says
    /// `.retry(RetryPolicy::new())` or `.limits(LimitSettings::new())`.
    pub fn client_builder(&self) -> ClientBuilder {
        let transport = StubTransport(self.book.clone());
        Client::builder(&self.base_url)
            .transport(transport)
            .retry(RetryPolicy::none())
            .limits(LimitSettings::off())
    }

    /// Adds a stub for an endpoint, given by its request's type. It matches all calls of it, until
    /// told otherwise.
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

    /// The calls of an endpoint that were received, answered or not, from the first to the last.
    pub fn calls<R: Endpoint>(&self) -> Vec<ReceivedCall> {
        open(&self.book).calls(R::META)
    }

    /// Checks now what is checked when the server is dropped.
    ///
    /// # Panics
    ///
    /// If a call was not answered, or a stub was not called as often as was expected.
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

/// Fails the test if it was not as its stubs say.
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
                    reply::refusal(StatusCode::BAD_REQUEST, code, &why)
                }
            };
            Ok(response.map(Body::from))
        })
    }
}
