//! The client's transports. Tests of behavior that doesn't depend on the transport run over each.

use std::sync::LazyLock;
use std::time::Duration;

use cliq_api::{ClientBuilder, HyperTransport};

use crate::tls;

/// A certificate that no test server uses.
static NOBODY: LazyLock<String> = LazyLock::new(|| tls::self_signed_pem().0);

/// A transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// `ReqwestTransport`.
    Reqwest,
    /// `HyperTransport`.
    Hyper,
}

/// What a test requires of a transport.
#[derive(Debug, Default, Clone)]
pub struct Needs {
    /// HTTP/2 without TLS.
    pub http2: bool,
    /// Closes each connection after its response.
    pub no_pool: bool,
    /// The timeout for connecting.
    pub connect_timeout: Option<Duration>,
    /// The proxy's URL.
    pub proxy: Option<String>,
    /// A trusted root certificate, in PEM. By default there is none: loading the platform's takes
    /// longer than a test.
    pub root: Option<String>,
}

impl Over {
    /// All transports.
    pub const ALL: [Self; 2] = [Self::Reqwest, Self::Hyper];

    /// Sets the transport of a client.
    ///
    /// # Panics
    ///
    /// If the transport can't be built.
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

/// Returns a `HyperTransport`, as `ClientBuilder` builds it without the feature `reqwest`.
///
/// # Panics
///
/// If the transport can't be built.
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
