//! One exchange: the request is sent, its response is received within bounds and classified, and
//! the permit is completed.
//!
//! The transport ends at the head of a response. How long its body may take and how large it may be
//! is decided here, so that it holds for every transport and every layer.
//!
//! Once sent, a call counts at the server. If its caller drops it, or its deadline passes, the
//! response still frees its slot and may report a lockout: so a task finishes the exchange, which
//! ends with the attempt's timeout.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http::{Request, Response, StatusCode};
use http_body::Body as _;
use tokio::runtime::Handle;
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

use super::Core;
use super::bounded::Bounded;
use super::in_flight::InFlight;
use crate::body::{Body, Collected};
use crate::error::{Error, FailedResponse, Failure, MAX_KEPT};
use crate::limit::{Outcome, Permit, Throttling};
use crate::meta::EndpointMeta;
use crate::response::{Delivery, MaxValueSize};
use crate::secrets::Secrets;
use crate::transport::{Exchange, Once, Sent, TransportError};

/// What an attempt's response is bounded by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) timeout: Duration,
    /// When that is over.
    pub(super) end: Instant,
    /// How long the server may be silent.
    pub(super) read_timeout: Option<Duration>,
    /// In bytes. It limits what is received whole, and the values of a stream.
    pub(super) max_response_size: usize,
    /// In bytes, for what the caller reads.
    pub(super) max_stream_size: Option<usize>,
    /// Whether a success ends at its head, and its body is read by the caller.
    pub(super) delivery: Delivery,
}

impl Bounds {
    pub(super) fn is_streamed(&self) -> bool {
        self.delivery != Delivery::Whole
    }
}

/// Sends the request, receives the response, and completes the permit.
///
/// A function with a block, as an `async fn` would keep its arguments twice.
pub(super) fn exchange(
    core: Arc<Core>,
    mut request: Request<Body>,
    bounds: Bounds,
    permit: Permit,
) -> impl Future<Output = Result<Response<Body>, Box<Unsuccessful>>> + Send + 'static {
    if core.is_layered {
        Once::mark(&mut request);
    }
    async move {
        let received = receive(core.transport.send(request), &bounds).await;
        match classify(&core, received, permit) {
            Ok(response) if bounds.is_streamed() => Ok(streamed(&core, response, &bounds)),
            result => result,
        }
    }
}

/// An exchange without a success.
pub(super) struct Unsuccessful {
    fault: Fault,
    /// What follows if its response reports throttling.
    throttling: Option<Throttling>,
}

enum Fault {
    Status(Response<Bytes>, Failure),
    Incomplete(Why, Option<(Response<Bytes>, Failure)>),
}

impl Unsuccessful {
    /// Returns the error of the attempt. `authorized` is whether its request carried an
    /// authorization.
    pub(super) fn into_error(
        self,
        endpoint: &'static EndpointMeta,
        max_response_size: usize,
        secrets: &Secrets,
        authorized: bool,
    ) -> Error {
        let redacted = |(response, mut failure): (_, Failure)| {
            failure.redact(secrets);
            (response, failure)
        };
        let error = match self.fault {
            Fault::Status(response, failure) => {
                let (response, failure) = redacted((response, failure));
                Error::status_error(endpoint, response, failure, authorized)
            }
            Fault::Incomplete(Why::TooLarge, response) => {
                Error::too_large(endpoint, max_response_size, response.map(redacted))
            }
            Fault::Incomplete(Why::Failed(error), response) => {
                Error::transport(endpoint, error.redacted(secrets), response.map(redacted))
            }
        };
        error.with_throttling(self.throttling)
    }
}

/// A response that is not complete.
struct Incomplete {
    why: Why,
    /// What arrived.
    response: Option<Response<Bytes>>,
}

enum Why {
    Failed(TransportError),
    TooLarge,
}

