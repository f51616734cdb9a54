//! What a server of stubs knows: the stubs, what it received, and what went wrong.

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
    /// What stands before the paths of all endpoints: the prefix of the client's base URL.
    pub(super) prefix: String,
    /// From the oldest to the newest.
    pub(super) stubs: Vec<Planned>,
    received: Vec<Arc<Request<Bytes>>>,
    /// Calls that nothing was there to answer, each as its report has it, and how often it came.
    unanswered: Vec<(String, usize)>,
}

/// A stub, without its type.
pub(super) struct Planned {
    pub(super) endpoint: &'static EndpointMeta,
    pub(super) written_at: &'static Location<'static>,
    pub(super) matchers: Vec<Matcher>,
    pub(super) scripts: Vec<Script>,
    pub(super) times: Times,
    pub(super) called: usize,
    /// How many calls that it matches a newer one answered.
    pub(super) passed_over: usize,
}

/// What the caller of a call is told that nothing is there to answer.
pub(super) struct Unanswered {
    pub(super) code: &'static str,
    pub(super) why: String,
}

impl Planned {
    pub(super) fn differences(&self, call: &ReceivedCall) -> Vec<String> {
        self.matchers
            .iter()
            .filter_map(|matcher| matcher.differs(call))
            .collect()
    }

    /// In turn, and the last one from then on.
    fn next_script(&mut self) -> Option<Script> {
        self.called += 1;
        self.scripts
            .get(self.called - 1)
            .or(self.scripts.last())
            .cloned()
    }
}

impl Book {
    /// Writes the request down, and says who answers it: of the stubs that match, the newest.
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
            let (told, reported) = report::unmatched(self, &request);
            self.note(reported);
            return Err(Unanswered {
                code: "no_stub",
                why: told,
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
        // One that is never to be called needs none, and is reported for being called.
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

/// Nothing is left half done under the lock: a panic there leaves the book whole.
pub(super) fn open(book: &Mutex<Book>) -> MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}
