//! One call, from top to bottom: validate → scope → permit → authorize → send → classify → decode.
//!
//! Typed calls and calls by metadata take the same way. Nothing that is called here calls back into
//! the client.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use http::{Request, Response, Uri};
use tokio::runtime::Handle;
use tokio::time::Instant;
use tracing::Instrument;

use super::exchange::{Bounds, Detached, Unsuccessful, buffered, exchange, in_time, read_failure};
use super::in_flight::Entered;
use super::options::Context;
use super::retry::RetryPolicy;
use super::{Client, Core, trace};
use crate::auth::Generation;
use crate::body::Body;
use crate::error::{Attempt, Error, ErrorKind};
use crate::limit::{AcquireOptions, Acquiring, Permit, WaitPolicy};
use crate::meta::{EndpointMeta, Scopes};
use crate::request::{self, Call, RequestError, Target};
use crate::response::{DecodeError, Delivery};
use crate::secrets::{Carried, Secrets};
use crate::transport::{FOREVER, Sent};

/// Decodes a success. Called at most once; it may take the body. Behind a reference, so that what
/// follows is compiled once, whatever is decoded.
pub(crate) type Decode<'d> =
    &'d mut (dyn FnMut(&Call, &mut Response<Body>) -> Result<(), DecodeError> + Send);

/// Makes the call. Returns its response, if that is a success that `decode` accepts.
///
/// A success that is a stream is decoded when its head has arrived.
pub(crate) async fn run(
    call: &Call,
    context: &Context,
    delivery: Delivery,
    decode: Decode<'_>,
) -> Result<Response<Body>, Error> {
    // Futures are pinned where they are made, here and below: passed on by value, each step copies
    // them.
    let attempts = pin!(attempts(call, context, delivery, decode));
    let span = trace::call(call.meta(), || {
        let server = context.client.server(call.meta());
        server.map_or(("", None), |server| server.base_url.server())
    });
    let mut traced = attempts.instrument(span);
    let result = (&mut traced).await;
    match &result {
        Ok(response) => trace::answered(traced.span(), response.status()),
        Err(error) => trace::failed(traced.span(), error),
    }
    result
}

/// Builds the request as it would be sent, but for its authorization.
pub(crate) fn prepare(call: &Call, context: &Context) -> Result<Request<Body>, Error> {
    let mut request = build(call, context)?;
    open_stream(call, request.body_mut())?;
    Ok(request)
}

/// Returns the URL that the call would be sent to.
pub(crate) fn url(call: &Call, context: &Context) -> Result<Uri, Error> {
    Ok(build(call, context)?.into_parts().0.uri)
}

/// Builds the request as it would be sent.
pub(crate) async fn prepare_authorized(
    call: &Call,
    context: &Context,
) -> Result<Request<Body>, Error> {
    let (mut head, body) = prepare(call, context)?.into_parts();
    authorize(&context.client, call.meta(), &mut head).await?;
    Ok(Request::from_parts(head, body))
}

async fn attempts(
    call: &Call,
    context: &Context,
    delivery: Delivery,
    decode: Decode<'_>,
) -> Result<Response<Body>, Error> {
    let mut run = Run::begin(call, context, delivery, decode)?;
    // In a block, so that the first attempt is dropped before the retry path: otherwise it enlarges
    // the call's future.
    let error = {
        let first = pin!(run.attempt()).await;
        match first {
            Ok(response) => return Ok(response),
            Err(Failed::Attempt(error)) => error,
            Err(Failed::Before(error)) => return Err(run.ended(error)),
            Err(Failed::NoBudget) => unreachable!("the first attempt costs no budget"),
        }
    };
    // Boxed, as most calls end with their first attempt, and would carry the room for more in vain.
    Box::pin(run.retry(error)).await
}

