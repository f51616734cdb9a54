//! Encrypts access tokens, and binds them to their names and versions.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretBox, SecretSlice, SecretString};

use crate::auth::TokenRecord;
use crate::error::Error;
use crate::shared::record::StoredRecord;
use crate::store::StoreError;

const NONCE: usize = 24;
/// Length of the record's version.
const VERSION: usize = 8;
/// Version of this format.
const FORMAT: u8 = 1;

/// The key that encrypts stored tokens: 32 bytes, known only to the processes that share them.
pub struct StoreKey(SecretBox<[u8; 32]>);

impl StoreKey {
    /// Returns a key of 32 random bytes.
    pub fn new(bytes: SecretBox<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// Decodes a key from base64, as printed by `openssl rand -base64 32`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) unless it is the base64 of 32
    /// bytes.
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

    /// Encrypts a record: version (8 bytes), nonce (24 bytes), ciphertext. It also authenticates
    /// name and version.
    pub(super) fn seal(&self, name: &str, record: &TokenRecord) -> Result<Vec<u8>, StoreError> {
        let text = SecretSlice::from(
            serde_json::to_vec(&StoredRecord::from(record))
                .map_err(|error| format!("the token can't be written as JSON: {error}"))?,
        );
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce)
            .map_err(|error| format!("the system returned no random numbers: {error}"))?;
        let version = record.version.to_be_bytes();
        let payload = Payload {
            msg: text.expose_secret(),
            aad: &bound_to(name, version),
        };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| "encrypting the token failed")?;
        Ok([&version[..], &nonce, &sealed].concat())
    }

    /// Decrypts a record; `None` if it was encrypted with another key, or modified.
    pub(super) fn open(&self, name: &str, bytes: &[u8]) -> Option<TokenRecord> {
        let (version, bytes) = bytes.split_first_chunk::<VERSION>()?;
        let (nonce, msg) = bytes.split_first_chunk::<NONCE>()?;
        let payload = Payload {
            msg,
            aad: &bound_to(name, *version),
        };
        let text = SecretSlice::from(self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()?);
        let stored: StoredRecord<'_> = serde_json::from_slice(text.expose_secret()).ok()?;
        Some(stored.into_record(u64::from_be_bytes(*version)))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.0.expose_secret().into())
    }
}

fn bound_to(name: &str, version: [u8; VERSION]) -> Vec<u8> {
    [&[FORMAT], &version[..], name.as_bytes()].concat()
}

fn unusable() -> Error {
    let problem = "invalid key for stored tokens; expected the base64 of 32 bytes, as printed by \
                   `openssl rand -base64 32`";
    Error::configuration(problem)
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey([REDACTED])")
    }
}
