//! The way of one call: validate, wait for a slot, authorize, send, classify, and perhaps once
//! more.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode};
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument, Span};

use super::exchange::Exchange;
use super::in_flight::Entered;
use super::trace;
use crate::auth::Generation;
use crate::endpoint::answer::Misfit;
use crate::endpoint::call::Call;
use crate::endpoint::meta::{EndpointMeta, Scopes};
use crate::endpoint::request;
use crate::error::{Answer, Attempt, Error, ErrorKind, Sent};
use crate::limit::{Ask, Class, LimitRefusal, Permit, Told};
use crate::retry::RetryPolicy;
use crate::transport::{EVER, TransportError};

/// A call that was answered with a success, which may turn out not to be what was declared.
pub(crate) struct Answered {
    pub(crate) answer: Response<Bytes>,
    endpoint: &'static EndpointMeta,
    attempts: Vec<Attempt>,
    begun: Instant,
    span: Span,
}

/// Makes the call and gives its answer, if that is a success.
pub(crate) async fn run(call: &Call) -> Result<Answered, Error> {
    let begun = Instant::now();
    // Pinned where they are made, here and below: futures that are handed on by value are copied at
    // each step.
    let attempts = pin!(attempts(call, begun));
    let mut traced = attempts.instrument(trace::call(call.client(), call.meta()));
    let result = (&mut traced).await;
    match &result {
        Ok((answer, _)) => trace::answered(traced.span(), answer.status()),
        Err(error) => trace::failed(traced.span(), error),
    }
    let span = traced.span().clone();
    result.map(|(answer, attempts)| Answered {
        answer,
        endpoint: call.meta(),
        attempts,
        begun,
        span,
    })
}

impl Answered {
    /// It is not what was declared.
    pub(crate) fn unreadable(self, misfit: &Misfit) -> Error {
        let Self {
            answer,
            endpoint,
            mut attempts,
            begun,
            span,
        } = self;
        let error = Error::decode(endpoint, answer, misfit);
        attempts.push(Attempt::new(&error, begun.elapsed()));
        let error = error.after(attempts);
        trace::failed(&span, &error);
        error
    }
}

/// The request as it would be sent, but for its authorization.
pub(crate) fn prepare(call: &Call) -> Result<Request<Bytes>, Error> {
    request::build(call)
}

/// The request as it would be sent.
pub(crate) async fn prepare_authorized(call: &Call) -> Result<Request<Bytes>, Error> {
    let (mut head, body) = prepare(call)?.into_parts();
    authorize(call, &mut head).await?;
    Ok(Request::from_parts(head, body))
}

/// Returns the generation of what it was authorized with.
async fn authorize(call: &Call, head: &mut Parts) -> Result<Option<Generation>, Error> {
    let Some(authorizer) = &call.client().0.authorizer else {
        return Ok(None);
    };
    let generation = authorizer.authorize(head).await;
    generation.map_err(|error| Error::unauthorized(call.meta(), error))
}

/// Whether the token's scopes suffice. Tells whether they are known.
fn check_scopes(call: &Call) -> Result<bool, Error> {
    let needed = call.meta().scopes;
    if needed == Scopes::None {
        return Ok(true);
    }
    let Some(authorizer) = &call.client().0.authorizer else {
        return Ok(false);
    };
    let Some(granted) = authorizer.scopes() else {
        return Ok(false);
    };
    match granted.check_with(needed, crate::zoho::includes_scope) {
        Ok(()) => Ok(true),
        Err(missing) => Err(
            Error::unsent(ErrorKind::Scope, call.meta(), missing.to_string()).caused_by(missing),
        ),
    }
}

/// A little more than one window to wait for a slot, and time for an attempt and one more.
fn default_deadline(window: Option<Duration>, timeout: Duration) -> Duration {
    window.unwrap_or_default() + Duration::from_secs(5) + timeout.saturating_mul(2)
}

fn closed(call: &Call) -> Error {
    Error::unsent(ErrorKind::Closed, call.meta(), "the client was closed")
}

