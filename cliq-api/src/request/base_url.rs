//! The base URL of a client, validated once.

use std::net::IpAddr;
use std::ops::Range;

use http::Uri;
use http::uri::{Authority, Scheme};

/// An origin and a path prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    /// Without a trailing slash.
    text: String,
    /// The range of host and port in `text`.
    authority: Range<usize>,
    /// Parsed once, and shared by the URIs of all requests.
    origin: (Scheme, Authority),
    loopback: bool,
}

/// Why a text isn't a valid base URL. Messages don't repeat it: it may hold a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BaseUrlError {
    #[error("invalid URL: {0}")]
    NoUrl(http::uri::InvalidUri),
    #[error("expected a scheme and a host, as in `https://api.example.com`")]
    NoHost,
    #[error("a user name or password is not allowed here")]
    UserInfo,
    #[error("a query or fragment is not allowed here")]
    Query,
    #[error("`.` and `..` are not allowed in the path")]
    DotSegment,
    #[error("unsupported scheme; expected `https` or `http`")]
    Scheme,
    #[error(
        "plain `http` is allowed only for loopback hosts: use `https://…`, or call \
         `ClientBuilder::allow_plain_http`"
    )]
    PlainHttp,
}

impl BaseUrl {
    /// Parses an `https` URL. Plain `http` is accepted for loopback hosts, and for all others if
    /// `plain_http` is set.
    pub(crate) fn parse(text: &str, plain_http: bool) -> Result<Self, BaseUrlError> {
        let uri: Uri = text.parse().map_err(BaseUrlError::NoUrl)?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(BaseUrlError::NoHost);
        };
        if authority.as_str().contains('@') {
            return Err(BaseUrlError::UserInfo);
        }
        if uri.query().is_some() || text.contains('#') {
            return Err(BaseUrlError::Query);
        }
        let mut segments = uri.path().split('/');
        if segments.any(|segment| matches!(segment, "." | "..")) {
            return Err(BaseUrlError::DotSegment);
        }
        let loopback = is_loopback(authority.as_str());
        if *scheme == Scheme::HTTP {
            if !loopback && !plain_http {
                return Err(BaseUrlError::PlainHttp);
            }
        } else if *scheme != Scheme::HTTPS {
            return Err(BaseUrlError::Scheme);
        }
        let start = scheme.as_str().len() + "://".len();
        Ok(Self {
            text: text.trim_end_matches('/').to_owned(),
            authority: start..start + authority.as_str().len(),
            origin: (scheme.clone(), authority.clone()),
            loopback,
        })
    }

    /// Returns the URL, without a trailing slash.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns host, port and prefix, which identify the server and hold no secret.
    pub(crate) fn without_scheme(&self) -> &str {
        &self.text[self.authority.start..]
    }

    pub(crate) fn scheme(&self) -> &Scheme {
        &self.origin.0
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.origin.1
    }

    /// Returns the prefix of all paths, without a trailing slash.
    pub(crate) fn prefix(&self) -> &str {
        &self.text[self.authority.end..]
    }

    /// Returns whether the host is a loopback host.
    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Returns the host, and the port if the URL has one.
    pub(crate) fn server(&self) -> (&str, Option<u16>) {
        let authority = &self.text[self.authority.clone()];
        match authority.rsplit_once(':') {
            // The last colon of an IPv6 address without a port is part of the address.
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
            _ => (authority, None),
        }
    }
}

/// Returns whether a host, with or without a port, is `localhost` or a loopback address. Names
/// aren't resolved: their addresses may change.
pub(crate) fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let name = authority.host();
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_or_loopback() {
        for (text, kept) in [
            ("https://api.example.com", "https://api.example.com"),
            ("https://api.example.com/", "https://api.example.com"),
            (
                "https://api.example.com/v1/acme/",
                "https://api.example.com/v1/acme",
            ),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://LocalHost:1", "http://LocalHost:1"),
        ] {
            assert_eq!(BaseUrl::parse(text, false).unwrap().as_str(), kept);
        }
        for (text, server) in [
            (
                "https://api.example.com/v1/acme/",
                ("api.example.com", None),
            ),
            ("http://127.0.0.1:8080", ("127.0.0.1", Some(8080))),
            ("http://[::1]:8080", ("[::1]", Some(8080))),
            ("http://[::1]", ("[::1]", None)),
        ] {
            assert_eq!(BaseUrl::parse(text, false).unwrap().server(), server);
        }
        for text in [
            "http://api.example.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "ftp://localhost",
            "api.example.com",
            "/api",
            "",
            "https://user:canary@api.example.com",
            "https://api.example.com?key=canary",
            "https://api.example.com/#a",
            "https://api.example.com/a/../b",
            "https://api example.com",
        ] {
            let error = BaseUrl::parse(text, false).unwrap_err();
            assert!(
                !format!("{error} {error:?}").contains("canary"),
                "{error:?}"
            );
        }
    }

    #[test]
    fn plain_http_elsewhere_only_if_allowed() {
        assert!(BaseUrl::parse("http://api.internal", true).is_ok());
        assert!(BaseUrl::parse("ftp://api.internal", true).is_err());
    }
}
