//! Getting another access token: from the server, from the store that other processes fill as well,
//! or from the program's own source.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep, timeout};
use tracing::error;

use super::budget::Why;
use super::credentials::{By, Grant, Kind};
use super::ledger::GRACE;
use super::oauth::client_credentials;
use super::oauth::wire::{Call, Sent};
use super::rotation::Rotation;
use super::state::Life;
use super::store::{Lease, StoreError, TokenKey, TokenRecord, TokenStore};
use super::{
    AccessToken, AuthContext, AuthError, AuthErrorKind, Credentials, Fingerprint, OAuthRequest,
    Parameters, RenewalBudget, TokenSource,
};
use crate::user_key::UserKey;

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(10);
/// How often it is tried while callers wait.
const MAX_ATTEMPTS: u32 = 3;
/// Before the second attempt; twice that before the third.
const INITIAL_BACKOFF: Duration = Duration::from_millis(500);
/// How long between two looks at a store while another process has the lease: the first time, and
/// at most.
const FIRST_LOOK: Duration = Duration::from_millis(50);
const LONGEST_LOOK: Duration = Duration::from_secs(1);
/// How long the program may take to persist a new refresh token.
const HOOK: Duration = Duration::from_secs(5);

/// One renewal.
#[derive(Clone, Copy)]
pub(super) struct Renewer<'s> {
    pub(super) context: &'s Arc<AuthContext>,
    pub(super) user: Option<&'s UserKey>,
    pub(super) credentials: &'s Credentials,
    pub(super) rotation: &'s Mutex<Rotation>,
    pub(super) why: Why,
    pub(super) at_hand: Option<&'s AccessToken>,
}