/// One call under way.
struct Run<'c> {
    call: &'c Call,
    /// Of the next attempt.
    head: Parts,
    body: Bytes,
    /// What it was authorized with.
    generation: Option<Generation>,
    /// For as long as it goes on.
    _entered: Entered,
    /// Of one attempt.
    timeout: Duration,
    begun: Instant,
    /// From then on.
    deadline: Duration,
    /// Whether the token's scopes were known when they were looked at.
    scopes_known: bool,
    stage: Stage,
    /// The most that any attempt may have done.
    sent: Sent,
    /// Those that failed.
    attempts: Vec<Attempt>,
}

/// What a call is at, for those who want to know why its time ran out.
#[derive(Clone, Copy)]
enum Stage {
    /// For a slot of the endpoint's limit.
    Limited,
    /// For an access token.
    Authorizing,
    /// For the time between two attempts.
    Waiting,
    /// For the answer.
    Sent,
}

/// What an attempt ended with that was not answered with a success.
enum Failed {
    /// It was made.
    Attempt(Error),
    /// The call ends, as its time ran out or something is missing that an attempt needs.
    Before(Error),
}

/// Attempts, until one is answered or nothing speaks for another.
async fn attempts(call: &Call, begun: Instant) -> Result<(Response<Bytes>, Vec<Attempt>), Error> {
    let mut run = Run::begin(call, begun)?;
    // In a block of its own: what is there for longer than it is needed, a call carries.
    let error = {
        let first = pin!(run.once()).await;
        match first {
            Ok(answer) => return Ok((answer, run.attempts)),
            Err(Failed::Attempt(error)) => error,
            Err(Failed::Before(error)) => return Err(run.ended(error)),
        }
    };
    // In a box, as most calls end with their first attempt, and would carry the room for more in
    // vain.
    let answer = Box::pin(run.again(error)).await?;
    Ok((answer, run.attempts))
}

impl<'c> Run<'c> {
    /// Checks what can be checked before anything is waited for.
    fn begin(call: &'c Call, begun: Instant) -> Result<Self, Error> {
        let endpoint = call.meta();
        let core = &call.client().0.core;
        let (head, body) = prepare(call)?.into_parts();
        let scopes_known = check_scopes(call)?;
        if Handle::try_current().is_err() {
            let problem = "a call needs a Tokio runtime, and none runs here: `.await` it in one, or `.wait()` for it with the feature `blocking`";
            return Err(Error::unsent(ErrorKind::Configuration, endpoint, problem));
        }
        let Some(entered) = core.in_flight.enter() else {
            return Err(closed(call));
        };

        let timeout = call
            .options()
            .timeout
            .or(endpoint.timeout)
            .unwrap_or(core.timeout)
            .min(EVER);
        let deadline = call.options().deadline;
        let deadline = deadline
            .unwrap_or_else(|| default_deadline(endpoint.limit.map(|limit| limit.per), timeout));
        let deadline = deadline.min(EVER);
        if deadline.is_zero() {
            return Err(Error::timeout(
                endpoint,
                Sent::No,
                "the call's deadline had passed before it was sent",
            ));
        }
        Ok(Self {
            call,
            head,
            body,
            generation: None,
            _entered: entered,
            timeout,
            begun,
            deadline,
            scopes_known,
            stage: Stage::Limited,
            sent: Sent::No,
            attempts: Vec::new(),
        })
    }

    /// What follows an attempt that failed.
    async fn again(&mut self, mut error: Error) -> Result<Response<Bytes>, Error> {
        let core = &self.call.client().0.core;
        let policy = self.call.options().retry.unwrap_or(core.retry);
        let mut renewed = false;
        loop {
            self.note(&error);
            if !renewed && self.is_renewed(&error) {
                // Once, whatever the policy says: the server has not acted on it.
                renewed = true;
            } else {
                let Some(wait) = self.next(&policy, &error) else {
                    return Err(self.ended(error));
                };
                trace::again(&error, wait, self.tried());
                self.stage = Stage::Waiting;
                tokio::time::sleep(wait).await;
                if core.in_flight.is_closed() {
                    return Err(self.ended(closed(self.call)));
                }
            }
            self.prepare()?;
            let next = pin!(self.once()).await;
            error = match next {
                Ok(answer) => return Ok(answer),
                Err(Failed::Attempt(error)) => error,
                // What went wrong first tells more than that there is no slot to try it again.
                Err(Failed::Before(no_slot)) if no_slot.kind() == ErrorKind::Limited => {
                    return Err(self.ended(error));
                }
                Err(Failed::Before(error)) => return Err(self.ended(error)),
            };
        }
    }