/// One call under way.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and all combinations occur"
)]
struct Run<'c> {
    call: &'c Call,
    decode: Decode<'c>,
    context: &'c Context,
    /// The next attempt's request. Kept here, and not by the futures that work on it, each of which
    /// would be larger by it.
    head: Parts,
    body: Body,
    /// Whether that is built, and neither authorized nor sent.
    is_built: bool,
    /// For as long as it goes on.
    _entered: Entered,
    /// How the body of a success is received.
    delivery: Delivery,
    /// How long an attempt may take.
    timeout: Duration,
    begun: Instant,
    /// How long the call may take.
    deadline: Duration,
    /// Whether the token's scopes were known when they were checked.
    scopes_known: bool,
    /// Whether the next attempt waits for a lockout to end, whatever the options say.
    through_lock: bool,
    /// Whether the next attempt is charged to the client's retry budget.
    is_charged: bool,
    stage: Stage,
    /// What the last attempt carried, and the generation of its token.
    carried: Option<Box<(Carried, Option<Generation>)>>,
    /// The most that any attempt did.
    sent: Sent,
    /// The failed attempts.
    attempts: Vec<Attempt>,
}

/// What a call waits for.
#[derive(Clone, Copy)]
enum Stage {
    Permit,
    Token,
    Backoff,
    Response,
}

/// What an attempt needs.
struct Ready {
    permit: Permit,
    /// Whether the request carries an authorization.
    authorized: bool,
    /// When it is sent.
    at: Instant,
}

/// An attempt without a success.
enum Failed {
    /// It was made, and failed.
    Attempt(Error),
    /// It wasn't made: the call timed out, or something is missing that it needs. The call ends.
    Before(Error),
    /// It wasn't made: the client's retry budget is used up.
    NoBudget,
}

impl<'c> Run<'c> {
    /// Validates what can be validated before anything is waited for.
    fn begin(
        call: &'c Call,
        context: &'c Context,
        delivery: Delivery,
        decode: Decode<'c>,
    ) -> Result<Self, Error> {
        let begun = Instant::now();
        let endpoint = call.meta();
        let (client, options) = (&context.client, context.options());
        let core = &client.0.core;
        let (head, body) = build(call, context)?.into_parts();
        let scopes_known = check_scopes(client, endpoint)?;
        if Handle::try_current().is_err() {
            let problem = "a call needs a Tokio runtime, and none runs on this thread: `.await` \
                           it in one, or use `.wait()` with the feature `blocking`";
            return Err(Error::unsent(ErrorKind::Configuration, endpoint, problem));
        }
        let Some(entered) = core.in_flight.enter() else {
            return Err(closed(endpoint));
        };
        let timeout = options.timeout.or(endpoint.timeout).unwrap_or(core.timeout);
        let timeout = timeout.min(FOREVER);
        let deadline = options
            .deadline
            .unwrap_or_else(|| {
                // Of several, the shortest: nobody waits for a day who doesn't ask for it.
                let window = endpoint.limits.iter().map(|limit| limit.per).min();
                default_deadline(window, timeout)
            })
            .min(FOREVER);
        if deadline.is_zero() {
            let problem = "the call's deadline had passed before it was sent";
            return Err(Error::timeout(endpoint, Sent::No, problem));
        }
        Ok(Self {
            call,
            decode,
            context,
            head,
            body,
            is_built: true,
            _entered: entered,
            delivery,
            timeout,
            begun,
            deadline,
            scopes_known,
            through_lock: false,
            is_charged: false,
            stage: Stage::Permit,
            carried: None,
            sent: Sent::No,
            attempts: Vec::new(),
        })
    }

    /// Makes further attempts, until one succeeds or there is no reason for another.
    async fn retry(&mut self, mut error: Error) -> Result<Response<Body>, Error> {
        let core = self.core();
        let policy = self.context.options().retry.unwrap_or(core.retry);
        let mut renewed = false;
        loop {
            self.note(&error);
            let is_renewed = !renewed && self.is_renewed(&error);
            let wait = if is_renewed {
                None
            } else {
                self.next(&policy, &error)
            };
            if !is_renewed && wait.is_none() {
                return Err(self.ended(error));
            }
            if !self.call.payload().is_replayable() {
                return Err(self.ended(error).not_replayable());
            }
            if is_renewed {
                // Once, whatever the policy: the server has not acted on the call.
                renewed = true;
                self.is_charged = false;
            } else if let Some(wait) = wait {
                self.is_charged = true;
                trace::again(&error, wait, self.attempted());
                self.stage = Stage::Backoff;
                tokio::time::sleep(wait).await;
                if core.in_flight.is_closed() {
                    return Err(self.ended(closed(self.call.meta())));
                }
            }
            let next = pin!(self.attempt()).await;
            error = match next {
                Ok(response) => return Ok(response),
                Err(Failed::Attempt(error)) => error,
                Err(Failed::NoBudget) => return Err(self.ended(error)),
                // Why the attempt before failed tells more than that there is no slot for another.
                Err(Failed::Before(before)) if before.kind() == ErrorKind::Limited => {
                    return Err(self.ended(error));
                }
                Err(Failed::Before(before)) => return Err(self.ended(before)),
            };
        }
    }

