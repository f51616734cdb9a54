//! Storage for access tokens that several clients, or several processes, share.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use secrecy::SecretString;
use tokio::time::Instant;

use super::{AccessToken, Fingerprint};
use crate::store::StoreFuture;

/// Stores access tokens that several clients, or several processes, share. [`MemoryTokenStore`] is
/// the simplest.
///
/// It has a record for each refresh token (and for each client's own credentials, and each
/// [`TokenSource`](super::TokenSource) with a fingerprint): the access token that it gave last, and
/// how often it was used. The refresh token itself is stored only where the server replaces it with
/// each use (RFC 6749, section 6), as all processes have to use the newest.
///
/// A process that finds no valid token in a record acquires the lease, and uses the refresh token
/// under it: before that it saves the use, after it the token. A process that dies in between
/// leaves a use that counts, and a lease that expires. If the store fails, the renewal fails; a
/// valid token at hand is still used.
pub trait TokenStore: Send + Sync + 'static {
    /// Loads the record.
    fn load<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, Option<TokenRecord>>;

    /// Saves the record, if the stored one has the [version](TokenRecord::version) before its own;
    /// no record is version 0. Returns whether it did.
    fn save<'a>(&'a self, key: &'a TokenKey, record: &'a TokenRecord) -> StoreFuture<'a, bool>;

    /// Acquires the right to use the refresh token. It expires after `time`; acquiring it again
    /// with the same `holder` extends it.
    fn lease<'a>(
        &'a self,
        key: &'a TokenKey,
        holder: u64,
        time: Duration,
    ) -> StoreFuture<'a, Lease>;

    /// Releases the lease, if `holder` still has it.
    fn release<'a>(&'a self, key: &'a TokenKey, holder: u64) -> StoreFuture<'a, ()>;
}

/// The outcome of acquiring a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lease {
    /// The holder has it.
    Granted,
    /// Another holder has it, for that long at most.
    Held(Duration),
}

/// Identifies a record, the same in every process. It contains no secret, and nothing about the
/// user.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TokenKey(String);

impl TokenKey {
    pub(super) fn new(host: &str, client_id: &str, fingerprint: &Fingerprint) -> Self {
        Self(format!("{host}/{client_id}/{}", fingerprint.digits()))
    }

    /// For tests of stores.
    #[cfg(all(test, any(feature = "file", feature = "redis")))]
    pub(crate) fn named(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Returns it as a text: the token endpoint's host, the client id, and the 64 digits of a
    /// fingerprint, separated by slashes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the processes that share a refresh token know of it.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct TokenRecord {
    /// One more for each change, from 1 on.
    pub version: u64,
    /// The access token that it gave last.
    pub token: Option<AccessToken>,
    /// The refresh token that replaces the one of the credentials, if the server has replaced it
    /// (RFC 6749, section 6): all processes have to use the newest.
    pub refresh_token: Option<SecretString>,
    /// Until when each of its recent uses counts.
    pub uses: Vec<SystemTime>,
    /// Until when it is not used: the server has denied it, or has failed.
    pub denied_until: Option<SystemTime>,
}

/// Stores tokens in memory, for several clients of one process. Clones are the same store.
///
/// ```
/// use cliq_api::auth::{MemoryTokenStore, TokenSettings};
///
/// let store = MemoryTokenStore::new();
/// let one = TokenSettings::new().store(store.clone());
/// let other = TokenSettings::new().store(store);
/// ```
#[derive(Clone, Default)]
pub struct MemoryTokenStore(Arc<Mutex<HashMap<TokenKey, Entry>>>);

#[derive(Default)]
struct Entry {
    record: Option<TokenRecord>,
    lease: Option<(u64, Instant)>,
}

impl MemoryTokenStore {
    /// Returns an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<TokenKey, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenStore for MemoryTokenStore {
    fn load<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, Option<TokenRecord>> {
        Box::pin(async move {
            Ok(self
                .entries()
                .get(key)
                .and_then(|entry| entry.record.clone()))
        })
    }

    fn save<'a>(&'a self, key: &'a TokenKey, record: &'a TokenRecord) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let mut entries = self.entries();
            let entry = entries.entry(key.clone()).or_default();
            let is_next =
                entry.record.as_ref().map_or(0, |kept| kept.version) + 1 == record.version;
            if is_next {
                entry.record = Some(record.clone());
            }
            Ok(is_next)
        })
    }

    fn lease<'a>(
        &'a self,
        key: &'a TokenKey,
        holder: u64,
        time: Duration,
    ) -> StoreFuture<'a, Lease> {
        Box::pin(async move {
            let now = Instant::now();
            let mut entries = self.entries();
            let lease = &mut entries.entry(key.clone()).or_default().lease;
            match *lease {
                Some((other, until)) if other != holder && until > now => {
                    Ok(Lease::Held(until - now))
                }
                _ => {
                    *lease = Some((holder, now + time));
                    Ok(Lease::Granted)
                }
            }
        })
    }

    fn release<'a>(&'a self, key: &'a TokenKey, holder: u64) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            if let Some(entry) = self.entries().get_mut(key) {
                entry.lease.take_if(|(other, _)| *other == holder);
            }
            Ok(())
        })
    }
}

/// Without the tokens.
impl fmt::Debug for MemoryTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTokenStore")
            .field("records", &self.entries().len())
            .finish()
    }
}
