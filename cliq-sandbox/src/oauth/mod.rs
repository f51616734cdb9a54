//! The accounts server, which issues tokens and checks them.
//!
//! [`Accounts`] is a deterministic state machine without I/O or a clock. Each request is a value,
//! passed with the time of its arrival, and tokens are generated from a seed: the same calls at the
//! same times get the same responses.
//!
//! ```
//! use bytes::Bytes;
//! use cliq_api::Scopes;
//! use cliq_sandbox::oauth::{Accounts, App};
//! use http::Request;
//! use time::OffsetDateTime;
//!
//! let now = OffsetDateTime::UNIX_EPOCH;
//! let mut accounts = Accounts::new();
//! accounts.add_user("855727961");
//! accounts.register(App::new("1000.APP", "secret"));
//! let code = accounts.self_client_code("1000.APP", "855727961", "ZohoCliq.Chats.READ", now);
//!
//! let client = "client_id=1000.APP&client_secret=secret";
//! let body = format!("grant_type=authorization_code&{client}&code={code}");
//! let request = Request::post("https://accounts.zoho.com/oauth/v2/token")
//!     .header("Content-Type", "application/x-www-form-urlencoded")
//!     .body(Bytes::from(body))
//!     .unwrap();
//! let response = accounts.handle(&request, now);
//! let response: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
//!
//! let token = response["access_token"].as_str().unwrap();
//! let scope = Scopes::Any(&["ZohoCliq.Chats.READ"]);
//! let grant = accounts.authorize("cliq.zoho.com", token, scope, now).unwrap();
//! assert_eq!(grant.user_id(), "855727961");
//! ```
//!
//! # Data centers
//!
//! It represents the accounts servers of all data centers. The host of a request selects one of
//! them; an unknown host, such as a loopback address, selects the home data center, which is `us`
//! by default and set by [`set_home`](Accounts::set_home). [`place`](Accounts::place) gives a data
//! center its own host: `http://127.0.0.1:49152` and `http://localhost:49152` are two hosts, though
//! they reach the same port.
//!
//! Data centers reject each other's codes, tokens and apps: with `invalid_code`, `invalid_client`,
//! and 401.
//!
//! # Assumptions
//!
//! - The user at the browser consents, or refuses, as soon as the consent page is requested. It is
//!   the user in `login_hint`, else the one set by [`sign_in`](Accounts::sign_in), else the first.
//! - A refused exchange leaves its code valid; a successful one uses it up.
//! - The limit of ten access tokens in ten minutes counts those from refreshes, not the one that
//!   was issued with the refresh token. Exceeding it denies refreshes for ten minutes, and each
//!   refresh meanwhile restarts that time.
//! - A device that asks with `access_type=offline` gets a refresh token, with or without `prompt`.