    /// Makes one attempt.
    async fn attempt(&mut self) -> Result<Response<Body>, Failed> {
        let Ready {
            permit,
            authorized,
            at,
        } = pin!(self.ready_in_time()).await?;
        let attempt_end = at + self.timeout;
        self.stage = Stage::Response;
        let span = trace::attempt(self.call.meta(), self.attempted());
        let mut exchange = self.exchange(permit, attempt_end).instrument(span);
        // An attempt has its own timeout. Most calls don't need a second timer for the deadline.
        let end = Some(self.end()).filter(|&end| attempt_end > end);
        let Some(result) = in_time(end, Pin::new(&mut exchange)).await else {
            return Err(Failed::Before(self.out_of_time()));
        };
        let result = match result {
            Ok(mut response) => match (self.decode)(self.call, &mut response) {
                Ok(()) => Ok(response),
                Err(problem) => Err(self.undecoded(response, &problem)),
            },
            Err(unsuccessful) => {
                let (endpoint, max) = (self.call.meta(), self.max_response_size());
                Err(unsuccessful.into_error(endpoint, max, &self.secrets(), authorized))
            }
        };
        match &result {
            Ok(response) => {
                trace::answered(exchange.span(), response.status());
                self.core().budget.earn();
            }
            Err(error) => trace::failed(exchange.span(), error),
        }
        result.map_err(Failed::Attempt)
    }

    async fn ready_in_time(&mut self) -> Result<Ready, Failed> {
        let ready = in_time(Some(self.end()), pin!(self.ready())).await;
        ready.unwrap_or_else(|| Err(Failed::Before(self.out_of_time())))
    }

    /// Waits for what an attempt needs: a permit, and then the authorization, which comes last as
    /// a long wait would outlive the token.
    async fn ready(&mut self) -> Result<Ready, Failed> {
        let endpoint = self.call.meta();
        loop {
            // The first attempt follows at once.
            let now = self.is_built.then_some(self.begun);
            if !self.is_built {
                self.build().map_err(Failed::Before)?;
            }
            self.stage = Stage::Permit;
            let acquiring = self.permit(now).map_err(Failed::Before)?;
            let mut permit = acquiring
                .await
                .map_err(|refusal| Failed::Before(Error::limited(endpoint, refusal)))?;
            self.stage = Stage::Token;
            self.is_built = false;
            let (generation, authorized) = authorize(self.client(), endpoint, &mut self.head)
                .await
                .map_err(Failed::Before)?;
            self.carried = Some(Box::new((Carried::of(&self.head), generation)));
            if !self.scopes_known {
                // The first token brought them.
                self.scopes_known =
                    check_scopes(self.client(), endpoint).map_err(Failed::Before)?;
            }
            // A permit that was held for too long, or that a lockout has voided, is given back.
            let at = Instant::now();
            if permit.sending_at(at).is_err() {
                continue;
            }
            if self.is_charged && !self.core().budget.pay() {
                permit.unsent();
                return Err(Failed::NoBudget);
            }
            open_stream(self.call, &mut self.body).map_err(Failed::Before)?;
            return Ok(Ready {
                permit,
                authorized,
                at,
            });
        }
    }