    /// One attempt, once it has all that it needs.
    async fn once(&mut self) -> Result<Response<Bytes>, Failed> {
        let end = self.begun + self.deadline;
        let Ok(permit) = timeout_at(end, pin!(self.permit())).await else {
            return Err(Failed::Before(self.out_of_time()));
        };
        let permit = permit.map_err(Failed::Before)?;
        self.stage = Stage::Sent;
        let authorized = self.call.client().0.authorizer.is_some()
            || self.head.headers.contains_key(http::header::AUTHORIZATION);
        let span = trace::attempt(self.call.meta(), self.tried());
        let mut exchange = self.exchange(permit).instrument(span);
        // An attempt ends by its own time. A second clock for what comes later would be set in
        // vain, by most calls.
        let ends_in_time = Instant::now() + self.timeout <= end;
        let exchanged = if ends_in_time {
            Ok((&mut exchange).await)
        } else {
            timeout_at(end, &mut exchange).await
        };
        let Ok((answer, locked)) = exchanged else {
            return Err(Failed::Before(self.out_of_time()));
        };
        let answer = self
            .judged(answer, authorized)
            .map_err(|error| error.with_locked_until(locked));
        match &answer {
            Ok(answer) => {
                trace::answered(exchange.span(), answer.status());
                self.call.client().0.core.budget.earn();
            }
            Err(error) => trace::failed(exchange.span(), error),
        }
        answer.map_err(Failed::Attempt)
    }

    /// A slot of the endpoint's limit, and with it the request's authorization: this comes last, or
    /// a long wait would outlive the token.
    async fn permit(&mut self) -> Result<Permit, Error> {
        let options = self.call.options();
        let client = &self.call.client().0;
        let limiter = &client.core.limiter;
        let ask = Ask {
            deadline: Some(self.begun + self.deadline),
            timeout: self.timeout,
            patience: options
                .patience
                .unwrap_or(limiter.settings().default_patience()),
            class: options.class.unwrap_or(Class::Normal),
            // What is tried again goes before others, or it would wait a whole line once more.
            retry: !self.attempts.is_empty(),
        };
        loop {
            self.stage = Stage::Limited;
            let permit = limiter
                .acquire(client.server, client.user.as_ref(), self.call.meta(), ask)
                .await;
            let mut permit = permit.map_err(|refusal| limited(self.call, refusal))?;
            self.stage = Stage::Authorizing;
            self.generation = authorize(self.call, &mut self.head).await?;
            if !self.scopes_known {
                // The first token has told them.
                self.scopes_known = check_scopes(self.call)?;
            }
            // If it was held for too long by now, or a lock has begun, it is given back.
            if permit.sending().is_ok() {
                return Ok(permit);
            }
            self.prepare()?;
        }
    }

    /// Makes the request anew, without an authorization.
    fn prepare(&mut self) -> Result<(), Error> {
        (self.head, self.body) = prepare(self.call)?.into_parts();
        Ok(())
    }

    /// Whether the answer is a success.
    fn judged(
        &self,
        answer: Result<Response<Bytes>, TransportError>,
        authorized: bool,
    ) -> Result<Response<Bytes>, Error> {
        match answer {
            Ok(answer) if answer.status().is_success() => Ok(answer),
            Ok(answer) => Err(Error::refused(self.call.meta(), answer, authorized)),
            Err(error) => Err(Error::transport(self.call.meta(), error)),
        }
    }

