//! The sandbox: a world, and the requests that it handles.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use cliq_api::limit::LimitSettings;
use cliq_api::{Client, ClientBuilder, DataCenter, Endpoint, EndpointMeta, Scopes};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION};
use http::request::Parts;
use http::{HeaderMap, Request, Response, StatusCode};
use time::OffsetDateTime;

use crate::builder::{SandboxBuilder, Settings};
use crate::call::Call;
use crate::clock::Clock;
use crate::control;
use crate::demo::Demo;
use crate::faults::{Course, Fault, Faults, Plans, failure};
use crate::limits::{Book, Limits, Tally, Throttle, tell};
use crate::oauth::{self, Accounts, App, ScopeSet, Unauthorized};
use crate::posts::Posts;
use crate::random;
use crate::record::{Record, Watcher};
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::routes::{self, Route};
use crate::server::Server;
use crate::serving::ServeOptions;
use crate::transport::SandboxTransport;
use crate::world::World;

/// Some centuries; later times can't be written in Cliq's formats.
const MAX_AHEAD: Duration = Duration::from_hours(24 * 365 * 500);

/// The query parameter with a webhook token.
const WEBHOOK_TOKEN: &str = "zapikey";
/// The scopes of a webhook token.
const WEBHOOK_SCOPES: &str = "ZohoCliq.Webhooks.CREATE,ZohoCliq.BotMessages.CREATE";
const MAX_WEBHOOK_TOKENS: usize = 5;

/// A stateful simulation of Zoho Cliq in memory, with users, bots, chats, channels and messages.
///
/// Call its API in process with [`client`](Self::client), over HTTP with [`serve`](Self::serve), or
/// one request at a time with [`handle`](Self::handle). Methods do what the API can't, such as
/// creating a reminder, and [`to_json`](Self::to_json) returns the whole world. Cloning is cheap,
/// and clones share their world.
///
/// ```
/// use cliq_sandbox::{NewChannel, Sandbox};
///
/// let channel = NewChannel::named("engineering-updates")
///     .members(["855727961", "855727962"])
///     .bots(["deploybot"]);
/// let sandbox = Sandbox::builder()
///     .user("855727961", "Ryan West", "ryan.west@zylker.com")
///     .user("855727962", "Scott Fisher", "scott.fisher@zylker.com")
///     .bot("deploybot", "Deploy Bot")
///     .channel(channel)
///     .build();
/// let token = sandbox.token("855727961");
/// let message_id = sandbox.post_message("engineering-updates", "855727962", "The build is red.");
/// ```
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    world: Mutex<World>,
    accounts: Mutex<Accounts>,
    throttle: Mutex<Throttle>,
    plans: Plans,
    clock: Clock,
    /// How far its time was advanced.
    ahead: Mutex<Duration>,
    /// Webhook tokens and the ids of their users, oldest first.
    webhooks: Mutex<Vec<(String, String)>>,
    watcher: Option<Watcher>,
    posts: Posts,
}

impl Sandbox {
    /// Returns a builder.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// Returns a small world that is ready to use, with the ids that a first test needs. It is the
    /// same each time.
    pub fn demo() -> Demo {
        Self::builder().demo()
    }

    pub(crate) fn new(world: World, settings: Settings) -> Self {
        let Settings {
            clock,
            seed,
            limits,
            kept,
            watcher,
            posts,
        } = settings;
        let seed = seed.unwrap_or_else(random::default_seed);
        let mut accounts = Accounts::seeded(seed);
        for user in world.users() {
            accounts.add_user(&user.id);
        }
        Self(Arc::new(Inner {
            world: Mutex::new(world),
            accounts: Mutex::new(accounts),
            throttle: Mutex::new(Throttle::new(limits).keep(kept)),
            plans: Plans::new(seed),
            clock,
            ahead: Mutex::default(),
            webhooks: Mutex::default(),
            watcher,
            posts,
        }))
    }

    /// Returns a client that sends to this sandbox in process, without a socket, as the user of the
    /// token. For other settings, see [`client_builder`](Self::client_builder).
    ///
    /// ```
    /// use cliq_api::threads::Threads;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), cliq_api::Error> {
    /// let demo = cliq_sandbox::Sandbox::demo();
    /// let client = demo.sandbox.client(&demo.token);
    /// client.follow_thread(&demo.thread_chat_id).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If the token can't be sent in a header.
    #[track_caller]
    pub fn client(&self, token: impl Into<String>) -> Client {
        match self.client_builder().access_token(token.into()).build() {
            Ok(client) => client,
            Err(error) => panic!("there can't be such a client: {error}"),
        }
    }