    fn permit(&self, now: Option<Instant>) -> Result<Acquiring<'c>, Error> {
        let policy = if self.through_lock {
            WaitPolicy::ThroughLocks
        } else {
            self.wait_policy()
        };
        let options = AcquireOptions::new()
            .deadline(self.end())
            .timeout(self.timeout)
            .now(now)
            .wait_policy(policy)
            .priority(self.context.options().priority.unwrap_or_default())
            // A retry goes before others, or it would wait in the whole queue once more.
            .retry(!self.attempts.is_empty());
        let client = self.client();
        let server = client.server(self.call.meta())?;
        let buckets = server.buckets(self.call.meta());
        let limiter = &self.core().limiter;
        Ok(limiter.acquire(&buckets, client.user(), options))
    }

    /// The exchange of the attempt, which goes on where that matters when its caller goes away.
    fn exchange(
        &mut self,
        permit: Permit,
        end: Instant,
    ) -> Detached<Result<Response<Body>, Box<Unsuccessful>>> {
        let (empty, ()) = Request::new(()).into_parts();
        let head = std::mem::replace(&mut self.head, empty);
        let request = Request::from_parts(head, std::mem::take(&mut self.body));
        let bounds = self.bounds(end);
        // What is sent piece by piece ends with its caller; anything else counts at the server from
        // now on, and is finished to learn its response.
        let outlives_caller = self.call.payload().is_replayable() && !bounds.is_streamed();
        let core = self.core();
        let exchange = exchange(Arc::clone(core), request, bounds, permit);
        Detached::new(exchange, Arc::clone(&core.in_flight), outlives_caller)
    }

    /// What bounds the response of an attempt that has to end by then.
    fn bounds(&self, end: Instant) -> Bounds {
        let (core, own) = (self.core(), self.context.options().max_response_size);
        Bounds {
            timeout: self.timeout,
            end,
            read_timeout: core.read_timeout,
            max_response_size: self.max_response_size(),
            max_stream_size: own.filter(|_| self.delivery == Delivery::Stream),
            delivery: self.delivery,
        }
    }

    fn undecoded(&self, response: Response<Body>, problem: &DecodeError) -> Error {
        let (response, mut failure) = read_failure(self.core(), buffered(response));
        let secrets = self.secrets();
        failure.redact(&secrets);
        Error::decode(self.call.meta(), response, failure, problem, &secrets)
    }

    /// The secrets of the last attempt: what its authorizer put into its head, and what is marked
    /// or named as one.
    fn secrets(&self) -> Secrets {
        match &self.carried {
            Some(of) => {
                let (carried, _) = &**of;
                let target = target(self.call, self.context).ok();
                let without = target.and_then(|to| request::build_head(self.call, &to).ok());
                carried.secrets(without.as_ref())
            }
            None => Secrets::default(),
        }
    }

    /// How large a response may be that isn't streamed, in bytes.
    fn max_response_size(&self) -> usize {
        let own = self.context.options().max_response_size;
        own.unwrap_or(self.core().max_response_size)
    }

    /// When the call's deadline passes.
    fn end(&self) -> Instant {
        self.begun + self.deadline
    }

    fn client(&self) -> &'c Client {
        &self.context.client
    }

    fn core(&self) -> &'c Arc<Core> {
        &self.context.client.0.core
    }

    fn build(&mut self) -> Result<(), Error> {
        let request = build(self.call, self.context)?;
        (self.head, self.body) = request.into_parts();
        self.is_built = true;
        Ok(())
    }

    fn note(&mut self, error: &Error) {
        self.sent = self.sent.max(error.sent());
        self.attempts.push(error.as_attempt(self.begun.elapsed()));
    }

    fn wait_policy(&self) -> WaitPolicy {
        let settings = self.core().limiter.settings();
        let own = self.context.options().wait_policy;
        own.unwrap_or(settings.default_wait_policy())
    }

    /// Returns how long to wait before the next attempt, if there is to be one.
    fn next(&mut self, policy: &RetryPolicy, error: &Error) -> Option<Duration> {
        let core = self.core();
        let mut wait = policy.next(self.call.meta(), error, self.attempted())?;
        let mut until_sent = wait;
        self.through_lock = false;
        if let Some(throttling) = error.throttling() {
            // The limiter waits until the call may be sent again, and knows how long that takes.
            if self.wait_policy() == WaitPolicy::FailFast {
                return None;
            }
            until_sent = wait.max(throttling.wait);
            if core.limiter.settings().is_off() {
                wait = until_sent;
            } else {
                self.through_lock = true;
                wait = Duration::ZERO;
            }
        }
        // If the time doesn't suffice, this error explains more than a timeout.
        let in_time = self.begun.elapsed().saturating_add(until_sent) < self.deadline;
        (in_time && core.budget.can_pay()).then_some(wait)
    }

    /// Whether the server refused the token, and another one is worth an attempt.
    fn is_renewed(&self, error: &Error) -> bool {
        let authorizer = self.client().0.authorizer.as_ref();
        error.is_token_refused()
            && authorizer
                .zip(self.carried.as_ref().and_then(|of| of.1))
                .is_some_and(|(authorizer, generation)| authorizer.refused(generation))
    }

    fn attempted(&self) -> u32 {
        u32::try_from(self.attempts.len()).unwrap_or(u32::MAX)
    }

    /// The call's error, with all attempts.
    fn ended(&mut self, error: Error) -> Error {
        let sent = self.sent.max(error.sent());
        error.after(std::mem::take(&mut self.attempts), sent)
    }

    fn out_of_time(&mut self) -> Error {
        let deadline = self.deadline;
        let problem = match self.stage {
            Stage::Permit => format!(
                "the call's deadline of {deadline:?} passed while it waited for its rate limit"
            ),
            Stage::Token => format!(
                "the call's deadline of {deadline:?} passed while it waited for an access token"
            ),
            Stage::Backoff => {
                format!("the call's deadline of {deadline:?} passed before it could be retried")
            }
            Stage::Response => {
                self.sent = self.sent.max(Sent::Maybe);
                format!("no response within the call's deadline of {deadline:?}")
            }
        };
        Error::timeout(self.call.meta(), Sent::No, problem)
    }
}

