//! Access tokens shared by hosts, encrypted, with one refresh for all.

use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::{Duration, SystemTime};

use redis::{FromRedisValue, Script, ScriptInvocation};
use secrecy::SecretString;

use super::link::{Link, Problem};
use super::place::Place;
use super::record::StoreKey;
use crate::auth::{Lease, StoreError, StoreFuture, TokenKey, TokenRecord, TokenStore};
use crate::error::Error;
use crate::shared::record::to_millis;

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("tokens.lua")));
/// How long a token is kept that doesn't say when it runs out; and all for at least as long as uses
/// of a refresh token count, and denials.
const UNKNOWN: Duration = Duration::from_hours(24);
const LEAST: Duration = Duration::from_mins(30);

/// Keeps the access tokens of all processes that use the same Redis (6 or later) or Valkey server,
/// encrypted with a key that only they know. A refresh token is stored only where its server replaces it
/// with each use.
///
/// ```no_run
/// use cliq_api::auth::TokenSettings;
/// use cliq_api::shared::{RedisTokenStore, StoreKey};
///
/// # fn example(url: &str, key: String) -> Result<(), Box<dyn std::error::Error>> {
/// let tokens = TokenSettings::new().store(RedisTokenStore::new(url, StoreKey::from_base64(key)?)?);
/// # Ok(())
/// # }
/// ```
///
/// A token that was encrypted with another key is an error, and not no token: processes with
/// different keys would refresh each for itself, past what the server allows. To change the key, first
/// give the new one to all as [one to read with](Self::also_reads), then as the one to write with.
///
/// While the server can't be reached, tokens at hand are used until they run out, and none is
/// renewed.
#[derive(Clone)]
pub struct RedisTokenStore {
    place: Place,
    /// The first is what is written with.
    keys: Arc<[Arc<StoreKey>]>,
    link: Arc<OnceLock<Link>>,
}

impl RedisTokenStore {
    /// At the server of that URL, as [`RedisLimitStore`](super::RedisLimitStore::new) takes it. It
    /// fails only where the URL can't be used.
    pub fn new(url: impl AsRef<str>, key: StoreKey) -> Result<Self, Error> {
        let place = Place::new(url.as_ref())?;
        Ok(Self {
            place,
            keys: Arc::new([Arc::new(key)]),
            link: Arc::default(),
        })
    }

    /// Where all names in the server begin; `cliq` at first.
    #[must_use]
    pub fn prefix(self, prefix: impl AsRef<str>) -> Self {
        self.at(|place| Place {
            prefix: prefix.as_ref().into(),
            ..place
        })
    }

    /// How long one command may take, and a connection; one second at first.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.at(|place| Place { timeout, ..place })
    }

    /// A secret for the names, which are hashes of client ids and of fingerprints of refresh
    /// tokens.
    #[must_use]
    pub fn name_key(self, key: impl Into<SecretString>) -> Self {
        let key = key.into();
        self.at(|place| place.with_name_key(key))
    }

    /// Tokens that others encrypted with this key are read as well.
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
        link.run(call)
            .await
            .map_err(|problem| Box::new(Failed(problem)) as StoreError)
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
                None => Err("the token in Redis was encrypted with another key than this process has: give all of them the same".into()),
            }
        })
    }

    fn save<'a>(&'a self, key: &'a TokenKey, record: &'a TokenRecord) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let bytes = self.keys[0].seal(key.as_str(), record)?;
            let mut call = self.call("save", "token", key);
            call.arg(bytes).arg(lives(record));
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
            let time = u64::try_from(time.as_millis().max(1))?;
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

/// For how long a record matters, in milliseconds.
fn lives(record: &TokenRecord) -> u64 {
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

/// A problem, as an error.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.words)]
struct Failed(Problem);

impl fmt::Debug for RedisTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisTokenStore")
            .field("place", &self.place)
            .field("link", &self.link.get())
            .finish_non_exhaustive()
    }
}
