//! Where access tokens are kept that several clients, or several processes, share.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::AccessToken;
use super::credentials::Grant;

/// Why a store failed, in its own words: one line for an operator, without secrets. Errors of calls
/// repeat it.
pub type StoreError = Box<dyn StdError + Send + Sync>;

/// What a store does, on its way.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Where access tokens are kept that several clients, or several processes, share.
/// [`MemoryTokenStore`] is the simplest.
///
/// It holds a record for each refresh token (and for each app's own credentials): the access token
/// that it gave last, and how often it was used. Refresh tokens themselves never come to a store.
///
/// Who finds no good token in a record asks for the lease, and with it alone uses the refresh
/// token: before that it writes down the use, after it the token. Whoever dies in between leaves a
/// use that counts and a lease that ends. A store that fails makes the renewal fail: a token that
/// is at hand and good is used all the same.
pub trait TokenStore: Send + Sync + 'static {
    /// What is kept under the key.
    fn load<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, Option<TokenRecord>>;

    /// Keeps the record, if the one that is there has the [version](TokenRecord::version) before
    /// its own; none is version 0. Tells whether it did.
    fn save<'a>(&'a self, key: &'a TokenKey, record: &'a TokenRecord) -> StoreFuture<'a, bool>;

    /// Asks for the right to use the refresh token. It ends by itself after `time`; asking again
    /// with the same `holder` begins that anew.
    fn lease<'a>(
        &'a self,
        key: &'a TokenKey,
        holder: u64,
        time: Duration,
    ) -> StoreFuture<'a, Lease>;

    /// Gives the lease back, if `holder` still has it.
    fn release<'a>(&'a self, key: &'a TokenKey, holder: u64) -> StoreFuture<'a, ()>;
}

/// What came of asking for a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lease {
    /// It is given.
    Granted,
    /// Somebody else has it, for that long at most.
    Held(Duration),
}

/// Names a record, the same in every process. It holds no secret and nothing of the user.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TokenKey(String);

impl TokenKey {
    pub(super) fn new(accounts_host: &str, grant: &Grant) -> Self {
        Self(format!(
            "{accounts_host}/{}/{:032x}",
            grant.app.client_id(),
            grant.fingerprint()
        ))
    }

    /// For tests of stores.
    #[cfg(all(test, feature = "file"))]
    pub(crate) fn named(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// As a text: the accounts server's host, the client id, and 32 digits of a fingerprint, with
    /// slashes between them.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is known of one refresh token, but for the token itself.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct TokenRecord {
    /// One more for each change, from 1 on.
    pub version: u64,
    /// The access token that it gave last.
    pub token: Option<AccessToken>,
    /// Until when each of its uses counts, of those in the last ten minutes.
    pub uses: Vec<SystemTime>,
    /// Until when the accounts server denies it.
    pub denied_until: Option<SystemTime>,
}

/// Keeps tokens in memory, for several clients of one process. Clones are the same store.
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
    /// An empty one.
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
