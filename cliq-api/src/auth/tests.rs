//! Sessions whatever happens, on paused time, with an authorization server of a few lines.

use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, Response};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, advance, sleep, timeout};

use super::clock::Clock;
use super::oauth::wire::Sent;
use super::session::Session;
use super::{
    AccessToken, AuthContext, AuthError, AuthErrorKind, Authorizer, Credentials, Dialect,
    Fingerprint, Generation, Identity, MemoryTokenStore, OAuthClient, OAuthRequest, OAuthServer,
    Refusal, RenewalBudget, TokenFuture, TokenSettings, TokenSource, TokenStore, Users,
};
use crate::transport::{Exchange, Transport, TransportError};
use crate::user_key::UserKey;

const HOUR: Duration = Duration::from_hours(1);
const MINUTE: Duration = Duration::from_mins(1);
const SECOND: Duration = Duration::from_secs(1);

/// A server that counts how often a refresh token is used.
#[derive(Debug)]
struct Counted;

impl Dialect for Counted {
    fn refusal(
        &self,
        request: OAuthRequest,
        code: &str,
        _: &serde_json::Map<String, serde_json::Value>,
    ) -> Refusal {
        match code {
            "too_many" => Refusal::new(AuthErrorKind::TooMany),
            _ => Refusal::standard(request, code),
        }
    }

    fn budget(&self) -> RenewalBudget {
        RenewalBudget::new(9, 10 * MINUTE)
            .early(7)
            .after_refusal(5)
            .lockout(10 * MINUTE)
    }
}

/// What a call is sent with.
#[derive(Debug, Clone)]
struct Authorized {
    header: HeaderValue,
    generation: u64,
}

impl Session {
    async fn authorization(&self) -> Result<Authorized, AuthError> {
        let (mut head, ()) = Request::new(()).into_parts();
        let generation = self.authorize(&mut head).await?;
        Ok(Authorized {
            header: head.headers[AUTHORIZATION].clone(),
            generation: generation.expect("it has one").get(),
        })
    }

    fn refuse(&self, generation: u64) -> bool {
        self.refused(Generation::new(generation))
    }
}

