//! The transports that a client can have: what is true over one has to be true over the other.

use std::sync::LazyLock;
use std::time::Duration;

use cliq_api::{ClientBuilder, HyperTransport};

use crate::tls;

/// A certificate of nobody that is called.
static NOBODY: LazyLock<String> = LazyLock::new(|| tls::self_signed_pem().0);

/// A transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The default one.
    Reqwest,
    /// The one over hyper.
    Hyper,
}

/// What a test needs of it.
#[derive(Debug, Default, Clone)]
pub struct Needs {
    /// HTTP/2 without TLS.
    pub http2: bool,
    /// No connection outlives its response.
    pub no_pool: bool,
    /// How long it may take to connect.
    pub connect_timeout: Option<Duration>,
    /// The proxy's URL.
    pub proxy: Option<String>,
    /// A root certificate that is trusted, in PEM. By default there is none: reading those of the
    /// platform takes longer than a test.
    pub root: Option<String>,
}

impl Over {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Reqwest, Self::Hyper];

    /// Gives a client the transport.
    ///
    /// # Panics
    ///
    /// If there can't be such a transport.
    pub fn build(self, client: ClientBuilder, needs: Needs) -> ClientBuilder {
        match self {
            Self::Reqwest => reqwest(client, needs),
            Self::Hyper => client.transport(hyper(needs)),
        }
    }
}

fn reqwest(client: ClientBuilder, needs: Needs) -> ClientBuilder {
    let Needs { http2, no_pool, .. } = needs;
    let mut client = client.reqwest(move |mut builder| {
        if http2 {
            builder = builder.http2_prior_knowledge();
        }
        if no_pool {
            builder = builder.pool_max_idle_per_host(0);
        }
        builder
    });
    client = client.only_root_certificates(needs.root.as_ref().unwrap_or(&NOBODY));
    if let Some(timeout) = needs.connect_timeout {
        client = client.connect_timeout(timeout);
    }
    match needs.proxy {
        Some(proxy) => client.proxy(proxy),
        None => client,
    }
}

/// As it is without the client's builder, which makes it where there is no reqwest.
///
/// # Panics
///
/// If there can't be such a transport.
pub fn hyper(needs: Needs) -> HyperTransport {
    let mut builder = HyperTransport::builder()
        .only_root_certificates(needs.root.as_ref().unwrap_or(&NOBODY))
        .allow_plain_http();
    if needs.http2 {
        builder = builder.http2_only();
    }
    if needs.no_pool {
        builder = builder.max_idle_per_host(0);
    }
    if let Some(timeout) = needs.connect_timeout {
        builder = builder.connect_timeout(timeout);
    }
    if let Some(proxy) = needs.proxy {
        builder = builder.proxy(proxy);
    }
    builder.build().expect("there can be a transport")
}
