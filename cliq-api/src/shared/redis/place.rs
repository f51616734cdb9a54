//! Which server, and the names of things there. No name tells whose it is, nor an error or `Debug`
//! the password.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use blake2::Blake2bMac;
use blake2::digest::consts::U16;
use blake2::digest::{KeyInit, Mac};
use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion};
use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;

/// Where names begin, if nothing else is said.
const PREFIX: &str = "cliq";
const TIMEOUT: Duration = Duration::from_secs(1);

/// A server, and what is kept there for whom.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) info: ConnectionInfo,
    pub(super) timeout: Duration,
    pub(super) prefix: Arc<str>,
    pub(super) name_key: Option<Arc<SecretString>>,
}

impl Place {
    /// The problem, if the URL can't be used. It doesn't repeat the URL, which may hold a password.
    pub(super) fn new(url: &str) -> Result<Self, Error> {
        let info = url.into_connection_info().map_err(|error| {
            let why = error.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
            Error::configuration(format!(
                "the Redis URL can't be used{why}: write redis://:password@host:6379/0, or rediss://… for TLS, with what is special in a password as %40"
            ))
        })?;
        let has_tls = cfg!(any(feature = "rustls", feature = "native-tls"));
        if !has_tls && matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
            return Err(Error::configuration(
                "the Redis URL asks for TLS, which this program was built without: enable cliq-api's feature `rustls`",
            ));
        }
        if matches!(info.addr(), ConnectionAddr::TcpTls { insecure: true, .. }) {
            return Err(Error::configuration(
                "the Redis URL ends in #insecure, which lets anybody pass for that server: leave it out, and let the host trust the server's certificate",
            ));
        }
        // With it, messages come by the same connection.
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

    /// All names begin alike, in braces: so all that is kept lies on one node of a cluster, which
    /// is what a script over several needs.
    pub(super) fn key(&self, kind: &str, name: &str) -> String {
        format!("{{{}}}:{kind}:{name}", self.prefix)
    }

    /// 32 digits that stand for the parts.
    pub(super) fn name(&self, parts: &[&str]) -> String {
        let key = self.name_key.as_ref().map_or("", |key| key.expose_secret());
        // However long the key is.
        let mut hash = digest(b"cliq-api names", &[key.as_bytes()]);
        hash = digest(
            &hash,
            &parts.iter().map(|part| part.as_bytes()).collect::<Vec<_>>(),
        );
        format!("{:032x}", u128::from_be_bytes(hash))
    }

    /// Where it is, without who signs in.
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
        // With its length, so that no two lists of parts look alike.
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