mod ask;
mod book;
mod center;
mod consent;
mod device;
mod exchange;
mod grant;
mod ids;
mod policy;
mod refused;
mod register;
mod scope;
mod token;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use cliq_api::Scopes;
use http::header::{ALLOW, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use serde_json::json;
use time::OffsetDateTime;

use self::ask::Ask;
pub(crate) use self::ask::host;
pub use self::book::{Action, Book, Entry};
use self::center::{CenterKey, Centers};
use self::device::Device;
use self::exchange::Code;
use self::grant::Consent;
pub use self::grant::{Grant, TokenPair, Unauthorized};
use self::ids::Ids;
pub use self::policy::{Decision, Policy, TimeUnit};
use self::refused::Refused;
pub use self::register::App;
pub use self::scope::ScopeSet;
use self::token::Tokens;
use crate::reply;

/// The accounts servers of a sandbox's data centers: apps, users, codes and tokens.
pub struct Accounts {
    policy: Policy,
    centers: Centers,
    apps: HashMap<String, App>,
    /// The users' data centers, by user id.
    users: HashMap<String, CenterKey>,
    /// The user at the browser; `None` for the first user.
    signed_in: Option<String>,
    codes: HashMap<String, Code>,
    /// By device code.
    devices: HashMap<String, Device>,
    tokens: Tokens,
    ids: Ids,
    book: Book,
}

/// Method and handler of a path.
type Endpoint = (Method, fn(&mut Accounts, &Ask<'_>) -> Response<Bytes>);

impl Accounts {
    /// Returns accounts servers of the nine data centers, without users and apps.
    pub fn new() -> Self {
        Self::seeded(0)
    }

    /// As [`new`](Self::new), with tokens and codes that depend on the seed.
    pub fn seeded(seed: u64) -> Self {
        Self {
            policy: Policy::default(),
            centers: Centers::known(),
            apps: HashMap::new(),
            users: HashMap::new(),
            signed_in: None,
            codes: HashMap::new(),
            devices: HashMap::new(),
            tokens: Tokens::default(),
            ids: Ids::new(seed),
            book: Book::default(),
        }
    }

    /// Returns whether a path belongs to the accounts server.
    pub fn serves(path: &str) -> bool {
        path.starts_with("/oauth/")
    }

    /// Handles a request that arrived at `now`.
    pub fn handle(&mut self, request: &Request<Bytes>, now: OffsetDateTime) -> Response<Bytes> {
        match endpoint(request.uri().path()) {
            Some((method, answer)) if method == *request.method() => {
                let ask = Ask::read(request, &self.centers, now);
                answer(self, &ask)
            }
            Some((method, _)) => not_allowed(&method),
            None => reply::json(StatusCode::NOT_FOUND, &json!({ "error": "invalid_url" })),
        }
    }

    /// Checks an access token, and returns its user and scopes. `host` is the host and port that
    /// the request was sent to.
    ///
    /// # Errors
    ///
    /// If the data center doesn't know the token, it has expired, or it lacks a scope.
    pub fn authorize(
        &self,
        host: &str,
        token: &str,
        needed: Scopes,
        now: OffsetDateTime,
    ) -> Result<&Grant, Unauthorized> {
        let grant = self.authenticate(host, token, now)?;
        if grant.allows(needed, &self.policy) {
            Ok(grant)
        } else {
            Err(Unauthorized::MissingScope)
        }
    }

    /// Checks an access token without its scopes. `host` is the host and port that the request was
    /// sent to.
    ///
    /// # Errors
    ///
    /// If the data center doesn't know the token, or it has expired.
    pub fn authenticate(
        &self,
        host: &str,
        token: &str,
        now: OffsetDateTime,
    ) -> Result<&Grant, Unauthorized> {
        self.tokens
            .authenticate(token, self.centers.at(Some(host)), now)
    }

    /// Issues an access token without an app. It expires at `expires_at`, if set.
    ///
    /// # Panics
    ///
    /// If there is no such user.
    #[track_caller]
    pub fn issue_access_token(
        &mut self,
        user_id: &str,
        scopes: impl Into<ScopeSet>,
        expires_at: Option<OffsetDateTime>,
    ) -> String {
        let consent = self.consent_of(None, user_id, scopes.into());
        self.tokens
            .mint_access(&mut self.ids, Arc::new(consent), expires_at)
    }

    /// Issues an access token and a refresh token, as if the user had just consented.
    ///
    /// # Panics
    ///
    /// If there is no such app or user.
    #[track_caller]
    pub fn issue_tokens(
        &mut self,
        client_id: &str,
        user_id: &str,
        scopes: impl Into<ScopeSet>,
        now: OffsetDateTime,
    ) -> TokenPair {
        self.expect_app(client_id);
        let consent = self.consent_of(Some(client_id), user_id, scopes.into());
        self.tokens
            .mint_pair(&mut self.ids, &self.policy, Arc::new(consent), now)
    }

    /// Revokes a refresh token and all access tokens from it, or a single access token. Returns
    /// whether it existed.
    pub fn revoke(&mut self, token: &str) -> bool {
        self.tokens.revoke(token)
    }

    /// Revokes all access tokens of a user, but no refresh tokens, and returns how many there were.
    pub fn revoke_access_tokens(&mut self, user_id: &str) -> usize {
        self.tokens.revoke_access_tokens(user_id)
    }

    /// Returns all requests, oldest first.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// Returns the policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Returns the policy, to change it.
    pub fn policy_mut(&mut self) -> &mut Policy {
        &mut self.policy
    }

    #[track_caller]
    fn consent_of(&self, client_id: Option<&str>, user_id: &str, scopes: ScopeSet) -> Consent {
        let center = self.expect_user(user_id);
        let client_id = client_id.map(str::to_owned);
        Consent {
            client_id,
            user_id: user_id.to_owned(),
            scopes,
            center,
            app_only: false,
        }
    }

    /// Records the request, and builds its response.
    fn conclude(
        &mut self,
        ask: &Ask<'_>,
        entry: Entry,
        outcome: Result<TokenPair, Refused>,
    ) -> Response<Bytes> {
        match outcome {
            Ok(pair) => {
                let body = pair.to_json(&self.policy, self.centers.api_domain(ask.center));
                self.book.write(Entry {
                    refresh_token: pair.refresh_token.or(entry.refresh_token),
                    ..entry
                });
                reply::json(StatusCode::OK, &body)
            }
            Err(refused) => {
                let status = if refused == Refused::TooManyRefreshes {
                    self.policy.throttle_status
                } else {
                    StatusCode::OK
                };
                let body = refused.to_json();
                self.book.write(Entry {
                    refused: Some(refused.code()),
                    ..entry
                });
                reply::json(status, &body)
            }
        }
    }

    fn entry(&self, ask: &Ask<'_>, action: Action) -> Entry {
        Entry {
            time: ask.now,
            location: self.centers.location(ask.center).to_owned(),
            action,
            client_id: ask.get("client_id").map(str::to_owned),
            user_id: None,
            refresh_token: None,
            refused: None,
            secrets_in_query: ask.secrets_in_query(),
        }
    }
}

impl Default for Accounts {
    fn default() -> Self {
        Self::new()
    }
}

/// Omits the contents, which include secrets.
impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts").finish_non_exhaustive()
    }
}

fn endpoint(path: &str) -> Option<Endpoint> {
    Some(match path {
        "/oauth/v2/auth" => (Method::GET, Accounts::ask_consent),
        "/oauth/v2/token" => (Method::POST, Accounts::exchange),
        "/oauth/v2/token/revoke" => (Method::POST, Accounts::answer_revoke),
        "/oauth/v3/device" => (Method::GET, Accounts::enter_user_code),
        "/oauth/v3/device/code" => (Method::POST, Accounts::start_device),
        "/oauth/v3/device/token" => (Method::POST, Accounts::poll_device),
        _ => return None,
    })
}

fn not_allowed(allowed: &Method) -> Response<Bytes> {
    let mut response = reply::json(
        StatusCode::METHOD_NOT_ALLOWED,
        &json!({ "error": "invalid_method" }),
    );
    response.headers_mut().extend(
        HeaderValue::from_str(allowed.as_str())
            .ok()
            .map(|allowed| (ALLOW, allowed)),
    );
    response
}
