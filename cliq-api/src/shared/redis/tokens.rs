//! Encrypted access tokens that hosts share.

use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::{Duration, SystemTime};

use redis::{FromRedisValue, Script, ScriptInvocation};
use secrecy::SecretString;

use super::calls::token_script;
use super::link::Link;
use super::place::Place;
use super::record::StoreKey;
use crate::auth::{Lease, TokenKey, TokenRecord, TokenStore};
use crate::error::Error;
use crate::shared::record::to_millis;
use crate::store::{StoreError, StoreFuture};

static SCRIPT: LazyLock<Script> = LazyLock::new(token_script);
/// How long a token without an expiry time is kept.
const UNKNOWN: Duration = Duration::from_hours(24);
/// How long a record is kept at least: longer than uses of a refresh token and lockouts count.
const LEAST: Duration = Duration::from_mins(30);

/// Stores access tokens in Redis (6 or later) or Valkey, to share them between hosts. They are
/// encrypted with a [`StoreKey`]. A refresh token is stored only if its server replaces it with
/// each use.
///
/// The guide: [Redis](crate::guide::redis).
///
/// ```no_run
/// use cliq_api::auth::TokenSettings;
/// use cliq_api::shared::{RedisTokenStore, StoreKey};
///
/// # fn example(url: &str, key: String) -> Result<(), Box<dyn std::error::Error>> {
/// let store = RedisTokenStore::new(url, StoreKey::from_base64(key)?)?;
/// let tokens = TokenSettings::new().store(store);
/// # Ok(())
/// # }
/// ```
///
/// Loading a token that was encrypted with another key is an error: processes with different keys
/// would refresh separately, and exceed the server's limits. To change the key, first pass the new
/// one to [`also_reads`](Self::also_reads) in all processes, then to [`new`](Self::new).
///
/// While Redis is unreachable, processes use the tokens in memory until they expire, and refresh
/// none.
#[derive(Clone)]
pub struct RedisTokenStore {
    place: Place,
    /// The first one encrypts.
    keys: Arc<[Arc<StoreKey>]>,
    link: Arc<OnceLock<Link>>,
}

impl RedisTokenStore {
    /// Returns a store at this URL, of the form `redis://:password@host:6379/0`, or `rediss://…`
    /// for TLS. It connects on first use.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the URL is invalid, or
    /// needs TLS and the crate was built without it.
    pub fn new(url: impl AsRef<str>, key: StoreKey) -> Result<Self, Error> {
        let place = Place::new(url.as_ref())?;
        Ok(Self {
            place,
            keys: Arc::new([Arc::new(key)]),
            link: Arc::default(),
        })
    }

    /// Sets the prefix of all key names. Defaults to `cliq_api`.
    #[must_use]
    pub fn prefix(self, prefix: impl AsRef<str>) -> Self {
        self.at(|place| Place {
            prefix: prefix.as_ref().into(),
            ..place
        })
    }

    /// Sets the timeout of a command and of connecting. Defaults to one second.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.at(|place| Place { timeout, ..place })
    }

    /// Sets a secret for key names, which are hashes of client ids and of fingerprints of refresh
    /// tokens. Defaults to none: anyone with access to Redis can then test guessed client ids.
    #[must_use]
    pub fn name_key(self, key: impl Into<SecretString>) -> Self {
        let key = key.into();
        self.at(|place| place.with_name_key(key))
    }

    /// Adds a key that only decrypts, to read tokens of processes that encrypt with it.
    #[must_use]
    pub fn also_reads(self, key: StoreKey) -> Self {
        let keys = self.keys.iter().cloned().chain([Arc::new(key)]).collect();
        Self { keys, ..self }
    }

    fn at(self, change: impl FnOnce(Place) -> Place) -> Self {
        Self {
            place: change(self.place),
            link: Arc::default(),
            ..self
        }
    }

    async fn run<T: FromRedisValue>(&self, call: &ScriptInvocation<'_>) -> Result<T, StoreError> {
        let link = self
            .link
            .get_or_init(|| Link::new(self.place.clone(), None));
        Ok(link.run(call).await?)
    }

    fn call(&self, what: &str, kind: &str, key: &TokenKey) -> ScriptInvocation<'static> {
        let mut call = SCRIPT.prepare_invoke();
        call.key(self.place.key(kind, &self.place.name(&[key.as_str()])))
            .arg(what);
        call
    }
}

impl TokenStore for RedisTokenStore {
    fn load<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, Option<TokenRecord>> {
        Box::pin(async move {
            let stored: Option<Vec<u8>> = self.run(&self.call("load", "token", key)).await?;
            let Some(bytes) = stored else { return Ok(None) };
            match self.keys.iter().find_map(|secret| secret.open(key.as_str(), &bytes)) {
                Some(record) => Ok(Some(record)),
                None => Err("the token in Redis was encrypted with another `StoreKey`: use the same key in all processes".into()),
            }
        })
    }

    fn save<'a>(&'a self, key: &'a TokenKey, record: &'a TokenRecord) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let bytes = self.keys[0].seal(key.as_str(), record)?;
            let mut call = self.call("save", "token", key);
            call.arg(bytes).arg(time_to_live(record));
            Ok(self.run::<u8>(&call).await? == 1)
        })
    }

    fn lease<'a>(
        &'a self,
        key: &'a TokenKey,
        holder: u64,
        time: Duration,
    ) -> StoreFuture<'a, Lease> {
        Box::pin(async move {
            let time = u64::try_from(time.as_millis().max(1)).unwrap_or(u64::MAX);
            let mut call = self.call("lease", "lease", key);
            call.arg(&holder.to_be_bytes()).arg(time);
            Ok(match self.run::<u64>(&call).await? {
                0 => Lease::Granted,
                left => Lease::Held(Duration::from_millis(left)),
            })
        })
    }

    fn release<'a>(&'a self, key: &'a TokenKey, holder: u64) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let mut call = self.call("release", "lease", key);
            call.arg(&holder.to_be_bytes());
            self.run(&call).await
        })
    }
}

/// Returns how long to keep a record, in milliseconds.
fn time_to_live(record: &TokenRecord) -> u64 {
    let now = SystemTime::now();
    let ends = record
        .token
        .as_ref()
        .map(|token| token.expires_at().unwrap_or(now + UNKNOWN));
    let last = record
        .uses
        .iter()
        .copied()
        .chain(record.denied_until)
        .chain(ends)
        .fold(now + LEAST, SystemTime::max);
    to_millis(last) - to_millis(now)
}

impl fmt::Debug for RedisTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisTokenStore")
            .field("place", &self.place)
            .field("link", &self.link.get())
            .finish_non_exhaustive()
    }
}
