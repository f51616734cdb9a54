//! Which transport a client has by default.

#[cfg(not(feature = "reqwest"))]
use super::hyper::{HyperTransport, HyperTransportBuilder};
#[cfg(feature = "reqwest")]
use super::reqwest::{ReqwestTransport, ReqwestTransportBuilder};

/// The transport of clients that don't set another one: over `reqwest`, or without that feature
/// over `hyper`.
#[cfg(feature = "reqwest")]
pub type DefaultTransport = ReqwestTransport;
/// The transport of clients that don't set another one: over `reqwest`, or without that feature
/// over `hyper`.
#[cfg(not(feature = "reqwest"))]
pub type DefaultTransport = HyperTransport;

/// Builds the default transport.
#[cfg(feature = "reqwest")]
pub(crate) type DefaultTransportBuilder = ReqwestTransportBuilder;
/// Builds the default transport.
#[cfg(not(feature = "reqwest"))]
pub(crate) type DefaultTransportBuilder = HyperTransportBuilder;