fn build(call: &Call, context: &Context) -> Result<Request<Body>, Error> {
    let (endpoint, options) = (call.meta(), context.options());
    if let Some(problem) = options.invalid() {
        return Err(Error::unsent(ErrorKind::InvalidRequest, endpoint, problem));
    }
    if options.idempotency_key.is_some() && endpoint.idempotency_key.is_none() {
        let problem =
            "the call sets an idempotency key, and its endpoint declares no `idempotency_key`";
        return Err(Error::unsent(ErrorKind::InvalidRequest, endpoint, problem));
    }
    let target = target(call, context)?;
    request::build(call, &target).map_err(|error| Error::invalid_request(endpoint, &error))
}

fn target<'c>(call: &Call, context: &'c Context) -> Result<Target<'c>, Error> {
    let (client, options) = (&context.client, context.options());
    Ok(Target {
        base: &client.server(call.meta())?.base_url,
        defaults: &client.0.core.headers,
        headers: options.headers(),
        idempotency_key: options.idempotency_key.as_ref(),
        page: options.page.as_ref(),
    })
}

/// Puts in the body of a call that streams it. From then on the call can't be made again.
fn open_stream(call: &Call, body: &mut Body) -> Result<(), Error> {
    if call.payload().is_replayable() {
        return Ok(());
    }
    let Some(stream) = call.payload().open() else {
        let problem = RequestError::new("its body is a stream, and was sent already");
        return Err(Error::invalid_request(call.meta(), &problem));
    };
    *body = stream;
    Ok(())
}

/// Authorizes the request. Returns the generation of its token, and whether it carries an
/// authorization.
async fn authorize(
    client: &Client,
    endpoint: &'static EndpointMeta,
    head: &mut Parts,
) -> Result<(Option<Generation>, bool), Error> {
    match &client.0.authorizer {
        Some(authorizer) => match authorizer.authorize(head).await {
            Ok(generation) => Ok((generation, true)),
            Err(error) => Err(Error::unauthorized(endpoint, error)),
        },
        None => Ok((None, head.headers.contains_key(http::header::AUTHORIZATION))),
    }
}

/// Checks whether the token's scopes suffice. Returns whether they are known.
fn check_scopes(client: &Client, endpoint: &'static EndpointMeta) -> Result<bool, Error> {
    let needed = endpoint.scopes;
    if needed == Scopes::None {
        return Ok(true);
    }
    let Some(granted) = client.granted_scopes() else {
        return Ok(false);
    };
    let provider = &client.0.core.provider;
    let includes = |granted: &str, needed: &str| provider.includes_scope(granted, needed);
    granted
        .check_with(needed, includes)
        .map(|()| true)
        .map_err(|missing| {
            Error::unsent(ErrorKind::Scope, endpoint, missing.to_string()).caused_by(missing)
        })
}

/// A little more than one window to wait for a slot, and time for two attempts.
fn default_deadline(window: Option<Duration>, timeout: Duration) -> Duration {
    window.unwrap_or_default() + Duration::from_secs(5) + timeout.saturating_mul(2)
}

fn closed(endpoint: &'static EndpointMeta) -> Error {
    Error::unsent(ErrorKind::Closed, endpoint, "the client was closed")
}
