//! Getting another access token: from the server, from the store that other processes fill as well,
//! or from the program's own source.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep, timeout};
use tracing::error;

use super::budget::Why;
use super::credentials::{By, Grant, Kind};
use super::ledger::{GRACE, NotYet, Reason, Use};
use super::oauth::client_credentials;
use super::oauth::wire::{self, Call, Sent};
use super::rotation::Rotation;
use super::state::Life;
use super::store::{Lease, TokenKey, TokenRecord, TokenStore};
use super::{
    AccessToken, AuthContext, AuthError, AuthErrorKind, Credentials, Fingerprint, OAuthRequest,
    Parameters, RenewalBudget, TokenSource,
};
use crate::secrets::Secrets;
use crate::store::StoreError;
use crate::user_key::UserKey;

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(10);
/// How often it is tried while callers wait.
const MAX_ATTEMPTS: u32 = 3;
/// Before the second attempt; twice that before the third.
const INITIAL_BACKOFF: Duration = Duration::from_millis(500);
/// How long a pause may be to be waited out while callers wait. They fail before a longer one.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long between two looks at a store while another process has the lease: the first time, and
/// at most.
const FIRST_LOOK: Duration = Duration::from_millis(50);
const LONGEST_LOOK: Duration = Duration::from_secs(1);
/// How long the program may take to persist a new refresh token.
const HOOK: Duration = Duration::from_secs(5);

/// How far the clocks of two processes may differ without one being wrong.
const SKEW: Duration = Duration::from_mins(1);

/// Why a use of the credentials brought no token.
struct Failed {
    error: AuthError,
    end: End,
    /// Before when there may be no other use, as far as this process knows.
    until: Option<Instant>,
}

/// How a use ended.
#[derive(Clone, Copy)]
enum End {
    /// Nothing was sent.
    Unsent,
    /// The server answered, and would do so again.
    Refused,
    /// It failed in a way that may pass.
    Failed {
        is_answered: bool,
        retry_after: Option<Duration>,
    },
    /// The server reported too many uses, and wants no other for so long.
    Denied(Duration),
}

impl Failed {
    fn unsent(error: AuthError) -> Self {
        Self {
            error,
            end: End::Unsent,
            until: None,
        }
    }
}

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
        // A source, a store or a server may return any time.
        let token = token.map_err(|error| error.redacted(&self.secrets()));
        // An earlier one may not have reached the program.
        self.report_refresh_token().await;
        token
    }

    /// What this renewal knows of secrets.
    fn secrets(&self) -> Secrets {
        let mut secrets = Secrets::default();
        let mut add = |secret: Option<&SecretString>| {
            if let Some(secret) = secret {
                secrets.add(secret.expose_secret());
            }
        };
        add(self.rotation().token());
        if let Kind::Grant(grant) = &self.credentials.kind {
            add(grant.client.secret());
            if let By::RefreshToken(first) = &grant.by {
                add(Some(first));
            }
        }
        if let Some(token) = self.at_hand {
            secrets.add(token.expose_secret());
        }
        secrets
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
            let error = match self.once().await {
                Ok(token) => return Ok(token),
                Err(error) => error,
            };
            let wait = match error.wait() {
                None if error.is_transient() => backoff,
                // Of another process's failure too.
                Some(wait) if wait <= PATIENCE => backoff.max(wait),
                _ => return Err(error),
            };
            sleep(wait).await;
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
            _ => match self.ask().await {
                Ok(token) => Ok(token),
                Err(Failed { error, until, .. }) => Err(self.with_retry_at(error, until)),
            },
        }
    }

    /// Uses the credentials once.
    async fn ask(self) -> Result<AccessToken, Failed> {
        match &self.credentials.kind {
            Kind::Grant(grant) => self.ask_server(grant).await,
            Kind::Source(source) => self.ask_source(&**source).await,
            Kind::AccessToken => Err(Failed::unsent(AuthError::configuration(
                "there is nothing to get an access token with",
            ))),
        }
    }

    async fn ask_source(self, source: &dyn TokenSource) -> Result<AccessToken, Failed> {
        let context = self.context;
        let in_use = match self.credentials.budget() {
            Some((fingerprint, budget)) => {
                let timeout = context.settings.timeout;
                let begun = context
                    .ledger
                    .begin(fingerprint, &budget, self.why, timeout);
                Some(begun.map_err(|not_yet| self.not_begun(not_yet))?)
            }
            None => None,
        };
        let token = source
            .token(self.at_hand.filter(|_| self.why == Why::Refused))
            .await;
        let error = match token {
            Ok(token) => {
                if let Some(in_use) = in_use {
                    in_use.succeeded();
                }
                return Ok(token);
            }
            Err(error) => error,
        };
        let problem = "the program's token source failed (the source of this error says why)";
        Err(Failed {
            error: AuthError::new(AuthErrorKind::Source, problem)
                .with_transient(true)
                .caused_by(error),
            end: End::Failed {
                is_answered: true,
                retry_after: None,
            },
            until: in_use.map(|in_use| in_use.failed(true, None)),
        })
    }

    async fn ask_server(self, grant: &Grant) -> Result<AccessToken, Failed> {
        let context = self.context;
        let server = self.credentials.server_of(grant);
        let budget = server.budget();
        let in_use = context
            .ledger
            .begin(grant.fingerprint(server), &budget, self.why, ATTEMPT)
            .map_err(|not_yet| self.not_begun(not_yet))?;
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
                in_use.succeeded();
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
            Err(failure) => Err(ended(failure, in_use, &budget)),
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
            Ok(Err(problem)) => problem.to_string(),
            Err(_) => format!("it took longer than {HOOK:?}"),
        };
        let mut secrets = self.secrets();
        secrets.add(token.expose_secret());
        let problem = secrets.redact(&problem);
        error!(?user, %problem, "a new refresh token was not persisted; the next renewal tries again");
    }

    fn with_retry_at(self, error: AuthError, until: Option<Instant>) -> AuthError {
        match until {
            Some(until) => error.with_retry_at(until, self.context.shared_now()),
            None => error,
        }
    }

    fn not_begun(self, not_yet: NotYet) -> Failed {
        Failed {
            until: Some(not_yet.until),
            ..Failed::unsent(self.not_yet(not_yet.reason))
        }
    }

    /// There may be no use now.
    fn not_yet(self, reason: Reason) -> AuthError {
        let problem = match (&self.credentials.kind, reason) {
            (Kind::Grant(grant), Reason::Spent) => {
                let server = self.credentials.server_of(grant);
                let window = server.budget().window().as_secs() / 60;
                format!(
                    "the refresh token was used as often as {} allows in {window} minutes (is a second program using it, or a token refused by the API?)",
                    server.host()
                )
            }
            (Kind::Grant(grant), Reason::Paused) => format!(
                "{} reported too many requests or failed when it was last asked for an access token",
                self.credentials.server_of(grant).host()
            ),
            (_, Reason::Spent) => {
                "the token source was asked as often as its budget allows".to_owned()
            }
            (_, Reason::Paused) => "the token source failed when it was last asked".to_owned(),
        };
        AuthError::new(AuthErrorKind::TooMany, problem)
    }
}

