//! The limiter in a client over an in-memory transport: which calls wait, and when they are sent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use cliq_api::auth::Bearer;
use cliq_api::limit::{LimitSettings, WaitPolicy};
use cliq_api::prelude::*;
use cliq_api::{Body, Exchange, Options, Provider, RequestExt, Transport, http};
use http::{Request, Response};
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

#[endpoints(base = "/v1", limit = "20/min")]
trait Tickets {
    /// The lockout is shorter than those that are announced.
    #[endpoint(GET "/short", lock = "1s")]
    fn short(&self);

    /// A limit without a lockout.
    #[endpoint(GET "/plain")]
    fn plain(&self);

    #[endpoint(GET "/tickets/<ID>", limit = "30/5min")]
    fn get_ticket(&self, id: String);
}

/// A trait with the same URLs.
#[endpoints(base = "/v1")]
trait Reports {
    #[endpoint(GET "/tickets/<NUMBER>", limit = "20/min")]
    fn report_ticket(&self, number: String);

    /// No limit.
    #[endpoint(GET "/tickets/<TICKET>", limit = none)]
    fn peek_ticket(&self, ticket: String);
}

/// Several limits, buckets and lockouts.
#[endpoints(limit = ["4/s", "7/min", "100/day per app"], bucket = "metered", lock = "10m")]
trait Metered {
    #[endpoint(GET "/a")]
    fn call_a(&self);
    #[endpoint(GET "/b", lock = none)]
    fn call_b(&self);
    /// Another bucket.
    #[endpoint(GET "/own", limit = "3/s", lock = none)]
    fn call_own(&self);
    #[endpoint(GET "/app", bucket = none, limit = "4/min per app")]
    fn call_app(&self);
    #[endpoint(GET "/two/<ID>", bucket = "one", limit = "9/min")]
    fn call_one(&self, id: u8);
    #[endpoint(GET "/two/<NAME>", bucket = "two", limit = "5/min")]
    fn call_two(&self, name: String);
}

/// Sends these responses, then successes; records when requests arrived.
#[derive(Clone)]
struct Server(Arc<State>);

struct State {
    answers: Mutex<VecDeque<Response<Body>>>,
    arrivals: Mutex<Vec<Duration>>,
    begun: Instant,
}

impl Server {
    fn new(answers: impl IntoIterator<Item = Response<Body>>) -> Self {
        Self(Arc::new(State {
            answers: Mutex::new(answers.into_iter().collect()),
            arrivals: Mutex::default(),
            begun: Instant::now(),
        }))
    }

    /// Returns the arrivals, in whole seconds.
    fn arrivals(&self) -> Vec<u64> {
        let arrivals = self.0.arrivals.lock().unwrap();
        arrivals.iter().map(Duration::as_secs).collect()
    }

    fn client(&self) -> Client {
        self.client_with(LimitSettings::new().cold_start(false))
    }

    fn client_with(&self, settings: LimitSettings) -> Client {
        Client::builder("https://api.example.com")
            .transport(self.clone())
            .limits(settings)
            .build()
            .unwrap()
    }
}

impl Transport for Server {
    fn send(&self, _: Request<Body>) -> Exchange<'_> {
        self.0.arrivals.lock().unwrap().push(self.0.begun.elapsed());
        let answer = self.0.answers.lock().unwrap().pop_front();
        Box::pin(async move { Ok(answer.unwrap_or_default()) })
    }
}

fn response(status: u16, headers: &[(&str, &str)]) -> Response<Body> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(Body::default()).unwrap()
}

fn throttled(retry_after: &str) -> Response<Body> {
    response(429, &[("retry-after", retry_after)])
}

/// Returns the time until then, in whole seconds.
fn from_now(time: SystemTime) -> u64 {
    let left = time.duration_since(SystemTime::now()).unwrap();
    left.as_secs_f64().round() as u64
}

