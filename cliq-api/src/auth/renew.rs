//! Getting another access token: from the accounts server, from the store that others fill as well,
//! or from the program's own source.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use secrecy::ExposeSecret;
use tokio::time::{Instant, sleep};

use super::credentials::{By, Grant, Kind};
use super::ledger::Why;
use super::oauth::wire::{Asking, Form, ask_for_token};
use super::state::Life;
use super::store::{Lease, StoreError, TokenKey, TokenRecord, TokenStore};
use super::{AccessToken, AuthError, AuthErrorKind, Context, Credentials};
use crate::data_center::DataCenter;
use crate::error::Sent;

/// How long one try may take.
const ATTEMPT: Duration = Duration::from_secs(10);
/// How often it is tried while callers wait.
const ATTEMPTS: u32 = 3;
/// Before the second try; twice that before the third.
const PAUSE: Duration = Duration::from_millis(500);
/// How long between two looks at a store while somebody else has the lease: at first, and at most.
const FIRST_LOOK: Duration = Duration::from_millis(50);
const LONGEST_LOOK: Duration = Duration::from_secs(1);
/// What a use counts in a shared record, from its beginning: the window, its own time, and what a
/// lost one may take.
const SHARED_USE: Duration = Duration::from_secs(601 + 10 + 120);
const DENIAL: Duration = Duration::from_secs(601);

impl Context {
    /// Another access token than the one at hand.
    pub(super) async fn renew(
        &self,
        credentials: &Credentials,
        why: Why,
        at_hand: Option<&AccessToken>,
    ) -> Result<AccessToken, AuthError> {
        match &credentials.kind {
            Kind::Grant(grant) => self.ask_patiently(self.data_center_of(credentials), grant, why, at_hand).await,
            Kind::Source(source) => source.token(at_hand.filter(|_| why == Why::Refused)).await.map_err(|error| {
                let problem = "the program's own token source failed (what it says is the source of this error)";
                AuthError::new(AuthErrorKind::Source, problem).with_transient(true).caused_by(error)
            }),
            // Neither is ever asked for another one.
            Kind::None | Kind::AccessToken => {
                Err(AuthError::configuration("there is nothing to get an access token with"))
            }
        }
    }

    /// What may pass is tried again, if callers wait for it.
    async fn ask_patiently(
        &self,
        place: &DataCenter,
        grant: &Grant,
        why: Why,
        at_hand: Option<&AccessToken>,
    ) -> Result<AccessToken, AuthError> {
        let attempts = if why == Why::Early { 1 } else { ATTEMPTS };
        let mut pause = PAUSE;
        for _ in 1..attempts {
            match self.ask_somebody(place, grant, why, at_hand).await {
                Err(error) if error.is_transient() => sleep(pause).await,
                result => return result,
            }
            pause *= 2;
        }
        self.ask_somebody(place, grant, why, at_hand).await
    }

    async fn ask_somebody(
        &self,
        place: &DataCenter,
        grant: &Grant,
        why: Why,
        at_hand: Option<&AccessToken>,
    ) -> Result<AccessToken, AuthError> {
        match &self.settings.store {
            Some(store) => {
                Shared {
                    context: self,
                    store,
                    place,
                    grant,
                    why,
                    at_hand,
                }
                .token()
                .await
            }
            None => self.ask_server(place, grant, why).await,
        }
    }