    /// Sends the request, and tells the limiter how that ended.
    fn exchange(&mut self, permit: Permit) -> Exchange<Exchanged> {
        let core = &self.call.client().0.core;
        let transport = Arc::clone(&core.transport);
        let (head, ()) = Request::new(()).into_parts();
        let head = std::mem::replace(&mut self.head, head);
        let request = Request::from_parts(head, std::mem::take(&mut self.body));
        let timeout = self.timeout;
        let work = async move {
            let answer = transport.send_within(request, timeout).await;
            let told = match &answer {
                Ok(answer) => Some(told(answer)),
                // What came before it broke off may tell of a lock.
                Err(error) => error.answer().map(told),
            };
            let unsent = matches!(&answer, Err(error) if error.sent() == Sent::No);
            let locked = match told {
                Some(told) => permit.answered(told),
                None if unsent => {
                    permit.unsent();
                    None
                }
                None => {
                    // It knows that it means that no answer came.
                    drop(permit);
                    None
                }
            };
            (answer, locked)
        };
        Exchange::new(work, Arc::clone(&core.in_flight))
    }

    fn note(&mut self, error: &Error) {
        self.sent = self.sent.max(error.sent());
        self.attempts
            .push(Attempt::new(error, self.begun.elapsed()));
    }

    fn next(&self, policy: &RetryPolicy, error: &Error) -> Option<Duration> {
        let wait = policy.next(self.call.meta(), error, self.tried())?;
        // Where the time doesn't suffice, what went wrong tells more than a deadline that passed.
        // The limiter waits out a lock, if it keeps limits and the lock ends in time. Otherwise
        // nobody would.
        let lock = error
            .locked_until()
            .and_then(|until| until.duration_since(SystemTime::now()).ok())
            .unwrap_or_default();
        let in_time = self.begun.elapsed().saturating_add(wait.max(lock)) < self.deadline;
        (in_time && self.call.client().0.core.budget.pay()).then_some(wait)
    }

    /// Whether the server refused the token, and another is worth a try.
    fn is_renewed(&self, error: &Error) -> bool {
        let about_the_token = error.status() == Some(StatusCode::UNAUTHORIZED)
            && error.code() != Some("oauthtoken_scope_invalid");
        about_the_token
            && self.generation.is_some_and(|generation| {
                let authorizer = self.call.client().0.authorizer.as_ref();
                authorizer.is_some_and(|authorizer| authorizer.refused(generation))
            })
    }

    fn tried(&self) -> u32 {
        u32::try_from(self.attempts.len()).unwrap_or(u32::MAX)
    }

    /// The call's error, with all that was tried.
    fn ended(&mut self, error: Error) -> Error {
        error
            .with_sent(self.sent)
            .after(std::mem::take(&mut self.attempts))
    }

    fn out_of_time(&mut self) -> Error {
        let deadline = self.deadline;
        let problem = match self.stage {
            Stage::Limited => {
                format!(
                    "the call's deadline of {deadline:?} passed while it waited for the endpoint's limit"
                )
            }
            Stage::Authorizing => {
                format!(
                    "the call's deadline of {deadline:?} passed while it waited for an access token"
                )
            }
            Stage::Waiting => {
                format!("the call's deadline of {deadline:?} passed before it could be tried again")
            }
            Stage::Sent => {
                self.sent = self.sent.max(Sent::Maybe);
                format!("no answer within the call's deadline of {deadline:?}")
            }
        };
        Error::timeout(self.call.meta(), Sent::No, problem)
    }
}

fn limited(call: &Call, refusal: LimitRefusal) -> Error {
    let (wait, until) = (refusal.wait(), refusal.locked_until());
    let error = Error::unsent(
        ErrorKind::Limited,
        call.meta(),
        format!("{refusal}; nothing was sent"),
    );
    error
        .with_retry_after(wait)
        .with_locked_until(until)
        .caused_by(refusal)
}

/// The answer, and until when the user is locked out now.
type Exchanged = (Result<Response<Bytes>, TransportError>, Option<SystemTime>);

/// What an answer says of the endpoint's limit.
fn told(answer: &Response<Bytes>) -> Told {
    if !answer.status().is_client_error() {
        return Told::Fine;
    }
    let answer = Answer::new(answer.clone());
    if answer.is_throttled() {
        Told::Throttled {
            retry_after: answer.retry_after(),
        }
    } else {
        Told::Fine
    }
}
