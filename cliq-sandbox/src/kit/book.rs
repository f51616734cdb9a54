//! The state of a stub server: stubs, received requests, and calls without a reply.

use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use cliq_api::EndpointMeta;
use http::Request;

use super::matcher::Matcher;
use super::received::ReceivedCall;
use super::reply::Reply;
use super::report;
use super::times::Times;

/// Makes the reply to a call.
pub(super) type Script = Arc<dyn Fn(&ReceivedCall) -> Reply + Send + Sync>;

#[derive(Default)]
pub(super) struct Book {
    /// The path of the client's base URL.
    pub(super) prefix: String,
    /// From the oldest to the newest.
    pub(super) stubs: Vec<Planned>,
    received: Vec<Arc<Request<Bytes>>>,
    /// Reports of calls without a reply, each with its count.
    unanswered: Vec<(String, usize)>,
}

/// A stub without its type.
pub(super) struct Planned {
    pub(super) endpoint: &'static EndpointMeta,
    pub(super) written_at: &'static Location<'static>,
    pub(super) matchers: Vec<Matcher>,
    pub(super) scripts: Vec<Script>,
    pub(super) times: Times,
    pub(super) called: usize,
    /// How many matching calls a newer stub replied to.
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
        let prefix = &self.prefix;
        let mut matching = self.stubs.iter_mut().rev().filter_map(|stub| {
            let call = ReceivedCall::read(stub.endpoint, prefix, &request).ok()?;
            stub.differences(&call).is_empty().then_some((stub, call))
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
        // A stub that must not be called needs no reply, and is reported for its count.
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
        self.received
            .iter()
            .filter_map(|request| ReceivedCall::read(endpoint, &self.prefix, request).ok())
            .collect()
    }

    pub(super) fn unanswered(&self) -> &[(String, usize)] {
        &self.unanswered
    }
}

/// Locks the book. It ignores poisoning: no panic under the lock leaves the book inconsistent.
pub(super) fn open(book: &Mutex<Book>) -> MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}