    /// Returns a builder for a client that sends to this sandbox in process. Add a token or
    /// credentials. Its limiter is off if the sandbox's limits are.
    pub fn client_builder(&self) -> ClientBuilder {
        // A new sandbox has received no calls, so the limiter needn't assume any.
        let limits = if self.limits().is_off() {
            LimitSettings::off()
        } else {
            LimitSettings::new().cold_start(false)
        };
        // The URL isn't used. A loopback host keeps requests on this machine in case of a bug.
        Client::cliq(DataCenter::US)
            .base_url("http://localhost")
            .transport(self.transport())
            .limits(limits)
    }

    /// Returns a transport that sends to this sandbox without a socket, for
    /// `ClientBuilder::transport`.
    pub fn transport(&self) -> SandboxTransport {
        SandboxTransport::new(self.clone())
    }

    /// Serves the sandbox over HTTP on a free loopback port, until the [`Server`] is dropped.
    ///
    /// # Errors
    ///
    /// If no port is available.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime with I/O and time enabled.
    pub async fn serve(&self) -> io::Result<Server> {
        self.serve_at((Ipv4Addr::LOCALHOST, 0).into()).await
    }

    /// Serves the sandbox over HTTP at an address, as [`serve`](Self::serve) does. With port 0, it
    /// chooses a free one.
    ///
    /// Everybody who can connect to the address can use the sandbox, with any token that it has
    /// issued.
    ///
    /// # Errors
    ///
    /// If the address can't be bound.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime with I/O and time enabled.
    pub async fn serve_at(&self, address: SocketAddr) -> io::Result<Server> {
        self.serve_with(ServeOptions::at(address)).await
    }

    /// Serves the sandbox with [options](ServeOptions), as [`serve_at`](Self::serve_at) does.
    ///
    /// # Errors
    ///
    /// If the address can't be bound.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime with I/O and time enabled.
    pub async fn serve_with(&self, options: ServeOptions) -> io::Result<Server> {
        Server::start(self.clone(), options).await
    }

