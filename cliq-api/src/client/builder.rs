//! Building a client: what it needs to know, checked before the first call.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use super::base_url::BaseUrl;
use super::{Client, Inner};
use crate::data_center::DataCenter;
use crate::error::Error;
use crate::transport::{ReqwestTransport, Transport};

/// How long one attempt may take where nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What a [`Client`] is built from.
#[derive(Default)]
pub struct ClientBuilder {
    base_url: Option<String>,
    data_center: DataCenter,
    access_token: Option<SecretString>,
    scheme: AuthScheme,
    timeout: Option<Duration>,
    transport: Option<Box<dyn Transport>>,
}

/// How the token is announced in the `Authorization` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AuthScheme {
    /// `Bearer`, as the Threads document shows it.
    #[default]
    Bearer,
    /// `Zoho-oauthtoken`, as older documents of Zoho show it.
    ZohoOauthtoken,
}

impl ClientBuilder {
    /// The data centre in which the user's account lives; [`DataCenter::US`] where nothing is said.
    #[must_use]
    pub fn data_center(self, data_center: DataCenter) -> Self {
        Self { data_center, ..self }
    }

    /// Another server than the data centre's: an origin, perhaps with a prefix, such as `https://cliq.zoho.com/network/acme`.
    ///
    /// It has to be `https`, except for `localhost` and literal loopback addresses.
    #[must_use]
    pub fn base_url(self, base_url: impl Into<String>) -> Self {
        Self { base_url: Some(base_url.into()), ..self }
    }

    /// The token to send with each request. Without one, requests go without authorization.
    #[must_use]
    pub fn access_token(self, token: impl Into<SecretString>) -> Self {
        Self { access_token: Some(token.into()), ..self }
    }

    /// How the token is announced; [`AuthScheme::Bearer`] where nothing is said.
    #[must_use]
    pub fn auth_scheme(self, scheme: AuthScheme) -> Self {
        Self { scheme, ..self }
    }

    /// How long one attempt may take, for endpoints and calls that don't say so themselves; 30 seconds at first.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// What carries the requests, in place of `reqwest`.
    #[must_use]
    pub fn transport(self, transport: impl Transport) -> Self {
        Self { transport: Some(Box::new(transport)), ..self }
    }

    /// Builds it, if what it was given can be used.
    pub fn build(self) -> Result<Client, Error> {
        let base_url = self.base_url.unwrap_or_else(|| format!("https://{}", self.data_center.cliq_host()));
        let base_url = BaseUrl::parse(&base_url)?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => Box::new(ReqwestTransport::new(base_url.loopback)?),
        };
        Ok(Client(Arc::new(Inner {
            base_url: base_url.text,
            authorization: self.access_token.map(|token| self.scheme.header(&token)).transpose()?,
            timeout: self.timeout.unwrap_or(TIMEOUT),
            transport,
        })))
    }
}

/// Without the token.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("data_center", &self.data_center).finish_non_exhaustive()
    }
}

impl AuthScheme {
    fn header(self, token: &SecretString) -> Result<HeaderValue, Error> {
        let name = match self {
            Self::Bearer => "Bearer",
            Self::ZohoOauthtoken => "Zoho-oauthtoken",
        };
        let token = token.expose_secret();
        // RFC 6750's characters, less strictly: a space or a line's end is what a copied token brings along.
        if token.is_empty() || token.contains(|character: char| !character.is_ascii_graphic()) {
            return Err(Error::configuration(
                "the access token is empty, or holds a space, a line's end or another character that no token has",
            ));
        }
        let mut header = HeaderValue::try_from(format!("{name} {token}"))
            .map_err(|_| Error::configuration("the access token can't go into a header"))?;
        header.set_sensitive(true);
        Ok(header)
    }
}
