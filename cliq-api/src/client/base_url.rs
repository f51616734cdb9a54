//! Where a client's requests go, checked once.

use std::net::IpAddr;
use std::ops::Range;

use http::Uri;
use http::uri::{Authority, Scheme};

use crate::error::Error;
use crate::zoho::DataCenter;

pub(super) struct BaseUrl {
    /// Without a slash at its end.
    pub(super) text: String,
    /// Where host and port stand in the text.
    authority: Range<usize>,
    /// Scheme and host once more, as each request's URI has them.
    origin: (Scheme, Authority),
    /// Whether it is on this machine.
    pub(super) loopback: bool,
}

impl BaseUrl {
    /// What names the server, and no secret.
    pub(super) fn without_scheme(&self) -> &str {
        &self.text[self.authority.start..]
    }

    /// Scheme, host, and the prefix of all paths, which has no slash at its end.
    pub(super) fn parts(&self) -> (&Scheme, &Authority, &str) {
        (
            &self.origin.0,
            &self.origin.1,
            &self.text[self.authority.end..],
        )
    }

    /// Its host, and its port where that is not the scheme's.
    pub(super) fn server(&self) -> (&str, Option<u16>) {
        let authority = &self.text[self.authority.clone()];
        match authority.rsplit_once(':') {
            // In an IPv6 address without a port the last colon is one of its own.
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
            _ => (authority, None),
        }
    }

    /// The data centre's.
    pub(super) fn of(data_center: &DataCenter) -> Result<Self, Error> {
        data_center.check().map_err(Error::configuration)?;
        Self::parse(&data_center.cliq_url())
    }

    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let refused =
            |why: &str| Error::configuration(format!("the base URL can't be used: {why}"));
        let uri: Uri = text
            .parse()
            .map_err(|error| refused("it is no URL").caused_by(InvalidUri(error)))?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(refused(
                "it needs a scheme and a host, as in `https://cliq.zoho.com`",
            ));
        };
        if authority.as_str().contains('@') {
            return Err(refused("it holds a user name or a password"));
        }
        if uri.query().is_some() || text.contains('#') {
            return Err(refused("it holds a query or a fragment"));
        }
        if uri
            .path()
            .split('/')
            .any(|segment| matches!(segment, "." | ".."))
        {
            return Err(refused("its path holds `.` or `..`"));
        }
        let loopback = is_loopback(authority.host());
        if *scheme != Scheme::HTTPS && !(loopback && *scheme == Scheme::HTTP) {
            return Err(refused(
                "it has to be `https://…`; only this machine itself is talked to in plain HTTP",
            ));
        }
        let begin = scheme.as_str().len() + "://".len();
        let range = begin..begin + authority.as_str().len();
        let origin = (scheme.clone(), authority.clone());
        Ok(Self {
            text: text.trim_end_matches('/').to_owned(),
            authority: range,
            origin,
            loopback,
        })
    }
}

/// `localhost` or a literal loopback address. No name is looked up: what a name leads to may
/// change.
fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Its `Debug` would repeat the URL.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct InvalidUri(http::uri::InvalidUri);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_or_this_machine() {
        for (text, kept) in [
            ("https://cliq.zoho.com", "https://cliq.zoho.com"),
            ("https://cliq.zoho.com/", "https://cliq.zoho.com"),
            (
                "https://cliq.zoho.com/network/acme/",
                "https://cliq.zoho.com/network/acme",
            ),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://LocalHost:1", "http://LocalHost:1"),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().text, kept);
        }
        for (text, server) in [
            (
                "https://cliq.zoho.com/network/acme/",
                ("cliq.zoho.com", None),
            ),
            ("http://127.0.0.1:8080", ("127.0.0.1", Some(8080))),
            ("http://[::1]:8080", ("[::1]", Some(8080))),
            ("http://[::1]", ("[::1]", None)),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().server(), server);
        }
        for text in [
            "http://cliq.zoho.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "ftp://localhost",
            "cliq.zoho.com",
            "/api",
            "",
            "https://user:canary@cliq.zoho.com",
            "https://cliq.zoho.com?zapikey=canary",
            "https://cliq.zoho.com/#a",
            "https://cliq.zoho.com/a/../b",
            "https://cliq zoho.com",
        ] {
            let error = BaseUrl::parse(text).map(|url| url.text).unwrap_err();
            assert!(
                !format!("{error} {error:?}").contains("canary"),
                "{error:?}"
            );
        }
    }
}