/// A throttled call either waits and is sent, or fails immediately: it never waits in vain.
#[tokio::test(start_paused = true)]
async fn a_throttled_call_waits_as_long_as_the_limiter_does() {
    // The announced time and the margin.
    let server = Server::new([throttled("8")]);
    server.client().short().await.unwrap();
    assert_eq!(server.arrivals(), [0, 9]);

    // Longer than a call waits by default.
    let server = Server::new([throttled("600")]);
    let error = server.client().short().await.unwrap_err();
    assert_eq!(server.arrivals(), [0]);
    assert_eq!(server.0.begun.elapsed(), Duration::ZERO);
    assert!(error.is_throttled(), "{error}");

    // With a sufficient deadline.
    let server = Server::new([throttled("600")]);
    let call = server.client().short();
    call.options(|options| options.deadline(60 * MINUTE))
        .await
        .unwrap();
    assert_eq!(server.arrivals(), [0, 601]);

    // With a deadline that is a second too early.
    let server = Server::new([throttled("600")]);
    let call = server.client().short();
    let call = call.options(|options| options.deadline(600 * SECOND));
    call.await.unwrap_err();
    assert_eq!(server.arrivals(), [0]);
    assert_eq!(server.0.begun.elapsed(), Duration::ZERO);
}

/// A retry that isn't sent takes nothing from the retry budget, which suffices for ten.
#[tokio::test(start_paused = true)]
async fn retries_that_are_not_sent_drain_no_budget() {
    let server = Server::new((0..30).map(|_| throttled("600")));
    // A throttled user is locked out, so each call is another user's.
    for _ in 0..30 {
        server.client().short().await.unwrap_err();
    }
    let client = server.client_with(LimitSettings::off());
    for _ in 0..30 {
        client.plain().await.unwrap();
    }
    *server.0.answers.lock().unwrap() = (0..3).map(|_| response(503, &[])).collect();
    client.plain().await.unwrap_err();
    assert_eq!(server.arrivals().len(), 30 + 30 + 3);
}

#[tokio::test(start_paused = true)]
async fn an_announced_time_is_obeyed() {
    let server = Server::new([throttled("1")]);
    let client = server.client_with(
        LimitSettings::new()
            .cold_start(false)
            .wait_policy(WaitPolicy::FailFast),
    );
    let error = client.plain().await.unwrap_err();
    let until = error.locked_until().unwrap();
    assert_eq!(
        (from_now(until), error.retry_after().unwrap().as_secs()),
        (2, 2)
    );
    let refused = client.plain().await.unwrap_err();
    assert_eq!(refused.retry_after().unwrap().as_secs(), 2);
    tokio::time::sleep(2 * SECOND + Duration::from_millis(2)).await;
    client.plain().await.unwrap();
    assert_eq!(server.arrivals(), [0, 2]);
}

/// If the declared lockout is longer, error and limiter report the same end.
#[derive(Debug)]
struct Cautious;

