//! Zoho's data centers. Each has its own accounts: a token of one isn't valid in another.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use http::uri::Authority;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::Error;
use crate::request::is_loopback;

/// A data center of Zoho: the host of Cliq's API, and the host of the accounts server.
///
/// ```
/// use cliq_api::DataCenter;
///
/// assert_eq!(DataCenter::EU.cliq_host(), "cliq.zoho.eu");
/// assert_eq!("au".parse::<DataCenter>().unwrap(), DataCenter::AU);
/// assert_eq!(DataCenter::EU.network("acme").cliq_url(), "https://cliq.zoho.eu/network/acme");
/// let own = DataCenter::custom("cliq.example.com", "accounts.example.com");
/// assert_eq!(own.accounts_url(), "https://accounts.example.com");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DataCenter {
    cliq: Cow<'static, str>,
    accounts: Cow<'static, str>,
    /// Percent-encoded.
    network: Option<String>,
}

macro_rules! data_centers {
    ($($(#[$attribute:meta])* $name:ident $cliq:literal $accounts:literal)*) => {
        impl DataCenter {
            $(
                $(#[$attribute])*
                pub const $name: Self = Self {
                    cliq: Cow::Borrowed($cliq),
                    accounts: Cow::Borrowed($accounts),
                    network: None,
                };
            )*

            /// All known data centers, with their names.
            pub const KNOWN: &[(&str, Self)] = &[$((stringify!($name), Self::$name)),*];
        }
    };
}

data_centers! {
    /// United States.
    US "cliq.zoho.com" "accounts.zoho.com"
    /// Europe.
    EU "cliq.zoho.eu" "accounts.zoho.eu"
    /// India.
    IN "cliq.zoho.in" "accounts.zoho.in"
    /// Australia.
    AU "cliq.zoho.com.au" "accounts.zoho.com.au"
    /// Japan.
    JP "cliq.zoho.jp" "accounts.zoho.jp"
    /// China.
    CN "cliq.zoho.com.cn" "accounts.zoho.com.cn"
    /// Saudi Arabia.
    SA "cliq.zoho.sa" "accounts.zoho.sa"
    /// United Kingdom.
    UK "cliq.zoho.uk" "accounts.zoho.uk"
    /// Canada.
    CA "cliq.zohocloud.ca" "accounts.zohocloud.ca"
}

impl DataCenter {
    /// Returns a data center with these hosts, each with or without a port. Loopback hosts are
    /// reached over plain HTTP, all others over HTTPS.
    pub fn custom(cliq_host: impl Into<String>, accounts_host: impl Into<String>) -> Self {
        Self {
            cliq: Cow::Owned(cliq_host.into()),
            accounts: Cow::Owned(accounts_host.into()),
            network: None,
        }
    }

    /// Selects a network: its API is served under `/network/<NAME>`. Accounts are the same. A name
    /// that would lead elsewhere, such as `..`, is an error when a client is built.
    #[must_use]
    pub fn network(self, name: &str) -> Self {
        Self {
            network: Some(utf8_percent_encode(name, NON_ALPHANUMERIC).to_string()),
            ..self
        }
    }

    /// Returns the host that serves the API.
    pub fn cliq_host(&self) -> &str {
        &self.cliq
    }

    /// Returns the host of the accounts server, which issues tokens.
    pub fn accounts_host(&self) -> &str {
        &self.accounts
    }

    /// Returns the URL of the API, without a trailing slash.
    pub fn cliq_url(&self) -> String {
        let origin = origin(&self.cliq);
        self.network.as_ref().map_or_else(
            || origin.clone(),
            |network| format!("{origin}/network/{network}"),
        )
    }

    /// Returns the URL of the accounts server, without a trailing slash.
    pub fn accounts_url(&self) -> String {
        origin(&self.accounts)
    }

    /// Returns the name of a [known](Self::KNOWN) data center, such as `EU`, also with a network.
    pub fn name(&self) -> Option<&'static str> {
        let is_same = |known: &Self| known.cliq == self.cliq && known.accounts == self.accounts;
        Self::KNOWN
            .iter()
            .find(|(_, known)| is_same(known))
            .map(|(name, _)| *name)
    }

    /// Checks that its hosts are hosts and nothing else, and its network a name, so that no URL
    /// made of them leads elsewhere.
    pub(crate) fn check(&self) -> Result<(), String> {
        let network = self.network.as_deref();
        if network.is_some_and(|name| matches!(name, "" | "%2E" | "%2E%2E")) {
            return Err("a network's name can't be empty, `.` or `..`".to_owned());
        }
        for host in [&self.cliq, &self.accounts] {
            let is_host = !host.contains('@')
                && host
                    .parse::<Authority>()
                    .is_ok_and(|host| !host.host().is_empty());
            if !is_host {
                let problem = "invalid host of a data center; expected a host such as \
                               `cliq.example.com`, with or without a port";
                return Err(problem.to_owned());
            }
        }
        Ok(())
    }
}

fn origin(host: &str) -> String {
    let scheme = if is_loopback(host) { "http" } else { "https" };
    format!("{scheme}://{host}")
}

/// [`US`](Self::US).
impl Default for DataCenter {
    fn default() -> Self {
        Self::US
    }
}

/// Parses the name of a known data center, in any case.
impl FromStr for DataCenter {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let known = Self::KNOWN
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        known
            .map(|(_, data_center)| data_center.clone())
            .ok_or_else(|| {
                let names: Vec<_> = Self::KNOWN.iter().map(|(name, _)| *name).collect();
                let names = names.join(", ");
                Error::configuration(format!(
                    "unknown data center {name:?}; expected one of {names}, or use \
                     `DataCenter::custom`"
                ))
            })
    }
}

/// Shows the host of Cliq's API.
impl fmt::Display for DataCenter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cliq)
    }
}