    /// Handles one request immediately, without I/O. The host of its URL only matters with several
    /// [data centers](oauth#data-centers). Limits apply; [faults](Self::faults) and latencies
    /// don't, as they concern the way to the sandbox.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use http::Request;
    ///
    /// let demo = cliq_sandbox::Sandbox::demo();
    /// let request = Request::get(format!("/api/v3/threads/{}", demo.thread_chat_id))
    ///     .header("Authorization", format!("Bearer {}", demo.token))
    ///     .body(Bytes::new())
    ///     .unwrap();
    /// assert_eq!(demo.sandbox.handle(request).status(), 200);
    /// ```
    pub fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.arrive(request, None)
    }

    /// Returns the faults, to add some.
    pub fn faults(&self) -> Faults<'_> {
        Faults::new(&self.0.plans)
    }

    /// Replaces the limits. Counted calls and locks remain.
    pub fn set_limits(&self, limits: Limits) {
        self.throttle().set_limits(limits);
    }

    /// Returns the limits. The default is [`Limits::off`].
    pub fn limits(&self) -> Limits {
        self.throttle().limits()
    }

    /// Returns a snapshot of the server's record of calls and locks.
    pub fn book(&self) -> Book {
        self.throttle().book()
    }

    /// Returns the totals of all calls; faster than the whole [`book`](Self::book).
    pub fn totals(&self) -> Tally {
        self.throttle().totals()
    }

    /// Returns until when the user is locked out of the endpoint, as a time since the Unix epoch.
    pub fn locked_until<E: Endpoint>(&self, user_id: &str) -> Option<Duration> {
        let throttle = self.throttle();
        throttle.locked_until(since_epoch(self.now()), user_id, E::META)
    }

    /// Ends all locks and clears all windows. The book remains.
    pub fn forgive(&self) {
        self.throttle().forgive();
    }

    /// Returns the sandbox's time.
    pub fn now(&self) -> OffsetDateTime {
        self.0.clock.now() + *self.ahead()
    }

    /// Advances the time, with any clock: locks end, tokens expire, and scheduled messages are
    /// posted. Over HTTP, this is `POST /_sandbox/time?advance=10m`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use cliq_sandbox::{Clock, Sandbox};
    ///
    /// let sandbox = Sandbox::demo().sandbox;
    /// sandbox.advance(Duration::from_secs(600));
    /// assert!(sandbox.now() >= Clock::START + Duration::from_secs(600));
    /// ```
    pub fn advance(&self, by: Duration) {
        let mut ahead = self.ahead();
        *ahead = ahead.saturating_add(by).min(MAX_AHEAD);
    }

    fn ahead(&self) -> MutexGuard<'_, Duration> {
        self.0.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the seed of random faults and latencies.
    pub fn seed(&self) -> u64 {
        self.0.plans.seed()
    }

    /// Returns the fault and the latencies of a request that is sent now.
    pub(crate) fn course(&self, request: &Request<Bytes>) -> Course {
        let plans = &self.0.plans;
        if !plans.is_active() || control::serves(request.uri().path()) {
            return Course::default();
        }
        let found = routes::find(request.method(), request.uri().path());
        plans.course(found.ok().map(|(route, _)| route.endpoint().into()))
    }

    /// Handles a request that arrives. `fault` is the one that it meets.
    pub(crate) fn arrive(&self, request: Request<Bytes>, fault: Option<&Fault>) -> Response<Bytes> {
        let mut record = Record::new(
            self.now(),
            request.method().clone(),
            request.uri().path(),
            fault,
        );
        let response = if Accounts::serves(request.uri().path()) {
            self.answer_as_accounts(&request, fault)
        } else if control::serves(request.uri().path()) {
            control::answer(self, &request)
        } else {
            let (head, body) = request.into_parts();
            self.answer(&head, &body, fault, &mut record)
                .unwrap_or_else(|refusal| {
                    record.reason = refusal.reason().map(str::to_owned);
                    refusal.into()
                })
        };
        if let Some(watcher) = &self.0.watcher {
            record.status = Some(response.status());
            watcher(&record);
        }
        response
    }

    /// Records a request that doesn't arrive.
    pub(crate) fn note_stray(&self, request: &Request<Bytes>, fault: &Fault) {
        if let Some(watcher) = &self.0.watcher {
            watcher(&Record::new(
                self.now(),
                request.method().clone(),
                request.uri().path(),
                Some(fault),
            ));
        }
    }

    fn answer_as_accounts(
        &self,
        request: &Request<Bytes>,
        fault: Option<&Fault>,
    ) -> Response<Bytes> {
        match fault {
            Some(Fault::Fail(status)) => failure(*status, None),
            Some(Fault::Redirect(to)) => redirect(to),
            _ => self.accounts(|accounts, now| accounts.handle(request, now)),
        }
    }

    fn answer(
        &self,
        head: &Parts,
        body: &[u8],
        fault: Option<&Fault>,
        record: &mut Record,
    ) -> Result<Response<Bytes>, Refusal> {
        let url = head.uri.path();
        let (route, values) = routes::find(&head.method, url)?;
        record.endpoint = Some(route.endpoint());
        let mut world = self.world();
        let query = head.uri.query().unwrap_or_default();
        let webhook = webhook_token(head);
        let token = access_token(&head.headers);
        if webhook.is_none() && token.is_none() {
            return Err(Refusal::unauthorized());
        }
        if fault == Some(&Fault::Unauthorized) {
            return Err(Refusal::token(Unauthorized::Unknown));
        }
        let user_id = match (token, &webhook) {
            (Some(token), _) => self.user_of(head, token, route)?,
            (None, webhook) => {
                self.user_of_webhook(webhook.as_deref().unwrap_or_default(), route)?
            }
        };
        let user = world
            .user(&user_id)
            .ok_or_else(|| Refusal::token(Unauthorized::Unknown))?;
        let user_id = &world[user].id;
        if self.0.watcher.is_some() {
            record.user_id = Some(user_id.clone());
            record.user_name = Some(world[user].name.clone());
        }

        let mut throttle = self.throttle();
        // Read under the lock, so that arrivals are in the order of their times.
        let now = self.now();
        // The limits of all endpoints of the URL apply.
        for meta in &route.endpoints {
            throttle.bucket(meta);
        }
        let verdict = throttle.arrive(since_epoch(now), user_id, route.endpoint());
        let limits = throttle.limits();
        drop(throttle);
        record.verdict = verdict;
        if let Some(until) = verdict.until() {
            return Ok(tell(
                &limits,
                route.endpoint().limits().first().copied(),
                until.saturating_sub(since_epoch(now)),
            ));
        }
        match fault {
            Some(Fault::Fail(status)) => Ok(failure(*status, Some(route.endpoint()))),
            Some(Fault::Redirect(to)) => Ok(redirect(to)),
            _ => {
                route.admit(&head.headers)?;
                let query = route.query(query, webhook.is_some().then_some(WEBHOOK_TOKEN))?;
                let content_type = head
                    .headers
                    .get(CONTENT_TYPE)
                    .map(|value| value.to_str().unwrap_or_default());
                let call = Call {
                    user,
                    now,
                    url,
                    values,
                    query,
                    content_type,
                    body,
                    posts: self.0.posts,
                };
                world.advance_to(now);
                match (route.operation, route.documented) {
                    (Some(operation), _) => operation(&mut world, &call).map(Into::into),
                    (None, documented) => {
                        route.check_body(body)?;
                        let is_next_page = call.query("next_token").is_some();
                        Ok(documented.map_or_else(
                            || Reply::no_response().into(),
                            |documented| documented.example(is_next_page),
                        ))
                    }
                }
            }
        }
    }

    /// Returns the user of an access token that has the scopes of one of the route's endpoints: the
    /// server can't distinguish endpoints of one URL.
    fn user_of(&self, head: &Parts, token: &str, route: &Route) -> Result<String, Refusal> {
        let host = oauth::host(&head.uri, &head.headers).unwrap_or_default();
        self.accounts(|accounts, now| {
            let allowed =
                |meta: &&'static EndpointMeta| accounts.authorize(host, token, meta.scopes(), now);
            let first = allowed(&route.endpoint());
            let grant = first.or_else(|refused| {
                let mut others = route.endpoints.iter().map(allowed);
                others.find_map(Result::ok).ok_or(refused)
            });
            let grant = grant.map_err(Refusal::token)?;
            Ok(grant.user_id().to_owned())
        })
    }

    /// Returns the user of a webhook token, if the route accepts one.
    fn user_of_webhook(&self, token: &str, route: &Route) -> Result<String, Refusal> {
        let webhooks = self.webhooks();
        let found = webhooks.iter().find(|(known, _)| known == token);
        let (_, user_id) = found.ok_or_else(|| Refusal::token(Unauthorized::Unknown))?;
        let scopes = ScopeSet::from(WEBHOOK_SCOPES);
        let takes_it = |meta: &&'static EndpointMeta| {
            meta.scopes() != Scopes::None && scopes.covers(meta.scopes())
        };
        if route.endpoints.iter().any(takes_it) {
            Ok(user_id.clone())
        } else {
            Err(Refusal::token(Unauthorized::MissingScope))
        }
    }

    /// Issues a webhook token for the user. It is sent as `?zapikey=…` instead of an access token,
    /// and can only post. A user can have five; another one revokes the oldest.
    ///
    /// # Panics
    ///
    /// If there is no such user.
    #[track_caller]
    pub fn webhook_token(&self, user_id: &str) -> String {
        assert!(
            self.world().user(user_id).is_some(),
            "there is no user `{user_id}`"
        );
        let token = self.accounts(|accounts, _| accounts.new_webhook_token());
        let mut webhooks = self.webhooks();
        webhooks.push((token.clone(), user_id.to_owned()));
        let of_user = webhooks.iter().filter(|(_, user)| user == user_id).count();
        if of_user > MAX_WEBHOOK_TOKENS {
            let oldest = webhooks.iter().position(|(_, user)| user == user_id);
            oldest.map(|index| webhooks.remove(index));
        }
        token
    }

    fn webhooks(&self) -> MutexGuard<'_, Vec<(String, String)>> {
        self.0
            .webhooks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Issues an access token for the user. It doesn't expire, and has all scopes.
    ///
    /// # Panics
    ///
    /// If there is no such user.
    #[track_caller]
    pub fn token(&self, user_id: &str) -> String {
        self.accounts(|accounts, _| {
            accounts.issue_access_token(user_id, ScopeSet::everything(), None)
        })
    }

    /// Registers an OAuth app to which the user has consented, with all scopes, and returns its
    /// credentials. Each call registers another app.
    ///
    /// ```
    /// use cliq_api::auth::{Credentials, OAuthClient};
    /// use cliq_api::{Client, DataCenter};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use cliq_api::threads::Threads;
    ///
    /// let demo = cliq_sandbox::Sandbox::demo();
    /// let server = demo.sandbox.serve().await?;
    /// let app = demo.sandbox.app(&demo.user_id);
    ///
    /// let host = server.base_url().replace("http://", "");
    /// let here = DataCenter::custom(&host, &host);
    /// let oauth = OAuthClient::new(here.clone(), app.client_id, app.client_secret);
    /// let client = Client::cliq(here)
    ///     .credentials(Credentials::refresh_token(&oauth, app.refresh_token))
    ///     .build()?;
    /// client.follow_thread(&demo.thread_chat_id).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no such user.
    #[track_caller]
    pub fn app(&self, user_id: &str) -> AppCredentials {
        let scopes = routes::scopes().join(",");
        self.accounts(|accounts, now| {
            let (client_id, client_secret) = accounts.new_app_credentials();
            accounts.register(App::new(&client_id, &client_secret).owner(user_id));
            let tokens = accounts.issue_tokens(&client_id, user_id, scopes.as_str(), now);
            AppCredentials {
                client_id,
                client_secret,
                refresh_token: tokens.refresh_token.unwrap_or_default(),
            }
        })
    }

    /// Revokes a token.
    pub fn revoke_token(&self, token: &str) {
        self.accounts(|accounts, _| accounts.revoke(token));
    }

    /// Calls `use_it` with the accounts server and the sandbox's time, to register apps, sign users
    /// in, issue and revoke tokens, and read its book. It has the sandbox's users.
    ///
    /// ```
    /// use cliq_sandbox::Sandbox;
    /// use cliq_sandbox::oauth::App;
    ///
    /// let demo = Sandbox::demo();
    /// let tokens = demo.sandbox.accounts(|accounts, now| {
    ///     accounts.register(App::new("1000.APP", "secret").redirect_uri("http://127.0.0.1:8080/callback"));
    ///     accounts.issue_tokens("1000.APP", &demo.user_id, "ZohoCliq.Chats.READ", now)
    /// });
    /// assert!(tokens.refresh_token.is_some());
    /// ```
    ///
    /// `use_it` must not call the sandbox's methods for tokens: the accounts server is locked
    /// meanwhile.
    pub fn accounts<T>(&self, use_it: impl FnOnce(&mut Accounts, OffsetDateTime) -> T) -> T {
        let mut accounts = self
            .0
            .accounts
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        use_it(&mut accounts, self.now())
    }

    /// Ignores poisoning: the checks above panic before any change, so the world is consistent.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn throttle(&self) -> MutexGuard<'_, Throttle> {
        self.0
            .throttle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// An OAuth app of a [`Sandbox`], with a refresh token; see [`Sandbox::app`].
