//! Zoho Cliq: its [`Provider`], and its declared API in one module per subject. Feature `zoho`.
//!
//! ```
//! use cliq_api::prelude::*;
//! use cliq_api::threads::Threads;
//!
//! # async fn example(token: String) -> Result<(), Error> {
//! let cliq = Client::cliq(DataCenter::EU).access_token(token).build()?;
//! cliq.follow_thread("CT_1207124526552602256_60002085329-T-1291567019566818579").await?;
//! # Ok(())
//! # }
//! ```

pub mod message;
pub mod threads;

use http::HeaderName;

use crate::client::{Client, ClientBuilder};
use crate::error::{FailedResponse, Failure};
use crate::limit::LimitSettings;
use crate::meta::EndpointMeta;
use crate::provider::Provider;
use crate::zoho::{self, AuthScheme, DataCenter};

/// All declared endpoints of Cliq, one table per trait.
pub static APIS: &[&[&EndpointMeta]] = &[threads::THREADS];

/// Zoho Cliq in one data center.
///
/// [`Client::cliq`] uses the defaults. Use this type to change them:
///
/// ```
/// use cliq_api::cliq::Cliq;
/// use cliq_api::prelude::*;
/// use cliq_api::zoho::AuthScheme;
///
/// # fn main() -> Result<(), Error> {
/// let provider = Cliq::new(DataCenter::EU).auth_scheme(AuthScheme::ZohoOauthtoken);
/// let cliq = Client::of(provider).access_token("1000.41d9").build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Cliq {
    base_url: String,
    scheme: AuthScheme,
}

impl Cliq {
    /// Returns the provider for this data center.
    pub fn new(data_center: impl Into<DataCenter>) -> Self {
        Self {
            base_url: data_center.into().cliq_url(),
            scheme: AuthScheme::default(),
        }
    }

    /// Sets the scheme of the `Authorization` header. Defaults to [`AuthScheme::Bearer`].
    pub fn auth_scheme(self, scheme: AuthScheme) -> Self {
        Self { scheme, ..self }
    }
}

impl Provider for Cliq {
    fn base_url(&self) -> &str {
        &self.base_url
    }

    fn announce(&self, token: &str) -> (HeaderName, String) {
        self.scheme.announce(token)
    }

    fn read_failure(&self, response: &FailedResponse<'_>) -> Failure {
        zoho::read_failure(response)
    }

    fn includes_scope(&self, granted: &str, needed: &str) -> bool {
        zoho::includes_scope(granted, needed)
    }

    fn limits(&self) -> LimitSettings {
        zoho::limits()
    }

    fn apis(&self) -> &[&'static [&'static EndpointMeta]] {
        APIS
    }
}

impl Client {
    /// Returns a builder for a client of Zoho Cliq in this data center.
    ///
    /// ```
    /// use cliq_api::prelude::*;
    ///
    /// # fn main() -> Result<(), Error> {
    /// let cliq = Client::cliq(DataCenter::EU).access_token("1000.41d9").build()?;
    /// assert_eq!(cliq.base_url(), "https://cliq.zoho.eu");
    /// # Ok(())
    /// # }
    /// ```
    pub fn cliq(data_center: impl Into<DataCenter>) -> ClientBuilder {
        Self::of(Cliq::new(data_center))
    }
}
