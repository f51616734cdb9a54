//! What the sessions of all users of a client share.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::clock::Clock;
use super::credentials::Kind;
use super::ledger::Ledger;
use super::{AuthError, AuthErrorKind, Credentials, ScopeSet, TokenStore};
use crate::auth::AuthScheme;
use crate::data_center::DataCenter;
use crate::transport::Transport;

/// How many different sets of scopes are kept once for all users.
const SHARED_SETS: usize = 256;

/// How a client's access tokens are renewed.
///
/// ```
/// use std::time::Duration;
/// use cliq_api::auth::TokenSettings;
///
/// let settings = TokenSettings::new().margin(Duration::from_secs(600)).timeout(Duration::from_secs(10));
/// ```
#[derive(Clone)]
#[must_use]
pub struct TokenSettings {
    pub(super) margin: Duration,
    pub(super) timeout: Duration,
    pub(super) store: Option<Arc<dyn TokenStore>>,
}

impl TokenSettings {
    /// Five minutes of margin, 30 seconds for a renewal, and no store.
    pub fn new() -> Self {
        Self {
            margin: Duration::from_mins(5),
            timeout: Duration::from_secs(30),
            store: None,
        }
    }

    /// How long before its end a token is renewed; at most a quarter of its life.
    pub fn margin(self, margin: Duration) -> Self {
        Self { margin, ..self }
    }

    /// How long a renewal may take, with all its tries; an hour at most. Calls wait for it up to
    /// their own deadlines.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self {
            timeout: timeout.min(Duration::from_hours(1)),
            ..self
        }
    }

    /// Where access tokens are kept, for those who share them with other clients or processes. At
    /// first each client keeps its own.
    pub fn store(self, store: impl TokenStore) -> Self {
        Self {
            store: Some(Arc::new(store)),
            ..self
        }
    }
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for TokenSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSettings")
            .field("margin", &self.margin)
            .field("timeout", &self.timeout)
            .field("has_store", &self.store.is_some())
            .finish()
    }
}

/// What the sessions of all users of a client share.
pub(crate) struct Context {
    pub(super) transport: Arc<dyn Transport>,
    data_center: DataCenter,
    pub(super) scheme: AuthScheme,
    pub(super) settings: TokenSettings,
    pub(super) clock: Clock,
    pub(super) ledger: Ledger,
    scope_sets: Mutex<HashSet<ScopeSet>>,
}

impl Context {
    pub(crate) fn new(
        transport: Arc<dyn Transport>,
        data_center: DataCenter,
        scheme: AuthScheme,
        settings: TokenSettings,
    ) -> Self {
        Self {
            transport,
            data_center,
            scheme,
            settings,
            clock: Clock::system(),
            ledger: Ledger::default(),
            scope_sets: Mutex::default(),
        }
    }

    #[cfg(test)]
    pub(super) fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    pub(crate) fn data_center(&self) -> &DataCenter {
        &self.data_center
    }

    /// Whether the credentials can be used here.
    pub(super) fn check(&self, credentials: &Credentials) -> Result<(), AuthError> {
        match credentials.kind {
            Kind::Grant(_) => self
                .data_center_of(credentials)
                .check()
                .map_err(AuthError::configuration),
            _ => Ok(()),
        }
    }

    /// Where the user lives.
    pub(super) fn data_center_of<'a>(&'a self, credentials: &'a Credentials) -> &'a DataCenter {
        credentials.own_data_center().unwrap_or(&self.data_center)
    }

    pub(super) fn too_slow(&self, credentials: &Credentials) -> AuthError {
        let timeout = self.settings.timeout;
        match credentials.kind {
            Kind::Source(_) => AuthError::new(
                AuthErrorKind::Source,
                format!("the program's own token source gave none within {timeout:?}"),
            )
            .with_transient(true),
            _ => AuthError::new(
                AuthErrorKind::Unreachable,
                format!(
                    "{} gave no access token within {timeout:?}",
                    self.data_center_of(credentials).accounts_host()
                ),
            ),
        }
    }

    /// The same set, kept once for all users that have it.
    pub(super) fn share(&self, scopes: &ScopeSet) -> ScopeSet {
        let mut sets = self
            .scope_sets
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = sets.get(scopes) {
            return shared.clone();
        }
        if sets.len() < SHARED_SETS {
            sets.insert(scopes.clone());
        }
        scopes.clone()
    }
}
