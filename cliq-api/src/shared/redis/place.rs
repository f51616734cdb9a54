//! The address of the server, and the names of keys. Key names don't reveal users; errors and
//! `Debug` don't reveal the password.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use blake2::Blake2bMac;
use blake2::digest::consts::U16;
use blake2::digest::{KeyInit, Mac};
use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, RedisError};
use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;

/// The default prefix of key names.
const PREFIX: &str = "cliq_api";
/// The default timeout of a command.
const TIMEOUT: Duration = Duration::from_secs(1);

/// A server, and the settings of a store there.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) info: ConnectionInfo,
    pub(super) timeout: Duration,
    pub(super) prefix: Arc<str>,
    pub(super) name_key: Option<Arc<SecretString>>,
}

impl Place {
    /// Parses the URL. Errors don't repeat it: it may hold a password.
    pub(super) fn new(url: &str) -> Result<Self, Error> {
        let info = url.into_connection_info().map_err(|error| {
            let why = error
                .detail()
                .map(|detail| format!(" ({detail})"))
                .unwrap_or_default();
            Error::configuration(format!(
                "invalid Redis URL{why}: expected redis://:password@host:6379/0, or rediss://… for \
                 TLS, with special characters of the password percent-encoded"
            ))
        })?;
        let has_tls = cfg!(any(feature = "rustls", feature = "native-tls"));
        if !has_tls && matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
            return Err(Error::configuration(
                "the Redis URL requires TLS, but this program was built without it: enable the \
                 feature `rustls` of the crate `cliq_api`",
            ));
        }
        if matches!(info.addr(), ConnectionAddr::TcpTls { insecure: true, .. }) {
            return Err(Error::configuration(
                "the Redis URL ends in #insecure, which disables the verification of the server: \
                 remove it, and add the server's certificate to the trusted ones of this host",
            ));
        }
        // RESP3 delivers messages over the same connection.
        let settings = info
            .redis_settings()
            .clone()
            .set_protocol(ProtocolVersion::RESP3)
            .set_skip_set_lib_name();
        let info = info.set_redis_settings(settings);
        Ok(Self {
            info,
            timeout: TIMEOUT,
            prefix: PREFIX.into(),
            name_key: None,
        })
    }

    pub(super) fn with_name_key(self, key: SecretString) -> Self {
        Self {
            name_key: Some(Arc::new(key)),
            ..self
        }
    }

    /// Returns the name of a key. The prefix is in braces, so that a cluster stores all keys in one
    /// slot, which scripts with several keys require.
    pub(super) fn key(&self, kind: &str, name: &str) -> String {
        format!("{{{}}}:{kind}:{name}", self.prefix)
    }

    /// Returns the channel of lockouts. Channels belong to no database, unlike keys.
    pub(super) fn channel(&self) -> String {
        match self.info.redis_settings().db() {
            0 => self.key("locks", ""),
            database => self.key("locks", &database.to_string()),
        }
    }

    /// Hashes the parts to 32 hex digits.
    pub(super) fn name(&self, parts: &[&str]) -> String {
        let key = self.name_key.as_ref().map_or("", |key| key.expose_secret());
        // Hashed first, because the key may have any length.
        let mut hash = digest(b"cliq_api names", &[key.as_bytes()]);
        hash = digest(
            &hash,
            &parts.iter().map(|part| part.as_bytes()).collect::<Vec<_>>(),
        );
        format!("{:032x}", u128::from_be_bytes(hash))
    }

    /// Returns whether the text of the error shows the password, or its beginning: servers repeat a
    /// command that they don't know, and cut it off.
    pub(super) fn repeats_password(&self, error: &RedisError) -> bool {
        let password = self.info.redis_settings().password().unwrap_or_default();
        let beginning: String = password.chars().take(6).collect();
        !beginning.is_empty() && format!("{error} {error:?}").contains(&beginning)
    }

    /// Returns the server's URL without credentials.
    pub(super) fn shown(&self) -> String {
        let db = self.info.redis_settings().db();
        match self.info.addr() {
            ConnectionAddr::Tcp(host, port) => format!("redis://{host}:{port}/{db}"),
            ConnectionAddr::TcpTls { host, port, .. } => format!("rediss://{host}:{port}/{db}"),
            ConnectionAddr::Unix(path) => format!("redis+unix://{}", path.display()),
            _ => "Redis".to_owned(),
        }
    }
}

fn digest(key: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    #[expect(
        clippy::expect_used,
        reason = "every key here is 14 or 16 bytes long, and 64 would do"
    )]
    let mut mac = Blake2bMac::<U16>::new_from_slice(key).expect("the key fits");
    for part in parts {
        // Each part is preceded by its length, so that different lists of parts can't collide.
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place")
            .field("server", &self.shown())
            .field("prefix", &self.prefix)
            .field("timeout", &self.timeout)
            .field("has_name_key", &self.name_key.is_some())
            .finish_non_exhaustive()
    }
}