/// Receives the response: whole, or up to its head if it is a success that is streamed. Of other
/// statuses, at most the first 64 KiB of the body are kept.
async fn receive(exchange: Exchange<'_>, bounds: &Bounds) -> Result<Response<Body>, Incomplete> {
    let mut arrived = Arrived::default();
    let result = match timeout_at(bounds.end, arrived.read(exchange, bounds)).await {
        Ok(result) => result,
        Err(_) => Err(Why::Failed(arrived.timed_out(bounds.timeout))),
    };
    match result {
        Ok(stream) => {
            let body = stream.unwrap_or_else(|| arrived.body.into_bytes().into());
            let head = arrived
                .head
                .unwrap_or_else(|| Response::new(()).into_parts().0);
            Ok(Response::from_parts(head, body))
        }
        Err(why) => {
            let body = arrived.body.into_bytes();
            let response = arrived.head.map(|head| Response::from_parts(head, body));
            Err(Incomplete { why, response })
        }
    }
}

/// What has arrived of a response.
#[derive(Default)]
struct Arrived {
    head: Option<Parts>,
    body: Collected,
}

impl Arrived {
    /// Reads the response. Returns the body, if it is left to the caller.
    async fn read(&mut self, exchange: Exchange<'_>, bounds: &Bounds) -> Result<Option<Body>, Why> {
        let response = match bounds.read_timeout {
            None => exchange.await,
            Some(silence) => in_time(Some(Instant::now() + silence), pin!(exchange))
                .await
                .unwrap_or_else(|| Err(TransportError::silent(Sent::Maybe, silence))),
        };
        let (head, mut body) = response.map_err(Why::Failed)?.into_parts();
        let status = head.status;
        self.head = Some(head);
        if status.is_success() && bounds.is_streamed() {
            return Ok(Some(body));
        }
        while !body.is_end_stream()
            && let Some(piece) = next(&mut body, bounds.read_timeout).await
        {
            self.body.push(piece.map_err(Why::Failed)?);
            if self.is_enough(status, bounds)? {
                break;
            }
        }
        Ok(None)
    }

    fn is_enough(&self, status: StatusCode, bounds: &Bounds) -> Result<bool, Why> {
        let length = self.body.len();
        if !status.is_success() {
            return Ok(length >= MAX_KEPT);
        }
        if length > bounds.max_response_size {
            return Err(Why::TooLarge);
        }
        Ok(false)
    }

    fn timed_out(&self, after: Duration) -> TransportError {
        match self.head {
            None => TransportError::timed_out(Sent::Maybe, format!("no response within {after:?}")),
            Some(_) => TransportError::timed_out(
                Sent::Answered,
                format!("the response was not complete within {after:?}"),
            ),
        }
    }
}

async fn next(
    body: &mut Body,
    read_timeout: Option<Duration>,
) -> Option<Result<Bytes, TransportError>> {
    let piece = match read_timeout {
        None => body.data().await,
        Some(silence) => match in_time(Some(Instant::now() + silence), pin!(body.data())).await {
            Some(piece) => piece,
            None => return Some(Err(TransportError::silent(Sent::Answered, silence))),
        },
    };
    piece.map(|piece| piece.map_err(TransportError::of_body))
}

/// Reads the limit that a response reports, and completes the permit.
fn classify(
    core: &Core,
    received: Result<Response<Body>, Incomplete>,
    mut permit: Permit,
) -> Result<Response<Body>, Box<Unsuccessful>> {
    let unsuccessful = |fault, throttling| Err(Box::new(Unsuccessful { fault, throttling }));
    match received {
        Ok(response) if response.status().is_success() => {
            let (head, body) = response.into_parts();
            if let Some(quota) = core.provider.read_quota(&head) {
                permit.observe_quota(quota);
            }
            permit.answered(Outcome::Accepted);
            Ok(Response::from_parts(head, body))
        }
        Ok(response) => {
            let (response, failure) = read_failure(core, buffered(response));
            let throttling = permit.answered(outcome(&failure));
            unsuccessful(Fault::Status(response, failure), throttling)
        }
        Err(Incomplete {
            why,
            response: Some(response),
        }) => {
            // What came before it broke off may report a lockout.
            let (response, failure) = read_failure(core, response);
            let reported = if response.status().is_success() {
                Outcome::Accepted
            } else {
                outcome(&failure)
            };
            let throttling = permit.answered(reported);
            unsuccessful(
                Fault::Incomplete(why, Some((response, failure))),
                throttling,
            )
        }
        Err(Incomplete {
            why,
            response: None,
        }) => {
            match &why {
                Why::Failed(error) if error.sent() == Sent::No => permit.unsent(),
                // Dropped, it records an unanswered call.
                _ => drop(permit),
            }
            unsuccessful(Fault::Incomplete(why, None), None)
        }
    }
}