impl Renewer<'_> {
    /// Returns another access token than the one at hand.
    pub(super) async fn token(self) -> Result<AccessToken, AuthError> {
        let token = self.patiently().await;
        // An earlier one may not have reached the program.
        self.report_refresh_token().await;
        token
    }

    fn rotation(&self) -> MutexGuard<'_, Rotation> {
        self.rotation.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Retries what may pass, if callers wait for it. A source has its own retries.
    async fn patiently(self) -> Result<AccessToken, AuthError> {
        let is_grant = matches!(self.credentials.kind, Kind::Grant(_));
        let attempts = match self.why {
            Why::Needed | Why::Refused if is_grant => MAX_ATTEMPTS,
            _ => 1,
        };
        let mut backoff = INITIAL_BACKOFF;
        for _ in 1..attempts {
            match self.once().await {
                Err(error) if error.is_transient() => sleep(backoff).await,
                result => return result,
            }
            backoff *= 2;
        }
        self.once().await
    }

    async fn once(self) -> Result<AccessToken, AuthError> {
        let store = self.context.settings.store.as_ref();
        match (store, self.credentials.budget()) {
            (Some(store), Some((fingerprint, budget))) => {
                Shared {
                    renewer: self,
                    store,
                    fingerprint,
                    budget,
                }
                .token()
                .await
            }
            _ => self.ask().await,
        }
    }

    /// Uses the credentials once.
    async fn ask(self) -> Result<AccessToken, AuthError> {
        match &self.credentials.kind {
            Kind::Grant(grant) => self.ask_server(grant).await,
            Kind::Source(source) => self.ask_source(&**source).await,
            Kind::AccessToken => Err(AuthError::configuration(
                "there is nothing to get an access token with",
            )),
        }
    }

    async fn ask_source(self, source: &dyn TokenSource) -> Result<AccessToken, AuthError> {
        let context = self.context;
        let in_use = match self.credentials.budget() {
            Some((fingerprint, budget)) => {
                let timeout = context.settings.timeout;
                let begun = context
                    .ledger
                    .begin(fingerprint, &budget, self.why, timeout);
                Some(begun.map_err(|until| self.spent(self.at(until)))?)
            }
            None => None,
        };
        let token = source
            .token(self.at_hand.filter(|_| self.why == Why::Refused))
            .await;
        if let Some(in_use) = in_use {
            in_use.answered();
        }
        token.map_err(|error| {
            let problem = "the program's token source failed (the source of this error says why)";
            AuthError::new(AuthErrorKind::Source, problem)
                .with_transient(true)
                .caused_by(error)
        })
    }

    async fn ask_server(self, grant: &Grant) -> Result<AccessToken, AuthError> {
        let context = self.context;
        let server = self.credentials.server_of(grant);
        let budget = server.budget();
        let in_use = context
            .ledger
            .begin(grant.fingerprint(server), &budget, self.why, ATTEMPT)
            .map_err(|until| self.spent(self.at(until)))?;
        let (request, parameters) = match &grant.by {
            By::RefreshToken(token) => (
                OAuthRequest::RefreshToken,
                Parameters::default()
                    .with("grant_type", "refresh_token")
                    .with_secret("refresh_token", &self.newest(token)),
            ),
            By::ClientCredentials(scopes) => (
                OAuthRequest::ClientCredentials,
                client_credentials(server, scopes),
            ),
        };
        let call = Call {
            transport: context.transport(),
            client: &grant.client,
            server,
            request,
            timeout: ATTEMPT,
        };
        match call.token(parameters).await {
            Ok(answer) => {
                in_use.answered();
                let requested = match &grant.by {
                    By::ClientCredentials(scopes) => Some(scopes),
                    By::RefreshToken(_) => None,
                };
                let (token, refresh_token) = answer.into_tokens(context.now(), requested);
                if let (Some(refresh_token), By::RefreshToken(first)) = (refresh_token, &grant.by) {
                    // At once: this task may end at any wait.
                    if refresh_token.expose_secret() != self.newest(first).expose_secret() {
                        self.rotation().replace(refresh_token);
                    }
                }
                Ok(token)
            }
            Err(failure) if failure.throttled => {
                let until = in_use.denied(budget.denial(failure.retry_after));
                Err(failure.error.with_retry_at(self.at(until)))
            }
            Err(failure) => {
                match failure.sent {
                    Sent::No => in_use.unsent(),
                    Sent::Maybe => in_use.lost(),
                    Sent::Answered => in_use.answered(),
                }
                Err(failure.error)
            }
        }
    }

    /// The newest refresh token of the session.
    fn newest(self, first: &SecretString) -> SecretString {
        let rotation = self.rotation();
        rotation.token().unwrap_or(first).clone()
    }

    /// Hands a refresh token that replaces another one to the program.
    async fn report_refresh_token(self) {
        let Some(hook) = &self.context.settings.hook else {
            return;
        };
        let Some(token) = self.rotation().unreported() else {
            return;
        };
        let user = self.user;
        let problem = match timeout(HOOK, hook.replaced(user, &token)).await {
            Ok(Ok(())) => {
                self.rotation().reported(&token);
                return;
            }
            Ok(Err(problem)) => problem,
            Err(_) => format!("it took longer than {HOOK:?}").into(),
        };
        error!(?user, %problem, "a new refresh token was not persisted; the next renewal tries again");
    }

    fn at(self, instant: Instant) -> SystemTime {
        self.context.now() + instant.saturating_duration_since(Instant::now())
    }

    fn spent(self, until: SystemTime) -> AuthError {
        let problem = match &self.credentials.kind {
            Kind::Grant(grant) => {
                let server = self.credentials.server_of(grant);
                let window = server.budget().window().as_secs() / 60;
                format!(
                    "the refresh token was used as often as {} allows in {window} minutes (is a second program using it, or a token refused by the API?)",
                    server.host()
                )
            }
            _ => "the token source was asked as often as its budget allows".to_owned(),
        };
        AuthError::too_many(&problem, until)
    }
}

/// A renewal of a token that other processes renew as well.
struct Shared<'s> {
    renewer: Renewer<'s>,
    store: &'s Arc<dyn TokenStore>,
    fingerprint: Fingerprint,
    budget: RenewalBudget,
}

