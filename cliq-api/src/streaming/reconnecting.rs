//! Server-sent events over several connections.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use http::{HeaderName, HeaderValue};
use tokio::time::{Sleep, sleep};

use super::events::{Event, EventData, Events};
use crate::backoff::Backoff;
use crate::client::{Endpoint, RequestExt, ResponseFuture, awaited};
use crate::error::{Error, ErrorKind};
use crate::response::{FromResponse, decode};

/// How long to wait before connecting again, where the server sends no time.
const RETRY: Duration = Duration::from_secs(3);

/// The longest wait, unless the server sends a longer one.
const MAX_RETRY: Duration = Duration::from_mins(1);

/// How many connections in a row may bring no event.
const MAX_FAILURES: u32 = 10;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Methods of the builder of an endpoint that returns [`Events`].
pub trait EventsExt:
    Endpoint<Response = Events<Self::Data>, Decode = decode::Events> + Clone
{
    /// The type of the events' data.
    type Data: EventData;

    /// Returns a stream of events that connects again when a connection ends or breaks off. See
    /// [`Reconnecting`].
    fn reconnecting(self) -> Reconnecting<Self> {
        Reconnecting {
            request: self,
            state: State::Idle,
            last_event_id: None,
            retry: RETRY,
            max_failures: MAX_FAILURES,
            failures: 0,
            has_failed: false,
        }
    }
}

impl<R, T> EventsExt for R
where
    R: Endpoint<Response = Events<T>, Decode = decode::Events> + Clone,
    Events<T>: FromResponse<decode::Events>,
    T: EventData,
{
    type Data = T;
}

/// Server-sent events over as many connections as it takes, as a [`Stream`] or through
/// [`next`](Self::next).
///
/// After a connection has ended, it waits for the time that the server sent (`retry:`; 3 seconds by
/// default) and connects again, with the id of the last event in the header `Last-Event-ID`. While
/// connections bring no event, the wait grows up to a minute. Each connection is a call, with its
/// permit and its retries.
///
/// The stream ends when the server responds with 204, and after an error:
///
/// - the call's own, unless it may pass: no connection, a timeout, throttling, a status from 500
///   on;
/// - any, after ten connections in a row without an event
///   ([`max_failures`](Self::max_failures)).
///
/// [`resume`](Self::resume) continues then. An event whose data doesn't have the declared type is
/// an error, too, and the stream continues with the next event.
#[must_use = "nothing is sent until the stream is polled"]
pub struct Reconnecting<R: EventsExt> {
    request: R,
    state: State<R::Data>,
    last_event_id: Option<String>,
    retry: Duration,
    max_failures: u32,
    /// Connections in a row without an event.
    failures: u32,
    has_failed: bool,
}

enum State<T> {
    Idle,
    Connecting(ResponseFuture<Events<T>>),
    Open(Box<Events<T>>),
    Waiting(Pin<Box<Sleep>>),
    Ended,
}

impl<R: EventsExt> Reconnecting<R> {
    /// Starts after the event with this id, which is one that
    /// [`last_event_id`](Self::last_event_id) returned.
    pub fn start_after(self, last_event_id: impl Into<String>) -> Self {
        Self {
            last_event_id: Some(last_event_id.into()),
            ..self
        }
    }

    /// Sets how long to wait before connecting again, until the server sends a time.
    pub fn retry(self, wait: Duration) -> Self {
        Self {
            retry: wait,
            ..self
        }
    }

    /// Sets how many connections in a row may bring no event. Defaults to 10.
    pub fn max_failures(self, failures: u32) -> Self {
        Self {
            max_failures: failures,
            ..self
        }
    }

    /// Returns the next event; `None` after the last one, and after an error that ended the stream.
    ///
    /// # Errors
    ///
    /// Those of the call and of [`Events::next`].
    pub async fn next(&mut self) -> Option<Result<Event<R::Data>, Error>> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// Returns the id of the last event that had one. Store it to continue from here in another
    /// process, with [`start_after`](Self::start_after).
    pub fn last_event_id(&self) -> Option<&str> {
        self.last_event_id.as_deref()
    }

