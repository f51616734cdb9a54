//! Zoho's data centres. Each has accounts of its own: a token of one is worth nothing in another.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// Where an account lives: the host of Cliq and the host of its accounts server.
///
/// ```
/// use cliq_api::DataCenter;
///
/// assert_eq!(DataCenter::EU.cliq_host(), "cliq.zoho.eu");
/// assert_eq!("au".parse::<DataCenter>().unwrap(), DataCenter::AU);
/// let own = DataCenter::custom("cliq.example.com", "accounts.example.com");
/// assert_eq!(own.accounts_host(), "accounts.example.com");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DataCenter {
    cliq: Cow<'static, str>,
    accounts: Cow<'static, str>,
}

macro_rules! data_centers {
    ($($(#[$attribute:meta])* $name:ident $cliq:literal $accounts:literal)*) => {
        impl DataCenter {
            $(
                $(#[$attribute])*
                pub const $name: Self = Self { cliq: Cow::Borrowed($cliq), accounts: Cow::Borrowed($accounts) };
            )*

            /// All that are known, by name.
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
    /// One that is not in the table, by its two hosts.
    pub fn custom(cliq_host: impl Into<String>, accounts_host: impl Into<String>) -> Self {
        Self { cliq: Cow::Owned(cliq_host.into()), accounts: Cow::Owned(accounts_host.into()) }
    }

    /// The host that serves the API.
    pub fn cliq_host(&self) -> &str {
        &self.cliq
    }

    /// The host that gives out tokens.
    pub fn accounts_host(&self) -> &str {
        &self.accounts
    }
}

/// [`US`](Self::US).
impl Default for DataCenter {
    fn default() -> Self {
        Self::US
    }
}

/// From its name in the table, in any case.
impl FromStr for DataCenter {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let known = Self::KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        known.map(|(_, data_center)| data_center.clone()).ok_or_else(|| {
            let names: Vec<_> = Self::KNOWN.iter().map(|(name, _)| *name).collect();
            let names = names.join(", ");
            Error::configuration(format!(
                "there is no data centre {name:?}; there are {names}, and `DataCenter::custom`"
            ))
        })
    }
}

/// The host of Cliq.
impl fmt::Display for DataCenter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cliq)
    }
}
