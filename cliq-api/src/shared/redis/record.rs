//! Access tokens as they are stored: encrypted, and bound to their names and versions.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretBox, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};

use crate::auth::{AccessToken, ScopeSet, StoreError, TokenRecord};
use crate::error::Error;

const NONCE: usize = 24;
/// Besides its version, in front.
const VERSION: usize = 8;
const FORMAT: u8 = 1;

/// What stored tokens are encrypted with: 32 bytes that only the processes know that share them.
pub struct StoreKey(SecretBox<[u8; 32]>);

impl StoreKey {
    /// From 32 bytes, taken at random.
    pub fn new(bytes: SecretBox<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// From their base64, such as `openssl rand -base64 32` gives.
    ///
    /// ```
    /// use cliq_api::shared::StoreKey;
    ///
    /// assert!(StoreKey::from_base64("3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").is_ok());
    /// assert!(StoreKey::from_base64("too short").is_err());
    /// ```
    pub fn from_base64(text: impl Into<SecretString>) -> Result<Self, Error> {
        let text = text.into();
        let bytes = STANDARD
            .decode(text.expose_secret().trim())
            .map(SecretSlice::from)
            .map_err(|_| unusable())?;
        let key = <[u8; 32]>::try_from(bytes.expose_secret()).map_err(|_| unusable())?;
        Ok(Self(SecretBox::new(Box::new(key))))
    }

    /// A record as bytes: its version (8), a nonce (24), and the rest, encrypted. Name and version
    /// can't be changed unnoticed either.
    pub(super) fn seal(&self, name: &str, record: &TokenRecord) -> Result<Vec<u8>, StoreError> {
        let text = SecretSlice::from(serde_json::to_vec(&Wire::from(record))?);
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce)
            .map_err(|error| format!("the system gives no random numbers: {error}"))?;
        let version = record.version.to_be_bytes();
        let payload = Payload {
            msg: text.expose_secret(),
            aad: &bound_to(name, version),
        };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| "the token can't be encrypted")?;
        Ok([&version[..], &nonce, &sealed].concat())
    }

    /// `None` if it was encrypted with another key, or changed.
    pub(super) fn open(&self, name: &str, bytes: &[u8]) -> Option<TokenRecord> {
        let (version, bytes) = bytes.split_first_chunk::<VERSION>()?;
        let (nonce, msg) = bytes.split_first_chunk::<NONCE>()?;
        let payload = Payload {
            msg,
            aad: &bound_to(name, *version),
        };
        let text = SecretSlice::from(self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()?);
        let wire: Wire<'_> = serde_json::from_slice(text.expose_secret()).ok()?;
        Some(wire.into_record(u64::from_be_bytes(*version)))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.0.expose_secret().into())
    }
}

fn bound_to(name: &str, version: [u8; VERSION]) -> Vec<u8> {
    [&[FORMAT], &version[..], name.as_bytes()].concat()
}

fn unusable() -> Error {
    let problem = "the key for stored tokens is not the base64 of 32 bytes: make one with `openssl rand -base64 32`";
    Error::configuration(problem)
}

/// As JSON. Times are milliseconds since 1970, by the wall clock of whoever wrote them.
#[derive(Serialize, Deserialize)]
struct Wire<'r> {
    token: Option<Cow<'r, str>>,
    expires: Option<u64>,
    scopes: Option<String>,
    uses: Vec<u64>,
    denied: Option<u64>,
}

impl<'r> From<&'r TokenRecord> for Wire<'r> {
    fn from(record: &'r TokenRecord) -> Self {
        let token = record.token.as_ref();
        Self {
            token: token.map(|token| token.expose_secret().into()),
            expires: token.and_then(AccessToken::expires_at).map(millis),
            scopes: token.and_then(AccessToken::scopes).map(ScopeSet::to_string),
            uses: record.uses.iter().copied().map(millis).collect(),
            denied: record.denied_until.map(millis),
        }
    }
}

impl Wire<'_> {
    fn into_record(self, version: u64) -> TokenRecord {
        let token = self.token.map(|text| {
            let mut token = AccessToken::new(text.into_owned());
            if let Some(at) = self.expires {
                token = token.valid_until(time(at));
            }
            match self.scopes {
                Some(scopes) => token.granting(&*scopes),
                None => token,
            }
        });
        let uses = self.uses.into_iter().map(time).collect();
        TokenRecord {
            version,
            token,
            uses,
            denied_until: self.denied.map(time),
        }
    }
}

pub(super) fn millis(time: SystemTime) -> u64 {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn time(millis: u64) -> SystemTime {
    // Nothing of ours lies later than 9999; what a wrong clock wrote must not overflow.
    SystemTime::UNIX_EPOCH + Duration::from_millis(millis.min(253_402_300_799_000))
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey([REDACTED])")
    }
}
