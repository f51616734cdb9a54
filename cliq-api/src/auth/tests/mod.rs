//! Sessions whatever happens, on paused time, with an authorization server of a few lines.

mod clocks;
mod credentials;
mod renewals;
mod runtimes;
mod stores;

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
    Fingerprint, Generation, Identity, Lease, MemoryTokenStore, OAuthClient, OAuthRequest,
    OAuthServer, Refusal, RenewalBudget, TokenFuture, TokenKey, TokenRecord, TokenSettings,
    TokenSource, TokenStore, Users,
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