/// Ends a use that brought no token.
fn ended(failure: wire::Failure, in_use: Use<'_>, budget: &RenewalBudget) -> Failed {
    let (end, until) = match failure.sent {
        _ if failure.throttled => {
            let time = budget.denial(failure.retry_after);
            (End::Denied(time), Some(in_use.denied(time)))
        }
        Sent::No => {
            in_use.unsent();
            (End::Unsent, None)
        }
        sent if failure.error.is_transient() => {
            let (is_answered, retry_after) = (sent == Sent::Answered, failure.retry_after);
            let end = End::Failed {
                is_answered,
                retry_after,
            };
            (end, Some(in_use.failed(is_answered, retry_after)))
        }
        Sent::Maybe => {
            in_use.failed(false, None);
            (End::Refused, None)
        }
        Sent::Answered => {
            in_use.refused();
            (End::Refused, None)
        }
    };
    Failed {
        error: failure.error,
        end,
        until,
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
            let (record, _) = self.load(&key).await?;
            if let Some(token) = record.token.filter(|token| self.is_good(token)) {
                return Ok(token);
            }
            match self
                .store
                .lease(&key, holder, time)
                .await
                .map_err(|error| self.failed(error))?
            {
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
        let (mut record, is_corrected) = self.load(key).await?;
        if let Some(token) = record.token.take_if(|token| self.is_good(token)) {
            return Ok(token);
        }
        let now = self.now();
        let in_use = match self.begin_use(&mut record, now) {
            Ok(in_use) => in_use,
            Err((until, reason)) => {
                if is_corrected {
                    self.save(key, &mut record).await?;
                }
                let until = self.steady(until);
                let error = self.renewer.not_yet(reason);
                return Err(self.renewer.with_retry_at(error, Some(until)));
            }
        };
        // Before it is sent: whoever comes after a crash has to know.
        self.save(key, &mut record).await?;
        let result = self.renewer.ask().await;
        let end = result.as_ref().err().map(|failed| failed.end);
        let resumes_at = self.end_use(&mut record, in_use, end);
        match result {
            Ok(token) => {
                record.token = Some(token.clone());
                self.save(key, &mut record).await?;
                Ok(token)
            }
            Err(failed) => {
                // Without it the use counts for longer.
                let _ = self.save(key, &mut record).await;
                let until = failed.until.max(resumes_at.map(|at| self.steady(at)));
                Err(self.renewer.with_retry_at(failed.error, until))
            }
        }
    }

    /// Adds a use to the record, and returns until when it counts; or until when there may be none.
    fn begin_use(
        &self,
        record: &mut TokenRecord,
        now: SystemTime,
    ) -> Result<SystemTime, (SystemTime, Reason)> {
        let budget = &self.budget;
        // A clock that was wrong may have written any time.
        let longest = Duration::from_hours(25);
        if let Some(until) = record
            .denied_until
            .filter(|&until| until > now && until <= now + longest)
        {
            return Err((until, Reason::Paused));
        }
        record.denied_until = None;
        record.uses.retain(|&until| until > now);
        record.uses.sort_unstable();
        let most = budget.most(self.renewer.why);
        match (record.uses.len() + 1).checked_sub(most) {
            Some(surplus) if surplus > 0 => {
                let next = record.uses.get(surplus - 1).copied();
                Err((next.unwrap_or(now + budget.window()), Reason::Spent))
            }
            _ => {
                let until = now + self.longest_use();
                record.uses.push(until);
                Ok(until)
            }
        }
    }

    /// Changes the use in the record to how it ended, with a token if there is no `end`. Returns
    /// when the next one may be, if that is not at once.
    fn end_use(
        &self,
        record: &mut TokenRecord,
        in_use: SystemTime,
        end: Option<End>,
    ) -> Option<SystemTime> {
        let now = self.now();
        let answered = now + self.budget.window();
        let counts_until = match end {
            Some(End::Unsent) => None,
            Some(End::Failed {
                is_answered: false, ..
            }) => Some(answered + GRACE),
            _ => Some(answered),
        };
        if let Some(index) = record.uses.iter().position(|&until| until == in_use) {
            match counts_until {
                Some(until) => record.uses[index] = until,
                None => drop(record.uses.remove(index)),
            }
        }
        match end? {
            End::Unsent | End::Refused => return None,
            End::Denied(time) => record.denied_until = Some(now + time),
            End::Failed { retry_after, .. } => {
                record.uses.sort_unstable();
                let why = self.renewer.why;
                let resumes_at = self.budget.resumes_at(why, now, &record.uses);
                let retry_after = retry_after.map(|wait| now + wait.min(self.budget.window()));
                record.denied_until = retry_after.max(Some(resumes_at));
            }
        }
        record.denied_until
    }

    /// How long a use counts that has just begun.
    fn longest_use(&self) -> Duration {
        self.budget.window() + ATTEMPT + GRACE
    }

    fn now(&self) -> SystemTime {
        self.renewer.context.shared_now()
    }

    fn steady(&self, at: SystemTime) -> Instant {
        Instant::now() + at.duration_since(self.now()).unwrap_or_default()
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

    /// Loads the record, and returns whether its times had to be corrected.
    async fn load(&self, key: &TokenKey) -> Result<(TokenRecord, bool), AuthError> {
        let record = self
            .store
            .load(key)
            .await
            .map_err(|error| self.failed(error))?;
        let mut record = record.unwrap_or_default();
        self.renewer.rotation().adopt(record.refresh_token.as_ref());
        let ahead = self.ahead(&record);
        let uses = record.uses.iter_mut();
        uses.chain(&mut record.denied_until)
            .for_each(|time| *time = earlier(*time, ahead));
        let lead = self.lead();
        record.token = record
            .token
            .map(|token| moved(token, |time| earlier(time, ahead) + lead));
        Ok((record, !ahead.is_zero()))
    }

    /// How far the clock that counts for tokens is ahead of the one that is shared.
    fn lead(&self) -> Duration {
        let now = self.renewer.context.now();
        now.duration_since(self.now()).unwrap_or_default()
    }

    /// How far the clock was ahead that wrote the record: a use that has just begun counts longest,
    /// so whatever counts longer was written by a clock that is wrong, or was.
    fn ahead(&self, record: &TokenRecord) -> Duration {
        let newest = record.uses.iter().max();
        let ahead =
            newest.and_then(|newest| newest.duration_since(self.now() + self.longest_use()).ok());
        ahead.filter(|&ahead| ahead > SKEW).unwrap_or_default()
    }

    async fn save(&self, key: &TokenKey, record: &mut TokenRecord) -> Result<(), AuthError> {
        record.version += 1;
        record.refresh_token = self.renewer.rotation().token().cloned();
        let lead = self.lead();
        let mut stored = record.clone();
        stored.token = stored
            .token
            .map(|token| moved(token, |time| earlier(time, lead)));
        if self
            .store
            .save(key, &stored)
            .await
            .map_err(|error| self.failed(error))?
        {
            let saved = record.refresh_token.as_ref();
            self.renewer.rotation().saved(saved);
            return Ok(());
        }
        let problem = "another process changed the stored token without having the lease";
        Err(AuthError::new(AuthErrorKind::Store, problem).with_transient(true))
    }

    fn failed(&self, error: StoreError) -> AuthError {
        let text = error.to_string();
        let text = self.renewer.secrets().redact(&text).into_owned();
        let problem = format!("the store of access tokens failed: {text}");
        AuthError::new(AuthErrorKind::Store, problem)
            .with_transient(true)
            .caused_by(error)
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

/// The token, with its expiry by another clock.
fn moved(token: AccessToken, change: impl FnOnce(SystemTime) -> SystemTime) -> AccessToken {
    match token.expires_at() {
        Some(at) => token.valid_until(change(at)),
        None => token,
    }
}

/// Of a time that no clock can have shown, nothing is taken.
fn earlier(time: SystemTime, by: Duration) -> SystemTime {
    time.checked_sub(by).unwrap_or(time)
}

fn random() -> u64 {
    getrandom::u64().unwrap_or_else(|_| std::process::id().into())
}
