//! The state of a stub server: stubs, received requests, and calls without a reply.

use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use cliq_api::EndpointMeta;
use http::{Request, Uri};

use super::matcher::Matcher;
use super::received::ReceivedCall;
use super::reply::Reply;
use super::times::Times;
use super::{report, template};

/// Makes the reply to a call.
pub(super) type Script = Arc<dyn Fn(&ReceivedCall) -> Reply + Send + Sync>;

#[derive(Default)]
pub(super) struct Book {
    pub(super) servers: Servers,
    /// Ordered by age, oldest first.
    pub(super) stubs: Vec<Planned>,
    received: Vec<Arc<Request<Bytes>>>,
    /// Reports of calls without a reply, each with its count.
    unanswered: Vec<(String, usize)>,
}

/// The servers that the client knows.
#[derive(Default)]
pub(super) struct Servers {
    /// The path of the client's base URL.
    pub(super) prefix: String,
    /// Names of other servers.
    pub(super) names: Vec<&'static str>,
}

impl Servers {
    /// Returns the names of the other servers, with URLs that only distinguish the servers.
    pub(super) fn urls(&self) -> impl Iterator<Item = (&'static str, String)> {
        let names = self.names.iter().enumerate();
        names.map(|(index, name)| (*name, format!("http://localhost:{}", index + 1)))
    }

    /// Returns the prefix of the paths of an endpoint, if a request with this URI goes to its
    /// server.
    pub(super) fn prefix(&self, endpoint: &EndpointMeta, uri: &Uri) -> Option<&str> {
        let port = uri.port_u16();
        let of = |(index, name): (usize, &&'static str)| {
            (u16::try_from(index + 1).ok() == port).then_some(*name)
        };
        let name = self.names.iter().enumerate().find_map(of);
        match endpoint.server() {
            // The test has configured this server's URL on the client itself.
            Some(server) if !self.names.contains(&server) => Some(""),
            server => (name == server).then_some(if server.is_some() { "" } else { &self.prefix }),
        }
    }
}

/// A stub, without its type parameter.
pub(super) struct Planned {
    pub(super) endpoint: &'static EndpointMeta,
    pub(super) written_at: &'static Location<'static>,
    pub(super) matchers: Vec<Matcher>,
    pub(super) scripts: Vec<Script>,
    pub(super) times: Times,
    pub(super) called: usize,
    /// The number of matching calls that a newer stub replied to.
    pub(super) passed_over: usize,
}

/// The error response to a call without a reply.
pub(super) struct Unanswered {
    pub(super) code: &'static str,
    pub(super) why: String,
}

impl Planned {
    pub(super) fn differences(&self, call: &ReceivedCall) -> Vec<String> {
        self.matchers
            .iter()
            .filter_map(|matcher| matcher.difference(call))
            .collect()
    }

    /// Returns the next reply; the last one is repeated.
    fn next_script(&mut self) -> Option<Script> {
        self.called += 1;
        self.scripts
            .get(self.called - 1)
            .or(self.scripts.last())
            .cloned()
    }
}

impl Book {
    /// Records the request, and returns the reply of the newest stub that matches it.
    pub(super) fn receive(
        &mut self,
        request: Request<Bytes>,
    ) -> Result<(Script, ReceivedCall), Unanswered> {
        let request = Arc::new(request);
        self.received.push(request.clone());
        let chosen: Vec<_> = self
            .stubs
            .iter()
            .map(|stub| self.closer(stub.endpoint, &request).is_none())
            .collect();
        let servers = &self.servers;
        let stubs = self.stubs.iter_mut().zip(chosen).rev();
        let mut matching = stubs.filter_map(|(stub, is_chosen)| {
            let call = ReceivedCall::read(stub.endpoint, servers, &request).ok()?;
            (is_chosen && stub.differences(&call).is_empty()).then_some((stub, call))
        });
        let Some((stub, call)) = matching.next() else {
            drop(matching);
            let (why, reported) = report::unmatched(self, &request);
            self.note(reported);
            return Err(Unanswered {
                code: "no_stub",
                why,
            });
        };
        matching.for_each(|(older, _)| older.passed_over += 1);
        if let Some(script) = stub.next_script() {
            return Ok((script, call));
        }
        let why = format!(
            "the stub at {} has no reply",
            report::place(stub.written_at)
        );
        // A `never` stub needs no reply; its own report lists the call.
        if !stub.times.is_never() {
            let reported = report::without_reply(&request, stub);
            self.note(reported);
        }
        Err(Unanswered {
            code: "no_reply",
            why,
        })
    }

    fn note(&mut self, report: String) {
        match self
            .unanswered
            .iter_mut()
            .find(|(noted, _)| *noted == report)
        {
            Some((_, count)) => *count += 1,
            None => self.unanswered.push((report, 1)),
        }
    }

    pub(super) fn calls(&self, endpoint: &'static EndpointMeta) -> Vec<ReceivedCall> {
        let received = self.received.iter();
        received
            .filter(|request| self.closer(endpoint, request).is_none())
            .filter_map(|request| ReceivedCall::read(endpoint, &self.servers, request).ok())
            .collect()
    }

    /// Returns the endpoint that a server would prefer to this one for the request's path: one of
    /// the same trait, or of a stub, with text in place of a placeholder.
    pub(super) fn closer(
        &self,
        endpoint: &'static EndpointMeta,
        request: &Request<Bytes>,
    ) -> Option<&'static EndpointMeta> {
        let template = |endpoint: &EndpointMeta| [endpoint.base(), endpoint.path()].concat();
        let looseness = template::looseness(&template(endpoint));
        let stubbed = self.stubs.iter().map(|stub| stub.endpoint);
        let mut others = endpoint.table().iter().copied().chain(stubbed);
        others.find(|other| {
            ReceivedCall::is_at(other, &self.servers, request)
                && template::looseness(&template(other)) < looseness
        })
    }

    pub(super) fn unanswered(&self) -> &[(String, usize)] {
        &self.unanswered
    }
}

/// Locks the book. It ignores poisoning: no panic under the lock leaves the book inconsistent.
pub(super) fn open(book: &Mutex<Book>) -> MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}