    /// Connects again after an error that ended the stream. Does nothing if there was none.
    pub fn resume(&mut self) {
        if std::mem::take(&mut self.has_failed) {
            self.failures = 0;
            self.state = State::Idle;
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Event<R::Data>, Error>>> {
        loop {
            match &mut self.state {
                State::Ended => return Poll::Ready(None),
                State::Idle => match self.connect() {
                    Ok(connecting) => self.state = State::Connecting(connecting),
                    Err(error) => return Poll::Ready(Some(Err(self.end(error)))),
                },
                State::Connecting(connecting) => match ready!(connecting.as_mut().poll(context)) {
                    Ok(events) if events.is_final() => self.state = State::Ended,
                    Ok(events) => self.state = State::Open(Box::new(events)),
                    Err(error) if may_pass(&error) => {
                        if let Some(error) = self.wait(Some(error)) {
                            return Poll::Ready(Some(Err(error)));
                        }
                    }
                    Err(error) => return Poll::Ready(Some(Err(self.end(error)))),
                },
                State::Open(events) => {
                    let event = ready!(events.poll(context));
                    if let Some(id) = events.last_event_id() {
                        self.last_event_id = Some(id.to_owned());
                    }
                    self.retry = events.retry().unwrap_or(self.retry);
                    let error = match event {
                        Some(Err(error)) if events.has_ended() => Some(error),
                        Some(event) => {
                            self.failures = 0;
                            return Poll::Ready(Some(event));
                        }
                        None => None,
                    };
                    if let Some(error) = self.wait(error) {
                        return Poll::Ready(Some(Err(error)));
                    }
                }
                State::Waiting(sleep) => {
                    ready!(sleep.as_mut().poll(context));
                    self.state = State::Idle;
                }
            }
        }
    }

    fn connect(&self) -> Result<ResponseFuture<Events<R::Data>>, Error> {
        let mut request = self.request.clone();
        // By the standard, an empty id resets it.
        if let Some(id) = self.last_event_id.as_ref().filter(|id| !id.is_empty()) {
            let id = HeaderValue::from_bytes(id.as_bytes()).map_err(|_| {
                let problem = "the id of the last event can't be sent in a header";
                Error::unsent(ErrorKind::InvalidRequest, R::META, problem)
            })?;
            request = request.options(|options| options.with_header(LAST_EVENT_ID, id));
        }
        Ok(awaited(request))
    }

    /// Waits before the next connection. Returns an error if there were too many without an event.
    fn wait(&mut self, error: Option<Error>) -> Option<Error> {
        self.failures = self.failures.saturating_add(1);
        let failures = self.failures;
        if failures > self.max_failures {
            let error = error.unwrap_or_else(|| {
                let problem =
                    format!("the server ended {failures} connections in a row without an event");
                Error::endless_pages(R::META, problem)
            });
            return Some(self.end(error));
        }
        let mut wait = self.retry;
        if failures > 1 {
            wait += Backoff::new(self.retry.max(RETRY), MAX_RETRY).jittered_after(failures - 1);
        }
        let asked = error.and_then(|error| error.retry_after());
        self.state = State::Waiting(Box::pin(sleep(wait.max(asked.unwrap_or_default()))));
        None
    }

    fn end(&mut self, error: Error) -> Error {
        self.state = State::Ended;
        self.has_failed = true;
        error
    }
}

/// Whether another connection may succeed.
fn may_pass(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport => true,
        ErrorKind::Limited => error.retry_after().is_some(),
        ErrorKind::Status => {
            error.is_throttled()
                || error
                    .status()
                    .is_some_and(|status| status.is_server_error())
        }
        _ => false,
    }
}

impl<R: EventsExt + Unpin> Stream for Reconnecting<R> {
    type Item = Result<Event<R::Data>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

impl<R: EventsExt> fmt::Debug for Reconnecting<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reconnecting")
            .field("endpoint", &format_args!("{}", R::META))
            .finish_non_exhaustive()
    }
}
