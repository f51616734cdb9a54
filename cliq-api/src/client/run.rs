//! The way of one call: validate, authorize, send, classify, and perhaps once more.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response};
use tokio::time::Instant;
use tracing::Instrument;

use super::exchange::Exchange;
use super::in_flight::Entered;
use super::{Client, trace};
use crate::endpoint::call::Call;
use crate::endpoint::request;
use crate::error::{Attempt, Error, ErrorKind, Sent};
use crate::retry::RetryPolicy;

/// Makes the call and gives its answer, if that is a success.
pub(crate) async fn run(call: &Call) -> Result<Response<Bytes>, Error> {
    let span = trace::call(call.client(), call.meta());
    let result = within_deadline(call).instrument(span.clone()).await;
    trace::ended(&span, &result);
    result
}

/// The request as it would be sent, but for its authorization.
pub(crate) fn prepare(call: &Call) -> Result<Request<Bytes>, Error> {
    request::build(call)
}

/// The request as it would be sent.
pub(crate) fn prepare_authorized(call: &Call) -> Result<Request<Bytes>, Error> {
    let mut request = prepare(call)?;
    authorize(call, &mut request);
    Ok(request)
}

fn authorize(call: &Call, request: &mut Request<Bytes>) {
    if let Some(authorization) = &call.client().0.authorization {
        // An endpoint that declares the header itself has its way.
        request.headers_mut().entry(AUTHORIZATION).or_insert_with(|| authorization.clone());
    }
}

async fn within_deadline(call: &Call) -> Result<Response<Bytes>, Error> {
    let endpoint = call.meta();
    let client = call.client();
    let request = prepare(call)?;
    let Some(entered) = client.0.core.in_flight.enter() else { return Err(closed(call)) };

    let timeout = call.options.timeout.or(endpoint.timeout).unwrap_or(client.0.core.timeout);
    let deadline =
        call.options.deadline.unwrap_or_else(|| default_deadline(endpoint.limit.map(|limit| limit.per), timeout));
    if deadline.is_zero() {
        return Err(Error::timeout(endpoint, Sent::No, "the call's deadline had passed before it was sent"));
    }
    let mut run = Run {
        call,
        entered,
        timeout,
        begun: Instant::now(),
        deadline,
        stage: Stage::Waiting,
        sent: Sent::No,
        attempts: Vec::new(),
    };
    match tokio::time::timeout(deadline, run.try_until_done(request)).await {
        Ok(result) => result,
        Err(_) => Err(run.out_of_time()),
    }
}

/// A little more than one window to wait for a slot, and time for an attempt and one more.
fn default_deadline(window: Option<Duration>, timeout: Duration) -> Duration {
    window.unwrap_or_default() + Duration::from_secs(5) + 2 * timeout
}

fn closed(call: &Call) -> Error {
    Error::unsent(ErrorKind::Closed, call.meta(), "the client was closed")
}

/// One call under way.
struct Run<'c> {
    call: &'c Call,
    entered: Entered,
    /// Of one attempt.
    timeout: Duration,
    begun: Instant,
    /// From then on.
    deadline: Duration,
    stage: Stage,
    /// The most that any attempt may have done.
    sent: Sent,
    /// Those that failed.
    attempts: Vec<Attempt>,
}

/// What a call is at, for those who want to know why its time ran out.
#[derive(Clone, Copy)]
enum Stage {
    /// For the time between two attempts.
    Waiting,
    /// For the answer.
    Sent,
}

impl Run<'_> {
    async fn try_until_done(&mut self, request: Request<Bytes>) -> Result<Response<Bytes>, Error> {
        let core = &self.call.client().0.core;
        let policy = self.call.options.retry.unwrap_or(core.retry);
        let mut request = Some(request);
        loop {
            let request = match request.take() {
                Some(request) => request,
                None => prepare(self.call)?,
            };
            let error = match self.attempt(request).await {
                Ok(answer) => {
                    core.budget.earn();
                    return Ok(answer);
                }
                Err(error) => error,
            };
            self.note(&error);
            let Some(wait) = self.next(&policy, &error) else {
                return Err(error.with_sent(self.sent).after(std::mem::take(&mut self.attempts)));
            };
            trace::again(&error, wait);
            self.stage = Stage::Waiting;
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(&mut self, mut request: Request<Bytes>) -> Result<Response<Bytes>, Error> {
        let endpoint = self.call.meta();
        let span = trace::attempt(endpoint, u32::try_from(self.attempts.len()).unwrap_or(u32::MAX));
        let result = async {
            if self.call.client().0.core.in_flight.is_closed() && !self.attempts.is_empty() {
                return Err(closed(self.call));
            }
            authorize(self.call, &mut request);
            self.stage = Stage::Sent;
            let answer = exchange(self.call.client(), request, self.timeout, self.entered.again()).await;
            let answer = match answer {
                Some(answer) => answer.map_err(|error| Error::transport(endpoint, error))?,
                None => {
                    return Err(Error::timeout(endpoint, Sent::Maybe, format!("no answer within {:?}", self.timeout)));
                }
            };
            if answer.status().is_success() { Ok(answer) } else { Err(Error::refused(endpoint, answer)) }
        }
        .instrument(span.clone())
        .await;
        trace::ended(&span, &result);
        result
    }

    fn note(&mut self, error: &Error) {
        self.sent = self.sent.max(error.sent());
        self.attempts.push(Attempt::new(error, self.begun.elapsed()));
    }

    fn next(&self, policy: &RetryPolicy, error: &Error) -> Option<Duration> {
        let tried = u32::try_from(self.attempts.len()).unwrap_or(u32::MAX);
        let wait = policy.next(self.call.meta(), error, tried, false)?;
        // Where the time doesn't suffice, what went wrong tells more than a deadline that passed.
        let in_time = self.begun.elapsed() + wait < self.deadline;
        (in_time && self.call.client().0.core.budget.pay()).then_some(wait)
    }

    fn out_of_time(self) -> Error {
        let deadline = self.deadline;
        let (sent, problem) = match self.stage {
            Stage::Waiting => {
                (self.sent, format!("the call's deadline of {deadline:?} passed before it could be tried again"))
            }
            Stage::Sent => {
                (Sent::Maybe.max(self.sent), format!("no answer within the call's deadline of {deadline:?}"))
            }
        };
        Error::timeout(self.call.meta(), sent, problem).after(self.attempts)
    }
}

/// Sends the request. `None` if no answer came in time.
async fn exchange(
    client: &Client,
    request: Request<Bytes>,
    timeout: Duration,
    entered: Entered,
) -> Option<Result<Response<Bytes>, crate::transport::TransportError>> {
    let transport = Arc::clone(&client.0.core.transport);
    Exchange::new(async move {
        let answer = tokio::time::timeout(timeout, transport.send(request)).await.ok();
        drop(entered);
        answer
    })
    .await
}