impl Shared<'_> {
    async fn token(&self) -> Result<AccessToken, AuthError> {
        let key = self.key();
        let holder = random();
        // For as long as this renewal may take in all, and a little longer.
        let time = self.renewer.context.settings.timeout + Duration::from_secs(5);
        let mut look = FIRST_LOOK;
        loop {
            if let Some(token) = self
                .load(&key)
                .await?
                .token
                .filter(|token| self.is_good(token))
            {
                return Ok(token);
            }
            match self.store.lease(&key, holder, time).await.map_err(failed)? {
                Lease::Granted => break,
                Lease::Held(left) => sleep(look.min(left)).await,
            }
            look = LONGEST_LOOK.min(look * 2);
        }
        let result = self.token_under_lease(&key).await;
        // If that fails, it expires.
        let _ = self.store.release(&key, holder).await;
        result
    }

    async fn token_under_lease(&self, key: &TokenKey) -> Result<AccessToken, AuthError> {
        let mut record = self.load(key).await?;
        if let Some(token) = record.token.take_if(|token| self.is_good(token)) {
            return Ok(token);
        }
        let now = self.renewer.context.now();
        self.begin_use(&mut record, now)?;
        // Before it is sent: whoever comes after a crash has to know.
        self.save(key, &mut record).await?;
        let result = self.renewer.ask().await;
        match &result {
            Ok(token) => record.token = Some(token.clone()),
            // Denied by the server, and not by our own count.
            Err(error) if error.kind() == AuthErrorKind::TooMany && error.retry_at().is_some() => {
                record.denied_until = error.retry_at();
            }
            Err(_) => return result,
        }
        self.save(key, &mut record).await?;
        result
    }

    fn begin_use(&self, record: &mut TokenRecord, now: SystemTime) -> Result<(), AuthError> {
        let budget = &self.budget;
        // A clock that was wrong may have written any time.
        let longest = Duration::from_hours(25);
        if let Some(until) = record
            .denied_until
            .filter(|&until| until > now && until <= now + longest)
        {
            return Err(self.renewer.spent(until));
        }
        record.denied_until = None;
        record.uses.retain(|&until| until > now);
        record.uses.sort_unstable();
        let most = budget.most(self.renewer.why);
        match (record.uses.len() + 1).checked_sub(most) {
            Some(surplus) if surplus > 0 => {
                let next = record.uses.get(surplus - 1).copied();
                Err(self.renewer.spent(next.unwrap_or(now + budget.window())))
            }
            _ => {
                record.uses.push(now + budget.window() + ATTEMPT + GRACE);
                Ok(())
            }
        }
    }

    /// Whether a token of the record is better than the one at hand.
    fn is_good(&self, token: &AccessToken) -> bool {
        let context = &self.renewer.context;
        let now = context.now();
        let lives = token
            .expires_at()
            .is_none_or(|ends| !Life::new(now, ends, context.settings.margin).is_over(now));
        lives
            && self
                .renewer
                .at_hand
                .is_none_or(|at_hand| at_hand.expose_secret() != token.expose_secret())
    }

    async fn load(&self, key: &TokenKey) -> Result<TokenRecord, AuthError> {
        let record = self.store.load(key).await.map_err(failed)?;
        let record = record.unwrap_or_default();
        self.renewer.rotation().adopt(record.refresh_token.as_ref());
        Ok(record)
    }

    async fn save(&self, key: &TokenKey, record: &mut TokenRecord) -> Result<(), AuthError> {
        record.version += 1;
        record.refresh_token = self.renewer.rotation().token().cloned();
        if self.store.save(key, record).await.map_err(failed)? {
            let saved = record.refresh_token.as_ref();
            self.renewer.rotation().saved(saved);
            return Ok(());
        }
        let problem = "another process changed the stored token without having the lease";
        Err(AuthError::new(AuthErrorKind::Store, problem).with_transient(true))
    }

    fn key(&self) -> TokenKey {
        match &self.renewer.credentials.kind {
            Kind::Grant(grant) => TokenKey::new(
                self.renewer.credentials.server_of(grant).host(),
                grant.client.client_id(),
                &self.fingerprint,
            ),
            _ => TokenKey::new("source", "", &self.fingerprint),
        }
    }
}

fn failed(error: StoreError) -> AuthError {
    let problem = format!("the store of access tokens failed: {error}");
    AuthError::new(AuthErrorKind::Store, problem)
        .with_transient(true)
        .caused_by(error)
}

fn random() -> u64 {
    getrandom::u64().unwrap_or_else(|_| std::process::id().into())
}