/// An authorization server, and the tokens that are valid at the API.
#[derive(Clone, Default)]
struct Server(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    /// What the next requests are answered; all further ones are granted.
    script: VecDeque<Reply>,
    latency: Duration,
    /// Until when it answers with this status, and so; with the status 0 it can't be reached.
    outage: Option<(Instant, u16, &'static str)>,
    /// When requests arrived.
    arrivals: Vec<Instant>,
    /// Until when the tokens are valid.
    tokens: HashMap<String, Instant>,
    /// The only refresh token that is valid, if each is replaced with its use.
    rotating: Option<String>,
    /// Those that were used.
    used: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Reply {
    Grant,
    Hang,
    Unreachable,
    Status(u16),
    Error(&'static str),
}

impl Server {
    fn answering(script: impl IntoIterator<Item = Reply>) -> Self {
        let server = Self::default();
        server.inner().script = script.into_iter().collect();
        server
    }

    fn late(self, latency: Duration) -> Self {
        self.inner().latency = latency;
        self
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    fn refreshes(&self) -> usize {
        self.inner().arrivals.len()
    }

    /// In the fullest ten minutes.
    fn most_refreshes(&self) -> usize {
        let arrivals = self.inner().arrivals.clone();
        let within = |first: &Instant| {
            arrivals
                .iter()
                .filter(|&at| at >= first && *at - *first < 10 * MINUTE)
                .count()
        };
        arrivals.iter().map(within).max().unwrap_or_default()
    }

    fn is_good(&self, authorized: &Authorized) -> bool {
        let header = authorized.header.to_str().unwrap();
        let token = header.strip_prefix("Bearer ").unwrap();
        self.inner()
            .tokens
            .get(token)
            .is_some_and(|until| Instant::now() < *until)
    }

    fn revoke_all(&self) {
        self.inner().tokens.clear();
    }

    fn context(&self) -> Arc<AuthContext> {
        self.context_with(TokenSettings::new())
    }

    fn context_with(&self, settings: TokenSettings) -> Arc<AuthContext> {
        let transport = Arc::new(self.clone());
        Arc::new(AuthContext::new(transport, settings))
    }

    fn session(&self) -> Arc<Session> {
        session(&self.context(), refresh_token())
    }
}

impl Server {
    fn grant(&self, refresh_token: Option<&String>) -> String {
        let mut inner = self.inner();
        let mut next = String::new();
        if let (Some(valid), Some(refresh_token)) = (&inner.rotating, refresh_token) {
            if valid != refresh_token {
                return r#"{"error": "invalid_grant"}"#.to_owned();
            }
            let number: u32 = valid.strip_prefix("refresh-").unwrap().parse().unwrap();
            let valid = format!("refresh-{}", number + 1);
            next = format!(r#", "refresh_token": "{valid}""#);
            inner.used.push(refresh_token.clone());
            inner.rotating = Some(valid);
        }
        let token = format!("token-{}", inner.tokens.len() + inner.arrivals.len());
        inner.tokens.insert(token.clone(), Instant::now() + HOUR);
        format!(
            r#"{{"access_token": "{token}", "expires_in": 3600, "scope": "tickets.read"{next}}}"#
        )
    }

    /// One that replaces a refresh token with each use.
    fn rotating() -> Self {
        let server = Self::default();
        server.inner().rotating = Some("refresh-1".to_owned());
        server
    }
}

fn client() -> OAuthClient {
    let server = OAuthServer::new("https://auth.example.com/token").dialect(Counted);
    OAuthClient::new(server, "desk", "secret")
}

fn refresh_token() -> Credentials {
    Credentials::refresh_token(&client(), "refresh-1")
}

fn session(context: &Arc<AuthContext>, credentials: Credentials) -> Arc<Session> {
    Session::new(context, None, credentials).unwrap()
}

impl Transport for Server {
    fn send(&self, request: Request<crate::Body>) -> Exchange<'_> {
        assert_eq!(request.uri(), "https://auth.example.com/token");
        let parameters: HashMap<_, _> = form_urlencoded::parse(request.body().as_bytes().unwrap())
            .into_owned()
            .collect();
        Box::pin(async move {
            let (reply, latency) = {
                let mut inner = self.inner();
                if let Some((_, status, body)) =
                    inner.outage.filter(|(until, ..)| Instant::now() < *until)
                {
                    if status == 0 {
                        return Err(TransportError::new(Sent::No, "no connection"));
                    }
                    inner.arrivals.push(Instant::now());
                    let answer = Response::builder().status(status);
                    return Ok(answer.body(body.into()).unwrap());
                }
                let reply = inner.script.pop_front().unwrap_or(Reply::Grant);
                if !matches!(reply, Reply::Unreachable) {
                    inner.arrivals.push(Instant::now());
                }
                (reply, inner.latency)
            };
            sleep(latency).await;
            let body = match reply {
                Reply::Hang => std::future::pending().await,
                Reply::Unreachable => {
                    return Err(TransportError::new(Sent::No, "no connection to the server"));
                }
                Reply::Status(status) => {
                    return Ok(Response::builder()
                        .status(status)
                        .body("<html>".into())
                        .unwrap());
                }
                Reply::Error(code) => format!(r#"{{"error": "{code}"}}"#),
                Reply::Grant => self.grant(parameters.get("refresh_token")),
            };
            Ok(Response::new(body.into()))
        })
    }
}

/// Chance that can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn millis(&mut self, end: u64) -> Duration {
        Duration::from_millis(self.below(end))
    }
}

#[track_caller]
fn failed<T>(result: Result<T, AuthError>) -> AuthError {
    result.err().expect("it fails")
}

async fn token(session: &Arc<Session>) -> Authorized {
    session.authorization().await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn many_calls_over_an_expiring_token_make_one_renewal_for_each_expiry() {
    for seed in 0..10 {
        let server = Server::default().late(SECOND);
        let session = server.session();
        let mut random = Random(seed);
        let begun = Instant::now();
        let mut calls = Vec::new();
        // 10,000 calls in 10 hours, in bursts.
        for _ in 0..1_000 {
            for _ in 0..10 {
                let (server, session) = (server.clone(), Arc::clone(&session));
                let (patience, journey) = (random.millis(3_000), random.millis(5_000));
                calls.push(tokio::spawn(async move {
                    // Some go away while they wait.
                    let Ok(authorized) = timeout(patience, token(&session)).await else {
                        return false;
                    };
                    sleep(journey).await;
                    assert!(
                        server.is_good(&authorized),
                        "a call was sent with a token that ran out on its way"
                    );
                    true
                }));
            }
            sleep(random.millis(72_000)).await;
        }
        let mut sent = 0;
        for call in calls {
            sent += usize::from(call.await.unwrap());
        }
        assert!(sent > 9_900, "{sent}");
        // The first, and one for each 55 minutes; a burst comes at least each 72 s.
        let (fewest, most) = (
            begun.elapsed().as_secs() / (3_300 + 75),
            begun.elapsed().as_secs() / 3_300,
        );
        let renewals = server.refreshes() as u64 - 1;
        assert!(
            (fewest..=most).contains(&renewals),
            "{renewals} are not within {fewest} and {most}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_refusals_makes_one_renewal() {
    let server = Server::default().late(SECOND);
    let session = server.session();
    let first = token(&session).await;
    server.revoke_all();
    let mut random = Random(1);
    let mut calls = Vec::new();
    for _ in 0..1_000 {
        let (server, session, first) = (server.clone(), Arc::clone(&session), first.clone());
        let journey = random.millis(30_000);
        calls.push(tokio::spawn(async move {
            // Its 401 may come long after others had theirs, and the new token.
            sleep(journey).await;
            assert!(!server.is_good(&first));
            assert!(session.refuse(first.generation));
            let second = token(&session).await;
            assert!(second.generation > first.generation && server.is_good(&second));
        }));
    }
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(server.refreshes(), 2);
}

/// Whatever happens, and in whatever order: no more than ten uses in ten minutes, no step back to
/// an older token, and nobody waits longer than a renewal may take.
#[tokio::test(start_paused = true)]
async fn no_interleaving_uses_the_refresh_token_too_often_or_brings_an_older_token_back() {
    for seed in 0..30 {
        let mut random = Random(seed);
        let server = Server::default().late(random.millis(4_000));
        {
            let replies = [
                Reply::Grant,
                Reply::Hang,
                Reply::Unreachable,
                Reply::Status(503),
                Reply::Error("general_error"),
            ];
            let mut script = VecDeque::new();
            for _ in 0..200 {
                script.push_back(replies[usize::try_from(random.below(5)).unwrap()]);
            }
            server.inner().script = script;
        }
        let session = server.session();
        let newest = Arc::new(Mutex::new(0));
        let mut calls = Vec::new();
        for _ in 0..2_000 {
            if random.below(50) == 0 {
                server.revoke_all();
            }
            let (server, session, newest) =
                (server.clone(), Arc::clone(&session), Arc::clone(&newest));
            let (journey, patience) = (random.millis(20_000), random.millis(60_000));
            calls.push(tokio::spawn(async move {
                let before = *newest.lock().unwrap();
                let begun = Instant::now();
                let waited = timeout(patience, session.authorization()).await;
                assert!(begun.elapsed() <= Duration::from_secs(65));
                let Ok(Ok(authorized)) = waited else {
                    return;
                };
                assert!(authorized.generation >= before, "an older token came back");
                {
                    let mut newest = newest.lock().unwrap();
                    *newest = authorized.generation.max(*newest);
                }
                sleep(journey).await;
                if !server.is_good(&authorized) {
                    session.refuse(authorized.generation);
                }
            }));
            sleep(random.millis(10_000)).await;
        }
        for call in calls {
            call.await.unwrap();
        }
        assert!(
            server.most_refreshes() <= 9,
            "seed {seed}: {}",
            server.most_refreshes()
        );
        assert!(
            server.refreshes() > 20,
            "seed {seed}: it went on, {}",
            server.refreshes()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_told_to_all_who_wait() {
    for (reply, kind) in [
        (Reply::Error("invalid_grant"), AuthErrorKind::Refused),
        (Reply::Error("too_many"), AuthErrorKind::TooMany),
        (Reply::Status(503), AuthErrorKind::Refused),
        (Reply::Unreachable, AuthErrorKind::Unreachable),
        (Reply::Hang, AuthErrorKind::Unreachable),
    ] {
        let server = Server::answering([reply; 3]);
        let session = server.session();
        let begun = Instant::now();
        let calls: Vec<_> = (0..100)
            .map(|_| Arc::clone(&session))
            .map(|session| tokio::spawn(async move { failed(session.authorization().await) }))
            .collect();
        for call in calls {
            let error = call.await.unwrap();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains("auth.example.com"), "{error}");
        }
        assert!(begun.elapsed() <= Duration::from_secs(30), "{reply:?}");
        // Who comes right after is told the same, without another request.
        let asked = server.refreshes();
        assert_eq!(failed(session.authorization().await).kind(), kind);
        assert_eq!(server.refreshes(), asked);
        // In the end it goes on.
        server.inner().script.clear();
        sleep(11 * MINUTE).await;
        assert!(server.is_good(&token(&session).await));
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_tried_again_while_callers_wait() {
    let server = Server::answering([Reply::Unreachable, Reply::Status(502)]);
    assert!(server.is_good(&token(&server.session()).await));
    assert_eq!(server.refreshes(), 2);
}

/// Calls once in a second until there is a token. Returns how long that took.
async fn until_token(session: &Arc<Session>) -> Duration {
    let begun = Instant::now();
    loop {
        if session.authorization().await.is_ok() {
            return begun.elapsed();
        }
        sleep(SECOND).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_seconds_costs_seconds() {
    for (outage, most) in [
        (1, 2),
        (5, 15),
        (25, 45),
        (60, 100),
        (200, 500),
        (3600, 4000),
    ] {
        for body in ["<html>", r#"{"error": "internal"}"#] {
            for is_shared in [false, true] {
                let server = Server::default();
                server.inner().outage = Some((Instant::now() + outage * SECOND, 500, body));
                let settings = TokenSettings::new();
                let context = server.context_with(if is_shared {
                    settings.store(MemoryTokenStore::new())
                } else {
                    settings
                });
                let took = until_token(&session(&context, refresh_token())).await;
                assert!(took <= most * SECOND, "{outage} s with {body}: {took:?}");
                assert!(server.most_refreshes() <= 9, "{}", server.most_refreshes());
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_left_of_the_allowance_is_spread_too() {
    let server = Server::default();
    let context = server.context();
    for _ in 0..6 {
        token(&session(&context, refresh_token())).await;
    }
    server.inner().outage = Some((Instant::now() + 25 * SECOND, 500, ""));
    let took = until_token(&session(&context, refresh_token())).await;
    assert!(took < 3 * MINUTE, "{took:?}");
    assert!(server.most_refreshes() <= 9, "{}", server.most_refreshes());
}

#[tokio::test(start_paused = true)]
async fn clients_with_one_store_share_an_outage() {
    let server = Server::default().late(SECOND / 10);
    server.inner().outage = Some((Instant::now() + 25 * SECOND, 503, ""));
    let store = MemoryTokenStore::new();
    let clients: Vec<_> = (0..8)
        .map(|_| server.context_with(TokenSettings::new().store(store.clone())))
        .map(|context| session(&context, refresh_token()))
        .map(|session| tokio::spawn(async move { until_token(&session).await }))
        .collect();
    for client in clients {
        let took = client.await.unwrap();
        assert!(took < 60 * SECOND, "{took:?}");
    }
    assert!(server.refreshes() <= 9, "{}", server.refreshes());
}

/// What never reached the server doesn't count, for other processes neither.
#[tokio::test(start_paused = true)]
async fn a_server_that_can_t_be_reached_costs_no_use() {
    let server = Server::default();
    server.inner().outage = Some((Instant::now() + MINUTE, 0, ""));
    let settings = TokenSettings::new().store(MemoryTokenStore::new());
    let clients: Vec<_> = (0..4)
        .map(|_| session(&server.context_with(settings.clone()), refresh_token()))
        .map(|session| tokio::spawn(async move { until_token(&session).await }))
        .collect();
    for client in clients {
        let took = client.await.unwrap();
        assert!(took <= 2 * MINUTE, "{took:?}");
    }
    assert_eq!(server.refreshes(), 1);
}

/// Whatever code the answer has.
#[tokio::test(start_paused = true)]
async fn a_429_is_shared_by_clients_with_one_store() {
    for body in ["", "<html>", r#"{"error": "rate_limited"}"#] {
        let server = Server::default();
        server.inner().outage = Some((Instant::now() + SECOND, 429, body));
        let settings = TokenSettings::new().store(MemoryTokenStore::new());
        let sessions: Vec<_> = (0..4)
            .map(|_| session(&server.context_with(settings.clone()), refresh_token()))
            .collect();
        for _ in 0..100 {
            for session in &sessions {
                let error = failed(session.authorization().await);
                assert_eq!(error.kind(), AuthErrorKind::TooMany, "{error}");
            }
            advance(6 * SECOND).await;
        }
        assert_eq!(server.refreshes(), 1, "{body}");
        advance(2 * SECOND).await;
        assert!(server.is_good(&token(&sessions[3]).await));
    }
}

fn a_day_ahead() -> SystemTime {
    SystemTime::now() + 24 * HOUR
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_a_day_ahead_doesn_t_block_until_tomorrow() {
    for denied in [false, true] {
        let server = Server::default();
        let settings = TokenSettings::new().store(MemoryTokenStore::new());
        let ahead = || {
            let context = AuthContext::new(Arc::new(server.clone()), settings.clone());
            let context = Arc::new(context.with_clock(Clock::of(a_day_ahead)));
            session(&context, refresh_token())
        };
        if denied {
            server.inner().outage = Some((Instant::now() + SECOND, 429, ""));
            failed(ahead().authorization().await);
        } else {
            for _ in 0..9 {
                let session = ahead();
                token(&session).await;
                server.revoke_all();
                settings_without_token(&settings).await;
            }
        }
        // Its clock was set, and it starts again.
        let session = session(&server.context_with(settings.clone()), refresh_token());
        let error = failed(session.authorization().await);
        assert_eq!(error.kind(), AuthErrorKind::TooMany);
        let wait = error.retry_at().unwrap().duration_since(SystemTime::now());
        assert!(wait.unwrap() < 15 * MINUTE, "{error}");
        let took = until_token(&session).await;
        assert!(took < 15 * MINUTE, "{took:?}");
    }
}

/// As if each had been refused by the API.
async fn settings_without_token(settings: &TokenSettings) {
    let store = settings.store.as_ref().unwrap();
    let key = super::TokenKey::new(
        "auth.example.com",
        "desk",
        &refresh_token().budget().unwrap().0,
    );
    let mut record = store.load(&key).await.unwrap().unwrap();
    record.token = None;
    record.version += 1;
    assert!(store.save(&key, &record).await.unwrap());
}

/// In one process. Other processes and people read times of the wall clock.
#[tokio::test(start_paused = true)]
async fn a_lead_that_the_clock_has_given_up_is_told_to_nobody() {
    static WALL: Mutex<SystemTime> = Mutex::new(SystemTime::UNIX_EPOCH);
    let begun = SystemTime::UNIX_EPOCH + 400 * 24 * HOUR;
    *WALL.lock().unwrap() = begun + 24 * HOUR;
    let server = Server::default();
    let store = MemoryTokenStore::new();
    let settings = TokenSettings::new().store(store);
    let context = AuthContext::new(Arc::new(server.clone()), settings.clone());
    let context = context.with_clock(Clock::of(|| *WALL.lock().unwrap()));
    let session = session(&Arc::new(context), refresh_token());
    *WALL.lock().unwrap() = begun;
    server.inner().outage = Some((Instant::now() + SECOND, 429, ""));
    let error = failed(session.authorization().await);
    let wait = error.retry_at().unwrap().duration_since(begun).unwrap();
    assert!(wait > 10 * MINUTE && wait < 11 * MINUTE, "{error}");
    assert!(
        error
            .to_string()
            .ends_with("no retry before 1971-02-05 00:10:01 UTC"),
        "{error}"
    );
    let took = until_token(&session).await;
    assert!(took < 11 * MINUTE, "{took:?}");
    // A token is none the older for others.
    let key = super::TokenKey::new(
        "auth.example.com",
        "desk",
        &refresh_token().budget().unwrap().0,
    );
    let record = settings.store.as_ref().unwrap().load(&key).await;
    let expires_at = record
        .unwrap()
        .unwrap()
        .token
        .unwrap()
        .expires_at()
        .unwrap();
    let lives = expires_at.duration_since(begun).unwrap();
    assert!(lives < 2 * HOUR, "{lives:?}");
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_leaves_the_renewal_to_the_others() {
    let server = Server::default().late(5 * SECOND);
    let session = server.session();
    let other = Arc::clone(&session);
    assert!(timeout(SECOND, session.authorization()).await.is_err());
    let waiting = tokio::spawn(async move { token(&other).await });
    assert!(server.is_good(&waiting.await.unwrap()));
    assert_eq!(server.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_early_without_waiting_and_kept_if_that_fails() {
    let server = Server::default().late(3 * SECOND);
    let session = server.session();
    let first = token(&session).await;
    advance(54 * MINUTE).await;
    assert_eq!(token(&session).await.generation, first.generation);
    sleep(4 * SECOND).await;
    assert_eq!(server.refreshes(), 1);

    advance(2 * MINUTE).await;
    server.inner().script.push_back(Reply::Status(503));
    let begun = Instant::now();
    assert_eq!(token(&session).await.generation, first.generation);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    sleep(10 * SECOND).await;
    assert_eq!(server.refreshes(), 2);
    // It works on, and isn't asked for again for a minute.
    assert_eq!(token(&session).await.generation, first.generation);
    sleep(10 * SECOND).await;
    assert_eq!(server.refreshes(), 2);

    advance(MINUTE).await;
    assert_eq!(token(&session).await.generation, first.generation);
    sleep(10 * SECOND).await;
    assert_eq!(
        (server.refreshes(), token(&session).await.generation),
        (3, first.generation + 1)
    );
}

/// It has one attempt, since the call that starts it has a token. Who has none makes another.
#[tokio::test(start_paused = true)]
async fn an_early_renewal_that_fails_is_repeated_by_who_needs_a_token() {
    let server = Server::default().late(5 * SECOND);
    let session = server.session();
    let first = token(&session).await;
    // Three seconds before its last use.
    advance(HOUR - 13 * SECOND).await;
    server.inner().script.push_back(Reply::Status(503));
    assert_eq!(token(&session).await.generation, first.generation);
    sleep(4 * SECOND).await;
    let begun = Instant::now();
    let renewed = token(&session).await;
    assert_eq!(renewed.generation, first.generation + 1);
    assert_eq!(
        begun.elapsed().as_secs(),
        6,
        "the rest of the one, and the other"
    );
    assert_eq!(server.refreshes(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_late_refusal_does_not_kill_a_newer_token() {
    let server = Server::default();
    let session = server.session();
    let first = token(&session).await;
    assert!(session.refuse(first.generation));
    let second = token(&session).await;
    // To send again with the newer one is all that it means.
    assert!(session.refuse(first.generation));
    assert_eq!(token(&session).await.generation, second.generation);
    assert_eq!(server.refreshes(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_good_tokens_does_not_use_up_the_refresh_token() {
    let server = Server::default();
    let session = server.session();
    for _ in 0..100 {
        let authorized = token(&session).await;
        if session.refuse(authorized.generation) {
            token(&session).await;
        }
        advance(SECOND).await;
    }
    assert_eq!(server.refreshes(), 5);
    // What is kept is there when the token runs out.
    server.revoke_all();
    advance(HOUR).await;
    assert!(server.is_good(&token(&session).await));
}

#[tokio::test(start_paused = true)]
async fn a_denial_is_not_tried_before_its_time() {
    let server = Server::answering([Reply::Error("too_many")]);
    let context = server.context();
    let session = session(&context, refresh_token());
    let error = failed(session.authorization().await);
    let wait = error
        .retry_at()
        .unwrap()
        .duration_since(context.clock.now())
        .unwrap();
    assert!(wait > 10 * MINUTE && wait < 11 * MINUTE, "{wait:?}");
    for _ in 0..600 {
        advance(SECOND).await;
        assert_eq!(
            failed(session.authorization().await).kind(),
            AuthErrorKind::TooMany
        );
    }
    assert_eq!(server.refreshes(), 1);
    advance(2 * SECOND).await;
    assert!(server.is_good(&token(&session).await));
}

#[tokio::test(start_paused = true)]
async fn our_own_count_says_when_it_would_go() {
    let server = Server::default();
    let context = server.context();
    // A program that makes a session for each call.
    for _ in 0..9 {
        token(&session(&context, refresh_token())).await;
    }
    let error = failed(session(&context, refresh_token()).authorization().await);
    assert_eq!(error.kind(), AuthErrorKind::TooMany);
    assert!(
        error.to_string().contains("no retry before") && error.to_string().ends_with("UTC"),
        "{error}"
    );
    assert_eq!(server.refreshes(), 9);
    advance(11 * MINUTE).await;
    token(&session(&context, refresh_token())).await;
}

/// The wall clock leaps when the machine wakes up; Tokio's doesn't.
#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_is_noticed() {
    static WALL: Mutex<SystemTime> = Mutex::new(SystemTime::UNIX_EPOCH);
    fn wall() -> SystemTime {
        *WALL.lock().unwrap()
    }
    let server = Server::default();
    let transport = Arc::new(server.clone());
    let context = AuthContext::new(transport, TokenSettings::new());
    let session = session(
        &Arc::new(context.with_clock(Clock::of(wall))),
        refresh_token(),
    );
    let first = token(&session).await;
    *WALL.lock().unwrap() += 2 * HOUR;
    assert_eq!(token(&session).await.generation, first.generation + 1);
    // A wall clock that is set back doesn't make a token younger.
    *WALL.lock().unwrap() -= HOUR;
    advance(HOUR).await;
    assert_eq!(token(&session).await.generation, first.generation + 2);
}

#[test]
fn a_runtime_that_ends_leaves_the_renewal_to_another_one() {
    let server = Server::answering([Reply::Hang]);
    let session = server.session();
    let begun_here = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    begun_here.block_on(async {
        assert!(
            timeout(Duration::from_millis(1), session.authorization())
                .await
                .is_err()
        );
    });
    assert_eq!(server.refreshes(), 1);
    let other = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    other.block_on(async {
        let mut waiting = pin!(token(&session));
        assert!(
            timeout(Duration::from_millis(1), &mut waiting)
                .await
                .is_err()
        );
        // Ends the other's tasks.
        begun_here.shutdown_background();
        assert!(server.is_good(&waiting.await));
    });
    assert_eq!(server.refreshes(), 2);
}

#[test]
fn a_runtime_that_stands_still_is_not_waited_for_for_ever() {
    let server = Server::answering([Reply::Hang]);
    let session = server.session();
    let idle = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    idle.block_on(async {
        assert!(
            timeout(Duration::from_millis(1), session.authorization())
                .await
                .is_err()
        );
    });
    // From here on nobody drives it.
    let other = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    other.block_on(async { assert!(server.is_good(&token(&session).await)) });
    assert_eq!(server.refreshes(), 2);
    drop(idle);
}

#[test]
fn without_a_runtime_it_says_so() {
    let session = Server::default().session();
    let mut future = pin!(session.authorization());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(result) = future.as_mut().poll(&mut context) else {
        panic!("it waits")
    };
    assert!(failed(result).to_string().contains("Tokio runtime"));
}

#[tokio::test(start_paused = true)]
async fn credentials_that_can_t_be_renewed_say_so() {
    let context = Server::default().context();
    let fixed = session(&context, Credentials::access_token("fixed"));
    let authorized = token(&fixed).await;
    assert_eq!(authorized.header, "Bearer fixed");
    assert!(authorized.header.is_sensitive());
    assert!(!fixed.refuse(authorized.generation));
    assert_eq!(token(&fixed).await.generation, authorized.generation);

    let ending = AccessToken::new("ending").valid_for(HOUR);
    let ending = session(&context, Credentials::access_token(ending));
    token(&ending).await;
    advance(HOUR).await;
    assert_eq!(
        failed(ending.authorization().await).kind(),
        AuthErrorKind::Expired
    );

    for text in ["", "copied with a space", "copied\n"] {
        let error = failed(Session::new(
            &context,
            None,
            Credentials::access_token(text),
        ));
        assert_eq!(error.kind(), AuthErrorKind::Configuration);
        assert!(text.is_empty() || !format!("{error} {error:?}").contains("copied"));
    }
    let elsewhere = refresh_token().server("https://user@example.com/token");
    let error = failed(Session::new(&context, None, elsewhere));
    assert_eq!(error.kind(), AuthErrorKind::Configuration);
}

#[tokio::test(start_paused = true)]
async fn scopes_are_known_from_the_answer_or_from_the_user() {
    let server = Server::default();
    let context = server.context();
    let told = session(&context, refresh_token());
    assert_eq!(told.scopes(), None);
    token(&told).await;
    assert_eq!(told.scopes().unwrap().to_string(), "tickets.read");
    let said = session(&context, refresh_token().scopes("tickets.all"));
    assert_eq!(said.scopes().unwrap().to_string(), "tickets.all");
    token(&said).await;
    assert_eq!(said.scopes().unwrap().to_string(), "tickets.all");
}

/// A source that counts, and remembers what was refused.
#[derive(Clone, Default)]
struct Counting(Arc<Mutex<Vec<Option<String>>>>);

impl TokenSource for Counting {
    fn token<'a>(&'a self, refused: Option<&'a AccessToken>) -> TokenFuture<'a> {
        Box::pin(async move {
            let mut asked = self.0.lock().unwrap();
            asked.push(refused.map(|token| token.expose_secret().to_owned()));
            match asked.len() {
                4 => Err("the vault is sealed".into()),
                number => Ok(AccessToken::new(format!("token-{number}")).valid_for(HOUR)),
            }
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_of_one_s_own_is_asked_when_it_is_needed() {
    let source = Counting::default();
    let session = session(
        &Server::default().context(),
        Credentials::source(source.clone()),
    );
    let calls: Vec<_> = (0..100).map(|_| Arc::clone(&session)).collect();
    for call in calls
        .into_iter()
        .map(|session| tokio::spawn(async move { token(&session).await }))
    {
        assert_eq!(call.await.unwrap().header, "Bearer token-1");
    }
    assert!(session.refuse(1));
    assert_eq!(token(&session).await.header, "Bearer token-2");
    advance(HOUR).await;
    assert_eq!(token(&session).await.header, "Bearer token-3");
    assert_eq!(
        *source.0.lock().unwrap(),
        [None, Some("token-1".to_owned()), None]
    );
    advance(HOUR).await;
    let error = failed(session.authorization().await);
    assert_eq!(error.kind(), AuthErrorKind::Source);
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "the vault is sealed"
    );
}

#[tokio::test(start_paused = true)]
async fn eight_clients_with_one_store_make_one_renewal_for_each_expiry() {
    let server = Server::default().late(2 * SECOND);
    let store = MemoryTokenStore::new();
    let contexts: Vec<_> = (0..8)
        .map(|_| server.context_with(TokenSettings::new().store(store.clone())))
        .collect();
    let sessions: Vec<_> = contexts
        .iter()
        .map(|context| session(context, refresh_token()))
        .collect();
    let mut random = Random(7);
    for _ in 0..20 {
        let calls: Vec<_> = sessions
            .iter()
            .map(|session| (Arc::clone(session), random.millis(1_500)))
            .map(|(session, wait)| {
                tokio::spawn(async move {
                    sleep(wait).await;
                    token(&session).await
                })
            })
            .collect();
        for call in calls {
            assert!(server.is_good(&call.await.unwrap()));
        }
        advance(HOUR).await;
    }
    assert_eq!(server.refreshes(), 20);
}

#[tokio::test(start_paused = true)]
async fn clients_with_one_store_share_refusals_and_the_count_of_uses() {
    let server = Server::default();
    let store = MemoryTokenStore::new();
    let new = || {
        session(
            &server.context_with(TokenSettings::new().store(store.clone())),
            refresh_token(),
        )
    };
    let (one, other) = (new(), new());
    let (first, same) = (token(&one).await, token(&other).await);
    assert_eq!(first.header, same.header);
    // The first to be refused gets another one, and the other one takes it.
    assert!(one.refuse(first.generation));
    let second = token(&one).await;
    assert!(other.refuse(same.generation));
    assert_eq!(token(&other).await.header, second.header);
    assert_eq!(server.refreshes(), 2);

    // Each client starts anew, and the store knows of what was before.
    for _ in 0..50 {
        let started = new();
        let authorized = token(&started).await;
        if started.refuse(authorized.generation) {
            let _ = started.authorization().await;
        }
    }
    assert!(server.refreshes() <= 9, "{}", server.refreshes());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_dies_with_the_lease_is_waited_for_as_long_as_that_lasts() {
    let server = Server::answering([Reply::Hang]);
    let store = MemoryTokenStore::new();
    let settings = TokenSettings::new().store(store);
    let one = session(&server.context_with(settings.clone()), refresh_token());
    // It has the lease, and its use is written down; then its renewal is cut off by its own
    // timeout.
    let begun = Instant::now();
    let waiting = tokio::spawn(async move { one.authorization().await.is_ok() });
    sleep(SECOND).await;
    let other = session(&server.context_with(settings), refresh_token());
    assert!(server.is_good(&token(&other).await));
    assert!(begun.elapsed() < Duration::from_secs(40));
    assert!(waiting.await.unwrap(), "its second try finds the token");
}

/// RFC 6749, section 6.
#[tokio::test(start_paused = true)]
async fn a_refresh_token_that_is_replaced_is_not_used_again() {
    let server = Server::rotating();
    let session = server.session();
    for _ in 0..4 {
        assert!(server.is_good(&token(&session).await));
        advance(HOUR + MINUTE).await;
    }
    let used = server.inner().used.clone();
    assert_eq!(used, ["refresh-1", "refresh-2", "refresh-3", "refresh-4"]);
}

/// The program's next start needs the newest, whatever became of those before.
#[tokio::test(start_paused = true)]
async fn a_new_refresh_token_is_reported_until_it_is_persisted() {
    let server = Server::rotating();
    let received = Arc::new(Mutex::new(Vec::new()));
    let hook = {
        let received = Arc::clone(&received);
        move |user: Option<UserKey>, token: SecretString| {
            let mut received = received.lock().unwrap();
            let token = token.expose_secret().to_owned();
            received.push((user.map(|user| user.to_string()), token));
            let number = received.len();
            async move {
                match number {
                    1 => Err("the database is down"),
                    2 => std::future::pending().await,
                    _ => Ok(()),
                }
            }
        }
    };
    let settings = TokenSettings::new().on_new_refresh_token(hook);
    let context = server.context_with(settings);
    let session = Session::new(&context, Some("sue".into()), refresh_token()).unwrap();
    for _ in 0..3 {
        let begun = Instant::now();
        assert!(server.is_good(&token(&session).await));
        assert!(begun.elapsed() <= 5 * SECOND);
        advance(HOUR + MINUTE).await;
    }
    // A renewal that fails has nothing new to report.
    server.inner().script.extend([Reply::Status(400)]);
    failed(session.authorization().await);
    let received: Vec<_> = received.lock().unwrap().clone();
    let sue = || Some("sue".to_owned());
    assert_eq!(
        received,
        [
            (sue(), "refresh-2".to_owned()),
            (sue(), "refresh-3".to_owned()),
            (sue(), "refresh-4".to_owned()),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn clients_with_one_store_share_the_newest_refresh_token() {
    let server = Server::rotating();
    let store = MemoryTokenStore::new();
    let settings = || TokenSettings::new().store(store.clone());
    let mut sessions: Vec<_> = (0..4)
        .map(|_| session(&server.context_with(settings()), refresh_token()))
        .collect();
    let started = sessions.pop().unwrap();
    for round in 0..6 {
        assert!(server.is_good(&token(&sessions[round % 3]).await));
        advance(HOUR + MINUTE).await;
    }
    assert_eq!(server.refreshes(), 6);
    // One that starts with the first refresh token finds the newest.
    assert!(server.is_good(&token(&started).await));
    let used: Vec<_> = (1..=7).map(|number| format!("refresh-{number}")).collect();
    assert_eq!(server.inner().used, used);
}

/// A store that loses the new refresh token: the session still has it.
#[tokio::test(start_paused = true)]
async fn a_new_refresh_token_outlives_a_store_that_fails() {
    struct Failing(MemoryTokenStore, Mutex<u32>);
    impl TokenStore for Failing {
        fn load<'a>(
            &'a self,
            key: &'a super::TokenKey,
        ) -> crate::StoreFuture<'a, Option<super::TokenRecord>> {
            self.0.load(key)
        }
        fn save<'a>(
            &'a self,
            key: &'a super::TokenKey,
            record: &'a super::TokenRecord,
        ) -> crate::StoreFuture<'a, bool> {
            let mut saves = self.1.lock().unwrap();
            *saves += 1;
            // The one after the first use.
            match *saves {
                2 => Box::pin(async { Err("the disk is full".into()) }),
                _ => self.0.save(key, record),
            }
        }
        fn lease<'a>(
            &'a self,
            key: &'a super::TokenKey,
            holder: u64,
            time: Duration,
        ) -> crate::StoreFuture<'a, super::Lease> {
            self.0.lease(key, holder, time)
        }
        fn release<'a>(
            &'a self,
            key: &'a super::TokenKey,
            holder: u64,
        ) -> crate::StoreFuture<'a, ()> {
            self.0.release(key, holder)
        }
    }
    let server = Server::rotating();
    let store = MemoryTokenStore::new();
    let failing = TokenSettings::new().store(Failing(store.clone(), Mutex::new(0)));
    let one = session(&server.context_with(failing), refresh_token());
    // The second attempt uses what the first one got.
    assert!(server.is_good(&token(&one).await));
    assert_eq!(server.inner().used, ["refresh-1", "refresh-2"]);
    let settings = TokenSettings::new().store(store);
    let other = session(&server.context_with(settings), refresh_token());
    advance(HOUR + MINUTE).await;
    assert!(server.is_good(&token(&other).await));
    assert_eq!(server.inner().used.last().unwrap(), "refresh-3");
}

/// A server without a budget, and an API that refuses each token.
#[tokio::test(start_paused = true)]
async fn without_a_budget_refused_tokens_are_still_not_replaced_without_end() {
    let server = Server::default();
    let client = OAuthClient::public("https://auth.example.com/token", "desk");
    let session = session(
        &server.context(),
        Credentials::refresh_token(&client, "refresh-1"),
    );
    for _ in 0..100 {
        let authorized = token(&session).await;
        session.refuse(authorized.generation);
    }
    assert_eq!(server.refreshes(), 5);
    // What is needed is not limited.
    for _ in 0..20 {
        advance(HOUR + MINUTE).await;
        token(&session).await;
    }
    assert_eq!(server.refreshes(), 25);
}

/// RFC 6585, section 4.
#[tokio::test(start_paused = true)]
async fn a_server_says_when_it_may_be_asked_again() {
    struct Busy;
    impl Transport for Busy {
        fn send(&self, _: Request<crate::Body>) -> Exchange<'_> {
            let answer = Response::builder().status(429).header("retry-after", "300");
            let answer = answer.body(crate::Body::empty()).unwrap();
            Box::pin(async move { Ok(answer) })
        }
    }
    let context = Arc::new(AuthContext::new(Arc::new(Busy), TokenSettings::new()));
    let client = OAuthClient::public("https://auth.example.com/token", "desk");
    let session = session(&context, Credentials::refresh_token(&client, "refresh-1"));
    let error = failed(session.authorization().await);
    assert_eq!(error.kind(), AuthErrorKind::TooMany);
    let wait = error.retry_at().unwrap().duration_since(context.now());
    assert!((300..=301).contains(&wait.unwrap().as_secs()));
}

/// A source that has a name is shared, and has a budget.
struct Named(Counting);

impl TokenSource for Named {
    fn token<'a>(&'a self, refused: Option<&'a AccessToken>) -> TokenFuture<'a> {
        self.0.token(refused)
    }

    fn fingerprint(&self) -> Option<Fingerprint> {
        Some(Fingerprint::of(["vault"]))
    }

    fn budget(&self) -> RenewalBudget {
        RenewalBudget::new(2, HOUR)
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_with_a_name_is_shared_and_has_a_budget() {
    let source = Counting::default();
    let settings = TokenSettings::new().store(MemoryTokenStore::new());
    let sessions: Vec<_> = (0..5)
        .map(|_| Server::default().context_with(settings.clone()))
        .map(|context| session(&context, Credentials::source(Named(source.clone()))))
        .collect();
    for session in &sessions {
        assert_eq!(token(session).await.header, "Bearer token-1");
    }
    let first = token(&sessions[0]).await;
    assert!(sessions[0].refuse(first.generation));
    assert_eq!(token(&sessions[0]).await.header, "Bearer token-2");
    let asked = source.0.lock().unwrap().len();
    let second = token(&sessions[0]).await;
    assert!(!sessions[0].refuse(second.generation));
    assert_eq!(token(&sessions[0]).await.header, "Bearer token-2");
    assert_eq!(source.0.lock().unwrap().len(), asked);
}

#[tokio::test(start_paused = true)]
async fn what_the_endpoint_says_itself_is_left_as_it_is() {
    let server = Server::default();
    let session = server.session();
    let (mut head, ()) = Request::new(()).into_parts();
    head.headers
        .insert(AUTHORIZATION, HeaderValue::from_static("own"));
    assert_eq!(session.authorize(&mut head).await.unwrap(), None);
    assert_eq!(head.headers[AUTHORIZATION], "own");
    assert_eq!(server.refreshes(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_provider_announces_tokens_in_its_own_way() {
    let context = Server::default().context();
    let context = Arc::into_inner(context).unwrap();
    let announce = |token: &str| {
        (
            http::HeaderName::from_static("x-token"),
            format!("<{token}>"),
        )
    };
    let context = Arc::new(context.announced_by(announce));
    let source = Counting::default();
    let session = session(&context, Credentials::source(source.clone()));
    let (mut head, ()) = Request::new(()).into_parts();
    let generation = session.authorize(&mut head).await.unwrap().unwrap();
    assert_eq!(head.headers["x-token"], "<token-1>");
    assert!(head.headers["x-token"].is_sensitive());
    // The token that was refused is the token, and not its announcement.
    assert!(session.refused(generation));
    head.headers.clear();
    let _ = session.authorize(&mut head).await.unwrap();
    assert_eq!(
        *source.0.lock().unwrap(),
        [None, Some("token-1".to_owned())]
    );
}

#[tokio::test(start_paused = true)]
async fn a_user_keeps_the_authorizer_of_the_same_credentials() {
    let context = Server::default().context();
    let users = Users::default();
    let get = |identity: Identity| {
        users
            .authorizer(&context, &"sue".into(), &identity)
            .unwrap()
    };
    let first = get(refresh_token().into()).unwrap();
    let same = get(refresh_token().into()).unwrap();
    assert!(Arc::ptr_eq(&first, &same));
    for other in [
        Credentials::refresh_token(&client(), "refresh-2"),
        refresh_token().server("https://auth.example.eu/token"),
        refresh_token().scopes("tickets.read"),
        Credentials::client_credentials(&client(), "tickets.read"),
        Credentials::access_token("token"),
        Credentials::source(Counting::default()),
    ] {
        let other = get(other.into()).unwrap();
        assert!(!Arc::ptr_eq(&first, &other), "{other:?}");
    }
    assert!(get(Identity::none()).is_none());
    assert_eq!(users.len(), 1);
    assert!(users.forget(&"sue".into()) && !users.forget(&"sue".into()));
}