fn outcome(failure: &Failure) -> Outcome {
    if failure.throttled {
        let retry_after = failure.retry_after;
        Outcome::Throttled { retry_after }
    } else {
        Outcome::Accepted
    }
}

/// Lets the provider read the failure from a response.
pub(super) fn read_failure(core: &Core, response: Response<Bytes>) -> (Response<Bytes>, Failure) {
    let length = response.body().len().min(MAX_KEPT);
    let failure = core.provider.read_failure(&FailedResponse::new(
        response.status(),
        response.headers(),
        &response.body()[..length],
    ));
    (response, failure)
}

/// A response whose body is in memory already, but for a streamed one.
pub(super) fn buffered(response: Response<Body>) -> Response<Bytes> {
    response.map(|body| body.as_bytes().cloned().unwrap_or_default())
}

/// Keeps a response that is read later within its bounds, and counts it until it is read.
fn streamed(core: &Core, mut response: Response<Body>, bounds: &Bounds) -> Response<Body> {
    if bounds.delivery == Delivery::Values {
        let max = MaxValueSize(bounds.max_response_size);
        response.extensions_mut().insert(max);
    }
    let guard = Box::new(core.in_flight.rest());
    let (read_timeout, max_size) = (bounds.read_timeout, bounds.max_stream_size);
    response.map(|body| {
        let body = if read_timeout.is_some() || max_size.is_some() {
            Body::wrap(Bounded::new(body, read_timeout, max_size))
        } else {
            body
        };
        body.guarded(guard)
    })
}

/// Waits for the future until `end`, if there is one. Resolves to `None` if it isn't ready by then.
/// It makes its timer only if the future has to wait.
pub(super) fn in_time<F: Future + ?Sized>(
    end: Option<Instant>,
    future: Pin<&mut F>,
) -> InTime<'_, F> {
    InTime {
        future,
        end,
        timer: None,
    }
}

/// What [`in_time`] returns.
pub(super) struct InTime<'f, F: ?Sized> {
    future: Pin<&'f mut F>,
    end: Option<Instant>,
    /// In a box, as most futures are ready at once, and all would carry the room for it.
    timer: Option<Pin<Box<Sleep>>>,
}

impl<F: Future + ?Sized> Future for InTime<'_, F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let Poll::Ready(output) = this.future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        let Some(end) = this.end else {
            return Poll::Pending;
        };
        let timer = this.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
        timer.as_mut().poll(context).map(|()| None)
    }
}

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Drives its work. Dropped before the end, it leaves the rest to a task.
#[must_use = "nothing is sent until it is awaited"]
pub(super) struct Detached<T: Send + 'static> {
    /// `None` once it is done, or has panicked.
    work: Option<Work<T>>,
    in_flight: Arc<InFlight>,
    /// Whether a task finishes the work when this is dropped.
    outlives_caller: bool,
    /// The runtime that polled it first. What was never polled has sent nothing.
    runtime: Option<Handle>,
}

impl<T: Send + 'static> Detached<T> {
    pub(super) fn new(
        work: impl Future<Output = T> + Send + 'static,
        in_flight: Arc<InFlight>,
        outlives_caller: bool,
    ) -> Self {
        Self {
            work: Some(Box::pin(work)),
            in_flight,
            outlives_caller,
            runtime: None,
        }
    }
}

impl<T: Send + 'static> Future for Detached<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        if this.runtime.is_none() {
            this.runtime = Some(Handle::current());
        }
        // Taken out for the poll: work that panics is not left for a task, where it would panic
        // again.
        let Some(mut work) = this.work.take() else {
            return Poll::Pending;
        };
        let done = work.as_mut().poll(context);
        if done.is_pending() {
            this.work = Some(work);
        }
        done
    }
}

impl<T: Send + 'static> Drop for Detached<T> {
    fn drop(&mut self) {
        let Some(work) = self.work.take().filter(|_| self.outlives_caller) else {
            return;
        };
        if let Some(runtime) = &self.runtime {
            let entered = self.in_flight.rest();
            // A runtime that is shutting down drops it at once, and with it the permit, which
            // records an unanswered call.
            drop(runtime.spawn(async move {
                work.await;
                drop(entered);
            }));
        }
    }
}
