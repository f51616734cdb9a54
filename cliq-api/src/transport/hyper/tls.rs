//! TLS with rustls: which certificates are trusted, and what is negotiated.

use std::sync::Arc;

use http::Uri;
use rustls_platform_verifier::Verifier;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::stream::Stream;
use crate::body::BoxError;
use crate::transport::SetupError;
use crate::transport::roots::Roots;

/// What both ends of a connection agree on.
pub(super) struct Tls {
    to_server: Arc<ClientConfig>,
    to_proxy: Arc<ClientConfig>,
}

impl Tls {
    pub(super) fn new(roots: &Roots, protocols: &[&[u8]]) -> Result<Self, SetupError> {
        let certificates = roots.parse(CertificateDer::from_pem_slice)?;
        let unusable = |error: rustls::Error| {
            SetupError::new("the root certificates can't be used").caused_by(error)
        };
        let provider = CryptoProvider::get_default()
            .cloned()
            .unwrap_or_else(|| Arc::new(aws_lc_rs::default_provider()));
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| SetupError::new("TLS can't be used").caused_by(error))?;
        let builder = if roots.is_without_platform() {
            let mut store = RootCertStore::empty();
            for certificate in certificates {
                store.add(certificate).map_err(unusable)?;
            }
            builder.with_root_certificates(store)
        } else {
            let verifier = Verifier::new_with_extra_roots(certificates, provider);
            let verifier = Arc::new(verifier.map_err(unusable)?);
            builder
                .dangerous()
                .with_custom_certificate_verifier(verifier)
        };
        let to_proxy = builder.with_no_client_auth();
        let mut to_server = to_proxy.clone();
        to_server.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Ok(Self {
            to_server: Arc::new(to_server),
            to_proxy: Arc::new(to_proxy),
        })
    }

    pub(super) async fn to_server(&self, stream: Stream, to: &Uri) -> Result<Stream, BoxError> {
        handshake(&self.to_server, stream, to).await
    }

    pub(super) async fn to_proxy(&self, stream: Stream, to: &Uri) -> Result<Stream, BoxError> {
        handshake(&self.to_proxy, stream, to).await
    }
}

async fn handshake(
    config: &Arc<ClientConfig>,
    stream: Stream,
    to: &Uri,
) -> Result<Stream, BoxError> {
    let host = to.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(host)?;
    let connector = TlsConnector::from(Arc::clone(config));
    let stream = connector.connect(name.to_owned(), stream).await?;
    Ok(Stream::tls(stream))
}
