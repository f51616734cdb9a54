//! A self-signed certificate for `127.0.0.1`.

use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Returns a server's acceptor, and the certificate in PEM for clients to trust. The server
/// supports these protocols, or any if the list is empty.
///
/// # Panics
///
/// If the system has no randomness.
pub fn self_signed(protocols: &[&str]) -> (TlsAcceptor, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])
        .expect("a certificate can be made");
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has what TLS needs")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("the key is the certificate's");
    config.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().into())
        .collect();
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}

/// Returns a new certificate and its key, in PEM.
///
/// # Panics
///
/// If the system has no randomness.
pub fn self_signed_pem() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])
        .expect("a certificate can be made");
    (made.cert.pem(), made.signing_key.serialize_pem())
}