    /// Uses the refresh token, or the app's own credentials, once.
    async fn ask_server(
        &self,
        place: &DataCenter,
        grant: &Grant,
        why: Why,
    ) -> Result<AccessToken, AuthError> {
        let now = self.clock.now();
        let in_use = self
            .ledger
            .begin(grant.fingerprint(), why, ATTEMPT)
            .map_err(|until| spent(now + until.saturating_duration_since(Instant::now())))?;
        let (asking, form) = match &grant.by {
            By::RefreshToken(token) => (
                Asking::Refresh,
                Form::of(&grant.app)
                    .with("grant_type", "refresh_token")
                    .with("refresh_token", token.expose_secret()),
            ),
            By::ClientCredentials(scopes) => (
                Asking::ClientCredentials,
                Form::of(&grant.app)
                    .with("grant_type", "client_credentials")
                    .with("scope", &scopes.to_string()),
            ),
        };
        match ask_for_token(&self.transport, place, asking, &form, ATTEMPT).await {
            Ok(answer) => {
                in_use.answered();
                let asked = match &grant.by {
                    By::ClientCredentials(scopes) => Some(scopes),
                    By::RefreshToken(_) => None,
                };
                Ok(answer.into_access_token(self.clock.now(), asked))
            }
            Err(failure) if failure.is_denial => {
                let until = in_use.denied();
                let until = self.clock.now() + until.saturating_duration_since(Instant::now());
                Err(failure.error.with_retry_at(until))
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
}

/// A renewal of a token that others renew as well.
struct Shared<'c> {
    context: &'c Context,
    store: &'c Arc<dyn TokenStore>,
    place: &'c DataCenter,
    grant: &'c Grant,
    why: Why,
    at_hand: Option<&'c AccessToken>,
}

impl Shared<'_> {
    async fn token(&self) -> Result<AccessToken, AuthError> {
        let key = TokenKey::new(self.place.accounts_host(), self.grant);
        let holder = chance();
        // For as long as this renewal may take in all, and it ends before.
        let time = self.context.settings.timeout + Duration::from_secs(5);
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
        // If that fails, it ends by itself.
        let _ = self.store.release(&key, holder).await;
        result
    }

    async fn token_under_lease(&self, key: &TokenKey) -> Result<AccessToken, AuthError> {
        let mut record = self.load(key).await?;
        if let Some(token) = record.token.take_if(|token| self.is_good(token)) {
            return Ok(token);
        }
        let now = self.context.clock.now();
        self.begin_use(&mut record, now)?;
        // Before it is sent: whoever comes after a crash has to know.
        self.save(key, &mut record).await?;
        let result = self
            .context
            .ask_server(self.place, self.grant, self.why)
            .await;
        match &result {
            Ok(token) => record.token = Some(token.clone()),
            // Denied by the server, and not by our own count.
            Err(error) if error.kind() == AuthErrorKind::TooMany && error.code().is_some() => {
                record.denied_until = Some(error.retry_at().unwrap_or(now + DENIAL));
            }
            Err(_) => return result,
        }
        self.save(key, &mut record).await?;
        result
    }

    fn begin_use(&self, record: &mut TokenRecord, now: SystemTime) -> Result<(), AuthError> {
        if let Some(until) = record
            .denied_until
            .filter(|&until| until > now && until <= now + 2 * DENIAL)
        {
            return Err(spent(until));
        }
        record.denied_until = None;
        record.uses.retain(|&until| until > now);
        record.uses.sort_unstable();
        match (record.uses.len() + 1).checked_sub(self.why.most()) {
            Some(surplus) if surplus > 0 => Err(spent(record.uses[surplus - 1])),
            _ => {
                record.uses.push(now + SHARED_USE);
                Ok(())
            }
        }
    }

    /// Whether a token of the record does better than the one at hand.
    fn is_good(&self, token: &AccessToken) -> bool {
        let now = self.context.clock.now();
        let lives = token
            .expires_at()
            .is_none_or(|ends| !Life::new(now, ends, self.context.settings.margin).is_over(now));
        lives
            && self
                .at_hand
                .is_none_or(|at_hand| at_hand.expose_secret() != token.expose_secret())
    }

    async fn load(&self, key: &TokenKey) -> Result<TokenRecord, AuthError> {
        Ok(self
            .store
            .load(key)
            .await
            .map_err(failed)?
            .unwrap_or_default())
    }

    async fn save(&self, key: &TokenKey, record: &mut TokenRecord) -> Result<(), AuthError> {
        record.version += 1;
        if self.store.save(key, record).await.map_err(failed)? {
            return Ok(());
        }
        let problem = "another process changed the stored token although it was not its turn";
        Err(AuthError::new(AuthErrorKind::Store, problem).with_transient(true))
    }
}

fn spent(until: SystemTime) -> AuthError {
    let problem = "the refresh token was used as often as Zoho allows in ten minutes (is a second program using it, or a token refused by the server?)";
    AuthError::too_many(problem, until)
}

fn failed(error: StoreError) -> AuthError {
    let problem = format!("the store of access tokens failed: {error}");
    AuthError::new(AuthErrorKind::Store, problem)
        .with_transient(true)
        .caused_by(error)
}

fn chance() -> u64 {
    getrandom::u64().unwrap_or_else(|_| std::process::id().into())
}