impl Provider for Cautious {
    fn base_url(&self) -> &'static str {
        "https://api.example.com"
    }

    fn limits(&self) -> LimitSettings {
        LimitSettings::new()
            .cold_start(false)
            .assumed_lock(Some(10 * MINUTE))
            .lock_policy(cliq_api::limit::LockPolicy::Longer)
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_may_take_the_longer_lockout() {
    let server = Server::new([throttled("0"), response(429, &[])]);
    let client = Client::of(Cautious)
        .transport(server.clone())
        .build()
        .unwrap();
    let error = client
        .short()
        .options(|options| options.fail_fast())
        .await
        .unwrap_err();
    assert_eq!(
        (
            from_now(error.locked_until().unwrap()),
            error.retry_after().unwrap().as_secs()
        ),
        (2, 2)
    );
    let error = client
        .plain()
        .options(|options| options.fail_fast())
        .await
        .unwrap_err();
    assert_eq!(from_now(error.locked_until().unwrap()), 601);
    assert_eq!(error.retry_after().unwrap().as_secs(), 601);
}

#[tokio::test(start_paused = true)]
async fn an_unexpected_lockout_has_help() {
    let server = Server::new([throttled("600")]);
    let client = server.client();
    for _ in 0..2 {
        let error = client.plain().await.unwrap_err().to_string();
        assert!(
            error.contains("another process") && error.contains("`limit_store`"),
            "{error}"
        );
    }
    assert_eq!(client.limits().unexpected_locks(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_tenth_call_of_a_fresh_client_explains_its_wait() {
    let server = Server::new([]);
    let client = server.client_with(LimitSettings::new());
    for _ in 0..9 {
        client.plain().await.unwrap();
    }
    let call = client.plain();
    let error = call
        .options(|options| options.fail_fast())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("cold_start"), "{error}");
    client.plain().await.unwrap();
    assert_eq!(server.arrivals().last(), Some(&61));
}

/// Two traits with one URL: both limits apply from the first call, whichever endpoint is called,
/// and to the endpoint without a limit as well.
#[tokio::test(start_paused = true)]
async fn all_limits_of_a_url_hold_from_the_first_call() {
    for first in 0..3 {
        let server = Server::new([]);
        let client = Client::builder("https://api.example.com")
            .transport(server.clone())
            .limits(LimitSettings::new().cold_start(false))
            .apis([TICKETS, REPORTS])
            .build()
            .unwrap();
        let call = async |number: usize| match number % 3 {
            0 => {
                client
                    .get_ticket("1")
                    .options(|options| options.fail_fast())
                    .await
            }
            1 => {
                client
                    .report_ticket("1")
                    .options(|options| options.fail_fast())
                    .await
            }
            _ => {
                client
                    .peek_ticket("1")
                    .options(|options| options.fail_fast())
                    .await
            }
        };
        let mut made = 0;
        while call(first + made).await.is_ok() {
            made += 1;
        }
        assert_eq!(made, 19);
        tokio::time::sleep(62 * SECOND).await;
        while call(first + made).await.is_ok() {
            made += 1;
        }
        assert_eq!(made, 29, "30 in five minutes");
    }
}

/// An endpoint's metadata includes the limits of its trait.
#[tokio::test(start_paused = true)]
async fn the_limits_of_a_trait_hold_from_its_first_call() {
    let server = Server::new([]);
    let client = server.client();
    let mut made = 0;
    let peek = || {
        client
            .peek_ticket("1")
            .options(|options| options.fail_fast())
    };
    while peek().await.is_ok() {
        made += 1;
    }
    assert_eq!(made, 19);
}

#[tokio::test(start_paused = true)]
async fn a_quota_of_a_success_applies() {
    let quota = [("x-ratelimit-remaining", "1"), ("x-ratelimit-reset", "30")];
    let server = Server::new([response(200, &quota)]);
    let client = server.client();
    client.plain().await.unwrap();
    client.plain().await.unwrap();
    assert_eq!(server.arrivals(), [0, 31]);
}

/// Returns how many calls go at once; one slot of each limit stays free.
async fn at_once<R: RequestExt<Response = ()>>(call: impl Fn() -> R) -> usize {
    let mut made = 0;
    while RequestExt::options(call(), |options| options.fail_fast())
        .send()
        .await
        .is_ok()
    {
        made += 1;
    }
    made
}

#[tokio::test(start_paused = true)]
async fn several_limits_of_a_traits_bucket_all_hold() {
    let server = Server::new([]);
    let client = server.client();
    assert_eq!(at_once(|| client.call_a()).await, 3, "4 a second");
    assert_eq!(at_once(|| client.call_b()).await, 0, "of the same bucket");
    assert_eq!(at_once(|| client.call_own()).await, 2, "by itself");
    tokio::time::sleep(3 * SECOND).await;
    assert_eq!(at_once(|| client.call_b()).await, 3);
    tokio::time::sleep(3 * SECOND).await;
    assert_eq!(at_once(|| client.call_a()).await, 0, "7 a minute");
    assert_eq!(at_once(|| client.call_own()).await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_limit_per_app_is_one_for_all_users() {
    let server = Server::new([]);
    let client = server.client();
    let other = client.as_user("2", Bearer::new("t")).unwrap();
    assert_eq!(at_once(|| client.call_app()).await, 3);
    assert_eq!(at_once(|| other.call_app()).await, 0);
    assert_eq!(at_once(|| other.call_own()).await, 2);
}

#[tokio::test(start_paused = true)]
async fn two_buckets_of_one_url_both_hold() {
    let server = Server::new([]);
    let client = server.client();
    assert_eq!(at_once(|| client.call_one(1)).await, 4);
    assert_eq!(at_once(|| client.call_two("1")).await, 0);
}

/// `lock = none` in a trait with a lockout: a throttled response causes no lockout.
#[tokio::test(start_paused = true)]
async fn without_a_lockout_a_throttled_call_is_retried_after_the_window() {
    for (is_locked, expected) in [(true, 601), (false, 2)] {
        let server = Server::new([response(429, &[])]);
        let client = server.client();
        let call = |lasting: Duration| {
            let set = move |options: Options| options.deadline(lasting).through_locks();
            if is_locked {
                client.call_a().options(set).send()
            } else {
                client.call_own().options(set).send()
            }
        };
        let _ = call(SECOND).await;
        call(3600 * SECOND).await.unwrap();
        let last = server.arrivals().last().copied().unwrap();
        assert!(last.abs_diff(expected) <= 1, "{is_locked}: {last}");
    }
}