#[derive(Clone)]
#[non_exhaustive]
pub struct AppCredentials {
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: String,
    /// The refresh token of the user.
    pub refresh_token: String,
}

/// Omits the secrets.
impl fmt::Debug for AppCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppCredentials")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// Prints the seed if a test fails after a random decision.
impl Drop for Inner {
    fn drop(&mut self) {
        if std::thread::panicking() && self.plans.went_by_chance() {
            eprintln!("{}", random::how_to_repeat(self.plans.seed()));
        }
    }
}

/// Omits the contents, which include tokens.
impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").finish_non_exhaustive()
    }
}

/// Returns the webhook token of a request without `Authorization`.
fn webhook_token(head: &Parts) -> Option<String> {
    if head.headers.contains_key(AUTHORIZATION) {
        return None;
    }
    let query = head.uri.query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let found = pairs.find(|(name, _)| name == WEBHOOK_TOKEN);
    found.map(|(_, token)| token.into_owned())
}

/// Zoho's documents show two schemes for access tokens.
fn access_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let is_known = ["Bearer", "Zoho-oauthtoken"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(scheme));
    Some(token.trim()).filter(|token| is_known && !token.is_empty())
}

fn since_epoch(time: OffsetDateTime) -> Duration {
    (time - OffsetDateTime::UNIX_EPOCH)
        .try_into()
        .unwrap_or_default()
}

fn redirect(to: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::FOUND;
    let to = HeaderValue::try_from(to).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, to);
    response
}
